"""What a page is told of a run at one moment, declared once for both sides.

A field that has its default is left out of the JSON; `shape` makes the other side's types.
Times are seconds, texts are clean of control characters, and nothing in them is markup.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ..events import LineEdit

SNAPSHOT_VERSION = 1
"""The version of the snapshot; it rises when a field goes away or changes its meaning."""


@dataclass(frozen=True)
class NodeRow:
    """A node's row.  `folded`: it need not stand among the first that a reader sees.

    `again` says in short why it ran that ran before; `why` all of it, where that is more.
    `spans` has the start and the end of each try, in seconds from the run's start; of a reuse one
    moment.  `after` names what it waits for, where its inputs come from.
    """

    id: str
    type: str
    state: str
    attempts: int = 0
    seconds: float = 0.0
    age: float | None = None
    saved: float = 0.0
    fraction: float | None = None
    message: str = ""
    action: str = ""
    handled: bool = False
    purpose: str = ""
    gave: str = ""
    again: str = ""
    why: tuple[str, ...] = ()
    logs: tuple[str, ...] = ()
    spans: tuple[float, ...] = ()
    after: tuple[str, ...] = ()
    folded: bool = False


@dataclass(frozen=True)
class Box:
    """A node in the drawing: its column, and its middle in rows from the top."""

    id: str
    state: str
    column: int
    row: float


@dataclass(frozen=True)
class WaveBox:
    """Nodes of one wave or of neighbouring ones, counted by state, the worst first.

    `alone` names the node where there is one only.
    """

    first: int
    last: int
    state: str
    counts: dict[str, int]
    alone: str = ""


@dataclass(frozen=True)
class Graph:
    """The drawing: boxes and lines, or only waves where the nodes are too many; both may be empty.

    `waves` counts them all; `stages` are what is drawn of them.  A line goes through places, from
    its start over its bends to its end, each a column and a row.
    """

    columns: int
    rows: float
    waves: int
    boxes: tuple[Box, ...] = ()
    lines: tuple[tuple[float, ...], ...] = ()
    stages: tuple[WaveBox, ...] = ()


@dataclass(frozen=True)
class FailureNote:
    """Why a node failed, with what is known around it."""

    node: str
    code: str
    cause: str
    category: str
    helps: Literal["wait", "change", "human", "nothing"]
    effect: Literal["no", "yes", "reported", "in_doubt"]
    meaning: str = ""
    hint: str = ""
    error_type: str = ""
    attempts: int = 1
    places: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True)
class Finding:
    """A problem that the check found."""

    severity: Literal["error", "warning"]
    text: str


@dataclass(frozen=True)
class Foreseen:
    """What the next run would do with some nodes, if a fix were applied; `more` are not named."""

    verdict: str
    nodes: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True)
class FixCard:
    """A repair on offer; `line` is the command that accepts it.

    `edits` on the snapshot's `source` give the repaired text; `comment` are the lines that stand
    before that in a new cell.  `dismiss` is the command that says no to it.
    """

    number: int
    title: str
    code: str
    level: str
    origin: str
    rung: str
    diff: str
    why: str = ""
    evidence: tuple[str, ...] = ()
    preview: tuple[Foreseen, ...] = ()
    line: str = ""
    dismiss: str = ""
    edits: tuple[LineEdit, ...] = ()
    comment: tuple[str, ...] = ()


@dataclass(frozen=True)
class Applied:
    """A repair that went in, and who let it in."""

    title: str
    code: str
    by: str
    diff: str = ""
    why: str = ""


@dataclass(frozen=True)
class Question:
    """What a person is asked about a node."""

    node: str
    state: str
    text: str


@dataclass(frozen=True)
class CellNote:
    """The cell that ran: its id, and the digest (SHA-256, hex) of its whole text as it ran.

    Both are empty where they are not known.  `head` is the first line of a new cell that goes on
    with the run.
    """

    id: str
    head: str
    digest: str


@dataclass(frozen=True)
class Snapshot:
    """A run at the moment `at` (Unix time): all that a page draws, and nothing to compute.

    `state` is empty before the first event, RUNNING, or how the run ended.  `rest` counts by state
    the nodes that have no row.  `ways` are the commands with which the run goes on.  When it has
    ended, `cell` says which cell it ran in, and where repairs are on offer `source` is the text
    that they are made for; what stands at its head as the comment of an earlier repair makes room
    for the next one's in a new cell.
    """

    version: int
    run: str
    workflow: str
    session: str
    state: str
    at: float
    elapsed: float
    percent: int
    done: int
    total: int
    attempt: int = 1
    finished: bool = False
    usual: float | None = None
    saved: float = 0.0
    owner: str = ""
    doing: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    graph: Graph | None = None
    nodes: tuple[NodeRow, ...] = ()
    rest: dict[str, int] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    applied: tuple[Applied, ...] = ()
    failures: tuple[FailureNote, ...] = ()
    problems: tuple[Finding, ...] = ()
    questions: tuple[Question, ...] = ()
    fixes: tuple[FixCard, ...] = ()
    abstained: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    cell: CellNote | None = None
    source: str = ""
