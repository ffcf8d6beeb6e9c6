"""Work on a thread of its own, while the caller waits and hears interrupts."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LOOK = 0.2
"""Seconds between looks at whether the work has ended; an interrupt is heard at once."""


def on_own_thread(work: Callable[[], T], stop: threading.Event | None = None) -> T:
    """Give what `work` returns, or raise what it raises.

    The store and the ledger are used on such threads only: a KeyboardInterrupt reaches the main
    thread alone, so it never lands inside a transaction.  An interrupt sets `stop` and the wait
    goes on, so that the work can end in order.  Without `stop` the work is short, and is waited
    for.
    """
    results: list[T] = []
    errors: list[BaseException] = []
    ended = threading.Event()
    gate = threading.Lock()  # taken by the work when it begins, or by an interrupt before that
    context = contextvars.copy_context()

    def body() -> None:
        if not gate.acquire(blocking=False):
            return
        try:
            results.append(context.run(work))
        except BaseException as error:  # raised again on the caller's thread
            errors.append(error)
        finally:
            ended.set()

    thread = threading.Thread(target=body, name="wfrepair-run", daemon=True)
    interrupted = _wait(thread, (gate, ended), stop)
    if errors:
        raise errors[0]
    if interrupted and stop is None:
        raise KeyboardInterrupt
    return results[0]


def _wait(
    thread: threading.Thread,
    marks: tuple[threading.Lock, threading.Event],
    stop: threading.Event | None,
) -> bool:
    """Start the work and wait for its end; says whether that was interrupted.

    An interrupt may come inside `start`, when the work has begun or has not.  The wait is for an
    event of our own: on 3.11 an interrupted `join` takes a live thread for dead.
    """
    gate, ended = marks
    started = interrupted = False
    while True:
        try:
            if not started:
                started = True
                thread.start()
            while not ended.wait(LOOK):
                pass
            return interrupted
        except KeyboardInterrupt:
            if gate.acquire(blocking=False):
                raise  # the work had not begun, and now never does
            interrupted = True
            if stop is not None:
                stop.set()
