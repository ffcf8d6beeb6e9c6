"""Tells one node of a run: its row in the snapshot."""

from __future__ import annotations

from typing import Final

from ..monitor import words
from ..monitor.reasons import listed
from ..monitor.rows import NodeState
from ..problem import CODES
from .measure import Measure, line, lines
from .shown import NodeRow

LEAST: Final = 16
"""Where a message leaves fewer columns than this, why a node ran again has no room beside it."""


def row(node: NodeState, now: float, most: Measure) -> NodeRow:
    """Tell a node.  A failure or a question has a place of its own, so that it is named here."""
    failed = node.failure is not None and node.state == "failed"
    message = "" if node.state in words.ASKING else node.message
    told = CODES.get(node.failure.code, node.failure.cause) if failed and node.failure else message
    message = line(told, most.text)
    again, why = _again(node, most, message)
    whole = most.whole
    return NodeRow(
        id=words.one_line(node.id),
        type=words.one_line(node.info.type),
        state=node.state,
        attempts=node.attempts,
        seconds=round(node.spent(now), 3) if node.attempts else 0.0,
        age=node.age if node.state == "reused" else None,
        saved=node.saved if node.saved >= words.MATTERS else 0.0,
        fraction=node.fraction if node.state == "running" else None,
        message=message,
        action="" if node.action == "default" else line(node.action, most.text),
        handled=node.handled,
        purpose=line(node.info.purpose, most.text) if whole else "",
        gave=line(node.shape, most.text) if whole else "",
        again=again,
        why=why,
        logs=_logs(node, most),
        after=tuple(map(words.one_line, node.info.waits_for[: most.sources])),
    )


def _again(node: NodeState, most: Measure, message: str) -> tuple[str, tuple[str, ...]]:
    """Tell why a node ran again: in what room its message leaves, and whole where that is more."""
    if not node.why or node.state not in words.RAN:
        return "", ()
    room = most.text - words.columns(message)
    again = line(words.reason(node), room) if room >= LEAST else ""
    more = most.whole and listed(node.why).strip() not in again
    return again, tuple(map(words.clean, node.why)) if more else ()


def _logs(node: NodeState, most: Measure) -> tuple[str, ...]:
    wanted = most.log_lines if most.whole or node.state == "running" else 0
    return lines(node.logs[-wanted:], most.text) if wanted else ()


def spans(node: NodeState, began: float) -> tuple[float, ...]:
    """Give start and end of each try, in seconds from the run's start at `began`."""
    return tuple(round(max(at - began, 0.0), 3) for span in node.spans for at in span)
