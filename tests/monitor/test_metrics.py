"""Metrics: what runs came to, counted from their states."""

from __future__ import annotations

from wfrepair_magic.engine.owner import me
from wfrepair_magic.engine.result import Preview
from wfrepair_magic.engine.runs import RunRecord
from wfrepair_magic.events import NodeInfo
from wfrepair_magic.failure import Failure
from wfrepair_magic.ir.model import Node
from wfrepair_magic.monitor import foreseen
from wfrepair_magic.monitor.metrics import Metrics, measure, usual
from wfrepair_magic.monitor.rows import NodeState, Rows
from wfrepair_magic.monitor.state import RunState


def state(workflow: str, ended: str, started: float) -> RunState:
    """Make the state of a run with one node done at the second try, and one reused."""
    done = NodeState(NodeInfo(id="a", type="t", wave=0, effect="pure"), state="done", attempts=2)
    kept = NodeState(NodeInfo(id="b", type="t", wave=0, effect="pure"), state="reused", saved=1.5)
    return RunState(
        workflow=workflow, state=ended, started=started, seconds=2.0, nodes=Rows.of([done, kept])
    )


def test_runs_are_counted_by_workflow() -> None:
    """Sums of what each run spent and spared, with the workflow that ran last first."""
    found = measure([state("x", "FAILED", 1), state("y", "SUCCESS", 2), state("x", "SUCCESS", 3)])
    assert found == [
        Metrics("x", 2, {"FAILED": 1, "SUCCESS": 1}, 4, 2, 0, 4.0, 3.0, 3),
        Metrics("y", 1, {"SUCCESS": 1}, 2, 1, 0, 2.0, 1.5, 2),
    ]
    assert measure([]) == []


def took(seconds: float | None, state: str = "SUCCESS", workflow: str = "digest") -> RunRecord:
    """Make the record of a run."""
    ended = None if seconds is None else 100.0 + seconds
    return RunRecord("r", workflow, "s", "", "{}", "{}", me(), 100.0, ended, state)


def test_the_usual_time_is_the_median_of_runs_that_ended_well() -> None:
    """Failed, unfinished and other workflows' runs do not count, nor any beyond the latest ten."""
    other = [took(99, "FAILED"), took(None, ""), took(99, workflow="x")]
    assert usual([took(1), *other, took(9, "DEGRADED"), took(2)], "digest") == 2
    assert usual([*([took(1)] * 10), *([took(50)] * 90)], "digest") == 1
    assert usual(other, "digest") is None


def test_a_plan_tells_every_verdict() -> None:
    """Each verdict is a word, with the reason where there is one; the headline counts them."""
    ids = ("reused", "runs", "would send", "would send again", "in doubt", "failed", "skipped")
    failure = Failure("failed", "TPL03", "template", "change", "no", True, "no such field", ())
    plan = Preview({id: id for id in ids}, (failure,), {"would send again": ("text",)})
    nodes = [Node(id, "t") for id in (*ids, "left out")]
    assert [row[2:] for row in foreseen.rows(nodes, plan)] == [
        ("reuse", ""), ("run", ""), ("send", ""),
        ("send again", "changed since it was sent: text"),
        ("wait for your answer", "whether its effect happened is not known"),
        ("fail", "no such field"), ("skip", ""),
    ]  # fmt: skip
    assert foreseen.headline(plan) == (
        "would reuse 1, run 1, send 1, send again 1, wait for your answer 1, fail 1, skip 1;"
        " nothing was executed"
    )
    assert "✗ failed: no such field (TPL03)" in foreseen.draw(nodes, plan, "x")
