"""A process that is ended at a named point of one effect; the product knows nothing of it.

The points are found by putting functions in the place of the engine's own, in this process only.
"""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fakes import EffectLog

from wfrepair_magic import Context, Workflow, node, run
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.results import Results
from wfrepair_magic.engine.scheduler import Scheduler

POINTS = {
    "before claim": (Ledger, "claim", "before"),
    "after claim": (Ledger, "claim", "after"),
    "after effect": (Scheduler, "_ended", "before"),
    "before result": (Ledger, "succeed", "before"),
    "inside result": (Ledger, "_settle", "after"),
    "after result": (Ledger, "succeed", "after"),
}
READS = {
    "after effect": (Scheduler, "_ended", "before"),
    "before result": (Ledger, "record", "before"),
    "inside result": (Ledger, "_begin", "after"),
    "after result": (Ledger, "record", "after"),
}
RESULTS = {
    "after effect": (Scheduler, "_ended", "before"),
    "before result": (Results, "write", "before"),
    "inside result": (Results, "_value", "after"),
    "after result": (Results, "write", "after"),
}
WAYS = ("kill", "raise", "SIGINT", "SIGTERM")

PURE = ("pure", "large")
KINDS = ("function", "async", "shell", "http", "idempotent", "verify", "read", *PURE)
NODES: dict[str, dict[str, Any]] = {
    "function": {"type": "act"},
    "async": {"type": "act_async"},
    "shell": {"type": "shell", "params": {"command": "echo {name} >> {log}"}},
    "http": {"type": "http", "params": {"url": "{url}/s", "method": "POST"}},
    "idempotent": {"type": "act", "idempotent": True},
    "verify": {"type": "act", "verify": {"exists": "log"}},
    "read": {"type": "act", "effect": "read"},
    "pure": {"type": "work_out"},
    "large": {"type": "work_out", "params": {"size": 2_000_000}},
}

stop: list[threading.Event] = []


class Broken(BaseException):
    """What the way `raise` raises; nothing in the engine catches it."""


@node
def act(log: str, ctx: Context) -> str:
    """Have the effect, as a plain function."""
    EffectLog(Path(log)).append(f"s:{ctx.idempotency_key}")
    return "acted"


@node
async def act_async(log: str, ctx: Context) -> str:
    """Have the effect, as an async function."""
    return act(log, ctx)


@node(effect="pure")
def work_out(log: str, size: int = 1) -> str:
    """Compute something, and leave a line of it: how often this is done is what is looked at."""
    EffectLog(Path(log)).append("s:")
    return "x" * size


def points_of(kind: str) -> dict[str, tuple[type, str, str]]:
    """Give the points at which a node of that kind can be ended."""
    return READS if kind == "read" else RESULTS if kind in PURE else POINTS


def workflow(kind: str, log: Path, url: str) -> Workflow:
    """Give a workflow of one node of that kind, which leaves a line in the log, and another."""
    params = {"log": "{log}"} if NODES[kind]["type"] not in ("shell", "http") else {}
    params.update(NODES[kind].get("params", {}))
    written = json.dumps({"id": "s", **NODES[kind], "params": params})
    for name, value in (("{log}", str(log)), ("{url}", url), ("{name}", "s:")):
        written = written.replace(name, value)
    return Workflow.build([json.loads(written), {"id": "next", "type": "value", "after": ["s"]}])


def end(way: str) -> None:
    """End this process, or what it does, in one of the ways in which that happens."""
    if way == "raise":
        raise Broken
    signals = {"kill": signal.SIGKILL, "SIGINT": signal.SIGINT, "SIGTERM": signal.SIGTERM}
    os.kill(os.getpid(), signals[way])
    assert stop[0].wait(60)  # the main thread hears it


def arm(point: tuple[type, str, str], way: str) -> None:
    """Put the failpoint in its place; it goes off once."""
    owner, name, when = point
    original: Callable[..., Any] = getattr(owner, name)
    left = [way]

    def armed(*arguments: Any, **keywords: Any) -> Any:
        if when == "before" and left:
            end(left.pop())
        result = original(*arguments, **keywords)
        if when == "after" and left:
            end(left.pop())
        return result

    setattr(owner, name, armed)
    begin = Scheduler.run

    def begun(self: Scheduler) -> Any:
        stop[:] = [self.job.stop]
        return begin(self)

    Scheduler.run = begun


def work(folder: Path, kind: str, url: str, at: tuple[str, str] | None) -> None:
    """Run the workflow, with a failpoint `at` a point and in a way, and note how it ended."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as the command line does
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if at is not None:
        point, way = at
        arm(points_of(kind)[point], way)
    done = run(workflow(kind, folder / "log", url), name="w", store=folder / "s", folder=folder)
    (folder / "end").write_text(f"{done.state} {done.nodes['s'].state}")
