"""Completion in our cells: the options on the first line, the language below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..engine.states import COMPLETED
from ..ir.cursor import find_cursor
from ..ir.offers import Offers, find_offers, known_scope
from ..ir.outline import outline
from ..ir.spec import catalogue
from ..monitor import history
from ..nodes import registry
from ..settings import find_store
from .asking import CELL, USAGES
from .cells import CELL_HEAD
from .line_words import Around, line_offers, positionals, split

if TYPE_CHECKING:
    from ..session import Run
    from .kernel import Kernel

_LINE: Final = re.compile(r"\s*(?:\w+\s*=\s*)?%workflow(?=[ \t])")
_WORD_BEFORE: Final = re.compile(r"\w*$")
_RUNS: Final = 20


def complete(
    variables: Mapping[str, Any], kernel: Kernel | None, text: str, offset: int
) -> Offers | None:
    """Give what may go on at an offset of a cell's text; None where that place is not ours.

    `kernel` remembers what ran; it is None where nothing did.
    """
    registry.all_types()  # third parties' too, who are asked once
    cell = CELL_HEAD.match(text)
    if cell is not None:
        end = text.find("\n", cell.end())
        end = len(text) if end < 0 else end
        line, body = text[cell.end() : end], text[end + 1 :]
        if offset > end:
            return _in_body(kernel, line, body, offset - end - 1)
        before = text[cell.end() : offset]
        around = _around(variables, kernel, body)
        return line_offers(CELL, *split(before), around) if before else None
    begin = text.rfind("\n", 0, offset) + 1
    found = _LINE.match(text, begin, offset)
    if found is None or text.lstrip().startswith("%%"):
        return None
    return _on_line(_around(variables, kernel, ""), text[found.end() : offset])


def _in_body(kernel: Kernel | None, line: str, body: str, offset: int) -> Offers:
    cursor = find_cursor(body, offset)
    if cursor is None:
        return Offers(_WORD_BEFORE.findall(body[:offset][-100:])[0])
    run = last_run(kernel, line, cursor.data) if kernel is not None else None
    real = real_values(run, cursor.data) if run is not None else {}
    return find_offers(cursor, catalogue, known_scope(cursor.data, catalogue, real))


def last_run(kernel: Kernel, line: str, data: Any) -> Run | None:
    """Give the last run of a workflow: by its name, else the last that shares a node."""
    given = positionals(CELL, split(f"{line} ")[0])
    written = data.get("name") if isinstance(data, dict) else None
    name = given[0] if given else written
    if name is not None:
        return kernel.runs.get(str(name))
    types = _types(data)
    for run in reversed(kernel.runs.values()):
        if any(types.get(node.id) == node.type for node in run.nodes.values()):
            return run
    return None


def real_values(run: Run, data: Any) -> dict[str, Any]:
    """Give the outputs that nodes had, where they are of the same type still, and the inputs."""
    types = _types(data)
    outputs = {
        node.id: node.outputs
        for node in run.nodes.values()
        if node.state in COMPLETED and types.get(node.id) == node.type
    }
    return {**run.outcome.values, **outputs}


def _types(data: Any) -> dict[str, Any]:
    nodes = data.get("nodes") if isinstance(data, dict) else None
    listed: Iterable[Any] = nodes if isinstance(nodes, list) else ()
    return {str(node.get("id")): node.get("type") for node in listed if isinstance(node, dict)}


def _on_line(around: Around, before: str) -> Offers:
    """Complete a subcommand, then what it takes."""
    words, fragment = split(before)
    if not words:
        fitting = tuple(name for name in USAGES if name.startswith(fragment))
        return Offers(fragment, fitting, "command")
    command, *rest = words
    if command not in USAGES:
        return Offers()
    return line_offers(USAGES[command], rest, fragment, around)


def _around(variables: Mapping[str, Any], kernel: Kernel | None, body: str) -> Around:
    last = kernel.last.run if kernel is not None and kernel.last is not None else None
    store = last.store if last is not None else None
    return Around(
        data=outline(body, -1).data,
        variables=variables,
        names=tuple(kernel.runs) if kernel is not None else (),
        nodes=tuple(last.nodes) if last is not None else (),
        fixes=len(last.fixes) if last is not None else 0,
        runs=lambda: history.ids(store or find_store(Path.cwd()))[:_RUNS],
        types=tuple(catalogue),
        commands=(*USAGES, "run"),
    )
