"""Work on a thread of its own, while the caller waits and hears interrupts."""

from __future__ import annotations

import contextvars
import threading
from _thread import start_new_thread
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

T = TypeVar("T")

LOOK = 0.2
"""Seconds between looks at whether the work has ended; an interrupt is heard at once."""


def on_own_thread(work: Callable[[], T], stop: threading.Event | None = None) -> T:
    """Give what `work` returns, or raise what it raises.

    The ledger is used on such threads only: a KeyboardInterrupt reaches the main thread alone, so
    it never lands inside a transaction.  An interrupt sets `stop` and the wait goes on, so that
    the work can end in order.  Without `stop` the work is short, and is waited for.
    """
    first: dict[str, object] = {}  # who came first: a thread that begins, or an interrupt
    ends: list[tuple[bool, Any]] = []
    ended: SimpleQueue[None] = SimpleQueue()
    context = contextvars.copy_context()

    def body() -> None:
        me = object()
        if first.setdefault("", me) is not me:
            return
        try:
            ends.append((True, context.run(work)))
        except BaseException as error:  # raised again on the caller's thread
            ends.append((False, error))
        ended.put(None)

    interrupted = _wait(body, (first, ends, ended), stop)
    well, found = ends[0]
    if not well:
        raise found
    if interrupted and stop is None:
        raise KeyboardInterrupt
    result: T = found
    return result


def _wait(
    body: Callable[[], None],
    marks: tuple[dict[str, object], list[tuple[bool, Any]], SimpleQueue[None]],
    stop: threading.Event | None,
) -> bool:
    """Start the work and wait for its end; says whether that was interrupted.

    An interrupt may come anywhere, and more than one.  So all that is done here can be done
    again, and the interpreter does it in one step: what `threading` waits with is written in
    Python, and is left broken by a second interrupt inside of it.  A thread that has not begun
    can even die of an interrupt that was meant for its starter; then another one is started.
    """
    first, ends, ended = marks
    interrupted = False
    while True:
        try:
            while not ends:
                if interrupted and first.setdefault("", first) is first:
                    raise KeyboardInterrupt  # the work had not begun, and now never does
                if interrupted and stop is not None and not stop.is_set():
                    start_new_thread(stop.set, ())
                if not first:
                    start_new_thread(body, ())
                with suppress(Empty):
                    ended.get(timeout=LOOK)
            return interrupted
        except KeyboardInterrupt:
            if first.get("") is first:
                raise
            interrupted = True
