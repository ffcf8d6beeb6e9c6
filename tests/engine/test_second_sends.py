"""Ways to a second send, or to a wrong reuse, that nobody asked for; each is closed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, NoReturn

import numpy as np
import pandas as pd
import pytest
from fakes import EffectLog

from wfrepair_magic import Run, node, run
from wfrepair_magic.engine import memory, writer
from wfrepair_magic.engine.code_keys import code_of
from wfrepair_magic.engine.keys import Unkeyable
from wfrepair_magic.engine.last_keys import LastKeys
from wfrepair_magic.engine.store import Store
from wfrepair_magic.errors import EngineBug, StoreError
from wfrepair_magic.session import resolve


@pytest.fixture
def log(tmp_path: Path) -> EffectLog:
    """Give what the other side has received."""
    return EffectLog(tmp_path / "effects.log")


def go(text: str, store: Path, **options: Any) -> Run:
    """Run a text as the terminal does: a session for each success."""
    return run(text, name="w", store=store, session="per-run", folder=store.parent, **options)


def test_a_success_of_a_part_does_not_end_a_session(store: Path, log: EffectLog) -> None:
    """What was sent while only a part ran is not sent again when all of it does."""
    text = f"""\
nodes:
  - {{id: send, type: shell, params: {{command: "echo send >> {log.path}"}}}}
  - {{id: last, type: value, after: [send], params: {{x: 1}}}}
"""
    assert go(text, store, until="send").state == "SUCCESS"
    assert go(text, store).nodes["send"].state == "reused"
    assert log.counts() == {"send": 1}
    assert go(text, store).nodes["send"].state == "done"  # the one before was whole, and went well
    assert log.counts() == {"send": 2}


def test_a_doubt_keeps_its_session_open(store: Path, log: EffectLog) -> None:
    """While an effect is in doubt no success of another part makes a run send it again."""
    text = f"""\
nodes:
  - id: send
    type: shell
    timeout: 0.2
    params: {{command: "echo send >> {log.path}; sleep 30"}}
  - {{id: other, type: value, params: {{x: 1}}}}
"""
    assert go(text, store).state == "WAITING"
    assert go(text, store, only="other").state == "SUCCESS"
    assert go(text, store).nodes["send"].state == "in_doubt"
    assert log.counts() == {"send": 1}
    assert "send" in resolve("w", "send", "sent", store=store)
    assert go(text, store).state == "SUCCESS"
    assert log.counts() == {"send": 1}


@pytest.mark.parametrize("code", [126, 127])
def test_a_script_that_meets_a_missing_command_may_have_sent(
    store: Path, log: EffectLog, code: int
) -> None:
    """Exit 126 and 127 come from the end of a script, too: nothing repeats that by itself."""
    command = f"echo send >> {log.path}; exit {code}"
    retry = "retry: {attempts: 3, wait: 0.01}"
    text = f"nodes: [{{id: s, type: shell, {retry}, params: {{command: '{command}'}}}}]"
    done = go(text, store)
    assert (done.state, done.failures[0].effect) == ("FAILED", "reported")
    assert log.counts() == {"send": 1}


class Accepts(BaseHTTPRequestHandler):
    """A service that answers 202 to whatever it gets."""

    got: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        """Note the request, and accept it."""
        self.got.append(self.headers["Idempotency-Key"])
        self.send_response(202)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Stay quiet."""


@pytest.fixture
def service() -> Iterator[str]:
    """Give the address of a service that accepts everything."""
    Accepts.got = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Accepts)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()


def test_what_was_accepted_is_done_whatever_was_expected(store: Path, service: str) -> None:
    """A 2xx that `ok_status` does not name fails the node, and never sends again by itself."""
    params = json.dumps({"url": service, "method": "POST", "ok_status": [200]})
    text = f"nodes: [{{id: p, type: http, params: {params}}}]"
    for _ in "123":
        done = run(text, name="w", store=store)
        assert (done.state, done.failures[0].effect) == ("FAILED", "yes")
    assert len(Accepts.got) == 1


class Stop(BaseException):
    """What no `except Exception` catches."""


