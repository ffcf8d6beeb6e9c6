"""A Failure is a value: which node broke, how, and what would help."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from .problem import Problem

Helps = Literal["wait", "change", "human", "nothing"]
"""What helps: time, an edit of the workflow, a person, or nothing that we know of."""

Happened = Literal["no", "yes", "reported", "in_doubt"]
"""Did the effect happen?  `reported`: the node itself said that it failed; `in_doubt`: its
outcome was lost (killed, timed out, cut off)."""

Category = Literal[
    "template", "params", "node_type", "graph", "source", "input",
    "exception", "exit", "http", "connection", "timeout", "permission", "file",
    "answer", "in_doubt", "store", "cancelled",
]  # fmt: skip
"""The kind of failure, for people and for counting; decisions use `helps` and `effect`."""


@dataclass(frozen=True)
class Failure:
    """How one node failed.  Picklable, and free of secrets: the backend redacts it.

    `reported` is what the failed node offers to the target of its `error` edge (`stderr`,
    `exit_code`, `status_code`…).  `input_shapes` maps each param to the shape of its resolved
    value, never to the value.  `retry_after` is in seconds.
    """

    node: str
    code: str
    category: Category
    helps: Helps
    effect: Happened
    fixable: bool
    message: str
    problems: tuple[Problem, ...] = ()
    hint: str = ""
    error_type: str = ""
    detail: str = ""
    reported: Mapping[str, Any] = field(default_factory=dict)
    input_shapes: Mapping[str, str] = field(default_factory=dict)
    retry_after: float | None = None
    attempts: int = 1

    @property
    def cause(self) -> str:
        """The message without the node's name, with which many begin: it stands beside."""
        rest = self.message.removeprefix(f"node `{self.node}`")
        if rest == self.message or rest[:1] not in (",", ":", " "):
            return self.message
        return rest.lstrip(",: ") or self.message

    def describe(self) -> str:
        """Give the failure as one line: node, message, hint."""
        tail = f" – {self.hint}" if self.hint else ""
        return f"{self.node}: {self.cause}{tail}"


def to_document(failure: Failure) -> dict[str, Any]:
    """Give a failure as JSON values."""
    return dataclasses.asdict(failure)


def from_document(document: Mapping[str, Any]) -> Failure:
    """Rebuild the failure that `to_document` wrote."""
    problems = tuple(
        Problem(**{**item, "slot": tuple(item["slot"])}) for item in document["problems"]
    )
    return Failure(**{**document, "problems": problems})
