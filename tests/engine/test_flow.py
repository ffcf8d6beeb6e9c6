"""Edges, actions, branches and references, as a run decides about them."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic import Action, Context, NeedsHuman, Run, Transient, Workflow, node, run


@pytest.fixture(autouse=True)
def types() -> None:
    """Register a node that names its action, one that fails, and one that only takes part."""

    @node(effect="pure")
    def decide(action: str) -> Action:
        return Action(action, {"said": action})

    @node(effect="pure")
    def fails(message: str = "no") -> None:
        raise ValueError(message)

    @node(effect="pure")
    def part(x: Any = None) -> Any:
        return x


def go(store: Path, nodes: list[dict[str, Any]], edges: Any = (), **options: Any) -> Run:
    """Run a workflow that was built in Python."""
    top = options.pop("top", {})
    return run(Workflow.build(nodes, edges, **top), name="flow", store=store, **options)


def ends(done: Run) -> dict[str, str]:
    """Give each node's state, with its reason where it was skipped."""
    return {
        id: f"{ran.state}: {ran.reason}" if ran.state == "skipped" else ran.state
        for id, ran in done.nodes.items()
    }


def test_what_a_reuse_saved_is_the_try_that_gave_the_result(store: Path) -> None:
    """The tries that failed before it took their time, but nobody knows that they would again."""

    @node(effect="pure")
    def unsteady(x: int, ctx: Context) -> int:
        if ctx.attempt == 1:
            time.sleep(0.05)
            raise Transient("not yet")
        return x

    nodes = [{"id": "a", "type": "unsteady", "params": {"x": 1},
              "retry": {"attempts": 2, "wait": 0}}]  # fmt: skip
    first = go(store, nodes).nodes["a"]
    again = go(store, nodes).nodes["a"]
    assert (first.attempts, again.state) == (2, "reused")
    assert 0 < again.saved_seconds < first.seconds


def branching(action: str) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Give a workflow that branches on an action and joins again."""
    nodes = [
        {"id": "decide", "type": "decide", "params": {"action": action}},
        {"id": "yes", "type": "part", "params": {"x": "y"}},
        {"id": "no", "type": "part", "params": {"x": "n"}},
        {"id": "after_no", "type": "part", "params": {"x": "${no}"}},
        {"id": "join", "type": "part", "params": {"x": "j ${yes.result ?? no.result ?? 1}"}},
    ]
    edges = [
        {"from": "decide", "to": "yes", "action": "approve"},
        {"from": "decide", "to": "no", "action": "refuse"},
    ]
    return nodes, edges


def test_only_the_branch_of_the_named_action_runs(store: Path) -> None:
    """A branch not taken is skipped with what only it feeds; what has a way out runs."""
    done = go(store, *branching("approve"))
    assert done.state == "SUCCESS"
    assert ends(done) == {
        "decide": "done",
        "yes": "done",
        "no": "skipped: branch not taken",
        "after_no": "skipped: branch not taken",
        "join": "done",
    }


def test_a_named_action_without_an_edge_lists_those_that_exist(store: Path) -> None:
    """An action that no edge takes is a failure, not a quiet end."""
    done = go(store, *branching("aprove"))
    assert (done.state, done.failures[0].code) == ("FAILED", "GRF06")
    assert "'approve', 'refuse'" in done.failures[0].message


def test_an_error_edge_handles_a_failure_and_shows_what_it_said(store: Path) -> None:
    """The target of an error edge reads what the failed node reported; the run is DEGRADED."""
    nodes = [
        {"id": "cmd", "type": "shell", "params": {"command": "echo out; echo bad >&2; exit 4"}},
        {"id": "usual", "type": "part", "params": {"x": "${cmd.stdout}"}},
        {
            "id": "rescue",
            "type": "part",
            "params": {"x": ["${cmd.exit_code}", "${cmd.stderr}", "${cmd.error.code}"]},
        },
    ]
    done = go(store, nodes, [{"from": "cmd", "to": "rescue", "action": "error"}])
    assert (done.state, done.failures) == ("DEGRADED", [])
    assert done.nodes["rescue"].outputs == {"result": [4, "bad", "SH00"]}
    assert ends(done)["usual"] == "skipped: upstream failed"


def test_a_template_failure_never_takes_the_error_edge(store: Path) -> None:
    """A failure around a node is the workflow's fault, and goes to repair."""
    nodes = [
        {"id": "a", "type": "value", "params": {"x": 1}},
        {"id": "b", "type": "value", "params": {"y": "${a.z}"}},
        {"id": "c", "type": "part"},
    ]
    done = go(store, nodes, [{"from": "b", "to": "c", "action": "error"}])
    assert done.state == "FAILED"
    assert ends(done)["c"] == "skipped: upstream failed"


def test_an_optional_failure_leaves_the_run_degraded(store: Path) -> None:
    """`optional` nodes may fail; what only waits for them goes on."""
    nodes = [
        {"id": "maybe", "type": "fails", "optional": True},
        {"id": "next", "type": "part", "after": ["maybe"]},
        {"id": "or", "type": "part", "params": {"x": "${maybe.result ?? 2}"}},
    ]
    done = go(store, nodes)
    assert (done.state, ends(done)) == (
        "DEGRADED", {"maybe": "failed", "next": "done", "or": "done"},
    )  # fmt: skip


