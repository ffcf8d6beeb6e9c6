"""The work of the comparison: twelve effects, one after the other, with a log outside."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from fakes import EffectLog

STEPS = [f"s{number:02d}" for number in range(12)]
SECONDS = 0.004
"""How long an effect takes on either side of its line in the log."""

STATE, LOG = Path(sys.argv[1]), Path(sys.argv[2])
"""Where a system may keep what it knows, and where the other side writes what it received."""


def act(name: str) -> str:
    """Do the effect: this is what must not happen twice."""
    time.sleep(SECONDS)
    EffectLog(LOG).append(name)
    time.sleep(SECONDS)
    return name


def ready() -> None:
    """Say that the work begins now; what was spent on loading is over."""
    print("ready", flush=True)
