"""Mends a text that cannot be read, slip by slip, as long as each slip has one reading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..ir.patch import Splice
from ..ir.workflow import Workflow

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
        problem = next(iter(Workflow.accept(text).unread), None)
        if problem is None:
            return Mended(text, tuple(splices), tuple(told), sure)
        changes = problem.facts.get("replacements", ())
        if problem.code not in ("SRC01", "SRC02") or not changes:
            return f"what is meant is not sure: {problem.place}"
        told.append(f"line {problem.line}: {problem.message}")
        sure = sure and (problem.facts.get("slip") or problem.facts.get("trap")) in _SURE
        for start, end, new in sorted(changes, reverse=True):  # from the end: no place moves
            splices.append(Splice(start, text[start:end], new))
            text = text[:start] + new + text[end:]
    return f"there are more than {MOST_SLIPS} slips"
