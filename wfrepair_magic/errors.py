"""Exceptions say who is to blame: your text, the world, or us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class Finding(Protocol):
    """What an error shows of a problem; `problem.Problem` is the one that exists."""

    def describe(self) -> str:
        """Give the problem as one line: place, code, message, hint."""
        ...


class WorkflowError(Exception):
    """The base of everything this package raises on purpose.

    `problems` holds what was found (`problem.Problem` values), most important first; it may
    be empty.  In IPython the error shows itself in at most six lines; `%tb` gives all.
    """

    SHOWN_PROBLEMS = 4

    def __init__(self, message: str, problems: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type[WorkflowError], tuple[str, tuple[Finding, ...]]]:
        return type(self), (self.message, self.problems)

    def __str__(self) -> str:
        rest = [problem.describe() for problem in self.problems]
        return "\n".join([self.message, *(f"  {line}" for line in rest if line != self.message)])

    def _render_traceback_(self) -> list[str]:
        """Show the error to IPython in at most six lines."""
        lines = str(self).splitlines()
        shown = lines[: 1 + self.SHOWN_PROBLEMS]
        if len(lines) > len(shown):
            shown.append(f"  … and {len(lines) - len(shown)} more (`.problems` has them all)")
        return [f"{type(self).__name__}: {shown[0]}", *shown[1:]]


class BadWorkflow(WorkflowError):
    """Your text, or what you passed to it, cannot run as it stands."""


class NodeFailed(WorkflowError):
    """The world refused: nodes failed, and the caller asked for an exception (`--strict`)."""


class StoreError(WorkflowError):
    """The store on disk cannot be used: damaged, foreign, locked, or of another version."""


class EngineBug(WorkflowError):
    """Ours: a state that the engine holds to be impossible.  Please report it."""
