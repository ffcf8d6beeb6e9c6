"""Changes a text value where it stands: only the characters that differ, in its author's style."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right

from . import scalars
from .changes import Change, difference
from .edits import alike
from .layout import line_break, line_end
from .source import Mark
from .spots import Run, block_indent, by_at, rows, runs


def respelt(text: str, mark: Mark, old: str, new: str) -> Change | None:
    """Say which span of the source becomes what, so that `old` reads as `new`.

    None where the style cannot hold the new text, or where what is written is not understood.
    """
    if mark.style == "literal":
        return _relined(text, mark, old, new)
    found = runs(text, mark, old)
    if not found:
        return None
    start, end, _ = difference(old, new)
    first = found[bisect_right(found, start, key=by_at) - 1]
    last = found[bisect_left(found, end, key=by_at) - 1] if end > start else first
    start, begins = _cut(first, start)
    end, ends = _cut(last, end, after=True)
    piece = new[start : len(new) - (len(old) - end)]
    return (begins, ends, _spelt(piece, mark)) if _writable(piece, mark) else None


def _cut(run: Run, at: int, after: bool = False) -> tuple[int, int]:
    """Say where, in the value and in the source, a run can be cut at `at`, or next to it."""
    if len(run.text) == run.end - run.start:
        return at, run.start + at - run.at
    end = run.at + len(run.text)
    return (end, run.end) if at == end or (after and at > run.at) else (run.at, run.start)


def _relined(text: str, mark: Mark, old: str, new: str) -> Change | None:
    """Change a `|` text by whole lines, each with the break before it."""
    spans, indent = rows(text, mark, old), block_indent(text, mark, old)
    was, now = old.removesuffix("\n").split("\n"), new.removesuffix("\n").split("\n")
    if not indent or len(was) != len(spans) or old.endswith("\n") != new.endswith("\n"):
        return None
    head, tail = alike(was, now)
    lines = now[head : len(now) - tail]
    if not _writable("\n".join(lines), mark):
        return None
    ends = [line_end(text, mark.start), *(end for _, end in spans)]
    written = (line_break(text) + (" " * indent + line if line else "") for line in lines)
    return ends[head], ends[len(was) - tail], "".join(written)


def _writable(piece: str, mark: Mark) -> bool:
    """Say whether the style of a text can hold a piece of another."""
    if mark.style in ("json", "double"):
        return True
    shows = all(char.isprintable() or char in "\n\t" for char in piece)
    return shows and (mark.style == "literal" or "\n" not in piece)


def _spelt(piece: str, mark: Mark) -> str:
    """Write a piece of text in the style of its neighbours on the line."""
    if mark.style == "json":
        return json.dumps(piece, ensure_ascii=False)[1:-1]
    if mark.style == "double":
        return scalars.escaped(piece)
    return piece.replace("'", "''") if mark.style == "single" else piece
