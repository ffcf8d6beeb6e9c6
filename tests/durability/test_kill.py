"""Kill −9 at any moment: no effect happens twice, and every gap is told."""

from __future__ import annotations

import random
import signal
from pathlib import Path
from typing import Any

import pytest
import twelve
from answering import LONG, finish, often
from fakes import EffectLog

MOMENTS = often(200, 5_000)


def child(store: Path, log: Path) -> None:
    """Be the process that is killed."""
    twelve.work(store, log)


@pytest.mark.timeout(20_000 if LONG else 600)
def test_kill_at_random_moments_repeats_no_effect(context: Any, folder: Path) -> None:
    """At 200 random moments of a 12-step workflow: none twice, and every gap is in doubt."""
    chance = random.Random(20260)
    kills = doubts = 0
    for story in range(MOMENTS):
        store, log = folder / f"{story}" / ".wfrepair", EffectLog(folder / f"{story}.log")
        store.parent.mkdir()
        while kills < MOMENTS:
            process = context.Process(target=child, args=(store, log.path))
            process.start()
            process.join(chance.uniform(0.0, 0.4))
            if process.exitcode is None:
                process.kill()
                process.join()
            if process.exitcode == 0:
                break
            assert process.exitcode == -signal.SIGKILL
            kills += 1
        before = log.counts()
        assert max(before.values(), default=0) <= 1, before
        doubts += len(finish(store, log))
        assert log.counts() == dict.fromkeys(twelve.STEPS, 1)
        if kills >= MOMENTS:
            break
    assert doubts > 0, "no kill met an effect under way: the moments are not random enough"
