"""Each event of a run as one line of JSON in ``<store>/runs/<run id>.jsonl``; reading them back."""

from __future__ import annotations

import dataclasses
import json
import os
import re
from pathlib import Path
from typing import IO

from .. import events
from ..errors import BadWorkflow
from ..events import Event
from .plain import plain
from .state import RunState, fold, replay

FOLDER = "runs"
UNFINISHED = "UNFINISHED"
_RUN_ID = re.compile(r"[A-Za-z0-9][\w.-]*")


class HistoryWriter:
    """A sink that appends every event to its run's file in the store; used on one thread.

    A line is written whole and handed to the operating system at once, so that it survives the
    death of the process.  `close` may be called at any time: a later event opens the file again.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self._run = ""
        self._file: IO[bytes] | None = None

    def __call__(self, event: Event) -> None:
        """Append the event.  Raises OSError where the disk refuses."""
        document = {"event": type(event).__name__, **plain(event)}
        line = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
        if self._file is None or event.run != self._run:
            self.close()
            self._run, self._file = event.run, _append(path_of(self.store, event.run))
        self._file.write(line.encode("utf-8", "backslashreplace") + b"\n")

    def close(self) -> None:
        """Close the file; harmless when nothing is open."""
        if self._file is not None:
            self._file.close()
            self._file = None


def _append(path: Path) -> IO[bytes]:
    """Open for appending without a buffer, readable by the owner only."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    file = os.fdopen(os.open(path, flags, 0o600), "ab", buffering=0)
    if path.stat().st_size and not _ends_with_newline(path):
        file.write(b"\n")  # a line was cut off by a death; it must not spoil the next
    return file


def _ends_with_newline(path: Path) -> bool:
    with open(path, "rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def path_of(store: Path, run: str) -> Path:
    """Give the file of a run.  Raises BadWorkflow for an id that is none (`../x`)."""
    if not _RUN_ID.fullmatch(run):
        raise BadWorkflow(f"{run!r} is not the id of a run")
    return store / FOLDER / f"{run}.jsonl"


def read(store: Path, run: str) -> list[Event]:
    """Read a run's events back, oldest first.

    A line that was cut off is left out.  Raises BadWorkflow where there is no such run.
    """
    path = path_of(store, run)
    if not path.is_file():
        raise BadWorkflow(f"no run {run!r} in {store}")
    with open(path, "rb") as file:
        return [event for line in file if (event := _event(line)) is not None]


class Follower:
    """Reads the history of a run that is under way, each time only what has come since."""

    def __init__(self, store: Path, run: str) -> None:
        self.state = RunState()
        self._path = path_of(store, run)
        self._seen = 0

    def look(self) -> RunState:
        """Give the run's state now; the one of nothing where it has written no history."""
        if not self._path.is_file():
            return self.state
        with open(self._path, "rb") as file:
            file.seek(self._seen)
            for line in file:
                if not line.endswith(b"\n"):
                    break  # it is being written
                self._seen += len(line)
                if (event := _event(line)) is not None:
                    self.state = fold(self.state, event)
        return self.state


def recorded(store: Path, run: str) -> RunState:
    """Give the state of a run as its history tells it; UNFINISHED where no end was written.

    Raises BadWorkflow where there is no such run.
    """
    state = replay(read(store, run))
    if state.finished:
        return state
    seconds = max(state.last - state.started, 0.0)
    return dataclasses.replace(state, state=UNFINISHED, seconds=seconds)


def ids(store: Path) -> list[str]:
    """List the ids of a store's runs, the one that told something last first."""
    dated = ((path.stat().st_mtime, path) for path in (store / FOLDER).glob("*.jsonl"))
    return [path.stem for _, path in sorted(dated, reverse=True)]


def find(store: Path, start: str) -> str:
    """Give the id of the one run whose id is, or begins with, `start`.

    Raises BadWorkflow where there is none, or more than one.
    """
    found = sorted(id for id in ids(store) if id.startswith(start))
    if start in found or len(found) == 1:
        return found[0]
    if not found:
        raise BadWorkflow(f"no run {start!r} in {store}")
    raise BadWorkflow(f"{start!r} begins the ids of {len(found)} runs: {', '.join(found[:4])} …")


def _event(line: bytes) -> Event | None:
    """Read one line; None where it was cut off or is not an event."""
    try:
        return events.from_json(json.loads(line))
    except (ValueError, TypeError, AttributeError):
        return None
