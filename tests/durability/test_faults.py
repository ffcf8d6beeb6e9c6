"""What breaks under a run – disk, limits, permissions, clock – is a sentence, never an effect."""

from __future__ import annotations

import multiprocessing
import os
import resource
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from answering import often
from fakes import EffectLog

from wfrepair_magic import Event, Run, events, node, run
from wfrepair_magic.errors import StoreError

TEXT = """
nodes:
  - {id: made, type: made}
  - {id: SENT, type: sent, params: {text: "${made.size}"}}
"""
NOBODY = 65534
SLOWEST = 10.0
"""Seconds within which every fault must have been told."""

_log = EffectLog(Path("unset"))
_size = {"made": 100, "sent": 100, "id": 4}


@node(effect="pure")
def made() -> dict[str, Any]:
    """Give a result of the size that this process was told."""
    return {"size": _size["made"], "data": b"x" * _size["made"]}


@node(effect="write")
def sent(text: int) -> str:
    """Leave a line in the log outside."""
    _log.append("sent")
    return "sent" * (_size["sent"] // 4)


def go(folder: Path) -> Run:
    """Run the workflow once."""
    return run(
        TEXT.replace("SENT", "s" * _size["id"]),
        name="line",
        store=folder / ".wfrepair",
        folder=folder,
    )


# --- faults: each breaks something in the child, before it runs ------------------------------


def few_files(folder: Path) -> None:
    """Let no more files be opened than there are now, and two."""
    used = len(os.listdir("/proc/self/fd"))
    resource.setrlimit(resource.RLIMIT_NOFILE, (used + 2, used + 2))


def small_files(folder: Path, limit: int = 20_000) -> None:
    """Let no file grow beyond a limit, in bytes: what writes meets an error of the disk."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


def no_large_result(folder: Path) -> None:
    """Let the file of a large result meet the same."""
    _size["made"] = 2_000_000
    small_files(folder, 1_500_000)


def full_database(folder: Path) -> None:
    """Let every sqlite database be full at the size that it has when it is opened."""
    connect = sqlite3.connect

    def full(*args: Any, **keywords: Any) -> sqlite3.Connection:
        connection = connect(*args, **keywords)
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {max(pages, 1)}")
        return connection

    sqlite3.connect = full
    _size["id"] = 100_000  # the claim needs room


def full_after_the_effect(folder: Path) -> None:
    """Let there be room for the claim, and none for the result."""
    full_database(folder)
    _size.update(id=4, sent=400_000)


def as_nobody(change: Callable[[Path], None]) -> Callable[[Path], None]:
    """Run as a user whom permissions bind, after a change of them."""

    def fault(folder: Path) -> None:
        change(folder / ".wfrepair")
        if os.geteuid() == 0:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
            os.setgroups([])
            os.setgid(NOBODY)
            os.setuid(NOBODY)

    return fault


def read_only(store: Path) -> None:
    """Take the right to write in the store from everybody."""
    for path in (*store.rglob("*"), store):
        path.chmod(0o500 if path.is_dir() else 0o400)


def closed(store: Path) -> None:
    """Take every right on the ledger and the results from everybody."""
    for path in store.rglob("*.db*"):
        path.chmod(0o000)


FAULTS: Mapping[str, Callable[[Path], None]] = {
    "few files": few_files,
    "small files": small_files,
    "a full database": full_database,
    "no large result": no_large_result,
    "read-only": as_nobody(read_only),
    "closed": as_nobody(closed),
}


def child(folder: Path, fault: str, told: Any) -> None:
    """Run under a fault and tell how it ended: (kind, text, seconds)."""
    global _log
    run("nodes: [{id: a, type: value}]", name="x", store=folder.parent / "other")  # imports all
    _log = EffectLog(folder / "effects.log")
    EffectLog(folder / "effects.log").path.touch()
    {**FAULTS, "full after the effect": full_after_the_effect}[fault](folder)
    begin = time.monotonic()
    try:
        done = go(folder)
        kind, text = done.state, " ".join(failure.message for failure in done.failures)
    except StoreError as error:
        kind, text = "StoreError", str(error)
    told.send((kind, text, time.monotonic() - begin))


def under(fault: str, folder: Path) -> tuple[str, str, float]:
    """Run the workflow in a process of its own under a fault."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=child, args=(folder, fault, theirs))
    process.start()
    theirs.close()
    try:
        return ours.recv()
    finally:
        process.join(30)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose store exists: a workflow ran in it before."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    folder = tmp_path / "project"
    folder.mkdir()
    for parent in (folder, *folder.parents[:3]):
        parent.chmod(0o755)
    before = "nodes: [{id: a, type: value, params: {x: 1}}]"
    assert run(before, name="before", store=folder / ".wfrepair").state == "SUCCESS"
    return folder


@pytest.fixture
def log(folder: Path, monkeypatch: pytest.MonkeyPatch) -> EffectLog:
    """What the effects of this process leave in the project's log."""
    found = EffectLog(folder / "effects.log")
    monkeypatch.setattr(sys.modules[__name__], "_log", found)
    return found


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_and_nothing_is_sent(fault: str, folder: Path) -> None:
    """The run ends with a sentence within 10 s, and the effect has not happened."""
    kind, text, seconds = under(fault, folder)
    assert kind == "StoreError" and text, (kind, text)
    assert seconds < SLOWEST
    assert EffectLog(folder / "effects.log").counts()["sent"] == 0


def test_a_result_that_cannot_be_kept_leaves_its_effect_in_doubt(
    folder: Path, log: EffectLog
) -> None:
    """The disk was full after the effect: that is told, and the next run asks, and never sends."""
    kind, text, seconds = under("full after the effect", folder)
    assert (kind, seconds < SLOWEST) == ("StoreError", True), text
    assert "full" in text
    assert log.counts()["sent"] == 1
    again = go(folder)
    assert (again.state, again.nodes["ssss"].state) == ("WAITING", "in_doubt")
    assert log.counts()["sent"] == 1


def test_a_history_that_cannot_be_written_breaks_no_run(folder: Path) -> None:
    """The run is done, and a notice says what is missing."""
    shutil.rmtree(folder / ".wfrepair" / "runs")
    (folder / ".wfrepair" / "runs").write_text("in the way")
    told: list[Event] = []
    done = run(
        "nodes: [{id: a, type: value, params: {x: 1}}]", name="line", store=folder / ".wfrepair",
        sinks=[told.append],
    )  # fmt: skip
    assert done.state == "SUCCESS"
    notices = [event.text for event in told if isinstance(event, events.Notice)]
    assert len(notices) == 1 and "misses events" in notices[0]


def test_a_clock_that_goes_back_repeats_nothing(
    folder: Path, log: EffectLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An hour earlier than the first run, the second one reuses everything, with an age of 0."""
    assert go(folder).state == "SUCCESS"
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() - 3600)
    again = go(folder)
    assert {one.state for one in again.nodes.values()} == {"reused"}
    assert {one.age for one in again.nodes.values()} == {0.0}
    assert log.counts() == {"sent": 1}
    assert go(folder).state == "SUCCESS"


def test_a_store_that_goes_away_in_the_middle_is_told(folder: Path, log: EffectLog) -> None:
    """A store folder that somebody removes under a run is a StoreError, not another store."""

    def remove(event: Event) -> None:
        if isinstance(event, events.NodeDone):
            shutil.rmtree(folder / ".wfrepair", ignore_errors=True)

    with pytest.raises(StoreError):
        run(TEXT, name="line", store=folder / ".wfrepair", folder=folder, sinks=[remove])
    assert log.counts()["sent"] == 0


@node(effect="pure")
def heavy(size: int) -> bytes:
    """Give a result of very many bytes."""
    return bytes(size)


def test_a_very_large_result_is_kept_and_reused(folder: Path) -> None:
    """200 MB (in the long form 2.2 GB, more than sqlite holds in a row) come back as they were."""
    size = often(200_000_000, 2_200_000_000)
    text = f"nodes: [{{id: a, type: heavy, params: {{size: {size}}}}}]"
    for state in ("done", "reused"):
        made = run(text, name="big", store=folder / ".wfrepair").nodes["a"]
        assert (made.state, len(made.outputs["result"])) == (state, size)
