"""Interrupts at any moment leave no transaction open, and nobody else locked out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from answering import LONG

INTERRUPTS = 20_000 if LONG else 2_000


@pytest.mark.timeout(0 if LONG else 120)
def test_interrupts_leave_store_and_runs_usable(tmp_path: Path) -> None:
    """Thousands of them, of three kinds, while the main thread puts, gets, opens and runs.

    No transaction is open afterwards, others could write within a second all the time, no value
    is wrong, no effect is done twice, and the next run goes well.
    """
    tests = Path(__file__).parents[1]
    path = os.pathsep.join([str(tests), *filter(None, sys.path)])
    script = str(Path(__file__).with_name("interrupted.py"))
    command = [sys.executable, script, str(tmp_path), str(INTERRUPTS), "seed"]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["struck"] == INTERRUPTS
    assert told["heard"] + told["cancelled"] > INTERRUPTS / 10, told
    assert told["rounds"] > INTERRUPTS / 10, told
    clean = {"wrong": [], "locked out": 0, "twice": [], "at the end": [True, True]}
    assert {name: told[name] for name in clean} == clean
    assert told["after"] == "SUCCESS"
