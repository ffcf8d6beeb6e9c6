"""Each event of a run as one line of JSON in ``<store>/runs/<run id>.jsonl``; reading them back."""

from __future__ import annotations

import json
import os
import re
import statistics
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from .. import events
from ..errors import BadWorkflow
from ..events import Event
from .plain import plain
from .state import RunState, fold

FOLDER = "runs"
TAIL_BYTES = 65_536
UNFINISHED = "UNFINISHED"
ENDED_WELL = frozenset({"SUCCESS", "DEGRADED"})
COMPARED = 10
LOOKED_AT = 100
_RUN_ID = re.compile(r"[A-Za-z0-9][\w.-]*")


@dataclass(frozen=True)
class RunRecord:
    """What a list of runs shows.  `started` is Unix time; `seconds` is None without an end.

    `state` is UNFINISHED where no end was written: the run is still going, or its process died.
    """

    id: str
    workflow: str
    session: str
    state: str
    started: float
    seconds: float | None


class HistoryWriter:
    """A sink that appends every event to its run's file in the store.

    A line is written whole and handed to the operating system at once, so that it survives the
    death of the process.  `close` may be called at any time: a later event opens the file again.
    """

    def __init__(self, store: Path) -> None:
        self.store = store
        self._lock = threading.Lock()
        self._run = ""
        self._file: IO[bytes] | None = None

    def __call__(self, event: Event) -> None:
        """Append the event.  Raises OSError where the disk refuses."""
        line = json.dumps(_document(event), ensure_ascii=False, separators=(",", ":"))
        with self._lock:
            file = self._opened(event.run)
            file.write(line.encode("utf-8", "backslashreplace") + b"\n")

    def close(self) -> None:
        """Close the file; harmless when nothing is open."""
        with self._lock:
            self._shut()

    def _shut(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _opened(self, run: str) -> IO[bytes]:
        if self._file is None or run != self._run:
            self._shut()
            self._run, self._file = run, _append(path_of(self.store, run))
        return self._file


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


def _document(event: Event) -> dict[str, Any]:
    """Write what `events.from_json` reads; values that JSON has no form for become sketches."""
    return {"event": type(event).__name__, **plain(event)}


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


def find(store: Path, start: str) -> str:
    """Give the id of the one run whose id is, or begins with, `start`.

    Raises BadWorkflow where there is none, or more than one.
    """
    found = sorted(path.stem for path in _files(store) if path.stem.startswith(start))
    if start in found:
        return start
    if len(found) == 1:
        return found[0]
    if not found:
        raise BadWorkflow(f"no run {start!r} in {store}")
    raise BadWorkflow(f"{start!r} begins the ids of {len(found)} runs: {', '.join(found[:4])} …")


def recent(store: Path, limit: int = 20) -> list[RunRecord]:
    """List the runs of a store, the latest first."""
    dated = sorted(((path.stat().st_mtime, path) for path in _files(store)), reverse=True)
    records = (_record(path) for _, path in dated[: max(limit, 0)])
    known = [record for record in records if record is not None]
    return sorted(known, key=lambda record: record.started, reverse=True)


def usual(records: Sequence[RunRecord], workflow: str) -> float | None:
    """Give the median duration in seconds of a workflow's latest runs that ended well (pure).

    None where there is none.
    """
    ended = [
        record.seconds
        for record in records
        if record.workflow == workflow and record.state in ENDED_WELL and record.seconds is not None
    ]
    return statistics.median(ended[:COMPARED]) if ended else None


def usual_seconds(store: Path, workflow: str) -> float | None:
    """Say how long runs of a workflow took, from the latest runs of a store; None if unknown."""
    return usual(recent(store, LOOKED_AT), workflow)


def _files(store: Path) -> list[Path]:
    return list((store / FOLDER).glob("*.jsonl"))


def _record(path: Path) -> RunRecord | None:
    """Read a run's first and last events only: a file may be long."""
    with open(path, "rb") as file:
        first = _event(file.readline())
        if not isinstance(first, events.RunStarted):
            first = next((e for e in map(_event, file) if isinstance(e, events.RunStarted)), None)
        if first is None:
            return None
        end = _end(file)
    state, seconds = (end.state, end.seconds) if end else (UNFINISHED, None)
    return RunRecord(path.stem, first.workflow, first.session, state, first.at, seconds)


def _end(file: IO[bytes]) -> events.RunFinished | None:
    """Find the last RunFinished with no RunStarted after it, from the end of the file."""
    size = file.seek(0, os.SEEK_END)
    for start in (max(size - TAIL_BYTES, 0), 0):
        for event in _backwards(file, start):
            if isinstance(event, events.RunFinished):
                return event
            if isinstance(event, events.RunStarted):
                return None
    return None


def _backwards(file: IO[bytes], start: int) -> Iterator[Event]:
    file.seek(start)
    for line in reversed(file.readlines()):
        if b'"event":"Run' in line and (event := _event(line)) is not None:
            yield event


def _event(line: bytes) -> Event | None:
    """Read one line; None where it was cut off or is not an event."""
    try:
        return events.from_json(json.loads(line))
    except (ValueError, TypeError, AttributeError):
        return None
