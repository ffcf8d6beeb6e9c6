"""Which stores this process has open: a connection outlives the runs that use it.

Opening a store costs as much as a small run.  A connection that nobody uses ends after a while,
and is replaced where somebody else has touched the files meanwhile.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from .writer import Rows, Writer

MOST_IDLE = 4
"""So many connections that nobody uses are kept at most."""

_writers: dict[Path, Writer] = {}
_gate = threading.Lock()


def writer_of(
    folder: Path, files: tuple[Path, ...], open_rows: Callable[[], Rows], user: Any
) -> Writer:
    """Give the writer of a store folder, for `user` until it leaves or is gone.

    `files` are what the store consists of: where another now lies in the place of one of them, or
    one was changed while nobody here used the store, it is opened anew.
    """
    with _gate:
        found = _writers.get(folder)
        if found is not None and not found.fits():
            _writers.pop(folder)
            if not found.users:
                found.end()
            found = None
        if found is None:
            found = Writer(files, open_rows, _forget)
        found.users.add(user)
        _writers[folder] = found
        return found


def leave(writer: Writer, user: Any) -> None:
    """Let go of a writer; the last one leaves the store's files in order."""
    with _gate:
        if user not in writer.users:
            return
        writer.users.discard(user)
        if writer.users:
            return
        if writer not in _writers.values():
            return writer.end()
        writer.rest()
        idle = [folder for folder, each in _writers.items() if not each.users]
        for folder in sorted(idle, key=lambda each: _writers[each].left)[:-MOST_IDLE]:
            _writers.pop(folder).end()


def _forget(writer: Writer) -> None:
    """End a writer that nobody uses, on its own thread; not now, if somebody may be coming."""
    if _gate.acquire(blocking=False):
        try:
            if not writer.users:
                for folder in [folder for folder, each in _writers.items() if each is writer]:
                    del _writers[folder]
                writer.close()
        finally:
            _gate.release()


def _at_exit() -> None:
    """Write what waits before the interpreter ends."""
    with _gate, ExitStack() as stack:  # no thread ends its writer meanwhile
        for writer in _writers.values():
            stack.callback(writer.end)


def _after_fork() -> None:
    """Leave the parent's threads and connections alone."""
    global _gate
    _gate = threading.Lock()
    _forked.extend(_writers.values())  # a connection that were closed here would be the parent's
    _writers.clear()


_forked: list[Writer] = []
atexit.register(_at_exit)
os.register_at_fork(after_in_child=_after_fork)
