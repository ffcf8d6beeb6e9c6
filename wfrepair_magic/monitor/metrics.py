"""What the runs of each workflow came to: how they ended, how long they took (pure)."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from ..engine.runs import RunRecord
from .state import RunState

ENDED_WELL: Final = frozenset({"SUCCESS", "DEGRADED"})
COMPARED: Final = 10


@dataclass(frozen=True)
class Metrics:
    """The counts of one workflow.

    `states` counts its runs by how they ended; `executions` are attempts of nodes, `reused` the
    nodes whose result was kept.  `seconds` is what its runs took together, `saved` what reuse
    spared; `last` is when a run began last, in Unix time.
    """

    workflow: str
    runs: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    executions: int = 0
    reused: int = 0
    fixes: int = 0
    seconds: float = 0.0
    saved: float = 0.0
    last: float = 0.0


def measure(states: Iterable[RunState]) -> list[Metrics]:
    """Count runs by workflow; the workflow that ran last comes first."""
    grouped: dict[str, list[RunState]] = {}
    for state in states:
        grouped.setdefault(state.workflow, []).append(state)
    measured = [_of(name, runs) for name, runs in grouped.items()]
    return sorted(measured, key=lambda metrics: metrics.last, reverse=True)


def _of(name: str, runs: list[RunState]) -> Metrics:
    nodes = [node for state in runs for node in state.nodes.values()]
    return Metrics(
        workflow=name,
        runs=len(runs),
        states=Counter(state.state for state in runs),
        executions=sum(node.attempts for node in nodes),
        reused=sum(node.state == "reused" for node in nodes),
        fixes=sum(len(state.applied) for state in runs),
        seconds=sum(state.seconds for state in runs),
        saved=sum(state.saved for state in runs),
        last=max(state.started for state in runs),
    )


def usual(runs: Iterable[RunRecord], workflow: str) -> float | None:
    """Give the median duration in seconds of a workflow's latest runs that ended well.

    `runs` come newest first.  None where there is none.
    """
    took = [
        run.ended - run.started
        for run in runs
        if run.workflow == workflow and run.state in ENDED_WELL and run.ended is not None
    ]
    return statistics.median(took[:COMPARED]) if took else None
