"""Reads an answer over HTTP: its body as its content type says, its Retry-After."""

from __future__ import annotations

import codecs
import email.message
import email.utils
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_TEXT = ("text/", "application/xml", "application/javascript", "application/x-www-form-urlencoded")


@dataclass(frozen=True)
class Answer:
    """What came back.  `headers` have lower-case names; `cut`: the body went over the limit."""

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    cut: bool = False

    @property
    def title(self) -> str:
        """Give the status as people write it: ``404 Not Found``."""
        return f"{self.status} {self.reason}".strip()


def content_of(answer: Answer) -> Any:
    """Give the body as data (JSON), as text, or as bytes where it is neither.

    An empty body of a JSON type is None.  Raises ValueError where a body is not the JSON that
    its type promises.
    """
    kind, charset = _content_type(answer.headers.get("content-type", ""))
    if kind == "application/json" or kind.endswith("+json"):
        return _parsed(answer.body)
    if charset is not None or kind.startswith(_TEXT):
        return answer.body.decode(charset or "utf-8", "replace")
    try:
        return answer.body.decode("utf-8")
    except UnicodeDecodeError:
        return answer.body


def text_of(answer: Answer) -> Any:
    """Give the body of a failed request: as `content_of`, and as text where that fails."""
    try:
        return content_of(answer)
    except ValueError:
        return answer.body.decode("utf-8", "replace")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Give the seconds that Retry-After asks for, whether it names seconds or a date."""
    written = headers.get("retry-after", "").strip()
    if written.isascii() and written.isdigit():
        return min(float(written), 1e9)
    try:
        moment = email.utils.parsedate_to_datetime(written).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
    return max(0.0, math.ceil(moment - time.time()))


def _parsed(body: bytes) -> Any:
    if not body.strip():
        return None
    try:
        return json.loads(body)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _content_type(header: str) -> tuple[str, str | None]:
    """Split a Content-Type into its type and its charset, if Python knows that one."""
    message = email.message.Message()
    message["content-type"] = header
    charset = message.get_content_charset()
    try:
        known = codecs.lookup(charset).name if charset else None
    except LookupError:
        known = None
    return (message.get_content_type() if header else ""), known
