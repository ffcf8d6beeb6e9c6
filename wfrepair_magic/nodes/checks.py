"""Looks whether something is so, and changes nothing: a path, an answer, a command's end.

A look says yes or no only where that is certain; all else – a timeout, a refused path, a program
that is missing – is "unknown", with what was seen.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

from .base import AnswerUnreadable, Cancelled, Context, ExitCode, NodeError
from .http import http
from .paths import reachable
from .shell import shell

Verdict = Literal["yes", "no", "unknown"]

_GONE: Final = (404, 410)
_ANY_STATUS: Final = ["1xx", "2xx", "3xx", "4xx", "5xx"]
_NOT_SO: Final = 1
"""The exit code with which a command says no, as `test` and `grep` do."""


@dataclass(frozen=True)
class Seen:
    """What a look found: its verdict, and in words what was seen."""

    verdict: Verdict
    said: str


def look(kind: str, what: Any, ctx: Context) -> Seen:
    """Look at something once; `kind` is a key of a check (``exists``, ``http``, ``command``).

    `what` is resolved: a path, a URL, a command line.  A look takes at most 30 s unless `ctx`
    says otherwise, and raises nothing for what it meets.
    """
    try:
        return _LOOKS[kind](what, ctx)
    except (NodeError, OSError) as error:
        return Seen("unknown", getattr(error, "message", "") or str(error))
    except Cancelled:
        return Seen("unknown", "it was interrupted")


def _exists(what: Any, ctx: Context) -> Seen:
    try:
        os.stat(reachable(what, ctx, "exists"))
    except (FileNotFoundError, NotADirectoryError):
        return Seen("no", f"there is no `{what}`")
    return Seen("yes", f"`{what}` is there")


def _http(what: Any, ctx: Context) -> Seen:
    """Send one GET; a redirect is no answer, for it may lead to any page."""
    params = {"url": what, "method": "GET", "ok_status": _ANY_STATUS}
    try:
        status = http(params, ctx)["status_code"]
    except AnswerUnreadable as error:
        if "status_code" not in error.reported:
            raise
        status = error.reported["status_code"]
    verdict: Verdict = "yes" if status // 100 == 2 else "no" if status in _GONE else "unknown"
    return Seen(verdict, f"{what} answered {status}")


def _command(what: Any, ctx: Context) -> Seen:
    try:
        shell({"command": what}, ctx)
    except ExitCode as error:
        return Seen("no" if error.code == _NOT_SO else "unknown", error.message)
    except AnswerUnreadable as error:  # it ended well, and said too much
        return Seen("yes", error.message)
    return Seen("yes", "the command ended with exit code 0")


_LOOKS: Final[Mapping[str, Callable[[Any, Context], Seen]]] = {
    "exists": _exists,
    "http": _http,
    "command": _command,
}
