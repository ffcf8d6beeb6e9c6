"""The difference of two texts of a workflow as edits of whole lines, each with its node."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence

from ..events import LineEdit
from .workflow import Workflow

_LINE = re.compile(r"[^\n]*\n|[^\n]+")

Stretch = tuple[int, int, str]
"""Lines of a text: the first, the one after the last, and the node that they are of, or ""."""


def line_edits(before: Workflow, after: Workflow) -> tuple[LineEdit, ...]:
    """Give the edits that make the text of `after` of that of `before`, in their order.

    They do not overlap, and each counts the lines of `before`.  An edit of lines that several
    nodes share, or none has, names none; and where nodes come or go, the whole change is of none.
    """
    old, new = _lines(before.text), _lines(after.text)
    ours, theirs = _stretches(before, len(old)), _stretches(after, len(new))
    if len(ours) != len(theirs):
        ours, theirs = [(0, len(old), "")], [(0, len(new), "")]
    return tuple(
        edit
        for (i, j, node), (k, m, _) in zip(ours, theirs, strict=True)
        for edit in _edits(old[i:j], new[k:m], i, node)
    )


def apply_line_edits(text: str, edits: Iterable[LineEdit]) -> str:
    """Give a text with edits made that count its lines and do not overlap."""
    lines = _lines(text)
    for edit in sorted(edits, key=lambda edit: edit.line, reverse=True):
        lines[edit.line - 1 : edit.line - 1 + edit.gone] = edit.lines
    return "".join(lines)


def _lines(text: str) -> list[str]:
    return _LINE.findall(text)


def _edits(old: Sequence[str], new: Sequence[str], first: int, node: str) -> Iterator[LineEdit]:
    """Compare one stretch; lines that are equal in another one say nothing here."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            yield LineEdit(node=node, line=first + i + 1, gone=j - i, lines=tuple(new[k:m]))


def _stretches(workflow: Workflow, end: int) -> list[Stretch]:
    """Cut a text into what stands before, in, between and after its nodes.

    Nodes that share a line cannot be told apart: then it is one stretch.
    """
    found: list[Stretch] = []
    last = 0
    for first, after, node in _nodes(workflow):
        if first < last:
            return [(0, end, "")]
        found += [(last, first, ""), (first, after, node)]
        last = after
    return [*found, (last, end, "")]


def _nodes(workflow: Workflow) -> Iterator[Stretch]:
    source = workflow.source
    for place, node in enumerate(workflow.nodes):
        mark = source.marks.get(("nodes", place)) if source is not None else None
        if source is not None and mark is not None:
            first = source.text.count("\n", 0, mark.start)
            yield first, first + source.text.count("\n", mark.start, mark.end) + 1, node.id
