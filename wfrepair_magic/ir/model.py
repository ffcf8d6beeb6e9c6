"""The values a workflow consists of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ..problem import Slot

Effect = Literal["pure", "read", "write"]
"""What a node does to the world: nothing, looks at it, or changes it."""


class Missing:
    """The one value that says that nothing was given, where None would be a value."""

    _only: Missing | None = None

    def __new__(cls) -> Missing:
        """Give the one instance, so that `is MISSING` holds after pickling too."""
        if cls._only is None:
            cls._only = super().__new__(cls)
        return cls._only

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = Missing()


@dataclass(frozen=True)
class Input:
    """A declared input.  `type` is a JSON Schema type name, or None for any value."""

    name: str
    type: str | None = None
    description: str = ""
    default: Any = MISSING
    required: bool = True
    secret: bool = False
    env: str | None = None
    stdin: bool = False


@dataclass(frozen=True)
class Output:
    """A declared output; `source` is a template, with or without its braces."""

    name: str
    source: str
    type: str | None = None
    description: str = ""


@dataclass(frozen=True)
class Retry:
    """How often and when to try again.  `wait`, `max_wait` in seconds; `jitter` as a share.

    `on` lists failure codes that are retried although they are not transient.
    """

    attempts: int = 1
    wait: float | None = None
    backoff: float = 2.0
    jitter: float = 0.1
    on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Check:
    """Something to look at: `kind` says how ("exists", "http", "command"), `what` at what.

    `what` is text in which templates may stand.
    """

    kind: str
    what: str


@dataclass(frozen=True)
class Edge:
    """`to` may run after `source` if `source` ended with `action`."""

    source: str
    to: str
    action: str = "default"
    slot: Slot = ()


@dataclass(frozen=True)
class Node:
    """One node as its author wrote it: templates unresolved, defaults not filled in.

    `params` is the raw tree; `slot` is the node's place in the source.  `timeout` and a `cache`
    lifetime are in seconds, and so is an `idempotent` window.  `reads` is one path or pattern, or
    several.  None means that the author said nothing.
    """

    id: str
    type: str
    params: Mapping[str, Any] = field(default_factory=dict)
    purpose: str = ""
    group: str = ""
    after: tuple[str, ...] = ()
    effect: Effect | None = None
    cache: bool | float | None = None
    retry: Retry | None = None
    timeout: float | None = None
    optional: bool = False
    slot: Slot = ()
    reads: str | tuple[str, ...] = ()
    idempotent: bool | float | None = None
    verify: Check | None = None

    @property
    def templated(self) -> Mapping[str, Any]:
        """Give all of the node in which templates may stand, by its key."""
        verify = {self.verify.kind: self.verify.what} if self.verify is not None else {}
        return {"params": self.params, "reads": self.reads, "verify": verify}


@dataclass(frozen=True)
class Defaults:
    """What holds for every node and run that says nothing itself."""

    retry: Retry | None = None
    timeout: float | None = None
    on_failure: Literal["stop", "continue"] | None = None
    max_workers: int | None = None


@dataclass(frozen=True)
class Definition:
    """All that a workflow says, as values.  `workflow.Workflow` adds the verbs."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    inputs: Mapping[str, Input] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    name: str | None = None
    description: str = ""
    request: str = ""
    start_node: str | None = None
    defaults: Defaults = field(default_factory=Defaults)
    session: Literal["open", "per-run"] | None = None
    allow_hosts: tuple[str, ...] = ()
    allow_paths: tuple[str, ...] = ()

    def node(self, id: str) -> Node:
        """Give the node of that id.  Raises KeyError where there is none."""
        for node in self.nodes:
            if node.id == id:
                return node
        raise KeyError(id)
