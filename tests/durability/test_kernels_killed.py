"""Four kernels on one notebook, killed in the middle again and again: nothing is sent twice."""

from __future__ import annotations

import random
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
import twelve
from answering import LONG, finish, often
from fakes import EffectLog
from kernels import Notebook

KERNELS = 4
ROUNDS = often(25, 200)
SETUP = "%load_ext wfrepair_magic\nimport twelve, wfrepair_magic.session"


def killed(folder: Path, log: Path, wait: float) -> None:
    """Open the notebook in a kernel of its own, run its cell, and kill the kernel after a while."""
    notebook = Notebook(folder)
    try:
        assert notebook.run(SETUP).status == "ok"
        sent = notebook.send(f"%%workflow twelve\n{twelve.workflow(log).to_yaml()}")
        notebook.wait_for_output(sent, "%%workflow")  # it has begun
        time.sleep(wait)
    finally:
        notebook.kill()


@pytest.mark.timeout(0 if LONG else 1200)
def test_kernels_killed_in_the_middle_repeat_no_effect(tmp_path: Path) -> None:
    """4 kernels × 25 restarts on shared sessions: none twice, every gap is asked about."""
    chance = random.Random(25)
    doubts = 0
    for number in range(ROUNDS):
        folder = tmp_path / str(number)
        folder.mkdir()
        log = EffectLog(folder / "effects.log")
        waits = [chance.uniform(0.0, 0.4) for _ in range(KERNELS)]
        with ThreadPoolExecutor(KERNELS) as threads:
            list(threads.map(partial(killed, folder, log.path), waits))
        assert max(log.counts().values(), default=0) <= 1, log.counts()
        doubts += len(finish(folder / ".wfrepair", log))
        assert log.counts() == dict.fromkeys(twelve.STEPS, 1)
    assert doubts > 0, "no kill met an effect under way: the moments are not random enough"
