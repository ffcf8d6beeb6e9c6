"""Several processes on one run, some of them killed: one does the work, all have its results."""

from __future__ import annotations

import random
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import twelve
from answering import LONG
from fakes import EffectLog

from wfrepair_magic import Run

KILLS = 2_000 if LONG else 100
"""How many processes are killed for each number of processes."""

DONE, ASKS, WRONG = 0, 3, 5


def child(store: Path, log: Path) -> None:
    """Be one of the processes, and tell by the exit code how the run ended for this one."""
    done = twelve.work(store, log)
    values = {id: ran.outputs for id, ran in done.nodes.items()}
    right = values == {name: {"name": name} for name in twelve.STEPS}
    sys.exit(ASKS if done.state == "WAITING" else DONE if right else WRONG)


def answer(done: Run, log: EffectLog) -> int:
    """Answer every question by looking at the other side; gives how many there were."""
    asked = [id for id, ran in done.nodes.items() if ran.state == "in_doubt"]
    for id in asked:
        if log.counts()[id]:
            done.resolve(id, "sent", {"name": id})
        else:
            done.resolve(id, "not-sent")
    return len(asked)


def wait_for_an_effect(log: EffectLog) -> None:
    """Wait until an effect has happened, or for a while: then others are likely under way."""
    before, deadline = log.counts(), time.monotonic() + 0.5
    while log.counts() == before and time.monotonic() < deadline:
        time.sleep(0.001)


def race(context: Any, processes: int, chance: random.Random, store: Path, log: Path) -> int:
    """Let processes run into each other, kill half of them, and wait for the others.

    Gives how many were killed before they came to their end.
    """
    started = [context.Process(target=child, args=(store, log)) for _ in range(processes)]
    for process in started:
        process.start()
    for process in started[::2]:
        if chance.random() < 0.75:
            wait_for_an_effect(EffectLog(log))
        time.sleep(chance.uniform(0.0, 0.02))
        process.kill()
    for process in started:
        process.join(120)
        assert process.exitcode in (DONE, ASKS, -signal.SIGKILL), process.exitcode
    return sum(process.exitcode == -signal.SIGKILL for process in started)


@pytest.mark.timeout(6_000 if LONG else 300)
@pytest.mark.parametrize("processes", [4, 8])
def test_kills_among_many_repeat_nothing_and_hide_nothing(
    context: Any, folder: Path, processes: int
) -> None:
    """Whoever is killed: no effect twice, every gap in doubt, and the others go on or wait."""
    chance = random.Random(processes)
    kills = doubts = stories = 0
    while kills < KILLS:
        stories += 1
        store, log = folder / f"{stories}" / ".wfrepair", EffectLog(folder / f"{stories}.log")
        store.parent.mkdir()
        for _ in range(len(twelve.STEPS) + 2):
            kills += race(context, processes, chance, store, log.path)
            before = log.counts()
            assert max(before.values(), default=0) <= 1, before
            done = twelve.work(store, log.path)
            doubts += answer(done, log)
            if done.state == "SUCCESS":
                break
        assert twelve.work(store, log.path).state == "SUCCESS"
        assert log.counts() == dict.fromkeys(twelve.STEPS, 1)
    assert doubts > 0, "no kill met an effect under way: the moments are not random enough"


@pytest.mark.parametrize("processes", [4, 8])
def test_all_that_run_at_once_have_the_winners_results(
    context: Any, folder: Path, processes: int
) -> None:
    """Without a kill each effect happens once, and every process ends with all values."""
    store, log = folder / ".wfrepair", EffectLog(folder / "log")
    started = [context.Process(target=child, args=(store, log.path)) for _ in range(processes)]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
    assert [process.exitcode for process in started] == [DONE] * processes
    assert log.counts() == dict.fromkeys(twelve.STEPS, 1)
