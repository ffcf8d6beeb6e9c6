"""Changes a piece of a text as its author wrote it: only the characters that differ."""

from __future__ import annotations

import json
import re
from typing import NamedTuple

from . import scalars
from .source import Mark


class Unit(NamedTuple):
    """What a few characters of the source mean: usually one character each."""

    text: str
    start: int
    end: int


_BREAK = re.compile(r"\r\n|\n|\r")
_BLANKS = re.compile(r"[ \t\r\n]+")
_ESCAPE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(?:\r\n|\n|\r)[ \t]*|.)"
)
_JSON_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)
_NAMED = {"0": "\0", "a": "\a", "b": "\b", "t": "\t", "\t": "\t", "n": "\n", "v": "\v", "f": "\f",
          "r": "\r", "e": "\x1b", " ": " ", '"': '"', "/": "/", "\\": "\\", "N": "\x85",
          "_": "\xa0", "L": "\u2028", "P": "\u2029"}  # fmt: skip
_HEADER = re.compile(r"[|>]([-+]?)([1-9]?)([-+]?)[^\r\n]*")
_SPACES = re.compile(r" *")


def respelt(text: str, mark: Mark, old: str, new: str) -> tuple[int, int, str] | None:
    """Say which span of the source to replace by what, so that `old` reads as `new`.

    The span covers only what differs, in the author's own style.  None where the style cannot
    hold the new text, or where what is written is not understood well enough.
    """
    units = _units(text, mark, old)
    if units is None:
        return None
    change = _difference(units, new)
    if not _writable(change.piece, mark):
        return None
    if mark.style == "literal":
        indent = block_indent(text, mark, old)
        return _in_lines(units, change, _line_end(text, mark), " " * (indent or 0))
    head, last, piece = change
    if head < last:
        return units[head].start, units[last - 1].end, _spelt(piece, mark)
    at = units[head].start if head < len(units) else _content_end(mark, units)
    return at, at, _spelt(piece, mark)


class _Change(NamedTuple):
    """Which units differ, from `head` to before `last`, and what stands there instead."""

    head: int
    last: int
    piece: str


def _difference(units: list[Unit], new: str) -> _Change:
    head, start = 0, 0
    while head < len(units) and new.startswith(units[head].text, start):
        start += len(units[head].text)
        head += 1
    last, end = len(units), len(new)
    while last > head:
        begin = end - len(units[last - 1].text)
        if begin < start or not new.startswith(units[last - 1].text, begin):
            break
        last, end = last - 1, begin
    return _Change(head, last, new[start:end])


def _in_lines(
    units: list[Unit], change: _Change, line_end: str, margin: str
) -> tuple[int, int, str] | None:
    """Say how lines of a `|` text change: each behind the margin, blank ones bare."""
    if not units or not margin:
        return None
    head, last, piece = change
    whole = head > 0 and units[head - 1].text == "\n"
    following = units[last].text if last < len(units) else "\n"
    start = units[head].start if head < len(units) else units[-1].end
    end = units[last].start if last < len(units) else units[-1].end
    lines = piece.split("\n")
    for at in range(0 if whole else 1, len(lines)):
        goes_on = at == len(lines) - 1 and following != "\n"
        lines[at] = margin + lines[at] if lines[at] or goes_on else ""
    return units[head - 1].end if whole else start, end, line_end.join(lines)


def _content_end(mark: Mark, units: list[Unit]) -> int:
    if units:
        return units[-1].end
    return mark.end - (0 if mark.style == "plain" else 1)


def _units(text: str, mark: Mark, value: str) -> list[Unit] | None:
    if mark.style in ("literal", "folded"):
        units = _block_units(text, mark, value)
    elif mark.style in ("plain", "single", "double", "json"):
        quoted = 0 if mark.style == "plain" else 1
        units = _flow_units(text, mark.start + quoted, mark.end - quoted, mark.style)
    else:
        return None
    return units if "".join(unit.text for unit in units) == value else None


def _flow_units(text: str, at: int, end: int, style: str) -> list[Unit]:
    units: list[Unit] = []
    while at < end:
        blanks = _BLANKS.match(text, at, end) if style != "json" else None
        if blanks is not None:
            units += _folded(blanks)
            at = blanks.end()
            continue
        unit = _flow_unit(text, at, style)
        units.append(unit)
        at = unit.end
    return units


