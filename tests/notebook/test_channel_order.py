"""What a channel tells of runs: nothing older after what is newer, and of no run that is none."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from wfrepair_magic.notebook.channel import Channel
from wfrepair_magic.notebook.front import page_is_here
from wfrepair_magic.wire.asked import RunTold

RUNNING = RunTold(event="run", run="r1", workflow="w", state="RUNNING", percent=50)


class Comms:
    """The comms of a kernel: pages open them, and see what was sent."""

    def __init__(self) -> None:
        self.targets: dict[str, Any] = {}
        self.comm_manager = self
        self.channel = Channel(cast("Any", SimpleNamespace(kernel=self)), lambda: cast("Any", None))
        self.channel.open()

    def register_target(self, name: str, opened: Any) -> None:
        """Take a target in, as ipykernel's manager does."""
        self.targets[name] = opened

    def page(self, id: str) -> list[str]:
        """Open a comm, as a page does; give the list of states that it is told."""
        told: list[str] = []
        comm = SimpleNamespace(
            comm_id=id, send=lambda message: told.append(message["state"]), on_close=lambda _: None,
            close=lambda: None,
        )  # fmt: skip
        (opened,) = self.targets.values()
        opened(comm, {})
        return told


class Slow:
    """A run that is slow to be told of: `look` is called while who asked first holds its answer."""

    def __init__(self, told: RunTold, look: Callable[[], None] = lambda: None) -> None:
        self.state = SimpleNamespace(run=told.run)
        self.now = told
        self.begun, self.ended = threading.Event(), threading.Event()
        self._looks = [look]

    def told(self) -> RunTold:
        """Say how far it is; whoever comes first takes a while to hand it on."""
        now = self.now
        for look in [self._looks.pop()] if self._looks else []:
            look()
        return now


@pytest.fixture
def comms() -> Iterator[Comms]:
    """Give a kernel's comms; its pages go when the test is over."""
    given = Comms()
    yield given
    given.channel.close()
    assert not page_is_here()


def joined(seconds: float | None = None) -> None:
    """Wait for those who tell the pages."""
    for thread in threading.enumerate():
        if thread.name == "wfrepair-channel":
            thread.join(seconds)


def test_a_page_that_opens_at_the_end_is_told_the_end_last(comms: Comms) -> None:
    """A page that opens while a run ends never takes it for one that goes on."""

    def ends() -> None:
        run.now = dataclasses.replace(RUNNING, state="SUCCESS", percent=100)
        run.ended.set()
        run.begun.set()
        joined(0.3)  # who tells the pages has every chance to be first

    run = Slow(RUNNING, ends)
    comms.channel.follow(cast("Any", run))
    told = comms.page("late")
    joined()
    assert told == ["RUNNING", "SUCCESS"]


def test_pages_hear_of_a_change_once_and_of_no_run_that_was_refused(comms: Comms) -> None:
    """Two pages are told the same run once each; a run without a number is none."""
    refused = Slow(dataclasses.replace(RUNNING, run=""))
    comms.channel.follow(cast("Any", refused))
    run = Slow(RUNNING)
    comms.channel.follow(cast("Any", run))
    first, second = comms.page("1"), comms.page("2")
    for each in (run, refused):
        each.ended.set()
        each.begun.set()
    joined()
    assert (first, second) == (["RUNNING"], ["RUNNING"])
