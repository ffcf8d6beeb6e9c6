"""The part of the check that reads every template, and looks up what it names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from ..problem import Slot
from .findings import flaw_of, param_of, whereabouts
from .flaw import Flaw
from .model import Node
from .names import did_you_mean, strict_match
from .spec import Param
from .subject import Subject
from .templates import (
    BadIndex,
    Expression,
    Kind,
    Ref,
    Template,
    TemplateError,
    Unresolved,
    references,
    source_template,
    walk,
)

_SHELL_NAME: Final = re.compile(r"[A-Z_][A-Z0-9_]*")

Names = tuple[str, ...]

_BATCH: Final = ("item", "__index__")
"""Heads of a batch, which is not supported yet: one problem about it is enough."""


@dataclass(frozen=True)
class _Use:
    """One path in one template: where it stands, and whether it is needed."""

    node: Node | None
    slot: Slot
    expression: Expression
    ref: Ref
    needed: bool

    @property
    def id(self) -> str | None:
        return self.node.id if self.node is not None else None

    @property
    def where(self) -> str:
        return whereabouts(self.slot, self.id)


def template_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find templates that cannot be read, name what is not there, or stand where none may."""
    for node in subject.definition.nodes:
        for place, template in walk(node.templated, node.slot):
            yield from _template(subject, node, place, template)
    for name, output in subject.definition.outputs.items():
        yield from _output(subject, ("outputs", name, "source"), output.source)


def _template(
    subject: Subject, node: Node | None, slot: Slot, template: Template | TemplateError
) -> Iterator[Flaw]:
    if isinstance(template, TemplateError):
        yield _unreadable(template, node, slot)
        return
    for expression in template.expressions:
        for ref, needed in references(Template(template.text, (expression,))):
            use = _Use(node, slot, expression, ref, needed)
            flaw = _head(subject, use) or _path(subject, use)
            if flaw is not None:
                yield flaw if needed else replace(flaw, severity="warning")


def _unreadable(error: TemplateError, node: Node | None, slot: Slot) -> Flaw:
    id = node.id if node is not None else None
    code = "TPL17" if error.kind == "dialect" else "TPL00"
    facts: dict[str, Any] = {"position": error.position, "kind": error.kind}
    if node is None:
        code, facts = "GRF11", {**facts, "as": code}
    message = f"{whereabouts(slot, id)}: {error.message}"
    return Flaw(code, slot, message, error.hint, id, at=error.position, facts=facts)


def _output(subject: Subject, slot: Slot, source: str) -> Iterator[Flaw]:
    """Check an output's source, to which its author need not have put the braces."""
    if not source.strip():
        return  # the shape of the tree is not right, and that is told there
    text = source_template(source)
    shift = 0 if text == source else -len("${")
    found = list(walk(text, slot))
    if not found:
        message = f"{whereabouts(slot, None)}: the source names no node and no input"
        yield Flaw("GRF11", slot, message, "write a template, such as `${node.field}`")
    for place, template in found:
        for flaw in _template(subject, None, place, template):
            yield _shifted(flaw, shift)


def _shifted(flaw: Flaw, by: int) -> Flaw:
    """Move the places of a flaw, so that they count in what the author wrote."""
    facts = dict(flaw.facts)
    if "position" in facts:
        facts["position"] += by
    unresolved = facts.get("unresolved")
    if isinstance(unresolved, Unresolved):
        start, end = unresolved.segment_span
        facts["span"] = (start + by, end + by)
        facts["unresolved"] = replace(unresolved, segment_span=facts["span"])
    return replace(flaw, at=max(0, flaw.at + by), facts=facts)


# --- heads --------------------------------------------------------------------------------------


def _head(subject: Subject, use: _Use) -> Flaw | None:
    head = use.ref.head
    if head == "env":
        return _variable(subject, use)
    if head == use.id:
        message = f"{use.where}: `{use.expression.text}` refers to its own node"
        return _flaw("TPL19", use, message, "name another node or an input")
    if head in subject.nodes or head in subject.definition.inputs:
        return None
    if use.node is not None and "batch" in subject.raw(use.node) and _is_batch(subject, use):
        return None
    known = subject.heads_for(use.id)
    if _is_shell_variable(subject, use) and strict_match(head, known) is None:
        message = f"{use.where}: `{use.expression.text}` names no node and no input"
        hint = f"for the shell's own variable write `${use.expression.text}`"
        return _flaw("TPL20", use, message, hint)
    return _unknown_head(use, known)


def _unknown_head(use: _Use, known: tuple[str, ...]) -> Flaw:
    what = f"there is no node or input `{use.ref.head}`"
    return flaw_of(_unresolved(use, 0, "unknown_head", what, known), use.id)


