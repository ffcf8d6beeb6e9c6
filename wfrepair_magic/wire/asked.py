"""What a page and a kernel tell each other over their one channel, declared once for both sides.

The page opens a comm of the name `settings.CHANNEL` and, once the kernel has taken it, asks; every
`Ask` gets one `Answer` with its `id`, and unasked the kernel says how far its runs are
(`RunTold`).  As in `shown`, a field that has its default is left out.  Lines and columns count
from 1, in the cell, columns and lengths in characters (code points, not units of UTF-16); times
are seconds.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from ..errors import WorkflowError
from ..ir.names import nearest
from .shown import Snapshot


@dataclass(frozen=True)
class AskLine:
    """Obey a line, `%workflow stop`, as if it were typed; the answer's text is what it prints.

    `run` is the run of which the line speaks, that of the report in which a button stands; "" is
    the last one, as for a line that is typed.
    """

    id: int
    ask: Literal["line"]
    line: str
    run: str = ""


@dataclass(frozen=True)
class AskCheck:
    """Check the whole text of a cell, its magic line too: `Answer.marks`."""

    id: int
    ask: Literal["check"]
    text: str


@dataclass(frozen=True)
class AskHover:
    """Say what stands at a place of a cell's text: `Answer.hover`."""

    id: int
    ask: Literal["hover"]
    text: str
    line: int
    column: int


@dataclass(frozen=True)
class AskRuns:
    """List the latest runs of the project store: `Answer.runs`, the newest first."""

    id: int
    ask: Literal["runs"]
    limit: int = 50


@dataclass(frozen=True)
class AskRun:
    """Give a run as its history tells it: `Answer.run`; "" is the latest."""

    id: int
    ask: Literal["run"]
    run: str = ""


@dataclass(frozen=True)
class AskEffects:
    """List the effects of all sessions of the project store: `Answer.effects`, the oldest first."""

    id: int
    ask: Literal["effects"]


@dataclass(frozen=True)
class AskCache:
    """Say what the project store keeps: `Answer.cache`."""

    id: int
    ask: Literal["cache"]


Ask = AskLine | AskCheck | AskHover | AskRuns | AskRun | AskEffects | AskCache


@dataclass(frozen=True)
class Mark:
    """A problem and its place; `length` is 0 where only the beginning is known."""

    severity: Literal["error", "warning"]
    code: str
    message: str
    line: int
    column: int
    length: int = 0
    hint: str = ""
    node: str = ""


@dataclass(frozen=True)
class Hover:
    """What is known of the word at a place: lines of plain text, and where the word stands."""

    lines: tuple[str, ...]
    line: int
    column: int
    length: int


@dataclass(frozen=True)
class RunLine:
    """A run in a list.  `state` is RUNNING while its process lives, else how it ended.

    `here`: it is under way in this kernel, so that `%workflow stop` ends it.  `text` names the
    workflow's text that it ended with; `repaired_from` the text of which that was made, by the
    rules or the model in `repairs`: so runs hang together.
    """

    run: str
    workflow: str
    session: str
    state: str
    began: float
    took: float | None = None
    here: bool = False
    text: str = ""
    repaired_from: str = ""
    repairs: tuple[str, ...] = ()


@dataclass(frozen=True)
class EffectLine:
    """An effect as the ledger knows it.  `doubt`: a person must say whether it happened.

    `lines` are the commands with which a person says so.
    """

    node: str
    workflow: str
    session: str
    words: str
    run: str
    began: float
    took: float | None = None
    doubt: bool = False
    question: str = ""
    said: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fact:
    """What it is about, what was found, and what is to be said to it."""

    what: str
    found: str
    said: str = ""


@dataclass(frozen=True)
class Answer:
    """The answer to the Ask of that `id`; where it is not `ok`, `text` says why.

    An Ask that could not be read is answered under the `id` 0 if it had none.
    """

    id: int
    ok: bool
    text: str = ""
    marks: tuple[Mark, ...] = ()
    hover: Hover | None = None
    runs: tuple[RunLine, ...] = ()
    run: Snapshot | None = None
    effects: tuple[EffectLine, ...] = ()
    cache: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class RunTold:
    """How far a run of this kernel is: told at its start, at most once a second, and at its end.

    Whoever opens the channel is told of every run under way.  `state` is RUNNING, or how the run
    ended.  `asking` counts the nodes that wait for a person.
    """

    event: Literal["run"]
    run: str
    workflow: str
    state: str
    percent: int
    cell: str = ""
    asking: int = 0
    background: bool = False


Told = Answer | RunTold

KINDS: Final[Mapping[str, type]] = {
    typing.get_args(typing.get_type_hints(kind)["ask"])[0]: kind for kind in typing.get_args(Ask)
}
"""Each kind of Ask by its word."""


class BadAsk(WorkflowError):
    """A message that is no Ask."""


def read_ask(data: object) -> Ask:
    """Read a message from the page.  Raises BadAsk that says what is wrong with it."""
    if not isinstance(data, dict):
        raise BadAsk(f"a message is a JSON object, not {_kind(data)}")
    word = data.get("ask")
    kind = KINDS.get(word) if isinstance(word, str) else None
    if kind is None:
        close = nearest(str(word), KINDS)
        hint = f"did you mean {close!r}?" if close else f"there are {', '.join(KINDS)}"
        raise BadAsk(f"`ask` cannot be {word!r}; {hint}")
    hints = typing.get_type_hints(kind)
    fields = dataclasses.fields(kind)
    values = {item.name: data[item.name] for item in fields if item.name in data}
    for item in fields:
        if item.name not in values and item.default is dataclasses.MISSING:
            raise BadAsk(f"`{word}` needs `{item.name}`")
        _check(word, item.name, hints[item.name], values.get(item.name, item.default))
    return typing.cast(Ask, kind(**values))


def id_of(data: object) -> int:
    """Give the id of a message, whatever else it is; 0 where it has none."""
    found: Any = data.get("id") if isinstance(data, dict) else None
    return found if type(found) is int else 0


def _check(word: object, name: str, hint: object, value: object) -> None:
    if isinstance(hint, type) and type(value) is not hint:
        raise BadAsk(f"`{name}` of `{word}` must be {_KINDS[hint]}, not {_kind(value)}")


def _kind(value: object) -> str:
    return _KINDS.get(type(value), f"a {type(value).__name__}")


_KINDS: Final[Mapping[type, str]] = {
    str: "text", int: "a whole number", float: "a number", bool: "true or false",
    list: "a list", dict: "an object", type(None): "null",
}  # fmt: skip