def test_whatever_an_async_node_raises_ends_it(store: Path) -> None:
    """An exception beyond Exception is a failure of the node, and no run without an end."""

    @node(effect="read")
    async def leaves() -> None:
        raise Stop("enough")

    ended: list[Run] = []
    text = "nodes: [{id: a, type: leaves}]"
    thread = threading.Thread(target=lambda: ended.append(run(text, name="w", store=store)))
    thread.daemon = True
    thread.start()
    thread.join(20)
    assert [one.state for one in ended] == ["FAILED"]
    assert "Stop" in ended[0].failures[0].message


SEEN: list[int] = []
TABLE = {"factor": 2}


def test_a_pure_function_that_changes_its_globals_has_no_key() -> None:
    """What it gives may depend on them, so no result of it stands for another run."""

    def counts(a: int) -> int:
        SEEN.append(a)
        return a * TABLE["factor"]

    with pytest.raises(Unkeyable, match="the code itself changes it"):
        code_of(counts)
    assert "counts by its type" in code_of(counts, effect=True).notices[0]


def test_an_array_that_a_node_changes_is_its_own(store: Path) -> None:
    """What one node does to an array or a frame in place, no other node sees, then or later."""

    @node(effect="pure")
    def makes() -> dict[str, Any]:
        return {"a": np.zeros(3), "f": pd.DataFrame({"x": [0.0, 0.0]}), "rows": [np.zeros(2)]}

    @node(effect="read")
    def changes(a: Any, f: Any, rows: list[Any]) -> int:
        a[0], f.loc[0, "x"], rows[0][0] = 10.0, 10.0, 10.0
        return 1

    @node(effect="read")
    def sums(a: Any, f: Any, rows: list[Any], after: int) -> float:
        return float(a.sum() + f["x"].sum() + rows[0].sum())

    given = '{a: "${m.a}", f: "${m.f}", rows: "${m.rows}"'
    text = f"""\
nodes:
  - {{id: m, type: makes}}
  - {{id: c, type: changes, params: {given}}}}}
  - {{id: s, type: sums, params: {given}, after: "${{c.result}}"}}}}
"""
    done = run(text, name="w", store=store)
    assert done.nodes["s"].outputs == {"result": 0.0}


def test_an_effect_that_ends_long_after_its_run_is_known(
    store: Path, log: EffectLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waited for it, and the store was closed meanwhile: its result counts all the same."""
    monkeypatch.setattr(writer, "IDLE", 0.05)
    gate = threading.Event()

    @node(effect="write", timeout=0.2)
    def slow() -> str:
        log.append("slow")
        gate.wait(20)
        return "sent"

    text = "nodes: [{id: s, type: slow}]"
    assert run(text, name="w", store=store).state == "WAITING"
    while any(thread.name == "wfrepair-run" for thread in threading.enumerate()):
        time.sleep(0.01)
    time.sleep(0.3)
    gate.set()
    deadline = time.monotonic() + 20
    while memory.STRAGGLERS and time.monotonic() < deadline:
        time.sleep(0.01)
    again = run(text, name="w", store=store)
    assert (again.state, again.nodes["s"].state) == ("SUCCESS", "reused")
    assert log.counts() == {"slow": 1}


def test_a_store_that_is_closed_is_not_waited_for(store: Path) -> None:
    """Whoever asks a store that was closed hears so, and does not wait for ever."""
    opened = Store.open(store)
    opened.close()
    opened._writer.end()
    with pytest.raises(EngineBug, match="was closed"):
        opened.get("0" * 64)


@pytest.mark.parametrize("where", ["note", "why"])
def test_what_is_kept_for_why_never_leaves_a_doubt(
    store: Path, log: EffectLog, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """Where the key of the last execution cannot be read or written, no effect is in doubt."""

    @node(effect="write")
    def send(to: str) -> str:
        log.append(to)
        return to

    def broken(*_: object) -> NoReturn:
        raise StoreError("the disk is full")

    text = "nodes: [{id: s, type: send, params: {to: ann}}]"
    with monkeypatch.context() as patched:
        patched.setattr(LastKeys, where, broken)
        with pytest.raises(StoreError, match="full"):
            run(text, name="w", store=store)
    sent = {"note": {"ann": 1}, "why": {}}[where]
    assert log.counts() == sent
    again = run(text, name="w", store=store)
    assert (again.state, log.counts()) == ("SUCCESS", {"ann": 1})
