"""What request the params of an `http` node make."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from wfrepair_magic.nodes import registry
from wfrepair_magic.nodes.base import BadParam, Context
from wfrepair_magic.nodes.exchange import target_of
from wfrepair_magic.nodes.request import redirected, request_of

URL = "http://h.example/p"


def _request(ctx: Context, **params: Any) -> Any:
    return request_of({"url": URL, **params}, ctx)


@pytest.mark.parametrize(
    ("params", "effect"),
    [
        ({}, "read"),
        ({"method": "GET"}, "read"),
        ({"method": "get"}, "read"),
        ({"method": "HEAD"}, "read"),
        ({"body": None}, "read"),
        ({"body": {}}, "write"),
        ({"body": ""}, "write"),
        ({"method": "GET", "body": "x"}, "read"),
        ({"method": "POST"}, "write"),
        ({"method": "OPTIONS"}, "write"),
        ({"method": "${which}"}, "write"),
        ({"method": "GET${x}"}, "write"),
    ],
)
def test_the_effect_follows_from_the_method(params: dict[str, Any], effect: str) -> None:
    """GET and HEAD read; anything else, and what is not known yet, writes."""
    assert registry.find("http").spec.effect_with({"url": URL, **params}) == effect


@pytest.mark.parametrize(
    ("params", "method"),
    [({}, "GET"), ({"body": 0}, "POST"), ({"method": "put", "body": "x"}, "PUT")],
)
def test_the_method_follows_from_the_body(
    ctx: Context, params: dict[str, Any], method: str
) -> None:
    """Without a method a body makes a POST, and no body a GET."""
    assert _request(ctx, **params).method == method


@pytest.mark.parametrize(
    ("body", "data", "kind"),
    [
        ({"é": [1, None]}, '{"é": [1, null]}'.encode(), "application/json"),
        ([], b"[]", "application/json"),
        (False, b"false", "application/json"),
        ("é", "é".encode(), "text/plain; charset=utf-8"),
        (b"\xff", b"\xff", "application/octet-stream"),
    ],
)
def test_a_body_is_data_text_or_bytes(ctx: Context, body: Any, data: bytes, kind: str) -> None:
    """Data goes as JSON, text and bytes as they are, each with its type."""
    request = _request(ctx, body=body)
    assert request.body == data
    assert dict(request.headers)["Content-Type"] == kind


def test_a_form_is_sent_as_a_form(ctx: Context) -> None:
    """Data with the Content-Type of a form is written as one, and that header stays."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    request = _request(ctx, body={"a": "x y", "b": [1, 2], "c": None}, headers=headers)
    assert request.body == b"a=x+y&b=1&b=2"
    assert [name.lower() for name, _ in request.headers].count("content-type") == 1


@pytest.mark.parametrize(
    ("url", "query", "path"),
    [
        (URL, None, "/p"),
        (URL, {}, "/p"),
        (URL, {"a": "x&y é"}, "/p?a=x%26y+%C3%A9"),
        (URL + "?z=1", {"a": 1}, "/p?z=1&a=1"),
        (URL + "?z=1#frag", {"a": 1}, "/p?z=1&a=1"),
        (URL, {"a": [1, 2], "b": True, "c": None}, "/p?a=1&a=2&b=true"),
        ("http://h.example", {"a": 1}, "/?a=1"),
        ("http://h.example/a b/é", None, "/a%20b/%C3%A9"),
    ],
)
def test_the_query_is_added_to_the_url(ctx: Context, url: str, query: Any, path: str) -> None:
    """What the URL has stays; values are encoded, lists repeat, null is left out."""
    assert request_of({"url": url, "query": query}, ctx).target.path == path


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_a_writing_request_carries_the_idempotency_key(ctx: Context, method: str) -> None:
    """Every attempt at one effect bears the same key, unless the author gives one."""
    assert dict(_request(ctx, method=method).headers)["Idempotency-Key"] == "key-1"
    own = _request(ctx, method=method, headers={"idempotency-key": "mine"})
    assert own.headers == (("idempotency-key", "mine"),)


def test_a_reading_request_carries_no_key(ctx: Context) -> None:
    """GET and HEAD have nothing to protect, and without a key there is no header."""
    assert _request(ctx).headers == ()
    assert _request(replace(ctx, idempotency_key=""), method="POST").headers == ()


