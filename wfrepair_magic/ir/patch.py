"""A Patch is a set of typed edits that makes one workflow from another."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import BadWorkflow
from .changes import difference
from .codec import read
from .edits import Edit, Insert, Remove, RenameKey, SetValue, changed, same, undone
from .rewrite import edit_text
from .source import Source
from .workflow import Workflow

__all__ = [
    "Edit", "Insert", "Patch", "Remove", "RenameKey", "SetValue", "Splice", "diff", "edit_text",
]  # fmt: skip

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True)
class Splice:
    """A change of the text itself: at an offset, one piece of text for another."""

    at: int
    old: str
    new: str


@dataclass(frozen=True)
class Patch:
    """Edits that stand or fall together, each made on what the one before it left.

    `exact` says how the edits are written where the text is still the one they were made for;
    it is only used where it means the same as the edits.  `splices` stand instead of edits where
    the text cannot be read, before or after: each changes what the one before it left.
    """

    edits: tuple[Edit, ...] = ()
    exact: Splice | None = None
    splices: tuple[Splice, ...] = ()

    def apply(self, workflow: Workflow) -> Workflow:
        """Give the workflow with the edits made in its author's text; `workflow` itself stays.

        All bytes that the edits do not mean stay as they are.  A workflow that has no text is
        changed in its data.  Raises BadWorkflow where an edit does not fit.
        """
        source = workflow.source
        if self.splices:
            first_line = source.first_line if source is not None else 1
            return Workflow.accept(_spliced_all(workflow.text, self.splices), first_line)
        if source is not None:
            return Workflow.parse(patched(source, self), source.first_line)
        data = dict(_changed(workflow.data, self))
        return Workflow.build(data.pop("nodes", ()), data.pop("edges", ()), **data)

    def inverse(self, workflow: Workflow) -> Patch:
        """Give the patch that turns ``apply(workflow)`` back into `workflow`.

        It restores the text byte for byte where that has not been edited since; else it undoes
        the edits.
        """
        if self.splices:
            back = tuple(Splice(one.at, one.new, one.old) for one in reversed(self.splices))
            return Patch(splices=back)
        edits: list[Edit] = []
        data = workflow.data
        for edit in self.edits:
            edits.insert(0, undone(data, edit))
            data = changed(data, edit)
        source = workflow.source
        exact = splice(patched(source, self), source.text) if source is not None else None
        return Patch(tuple(edits), exact)


def patched(source: Source, patch: Patch) -> str:
    """Give the author's text with a patch applied.  Raises BadWorkflow where it does not fit."""
    wanted = _changed(source.data, patch)
    if patch.exact is not None:
        text = _spliced(source.text, patch.exact)
        if text is not None and same(_data(text), wanted):
            return text
    return edit_text(source, patch.edits)


def splice(before: str, after: str) -> Splice:
    """Give the one change that turns a text into another."""
    start, end, new = difference(before, after)
    return Splice(start, before[start:end], new)


def diff(before: Workflow, after: Workflow, name: str = "workflow") -> str:
    """Show the texts of two workflows as a unified diff; empty where they are equal."""
    lines = difflib.unified_diff(
        _lines(before.text), _lines(after.text), name, f"{name} (changed)", n=3
    )
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    return [re.sub(r"\r\n\Z", "\n", line) for line in _LINE.findall(text)]


def _changed(data: Any, patch: Patch) -> Any:
    for edit in patch.edits:
        data = changed(data, edit)
    return data


def _spliced(text: str, exact: Splice) -> str | None:
    end = exact.at + len(exact.old)
    if text[exact.at : end] != exact.old:
        return None
    return text[: exact.at] + exact.new + text[end:]


def _spliced_all(text: str, splices: Iterable[Splice]) -> str:
    for one in splices:
        changed = _spliced(text, one)
        if changed is None:
            raise BadWorkflow(f"the text does not hold {one.old!r} at character {one.at}")
        text = changed
    return text


def _data(text: str) -> Any:
    try:
        return read(text).data
    except BadWorkflow:
        return None
