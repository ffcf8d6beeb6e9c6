"""A Workflow is a Definition with the author's text, and the verbs of both."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ..errors import BadWorkflow
from ..problem import Problem, Slot
from . import spec
from .check import check
from .codec import Mark, Source, read, to_json, to_yaml
from .model import Definition, Edge, Node
from .reader import define
from .spots import Spots
from .tree import listed, plain


@dataclass(frozen=True)
class Workflow(Definition):
    """A workflow as a value: what it says, and the text that says it.

    `data` is its plain tree, which nobody changes; `source` is the author's text with the
    places of everything in it, or None for a workflow that was made in Python.  Make one with
    `parse` or `build`.  `unread` says why the text could not be read, where `accept` took one
    that cannot: such a workflow holds nothing but its text.
    """

    source: Source | None = field(default=None, compare=False, repr=False)
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    unread: tuple[Problem, ...] = ()

    @classmethod
    def parse(cls, text: str, first_line: int = 1) -> Workflow:
        """Read a workflow from YAML or JSON.

        `first_line` is the number of the text's first line for people, who count from the top
        of the cell.  Raises BadWorkflow, with `.problems`, where the text cannot be read or is
        no workflow; mistakes in a workflow are for `problems`.
        """
        source = read(text, first_line)
        if not isinstance(source.data, dict):
            raise _no_workflow(source, "this is no workflow: it must be a mapping with `nodes`")
        workflow = cls(**vars(define(source.data)), source=source, data=source.data)
        if "nodes" not in source.data:
            raise _no_workflow(source, "this is no workflow: it has no `nodes`")
        return workflow

    @classmethod
    def accept(cls, text: str, first_line: int = 1) -> Workflow:
        """Read a text as `parse` does; one that is no workflow becomes one that is `unread`."""
        try:
            return cls.parse(text, first_line)
        except BadWorkflow as error:
            problems = tuple(found for found in error.problems if isinstance(found, Problem))
            whole = Mark(0, len(text), first_line, 1, "plain")
            source = Source(text, "yaml", {}, {(): whole}, first_line)
            return cls(source=source, unread=problems)

    @classmethod
    def build(
        cls, nodes: Iterable[Node | Mapping[str, Any]], edges: Iterable[Edge | Any] = (), **top: Any
    ) -> Workflow:
        """Make a workflow in Python, without the limits of the text.

        `nodes` and `edges` are dicts as they would stand in a text, or values of the model;
        `top` are the other keys of the top level (`inputs`, `outputs`, …).  Raises BadWorkflow
        for what no text could hold.
        """
        linked = listed(edges)
        data = plain({**top, "nodes": listed(nodes), **({"edges": linked} if linked else {})})
        return cls(**vars(define(data)), data=data)

    @cached_property
    def text(self) -> str:
        """The author's own text, comments and layout; for a workflow of Python its YAML."""
        return self.source.text if self.source is not None else self.to_yaml()

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the text, in hexadecimal."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    def to_yaml(self) -> str:
        """Write the workflow as YAML in one regular layout; comments are not kept."""
        return to_yaml(self.data)

    def to_json(self) -> str:
        """Write the workflow as JSON in one regular layout."""
        return to_json(self.data)

    def problems(self, catalogue: spec.Catalogue | None = None) -> list[Problem]:
        """Check the workflow without running it, and give what is wrong in the text's order.

        `catalogue` holds the specs of the node types; all that are registered, unless given.
        """
        if self.unread:
            return list(self.unread)
        types = [node.type for node in self.nodes]
        known = spec.catalogue_for(types) if catalogue is None else catalogue
        return check(self, self.data if self.source is None else self.source, known)

    def place(self, slot: Slot, at: int = 0) -> tuple[int | None, int | None]:
        """Say in which line and column of the text a value stands, or character `at` of it.

        Both are None for a workflow of Python.
        """
        if self.source is None:
            return None, None
        return Spots(self.source).place(slot, at) if at else self.source.place(slot)


def _no_workflow(source: Source, message: str) -> BadWorkflow:
    return BadWorkflow(message, check(define(source.data), source, spec.catalogue))
