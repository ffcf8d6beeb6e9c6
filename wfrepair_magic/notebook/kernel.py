"""What one kernel knows of its workflows: the last run, and the line that asked for it."""

from __future__ import annotations

import contextvars
import copy
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from ..monitor.metrics import usual
from ..repair.fix import Fix
from ..session import Run, recent_runs
from ..settings import find_store, project_settings
from ..usage import BadUsage
from .cells import new_cell
from .front import Front
from .live import LiveReport
from .underway import Last, Underway, Wanted, stop_at_end

VARIABLE = "_wf"
LOOKED_AT = 100
"""Of so many latest runs those of one workflow say how long it usually takes."""

REMEMBERED = 8
"""Of how many workflows the last run is kept in memory, for what completion offers."""


class Kernel:
    """The memory of the magics in one kernel; everything else lies on disk.

    `underway` are the runs that have not ended; `listeners` are told of each when it begins.
    """

    def __init__(
        self, shell: InteractiveShell, configured: Callable[[], Mapping[str, Any]] = dict
    ) -> None:
        self.shell = shell
        self.front = Front(shell)
        self.last: Last | None = None
        self.runs: dict[str, Run] = {}
        self.underway: list[Underway] = []
        self.listeners: list[Callable[[Underway], None]] = []
        self.spoken_of = ""
        self.configured = configured
        self._warned: set[str] = set()

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the notebook."""
        variables: dict[str, Any] = self.shell.user_ns
        return variables

    def defaults(self) -> dict[str, Any]:
        """Give what the notebook's configuration settles, then what the project's does.

        A misspelt key of the project is told once.  Raises BadWorkflow for a value that is none.
        """
        settled, unknown = self._settled()
        for sentence in unknown:
            if sentence not in self._warned:
                self._warned.add(sentence)
                print(sentence, file=sys.stderr)
        return settled

    def _settled(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        table, unknown = project_settings(Path.cwd())
        return {**table, **self.configured()}, unknown

    def watch(self, wanted: Wanted) -> Run:
        """Make a run, show its report while it goes on, and keep it as the last one."""
        underway = self._begin(wanted)
        try:
            return underway.see_through(self.remember)
        finally:
            self.underway.remove(underway)

    def watch_apart(self, wanted: Wanted, remember: Callable[[Last], None]) -> None:
        """Begin a run on a thread of its own, whose report goes on after the cell has ended.

        Returns when the run has begun.  Raises what keeps it from beginning.
        """
        underway = self._begin(wanted, background=True)

        def see_through() -> None:
            try:
                underway.see_through_apart(remember)
            finally:
                self.underway.remove(underway)

        work = partial(contextvars.copy_context().run, see_through)
        stop_at_end(underway)
        # No daemon: when the kernel ends, it waits for the run to end in order.
        threading.Thread(target=work, name=f"wfrepair-{wanted.name}").start()
        try:
            underway.begun.wait()
        except KeyboardInterrupt:
            underway.stop.set()
            raise
        if underway.error is not None and not underway.state.run:
            raise underway.error

    def _begin(self, wanted: Wanted, background: bool = False) -> Underway:
        """Begin a run's report; earlier runs of the store say how long it usually takes."""

        def usual_time(workflow: str) -> float | None:
            return usual(recent_runs(wanted.store, LOOKED_AT), workflow)

        report = LiveReport(self.front, wanted.quiet, usual_time)
        if background and report.mode == "batch":
            report.mode = "live"  # the cell that could show the end alone is over by then
        underway = Underway(wanted, report, background)
        underway.begin()
        self.underway.append(underway)
        for listener in self.listeners:
            listener(underway)
        return underway

    def through(self, front: Front, run: str = "") -> Kernel:
        """Give the same memory behind another front, which speaks of a run ("": the last)."""
        other = copy.copy(self)
        other.front, other.spoken_of = front, run
        return other

    def runs_underway(self, name: str | None) -> list[Underway]:
        """List the runs that are under way here: of a name, or the one spoken of, or all."""
        all_of_them = [*self.underway]  # runs in the background end meanwhile
        if name is not None:
            return [each for each in all_of_them if each.wanted.name == name]
        return [each for each in all_of_them if self.spoken_of in ("", each.state.run)]

    def remember(self, last: Last) -> None:
        """Keep a run as the last one, in the notebook's variable `_wf` too."""
        run = last.run
        self.last = last
        self.runs.pop(run.name, None)
        self.runs[run.name] = run
        for name in [*self.runs][:-REMEMBERED]:
            del self.runs[name]
        self.variables[VARIABLE] = run

    def the_last(self) -> Last:
        """Give the last run of this kernel.  Raises BadUsage where there is none."""
        if self.last is None:
            raise BadUsage("no workflow ran in this kernel; `%workflow resume` goes on with one")
        return self.last

    def store(self, given: str | None) -> Path:
        """Say which store is meant: the given one, that of the last run, or the folder's."""
        if given is not None:
            return Path(given).absolute()
        if self.last is not None:
            return self.last.run.store
        configured = self._settled()[0].get("store")  # tells nobody: a page may ask for it
        return Path(configured).absolute() if configured else find_store(Path.cwd())

    def write_last_cell(self, changes: Sequence[Fix], text: str | None = None) -> None:
        """Put a repaired workflow into a new cell: what ran last in the end, unless it is given."""
        last = self.the_last()
        repaired = last.run.repaired_text if text is None else text
        self.front.say(self.front.write_cell(new_cell(last.line, repaired, changes)))
