"""The problems of a cell that is being written, each with its place in the cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ..ir.workflow import Workflow
from ..nodes import registry
from ..problem import Problem
from ..usage import BadUsage, HelpAsked
from ..wire.asked import Mark
from .asking import CELL, words
from .cells import Cell, parsed

_TOKEN: Final = re.compile(r"\$\{[^}\n]*\}|[\w.-]+")


def marks(text: str) -> tuple[Mark, ...]:
    """Check a cell as a whole; none for a cell that is not ours.  Runs nothing."""
    cell = parsed(text)
    if cell is None:
        return ()
    lines = text.split("\n")
    try:
        wrong = tuple(_on_line(cell, lines))
    except HelpAsked:
        return ()
    if not cell.body.strip():
        return wrong
    registry.all_types()  # third parties' too, who are asked once
    found = Workflow.accept(cell.body, cell.first_line).problems()
    return (*wrong, *(_mark(problem, cell, lines) for problem in found))


def _on_line(cell: Cell, lines: Sequence[str]) -> Iterator[Mark]:
    """Give what is wrong on the magic line; the whole rest of it is marked."""
    try:
        CELL.read(words(cell.line))
    except BadUsage as error:
        row = lines[cell.first_line - 2]
        column = row.find("%%workflow") + len("%%workflow") + 1
        length = len(row[column:].rstrip())
        yield Mark("error", "", str(error), cell.first_line - 1, column + 1, length)


def _mark(problem: Problem, cell: Cell, lines: Sequence[str]) -> Mark:
    line, column = problem.line or cell.first_line, problem.column or 1
    row = lines[line - 1] if line <= len(lines) else ""
    token = _TOKEN.match(row, column - 1)
    return Mark(
        severity=problem.severity,
        code=problem.code,
        message=problem.message,
        line=line,
        column=column,
        length=len(token[0]) if token else 0,
        hint=problem.hint,
        node=problem.node or "",
    )
