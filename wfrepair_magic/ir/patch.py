"""A Patch is a set of typed edits that makes one workflow from another."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..errors import BadWorkflow
from .changes import difference
from .edits import Edit, Insert, Remove, RenameKey, SetValue, changed, undone
from .rewrite import edit_text, read_changed
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
            return Workflow.accept(_spliced(workflow.text, self.splices), first_line)
        if source is not None:
            return Workflow.parse(_patched(source, self), source.first_line)
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
        if source is None:
            return Patch(tuple(edits))
        after = _patched(source, self)
        start, end, new = difference(after, source.text)
        return Patch(tuple(edits), Splice(start, after[start:end], new))


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


def _patched(source: Source, patch: Patch) -> str:
    """Give the author's text with a patch applied.  Raises BadWorkflow where it does not fit."""
    exact = patch.exact
    if exact is not None and source.text.startswith(exact.old, exact.at):
        change = (exact.at, exact.at + len(exact.old), exact.new)
        made = read_changed(source, [change], _changed(source.data, patch))
        if made is not None:
            return made.text
    return edit_text(source, patch.edits)


def _spliced(text: str, splices: Iterable[Splice]) -> str:
    for one in splices:
        if not text.startswith(one.old, one.at):
            raise BadWorkflow(f"the text does not hold {one.old!r} at character {one.at}")
        text = text[: one.at] + one.new + text[one.at + len(one.old) :]
    return text
