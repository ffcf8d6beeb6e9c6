"""A workflow of twelve effects with a log outside, run by a process that will be killed."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

from fakes import EffectLog

from wfrepair_magic import Workflow, node, run
from wfrepair_magic.session import Run

STEPS = [f"s{number:02d}" for number in range(12)]
SECONDS = 0.004
"""How long an effect takes on either side of its line in the log."""


@node
def effect(name: str, log: str, before: Any = None) -> dict[str, Any]:
    """Leave a line in the log: this is what must not happen twice."""
    time.sleep(SECONDS)
    EffectLog(Path(log)).append(name)
    time.sleep(SECONDS)
    return {"name": name}


def workflow(log: Path) -> Workflow:
    """Give the workflow: three chains of four, so that several effects are under way at once."""
    nodes = []
    for number, name in enumerate(STEPS):
        params: dict[str, Any] = {"name": name, "log": str(log)}
        if number % 4:
            params["before"] = f"${{{STEPS[number - 1]}.name}}"
        nodes.append({"id": name, "type": "effect", "params": params})
    return Workflow.build(nodes)


def work(store: Path, log: Path) -> Run:
    """Run the workflow, or go on with it."""
    return run(workflow(log), name="twelve", store=store)


if __name__ == "__main__":
    print(work(Path(sys.argv[1]), Path(sys.argv[2])).state)
