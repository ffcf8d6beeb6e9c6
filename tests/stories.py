"""A run as events tell it: one that failed, with a fix to offer, and others of one's own."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from wfrepair_magic import events
from wfrepair_magic.events import Event, NodeInfo, RunStarted, Suggestion
from wfrepair_magic.failure import Failure
from wfrepair_magic.monitor.state import RunState, replay
from wfrepair_magic.problem import Problem

PROBLEM = Problem("error", "TPL02", "nodes[1].params.x", 7, 12, "no `userName`", "`user_name`?")
FAILURE = Failure("b", "TPL02", "template", "change", "no", True, "no `userName`", (PROBLEM,))
FIX = Suggestion(
    number=1, code="TPL02", level="ASK", title="rename it", why="equal but for case",
    evidence=("a gave user_name",), diff="--- w\n+++ w\n-x: old\n+x: new\n", rung="V2",
    preview={"a": "reused", "b": "runs", "c": "would send again"},
)  # fmt: skip


def run_of(*story: Event, ids: Iterable[str] = "abc", purpose: str = "") -> RunState:
    """Fold a run of shell nodes that began at 100 s."""
    nodes = tuple(
        NodeInfo(id=id, type="shell", wave=0, effect="write", purpose=purpose) for id in ids
    )
    start = RunStarted(run="r1", at=100.0, workflow="digest", session="s1", nodes=nodes)
    return replay((start, *story))


FAILED = run_of(
    events.NodeReused(node="a", age=11000, saved=2.41),
    events.NodeBroke(node="b", failure=FAILURE),
    events.NodeSkipped(node="c", reason="upstream failed"),
    events.RunFinished(state="FAILED", seconds=0.63, failures=(FAILURE,)),
    events.FixesFound(suggestions=(FIX,), abstained=("c: nothing is known",)),
)

EVIL = "<img src=x onerror=alert(1)>\"'&</td><script>alert(2)</script>"


def evil_story(waves: int = 2) -> RunState:
    """Put hostile text into every place that takes text of users, workflows and nodes."""
    problem = Problem("warning", EVIL, EVIL, 1, 1, EVIL, EVIL)
    failure = Failure(
        EVIL, EVIL, "exception", "change", "no", True, EVIL, (problem,), hint=EVIL,
        error_type=EVIL, detail=EVIL, reported={EVIL: EVIL}, input_shapes={EVIL: EVIL},
    )  # fmt: skip
    fix = Suggestion(
        number=1, code=EVIL, level=EVIL, title=EVIL, why=EVIL, evidence=(EVIL,),
        diff=f"+{EVIL}\n-{EVIL}\n {EVIL}", rung=EVIL, preview={EVIL: EVIL}, origin=EVIL,
    )  # fmt: skip
    infos = [
        NodeInfo(id=EVIL, type=EVIL, wave=0, effect="write", purpose=EVIL),
        NodeInfo(id=f"{EVIL}2", type=EVIL, wave=1, effect="write", waits_for=(EVIL,)),
        *(
            NodeInfo(id=f"{EVIL}{wave}", type=EVIL, wave=wave, effect="write")
            for wave in range(3, waves + 1)
        ),
    ]
    return replay(
        [
            RunStarted(run=EVIL, workflow=EVIL, session=EVIL, nodes=tuple(infos)),
            events.Notice(text=EVIL, node=EVIL),
            events.NodeStarted(node=EVIL),
            events.NodeProgress(node=EVIL, fraction=0.5, message=EVIL),
            events.NodeDone(node=EVIL, seconds=1, note=EVIL, action=EVIL),
            events.NodeInDoubt(node=f"{EVIL}2", question=EVIL),
            events.Checked(problems=(problem, PROBLEM)),
            events.FixApplied(suggestion=fix, by=EVIL),
            events.FixesFound(suggestions=(fix,), abstained=(EVIL,)),
            events.RunFinished(state="WAITING", seconds=1, failures=(failure,)),
            events.OwnerAwaited(owner=EVIL),
        ]
    )


def lattice(size: int, wide: int) -> RunState:
    """Fold a run of nodes in waves of `wide`, each waiting for two of the wave before."""
    ids = [f"a_rather_long_name_of_a_node_{number:03}" for number in range(size)]
    infos = []
    for place, id in enumerate(ids):
        wave = place // wide
        before = (ids[place - wide], ids[(wave - 1) * wide]) if wave else ()
        infos.append(NodeInfo(id=id, type="sort", wave=wave, effect="write", waits_for=before))
    why = ("params.path: 'a_rather_long_path' → 'another_path'", "code")
    story: list[Event] = [events.NodeStarted(node=id, at=101, why=why) for id in ids]
    story += [events.NodeDone(node=id, seconds=1.5, note="x" * 300) for id in ids[: size // 2]]
    for id in ids[size // 2 : size // 2 + 9]:
        broken = dataclasses.replace(FAILURE, node=id, message="é" * 300, detail="x" * 5000)
        story.append(events.NodeBroke(node=id, failure=broken))
    start = RunStarted(run="r1", at=100.0, workflow="digest", session="s1", nodes=tuple(infos))
    return replay((start, *story))
