"""What rules for templates share: the path that ends too early, and its text mended in steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...ir.patch import Patch, SetValue
from ...ir.templates import Unresolved, parse, references, resolve
from ..fix import Level
from .base import Candidate, Case


@dataclass(frozen=True)
class Step:
    """One segment mended: what replaces the text from `start` to `end`, and the fact behind it."""

    start: int
    end: int
    new: str
    level: Level
    confidence: float
    fact: str


def own_miss(case: Case) -> Unresolved | None:
    """Give the path that the problem is about, as far as it went."""
    found = case.problem.facts.get("unresolved")
    return found if isinstance(found, Unresolved) else None


def next_miss(case: Case, text: str, step: Step) -> Unresolved | None:
    """Say where the path that a step has mended ends now; None where it resolves.

    `text` is the text after the step.  What waits for nodes that have not run counts as resolved.
    """
    refs = [ref for ref, _ in references(parse(text)) if ref.start <= step.start < ref.end]
    end = max((ref.end for ref in refs), default=0)
    further = resolve(text, case.scope, case.problem.slot).unresolved
    return next((miss for miss in further if step.start < miss.segment_span[0] < end), None)


def applied(text: str, steps: Sequence[Step]) -> str:
    """Give the text after the steps; each one's place counts in the text before it."""
    for step in steps:
        text = text[: step.start] + step.new + text[step.end :]
    return text


def candidate(case: Case, steps: Sequence[Step], why: str) -> Candidate:
    """Make one edit of all steps; it is as sure as the least sure of them."""
    text = str(case.written)
    new = applied(text, steps)
    return Candidate(
        level=min(step.level for step in steps),
        patch=Patch((SetValue(case.problem.slot, new, text),)),
        title=_title(case, text, steps),
        why=why,
        evidence=tuple(step.fact for step in steps),
        confidence=min(step.confidence for step in steps),
    )


def _title(case: Case, text: str, steps: Sequence[Step]) -> str:
    changes = []
    for step in steps:
        changes.append(f"`{text[step.start : step.end]}` → `{step.new}`")
        text = applied(text, [step])
    return f"{', '.join(changes)} in {case.spot}"
