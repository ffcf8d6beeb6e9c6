"""Rows are a mapping of nodes whose copies share what did not change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.events import NodeInfo
from wfrepair_magic.monitor.rows import PAGE, NodeState, Rows, shown_nodes

STATES = ("pending", "running", "done", "failed", "in_doubt")


def node(id: str, state: str = "pending") -> NodeState:
    """Give a node's row."""
    return NodeState(NodeInfo(id=id, type="value", wave=0, effect="pure"), state=state)


@given(st.lists(st.tuples(st.integers(0, 400), st.sampled_from(STATES)), max_size=40))
def test_rows_behave_like_a_dict_that_is_never_changed(changes: list[tuple[int, str]]) -> None:
    """Whatever is put in, a Rows holds what a dict would, and earlier copies stay as they were."""
    rows, model = Rows(), {}
    for number, state in changes:
        before, kept = rows, dict(model)
        row = node(f"n{number}", state)
        rows, model = rows.put(row), {**model, row.id: row}
        assert dict(rows) == model
        assert list(rows) == list(model)
        assert dict(before) == kept


def test_a_change_copies_one_page_only() -> None:
    """Changing one of many nodes shares every other page with the copy before it."""
    rows = Rows.of(node(f"n{number}") for number in range(3 * PAGE))
    changed = rows.put(replace(rows["n5"], state="done"))
    assert changed["n5"].state == "done"
    assert changed.pages[1:] == rows.pages[1:]
    assert all(new is old for new, old in zip(changed.pages[1:], rows.pages[1:], strict=True))


def test_an_unknown_id_is_a_key_error() -> None:
    """Asking for a node that is not there fails as in any mapping."""
    with pytest.raises(KeyError):
        Rows()["nowhere"]


def test_urgent_nodes_are_shown_whatever_their_place() -> None:
    """Of too many nodes the failed, doubtful and running ones are shown, the rest is counted."""
    rows = Rows.of([*(node(f"n{number}", "done") for number in range(50)), node("late", "failed")])
    shown, rest = shown_nodes(rows, 3)
    assert [row.id for row in shown] == ["n48", "n49", "late"]
    assert rest == {"done": 48}


def test_of_too_many_nodes_those_at_the_front_are_shown() -> None:
    """Beside the urgent ones stand those around the first that has no result yet."""
    done = [node(f"d{number}", "done") for number in range(50)]
    rows = Rows.of([*done, *(node(f"p{number}") for number in range(50))])
    shown, _ = shown_nodes(rows, 5)
    assert [row.id for row in shown] == ["d48", "d49", "p0", "p1", "p2"]


def test_few_nodes_are_all_shown() -> None:
    """Up to the limit nothing is left out."""
    rows = Rows.of([node("a"), node("b", "failed")])
    assert shown_nodes(rows, 2) == ([rows["a"], rows["b"]], {})
