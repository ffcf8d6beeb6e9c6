"""What one kernel knows of its workflows: the last run, and the line that asked for it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from ..events import Sink
from ..monitor.metrics import usual
from ..repair.fix import Fix
from ..session import Run, recent_runs
from ..settings import find_store, project_settings
from ..usage import BadUsage
from .cells import new_cell
from .front import Front
from .live import LiveReport

VARIABLE = "_wf"
LOOKED_AT = 100
"""Of so many latest runs those of one workflow say how long it usually takes."""

REMEMBERED = 8
"""Of how many workflows the last run is kept in memory, for what completion offers."""


@dataclass(frozen=True)
class Last:
    """The last run, and the magic line with which a new cell would go on with it."""

    run: Run
    line: str


class Kernel:
    """The memory of the magics in one kernel; everything else lies on disk."""

    def __init__(
        self, shell: InteractiveShell, configured: Callable[[], Mapping[str, Any]] = dict
    ) -> None:
        self.shell = shell
        self.front = Front(shell)
        self.last: Last | None = None
        self.runs: dict[str, Run] = {}
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
        table, unknown = project_settings(Path.cwd())
        for sentence in unknown:
            if sentence not in self._warned:
                self._warned.add(sentence)
                print(sentence, file=sys.stderr)
        return {**table, **self.configured()}

    def watch(
        self,
        start: Callable[[Sequence[Sink]], Run],
        store: Path | None = None,
        quiet: bool = False,
    ) -> Run:
        """Make a run and show its report while it goes on; `start` is given the sinks.

        Earlier runs in `store` (that of the last run) say how long it takes.
        """
        here = self.store(None) if store is None else store

        def usual_time(workflow: str) -> float | None:
            return usual(recent_runs(here, LOOKED_AT), workflow)

        with LiveReport(self.front, quiet, usual_time) as report:
            return start((report,))

    def remember(self, run: Run, line: str) -> None:
        """Keep a run as the last one, in the notebook's variable `_wf` too."""
        self.last = Last(run, line)
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
        configured = self.defaults().get("store")
        return Path(configured).absolute() if configured else find_store(Path.cwd())

    def write_last_cell(self, changes: Sequence[Fix], text: str | None = None) -> None:
        """Put a repaired workflow into a new cell: what ran last in the end, unless it is given."""
        last = self.the_last()
        repaired = last.run.repaired_text if text is None else text
        print(self.front.write_cell(new_cell(last.line, repaired, changes)))
