"""What every node function meets: its Context, the Action it may return, the errors it raises."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from ..ir.spec import NodeSpec, Param


@dataclass(frozen=True)
class Action:
    """Return this from a node function to name the action that it ends with."""

    name: str
    outputs: Mapping[str, Any] = field(default_factory=dict)


class Cancelled(Exception):
    """The run was interrupted; raised out of `Context.check` and by cancelled built-in nodes."""


@dataclass(frozen=True)
class Context:
    """What a node may know of its surroundings.  Ask for it by annotation: ``ctx: Context``.

    `folder` is the working folder (the notebook's or file's); `idempotency_key` is the same for
    every attempt at one effect.  `timeout` is in seconds, or None.  `cancelled` is set when the
    run is interrupted or the node has timed out.
    """

    node: str
    folder: Path
    idempotency_key: str = ""
    attempt: int = 1
    timeout: float | None = None
    allow_hosts: tuple[str, ...] = ()
    allow_paths: tuple[str, ...] = ()
    cancelled: threading.Event = field(default_factory=threading.Event)
    report: Callable[[str, float | None, str], None] = lambda kind, fraction, text: None

    def progress(self, fraction: float | None, message: str = "") -> None:
        """Say how far the node is, from 0 to 1 (None: unknown); stops it if it was cancelled."""
        self.check()
        self.report("progress", fraction, message)

    def log(self, text: str) -> None:
        """Show a line to the reader of the report."""
        self.report("log", None, text)

    def check(self) -> None:
        """Raise Cancelled if the run was interrupted or the node has timed out."""
        if self.cancelled.is_set():
            raise Cancelled(self.node)


class NodeError(Exception):
    """The base of the errors that node functions raise on purpose; `reported` are its facts.

    `reported` is offered to the target of the node's `error` edge.
    """

    def __init__(self, message: str, reported: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.reported = dict(reported or {})


class Transient(NodeError):
    """Nothing happened, and later it may work.  `retry_after`: seconds, if the other side said."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Permanent(NodeError):
    """The node failed, and the same again would fail the same way: the workflow must change."""


class NeedsHuman(NodeError):
    """Only a person can help: a credential, a permission, a decision."""


class BadParam(NodeError):
    """A param's value was refused before anything happened."""

    def __init__(self, param: str, message: str) -> None:
        super().__init__(message)
        self.param = param


class NoSuchFile(BadParam):
    """A param names a file or a folder that is not there."""


def objection(read: Callable[[Any], object]) -> Callable[[Any], str | None]:
    """Make of a reading that raises BadParam a judgement of values: what is wrong, or None."""

    def judge(value: Any) -> str | None:
        try:
            read(value)
        except BadParam as error:
            return error.message
        return None

    return judge


class ExitCode(NodeError):
    """A command ended with an exit code that is not one of `ok_codes`; negative: by a signal."""

    def __init__(self, code: int, message: str, reported: Mapping[str, Any]) -> None:
        super().__init__(message, reported)
        self.code = code


class TimedOut(NodeError):
    """Our own time limit ended the node; what it had done by then is not known."""

    def __init__(self, seconds: float, reported: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"took longer than {seconds:g} s", reported)
        self.seconds = seconds


class ConnectFailed(NodeError):
    """No connection came about (refused, DNS, TLS): nothing was sent.  `kind` says which."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind  # "dns", "refused", "tls", "timeout", "other"


class ConnectionLost(NodeError):
    """The request was on its way when the connection broke or the answer stayed out."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind  # "timeout", "reset", "protocol"


class HttpStatus(NodeError):
    """The other side answered with a status outside `ok_status`."""

    def __init__(
        self, status: int, message: str, reported: Mapping[str, Any], retry_after: float | None
    ) -> None:
        super().__init__(message, reported)
        self.status = status
        self.retry_after = retry_after


class AnswerUnreadable(NodeError):
    """The effect happened, and its answer cannot be used (too large, not what it claims)."""


def json_text(param: str, value: object, indent: int | None = None) -> str:
    """Write a param's value as JSON.  Raises BadParam for what is no data."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=indent)
    except (TypeError, ValueError) as error:
        raise BadParam(param, f"is neither text nor bytes nor JSON data: {error}") from error


@dataclass(frozen=True)
class NodeType:
    """A node type: its spec for the check, its function for the backend, its code for the key.

    `run` takes resolved params by keyword; `context_param` names the one that wants the Context
    (None: none).  `version` stands in the cache key of types that ship with a package; `code` is
    the user's function, keyed by what it says and references.  `files` gives, for resolved
    params, the paths whose content belongs to the key; `stands` tells whether the effect that
    they had still stands, so that a reuse can be refused (None: it always does), and
    `repeatable` whether it could be had again if it does not (None: it could).  `touches`
    gives, for a node's outputs, the files that it changed: what a later node of the workflow
    has done to them takes nothing from the effect of an earlier one.  `added` gives, for
    resolved params, the bytes that the node only adds to its file; None where what it leaves
    does not depend on what was there.  `variables`
    gives the environment variables, by name, whose value belongs to the key.
    `idempotent` says that sending again with the same idempotency key is harmless, or for how
    many seconds after the first time.
    `takes_mapping`: `run` gets the params as one dict (built-in and open types).
    """

    spec: NodeSpec
    run: Callable[..., Any]
    version: str | None = None
    code: Callable[..., Any] | None = None
    is_async: bool = False
    context_param: str | None = None
    takes_mapping: bool = False
    retry: int | None = None
    timeout: float | None = None
    cache: bool | float | None = None
    idempotent: bool | float | None = None
    files: Callable[[Mapping[str, Any], Context], tuple[Path, ...]] | None = None
    stands: Callable[[Mapping[str, Any], Context], bool] | None = None
    repeatable: Callable[[Mapping[str, Any], Context], bool] | None = None
    touches: Callable[[Mapping[str, Any]], tuple[str, ...]] | None = None
    added: Callable[[Mapping[str, Any]], bytes | None] | None = None
    variables: Callable[[Mapping[str, Any]], Mapping[str, str]] | None = None

    @property
    def name(self) -> str:
        """The name that workflows use."""
        return self.spec.name


built_in: Final = partial(NodeType, version="1", context_param="ctx", takes_mapping=True)
"""Makes a node type of this package: its function takes the params as a dict, and the Context."""


def by_name(*params: Param) -> dict[str, Param]:
    """Give params as a spec wants them."""
    return {param.name: param for param in params}
