"""The text of cells: what the author wrote exactly, and the new cell that holds a repair."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..ir.model import Definition
from ..monitor.words import clipped, columns, one_line
from ..repair.fix import Change, Fix
from ..wire.shown import COMMENT

WIDTH = 99
"""So many columns a line of the comment has at most."""

MOST_TOLD = 12
"""So many repairs are told in the comment of a cell, and how many there are more."""

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


def new_cell(line: str, text: str, changes: Sequence[Fix]) -> str:
    """Write the cell that holds a repaired workflow.

    A comment that says what changed and why, a line each, stands before the text, in the place
    of the comment of an earlier repair; in JSON there is none.  The text itself stays as it is.
    """
    head = f"%%workflow {line}".rstrip()
    body = _without_comment(text)
    if body.lstrip().startswith("{") or not changes:
        return f"{head}\n{body}"
    newline = "\r\n" if "\r\n" in body else "\n"
    return f"{head}\n{''.join(f'{COMMENT}{line}{newline}' for line in _lines(changes))}{body}"


def told(changes: Sequence[Fix]) -> str:
    """Say in one line what fixes changed and why."""
    return "; ".join(one_line(f"{fix.title} – {fix.why} ({fix.code})") for fix in changes)


def _lines(fixes: Sequence[Fix]) -> Iterator[str]:
    """Say what fixes changed, a line for each repair; why, where that fits on it too."""
    changes = [change for fix in fixes for change in fix.changes]
    yield from map(_line, changes[:MOST_TOLD])
    if len(changes) > MOST_TOLD:
        yield f"… and {len(changes) - MOST_TOLD} more"


def _line(change: Change) -> str:
    title, code = one_line(change.title), f" ({change.code})"
    width = WIDTH - len(COMMENT)
    whole = f"{title} – {one_line(change.why)}{code}"
    return whole if columns(whole) <= width else clipped(title, width - len(code)) + code


def _without_comment(text: str) -> str:
    while text.startswith(COMMENT):
        text = text.partition("\n")[2]
    return text


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
