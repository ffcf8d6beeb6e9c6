"""The difference of two texts of a workflow as edits of whole lines, each with its node."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from ..events import LineEdit
from .workflow import Workflow

_LINE = re.compile(r"[^\n]*\n|[^\n]+")

Span = tuple[int, int, int, int]
"""Lines from, to before; lines from, to after."""


def line_edits(before: Workflow, after: Workflow) -> tuple[LineEdit, ...]:
    """Give the edits that make the text of `after` of that of `before`, in their order.

    They do not overlap, and each counts the lines of `before`.  One that touches several nodes,
    or none, names none.
    """
    old, new = _lines(before.text), _lines(after.text)
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    spans = [span for tag, *span in matcher.get_opcodes() if tag != "equal"]
    owners = _owners(before), _owners(after)
    return tuple(
        LineEdit(node=node, line=i + 1, gone=j - i, lines=tuple(new[k:m]))
        for i, j, k, m in spans
        for node, (i, j, k, m) in _by_node((i, j, k, m), owners)
    )


def apply_line_edits(text: str, edits: Iterable[LineEdit]) -> str:
    """Give a text with edits made that count its lines and do not overlap."""
    lines = _lines(text)
    for edit in sorted(edits, key=lambda edit: edit.line, reverse=True):
        lines[edit.line - 1 : edit.line - 1 + edit.gone] = edit.lines
    return "".join(lines)


def _lines(text: str) -> list[str]:
    return _LINE.findall(text)


def _owners(workflow: Workflow) -> list[tuple[int, int, str]]:
    """List the lines of each node: the first, the one after its last, and its id."""
    source = workflow.source
    if source is None:
        return []
    found = []
    for place, node in enumerate(workflow.nodes):
        mark = source.marks.get(("nodes", place))
        if mark is not None:
            first = source.text.count("\n", 0, mark.start)
            found.append(
                (first, first + source.text.count("\n", mark.start, mark.end) + 1, node.id)
            )
    return found


Owners = tuple[Sequence[tuple[int, int, str]], Sequence[tuple[int, int, str]]]


def _by_node(span: Span, owners: Owners) -> Iterator[tuple[str, Span]]:
    """Split a span of as many lines before as after where another node begins."""
    i, j, k, m = span
    if j - i != m - k:
        yield _node(span, owners), span
        return
    pairs = [(i + n, i + n + 1, k + n, k + n + 1) for n in range(j - i)]
    for node, group in groupby(pairs, key=lambda pair: _node(pair, owners)):
        same = list(group)
        yield node, (same[0][0], same[-1][1], same[0][2], same[-1][3])


def _node(span: Span, owners: Owners) -> str:
    """Name the one node that lines are of: those that go away, else those that come."""
    before, after = owners
    names = _touched(before, *span[:2]) or _touched(after, *span[2:])
    return names[0] if len(names) == 1 else ""


def _touched(owners: Sequence[tuple[int, int, str]], begin: int, end: int) -> list[str]:
    return [name for first, last, name in owners if first < end and begin < last]
