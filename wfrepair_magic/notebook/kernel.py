"""What one kernel knows of its workflows: the last run, and the line that asked for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from ..events import Sink
from ..monitor.history import usual_seconds
from ..monitor.state import completed
from ..repair.fix import Fix
from ..session import Run
from ..settings import find_store
from ..usage import BadUsage
from .cells import new_cell
from .front import Front
from .live import LiveReport

VARIABLE = "_wf"


@dataclass(frozen=True)
class Last:
    """The last run, and the magic line with which a new cell would go on with it."""

    run: Run
    line: str


class Kernel:
    """The memory of the magics in one kernel; everything else lies on disk."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.front = Front(shell)
        self.last: Last | None = None

    @property
    def variables(self) -> dict[str, Any]:
        """The variables of the notebook."""
        variables: dict[str, Any] = self.shell.user_ns
        return variables

    def watch(
        self,
        start: Callable[[Sequence[Sink]], Run],
        store: Path | None = None,
        quiet: bool = False,
    ) -> Run:
        """Make a run and show its report while it goes on; `start` is given the sinks.

        Earlier runs in `store` (that of the last run) say how long it takes.
        """
        usual = partial(usual_seconds, self.store(None) if store is None else store)
        with LiveReport(self.front, quiet, usual) as report:
            run = start((report,))
            report.state = completed(report.state, run.name, run.nodes.values())
            return run

    def remember(self, run: Run, line: str) -> None:
        """Keep a run as the last one, in the notebook's variable `_wf` too."""
        self.last = Last(run, line)
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
        return self.last.run.store if self.last is not None else find_store(Path.cwd())

    def write_last_cell(self, changes: Sequence[Fix], text: str | None = None) -> None:
        """Put a repaired workflow into a new cell: what ran last in the end, unless it is given."""
        last = self.the_last()
        repaired = last.run.repaired_text if text is None else text
        print(self.front.write_cell(new_cell(last.line, repaired, changes)))
