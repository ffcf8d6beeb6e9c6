"""A Fix as a value: whom it belongs to, how it is taken back, how viewers see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.events import Suggestion
from wfrepair_magic.ir.line_edits import line_edits
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.repair.fix import Level, suggestion, wilson

TEXT = """\
# ours
nodes:
  - {id: fetch, type: value}
  - id: send
    type: value
    params:
      text: "${fetch.userName}"   # who
"""


@pytest.fixture
def workflow() -> Workflow:
    """Give a workflow with one wrong field."""
    return Workflow.parse(TEXT)


def test_levels_are_ordered() -> None:
    """A fix may be lowered: SHOW is below ASK, ASK below SAFE."""
    assert Level.SHOW < Level.ASK < Level.SAFE


def test_a_fix_changes_one_line_and_leaves_its_workflow_alone(
    engine: Any, workflow: Workflow
) -> None:
    """Applying gives another workflow; comments, order and layout stay, and so does the old one."""
    fix = engine.propose(workflow).fixes[0]
    assert fix.apply(workflow).text == TEXT.replace("userName", "user_name")
    assert workflow.text == TEXT


def test_a_fix_belongs_to_one_text(engine: Any, workflow: Workflow) -> None:
    """A fix is refused by a workflow that it was not made for, even where it would fit."""
    fix = engine.propose(workflow).fixes[0]
    with pytest.raises(BadWorkflow, match="made for another text"):
        fix.apply(Workflow.parse(TEXT + "# edited since\n"))


def test_undo_keeps_what_was_edited_since(engine: Any, workflow: Workflow) -> None:
    """Taking a fix back leaves later edits of other lines where they are."""
    fix = engine.propose(workflow).fixes[0]
    edited = Workflow.parse(fix.apply(workflow).text + "# edited since\n")
    assert fix.undo(edited).text == TEXT + "# edited since\n"


def test_undo_is_refused_where_the_fix_is_gone(engine: Any, workflow: Workflow) -> None:
    """What somebody has written over since is not overwritten by taking a fix back."""
    fix = engine.propose(workflow).fixes[0]
    other = Workflow.parse(TEXT.replace("${fetch.userName}", "nobody"))
    with pytest.raises(BadWorkflow):
        fix.undo(other)


def test_viewers_see_everything_but_the_patch(engine: Any, workflow: Workflow) -> None:
    """A suggestion carries what a card shows, as plain values."""
    fix = engine.propose(workflow).fixes[0]
    assert suggestion(fix, 3) == Suggestion(
        number=3,
        code="TPL02",
        level="SAFE",
        title="`userName` → `user_name` in send.params.text",
        why="The field is there, written with another case or separator.",
        evidence=(
            "`user_name` is the only one of 4 keys of fetch that equals `userName` after"
            " folding case and separators",
        ),
        diff=fix.diff,
        rung="V2",
        preview={"fetch": "reused", "send": "runs"},
        origin="rule",
        node="send",
        edits=line_edits(fix.before, fix.after),
        changes=((fix.title, fix.why, "TPL02"),),
    )


@pytest.mark.parametrize(
    ("right", "trials", "bound"),
    [(0, 0, 0.0), (0, 10, 0.0), (10, 10, 0.7225), (600, 600, 0.9936), (588, 600, 0.9654)],
)
def test_confidence_is_the_lower_wilson_bound(right: int, trials: int, bound: float) -> None:
    """Few trials give little confidence, however well they went."""
    assert wilson(right, trials) == pytest.approx(bound, abs=1e-4)


def test_a_problem_without_a_fix_has_its_sentence(
    engine: Any, send: Callable[..., Workflow]
) -> None:
    """Where no rule answers, the reader is told what there is and what would help."""
    proposal = engine.propose(send(text="${fetch.phone}"))
    assert proposal.fixes == ()
    assert proposal.abstained == (
        "TPL05 at send.params.text: fetch has no field near `phone`; it has `id`, `user_name`,"
        " `email`, `rows` – say where it should come from",
    )
