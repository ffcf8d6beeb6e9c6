"""From what a node raised to what helps: decided by types and codes, never by words (pure).

The tables are those of engine.md, "Failure classes".  Codes beyond the repair taxonomy: SH00 a
command reported its failure, PY00 an exception of user code that no rule knows.
"""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import dataclass
from typing import Final, NamedTuple

from ..errors import StoreError
from ..failure import Category, Failure, Happened, Helps
from ..ir.model import Effect, Retry
from ..nodes.base import (
    AnswerUnreadable,
    BadParam,
    Cancelled,
    ConnectFailed,
    ConnectionLost,
    ExitCode,
    HttpStatus,
    NeedsHuman,
    NodeError,
    NoSuchFile,
    TimedOut,
    Transient,
)
from ..settings import LIMITS


class Verdict(NamedTuple):
    """What a failure means: its code, its kind, whether the effect happened, what helps."""

    code: str
    category: Category
    effect: Happened
    helps: Helps


_STATUS: Final[dict[int, Verdict]] = {
    **dict.fromkeys((408, 425, 429), Verdict("ENV05", "http", "no", "wait")),
    **dict.fromkeys((400, 409, 413, 422), Verdict("ENV10", "http", "no", "change")),
    **dict.fromkeys((404, 410), Verdict("ENV09", "http", "no", "change")),
    **dict.fromkeys((405, 415), Verdict("ENV11", "http", "no", "change")),
    **dict.fromkeys((401, 402, 403, 407, 451), Verdict("ENV04", "http", "no", "human")),
}
_OTHER_STATUS: Final = Verdict("ENV10", "http", "reported", "change")

MESSAGE: Final = 2_000
"""So many characters of what an exception says are kept."""

_LOST_EXITS: Final = frozenset({124, 137, 143})
_HUMAN_ERRNO: Final = frozenset({errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC})

_PYTHON: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (ModuleNotFoundError, "PY03"),
    (ImportError, "PY04"),
    (SyntaxError, "PY01"),
    (NameError, "PY02"),
    (KeyError, "PY06"),
    (IndexError, "PY06"),
    (AttributeError, "PY06"),
    (UnicodeDecodeError, "ENV03"),
    (FileNotFoundError, "ENV02"),
    (TypeError, "PY05"),
    (ArithmeticError, "PY07"),
    (AssertionError, "PY07"),
    (ValueError, "PY07"),
)

_NODE_ERRORS: Final[tuple[tuple[type[NodeError], Verdict], ...]] = (
    (ConnectFailed, Verdict("ENV08", "connection", "no", "wait")),
    (AnswerUnreadable, Verdict("ENV16", "answer", "yes", "change")),
    (NoSuchFile, Verdict("ENV02", "file", "no", "change")),
    (BadParam, Verdict("PRM12", "params", "no", "change")),
    (Transient, Verdict("ENV06", "exception", "no", "wait")),
    (NeedsHuman, Verdict("ENV13", "permission", "no", "human")),
)

_HINTS: Final[dict[str, str]] = {
    "ENV04": "the other side refused the credentials or the permission; a person must mend that",
    "ENV13": "a permission, a full disk or a lack of memory; a person must mend that",
    "ENV15": "the certificate was not accepted; it is never ignored",
}


def judge(error: BaseException, effect: Effect) -> Verdict:
    """Say what an exception out of a node with that effect means."""
    if isinstance(error, NodeError):
        return _judge_node_error(error, effect)
    if isinstance(error, Cancelled | KeyboardInterrupt):
        return Verdict("RUN01", "cancelled", _lost(effect), "human")
    if isinstance(error, StoreError):
        return Verdict("STO01", "store", "no", "human")
    if isinstance(error, MemoryError):
        return Verdict("ENV13", "permission", _reported(effect), "human")
    if isinstance(error, ssl.SSLError):
        return Verdict("ENV15", "connection", _reported(effect), "human")
    if isinstance(error, ConnectionRefusedError | socket.gaierror):
        return Verdict("ENV08", "connection", _reported(effect), "wait")
    if isinstance(error, OSError) and error.errno in _HUMAN_ERRNO:
        return Verdict("ENV13", "permission", _reported(effect), "human")
    code = next((code for kind, code in _PYTHON if isinstance(error, kind)), "PY00")
    return Verdict(code, "exception", _reported(effect), "change")


