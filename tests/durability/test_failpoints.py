"""Ended at any named point, in any way, a node of any kind is in the state it must be."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from durability import failpoints
from durability.failpoints import KINDS, PURE, WAYS, points_of
from fakes import EffectLog

from wfrepair_magic.engine.ledger import Ledger

ORDERLY = ("SIGINT", "SIGTERM")
CUT_OFF = ("shell", "http", "async")
"""What an interrupt does not wait for."""

LATE = ("after effect", "before result", "inside result")


class Service(BaseHTTPRequestHandler):
    """The other side of the http node: it notes what it is asked to do, one after the other."""

    log: EffectLog

    def do_GET(self) -> None:
        """Answer when all is done that was asked before."""
        self.send_response(204)
        self.end_headers()

    def do_POST(self) -> None:
        """Have the effect."""
        self.log.append(f"s:{self.headers['Idempotency-Key']}")
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent."""


@contextlib.contextmanager
def serving(log: EffectLog) -> Iterator[str]:
    """Serve for one test."""
    handler = type("Of", (Service,), {"log": log})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def expected(kind: str, point: str, way: str) -> tuple[list[str], int, str, int]:
    """Say what must be: states of receipts, effects so far; how the next run ends, effects then."""
    happened = int(point in LATE or point == "after result")
    if way in ORDERLY:
        return ["SUCCEEDED"], 1, "SUCCESS reused", 1
    if kind == "read":
        again = "SUCCESS reused" if point == "after result" else "SUCCESS done"
        kept = ["SUCCEEDED"] if point == "after result" else []
        return kept, 1, again, 1 if kept else 2
    if point == "before claim":
        return [], 0, "SUCCESS done", 1
    if point == "after result":
        return ["SUCCEEDED"], 1, "SUCCESS reused", 1
    if kind == "idempotent":
        return ["STARTED"], happened, "SUCCESS done", happened + 1
    if kind == "verify":
        return ["STARTED"], happened, f"SUCCESS {'reused' if happened else 'done'}", 1
    return ["STARTED"], happened, "WAITING in_doubt", happened


STORIES = [(kind, point, way) for kind in KINDS for point in points_of(kind) for way in WAYS]


def test_the_stories_are_as_many_as_the_matrix_says() -> None:
    """Kinds times points times ways, as the design counts them."""
    assert len(STORIES) == 192


@pytest.mark.parametrize(("kind", "point", "way"), [story for story in STORIES if story[0] in PURE])
def test_a_result_is_kept_whole_or_made_again(
    context: Any, folder: Path, kind: str, point: str, way: str
) -> None:
    """Only what ends it before it is on disk costs an execution; an interrupt never does."""
    first = go(context, folder, kind, "", (point, way))
    at_once = kind == "large" or point == "after effect"  # else it waits, and is written at the end
    lost = point != "after result" and (way == "kill" or (way == "raise" and at_once))
    assert first in (("CANCELLED", "SUCCESS") if way in ORDERLY else (None,))
    go(context, folder, kind, "", None)
    assert (folder / "end").read_text() == f"SUCCESS {'done' if lost else 'reused'}"
    assert sum(EffectLog(folder / "log").counts().values()) == 1 + lost


@pytest.mark.parametrize(
    ("kind", "point", "way"), [story for story in STORIES if story[0] not in PURE]
)
def test_the_state_after_each_failpoint_is_exact(
    context: Any, folder: Path, kind: str, point: str, way: str
) -> None:
    """What the ledger holds, how the next run ends, and what happened outside: as it must be."""
    log = EffectLog(folder / "log")
    states, effects, ends, effects_then = expected(kind, point, way)
    with serving(log) as url:
        if way in ORDERLY and kind in CUT_OFF and point in ("before claim", "after claim"):
            go(context, folder, kind, url, (point, way))
            return check_either(context, folder, kind, url)
        in_order = go(context, folder, kind, url, (point, way))
        assert in_order == ("CANCELLED" if way in ORDERLY else None)
        assert state_of(folder) == states
        assert sum(log.counts().values()) == effects
        go(context, folder, kind, url, None)
        assert (folder / "end").read_text() == ends
    assert sum(log.counts().values()) == effects_then
    if kind == "idempotent":
        assert len(log.counts()) == 1


def check_either(context: Any, folder: Path, kind: str, url: str) -> None:
    """An interrupt races with what it can cut off: done, or in doubt, and nothing is hidden."""
    log = EffectLog(folder / "log")
    (state,) = state_of(folder)
    urlopen(url).close()  # a request that was cut off may still be on its way
    before = sum(log.counts().values())
    go(context, folder, kind, url, None)
    assert (state, before, (folder / "end").read_text()) in (
        ("SUCCEEDED", 1, "SUCCESS reused"),
        ("IN_DOUBT", before, "WAITING in_doubt"),
    )
    assert sum(log.counts().values()) == before <= 1


def go(
    context: Any,
    folder: Path,
    kind: str,
    url: str,
    at: tuple[str, str] | None,
) -> str | None:
    """Run in a process of its own; gives the run's state if it came to its end."""
    (folder / "end").unlink(missing_ok=True)
    process = context.Process(target=failpoints.work, args=(folder, kind, url, at))
    process.start()
    process.join(60)
    assert process.exitcode is not None
    end = folder / "end"
    return end.read_text().split()[0] if end.exists() else None


def state_of(folder: Path) -> list[str]:
    """List the states of all receipts."""
    with contextlib.closing(Ledger.open(folder / "s")) as ledger:
        return [receipt.state for receipt in ledger.receipts()]
