"""Waves: every node is in one of them, in order, and the worst state speaks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.engine.states import NODE_STATES
from wfrepair_magic.events import NodeInfo
from wfrepair_magic.monitor.layout import WORST_FIRST, waves
from wfrepair_magic.monitor.rows import NodeState


def node(wave: int, state: str = "pending", id: str = "a") -> NodeState:
    """Make a node of a wave."""
    return NodeState(NodeInfo(id=id, type="x", wave=wave, effect=""), state=state)


def test_a_wave_counts_its_nodes_and_the_worst_state_speaks() -> None:
    """One failed node makes a wave failed, however many are done."""
    first, second = waves([node(0, "done"), node(0, "failed"), node(0, "done"), node(1)], 9)
    assert (first.name, first.state, dict(first.counts)) == (
        "wave 1", "failed", {"failed": 1, "done": 2},
    )  # fmt: skip
    assert (second.name, second.state) == ("wave 2", "pending")


def test_too_many_waves_are_joined_evenly() -> None:
    """Neighbouring waves are shown as one where there are more than there is room for."""
    names = [wave.name for wave in waves([node(number) for number in range(7)], 3)]
    assert names == ["waves 1–3", "waves 4–6", "wave 7"]


def test_every_state_has_its_rank() -> None:
    """No state of a node is forgotten in the order."""
    assert set(WORST_FIRST) == set(NODE_STATES)


@given(st.lists(st.integers(0, 50)), st.integers(1, 10))
def test_no_node_is_lost(numbers: list[int], most: int) -> None:
    """All nodes are there, each once, in at most as many groups as asked for."""
    nodes = [node(number, id=f"n{place}") for place, number in enumerate(numbers)]
    found = waves(nodes, most)
    assert len(found) <= most
    assert sorted(one.id for wave in found for one in wave.nodes) == sorted(n.id for n in nodes)