def _judge_node_error(error: NodeError, effect: Effect) -> Verdict:
    if isinstance(error, HttpStatus):
        return _judge_status(error.status, effect)
    if isinstance(error, ExitCode):
        return _judge_exit(error.code, effect)
    if isinstance(error, TimedOut):
        return Verdict("ENV07", "timeout", _lost(effect), "wait")
    if isinstance(error, ConnectionLost):
        code = "ENV07" if error.kind == "timeout" else "ENV06"
        return Verdict(code, "connection", _lost(effect), "wait")
    if isinstance(error, ConnectFailed) and error.kind == "tls":
        return Verdict("ENV15", "connection", "no", "human")
    found = next((verdict for kind, verdict in _NODE_ERRORS if isinstance(error, kind)), None)
    return found or Verdict("PY00", "exception", _reported(effect), "change")  # Permanent, own


def _judge_status(status: int, effect: Effect) -> Verdict:
    if status >= 500:
        return Verdict("ENV06", "http", _lost(effect), "wait")
    if 200 <= status < 300:  # `ok_status` refuses it, and the other side has done it
        return _OTHER_STATUS._replace(effect="yes" if effect == "write" else "no")
    return _STATUS.get(status, _OTHER_STATUS)


def _judge_exit(code: int, effect: Effect) -> Verdict:
    if code < 0 or code in _LOST_EXITS:
        return Verdict("ENV07", "exit", _lost(effect), "human")
    if code == 126:  # what a script did before it met this is not known: it reports, no more
        return Verdict("ENV13", "permission", _reported(effect), "human")
    if code == 127:
        return Verdict("SH03", "exit", _reported(effect), "change")
    return Verdict("SH00", "exit", _reported(effect), "change")


def _lost(effect: Effect) -> Happened:
    """A lost outcome leaves doubt only where there was something to do."""
    return "in_doubt" if effect == "write" else "no"


def _reported(effect: Effect) -> Happened:
    return "reported" if effect == "write" else "no"


def failure_of(node: str, error: BaseException, effect: Effect) -> Failure:
    """Make the Failure value of what a node raised; the caller redacts it."""
    verdict = judge(error, effect)
    text = _message(error)
    return Failure(
        node=node,
        code=verdict.code,
        category=verdict.category,
        helps=verdict.helps,
        effect=verdict.effect,
        fixable=verdict.helps == "change",
        message=text,
        hint=_HINTS.get(verdict.code, ""),
        error_type=type(error).__name__,
        reported=error.reported if isinstance(error, NodeError) else {},
        retry_after=error.retry_after if isinstance(error, Transient | HttpStatus) else None,
    )


def _message(error: BaseException) -> str:
    if isinstance(error, Cancelled):
        return "it was interrupted"
    if isinstance(error, BadParam):
        return f"param `{error.param}` {error.message}"
    return _short(error.message if isinstance(error, NodeError) else _one_line(error))


def _one_line(error: BaseException) -> str:
    """Name an exception and what it says; one that cannot even say it is only named."""
    name = type(error).__name__
    try:
        text = " ".join(str(error).split())
    except Exception as second:
        text = f"(its text raises {type(second).__name__})"
    return f"{name}: {text}" if text else name


def _short(text: str) -> str:
    return text if len(text) <= MESSAGE else f"{text[:MESSAGE]}…"


@dataclass(frozen=True)
class Again:
    """Try again after `wait` seconds."""

    wait: float


def next_attempt(
    failure: Failure, retry: Retry, attempt: int, chance: float, resend: bool = False
) -> Again | None:
    """Say whether another attempt follows the `attempt`-th, counted from 1, and after how long.

    Only what time may heal is tried again, or what `retry.on` names; and only if the effect
    surely did not happen, or, with `resend`, if an effect in doubt may be sent again.  `chance`
    in [0, 1) spreads the wait by `retry.jitter` (a share).
    """
    harmless = failure.effect == "no" or (resend and failure.effect == "in_doubt")
    if attempt >= retry.attempts or not (harmless or failure.effect == "reported"):
        return None
    if failure.code not in retry.on and not (harmless and failure.helps == "wait"):
        return None
    first = LIMITS.retry_wait if retry.wait is None else retry.wait
    wait = min(first * retry.backoff ** (attempt - 1), LIMITS.retry_wait_max)
    if failure.retry_after is not None:
        wait = max(wait, min(failure.retry_after, LIMITS.retry_after_max))
    return Again(wait * (1 + retry.jitter * chance))
