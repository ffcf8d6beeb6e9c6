"""Makes the card of a repair: what it changes and why, and what a page writes its cell with."""

from __future__ import annotations

import dataclasses

from ..events import Suggestion
from ..monitor import words
from ..monitor.changes import inside
from ..monitor.text import Commands
from .comment import comment, without_comment
from .measure import NAMED
from .shown import FixCard, Foreseen


def card(fix: Suggestion, commands: Commands) -> FixCard:
    """Give the card of a fix, with the commands that accept and refuse it."""
    grouped: dict[str, list[str]] = {}
    for node, verdict in fix.preview.items():
        grouped.setdefault(verdict, []).append(words.one_line(node))
    return FixCard(
        number=fix.number,
        title=words.one_line(fix.title),
        code=words.one_line(fix.code),
        level=words.one_line(fix.level),
        origin=words.one_line(fix.origin),
        rung=fix.rung,
        diff="\n".join(inside(fix.diff)),
        why=words.one_line(fix.why),
        evidence=tuple(map(words.one_line, fix.evidence)),
        preview=tuple(
            Foreseen(verdict, tuple(nodes[:NAMED]), max(len(nodes) - NAMED, 0))
            for verdict, nodes in grouped.items()
        ),
        line=commands.for_fix(fix.number),
        dismiss=commands.for_dismissal(fix.number),
    )


def with_edits(card: FixCard, fix: Suggestion, source: str) -> FixCard:
    """Add to a card what makes the repaired text and its comment, where the text is told too."""
    if not source:
        return card
    told = comment(fix.changes, without_comment(source))
    return dataclasses.replace(card, edits=fix.edits, comment=told)