def test_a_user_in_the_url_becomes_a_header(ctx: Context) -> None:
    """User and password of a URL go as basic authorization, and nowhere else."""
    request = request_of({"url": "http://me:p%40ss@h.example/"}, ctx)
    assert request.headers == (("Authorization", "Basic bWU6cEBzcw=="),)
    assert request.target.netloc == "h.example"
    assert "p%40ss" not in request.target.shown


@pytest.mark.parametrize(
    ("params", "param", "words"),
    [
        ({"url": None}, "url", "as text"),
        ({"url": ""}, "url", "as text"),
        ({"url": "h.example/p"}, "url", "must begin with http"),
        ({"url": "ftp://h.example/p"}, "url", "must begin with http"),
        ({"url": "file:///etc/passwd"}, "url", "must begin with http"),
        ({"url": "http:///p"}, "url", "names no host"),
        ({"url": "http://h.example:99999/"}, "url", "no port"),
        ({"url": "http://h.example:0/"}, "url", "no port"),
        ({"url": "http://h\n.example/"}, "url", "no URL"),
        ({"url": "http://a b.example/"}, "url", "no host"),
        ({"method": "GE T"}, "method", "method of HTTP"),
        ({"method": ""}, "method", "method of HTTP"),
        ({"headers": ["a"]}, "headers", "names with values"),
        ({"headers": {"a b": "x"}}, "headers", "cannot name"),
        ({"headers": {"a": "x\r\nEvil: y"}}, "headers", "line end"),
        ({"headers": {"a": ["x"]}}, "headers", "not text"),
        ({"headers": {"Host": "other"}}, "headers", "leave it out"),
        ({"headers": {"Content-Length": 3}}, "headers", "leave it out"),
        ({"query": "a=b"}, "query", "names with values"),
        ({"query": {"a": {"b": 1}}}, "query", "no URL can say"),
        ({"body": {1, 2}}, "body", "neither text nor bytes nor JSON"),
        ({"body": [float("nan")]}, "body", "neither text nor bytes nor JSON"),
    ],
)
def test_params_that_make_no_request_are_refused(
    ctx: Context, params: dict[str, Any], param: str, words: str
) -> None:
    """What HTTP cannot say is refused by the param's name, before anything is sent."""
    with pytest.raises(BadParam, match=words) as caught:
        request_of({"url": URL, **params}, ctx)
    assert caught.value.param == param


HEADERS = {"Authorization": "a", "Cookie": "c", "X-Api-Key": "k", "Accept": "text/html"}


@pytest.mark.parametrize(
    ("onward", "sent"),
    [
        ("http://h.example/other", set(HEADERS)),
        ("http://h.example:8080/p", {"Accept"}),
        ("https://h.example/p", {"Accept"}),
        ("http://other.example/p", {"Accept"}),
    ],
)
def test_credentials_stay_with_their_host(ctx: Context, onward: str, sent: set[str]) -> None:
    """To another host, port or scheme only headers go that cannot be credentials."""
    request = redirected(_request(ctx, headers=HEADERS), 302, target_of(onward))
    assert {name for name, _ in request.headers} == sent


@pytest.mark.parametrize(
    ("method", "status", "onward", "body"),
    [
        ("POST", 301, "GET", None),
        ("POST", 302, "GET", None),
        ("POST", 303, "GET", None),
        ("POST", 307, "POST", b"x"),
        ("POST", 308, "POST", b"x"),
        ("DELETE", 303, "GET", None),
        ("GET", 302, "GET", b"x"),
        ("HEAD", 303, "HEAD", b"x"),
    ],
)
def test_a_redirect_keeps_or_drops_the_method(
    ctx: Context, method: str, status: int, onward: str, body: bytes | None
) -> None:
    """307 and 308 repeat the request, the others fetch a result without its body."""
    first = _request(ctx, method=method, body="x")
    request = redirected(first, status, target_of(URL))
    assert (request.method, request.body) == (onward, body)
    names = {name for name, _ in request.headers}
    assert ("Content-Type" in names) is (body is not None)
    assert ("Idempotency-Key" in names) is (onward == method == "POST")