def test_default_edges_are_not_taken_on_error(store: Path) -> None:
    """A default edge waits for success; a failure without an error edge is unhandled."""
    nodes = [{"id": "a", "type": "fails"}, {"id": "b", "type": "part"}]
    done = go(store, nodes, [{"from": "a", "to": "b"}])
    assert (done.state, ends(done)["b"]) == ("FAILED", "skipped: upstream failed")


def test_start_node_leaves_out_what_it_does_not_reach(store: Path) -> None:
    """Nodes that the start does not lead to are skipped, and say why."""
    nodes = [
        {"id": "a", "type": "part"},
        {"id": "b", "type": "part", "after": ["a"]},
        {"id": "other", "type": "part"},
    ]
    done = go(store, nodes, top={"start_node": "a"})
    assert ends(done)["other"] == "skipped: not reachable from start_node"


def test_until_runs_what_a_node_needs_and_nothing_else(store: Path) -> None:
    """`until` runs a node with all before it."""
    nodes = [
        {"id": "a", "type": "part"},
        {"id": "b", "type": "part", "after": ["a"], "params": {"x": 1}},
        {"id": "c", "type": "part", "after": ["b"]},
    ]
    assert ends(go(store, nodes, until="b")) == {
        "a": "done", "b": "done", "c": "skipped: not needed for b",
    }  # fmt: skip


def test_what_is_left_out_never_becomes_ready(store: Path) -> None:
    """Chains of nodes that are not asked for, before and after those that are, are skipped once."""
    chain = [
        {"id": id, "type": "part", "params": {"x": id}, "after": before}
        for id, before in (("a", []), ("b", ["a"]), ("c", ["b"]), ("d", ["c"]))
    ]
    assert ends(go(store, chain, until="a"))["d"] == "skipped: not needed for a"
    assert ends(go(store, chain, only="b"))["c"] == "skipped: not needed for b"
    started = ends(go(store, chain, top={"start_node": "c"}))
    assert started == {
        "a": "skipped: not reachable from start_node",
        "b": "skipped: not reachable from start_node",
        "c": "done",
        "d": "done",
    }


def test_an_output_of_a_branch_that_was_not_taken_is_absent(store: Path) -> None:
    """An absent output fails nothing, and is not among the outputs."""
    nodes, edges = branching("approve")
    outputs = {"yes": {"source": "yes.result"}, "no": {"source": "${no.result}"}}
    done = go(store, nodes, edges, top={"outputs": outputs})
    assert (done.state, done.outputs, done.outcome.absent) == ("SUCCESS", {"yes": "y"}, ("no",))


def test_an_output_whose_source_does_not_resolve_fails_the_run(store: Path) -> None:
    """A wrong output source is a failure with its place, although every node is done."""
    nodes = [{"id": "a", "type": "part", "params": {"x": {"rows": 1}}}]
    done = go(store, nodes, top={"outputs": {"n": {"source": "a.result.row"}}})
    assert done.state == "FAILED"
    assert [(f.node, f.category) for f in done.failures] == [("outputs.n", "template")]


def test_a_failure_that_needs_a_person_says_so(store: Path) -> None:
    """NeedsHuman is not fixable by an edit."""

    @node(effect="read")
    def locked() -> None:
        raise NeedsHuman("the account is locked")

    failure = go(store, [{"id": "a", "type": "locked"}]).failures[0]
    assert (failure.helps, failure.fixable) == ("human", False)


def test_dry_resolution_reports_every_broken_template_at_once(store: Path) -> None:
    """One failure reports all: what could not run is tried against the values at hand."""
    nodes = [
        {"id": "a", "type": "value", "params": {"x": {"b": 1}}},
        {"id": "first", "type": "part", "params": {"x": "${a.x.c}"}},
        {"id": "second", "type": "part", "params": {"x": ["${a.x.d}", "${first.result}"]}},
    ]
    done = go(store, nodes)
    assert [f.node for f in done.failures] == ["first", "second"]


def test_a_node_cannot_change_what_another_one_sees(store: Path) -> None:
    """Every node gets a copy: an upstream's value stays what it was."""

    @node(effect="pure")
    def spoil(rows: list) -> int:
        rows.append(99)
        return len(rows)

    nodes = [
        {"id": "a", "type": "value", "params": {"rows": [1, 2]}},
        {"id": "b", "type": "spoil", "params": {"rows": "${a.rows}"}},
        {"id": "c", "type": "part", "params": {"x": "${a.rows}"}, "after": ["b"]},
    ]
    done = go(store, nodes)
    assert (done.nodes["b"].outputs, done.nodes["c"].outputs) == (
        {"result": 3}, {"result": [1, 2]},
    )  # fmt: skip


def test_a_chain_of_nodes_that_are_left_out_is_left_out_whole(store: Path) -> None:
    """What follows a node that is not needed is not needed either, and each says so once."""
    nodes = [
        {"id": "a", "type": "part"},
        {"id": "b", "type": "part", "after": ["a"]},
        {"id": "c", "type": "part", "after": ["b"]},
        {"id": "d", "type": "part"},
    ]
    assert ends(go(store, nodes, until="d")) == {
        **dict.fromkeys("abc", "skipped: not needed for d"), "d": "done",
    }  # fmt: skip
