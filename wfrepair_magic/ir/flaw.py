"""A Flaw is a Problem before anybody has looked up where in the text it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..problem import Problem, Severity, Slot, path_text
from .names import did_you_mean
from .source import Source
from .spots import Spots

_COMPARISONS: Final = 50_000
"""How many names all hints of one check may be compared with; further flaws get no hint."""


@dataclass(frozen=True)
class Flaw:
    """What one part of the check found.

    Without a `hint` of its own, the name nearest to `written` among `names` becomes the hint.
    `at_key` says that the flaw is the key at `slot`, not the value; `at` is the character of the
    text at `slot` where it begins.
    """

    code: str
    slot: Slot
    message: str
    hint: str = ""
    node: str | None = None
    severity: Severity = "error"
    at_key: bool = False
    at: int = 0
    written: str = ""
    names: Collection[str] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def placed(flaws: Iterable[Flaw], source: Source | None) -> list[Problem]:
    """Turn flaws into problems with line, column and hint, in the order of the text.

    Without a source the places stay open and the order is that of the flaws.
    """
    problems = []
    spots = Spots(source) if source is not None else None
    compared = 0
    for flaw in flaws:
        compared += 0 if flaw.hint else len(flaw.names)
        place = _place(flaw, spots) if spots is not None else (None, None)
        problems.append(_problem(flaw, place, hinting=compared <= _COMPARISONS))
    return problems if source is None else sorted(problems, key=_position)


def _place(flaw: Flaw, spots: Spots) -> tuple[int, int]:
    if flaw.at_key:
        return spots.source.key_place(flaw.slot)
    return spots.place(flaw.slot, flaw.at) if flaw.at else spots.source.place(flaw.slot)


def _problem(flaw: Flaw, place: tuple[int | None, int | None], hinting: bool) -> Problem:
    hint = flaw.hint
    if not hint and flaw.names and hinting:
        hint = did_you_mean(flaw.written, flaw.names)
    return Problem(
        flaw.severity, flaw.code, path_text(flaw.slot), *place, flaw.message, hint,
        flaw.node, flaw.slot, flaw.facts,
    )  # fmt: skip


def _position(problem: Problem) -> tuple[int, int]:
    return problem.line or 0, problem.column or 0
