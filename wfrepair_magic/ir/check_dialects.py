"""The part of the check that finds templates of other tools, which would stay plain text here."""

from __future__ import annotations

from collections.abc import Iterator

from .dialects import Foreign, foreign, texts
from .findings import whereabouts
from .flaw import Flaw
from .model import Node
from .subject import Subject


def dialect_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find ``{{fetch.body}}`` and ``$fetch.body`` that name what this workflow has.

    A path into the outputs of a node is an error: it would be sent as it stands.  The bare name
    of a node or an input may be meant as text (a file that is a template), and is a warning.
    What names nothing of this workflow is text.
    """
    for node in subject.definition.nodes:
        for slot, text in texts(node.params, (*node.slot, "params")):
            for found in foreign(text):
                if not found.text.startswith("${") and _may_mean(subject, node, slot, found):
                    yield _flaw(subject, node, slot, found)


def _may_mean(subject: Subject, node: Node, slot: tuple[str | int, ...], found: Foreign) -> bool:
    """Whether a text names something here, and is not the shell's own way to say it."""
    if found.head not in subject.heads_for(node.id) or found.head == node.id:
        return False
    param = subject.param(node, slot)
    return not (found.text.startswith("$") and param is not None and param.program)


def _flaw(subject: Subject, node: Node, slot: tuple[str | int, ...], found: Foreign) -> Flaw:
    into = found.head in subject.nodes and found.path != found.head
    message = (
        f"{whereabouts(slot, node.id)}: `{found.text}` is a template of another dialect, and"
        " would stay as it is"
    )
    return Flaw(
        "TPL17", slot, message, f"write `{found.ours}`", node.id,
        "error" if into else "warning", at=found.start,
        facts={"kind": "dialect", "position": found.start, "written": found.text},
    )  # fmt: skip