def _folded(blanks: re.Match[str]) -> list[Unit]:
    """Read a run of blanks: as it stands, or folded where a line ends in it."""
    breaks = len(_BREAK.findall(blanks.group()))
    if breaks:
        return [Unit(" " if breaks == 1 else "\n" * (breaks - 1), *blanks.span())]
    return [Unit(char, at, at + 1) for at, char in enumerate(blanks.group(), blanks.start())]


def _flow_unit(text: str, at: int, style: str) -> Unit:
    char = text[at]
    if char == "'" and style == "single":
        return Unit("'", at, at + 2)
    if char == "\\" and style in ("double", "json"):
        found = (_ESCAPE if style == "double" else _JSON_ESCAPE).match(text, at)
        if found is not None:
            written = found.group()
            meant = json.loads(f'"{written}"') if style == "json" else _meaning(written[1:])
            return Unit(meant, *found.span())
    return Unit(char, at, at + 1)


def _meaning(escape: str) -> str:
    if escape[0] in "xuU":
        return chr(int(escape[1:], 16))
    return "" if escape[0] in "\r\n" else _NAMED.get(escape, escape)


def _block_units(text: str, mark: Mark, value: str) -> list[Unit]:
    header = _HEADER.match(text, mark.start, mark.end)
    indent = block_indent(text, mark, value)
    if header is None or indent is None:
        return []
    lines = _content_lines(text, header.end(), mark.end, indent)
    folds = mark.style == "folded"
    units: list[Unit] = []
    gap: list[tuple[int, int]] = []  # the breaks since the last line with text
    before = ""
    for start, stop, after in lines:
        line = text[start:stop]
        if line:
            units += _joined(gap, folds and bool(before), _more(before) or _more(line))
            units += [Unit(char, at, at + 1) for at, char in enumerate(line, start)]
            before, gap = line, []
        if stop < after:
            gap.append((stop, after))
    return units + _ending(gap, header.group(1) + header.group(3))


def _more(line: str) -> bool:
    """Whether a line of a folded text is indented more than the text, and so is not folded."""
    return line.startswith((" ", "\t"))


def _joined(gap: list[tuple[int, int]], folds: bool, kept: bool) -> list[Unit]:
    if not gap:
        return []
    if folds and not kept:
        fold = " " if len(gap) == 1 else "\n" * (len(gap) - 1)
        return [Unit(fold, gap[0][0], gap[-1][1])]
    return [Unit("\n", *span) for span in gap]


def _ending(gap: list[tuple[int, int]], chomping: str) -> list[Unit]:
    kept = {"-": 0, "+": len(gap)}.get(chomping, 1)
    return [Unit("\n", *span) for span in gap[:kept]]


def _content_lines(text: str, at: int, end: int, indent: int) -> list[tuple[int, int, int]]:
    """Give the lines of a block's content: where text begins, where it ends, where the break ends.

    The break of the last line belongs to the block although its mark does not cover it.
    """
    lines: list[tuple[int, int, int]] = []
    found = _BREAK.match(text, at)
    while found is not None and found.end() <= end:
        at = found.end()
        found = _BREAK.search(text, at)
        stop, after = found.span() if found else (len(text), len(text))
        spaces = _SPACES.match(text, at, min(stop, at + indent))
        lines.append((spaces.end() if spaces else at, stop, after))
    return lines


def block_indent(text: str, mark: Mark, value: object) -> int | None:
    """Give how far the content of a block text is indented; None for no content, or no block."""
    if mark.style not in ("literal", "folded") or not isinstance(value, str):
        return None
    written = _first_spaces(_BREAK.split(text[mark.start : mark.end])[1:])
    meant = _first_spaces(value.split("\n"))
    return None if written is None or meant is None else written - meant


def _first_spaces(lines: list[str]) -> int | None:
    """Count the spaces before the first line that has more than spaces."""
    return next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), None)


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


def _line_end(text: str, mark: Mark) -> str:
    found = _BREAK.search(text, mark.start)
    return found.group() if found else "\n"
