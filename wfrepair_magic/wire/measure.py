"""How much is told of a run, as snapshot or HTML: little under way, all of it when it has ended."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Final

from ..monitor import words


@dataclasses.dataclass(frozen=True)
class Measure:
    """How much a snapshot may tell: rows in all and unfolded, boxes, waves, texts, logs, sources.

    `whole`: what is long is told too, for a reader to unfold.
    """

    whole: bool
    rows: int
    first: int
    boxes: int
    stages: int
    findings: int
    text: int
    cause: int
    long_text: int
    log_lines: int
    sources: int


NAMED: Final = 12
"""How many nodes of a preview are named, the others are counted; and how many sources of one."""

OPEN: Final = 40
FEW: Final = 16
"""A run that has ended shows all of so many rows at once; of more nodes only a few, those around
what needs a look, and the others where a reader unfolds them."""

LIVE: Final = Measure(
    whole=False, rows=FEW, first=FEW, boxes=20, stages=8, findings=3, text=50, cause=100,
    long_text=100, log_lines=1, sources=0,
)  # fmt: skip
LAST: Final = Measure(
    whole=True, rows=2000, first=OPEN, boxes=200, stages=24, findings=1000, text=200, cause=1200,
    long_text=20_000, log_lines=20, sources=NAMED,
)  # fmt: skip
LOGS_WIDE: Final = 200
"""Above this many nodes logs and sources are left out, so that a saved notebook stays small."""


def line(text: str, width: int) -> str:
    """Write a text on one line of at most `width` columns."""
    return words.clipped(words.one_line(text), width)


def lines(texts: Iterable[str], width: int) -> tuple[str, ...]:
    """Write each text on one line."""
    return tuple(line(text, width) for text in texts)
