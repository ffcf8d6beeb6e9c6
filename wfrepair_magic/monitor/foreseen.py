"""What a run would do, in words: the plan of ``--dry-run``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from ..engine.result import Preview
from ..ir.model import Node
from . import words
from .text import align

HEADS: Final = ("node", "type", "would", "because")
WOULD: Final = {
    "reused": "reuse",
    "runs": "run",
    "would send": "send",
    "would send again": "send again",
    "would resend": "send once more",
    "would verify": "look first",
    "in doubt": "wait for your answer",
    "failed": "fail",
    "skipped": "skip",
}
_IN_DOUBT: Final = {
    "in doubt": "",
    "would resend": "; it is idempotent, so it is sent with the same idempotency key",
    "would verify": "; its `verify` tells, or asks you",
}


def rows(nodes: Iterable[Node], plan: Preview) -> list[tuple[str, ...]]:
    """Give a row for each node: id, type, what a run would do with it, and why."""
    failed = {failure.node: failure.message for failure in plan.failures}
    return [
        (
            node.id,
            node.type,
            WOULD[plan.verdicts[node.id]],
            words.one_line(failed.get(node.id) or _because(plan, node.id)),
        )
        for node in nodes
        if node.id in plan.verdicts
    ]


def _because(plan: Preview, node: str) -> str:
    verdict, changed = plan.verdicts[node], plan.changed.get(node, ())
    if verdict in _IN_DOUBT:
        return "whether its effect happened is not known" + _IN_DOUBT[verdict]
    if changed:
        return f"changed since it was sent: {', '.join(changed)}"
    return ""


def headline(plan: Preview) -> str:
    """Say in one line what a run would come to: ``would reuse 3, run 1; nothing was executed``."""
    if not plan.verdicts:
        return "nothing would run; nothing was executed"
    counts = Counter(WOULD[verdict] for verdict in plan.verdicts.values())
    parts = [f"{word} {counts[word]}" for word in WOULD.values() if counts[word]]
    return f"would {', '.join(parts)}; nothing was executed"


def problems(plan: Preview) -> list[str]:
    """Give a line for each failure that is foreseen, and for what is to be said to it."""
    return [
        line
        for failure in plan.failures
        for line in (
            f"✗ {failure.node}: {words.one_line(failure.message)} ({failure.code})",
            *(f"  {detail}" for detail in words.details(failure)),
        )
    ]


def draw(nodes: Iterable[Node], plan: Preview, name: str) -> str:
    """Draw a plan as text: its headline, a row for each node, what would fail."""
    table = rows(nodes, plan)
    lines = align([HEADS, *table]) if table else []
    return "\n".join([f"{name}: {headline(plan)}", *lines, *problems(plan)])
