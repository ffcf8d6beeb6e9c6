"""Texts that cannot be read: mended slip by slip, or left alone with a sentence."""

from __future__ import annotations

import pytest

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.repair.source import Mended, mend

GOOD = '{"nodes": [{"id": "a", "type": "value", "params": {"x": [1, 2]}}]}\n'


@pytest.mark.parametrize(
    ("text", "slips", "sure"),
    [
        (GOOD.replace("2]", "2,]"), 1, True),
        (GOOD.replace('"a"', "'a'").replace('"x"', "'x'"), 2, True),
        (GOOD.replace("}}]}", "},},],}"), 3, True),
        (f"```\n{GOOD}```", 1, True),
        (GOOD.replace('"x"', "x"), 1, False),
        (GOOD.replace("[1, 2]", "[1 2]"), 1, False),
    ],
)
def test_every_slip_is_mended(text: str, slips: int, sure: bool) -> None:
    """Several slips in one text are mended one after the other, to the text that was meant."""
    found = mend(text)
    assert isinstance(found, Mended)
    assert (found.text, len(found.told), found.sure) == (GOOD, slips, sure)
    made = Workflow.accept(text)
    assert made.unread and made.nodes == ()


def test_one_slip_that_is_not_sure_leaves_the_text_alone() -> None:
    """A slip with several readings after one with one: nothing is mended, and which is said."""
    found = mend(GOOD.replace('"a"', "'a'").replace("2]}", "2]") + '"')
    assert isinstance(found, str) and found.startswith("what is meant is not sure: line 1")


def test_a_good_text_needs_no_mending() -> None:
    """A workflow is given back as it is."""
    assert mend(GOOD) == Mended(GOOD, (), (), sure=True)


def test_what_is_no_workflow_is_left_alone() -> None:
    """A text that can be read and says something else is not made a workflow."""
    found = mend("just words\n")
    assert isinstance(found, str) and "not sure" in found


def test_an_unread_text_says_why() -> None:
    """`accept` keeps the text, its places and the problems that `parse` raises."""
    text = GOOD.replace("2]", "2,]")
    with pytest.raises(BadWorkflow) as raised:
        Workflow.parse(text, 3)
    workflow = Workflow.accept(text, 3)
    assert workflow.text == text and workflow.problems() == list(raised.value.problems)
    assert workflow.place(("nodes", 0)) == (3, 1)
