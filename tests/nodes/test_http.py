"""The node type `http`, against real servers on loopback."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import importlib
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from wfrepair_magic.nodes import addresses
from wfrepair_magic.nodes.base import (
    AnswerUnreadable,
    BadParam,
    Cancelled,
    ConnectFailed,
    ConnectionLost,
    Context,
    HttpStatus,
)
from wfrepair_magic.nodes.http import HTTP
from wfrepair_magic.nodes.invoke import invoke

Reply = tuple[int, dict[str, str], bytes]
JSON = {"Content-Type": "application/json"}


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """Load the library of requests before the time of any request counts."""
    importlib.import_module("httpx2")


@dataclass
class Seen:
    """One request as the server saw it; headers by lower-case name."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Site:
    """A real server: what it answers by path, and what it was asked."""

    port: int = 0
    seen: list[Seen] = field(default_factory=list)
    replies: dict[str, Reply | Callable[[Seen], Reply]] = field(default_factory=dict)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        """Give the URL of a path on this server."""
        return f"http://{host}:{self.port}{path}"

    def answer(self, seen: Seen) -> Reply:
        """Note a request and give its reply; a path without one echoes."""
        self.seen.append(seen)
        reply = self.replies.get(seen.path.partition("?")[0])
        if reply is None:
            return 200, JSON, json.dumps({"method": seen.method, "path": seen.path}).encode()
        return reply(seen) if callable(reply) else reply


def _handler(site: Site) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, given, data = site.answer(Seen(self.command, self.path, headers, body))
            with contextlib.suppress(OSError):  # the client may have gone by now
                self.send_response(status)
                for name, value in {"Content-Length": str(len(data)), **given}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b"" if self.command == "HEAD" else data)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = do_PATCH = _handle

        def log_message(self, *args: object) -> None:
            """Keep the test's output clean."""

    return Handler


@contextlib.contextmanager
def _serving(site: Site) -> Iterator[Site]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(site))
    server.daemon_threads = True
    site.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def site() -> Iterator[Site]:
    """Run a server for one test."""
    with _serving(Site()) as served:
        yield served


@contextlib.contextmanager
def _peer(talk: Callable[[socket.socket], object]) -> Iterator[int]:
    """Run a server that does what `talk` does with its first connection; give its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                connection, _ = listener.accept()
                with connection:
                    talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def _take(connection: socket.socket) -> None:
    """Read one whole request, so that closing the connection does not reset it."""
    with connection.makefile("rb") as stream:
        size = 0
        while (line := stream.readline().strip().lower()) != b"":
            if line.startswith(b"content-length:"):
                size = int(line.partition(b":")[2])
        stream.read(size)


def _call(ctx: Context, url: str, **params: Any) -> dict[str, Any]:
    return dict(invoke(HTTP, {"url": url, **params}, ctx).outputs)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_data_comes_back_as_data(ctx: Context, site: Site) -> None:
    """A JSON answer is data; status and headers stand beside it."""
    outputs = _call(ctx, site.url("/a"), query={"q": "x y"})
    assert outputs["response"] == {"method": "GET", "path": "/a?q=x+y"}
    assert outputs["status_code"] == 200
    assert outputs["headers"]["content-type"] == "application/json"


def test_the_request_arrives_as_it_was_written(ctx: Context, site: Site) -> None:
    """Method, body, headers and key reach the other side, with the right Host."""
    _call(ctx, site.url("/post"), body={"text": "é"}, headers={"X-A": "1", "Accept": "x/y"})
    (seen,) = site.seen
    assert (seen.method, seen.path, json.loads(seen.body)) == ("POST", "/post", {"text": "é"})
    expected = {
        "host": f"127.0.0.1:{site.port}",
        "content-type": "application/json",
        "idempotency-key": "key-1",
        "x-a": "1",
        "accept": "x/y",
    }
    assert {name: seen.headers[name] for name in expected} == expected


def test_text_and_nothing_come_back_too(ctx: Context, site: Site) -> None:
    """Text is text, an empty JSON body None, and HEAD brings no body."""
    site.replies["/t"] = 200, {"Content-Type": "text/plain"}, b"words"
    site.replies["/n"] = 204, JSON, b""
    assert _call(ctx, site.url("/t"))["response"] == "words"
    assert _call(ctx, site.url("/n"))["response"] is None
    assert _call(ctx, site.url("/t"), method="HEAD")["response"] == ""


def test_a_packed_answer_is_unpacked(ctx: Context, site: Site) -> None:
    """A gzip answer is read as what it holds."""
    site.replies["/z"] = 200, {**JSON, "Content-Encoding": "gzip"}, gzip.compress(b"[1]")
    assert _call(ctx, site.url("/z"))["response"] == [1]


def test_no_proxy_and_no_credential_of_the_machine_takes_part(
    ctx: Context, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings of the environment neither divert a request nor add to it."""
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    _call(ctx, site.url("/"))
    assert "authorization" not in site.seen[0].headers


