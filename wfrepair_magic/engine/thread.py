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
    context = contextvars.copy_context()

    def body() -> None:
        try:
            results.append(context.run(work))
        except BaseException as error:  # raised again on the caller's thread
            errors.append(error)
        finally:
            ended.set()

    threading.Thread(target=body, name="wfrepair-run", daemon=True).start()
    interrupted = _wait(ended, stop)
    if errors:
        raise errors[0]
    if interrupted and stop is None:
        raise KeyboardInterrupt
    return results[0]


def _wait(ended: threading.Event, stop: threading.Event | None) -> bool:
    """Wait for an event of our own: on 3.11 an interrupted `join` takes a live thread for dead."""
    interrupted = False
    while True:
        try:
            while not ended.wait(LOOK):
                pass
            return interrupted
        except KeyboardInterrupt:
            interrupted = True
            if stop is not None:
                stop.set()
