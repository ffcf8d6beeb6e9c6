"""What an editor shows of a cell that is being written: problems in it, and what its words mean."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ..engine.shapes import shape
from ..ir.cursor import find_cursor
from ..ir.meaning import meaning
from ..ir.offers import nodes_of
from ..ir.outline import outline
from ..ir.spec import catalogue
from ..ir.templates import resolve
from ..ir.workflow import Workflow
from ..monitor.words import one_line
from ..nodes import registry
from ..problem import Problem
from ..usage import BadUsage, HelpAsked
from ..wire.asked import Hover, Mark
from .asking import CELL, words
from .cells import Cell, parsed
from .complete import real_values
from .kernel import Kernel

_TOKEN: Final = re.compile(r"\$\{[^}\n]*\}|[\w.-]+")
_WORD: Final = re.compile(r"[\w.-]+")
_TEMPLATE: Final = re.compile(r"\$\{([^}\n]*)\}")
_HEAD: Final = re.compile(r"\s*([\w-]+)")


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
        length = _units(row[column:].rstrip())
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
        column=_units(row[: column - 1]) + 1,
        length=_units(token[0]) if token else 0,
        hint=problem.hint,
        node=problem.node or "",
    )


def hover(kernel: Kernel, text: str, line: int, column: int) -> Hover | None:
    """Say what stands at a place of a cell; None where nothing is known of it."""
    cell, lines = parsed(text), text.split("\n")
    if cell is None or not cell.first_line <= line <= len(lines):
        return None
    row = lines[line - 1]
    at = _characters(row, column - 1)
    for pattern, tell in ((_TEMPLATE, _told_of_template), (_WORD, _told_of_word)):
        found = next(
            (each for each in pattern.finditer(row) if each.start() <= at < each.end()), None
        )
        if found is not None:
            before = sum(len(other) + 1 for other in lines[cell.first_line - 1 : line - 1])
            told = tell(kernel, cell, found, before + found.start())
            return _hover(told, line, row, found) if told else None
    return None


def _hover(told: Sequence[str], line: int, row: str, found: re.Match[str]) -> Hover:
    return Hover(tuple(told), line, _units(row[: found.start()]) + 1, _units(found[0]))


def _told_of_word(kernel: Kernel, cell: Cell, found: re.Match[str], offset: int) -> tuple[str, ...]:
    registry.all_types()
    cursor = find_cursor(cell.body, offset + len(found[0]))
    return () if cursor is None else meaning(cursor, catalogue)


def _told_of_template(
    kernel: Kernel, cell: Cell, found: re.Match[str], offset: int
) -> tuple[str, ...]:
    """Tell what a template came to, by its shape alone: values stay where they are."""
    data = outline(cell.body, -1).data
    real = real_values(kernel, cell.line, data)
    head = _HEAD.match(found[1])
    if head is None:
        return ()
    if head[1] not in real:
        types = {node.get("id"): node.get("type") for node in nodes_of(data)}
        if head[1] not in types:
            return ()
        return (f"{head[1]}: a node of type {types[head[1]]}", "no result in this kernel yet")
    made = resolve(found[0], real)
    if not made.complete:
        return tuple(one_line(each.message) for each in made.unresolved)
    return (f"{found[0]}: {shape(made.value)}", "in the last run")


def _units(text: str) -> int:
    """Count as a page counts: in units of UTF-16."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _characters(row: str, units: int) -> int:
    return len(row.encode("utf-16-le", "surrogatepass")[: 2 * units].decode("utf-16-le", "ignore"))
