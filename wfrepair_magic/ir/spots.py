"""Where in the author's text the characters of a text value stand."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import Final, NamedTuple

from ..errors import BadWorkflow
from ..problem import Slot
from .codec import read
from .edits import value_at
from .source import LINE_BREAK, Mark, Source

_FOLD: Final = r"(?P<fold>[ \t]*(?:\r\n|\n|\r)[ \t\r\n]*)|[ \t]+"
_TOKENS: Final = {
    "plain": re.compile(rf"{_FOLD}|[^ \t\r\n]+"),
    "single": re.compile(rf"{_FOLD}|(?P<escape>'')|[^' \t\r\n]+"),
    "double": re.compile(
        r"(?P<escape>\\(?:x..|u.{4}|U.{8}|(?:\r\n|\n|\r)[ \t]*|.))" rf"|{_FOLD}|[^\\ \t\r\n]+"
    ),
    "json": re.compile(
        r"(?P<escape>\\u[dD][89abAB]..\\u[dD][c-fC-F]..|\\u.{4}|\\.)|[^\\]+",
    ),
}
"""What a value on the line of its key consists of, by its style."""


class Run(NamedTuple):
    """A piece of a value from its character `at` on, and the span of the source that means it.

    Where piece and span are equally long, each character stands for itself; else (an escape, a
    fold) the span means the piece as a whole.
    """

    at: int
    text: str
    start: int
    end: int


by_at: Final = attrgetter("at")


def runs(text: str, mark: Mark, value: str) -> list[Run]:
    """Give the runs of a text value in order; none where what is written is not understood."""
    if mark.style in ("literal", "folded"):
        pieces = _block_pieces(text, mark, value)
    elif mark.style in _TOKENS:
        pieces = _line_pieces(text, mark)
    else:
        return []
    spelt = list(pieces)
    if "".join(piece for piece, _, _ in spelt) != value:
        return []
    lengths = accumulate((len(piece) for piece, _, _ in spelt), initial=0)
    return [Run(at, *piece) for at, piece in zip(lengths, spelt, strict=False)]


def _line_pieces(text: str, mark: Mark) -> Iterator[tuple[str, int, int]]:
    quote = 0 if mark.style == "plain" else 1
    start, end = mark.start + quote, mark.end - quote
    yield "", start, start
    for token in _TOKENS[mark.style].finditer(text, start, end):
        piece = token.group()
        if token.lastgroup == "fold":
            piece = "\n" * (len(LINE_BREAK.findall(piece)) - 1) or " "
        elif token.lastgroup == "escape":
            piece = _meaning(piece, text[start - 1], mark.style == "json")
        yield piece, *token.span()


@lru_cache(1000)
def _meaning(escape: str, quote: str, as_json: bool) -> str:
    written = f"{quote}{escape}{quote}"
    return str(json.loads(written) if as_json else read(written).data)


def _block_pieces(text: str, mark: Mark, value: str) -> Iterator[tuple[str, int, int]]:
    """Read the lines of a `|` or `>` text: the text of each, and what the breaks between mean."""
    before, last, stood = "", 0, mark.start
    for number, (start, end) in enumerate(rows(text, mark, value)):
        line = text[start:end]
        if line:
            breaks = "\n" * (number - last)
            deeper = before.startswith((" ", "\t")) or line.startswith((" ", "\t"))
            if mark.style == "folded" and before and not deeper:
                breaks = breaks[1:] or " "
            yield breaks, stood, start
            yield line, start, end
            before, last = line, number
            stood = end
    yield "\n" * (len(value) - len(value.rstrip("\n"))), stood, mark.end


def rows(text: str, mark: Mark, value: str) -> list[tuple[int, int]]:
    """Give the spans of the lines of a `|` or `>` text, without what indents them as a whole."""
    indent = block_indent(text, mark, value)
    if indent is None:
        return []
    line = re.compile(rf"(?:\r\n|\n|\r) {{0,{indent}}}([^\r\n]*)")
    return [found.span(1) for found in line.finditer(text, mark.start, mark.end)]


def block_indent(text: str, mark: Mark, value: object) -> int | None:
    """Give how far the content of a block text is indented; None for no content, or no block."""
    if mark.style not in ("literal", "folded") or not isinstance(value, str):
        return None
    written = _first_spaces(LINE_BREAK.split(text[mark.start : mark.end])[1:])
    meant = _first_spaces(value.split("\n"))
    return None if written is None or meant is None else written - meant


def _first_spaces(lines: list[str]) -> int | None:
    """Count the spaces before the first line that has more than spaces."""
    return next((len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")), None)


class Spots:
    """Looks up places in one source; how a value is laid out there is found out once."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._exact: dict[Slot, list[Run]] = {}

    def place(self, slot: Slot, at: int) -> tuple[int, int]:
        """Give line and column of character `at` of the text value at `slot`.

        Where the author folded or escaped the text, it is the place at which the value begins.
        """
        if slot not in self._exact:
            self._exact[slot] = self._layout(slot)
        exact = self._exact[slot]
        if not exact:
            return self.source.place(slot)
        run = exact[bisect_right(exact, at, key=by_at) - 1]
        return self.source.lines.place(run.start + at - run.at)

    def _layout(self, slot: Slot) -> list[Run]:
        """Give the runs of a value whose characters all stand for themselves; else nothing."""
        try:
            value = value_at(self.source.data, slot)
        except BadWorkflow:
            return []
        if not isinstance(value, str):
            return []
        text, mark = self.source.text, self.source.marks[slot]
        found = runs(text, mark, value)
        if mark.style == "literal" or all(text[run.start : run.end] == run.text for run in found):
            return found
        return []
