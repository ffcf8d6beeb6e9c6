"""Who waits for whom: dependencies, waves, reach, and the smallest cycle."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.graph import dependencies, followers_of, reach, smallest_cycle, waves
from wfrepair_magic.ir.reader import define

NAMES = [f"n{number}" for number in range(8)]
GRAPHS = st.dictionaries(
    st.sampled_from(NAMES), st.sets(st.sampled_from(NAMES), max_size=3), min_size=1
).map(lambda waits: {id: before & waits.keys() for id, before in waits.items()})


def test_a_node_waits_by_templates_after_and_edges() -> None:
    """All three ways to wait count, `??` and nested indexes too; unknown ids do not."""
    definition = define(
        {
            "nodes": [
                {"id": "a", "type": "value"},
                {"id": "b", "type": "value", "params": {"x": [{"y": "${a.x ?? e.x}"}]}},
                {"id": "c", "type": "value", "after": ["b", "nobody"]},
                {"id": "d", "type": "value", "params": {"x": "$${a} ${c.l[${b.i}]} ${input}"}},
                {"id": "e", "type": "value"},
            ],
            "edges": [{"from": "a", "to": "e"}, {"from": "zz", "to": "e"}],
        }
    )
    assert dependencies(definition) == {
        "a": set(),
        "b": {"a", "e"},
        "c": {"b"},
        "d": {"c", "b"},
        "e": {"a"},
    }


def test_a_node_that_names_itself_waits_for_itself() -> None:
    """A self reference is kept, so that the check can tell it."""
    node = {"id": "a", "type": "value", "params": {"x": "${a.x}"}}
    assert dependencies(define({"nodes": [node]})) == {"a": {"a"}}


def test_waves_are_layers_in_the_authors_order() -> None:
    """Each node stands in the first wave in which all that it waits for has been."""
    waits = {"d": {"b", "c"}, "c": {"a"}, "b": {"a"}, "a": set(), "lone": set()}
    assert waves(waits) == [["a", "lone"], ["c", "b"], ["d"]]


@given(GRAPHS)
def test_waves_hold_every_node_that_no_cycle_keeps_back(waits: dict[str, set[str]]) -> None:
    """A node in a wave waits for earlier waves only; what is missing waits for a cycle."""
    found = waves(waits)
    level = {id: number for number, wave in enumerate(found) for id in wave}
    for id, number in level.items():
        assert max((level[before] for before in waits[id]), default=-1) == number - 1
    rest = waits.keys() - level.keys()
    assert all(waits[id] & rest for id in rest)
    assert bool(rest) == (smallest_cycle(waits) is not None)


def shortest_by_search(waits: dict[str, set[str]]) -> int | None:
    """Give the length of the shortest cycle by trying every walk."""
    for length in range(1, len(waits) + 1):
        for start in waits:
            ends = {start}
            for _ in range(length):
                ends = {before for id in ends for before in waits[id]}
            if start in ends:
                return length
    return None


@given(GRAPHS)
def test_the_cycle_is_one_and_the_smallest(waits: dict[str, set[str]]) -> None:
    """Each node of it waits for the next and the last for the first, and none is shorter."""
    cycle = smallest_cycle(waits)
    length = shortest_by_search(waits)
    if cycle is None:
        assert length is None
        return
    assert len(cycle) == length == len(set(cycle))
    assert all(after in waits[id] for id, after in zip(cycle, [*cycle[1:], cycle[0]], strict=True))


@given(GRAPHS, st.sampled_from(NAMES))
def test_reach_is_the_closure(waits: dict[str, set[str]], start: str) -> None:
    """What is reached contains the start, and everything that a link leads to from it."""
    if start not in waits:
        return
    found = reach([start], waits)
    assert start in found
    assert all(waits[id] <= found for id in found)
    back = reach([start], followers_of(waits))
    assert all(start in reach([id], waits) for id in back)


def test_the_first_of_equal_cycles_is_shown() -> None:
    """Of two cycles of one size the one that the author wrote first is the answer, every time."""
    waits = {"a": {"x"}, "b": {"c"}, "c": {"b"}, "d": {"e"}, "e": {"d"}, "x": set()}
    assert smallest_cycle(waits) == ["b", "c"]


def test_long_chains_and_rings_are_no_danger() -> None:
    """Ten thousand nodes in a chain or ring are walked without recursion, in linear time."""
    count = 10_000
    chain = {f"n{at}": {f"n{at - 1}"} if at else set() for at in range(count)}
    assert len(waves(chain)) == count
    assert smallest_cycle(chain) is None
    ring = {**chain, "n0": {f"n{count - 1}"}}
    assert waves(ring) == []
    assert len(smallest_cycle(ring) or []) == count
    assert len(reach(["n0"], followers_of(chain))) == count


def test_a_dense_graph_is_searched_within_bounds() -> None:
    """Where everything waits for everything the search ends soon, with a pair."""
    names = [f"n{number}" for number in range(600)]
    dense = {id: set(names) - {id} for id in names}
    assert len(smallest_cycle(dense) or []) == 2
