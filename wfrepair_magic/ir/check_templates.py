"""The part of the check that reads every template: what it names, and where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from ..problem import Slot
from .dialects import Foreign, foreign, holds_more, texts
from .expressions import Expression
from .findings import flaw_of, whereabouts
from .flaw import Flaw
from .model import MISSING, Node
from .names import did_you_mean, strict_match
from .paths import Site, Stop, Unresolved, stopped
from .shell import refused
from .subject import Subject
from .templates import Template, TemplateError, references, source_template, walk

_SHELL_NAME: Final = re.compile(r"[A-Z_][A-Z0-9_]*")

_BATCH: Final = ("item", "__index__")
"""Heads of a batch, which is not supported yet: one problem about it is enough."""


@dataclass(frozen=True)
class _Use:
    """One path in one template, and the node that it stands in, if it is one."""

    node: Node | None
    site: Site

    @property
    def id(self) -> str | None:
        return self.node.id if self.node is not None else None

    @property
    def where(self) -> str:
        return whereabouts(self.site.slot, self.id)


def template_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find templates that cannot be read, name what is not there, or stand where none may."""
    for node in subject.definition.nodes:
        for place, template in walk(node.templated, node.slot):
            yield from _template(subject, node, place, template)
        for name, value in node.params.items():
            place = (*node.slot, "params", name)
            if isinstance(value, str) and _in_program(subject, node, place):
                yield from _program(node, place, value)
        if node.verify is not None and node.verify.kind == "command":
            yield from _program(node, (*node.slot, "verify", "command"), node.verify.what)
        for place, text in texts(node.params, (*node.slot, "params")):
            yield from _dialect(subject, node, place, text)
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
            flaw = _use(subject, _Use(node, Site(slot, expression, ref)))
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


# --- what a path names --------------------------------------------------------------------------


def _use(subject: Subject, use: _Use) -> Flaw | None:
    """Follow a path as far as it is known before the run."""
    ref = use.site.ref
    if ref.head == "env":
        return _variable(subject, use)
    if ref.head == use.id:
        message = f"{use.where}: `{use.site.expression.text}` refers to its own node"
        return _flaw("TPL19", use, message, "name another node or an input")
    found = subject.follower.follow(ref, use.site.expression, use.site.slot)
    if not isinstance(found, Unresolved):
        return _dotted(use)
    if found.ref != ref.text:
        return None  # the path in its index, which is told by itself
    return _head(subject, use) if found.kind == "unknown_head" else flaw_of(found, use.id)


def _head(subject: Subject, use: _Use) -> Flaw | None:
    """Say that there is no such head: perhaps a variable of a batch, or of the shell."""
    head, text = use.site.ref.head, use.site.expression.text
    if _is_batch(subject, use):
        return None
    known = subject.heads_for(use.id)
    if _is_shell_variable(subject, use) and strict_match(head, known) is None:
        message = f"{use.where}: `{text}` names no node and no input"
        return _flaw("TPL20", use, message, f"for the shell's own variable write `${text}`")
    what = f"there is no node or input `{head}`"
    return flaw_of(stopped(use.site, 0, Stop("unknown_head", what, known=known)), use.id)


def _variable(subject: Subject, use: _Use) -> Flaw | None:
    """Check `env.NAME`: the name must be one that an input declares."""
    known = subject.variables
    name = use.site.ref.path[0] if use.site.ref.path else None
    if isinstance(name, str) and name in known:
        return None
    if not isinstance(name, str):
        what = "`env` alone is no value: name a variable, `${env.NAME}`"
        return flaw_of(stopped(use.site, 0, Stop("unknown_head", what)), use.id)
    what = f"no input declares the environment variable `{name}`"
    found = stopped(use.site, 1, Stop("unknown_head", what, known=known), {})
    near = did_you_mean(name, known) if strict_match(name, known) is not None else ""
    hint = near or f"declare it under `inputs`: `{{env: {name}}}`"
    return replace(flaw_of(replace(found, head=name), use.id), hint=hint)


def _is_batch(subject: Subject, use: _Use) -> bool:
    batch = subject.raw(use.node).get("batch", MISSING) if use.node is not None else MISSING
    name = batch.get("as") if isinstance(batch, dict) else None
    return batch is not MISSING and use.site.ref.head in (*_BATCH, name)


