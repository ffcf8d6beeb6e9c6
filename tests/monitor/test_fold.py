"""A RunState is what the events say, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic import events
from wfrepair_magic.events import Event, NodeInfo, RunStarted, Suggestion
from wfrepair_magic.failure import Failure
from wfrepair_magic.monitor.rows import NodeState
from wfrepair_magic.monitor.state import RUNNING, RunState, fold, replay
from wfrepair_magic.problem import Problem


def info(id: str, wave: int = 0) -> NodeInfo:
    """Announce a shell node."""
    return NodeInfo(id=id, type="shell", wave=wave, effect="write")


A, B, C = info("a"), info("b", 1), info("c", 2)
START = RunStarted(run="r1", seq=1, at=100.0, workflow="digest", session="s1", nodes=(A, B, C))
BROKEN = Failure("b", "TPL02", "template", "change", "no", True, "no such field")
FIX = Suggestion(
    number=1, code="TPL02", level="SAFE", title="rename", why="equal but for case",
    evidence=("a gave userName",), diff="-a\n+b", rung="V2", preview={"b": "runs"},
)  # fmt: skip


def after(*story: Event) -> RunState:
    """Fold events that follow the start."""
    return replay((START, *story))


def test_a_run_that_began_has_all_nodes_pending() -> None:
    """The first event tells the nodes, the names and the time from which elapsed time counts."""
    state = after()
    assert state == RunState(
        run="r1", workflow="digest", session="s1", state=RUNNING, started=100.0, last=100.0,
        nodes=state.nodes,
    )  # fmt: skip
    assert dict(state.nodes) == {node.id: NodeState(node) for node in (A, B, C)}
    assert state.percent == 0
    assert not state.finished


def test_a_node_runs_and_is_done() -> None:
    """A node's row holds its attempts, their times, its action and the shape of its outputs."""
    state = after(
        events.NodeStarted(node="a", at=101.0),
        events.NodeDone(node="a", seconds=2.5, shape="{x: 3}", action="approve", at=104.0),
    )
    assert state.nodes["a"] == NodeState(
        A, state="done", attempts=1, seconds=2.5, shape="{x: 3}", action="approve",
        spans=((101.0, 104.0),),
    )  # fmt: skip


def test_a_reused_node_tells_its_age_and_what_it_spared() -> None:
    """A reuse is no execution: it has an age and saved seconds, and no attempts."""
    state = after(events.NodeReused(node="a", age=3600.0, saved=4.0, at=101.0))
    assert state.nodes["a"] == NodeState(
        A, state="reused", age=3600.0, saved=4.0, spans=((101.0, 101.0),)
    )
    assert state.saved == 4.0


def test_progress_counts_running_nodes_in_part() -> None:
    """Percent is the share of ended nodes, with the fraction that running ones report."""
    state = after(
        events.NodeReused(node="a", age=1, saved=0),
        events.NodeStarted(node="b"),
        events.NodeProgress(node="b", fraction=0.5, message="page 5"),
    )
    assert state.progress == pytest.approx(0.5)
    assert state.percent == 50
    assert state.counts == {"reused": 1, "running": 1, "pending": 1}
    assert state.nodes["b"].message == "page 5"


@pytest.mark.parametrize(("said", "kept"), [(-1.0, 0.0), (7.0, 1.0), (None, None), (0.25, 0.25)])
def test_a_fraction_stays_between_0_and_1(said: float | None, kept: float | None) -> None:
    """A node that miscounts its progress cannot push the bar out of its frame."""
    state = after(events.NodeStarted(node="a"), events.NodeProgress(node="a", fraction=said))
    assert state.nodes["a"].fraction == kept


def test_elapsed_time_runs_until_the_end() -> None:
    """While a run goes on its elapsed time follows the clock; afterwards it stands still."""
    running = after()
    assert running.elapsed(107.0) == 7.0
    assert running.elapsed(50.0) == 0.0
    ended = fold(running, events.RunFinished(state="SUCCESS", seconds=3.0, at=103.0))
    assert ended.elapsed(1000.0) == 3.0
    assert RunState().elapsed(5.0) == 0.0


def test_root_failures_are_those_that_nothing_handled() -> None:
    """A failure that an edge took marks its node only; another stands among the failures."""
    handled = after(events.NodeBroke(node="b", failure=BROKEN, handled=True, seconds=1.0))
    assert handled.failures == ()
    assert handled.nodes["b"].handled
    unhandled = after(events.NodeBroke(node="b", failure=BROKEN))
    assert unhandled.failures == (BROKEN,)
    ended = fold(unhandled, events.RunFinished(state="FAILED", seconds=1.0, failures=(BROKEN,)))
    assert ended.failures == (BROKEN,)
    assert ended.finished


