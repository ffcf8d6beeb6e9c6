"""Makes an HTTP request of the params of an `http` node."""

from __future__ import annotations

import base64
import math
import re
import urllib.parse
from collections.abc import Mapping
from typing import Any

from ..ir.model import Effect
from .base import BadParam, Context, json_text
from .exchange import Request, Target, target_of

READING = ("GET", "HEAD")
"""The methods that change nothing on the other side."""

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_OURS = ("host", "content-length", "transfer-encoding", "connection")
_FORM_TYPE = "application/x-www-form-urlencoded"
_KEPT_ACROSS_HOSTS = (
    "accept",
    "accept-encoding",
    "accept-language",
    "content-language",
    "content-type",
    "user-agent",
)


def effect_of(params: Mapping[str, Any]) -> Effect:
    """Give the effect of an `http` node by its raw params: GET and HEAD read, all else writes.

    A method that is still a template may turn out to be any, and so counts as writing.
    """
    return "read" if _method(params.get("method"), params.get("body")) in READING else "write"


def request_of(params: Mapping[str, Any], ctx: Context) -> Request:
    """Make the request that the params describe.

    A request that writes carries the run's `Idempotency-Key`, unless the params give one.
    Raises BadParam.
    """
    method = _method(params.get("method"), params.get("body"))
    if not _TOKEN.fullmatch(method):
        raise BadParam("method", f"is a method of HTTP, like GET, not {params.get('method')!r}")
    target = target_of(_with_query(params.get("url"), params.get("query")))
    headers = _headers(params.get("headers"))
    names = {name.casefold() for name, _ in headers}
    body, kind = _body(params.get("body"), headers)
    if body is not None and "content-type" not in names:
        headers.append(("Content-Type", kind))
    if target.userinfo and "authorization" not in names:
        headers.append(("Authorization", _basic(target.userinfo)))
    if method not in READING and "idempotency-key" not in names and ctx.idempotency_key:
        headers.append(("Idempotency-Key", ctx.idempotency_key))
    return Request(method, target, tuple(headers), body)


def redirected(request: Request, status: int, target: Target) -> Request:
    """Make the request that follows a redirect.

    307 and 308 keep method and body; after the others a writing request goes on as GET.  To
    another host, port or scheme only headers go that cannot be credentials.
    """
    keeps = status in (307, 308) or request.method in READING
    headers = [
        (name, value)
        for name, value in request.headers
        if keeps or not name.casefold().startswith(("content-", "idempotency-key"))
    ]
    if target.origin != request.target.origin:
        kept = (*_KEPT_ACROSS_HOSTS, "idempotency-key")
        headers = [(name, value) for name, value in headers if name.casefold() in kept]
    method = request.method if keeps else "GET"
    return Request(method, target, tuple(headers), request.body if keeps else None)


def _method(method: object, body: object) -> str:
    if method is None:
        return "GET" if body is None else "POST"
    return str(method).strip().upper()


def _with_query(url: object, query: object) -> str:
    """Add `query` to what the URL has already."""
    if not isinstance(url, str) or not url.strip():
        raise BadParam("url", "is a URL, as text")
    pairs = "" if query is None else _form("query", query)
    if not pairs:
        return url
    base, hash_mark, fragment = url.partition("#")
    return f"{base}{'&' if '?' in base else '?'}{pairs}{hash_mark}{fragment}"


def _form(param: str, values: object) -> str:
    """Write names and values as a URL does; a list repeats its name, null leaves it out."""
    if not isinstance(values, Mapping):
        raise BadParam(param, f"is names with values, not {type(values).__name__}")
    pairs = [
        (name, _form_text(param, name, item))
        for name, value in values.items()
        for item in (value if isinstance(value, (list, tuple)) else [value])
        if item is not None
    ]
    return urllib.parse.urlencode(pairs)


def _form_text(param: str, name: object, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise BadParam(param, f"`{name}` is {type(value).__name__}, which no URL can say")


def _headers(given: object) -> list[tuple[str, str]]:
    if given is None:
        return []
    if not isinstance(given, Mapping):
        raise BadParam("headers", f"is names with values, not {type(given).__name__}")
    return [(name, _header(name, value)) for name, value in given.items() if value is not None]


def _header(name: object, value: object) -> str:
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise BadParam("headers", f"{name!r} cannot name a header")
    if name.casefold() in _OURS:
        raise BadParam("headers", f"`{name}` follows from the request itself; leave it out")
    if not isinstance(value, (str, int, float)) or isinstance(value, bool):
        raise BadParam("headers", f"`{name}` is {type(value).__name__}, not text")
    if any(ord(letter) < 32 and letter != "\t" for letter in str(value)):
        raise BadParam("headers", f"`{name}` holds a line end or another control character")
    return str(value).strip()


def _body(body: object, headers: list[tuple[str, str]]) -> tuple[bytes | None, str]:
    """Give the bytes of a body and its Content-Type: data as JSON, or as the form it says."""
    if body is None:
        return None, ""
    if isinstance(body, bytes):
        return body, "application/octet-stream"
    if isinstance(body, str):
        return body.encode(), "text/plain; charset=utf-8"
    given = next((value for name, value in headers if name.casefold() == "content-type"), "")
    if given.partition(";")[0].strip().lower() == _FORM_TYPE:
        return _form("body", body).encode(), _FORM_TYPE
    return json_text("body", body).encode(), "application/json"


def _basic(userinfo: bytes) -> str:
    """Make the header of a user and password that stand in a URL."""
    return "Basic " + base64.b64encode(urllib.parse.unquote_to_bytes(userinfo)).decode("ascii")


def positive(param: str, value: object, otherwise: float) -> float:
    """Give a number of seconds or bytes, or `otherwise` where there is none."""
    if value is None:
        return otherwise
    if isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < math.inf:
        return value
    raise BadParam(param, f"is a number above 0, not {value!r}")