def _variable(subject: Subject, use: _Use) -> Flaw | None:
    """Check `env.NAME`: the name must be one that an input declares."""
    known = subject.variables
    name = use.ref.path[0] if use.ref.path else None
    if isinstance(name, str) and name in known:
        return None
    if not isinstance(name, str):
        what = "`env` alone is no value: name a variable, `${env.NAME}`"
        flaw = flaw_of(_unresolved(use, 0, "unknown_head", what, ()), use.id)
        return replace(flaw, facts={**flaw.facts, "heads": ()})
    what = f"no input declares the environment variable `{name}`"
    unresolved = _unresolved(use, 1, "unknown_head", what, known)
    flaw = flaw_of(replace(unresolved, head=name), use.id)
    hint = f"declare it under `inputs`: `{{env: {name}}}`"
    near = did_you_mean(name, known) if strict_match(name, known) is not None else ""
    return replace(flaw, hint=near or hint)


def _is_batch(subject: Subject, use: _Use) -> bool:
    if use.node is None:
        return False
    batch = subject.raw(use.node).get("batch")
    name = batch.get("as") if isinstance(batch, dict) else None
    return use.ref.head in (*_BATCH, name)


def _is_shell_variable(subject: Subject, use: _Use) -> bool:
    """Whether a head in a shell program looks like a variable of the shell."""
    param = _param(subject, use.node, use.slot) if use.node is not None else None
    plain = not use.ref.path and len(use.expression.alternatives) == 1
    return bool(param and param.program and plain and _SHELL_NAME.fullmatch(use.ref.head))


def _param(subject: Subject, node: Node, slot: Slot) -> Param | None:
    spec = subject.spec(node)
    return spec.param(param_of(node, slot)) if spec is not None else None


# --- paths --------------------------------------------------------------------------------------


def _path(subject: Subject, use: _Use) -> Flaw | None:
    """Check what of a path is known: indexes that never resolve, then fields, then its style."""
    for number, segment in enumerate(use.ref.path, 1):
        if isinstance(segment, BadIndex):
            what = f"`{segment.text}` is no index: an index is a whole number from 0, `[0]`"
            hint = f"write `{_reached(use, number - 1)}{segment.form}`" if segment.form else ""
            found = _unresolved(use, number, "bad_index", what, ())
            return flaw_of(replace(found, hint=hint), use.id)
    return _field(subject, use) or _dotted(use)


def _dotted(use: _Use) -> Flaw | None:
    """Warn of a number behind a dot: it is a key, and seldom meant as one."""
    for number, segment in enumerate(use.ref.path, 1):
        if isinstance(segment, str) and segment.isascii() and segment.isdigit():
            what = f"`.{segment}` is a key; an item of a list is written [{segment}]"
            hint = f"write `{_reached(use, number - 1)}[{segment}]`"
            found = replace(_unresolved(use, number, "bad_index", what, ()), hint=hint)
            message = f"{use.where}: in `{use.expression.text}`, {what}"
            return replace(flaw_of(found, use.id), severity="warning", message=message)
    return None


def _field(subject: Subject, use: _Use) -> Flaw | None:
    """Check a path's first step against the outputs of the node, where they are known."""
    fields = _fields(subject, use)
    if not use.ref.path or fields is None:
        return None
    first = use.ref.path[0]
    head = use.ref.head
    listed = ", ".join(fields) or "nothing"
    if isinstance(first, int | Ref):
        what = f"`{head}` is the node's outputs, an object without indexes; it has {listed}"
        return flaw_of(_unresolved(use, 1, "index_on_object", what, fields), use.id)
    if isinstance(first, str) and first not in fields:
        what = f"`{head}` has no `{first}`; it has {listed}"
        return flaw_of(_unresolved(use, 1, "absent", what, fields), use.id)
    return None


def _fields(subject: Subject, use: _Use) -> tuple[str, ...] | None:
    """Give the outputs of the node that a path begins at; None where they cannot be known.

    What an `error` edge leads to may read what the failed node reported.
    """
    node = subject.nodes.get(use.ref.head)
    spec = subject.spec(node) if node is not None else None
    if node is None or spec is None or spec.outputs is None:
        return None
    return None if node.id in subject.caught else tuple(spec.outputs)


def _unresolved(use: _Use, number: int, kind: Kind, what: str, known: Names) -> Unresolved:
    """Describe a path that cannot resolve the way a run would; `number` counts the head as 0."""
    return Unresolved(
        slot=use.slot,
        template=use.expression.text,
        ref=use.ref.text,
        kind=kind,
        message=f"`{use.expression.text}` does not resolve: {what}",
        segment_span=use.ref.spans[number],
        reached=_reached(use, number - 1) if number else "",
        known=known,
        rest=use.ref.path[max(0, number - 1) :],
        found_type="object" if number == 1 else "",
        head=use.ref.head,
    )


def _reached(use: _Use, number: int) -> str:
    return use.ref.text[: use.ref.spans[number][1] - use.ref.start]


def _flaw(code: str, use: _Use, message: str, hint: str) -> Flaw:
    facts = {
        "written": use.ref.head,
        "template": use.expression.text,
        "span": use.ref.spans[0],
    }
    return Flaw(code, use.slot, message, hint, use.id, at=use.ref.start, facts=facts)
