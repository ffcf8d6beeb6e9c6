"""The layout of the graph: columns are waves, arrows lead on, nothing is lost or covered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.engine.states import NODE_STATES
from wfrepair_magic.events import NodeInfo
from wfrepair_magic.monitor.layout import WORST_FIRST, Layout, Place, arrows, lay_out, waves
from wfrepair_magic.monitor.rows import NodeState


def nodes_of(waits: Mapping[str, Sequence[str]]) -> list[NodeState]:
    """Make nodes from what each waits for; the wave is the longest way to it."""
    wave: dict[str, int] = {}
    for id, before in waits.items():
        wave[id] = max((wave[other] + 1 for other in before), default=0)
    return [
        NodeState(NodeInfo(id=id, type="x", wave=wave[id], effect="", waits_for=tuple(before)))
        for id, before in waits.items()
    ]


@st.composite
def graphs(draw: st.DrawFn) -> list[NodeState]:
    """Draw a graph of up to a dozen nodes."""
    waits: dict[str, list[str]] = {}
    for number in range(draw(st.integers(1, 12))):
        known = list(waits)
        waits[f"n{number}"] = draw(st.lists(st.sampled_from(known), unique=True)) if known else []
    return nodes_of(waits)


def reached(pairs: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """Give all pairs of which the second follows from the first over any number of arrows."""
    found = set(pairs)
    while True:
        more = {(a, d) for a, b in found for c, d in pairs if b == c} - found
        if not more:
            return found
        found |= more


def test_a_chain_is_one_straight_row() -> None:
    """Nodes that wait for one another stand side by side; what follows from others is not drawn."""
    chain = nodes_of({"a": [], "b": ["a"], "c": ["b", "a"]})
    a, b, c = Place(0, 0.5), Place(1, 0.5), Place(2, 0.5)
    assert lay_out(chain) == Layout({"a": a, "b": b, "c": c}, ((a, b), (b, c)), 3, 1)


def test_an_arrow_over_a_column_has_a_way_of_its_own() -> None:
    """An arrow that skips a wave bends round the nodes of that wave."""
    found = lay_out(nodes_of({"a": [], "far": [], "b": ["a"], "c": ["b", "far"]}))
    ((start, bend, end),) = [line for line in found.lines if len(line) == 3]
    assert (start, end) == (found.places["far"], found.places["c"])
    assert bend.column == 1
    assert abs(bend.row - found.places["b"].row) >= 0.5


def test_crossings_are_untangled() -> None:
    """Two lanes that cross in the author's order do not cross in the drawing."""
    found = lay_out(nodes_of({"a": [], "b": [], "c": ["b"], "d": ["a"]}))
    assert (found.places["a"].row < found.places["b"].row) == (
        found.places["d"].row < found.places["c"].row
    )


def test_waves_that_are_not_there_leave_no_gap() -> None:
    """Of a part of a workflow the columns are numbered anew."""
    late = NodeState(NodeInfo(id="z", type="x", wave=7, effect="", waits_for=("a", "gone")))
    found = lay_out([*nodes_of({"a": []}), late])
    assert (found.columns, found.places["z"].column) == (2, 1)


def test_without_a_plan_there_are_no_arrows() -> None:
    """Where all nodes are in one wave nothing is drawn between them; no nodes are no drawing."""
    stuck = [NodeState(NodeInfo(id="a", type="x", wave=0, effect="", waits_for=("a", "b")))]
    assert arrows(stuck) == []
    assert lay_out([]) == Layout({}, (), 0, 0)


@given(graphs())
def test_arrows_say_what_follows_from_what(nodes: list[NodeState]) -> None:
    """The arrows drawn lead to the same order as all of them, and none can be left out."""
    drawn = arrows(nodes)
    asked = [(other, node.id) for node in nodes for other in node.info.waits_for]
    assert reached(drawn) == reached(asked)
    assert all(arrow not in reached([x for x in drawn if x != arrow]) for arrow in drawn)


@given(graphs())
def test_nothing_stands_on_anything(nodes: list[NodeState]) -> None:
    """Nodes keep a row's distance and stand inside; every line leads to the right."""
    found = lay_out(nodes)
    places = list(found.places.values())
    assert set(found.places) == {node.id for node in nodes}
    for number, place in enumerate(places):
        assert 0.5 <= place.row <= found.rows - 0.5
        for other in places[number + 1 :]:
            assert place.column != other.column or abs(place.row - other.row) >= 1
    for line in found.lines:
        assert [place.column for place in line] == list(range(line[0].column, line[-1].column + 1))


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