def test_a_second_pass_begins_anew_and_keeps_what_was_spent() -> None:
    """After a repair the rows start again, with the attempts and seconds of the first pass."""
    again = RunStarted(
        run="r1", at=110.0, workflow="digest", session="s1", nodes=(A, B, C), attempt=2
    )
    state = after(
        events.NodeStarted(node="b", at=101.0),
        events.NodeBroke(node="b", failure=BROKEN, seconds=1.5, at=102.5),
        events.FixesFound(suggestions=(FIX,)),
        events.FixApplied(suggestion=FIX, by="policy"),
        again,
        events.NodeStarted(node="b", at=111.0),
        events.NodeDone(node="b", seconds=0.5, at=111.5),
    )
    assert state.attempt == 2
    assert state.started == 100.0
    assert state.failures == ()
    assert state.suggestions == ()
    assert [applied.by for applied in state.applied] == ["policy"]
    assert state.nodes["b"] == NodeState(
        B, state="done", attempts=2, seconds=2.0, spans=((101.0, 102.5), (111.0, 111.5))
    )


def test_every_try_has_its_time() -> None:
    """What was tried again has a span for each try, and none for the time between them."""
    state = after(
        events.NodeStarted(node="b", at=101.0),
        events.NodeRetrying(node="b", failure=BROKEN, wait=2.0, at=102.0),
        events.NodeStarted(node="b", at=104.0),
        events.NodeBroke(node="b", failure=BROKEN, seconds=2.0, at=105.0),
    )
    assert state.nodes["b"].spans == ((101.0, 102.0), (104.0, 105.0))


@pytest.mark.parametrize(
    ("event", "state", "message"),
    [
        (events.NodeSkipped(node="c", reason="upstream failed"), "skipped", "upstream failed"),
        (events.NodeInDoubt(node="c", question="was it sent?"), "in_doubt", "was it sent?"),
        (events.NodeWaiting(node="c", question="allow it?"), "waiting", "allow it?"),
        (events.NodeCancelled(node="c"), "cancelled", "interrupted"),
        (events.NodeDone(node="c", seconds=0, note="from a fallback"), "done", "from a fallback"),
    ],
)
def test_every_end_of_a_node_says_why(event: Event, state: str, message: str) -> None:
    """How a node ended stands in its row, with the reason or question in words."""
    row = after(event).nodes["c"]
    assert (row.state, row.message) == (state, message)


def test_a_result_that_is_not_kept_is_said() -> None:
    """A result that lives in memory only is named as such."""
    row = after(events.NodeDone(node="a", seconds=0, kept=False)).nodes["a"]
    assert "memory only" in row.message


def test_a_retry_makes_the_node_pending_and_says_when() -> None:
    """Between attempts a node is pending, and tells when it tries again and what went wrong."""
    state = after(
        events.NodeStarted(node="b"),
        events.NodeRetrying(node="b", failure=BROKEN, wait=2.0),
    )
    row = state.nodes["b"]
    assert (row.state, row.attempts) == ("pending", 1)
    assert row.message == "tries again after 2 s: no such field"


def test_logs_keep_their_last_lines() -> None:
    """A chatty node keeps its latest lines, not all of them."""
    state = after(*(events.NodeLog(node="a", text=f"line {n}") for n in range(30)))
    assert state.nodes["a"].logs == tuple(f"line {n}" for n in range(10, 30))


def test_problems_fixes_and_notices_are_kept() -> None:
    """What the check, the diagnosis and the engine say to the reader stands in the state."""
    problem = Problem("error", "GRF01", "nodes[0].type", 3, 5, "no such type")
    state = after(
        events.Checked(problems=(problem,)),
        events.FixesFound(suggestions=(FIX,), abstained=("no rule knows c",)),
        events.Notice(text="one thing"),
        events.Notice(text="one thing"),
        events.Notice(text="another", node="a"),
    )
    assert state.problems == (problem,)
    assert state.suggestions == (FIX,)
    assert state.abstained == ("no rule knows c",)
    assert state.notices == ("one thing", "a: another")


def test_an_owner_is_told_until_the_run_begins() -> None:
    """While another process holds the session it is named; once the run goes on it is not."""
    waiting = replay([events.OwnerAwaited(run="r1", owner="process 7")])
    assert (waiting.owner, waiting.state) == ("process 7", RUNNING)
    assert fold(waiting, START).owner == ""


def test_events_of_unknown_nodes_change_nothing() -> None:
    """A node that the run never announced is no reason to break off, nor to invent a row."""
    told = (
        events.NodeStarted(node="ghost"),
        events.NodeDone(node="ghost", seconds=1),
        events.NodeLog(node="ghost", text="boo"),
        events.NodeProgress(node="ghost", fraction=0.5),
    )
    assert after(*told).nodes == after().nodes


@given(
    st.lists(
        st.sampled_from(
            [
                events.NodeStarted(node="a", at=1),
                events.NodeProgress(node="a", fraction=0.9),
                events.NodeDone(node="a", seconds=1),
                events.NodeReused(node="b", age=1, saved=1),
                events.NodeBroke(node="b", failure=BROKEN),
                events.NodeSkipped(node="c", reason="x"),
                events.NodeRetrying(node="a", failure=BROKEN, wait=1),
                events.RunFinished(state="FAILED", seconds=2),
                START,
            ]
        )
    )
)
def test_no_order_of_events_breaks_the_fold(story: list[Event]) -> None:
    """Whatever arrives in whatever order, folding gives a state whose numbers make sense."""
    state = replay(story)
    assert 0 <= state.progress <= 1
    assert 0 <= state.percent <= 100
    assert state.completed <= len(state.nodes)
    assert sum(state.counts.values()) == len(state.nodes)
