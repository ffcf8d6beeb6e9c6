"""The part of the check that finds templates where a shell cannot take a value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..problem import Slot
from .findings import whereabouts
from .flaw import Flaw
from .shell import refused
from .subject import Subject
from .templates import Expression, Template, walk


def shell_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find templates in shell programs where no value can stand, and those that are spliced in."""
    for node in subject.definition.nodes:
        spec = subject.spec(node)
        for name, value in node.params.items() if spec is not None else ():
            param = spec.param(name) if spec is not None else None
            if param is not None and param.program and isinstance(value, str):
                yield from _program(node.id, (*node.slot, "params", name), value)
        if node.verify is not None and node.verify.kind == "command":
            yield from _program(node.id, (*node.slot, "verify", "command"), node.verify.what)


def _program(node: str, slot: Slot, text: str) -> Iterator[Flaw]:
    where = whereabouts(slot, node)
    for expression, reason in refused(text):
        message = f"{where}: the template `{expression.text}` {reason}"
        facts = _facts(expression, reason)
        yield Flaw("TPL21", slot, message, node=node, at=expression.start, facts=facts)
    for _, template in walk(text):
        for expression in template.expressions if isinstance(template, Template) else ():
            if "raw" in expression.filters:
                message = f"{where}: `{expression.text}` puts its value into the program as it is"
                hint = "leave `| raw` out, unless the value is shell text that you trust"
                facts = _facts(expression, "raw")
                yield Flaw("TPL21", slot, message, hint, node, "warning", at=expression.start,
                           facts=facts)  # fmt: skip


def _facts(expression: Expression, reason: str) -> dict[str, Any]:
    span = (expression.start, expression.end)
    return {"template": expression.text, "span": span, "reason": reason}
