"""A template that does not resolve becomes a problem: the same words before a run and in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ..problem import Problem, Slot, path_text
from .flaw import Flaw
from .names import did_you_mean, strict_match
from .templates import BadIndex, Kind, Ref, Unresolved

_CODES: Final[Mapping[Kind, str]] = {
    "unknown_head": "TPL01",
    "absent": "TPL05",
    "not_container": "TPL05",
    "key_on_list": "TPL09",
    "index_on_object": "TPL10",
    "index_range": "TPL11",
    "bad_index": "TPL12",
    "gone": "TPL13",
    "through_none": "TPL15",
    "filter": "TPL18",
    "shell": "TPL21",
    "unreadable": "TPL00",
}
"""The code of each way not to resolve; `absent` is refined by the keys that are there."""


def problem_of(
    unresolved: Unresolved, node: str | None, place: tuple[int | None, int | None]
) -> Problem:
    """Give the problem of a template that did not resolve, found by the check or in a run.

    `node` is the id of the node that it stands in (None: an output), `place` the line and the
    column of the text at its slot.  The facts hold `unresolved` itself, and what it says:
    `written`, `known`, `reached`, `template`, `span`, `found_type`; for TPL01 `heads`; for TPL02
    and TPL03 the key that is `meant`.
    """
    flaw = flaw_of(unresolved, node)
    hint = flaw.hint or (did_you_mean(flaw.written, flaw.names) if flaw.names else "")
    return Problem(
        "error", flaw.code, path_text(flaw.slot), *place, flaw.message, hint, node,
        flaw.slot, flaw.facts,
    )  # fmt: skip


def flaw_of(unresolved: Unresolved, node: str | None) -> Flaw:
    """Give the flaw of a template that does not resolve."""
    written = _written(unresolved)
    code, facts = _judged(unresolved, written)
    hint = f"did you mean `{facts['meant']}`?" if "meant" in facts else unresolved.hint
    if unresolved.slot[:1] == ("outputs",):
        code, facts = "GRF11", {**facts, "as": code}
    names = unresolved.known if unresolved.kind == "unknown_head" else ()
    message = f"{whereabouts(unresolved.slot, node)}: {unresolved.message}"
    return Flaw(
        code, unresolved.slot, message, hint, node, at=unresolved.segment_span[0],
        written=written, names=names, facts=facts,
    )  # fmt: skip


def _judged(unresolved: Unresolved, written: str) -> tuple[str, dict[str, Any]]:
    code = _CODES[unresolved.kind]
    facts = {
        "written": written,
        "known": unresolved.known,
        "reached": unresolved.reached,
        "template": unresolved.template,
        "span": unresolved.segment_span,
        "found_type": unresolved.found_type,
        "unresolved": unresolved,
    }
    if unresolved.kind == "unknown_head":
        return code, {**facts, "heads": unresolved.known}
    match = strict_match(written, unresolved.known) if unresolved.kind == "absent" else None
    if match is None:
        return code, facts
    return "TPL02" if match.folded else "TPL03", {**facts, "meant": match.name}


def _written(unresolved: Unresolved) -> str:
    """Give the failing segment as it stands in the template; the head where that fails."""
    if unresolved.kind in ("unknown_head", "gone"):
        return unresolved.head
    segment = unresolved.rest[0] if unresolved.rest else ""
    if isinstance(segment, BadIndex | Ref):
        return segment.text
    return segment if isinstance(segment, str) else f"[{segment}]"


def whereabouts(slot: Slot, node: str | None) -> str:
    """Say whose template stands at a slot: ``node `send`, param `body.text` ``."""
    if slot[:1] == ("outputs",):
        return f"output `{path_text(slot[1:2])}`"
    if slot[:1] == ("nodes",) and slot[2:3] in (("reads",), ("verify",)):
        return ", ".join(filter(None, (node and f"node `{node}`", f"`{path_text(slot[2:])}`")))
    inside = path_text(slot[3:]) if slot[:1] == ("nodes",) else path_text(slot)
    return ", ".join(filter(None, (node and f"node `{node}`", inside and f"param `{inside}`")))
