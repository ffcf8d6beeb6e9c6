"""The part of the check that looks at the declared inputs."""

from __future__ import annotations

from collections.abc import Iterator

from .check_graph import reserved_name
from .flaw import Flaw
from .inputs import Misfit, fitted
from .language import NAME, NAME_RULE
from .model import MISSING, Definition, Input
from .subject import Subject
from .templates import Template, references, source_template, walk


def input_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find inputs with wrong names or defaults, and those that nothing uses."""
    for one in subject.definition.inputs.values():
        yield from _name(subject, one)
        yield from _default(one)
        yield from _secret(one)
    yield from _stdin(subject)
    yield from _unused(subject)


def _name(subject: Subject, one: Input) -> Iterator[Flaw]:
    slot = ("inputs", one.name)
    reason = reserved_name(one.name)
    if one.name in subject.nodes:
        reason = f"a node has this id, and `${{{one.name}}}` could mean either"
    readable = NAME.fullmatch(one.name) is not None
    if reason or not readable:
        message = f"an input cannot be called `{one.name}`" + (f": {reason}" if reason else "")
        hint = "" if readable else f"use {NAME_RULE}"
        yield Flaw("LNG04", slot, message, hint, at_key=True, facts={"written": one.name})


def _default(one: Input) -> Iterator[Flaw]:
    kind = one.type or ("string" if one.secret else None)
    if one.default is MISSING or one.default is None or kind is None:
        return
    found = fitted(one.default, kind)
    if isinstance(found, Misfit):
        shown = "the default" if one.secret else f"the default {found.shown}"
        message = f"input `{one.name}`: {shown} is no {kind}"
        facts = {"input": one.name, "types": (kind,)}
        yield Flaw("PRM07", ("inputs", one.name, "default"), message, facts=facts)


def _secret(one: Input) -> Iterator[Flaw]:
    """A secret is masked by finding its text, so it must be text."""
    if one.secret and one.type not in (None, "string"):
        message = f"input `{one.name}`: a secret is text, not {one.type}"
        slot = ("inputs", one.name, "type")
        yield Flaw("LNG02", slot, message, "say `type: string`", facts={"input": one.name})


def _stdin(subject: Subject) -> Iterator[Flaw]:
    readers = [one.name for one in subject.definition.inputs.values() if one.stdin]
    for name in readers[1:]:
        message = f"input `{name}`: only one input can be read from stdin, and `{readers[0]}` is"
        yield Flaw("PRM10", ("inputs", name, "stdin"), message)


def _unused(subject: Subject) -> Iterator[Flaw]:
    used, variables = _used(subject.definition)
    for one in subject.definition.inputs.values():
        if one.name not in used and one.env not in variables and NAME.fullmatch(one.name):
            message = f"nothing uses the input `{one.name}`"
            yield Flaw("GRF10", ("inputs", one.name), message, severity="warning", at_key=True)


def _used(definition: Definition) -> tuple[set[str], set[str | int | None]]:
    """Give the heads of all templates, and the variables that follow the head `env`."""
    sources = [source_template(output.source) for output in definition.outputs.values()]
    used: set[str] = set()
    variables: set[str | int | None] = set()
    for value in (*(node.templated for node in definition.nodes), sources):
        for _, template in walk(value):
            for ref, _ in references(template) if isinstance(template, Template) else ():
                used.add(ref.head)
                if ref.head == "env" and ref.path and isinstance(ref.path[0], str):
                    variables.add(ref.path[0])
    return used, variables
