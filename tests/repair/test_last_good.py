"""What is remembered of the last good run: prints, not values; and back from a document."""

from __future__ import annotations

import json

import pytest

from wfrepair_magic.ir.model import MISSING
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.repair.last_good import (
    MOST_ITEMS,
    MOST_LEAVES,
    NOTHING,
    Leaf,
    from_document,
    remember,
    to_document,
)

WORKFLOW = Workflow.parse(
    "nodes:\n  - {id: a, type: value, params: {x: '${b.y}'}}\n  - {id: b, type: value}\n"
)
OUTPUTS = {"a": {"user": {"login": "ada-l", "age": 7, "on": True, "size": 4711}}, "b": {"y": 1.5}}


def test_a_value_is_found_again_under_another_name() -> None:
    """The print of a value tells where it stands now, through JSON text too."""
    good = remember(WORKFLOW, OUTPUTS, NOTHING)
    leaf = good.leaf("a", ("user", "login"))
    assert leaf is not None and leaf.type == "string"
    now = {"stdout": '{"name": "ada-l", "login": "other"}', "rows": ["x", "ada-l"]}
    assert good.found(leaf, now) == [("stdout", "name"), ("rows", 1)]


@pytest.mark.parametrize("path", [("user", "age"), ("user", "on")])
def test_common_values_have_a_type_and_no_print(path: tuple[str, ...]) -> None:
    """Small numbers and flags stand everywhere: they prove nothing."""
    good = remember(WORKFLOW, OUTPUTS, NOTHING)
    leaf = good.leaf("a", path)
    assert leaf is not None and leaf.print == ""
    assert good.found(leaf, OUTPUTS["a"]) == []


@pytest.mark.parametrize(
    ("path", "value", "verdict"),
    [
        (("user", "login"), "ada-l", False),
        (("user", "login"), "grace", True),
        (("user", "age"), 8, False),  # too common to be known
        (("user", "age"), 7.5, False),  # a number is a number
        (("user", "age"), "7", True),
        (("user", "age"), None, True),
        (("user", "size"), 4712, True),
        (("user",), {"other": 1}, False),
        (("user",), '{"other": 1}', False),
        (("user",), ["ada-l"], True),
        (("nothing",), "x", False),
    ],
)
def test_what_was_known_can_be_contradicted(
    path: tuple[str, ...], value: object, verdict: bool
) -> None:
    """Another value, or one of another type, contradicts; what was not known cannot."""
    good = remember(WORKFLOW, OUTPUTS, NOTHING)
    assert good.contradicts("a", path, value) is verdict
    assert not NOTHING.contradicts("a", path, value)


def test_no_value_is_kept() -> None:
    """A document of the traces holds no value, and gives equal traces back."""
    good = remember(WORKFLOW, OUTPUTS, NOTHING)
    text = json.dumps(to_document(good))
    assert "ada-l" not in text and "4711" not in text
    assert from_document(json.loads(text)) == good
    assert from_document(None) == NOTHING


def test_prints_of_two_stores_differ() -> None:
    """The salt is made by chance: equal values of two stores cannot be compared."""
    one, other = (remember(WORKFLOW, OUTPUTS, NOTHING) for _ in range(2))
    assert one.leaf("b", ("y",)) != other.leaf("b", ("y",))


def test_what_did_not_take_part_stays_and_what_is_gone_goes() -> None:
    """A run of some nodes leaves what is known of the others, under one salt."""
    first = remember(WORKFLOW, OUTPUTS, NOTHING)
    again = remember(WORKFLOW, {"b": {"y": 2.5}}, first)
    assert again.salt == first.salt
    assert again.nodes["a"] == first.nodes["a"]
    assert again.leaf("b", ("y",)) != first.leaf("b", ("y",))
    smaller = Workflow.parse("nodes: [{id: b, type: value}]\n")
    assert list(remember(smaller, {}, again).nodes) == ["b"]


def test_params_are_remembered_as_written() -> None:
    """A param's raw value is given under any of its names, else MISSING."""
    good = remember(WORKFLOW, OUTPUTS, NOTHING)
    assert good.param("a", ("z", "x")) == "${b.y}"
    assert good.param("b", ("x",)) is MISSING and good.param("c", ("x",)) is MISSING


def test_large_outputs_are_remembered_in_part() -> None:
    """Of long lists the first items count, of very many values the first."""
    rows = {"rows": list(range(1000, 2000)), **{f"k{n}": n for n in range(MOST_LEAVES)}}
    trace = remember(WORKFLOW, {"b": rows}, NOTHING).nodes["b"]
    assert len(trace.leaves) == MOST_LEAVES
    assert ("rows", MOST_ITEMS - 1) in trace.leaves and ("rows", MOST_ITEMS) not in trace.leaves


def test_a_number_of_very_many_digits_is_no_trouble() -> None:
    """A value that Python may refuse to print has a type and no print."""
    good = remember(WORKFLOW, {"b": {"y": 10**5000}}, NOTHING)
    assert good.leaf("b", ("y",)) == Leaf("integer")
