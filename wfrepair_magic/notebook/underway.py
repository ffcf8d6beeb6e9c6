"""A run that is under way in this kernel: its report, how it is stopped, and who waits for it."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..events import Event, Sink
from ..monitor import words
from ..monitor.history import UNFINISHED
from ..monitor.state import RUNNING, RunState
from ..session import Run
from ..wire.asked import RunTold
from ..wire.shown import CellNote
from ..wire.snapshot import Origin
from .cells import head_of
from .live import LiveReport

LOOK: Final = 0.2
"""Seconds between looks at whether the interpreter ends."""

Start = Callable[[Sequence[Sink], threading.Event], Run]
"""Makes a run: it is given the sinks, and the event that ends it in order."""


@dataclass(frozen=True)
class Wanted:
    """A run that is to be made: of which workflow, in which store, and how.

    `line` gives the magic line with which a new cell would go on with it.
    """

    name: str
    store: Path
    start: Start
    line: Callable[[Run], str]
    quiet: bool = False


@dataclass(frozen=True)
class Last:
    """A run that ended, the rest of the line of a cell that goes on, and the cell it ran in."""

    run: Run
    line: str
    cell: CellNote

    @property
    def origin(self) -> Origin:
        """Where it came from, for a page."""
        return Origin(self.cell, self.run.workflow.text)


class Underway:
    """A run from before its first event to after its last; a sink.  Made on its cell's thread.

    `begun` is set by its first event or, where there is none, by its end; `ended` when its report
    is complete.  `error` is why it could not be made at all.
    """

    def __init__(self, wanted: Wanted, report: LiveReport, background: bool = False) -> None:
        self.wanted = wanted
        self.report = report
        self.background = background
        self.stop = threading.Event()
        self.begun = threading.Event()
        self.ended = threading.Event()
        self.error: Exception | None = None
        self.cell = report.screen.cell_id or ""
        self._raw = report.screen.raw_cell
        self._open = ExitStack()

    def __call__(self, event: Event) -> None:
        """Take an event, on whichever thread the run has."""
        self.report(event)
        self.begun.set()

    @property
    def state(self) -> RunState:
        """How far it is."""
        return self.report.state

    @property
    def asking(self) -> frozenset[str]:
        """The nodes that wait for a person's word now."""
        nodes = self.state.nodes.values()
        return frozenset(node.id for node in nodes if node.state in words.ASKING)

    def told(self) -> RunTold:
        """Say how far it is in the words of the channel."""
        state = self.state
        over = UNFINISHED if self.ended.is_set() else RUNNING
        return RunTold(
            event="run",
            run=state.run,
            workflow=self.wanted.name,
            state=state.state if state.finished else over,
            percent=state.percent,
            cell=self.cell,
            asking=len(self.asking),
            background=self.background,
        )

    def begin(self) -> None:
        """Begin its report as an output of the cell."""
        self._open.enter_context(self.report)

    def see_through(self, remember: Callable[[Last], None]) -> Run:
        """Make the run, and have it remembered before its report is complete."""
        try:
            with self._open:
                run = self.wanted.start((self,), self.stop)
                line = self.wanted.line(run)
                last = Last(run, line, self._cell(line))
                self.report.origin = last.origin
                remember(last)
        finally:
            self.ended.set()
            self.begun.set()
        return run

    def see_through_apart(self, remember: Callable[[Last], None]) -> None:
        """Do so where nobody can be told of an error but whoever waits for `begun`, or reads."""
        try:
            self.see_through(remember)
        except Exception as error:  # on a thread of its own it would be lost
            self.error = error

    def _cell(self, line: str) -> CellNote:
        raw = self._raw
        digest = "" if raw is None else hashlib.sha256(raw.encode("utf-8", "replace")).hexdigest()
        return CellNote(self.cell, head_of(line), digest)


def stop_at_end(underway: Underway) -> None:
    """Stop a run in order when the interpreter ends, which waits for the run's own thread."""

    def watch() -> None:
        while threading.main_thread().is_alive() and not underway.ended.wait(LOOK):
            pass
        underway.stop.set()

    threading.Thread(target=watch, name="wfrepair-end", daemon=True).start()