def test_a_status_that_is_not_ok_is_told(ctx: Context, site: Site) -> None:
    """Another status than asked for reports status, body and headers, and says so in a line."""
    body = b'{"detail": "no   such\\nfield"}'
    site.replies["/x"] = 422, JSON, body
    with pytest.raises(HttpStatus) as caught:
        _call(ctx, site.url("/x?token=s3cret"), method="PATCH")
    error = caught.value
    assert error.status == 422
    assert error.retry_after is None
    assert error.reported["status_code"] == 422
    assert error.reported["response"] == {"detail": "no   such\nfield"}
    assert error.reported["headers"]["content-type"] == "application/json"
    assert error.message.startswith(
        f"PATCH http://127.0.0.1:{site.port}/x answered 422 Unprocessable"
    )
    assert "s3cret" not in error.message


def test_retry_after_reaches_the_engine(ctx: Context, site: Site) -> None:
    """What the other side says of when to come again is in the error."""
    site.replies["/busy"] = 429, {"Retry-After": "7"}, b"slow down"
    with pytest.raises(HttpStatus, match="slow down") as caught:
        _call(ctx, site.url("/busy"))
    assert caught.value.retry_after == 7.0


@pytest.mark.parametrize("ok", [404, [200, 404], "404", "4xx", ["2XX", "404"]])
def test_ok_status_says_what_is_no_failure(ctx: Context, site: Site, ok: Any) -> None:
    """A status that is named, by itself or by its hundred, ends the node well."""
    site.replies["/x"] = 404, {}, b"none"
    assert _call(ctx, site.url("/x"), ok_status=ok)["status_code"] == 404


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"ok_status": "fine"}, "ok_status"),
        ({"ok_status": []}, "ok_status"),
        ({"ok_status": 99}, "ok_status"),
        ({"timeout": 0}, "timeout"),
        ({"timeout": "30s"}, "timeout"),
        ({"max_bytes": -1}, "max_bytes"),
    ],
)
def test_limits_that_cannot_be_are_refused(
    ctx: Context, site: Site, params: dict[str, Any], param: str
) -> None:
    """A wrong limit is told before anything is sent."""
    with pytest.raises(BadParam) as caught:
        _call(ctx, site.url("/"), **params)
    assert caught.value.param == param
    assert site.seen == []


def test_an_answer_that_is_not_what_it_claims_is_unreadable(ctx: Context, site: Site) -> None:
    """After a good status a broken JSON body is no failed request, and its text is reported."""
    site.replies["/x"] = 200, JSON, b"<html>oops"
    with pytest.raises(AnswerUnreadable, match="not the JSON that its type promises") as caught:
        _call(ctx, site.url("/x"), body="x")
    assert caught.value.reported["response"] == "<html>oops"
    assert caught.value.reported["status_code"] == 200


def test_a_broken_packing_is_unreadable(ctx: Context, site: Site) -> None:
    """A body that cannot be unpacked came back nevertheless."""
    site.replies["/z"] = 200, {"Content-Encoding": "gzip"}, b"not gzip"
    with pytest.raises(AnswerUnreadable, match="cannot be unpacked"):
        _call(ctx, site.url("/z"))


def test_an_answer_over_the_size_is_not_kept(ctx: Context, site: Site) -> None:
    """A body beyond max_bytes, packed or not, is cut off while it arrives."""
    site.replies["/big"] = 200, {}, b"x" * 100_000
    packed = gzip.compress(b"x" * 100_000)
    site.replies["/bomb"] = 200, {"Content-Encoding": "gzip"}, packed
    assert len(packed) < 1_000
    for path in ("/big", "/bomb"):
        with pytest.raises(AnswerUnreadable, match=r"larger than 1,000 bytes \(`max_bytes`\)"):
            _call(ctx, site.url(path), max_bytes=1_000)
    assert len(_call(ctx, site.url("/big"), max_bytes=100_000)["response"]) == 100_000


def test_a_port_where_nothing_listens_refuses(ctx: Context) -> None:
    """A refused connection sent nothing."""
    with pytest.raises(ConnectFailed, match="refused the connection") as caught:
        _call(ctx, f"http://127.0.0.1:{_free_port()}/", body="x")
    assert caught.value.kind == "refused"


