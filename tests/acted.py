"""Node functions that the model knows, and the outside world in whose hands they are.

The world lies in the working folder: `moods` says what befalls which function, and `log` what
really happened.  What the functions compute depends on BONUS and `helped`, as a cell's functions
do on other cells.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fakes import EffectLog

from wfrepair_magic import Context, Transient, Workflow, node, run
from wfrepair_magic.engine import writer
from wfrepair_magic.nodes.base import AnswerUnreadable, ExitCode

BONUS = 0


def same(n: int) -> int:
    """Leave a number as it is."""
    return n


def doubled(n: int) -> int:
    """Double a number."""
    return 2 * n


HELPERS: dict[str, Callable[[int], int]] = {"same": same, "doubled": doubled}
helped = same


def act(ctx: Context, name: str, a: int, b: int) -> None:
    """Leave a line for the execution and one for the effect; suffer what is to befall."""
    log = EffectLog(ctx.folder / "log")
    moods = json.loads((ctx.folder / "moods").read_text())
    what, when = moods.get(name, ("works", ""))
    log.append(f"ran/{name}/{a}/{b}")
    if when == "before":
        befall(what, ctx)
    if ctx.idempotency_key:
        log.append(f"sent/{name}/{a}/{b}/{ctx.idempotency_key}")
    if when == "after":
        befall(what, ctx)


def befall(what: str, ctx: Context) -> None:
    """Let a function fail in one of the ways in which functions fail."""
    if what in ("interrupts", "cancels"):
        os.kill(os.getpid(), signal.SIGINT)
        assert ctx.cancelled.wait(60)
    match what:
        case "refuses":
            raise ValueError("no")
        case "is down":
            raise Transient("later")
        case "loses":
            raise ExitCode(-9, "cut off", {})
        case "garbles":
            raise AnswerUnreadable("what is that?")
        case "kills":
            os.kill(os.getpid(), signal.SIGKILL)
        case "cancels":
            ctx.check()


def plus(a: int, b: int, ctx: Context) -> dict[str, Any]:
    """Depend on a constant and on a helper."""
    act(ctx, "plus", a, b)
    return {"value": helped(a + b + BONUS) % 5}


def minus(a: int, b: int, ctx: Context) -> dict[str, Any]:
    """Depend on a helper."""
    act(ctx, "minus", a, b)
    return {"value": helped(a - b) % 5}


def odd(a: int, b: int, ctx: Context) -> dict[str, Any]:
    """Give what no codec can put on disk."""
    act(ctx, "odd", a, b)
    return {"value": (a * b) % 5, "handle": threading.Lock()}


def define(bonus: int, helper: str) -> None:
    """Define the functions, their constant and their helper, as running cells does."""
    module = sys.modules[__name__]
    vars(module).update(BONUS=bonus, helped=HELPERS[helper])
    for function in (plus, minus, odd):
        node(function)


def work(call: Mapping[str, Any]) -> list[Any]:
    """Run the workflow, and tell its state and how each node ended."""
    define(*call["code"])
    done = run(built(call["nodes"]), call["inputs"], folder=call["folder"], **call["options"])
    return [
        done.state,
        {id: [ran.state, ran.outputs.get("value")] for id, ran in done.nodes.items()},
    ]


def serve() -> None:
    """For each call on stdin, be a number of new processes at once; tell what each of them told.

    (Forking a process that has imported all and has no threads takes a moment, not a second.)
    """
    for line in sys.stdin:
        calls = json.loads(line)
        pipes = [_be_another(call) for call in calls]
        told = [pipe.read() for pipe in pipes]
        for pipe in pipes:
            pipe.close()
            os.wait()
        print(json.dumps([json.loads(text) if text else None for text in told]), flush=True)


def _be_another(call: Mapping[str, Any]) -> Any:
    heard, tells = os.pipe()
    if os.fork():
        os.close(tells)
        return os.fdopen(heard)
    writer.GROUP = 1  # what a kill loses of a group is made again: no model could count that
    try:
        os.write(tells, json.dumps(work(call)).encode())
    finally:
        os._exit(0)


def built(nodes: Any) -> Workflow:
    """Make the workflow of some nodes, without what says None or would be refused."""
    return Workflow.build(map(_said, nodes), inputs={"x": {"type": "integer"}})


def _said(node: Mapping[str, Any]) -> dict[str, Any]:
    refused = ("cache",) if node["effect"] == "write" and node.get("cache") else ()
    return {key: value for key, value in node.items() if value is not None and key not in refused}


def look_at(folder: Path) -> list[list[str]]:
    """Read what really happened."""
    log = folder / "log"
    return [line.split("/") for line in log.read_text().split()] if log.exists() else []
