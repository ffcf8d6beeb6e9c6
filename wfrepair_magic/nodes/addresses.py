"""Resolves a host, and says which addresses a node may connect to."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, wait
from ipaddress import IPv4Address, IPv6Address

from .base import BadParam, ConnectFailed, Context
from .coroutines import POLL_SECONDS

Address = IPv4Address | IPv6Address

METADATA: frozenset[Address] = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",  # most clouds
        "169.254.170.2",  # credentials of containers
        "169.254.170.23",
        "169.254.42.42",
        "169.254.0.23",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "fe80::a9fe:a9fe",
    )
)
"""Where machines in a cloud fetch their own credentials: refused whatever `allow_hosts` says."""

_COMPATIBLE = ipaddress.ip_network("::/96")
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


def resolve(host: str, port: int, ctx: Context, deadline: float) -> list[str]:
    """Give the addresses of a host, in the system's order, all of them checked.

    `deadline` is of `time.monotonic`.  Raises ConnectFailed where there is no answer in time,
    BadParam if a node may not connect to even one of the answers, and Cancelled.
    """
    found: Future[list[str]] = Future()
    threading.Thread(
        target=_look_up, args=(host, port, found), name=f"resolve {host}", daemon=True
    ).start()
    while not wait([found], POLL_SECONDS).done:  # nothing can interrupt the system's resolver
        ctx.check()
        if time.monotonic() >= deadline:
            raise ConnectFailed("timeout", f"the address of `{host}` was not found in time")
    try:
        addresses = found.result()
    except UnicodeError as error:
        raise BadParam("url", f"`{host}` cannot be a host: {error}") from error
    except OSError as error:
        words = f"`{host}` has no address: {error.strerror or error}"
        raise ConnectFailed("dns", words) from error
    for address in addresses:
        reason = refusal(host, address, ctx.allow_hosts)
        if reason:
            raise BadParam("url", reason)
    return addresses


def refusal(host: str, address: str, allow_hosts: Sequence[str]) -> str:
    """Say why a node may not connect to this address of this host; empty where it may.

    Public and loopback addresses are open.  Any other needs `allow_hosts`: the host's name, a
    pattern like ``*.corp.example``, the address, or a network like ``10.0.0.0/8``.
    """
    for meant in _meanings(ipaddress.ip_address(address)):
        if meant in METADATA:
            return f"`{host}` is at {address}, where machines keep credentials: always refused"
        if not _is_open(meant) and not _is_allowed(host, meant, allow_hosts):
            return f"`{host}` is at {address}, {_kind(meant)}; name it in `allow_hosts` to allow it"
    return ""


def _meanings(address: Address) -> Iterator[Address]:
    """Give an address and what it wraps: an IPv4 address can hide in several IPv6 ones."""
    if isinstance(address, IPv4Address):
        yield address
        return
    plain = IPv6Address(int(address))  # without a zone
    inner = [plain.ipv4_mapped, plain.sixtofour, *(plain.teredo or ())]
    if any(plain in network for network in (*_NAT64, _COMPATIBLE)) and int(plain) > 0xFFFF:
        inner.append(IPv4Address(int(plain) & 0xFFFFFFFF))
    wrapped = [found for found in inner if found is not None]
    yield from wrapped
    if plain.ipv4_mapped is None:
        yield plain


def _is_open(address: Address) -> bool:
    return address.is_loopback or (address.is_global and not address.is_multicast)


def _is_allowed(host: str, address: Address, allow_hosts: Sequence[str]) -> bool:
    name = host.casefold().rstrip(".")
    return any(_names(allowed.casefold().rstrip("."), name, address) for allowed in allow_hosts)


def _names(allowed: str, name: str, address: Address) -> bool:
    if allowed.startswith("*."):
        return name.endswith(allowed[1:])
    if allowed == name:
        return True
    try:
        return address in ipaddress.ip_network(allowed.strip("[]"), strict=False)
    except ValueError:  # another name, then
        return False


def _kind(address: Address) -> str:
    if address.is_unspecified:
        return "which stands for this machine"
    if address.is_link_local:
        return "a link-local address"
    if address.is_multicast:
        return "a multicast address"
    return "a private address" if address.is_private else "a reserved address"


def _look_up(host: str, port: int, found: Future[list[str]]) -> None:
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        found.set_exception(error)
    else:
        texts = (str(entry[4][0]).partition("%")[0] for entry in entries)  # without a zone
        found.set_result(list(dict.fromkeys(texts)))
