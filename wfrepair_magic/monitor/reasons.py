"""Why a node ran, was reused, or would be: in the words of the report."""

from __future__ import annotations

from ..engine.result import Preview
from . import words
from .foreseen import WOULD
from .rows import NodeState


def told(row: NodeState) -> str:
    """Say what became of a node in a run, and why; each part of its key that changed is a line."""
    if row.state == "reused":
        ago = words.ago(row.age or 0.0)
        return f"was reused: its key is what it was when it ran, {ago}"
    if row.state not in words.RAN or not row.attempts:
        return f"{words.word(row.state)}: {words.one_line(row.message)}".removesuffix(": ")
    if not row.why:
        return "ran for the first time: nothing is known of an earlier execution"
    return "ran again:\n" + listed(row.why)


def foreseen(plan: Preview, node: str) -> str:
    """Say what a run would do with a node now, and why."""
    verdict = plan.verdicts.get(node)
    if verdict is None:
        return "now: cannot be said: " + "; ".join(one.message for one in plan.failures)
    failed = next((one.message for one in plan.failures if one.node == node), "")
    would = f"now: would {WOULD[verdict]}"
    if verdict == "reused":
        return f"{would}: its key is what it was"
    if failed:
        return f"now: would fail: {failed}"
    if node not in plan.why:
        return f"{would}, with what the nodes before it give then"
    if not plan.why[node]:
        return f"{would}, for the first time"
    return f"{would}:\n{listed(plan.why[node])}"


def listed(why: tuple[str, ...]) -> str:
    """Write each reason on lines of its own, indented."""
    return "\n".join("  " + line for reason in why for line in reason.splitlines())
