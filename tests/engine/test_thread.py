"""Work on a thread of its own, and interrupts at awkward moments."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from wfrepair_magic.engine import thread
from wfrepair_magic.engine.thread import on_own_thread


@pytest.fixture
def interrupt_start(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Give a switch that lets an interrupt hit while a thread is being started."""
    start = thread.start_new_thread

    def arm(begun: bool) -> None:
        def interrupted(body: Callable[[], None], arguments: tuple[()]) -> None:
            monkeypatch.setattr(thread, "start_new_thread", start)
            if begun:
                start(body, arguments)
                assert has_begun.wait(10)
            raise KeyboardInterrupt

        monkeypatch.setattr(thread, "start_new_thread", interrupted)

    has_begun.clear()
    return arm


has_begun = threading.Event()


def test_an_interrupt_while_the_work_is_started_stops_it_in_order(
    interrupt_start: Callable[[bool], None],
) -> None:
    """Work that has begun is told to stop and is waited for, never left running unseen."""
    stop = threading.Event()

    def work() -> str:
        has_begun.set()
        assert stop.wait(10)
        return "ended in order"

    interrupt_start(True)
    assert on_own_thread(work, stop) == "ended in order"


def test_an_interrupt_before_the_work_begins_leaves_it_undone(
    interrupt_start: Callable[[bool], None],
) -> None:
    """Work that has not begun when the interrupt is raised never begins."""
    interrupt_start(False)
    with pytest.raises(KeyboardInterrupt):
        on_own_thread(has_begun.set, threading.Event())
    assert not has_begun.is_set()


def test_an_interrupt_of_short_work_is_raised_after_it(
    interrupt_start: Callable[[bool], None],
) -> None:
    """Without `stop` the work is finished first."""
    interrupt_start(True)
    with pytest.raises(KeyboardInterrupt):
        on_own_thread(has_begun.set)
    assert has_begun.is_set()
