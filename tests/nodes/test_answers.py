"""How an answer's body and its Retry-After are read."""

from __future__ import annotations

import email.utils
import time
from typing import Any

import pytest

from wfrepair_magic.nodes.answers import Answer, content_of, retry_after, text_of


def _answer(kind: str | None, body: bytes) -> Answer:
    return Answer(200, "OK", {} if kind is None else {"content-type": kind}, body)


@pytest.mark.parametrize(
    ("kind", "body", "content"),
    [
        ("application/json", b'{"a": 1}', {"a": 1}),
        ("Application/JSON; charset=utf-8", b"[1]", [1]),
        ("application/problem+json", b"null", None),
        ("application/json", '"é"'.encode("utf-16"), "é"),
        ("application/json", b"", None),
        ("application/json", b" \n", None),
        ("text/plain", b'{"a": 1}', '{"a": 1}'),
        ("text/plain; charset=latin-1", b"\xe9", "é"),
        ("text/plain; charset=no-such", "é".encode(), "é"),
        ("text/html", b"\xff", "\ufffd"),
        ("", b"a", "a"),
        (None, b"a", "a"),
        (None, b"", ""),
        ("image/png", b"\x89PNG\xff", b"\x89PNG\xff"),
        ("application/octet-stream", b"plain", "plain"),
    ],
)
def test_a_body_is_read_by_its_type(kind: str | None, body: bytes, content: Any) -> None:
    """JSON becomes data, text text; what is no text at all stays bytes."""
    assert content_of(_answer(kind, body)) == content


@pytest.mark.parametrize("body", [b"{", b"<html>", b"\xff\xff", b"[" * 200_000])
def test_a_body_that_is_not_the_json_it_claims_is_told(body: bytes) -> None:
    """A broken body is a ValueError, and still text for a failure's report."""
    with pytest.raises(ValueError):
        content_of(_answer("application/json", body))
    assert isinstance(text_of(_answer("application/json", body)), str)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("3", 3.0), (" 0 ", 0.0), ("-1", None), ("soon", None), ("", None), ("9" * 400, 1e9),
     ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)  # fmt: skip
def test_retry_after_is_seconds(header: str, seconds: float | None) -> None:
    """Seconds are read, a past date is now, and anything else says nothing."""
    assert retry_after({"retry-after": header}) == seconds


def test_retry_after_may_be_a_date() -> None:
    """A date to come is the seconds until then."""
    header = email.utils.formatdate(time.time() + 1000, usegmt=True)
    seconds = retry_after({"retry-after": header})
    assert seconds is not None
    assert 900 < seconds <= 1001


def test_no_retry_after_is_none() -> None:
    """Without the header nothing is asked for."""
    assert retry_after({}) is None