def test_the_next_address_is_tried(
    ctx: Context, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If one address of a host refuses, another may answer; the Host stays the name."""
    found = [(0, 0, 0, "", (address, 0)) for address in ("127.0.0.2", "127.0.0.1")]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **kwargs: found)
    _call(ctx, site.url("/", host="two.example"))
    assert site.seen[0].headers["host"] == f"two.example:{site.port}"


def test_the_checked_address_is_the_one_that_is_connected(
    ctx: Context, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name whose answer changes between check and connection gains nothing: it is asked once."""
    asked: list[str] = []

    def getaddrinfo(host: str, *args: object, **kwargs: object) -> list[Any]:
        asked.append(host)
        return [(0, 0, 0, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", 0))]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", getaddrinfo)
    _call(ctx, site.url("/", host="rebind.example"))
    assert asked == ["rebind.example"]


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "http://10.0.0.1/",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
    ],
)
def test_closed_addresses_are_never_connected(ctx: Context, url: str) -> None:
    """Metadata and private addresses are refused as a wrong url."""
    with pytest.raises(BadParam) as caught:
        _call(ctx, url)
    assert caught.value.param == "url"


def test_a_connection_that_breaks_off_is_lost(ctx: Context) -> None:
    """After the request was sent, a reset leaves its outcome open."""

    def reset(connection: socket.socket) -> None:
        _take(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with _peer(reset) as port, pytest.raises(ConnectionLost) as caught:
        _call(ctx, f"http://127.0.0.1:{port}/", body="x")
    assert caught.value.kind == "reset"


def test_an_answer_that_is_no_http_is_lost(ctx: Context) -> None:
    """What speaks another protocol, or hangs up without a word, leaves the outcome open."""
    for words in (b"220 mail ready\r\n", b""):

        def talk(connection: socket.socket, words: bytes = words) -> None:
            _take(connection)
            connection.sendall(words)

        with _peer(talk) as port, pytest.raises(ConnectionLost) as caught:
            _call(ctx, f"http://127.0.0.1:{port}/", body="x")
        assert caught.value.kind == "protocol"


def test_half_an_answer_is_lost(ctx: Context) -> None:
    """A body that ends before its announced length is not taken for the whole."""

    def half(connection: socket.socket) -> None:
        _take(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")

    with _peer(half) as port, pytest.raises(ConnectionLost):
        _call(ctx, f"http://127.0.0.1:{port}/")


@pytest.mark.parametrize("by_node", [True, False])
def test_an_answer_that_stays_out_is_lost_in_time(ctx: Context, by_node: bool) -> None:
    """The shorter of the node's and the param's limit ends the wait, with the outcome open."""
    done = threading.Event()

    def silent(connection: socket.socket) -> None:
        _take(connection)
        done.wait(30)

    short, long = (replace(ctx, timeout=1.0), 60) if by_node else (replace(ctx, timeout=60.0), 1.0)
    with _peer(silent) as port:
        with pytest.raises(ConnectionLost) as caught:
            _call(short, f"http://127.0.0.1:{port}/", body="x", timeout=long)
        done.set()
    assert caught.value.kind == "timeout"


def test_an_answer_that_drips_is_lost_in_time(ctx: Context) -> None:
    """The limit is for all of the answer: a byte now and then does not extend it."""
    done = threading.Event()

    def drip(connection: socket.socket) -> None:
        _take(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while not done.wait(0.05):
            connection.sendall(b"x")

    with _peer(drip) as port:
        with pytest.raises(ConnectionLost) as caught:
            _call(ctx, f"http://127.0.0.1:{port}/", timeout=1.0)
        done.set()
    assert caught.value.kind == "timeout"


def test_a_cancelled_run_ends_a_waiting_request(ctx: Context) -> None:
    """Once the run is cancelled a request that waits for its answer is given up."""
    done = threading.Event()

    def silent(connection: socket.socket) -> None:
        _take(connection)
        ctx.cancelled.set()
        done.wait(30)

    with _peer(silent) as port:
        with pytest.raises(Cancelled):
            _call(replace(ctx, timeout=60.0), f"http://127.0.0.1:{port}/")
        done.set()


def test_a_server_without_tls_is_no_secure_one(ctx: Context, site: Site) -> None:
    """A failed handshake sent nothing, and is of kind tls."""
    with pytest.raises(ConnectFailed, match="no secure connection") as caught:
        _call(ctx, site.url("/").replace("http:", "https:"), body="x")
    assert caught.value.kind == "tls"
    assert site.seen == []


def test_a_secure_connection_asks_for_the_hosts_name(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though connected by address, the handshake names the host, so that its certificate counts."""
    hello: list[bytes] = []
    found = [(0, 0, 0, "", ("127.0.0.1", 0))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *args, **kwargs: found)
    listen = _peer(lambda connection: hello.append(connection.recv(65_536)))
    with listen as port, pytest.raises(ConnectFailed):
        _call(ctx, f"https://named.example:{port}/")
    assert b"named.example" in hello[0]


def test_redirects_are_followed_by_hand(ctx: Context, site: Site) -> None:
    """A relative or absolute place is followed up to five times."""
    for hop in range(5):
        site.replies[f"/{hop}"] = 302, {"Location": f"/{hop + 1}"}, b""
    assert _call(ctx, site.url("/0"))["response"] == {"method": "GET", "path": "/5"}
    site.replies["/5"] = 302, {"Location": "/6"}, b""
    with pytest.raises(HttpStatus, match="after 5 redirects") as caught:
        _call(ctx, site.url("/0"))
    assert caught.value.status == 302


def test_a_redirect_that_is_ok_is_the_answer(ctx: Context, site: Site) -> None:
    """A status that `ok_status` names is not followed."""
    site.replies["/r"] = 302, {"Location": "/elsewhere"}, b""
    outputs = _call(ctx, site.url("/r"), ok_status=[302])
    assert outputs["headers"]["location"] == "/elsewhere"
    assert len(site.seen) == 1


def test_a_redirect_leads_to_no_closed_address(ctx: Context, site: Site) -> None:
    """Every hop is checked as the first one was."""
    for path, place in [("/m", "http://169.254.169.254/"), ("/f", "file:///etc/passwd")]:
        site.replies[path] = 302, {"Location": place}, b""
        with pytest.raises(BadParam) as caught:
            _call(ctx, site.url(path))
        assert caught.value.param == "url"


def test_a_redirect_carries_no_credentials_to_another_host(ctx: Context, site: Site) -> None:
    """Another origin gets neither authorization nor any header of the author's own."""
    with _serving(Site()) as other:
        site.replies["/out"] = 307, {"Location": other.url("/in")}, b""
        headers = {"Authorization": "Bearer t", "X-Api-Key": "k", "Accept": "a/b"}
        _call(ctx, site.url("/out"), headers=headers, body="x")
        (seen,) = other.seen
    assert (seen.method, seen.body, seen.headers["accept"]) == ("POST", b"x", "a/b")
    assert not {"authorization", "x-api-key"} & set(seen.headers)
    assert seen.headers["idempotency-key"] == "key-1"


def test_the_result_of_a_write_is_fetched_where_it_is(ctx: Context, site: Site) -> None:
    """A POST that is answered with "see other" gives what stands there."""
    site.replies["/post"] = 303, {"Location": "/result"}, b""
    assert _call(ctx, site.url("/post"), body="x")["response"]["method"] == "GET"
    assert [seen.method for seen in site.seen] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("status", "error"), [(303, AnswerUnreadable), (302, ConnectionLost), (301, ConnectionLost)]
)
@pytest.mark.parametrize("place", ["busy", "refused", "closed"])
def test_a_lost_result_never_says_that_nothing_was_sent(
    ctx: Context, site: Site, status: int, error: type[Exception], place: str
) -> None:
    """When a write was answered with a redirect, no failure after it may lead to a resend."""
    site.replies["/busy"] = 429, {"Retry-After": "1"}, b""
    places = {
        "busy": "/busy",
        "refused": f"http://127.0.0.1:{_free_port()}/",
        "closed": "http://10.0.0.1/",
    }
    site.replies["/post"] = status, {"Location": places[place]}, b""
    with pytest.raises(error, match=f"was answered with {status}"):
        _call(ctx, site.url("/post"), body="x")


def test_a_write_that_is_sent_elsewhere_unanswered_stays_unsent(ctx: Context, site: Site) -> None:
    """After 307 the request itself goes on, so that a refused connection sent nothing."""
    site.replies["/post"] = 307, {"Location": f"http://127.0.0.1:{_free_port()}/"}, b""
    with pytest.raises(ConnectFailed):
        _call(ctx, site.url("/post"), body="x")


def test_it_works_inside_a_running_loop(ctx: Context, site: Site) -> None:
    """Called from a notebook's cell, where a loop runs, a request goes out all the same."""

    async def cell() -> dict[str, Any]:
        return _call(ctx, site.url("/"))

    assert asyncio.run(cell())["status_code"] == 200
