"""The node type `http`: one request, its redirects, and what came back."""

from __future__ import annotations

import contextlib
import re
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..ir.spec import NodeSpec, Param
from ..settings import LIMITS
from .addresses import resolve
from .answers import Answer, content_of, retry_after, text_of
from .base import (
    AnswerUnreadable,
    BadParam,
    ConnectFailed,
    ConnectionLost,
    Context,
    HttpStatus,
    NodeError,
    built_in,
    by_name,
    objection,
)
from .coroutines import run_coroutine
from .exchange import Request, exchange, refuse_foreign, target_of
from .registry import register
from .request import effect_of, positive, redirected, request_of

REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 5
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
SHOWN_CHARACTERS = 300

_OK_STATUS = re.compile(r"[1-5](?:xx|\d\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Bounds:
    """What holds for a request with all its redirects; `deadline` is of `time.monotonic`."""

    deadline: float
    body_bytes: int
    ok_status: tuple[str, ...]

    def accepts(self, status: int) -> bool:
        """Tell whether `ok_status` names this status, as itself or as its hundred (``2xx``)."""
        return str(status) in self.ok_status or f"{status // 100}xx" in self.ok_status


def http(params: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """Send a request; give `response`, `status_code` and `headers` (with lower-case names).

    `response` is data where the answer is JSON, else text, or bytes where it is no text.
    Raises HttpStatus outside `ok_status`; ConnectFailed while nothing was sent and
    ConnectionLost after; AnswerUnreadable where the request succeeded and the answer is too
    large or not what it claims; BadParam for what cannot or must not be sent.
    """
    request = request_of(params, ctx)
    answer = _answer(request, _bounds(params, ctx), MAX_REDIRECTS, ctx)
    reported = {"status_code": answer.status, "headers": dict(answer.headers)}
    if answer.cut:
        size = f"{len(answer.body):,} bytes"
        raise AnswerUnreadable(f"the answer is larger than {size} (`max_bytes`)", reported)
    try:
        return {"response": content_of(answer), **reported}
    except ValueError as error:
        raise AnswerUnreadable(
            f"{request.target.shown} answered {answer.title}, and its body is not the JSON that"
            f" its type promises: {error}",
            {**reported, "response": text_of(answer)},
        ) from error


def _bounds(params: Mapping[str, Any], ctx: Context) -> Bounds:
    """Read the limits; of the node's own `timeout` and the param the shorter one holds."""
    asked = positive("timeout", params.get("timeout"), ctx.timeout or LIMITS.http_seconds)
    size = positive("max_bytes", params.get("max_bytes"), LIMITS.output_bytes)
    given = params.get("ok_status")
    seconds = min(asked, ctx.timeout or asked)
    statuses = _statuses("2xx" if given is None else given)
    return Bounds(time.monotonic() + seconds, int(size), statuses)


def _statuses(given: object) -> tuple[str, ...]:
    listed = given if isinstance(given, (list, tuple)) else [given]
    statuses = tuple(str(status).strip().lower() for status in listed)
    if not statuses or not all(map(_OK_STATUS.fullmatch, statuses)):
        raise BadParam("ok_status", f"is statuses like 200 or 2xx, not {given!r}")
    return statuses


def _answer(request: Request, bounds: Bounds, hops: int, ctx: Context) -> Answer:
    """Send a request, follow up to `hops` redirects, and give the last answer if it will do."""
    while True:
        answer = _sent(request, bounds, ctx)
        if bounds.accepts(answer.status):
            return answer
        location = answer.headers.get("location", "")
        if answer.status not in REDIRECTS or not location or hops == 0:
            raise _refused(request, answer)
        hops -= 1
        onward = _onward(request, answer.status, location)
        if onward.method != request.method:
            with _dealt_with(answer, onward):
                return _answer(onward, bounds, hops, ctx)
        request = onward


def _sent(request: Request, bounds: Bounds, ctx: Context) -> Answer:
    """Send one request to the first address of its host that takes the connection."""
    target = request.target
    failed: ConnectFailed | None = None
    for address in resolve(target.host, target.port, ctx, bounds.deadline):
        left = bounds.deadline - time.monotonic()
        if left <= 0:
            break
        try:
            return run_coroutine(exchange(request, address, left, bounds.body_bytes), ctx)
        except ConnectFailed as error:  # nothing was sent: another address may do
            failed = error
    raise failed or ConnectFailed("timeout", f"no connection to {target.netloc} in time")


def _onward(request: Request, status: int, location: str) -> Request:
    """Make the request that a redirect asks for.  Raises BadParam for a place that is no URL."""
    target = request.target
    base = f"{target.scheme}://{target.netloc}{target.path}"
    try:
        return redirected(request, status, target_of(urllib.parse.urljoin(base, location)))
    except (BadParam, ValueError) as error:
        message = f"{target.shown} redirects to `{location}`, which is no place to go: {error}"
        raise BadParam("url", message) from error


@contextlib.contextmanager
def _dealt_with(answer: Answer, onward: Request) -> Iterator[None]:
    """Guard the way to the result of a request that writes and was answered with a redirect.

    The other side has dealt with it: no failure from here on may say that nothing was sent, or
    it would be sent again.
    """
    try:
        yield
    except NodeError as error:
        message = (
            f"the request was answered with {answer.title} to {onward.target.shown}, and from"
            f" there: {error.message}"
        )
        if answer.status == 303:  # "see other": done, and its result is there
            raise AnswerUnreadable(message, error.reported) from error
        lost = ConnectionLost("protocol", message)
        lost.reported = error.reported
        raise lost from error


def _refused(request: Request, answer: Answer) -> HttpStatus:
    body = text_of(answer)
    words = body if isinstance(body, str) else answer.body.decode("utf-8", "replace")
    said = " ".join(words.split())[:SHOWN_CHARACTERS]
    if answer.status in REDIRECTS and answer.headers.get("location"):
        said = f"after {MAX_REDIRECTS} redirects no more is followed"
    reported = {"status_code": answer.status, "response": body, "headers": dict(answer.headers)}
    message = f"{request.method} {request.target.shown} answered {answer.title}"
    wait = retry_after(answer.headers)
    return HttpStatus(answer.status, f"{message}: {said}" if said else message, reported, wait)


_PARAMS = by_name(
    Param(
        "url", ("string",), required=True, aliases=("uri", "endpoint", "address", "link"),
        objection=objection(refuse_foreign),
        description="Where to, with http:// or https://.",
    ),
    Param(
        "method", ("string",), default=None, usual=METHODS, aliases=("verb", "http_method"),
        description="The method; POST if there is a body, else GET.",
    ),
    Param(
        "headers", ("object",), default=None, aliases=("header",),
        description="Names and values; null leaves one out.",
    ),
    Param(
        "query", ("object",), default=None,
        aliases=("params", "query_params", "querystring", "args"),
        description="Added to the URL; a list repeats its name.",
    ),
    Param(
        "body", default=None, aliases=("json", "data", "payload", "content"),
        description="Text, or data that is sent as JSON (or as the form that Content-Type names).",
    ),
    Param(
        "timeout", ("number",), default=None, unit="seconds", minimum=0,
        description="Limit for all of it, with redirects; 30 unless said.",
    ),
    Param(
        "ok_status", ("array", "integer", "string"), default="2xx",
        aliases=("ok_codes", "expected_status", "valid_status"), objection=objection(_statuses),
        description="The statuses that are no failure: 200, 2xx, or a list.",
    ),
    Param(
        "max_bytes", ("integer",), default=LIMITS.output_bytes, aliases=("max_size",),
        unit="bytes", minimum=1, description="How large an answer may be.",
    ),
)  # fmt: skip

HTTP = register(
    built_in(
        NodeSpec(
            "http",
            _PARAMS,
            outputs={"response": "any", "status_code": "integer", "headers": "object"},
            actions=(),
            effect_of=effect_of,
            description="Send a request over HTTP; data comes back as data.",
        ),
        http,
    )
)