def _is_shell_variable(subject: Subject, use: _Use) -> bool:
    """Whether a head in a shell program looks like a variable of the shell."""
    ref = use.site.ref
    plain = not ref.path and len(use.site.expression.alternatives) == 1
    named = plain and _SHELL_NAME.fullmatch(ref.head) is not None
    return named and use.node is not None and _in_program(subject, use.node, use.site.slot)


def _in_program(subject: Subject, node: Node, slot: Slot) -> bool:
    param = subject.param(node, slot)
    return param is not None and param.program


def _dotted(use: _Use) -> Flaw | None:
    """Warn of a number behind a dot: it is a key, and seldom meant as one."""
    for number, segment in enumerate(use.site.ref.path, 1):
        if isinstance(segment, str) and segment.isascii() and segment.isdigit():
            what = f"`.{segment}` is a key; an item of a list is written [{segment}]"
            hint = f"write `{use.site.reached(number - 1)}[{segment}]`"
            found = stopped(use.site, number, Stop("bad_index", what, hint))
            message = f"{use.where}: in `{use.site.expression.text}`, {what}"
            return replace(flaw_of(found, use.id), severity="warning", message=message)
    return None


def _flaw(code: str, use: _Use, message: str, hint: str) -> Flaw:
    ref = use.site.ref
    facts = {"written": ref.head, "template": use.site.expression.text, "span": ref.spans[0]}
    return Flaw(code, use.site.slot, message, hint, use.id, at=ref.start, facts=facts)


# --- where it stands ----------------------------------------------------------------------------


def _program(node: Node, slot: Slot, text: str) -> Iterator[Flaw]:
    """Find templates of a shell program where no value can stand, and those spliced into it."""
    for expression, reason in refused(text):
        yield _placed(node, slot, expression, f"the template `{expression.text}` {reason}")
    for _, template in walk(text):
        for expression in template.expressions if isinstance(template, Template) else ():
            if "raw" in expression.filters:
                message = f"`{expression.text}` puts its value into the program as it is"
                hint = "leave `| raw` out, unless the value is shell text that you trust"
                flaw = _placed(node, slot, expression, message)
                yield replace(flaw, hint=hint, severity="warning")


def _placed(node: Node, slot: Slot, expression: Expression, message: str) -> Flaw:
    facts = {"template": expression.text, "span": (expression.start, expression.end)}
    message = f"{whereabouts(slot, node.id)}: {message}"
    return Flaw("TPL21", slot, message, node=node.id, at=expression.start, facts=facts)


def _dialect(subject: Subject, node: Node, slot: Slot, text: str) -> Iterator[Flaw]:
    """Find ``{{fetch.body}}`` and ``$fetch.body`` that name what this workflow has.

    A value that is nothing but a path into the outputs of a node is an error: it would be sent
    as it stands.  Among other text it is a warning, as is the bare name of a node or an input:
    a file may be a template for another tool.  A text that holds what cannot be meant for us
    (``{% if %}``, ``{{ $x }}``, a name that is none here) is for such a tool, all of it.
    """
    found = list(foreign(text))
    heads = {*subject.heads_for(node.id)} - {node.id} if found else set()
    if holds_more(text, found) or not heads.issuperset(one.head for one in found):
        return
    for one in found:
        braced, whole = one.text.startswith("${"), one.text == text
        dollar = one.text.startswith("$") and not braced and _in_program(subject, node, slot)
        if not dollar and not (braced and whole):  # the shell's; a template that cannot be read
            yield _foreign(subject, node, slot, one, whole=whole)


def _foreign(subject: Subject, node: Node, slot: Slot, found: Foreign, *, whole: bool) -> Flaw:
    into = found.head in subject.nodes and found.path != found.head
    stays = "would stay" if whole else "stays"
    message = (
        f"{whereabouts(slot, node.id)}: `{found.text}` is a template of another dialect, and"
        f" {stays} as it is"
    )
    way_out = (
        "text for another tool can come from a file, or be the `default` of an input"
        if whole
        else "if it is meant for another tool, all is well"
    )
    facts = {"kind": "dialect", "position": found.start, "written": found.text}
    return Flaw(
        "TPL17", slot, message, f"write `{found.ours}`; {way_out}", node.id,
        "error" if into and whole else "warning", at=found.start, facts=facts,
    )  # fmt: skip
