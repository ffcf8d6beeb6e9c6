"""What rules for templates share: the path that ends too early, and its text mended in steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...ir.model import MISSING
from ...ir.patch import Patch, SetValue
from ...ir.templates import (
    UNDECIDED,
    Expression,
    Ref,
    TemplateError,
    Unresolved,
    parse,
    references,
    resolve,
    source_template,
)
from ..last_good import Path, kind_of
from .base import Candidate, Case, Fact


@dataclass(frozen=True)
class Step:
    """One piece mended: what replaces the text from `start` to `end`, and the fact behind it."""

    start: int
    end: int
    new: str
    fact: Fact


def own_miss(case: Case) -> Unresolved | None:
    """Give the path that the problem is about, as far as it went."""
    found = case.problem.facts.get("unresolved")
    return found if isinstance(found, Unresolved) else None


def next_miss(case: Case, text: str, step: Step) -> Unresolved | None:
    """Say where the path that a step has mended ends now; None where it resolves.

    `text` is the text after the step.  What waits for nodes that have not run counts as resolved.
    """
    template, shift = braced(case, text)
    start = step.start + shift
    end = max((ref.end for ref in _refs_at(template, start)), default=0)
    further = resolve(template, case.scope, case.problem.slot).unresolved
    miss = next((miss for miss in further if start < miss.segment_span[0] < end), None)
    if miss is None:
        return None
    first, last = miss.segment_span
    return replace(miss, segment_span=(first - shift, last - shift))


def _refs_at(template: str, at: int) -> list[Ref]:
    """Give the paths that go over a character of a template, the innermost last."""
    return [ref for ref, _ in references(parse(template)) if ref.start <= at < ref.end]


def braced(case: Case, text: str) -> tuple[str, int]:
    """Give a text with the braces that the author of an output's source may leave out.

    The number says by how many characters everything in it has moved.
    """
    if case.problem.slot[:1] != ("outputs",):
        return text, 0
    template = source_template(text)
    return template, 0 if template == text else len("${")


def own_ref(case: Case) -> Ref | None:
    """Give the whole path that the problem is about, at its place in what the author wrote."""
    miss, text = own_miss(case), case.written
    if miss is None or not isinstance(text, str):
        return None
    return _ref_at(case, text, miss.segment_span[0])


def _ref_at(case: Case, text: str, at: int) -> Ref | None:
    """Give the innermost path that goes over a character of what stands at the problem's place."""
    template, shift = braced(case, text)
    refs = _refs_at(template, at + shift)
    own = refs[-1] if refs else None
    return replace(own, start=own.start - shift, end=own.end - shift) if own is not None else None


def static(ref: Ref) -> Path | None:
    """Give a path of which every part is written out."""
    path = tuple(part for part in ref.path if isinstance(part, str | int))
    return path if len(path) == len(ref.path) else None


def other_type(case: Case, text: str, at: int) -> str:
    """Say that the mended path at a place of `text` leads to another type than it last did.

    "" where it is the same, or where the last good run had neither this path nor the broken one.
    """
    old, new = own_ref(case), _ref_at(case, text, at)
    if old is None or new is None:
        return ""
    paths = [(ref.head, path) for ref in (old, new) if (path := static(ref)) is not None]
    kinds = (case.last_good.kind(head, path) for head, path in paths)
    before, value = next(filter(None, kinds), ""), resolve(f"${{{new.text}}}", case.scope).value
    if not before or value is MISSING or value is UNDECIDED or kind_of(value) == before:
        return ""
    return f"its type is {kind_of(value)} now, and was {before} in the last good run"


def whole(case: Case) -> Expression | None:
    """Give the template that is all of what the author wrote, where that is one, unfiltered."""
    if not isinstance(case.written, str):
        return None
    try:
        found = parse(case.written).whole
    except TemplateError:
        return None
    return None if found is None or found.filters else found


def applied(text: str, steps: Sequence[Step]) -> str:
    """Give the text after the steps; each one's place counts in the text before it."""
    for step in steps:
        text = text[: step.start] + step.new + text[step.end :]
    return text


def candidate(case: Case, steps: Sequence[Step], why: str) -> Candidate:
    """Make one edit of all steps."""
    text = str(case.written)
    edit = SetValue(case.problem.slot, applied(text, steps), text)
    facts = dict.fromkeys(step.fact for step in steps)
    return Candidate(Patch((edit,)), _title(case, text, steps), why, tuple(facts))


def _title(case: Case, text: str, steps: Sequence[Step]) -> str:
    changes: dict[str, None] = {}
    for step in steps:
        changes[_change(text[step.start : step.end], step.new)] = None
        text = applied(text, [step])
    return f"{', '.join(changes)} in {case.spot}"


def _change(old: str, new: str) -> str:
    if not new:
        return f"`{old}` out"
    return f"`{old}` → `{new}`" if old else f"`{new.strip()}` added"
