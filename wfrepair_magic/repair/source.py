"""Mends a text that cannot be read, slip by slip, as long as each slip has one reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import BadWorkflow
from ..ir.patch import Splice
from ..ir.workflow import Workflow
from ..problem import Problem

MOST_SLIPS: Final = 200
"""A text with more slips than this is left alone."""

_SURE: Final = frozenset({"trailing comma", "comment", "single quotes", "fence", "tab"})
"""Slips that are put right without a choice; the others change or complete what is said."""


@dataclass(frozen=True)
class Mended:
    """How a text becomes a workflow: changes one after the other, and what each was for.

    `sure`: no slip left a choice.
    """

    text: str
    splices: tuple[Splice, ...]
    told: tuple[str, ...]
    sure: bool


def mend(text: str) -> Mended | str:
    """Mend every slip of a text that is no workflow, or say at which one that is not sure."""
    splices: list[Splice] = []
    told: list[str] = []
    sure = True
    for _ in range(MOST_SLIPS):
        problem = _first_problem(text)
        if problem is None:
            return Mended(text, tuple(splices), tuple(told), sure)
        changes = problem.facts.get("replacements", ())
        if problem.code not in ("SRC01", "SRC02") or not changes:
            return f"what is meant is not sure: {problem.place}"
        told.append(f"line {problem.line}: {problem.message}")
        sure = sure and (problem.facts.get("slip") or problem.facts.get("trap")) in _SURE
        made = _splices(text, changes)
        splices += made
        for one in made:
            text = text[: one.at] + one.new + text[one.at + len(one.old) :]
    return f"there are more than {MOST_SLIPS} slips"


def _first_problem(text: str) -> Problem | None:
    """Give what keeps a text from being a workflow."""
    try:
        Workflow.parse(text)
    except BadWorkflow as error:
        return next(found for found in error.problems if isinstance(found, Problem))
    return None


def _splices(text: str, changes: Sequence[tuple[int, int, str]]) -> list[Splice]:
    """Turn spans of one text into changes of which each follows the one before."""
    ordered = sorted(changes, reverse=True)  # from the end, so that no place moves
    return [Splice(start, text[start:end], new) for start, end, new in ordered]
