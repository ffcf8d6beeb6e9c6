"""The text of cells: what the author wrote exactly, and the new cell that holds a repair."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..ir.model import Definition
from ..monitor.words import one_line
from ..repair.fix import Fix
from ..wire.comment import comment, without_comment

CELL_HEAD = re.compile(r"\s*%%workflow(?=[ \t\n]|$)")
ONCE = frozenset({"--fresh", "--yes"})
ONCE_WITH_VALUE = frozenset({"--rerun"})
_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+""", re.DOTALL)


@dataclass(frozen=True)
class Cell:
    """A ``%%workflow`` cell: the rest of its first line, its body, and where the body begins."""

    line: str
    body: str
    first_line: int = 2


def exact(line: str, body: str, raw: str | None) -> Cell:
    """Give the cell as its author wrote it.

    IPython ends every body with a newline; `raw` is the cell as the front end sent it (None where
    that is not known), and tells whether the newline was there and which line the body starts on.
    """
    if raw is None or not (raw + "\n").endswith(body):
        return Cell(line, body)
    written = body if raw.endswith(body) else body[:-1]
    before = raw[: len(raw) - len(written)]
    return Cell(line, written, before.count("\n") + 1)


def parsed(text: str) -> Cell | None:
    """Take the whole text of a cell apart; None where it is no cell of ours."""
    found = CELL_HEAD.match(text)
    if found is None:
        return None
    line, _, body = text[found.end() :].partition("\n")
    return Cell(line.strip(), body, text.count("\n", 0, found.end()) + 2)


def new_cell(line: str, text: str, changes: Sequence[Fix]) -> str:
    """Write the cell that holds a repaired workflow.

    A comment that says what changed and why, a line each, stands before the text, in the place
    of the comment of an earlier repair; in JSON there is none.  The text itself stays as it is.
    """
    body = without_comment(text)
    told = comment([change for fix in changes for change in fix.changes], body)
    return f"{head_of(line)}\n{''.join(told)}{body}"


def head_of(line: str) -> str:
    """Give the first line of a cell, of which `line` is the rest."""
    return f"%%workflow {line}".rstrip()


def told(changes: Sequence[Fix]) -> str:
    """Say in one line what fixes changed and why."""
    return "; ".join(one_line(f"{fix.title} – {fix.why} ({fix.code})") for fix in changes)


def next_line(line: str, add_name: str | None) -> str:
    """Give the line of the new cell: the same, less what was meant for one run only.

    `--fresh`, `--rerun` and `--yes` are left out, for they would send again.  `add_name` is put
    first where neither the line nor the text names the workflow: the new cell has another id and
    another text, and shall go on with the same session.
    """
    named = [shlex.quote(add_name)] if add_name is not None else []
    return " ".join([*named, *_kept(line)])


def _kept(line: str) -> Iterator[str]:
    """Give the words of a line as they were written, less those that were meant for one run."""
    skip = False
    for piece in _WORD.findall(line):
        option = piece.partition("=")[0]
        if skip or option in ONCE or option in ONCE_WITH_VALUE:
            skip = not skip and piece in ONCE_WITH_VALUE
        else:
            yield piece


def line_for(definition: Definition, name: str, inputs: Mapping[str, Any]) -> str:
    """Write a magic line for a run whose own line is not known (it began in another kernel).

    Inputs that a line can carry are written on it; secret ones never are.
    """
    declared = definition.inputs
    open_texts = {
        key: value
        for key, value in inputs.items()
        if isinstance(value, str | int | float) and key in declared and not declared[key].secret
    }
    pairs = (f"--input {shlex.quote(f'{key}={value}')}" for key, value in open_texts.items())
    return " ".join([shlex.quote(name), *pairs])
