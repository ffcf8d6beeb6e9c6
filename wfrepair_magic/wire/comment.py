"""The comment that tells of repairs, before the text of a workflow in a new cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ..monitor.words import clipped, columns, one_line

COMMENT: Final = "# repaired: "
"""How each of its lines begins."""

WIDTH: Final = 99
"""So many columns a line has at most."""

MOST_TOLD: Final = 12
"""So many repairs are told, and how many there are more."""


def comment(changes: Sequence[Sequence[str]], text: str) -> tuple[str, ...]:
    """Give the lines that tell what changed a text and why, a line each; in JSON there is none.

    A change is its title, why, and the code of what was wrong.  Lines carry the text's newline.
    """
    if text.lstrip().startswith("{"):
        return ()
    newline = "\r\n" if "\r\n" in text else "\n"
    return tuple(f"{COMMENT}{line}{newline}" for line in _lines(changes))


def without_comment(text: str) -> str:
    """Give a text without the comment of an earlier repair at its head."""
    while text.startswith(COMMENT):
        text = text.partition("\n")[2]
    return text


def _lines(changes: Sequence[Sequence[str]]) -> Iterator[str]:
    yield from map(_line, changes[:MOST_TOLD])
    if len(changes) > MOST_TOLD:
        yield f"… and {len(changes) - MOST_TOLD} more"


def _line(change: Sequence[str]) -> str:
    """Tell a change; why, where that fits on the line too."""
    title, why, code = one_line(change[0]), one_line(change[1]), f" ({change[2]})"
    width = WIDTH - len(COMMENT)
    whole = f"{title} – {why}{code}"
    return whole if columns(whole) <= width else clipped(title, width - len(code)) + code
