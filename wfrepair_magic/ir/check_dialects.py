"""The part of the check that finds templates of other tools, which would stay plain text here."""

from __future__ import annotations

from collections.abc import Iterator

from ..problem import Slot
from .dialects import Foreign, foreign, holds_more, texts
from .findings import param_of, whereabouts
from .flaw import Flaw
from .model import Node
from .subject import Subject


def dialect_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find ``{{fetch.body}}`` and ``$fetch.body`` that name what this workflow has.

    A value that is nothing but a path into the outputs of a node is an error: it would be sent
    as it stands.  Among other text it is a warning, as is the bare name of a node or an input:
    a file may be a template for another tool.  A text that holds what cannot be meant for us
    (``{% if %}``, ``{{ $x }}``, a name that is none here) is for such a tool, all of it.
    """
    for node in subject.definition.nodes:
        for slot, text in texts(node.params, (*node.slot, "params")):
            for found in _meant_for_us(subject, node, text):
                if not (_is_told(found, text) or _is_shell(subject, node, slot, found)):
                    yield _flaw(subject, node, slot, found, whole=found.text == text)


def _meant_for_us(subject: Subject, node: Node, text: str) -> list[Foreign]:
    found = list(foreign(text))
    heads = subject.heads_for(node.id) if found else ()
    known = all(one.head in heads and one.head != node.id for one in found)
    return found if known and not holds_more(text, found) else []


def _is_told(found: Foreign, text: str) -> bool:
    """Whether the templates of the text cannot be read because of it, and that is said already."""
    return found.text == text and text.startswith("${")


def _is_shell(subject: Subject, node: Node, slot: Slot, found: Foreign) -> bool:
    """Whether it is the shell's own way to say something."""
    spec = subject.spec(node)
    param = spec.param(param_of(node, slot)) if spec is not None else None
    dollar = found.text.startswith("$") and not found.text.startswith("${")
    return dollar and param is not None and param.program


def _flaw(subject: Subject, node: Node, slot: Slot, found: Foreign, *, whole: bool) -> Flaw:
    into = found.head in subject.nodes and found.path != found.head
    message = (
        f"{whereabouts(slot, node.id)}: `{found.text}` is a template of another dialect, and"
        f" {'would stay' if whole else 'stays'} as it is"
    )
    way_out = (
        "; text for another tool can come from a file, or be the `default` of an input"
        if whole
        else "; if it is meant for another tool, all is well"
    )
    return Flaw(
        "TPL17", slot, message, f"write `{found.ours}`{way_out}", node.id,
        "error" if into and whole else "warning", at=found.start,
        facts={"kind": "dialect", "position": found.start, "written": found.text},
    )  # fmt: skip
