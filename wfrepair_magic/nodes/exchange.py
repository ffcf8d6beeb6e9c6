"""Sends one request to one address and reads the answer; the only file that knows httpx2."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .answers import Answer
from .base import AnswerUnreadable, BadParam, ConnectFailed, ConnectionLost, NodeError

if TYPE_CHECKING:
    import httpx2

_HOST = re.compile(r"[A-Za-z0-9._:-]+")

CONNECT_SECONDS = 10.0
"""How long one address may take to answer at all; a host may have another one."""


@dataclass(frozen=True)
class Target:
    """Where a URL points.  `path` has the query; `host` is ASCII, without brackets."""

    scheme: str
    host: str
    port: int
    path: str
    netloc: str
    userinfo: bytes = b""

    @property
    def origin(self) -> tuple[str, str, int]:
        """Give what must be the same for a credential to be sent along."""
        return self.scheme, self.host, self.port

    @property
    def shown(self) -> str:
        """Give the URL for messages: without user, password and query."""
        return f"{self.scheme}://{self.netloc}{self.path.partition('?')[0]}"


@dataclass(frozen=True)
class Request:
    """One request, complete but for the address that it goes to."""

    method: str
    target: Target
    headers: tuple[tuple[str, str], ...]
    body: bytes | None = None


def refuse_foreign(url: str) -> None:
    """Raise BadParam for a text that does not begin as a URL of HTTP does."""
    if not url.strip().lower().startswith(("http://", "https://")):
        raise BadParam("url", f"must begin with http:// or https://, and is {url!r}")


def target_of(url: str) -> Target:
    """Read a URL.  Raises BadParam if it is none, or not of HTTP."""
    import httpx2

    refuse_foreign(url)
    try:
        parsed = httpx2.URL(url)
    except (httpx2.InvalidURL, UnicodeError, ValueError) as error:
        raise BadParam("url", f"`{url}` is no URL: {error}") from error
    host = parsed.raw_host.decode("ascii").rstrip(".")
    if not _HOST.fullmatch(host):
        raise BadParam("url", f"`{url}` names no host")
    port = {"http": 80, "https": 443}[parsed.scheme] if parsed.port is None else parsed.port
    if not 0 < port < 65_536:
        raise BadParam("url", f"`{url}` names no port: they go up to 65535")
    return Target(
        parsed.scheme,
        host,
        port,
        parsed.raw_path.decode("ascii"),
        parsed.netloc.decode("ascii"),
        parsed.userinfo,
    )


async def exchange(request: Request, address: str, seconds: float, most: int) -> Answer:
    """Send a request to one address of its host and read the answer, headers and body.

    All of it may take so many `seconds`; of the body at `most` so many bytes are read.
    No proxy, no redirect, no cookie, no credential of the environment takes part; a certificate
    is checked against the host's name.  Raises ConnectFailed while nothing was sent,
    ConnectionLost after, AnswerUnreadable for a body whose encoding is broken, and BadParam for
    headers that HTTP cannot carry.
    """
    import httpx2

    sending = asyncio.Event()
    try:
        async with asyncio.timeout(seconds):
            incoming, body = await _send(request, address, most, sending)
    except (httpx2.HTTPError, TimeoutError) as error:
        raise _failure(error, request.target, sending.is_set()) from error
    headers = dict(incoming.headers.items())
    cut = len(body) > most
    return Answer(incoming.status_code, incoming.reason_phrase, headers, body[:most], cut)


async def _send(
    request: Request, address: str, most: int, sending: asyncio.Event
) -> tuple[httpx2.Response, bytes]:
    """Do the exchange; `sending` is set right before the first byte of the request."""
    import httpx2

    async def trace(event: str, info: object) -> None:
        if event.endswith("send_request_headers.started"):
            sending.set()

    target = request.target
    secure = target.scheme == "https"
    timeout = httpx2.Timeout(None, connect=CONNECT_SECONDS)
    transport = httpx2.AsyncHTTPTransport(verify=_certificates(secure))
    async with httpx2.AsyncClient(transport=transport, trust_env=False, timeout=timeout) as client:
        outgoing = client.build_request(
            request.method,
            _url_at(target, address),
            headers=[(b"Host", target.netloc.encode()), *_raw(request.headers)],
            content=request.body,
            extensions={"trace": trace, **({"sni_hostname": target.host} if secure else {})},
        )
        incoming = await client.send(outgoing, stream=True)
        body = bytearray()
        try:
            async for part in incoming.aiter_bytes():
                body += part
                if len(body) > most:
                    break
        finally:
            await incoming.aclose()
    return incoming, bytes(body)


def _certificates(secure: bool) -> ssl.SSLContext:
    """Trust what the system trusts, and SSL_CERT_FILE, which many networks need.

    Reading all that takes a while; a connection that is not secure gets by without.
    """
    import httpx2

    if not secure:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.create_ssl_context(trust_env=True)


def _url_at(target: Target, address: str) -> str:
    host = f"[{address}]" if ":" in address else address
    return f"{target.scheme}://{host}:{target.port}{target.path}"


def _raw(headers: tuple[tuple[str, str], ...]) -> list[tuple[bytes, bytes]]:
    return [(name.encode("ascii"), value.encode("utf-8")) for name, value in headers]


def _failure(error: Exception, target: Target, sent: bool) -> NodeError:
    """Say in our own terms what broke, and whether anything was sent by then."""
    import httpx2

    words = str(error) or type(error).__name__
    if isinstance(error, httpx2.LocalProtocolError):
        return BadParam("headers", f"HTTP cannot carry them: {words}")
    if isinstance(error, httpx2.DecodingError):
        return AnswerUnreadable(f"the answer of {target.shown} cannot be unpacked: {words}")
    late = isinstance(error, (httpx2.TimeoutException, TimeoutError))
    if not sent:
        return _not_connected(error, target, late)
    if late:
        return ConnectionLost("timeout", f"{target.shown} did not answer in full in time")
    kind = "reset" if isinstance(error, httpx2.NetworkError) else "protocol"
    return ConnectionLost(kind, f"the connection to {target.shown} broke: {words}")


def _not_connected(error: Exception, target: Target, late: bool) -> ConnectFailed:
    causes = list(_causes(error))
    place = target.netloc
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        return ConnectFailed("tls", f"no secure connection to {place}: {tls.reason or tls}")
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return ConnectFailed("refused", f"{place} refused the connection: nothing listens there")
    if late:
        return ConnectFailed("timeout", f"{place} did not answer in time")
    system = next((cause for cause in causes if isinstance(cause, OSError)), error)
    return ConnectFailed("other", f"no connection to {place}: {system}")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and all that led to it; a group's members too."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        found = waiting.pop()
        if found is None or id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        waiting += [found.__cause__, found.__context__, *getattr(found, "exceptions", ())]
