"""Two processes, one session: the one that is late waits, sees how far the other is, and reuses."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from fakes import EffectLog

from wfrepair_magic import Context, Event, Run, events, node, run

STEPS = ("first", "second", "third")
TEXT = """
nodes:
  - {id: first, type: held, params: {name: first}}
  - {id: second, type: held, params: {name: second, after: "${first.result}"}}
  - {id: third, type: held, params: {name: third, after: "${second.result}"}}
"""


@node(effect="write")
def held(name: str, ctx: Context, after: str = "") -> str:
    """Say in the log that it runs; the second step goes on when it is let go."""
    EffectLog(ctx.folder / "effects.log").append(name)
    ctx.progress(0.5, f"{name} is half done")
    while name == "second" and not (ctx.folder / "go").exists() and not ctx.cancelled.is_set():
        time.sleep(0.01)
    return name


def go(folder: Path, *sinks: events.Sink) -> Run:
    """Run the workflow of this folder's session."""
    return run(TEXT, name="line", store=folder / ".wfrepair", folder=folder, sinks=sinks)


def child(folder: Path) -> None:
    """Be the process that holds the session."""
    go(folder)


@pytest.fixture
def ahead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[BaseProcess]:
    """A process that is in the middle of the second step."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    process = multiprocessing.get_context("spawn").Process(target=child, args=(tmp_path,))
    process.start()
    log = EffectLog(tmp_path / "effects.log")
    while log.counts()["second"] == 0:
        assert process.is_alive()
        time.sleep(0.02)
    yield process
    process.kill()
    process.join()


class Waiting:
    """A run in a thread of this process, and what it tells while it waits."""

    def __init__(self, folder: Path) -> None:
        self.told: list[events.OwnerAwaited] = []
        self.ends: list[Run] = []
        self._moved = threading.Event()
        self.thread = threading.Thread(target=lambda: self.ends.append(go(folder, self._hear)))
        self.thread.start()

    def _hear(self, event: Event) -> None:
        if isinstance(event, events.OwnerAwaited):
            self.told.append(event)
            self._moved.set()

    def hears(self) -> events.OwnerAwaited:
        """Give the next word about the owner."""
        assert self._moved.wait(60)
        self._moved.clear()
        return self.told[-1]

    def end(self) -> Run:
        """Wait for the run's end."""
        self.thread.join(60)
        return self.ends[0]


def test_the_late_one_sees_how_far_the_other_is_and_takes_its_results(
    tmp_path: Path, ahead: BaseProcess
) -> None:
    """It names the owner and its progress, and every effect happens once."""
    late = Waiting(tmp_path)
    word = late.hears()
    assert (word.owner, word.doing) == (
        f"process {ahead.pid}", "1 of 3 nodes done, second running"
    )  # fmt: skip
    (tmp_path / "go").touch()
    done = late.end()
    assert {id: one.state for id, one in done.nodes.items()} == dict.fromkeys(STEPS, "reused")
    assert EffectLog(tmp_path / "effects.log").counts() == dict.fromkeys(STEPS, 1)


def test_a_killed_owner_is_noticed_at_once(tmp_path: Path, ahead: BaseProcess) -> None:
    """The late one goes on without it, and asks about the effect that was cut off."""
    late = Waiting(tmp_path)
    late.hears()
    ahead.kill()
    done = late.end()
    assert done.state == "WAITING"
    assert {id: one.state for id, one in done.nodes.items()} == {
        "first": "reused", "second": "in_doubt", "third": "skipped"
    }  # fmt: skip


def test_a_suspended_owner_is_never_robbed(tmp_path: Path, ahead: BaseProcess) -> None:
    """The late one waits for as long as it sleeps, then takes its results."""
    assert ahead.pid is not None
    os.kill(ahead.pid, signal.SIGSTOP)
    (tmp_path / "go").touch()
    late = Waiting(tmp_path)
    late.hears()
    late.thread.join(1.5)
    assert late.thread.is_alive()
    os.kill(ahead.pid, signal.SIGCONT)
    assert late.end().state == "SUCCESS"
    assert EffectLog(tmp_path / "effects.log").counts() == dict.fromkeys(STEPS, 1)
