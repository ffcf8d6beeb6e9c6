"""Which addresses a node may connect to, and how a host is resolved."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from wfrepair_magic.nodes import addresses
from wfrepair_magic.nodes.addresses import METADATA, refusal, resolve
from wfrepair_magic.nodes.base import BadParam, Cancelled, ConnectFailed, Context

OPEN = ("127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1", "8.8.8.8", "2606:4700::1111")
METADATA_FORMS = (
    "169.254.169.254",
    "::ffff:169.254.169.254",
    "::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "2002:a9fe:a9fe::1",
    "fd00:ec2::254",
    "100.100.100.200",
    "168.63.129.16",
)
CLOSED = (
    "10.0.0.5", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.1.1", "100.64.0.1",
    "0.0.0.0", "::", "255.255.255.255", "224.0.0.1", "224.0.1.1", "240.0.0.1", "192.0.2.1",
    "198.18.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "ff02::1", "::ffff:10.0.0.5",
    "64:ff9b::a00:5", "2002:a00:5::1", "::10.0.0.5", "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", OPEN)
def test_public_and_loopback_addresses_are_open(address: str) -> None:
    """What is public, or on this machine, needs no permission."""
    assert refusal("h", address, ()) == ""


@pytest.mark.parametrize("address", CLOSED)
def test_other_addresses_need_a_permission(address: str) -> None:
    """Private, link-local, reserved and multicast ones, wrapped or not, are refused with advice."""
    assert "`allow_hosts`" in refusal("h", address, ())
    assert refusal("h", address, ("h",)) == ""


@pytest.mark.parametrize("address", METADATA_FORMS)
def test_metadata_addresses_are_always_refused(address: str) -> None:
    """Where machines keep credentials no permission helps, in whatever form it is written."""
    assert "always refused" in refusal("h", address, ("h", "0.0.0.0/0", "::/0", address))


@pytest.mark.parametrize("address", sorted(map(str, METADATA)))
def test_every_metadata_address_is_refused(address: str) -> None:
    """No entry of the list is open by another rule."""
    assert "always refused" in refusal("h", address, ("h",))


@pytest.mark.parametrize(
    ("allowed", "host", "opened"),
    [
        ("db.corp.example", "db.corp.example", True),
        ("DB.Corp.Example.", "db.corp.example", True),
        ("corp.example", "db.corp.example", False),
        ("*.corp.example", "db.corp.example", True),
        ("*.corp.example", "corp.example", False),
        ("*.corp.example", "evilcorp.example", False),
        ("10.0.0.5", "db.corp.example", True),
        ("10.0.0.0/8", "db.corp.example", True),
        ("10.0.0.6", "db.corp.example", False),
        ("192.168.0.0/16", "db.corp.example", False),
        ("fd00::/8", "db.corp.example", False),
        ("*", "db.corp.example", False),
        ("", "db.corp.example", False),
    ],
)
def test_allow_hosts_names_hosts_and_networks(allowed: str, host: str, opened: bool) -> None:
    """A permission is a name, a pattern of names, an address or a network, and nothing wider."""
    assert (refusal(host, "10.0.0.5", (allowed,)) == "") is opened


def _answering(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Let the system's resolver give these addresses."""

    def getaddrinfo(host: str, port: int, **kwargs: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(addresses.socket, "getaddrinfo", getaddrinfo)


def _soon() -> float:
    return time.monotonic() + 30


def test_answers_come_in_the_systems_order(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every address is given once, in the order of the system's resolver."""
    _answering(monkeypatch, "::1", "127.0.0.1", "::1")
    assert resolve("localhost", 80, ctx, _soon()) == ["::1", "127.0.0.1"]


def test_one_closed_answer_closes_the_host(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """All answers are checked: a private one beside a public one refuses the host."""
    _answering(monkeypatch, "8.8.8.8", "10.0.0.5")
    with pytest.raises(BadParam, match=r"`two.example` is at 10\.0\.0\.5, a private address"):
        resolve("two.example", 80, ctx, _soon())
    allowed = replace(ctx, allow_hosts=("two.example",))
    assert resolve("two.example", 80, allowed, _soon()) == ["8.8.8.8", "10.0.0.5"]


@pytest.mark.parametrize(
    "host", ["2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518"]
)
def test_other_ways_to_write_an_address_are_no_way_around(ctx: Context, host: str) -> None:
    """What the system reads as the metadata address is refused as that."""
    with pytest.raises(BadParam, match="always refused"):
        resolve(host, 80, ctx, _soon())


def test_a_host_without_an_address_was_not_reached(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A failed look-up is a connection that never came about, of kind dns."""

    def getaddrinfo(host: str, port: int, **kwargs: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", getaddrinfo)
    with pytest.raises(ConnectFailed, match=r"`no\.example` has no address: Name or") as caught:
        resolve("no.example", 80, ctx, _soon())
    assert caught.value.kind == "dns"


def test_a_host_that_cannot_be_is_a_wrong_url(ctx: Context) -> None:
    """A label beyond what DNS can hold is the URL's fault."""
    with pytest.raises(BadParam, match="cannot be a host"):
        resolve("a" * 70 + ".example", 80, ctx, _soon())


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_resolver_that_hangs_holds_nobody(
    ctx: Context, monkeypatch: pytest.MonkeyPatch, cancelled: bool
) -> None:
    """A cancelled run, or the end of the time, ends the wait for the system's resolver."""
    release = threading.Event()

    def getaddrinfo(host: str, port: int, **kwargs: Any) -> list[Any]:
        if cancelled:
            ctx.cancelled.set()
        release.wait()
        return []

    monkeypatch.setattr(addresses.socket, "getaddrinfo", getaddrinfo)
    try:
        with pytest.raises(Cancelled if cancelled else ConnectFailed):
            resolve("slow.example", 80, ctx, time.monotonic() + (60 if cancelled else 0.2))
    finally:
        release.set()
