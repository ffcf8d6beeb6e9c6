"""History: what was written is what is read, whatever happened in between."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from wfrepair_magic import events
from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.events import Event, NodeInfo, RunStarted
from wfrepair_magic.failure import Failure
from wfrepair_magic.monitor import history
from wfrepair_magic.monitor.history import HistoryWriter
from wfrepair_magic.monitor.state import replay
from wfrepair_magic.problem import Problem

PROBLEM = Problem(
    "error", "TPL02", "nodes[0].params.url", 4, 9, "no field", "did you mean `x`?", "a",
    ("nodes", 0, "params", "url"),
)  # fmt: skip
FAILURE = Failure("a", "TPL02", "template", "change", "no", True, "no field", (PROBLEM,))


def story(run: str = "r1", workflow: str = "digest", at: float = 100.0) -> list[Event]:
    """Tell a run of one node that fails."""
    node = NodeInfo(id="a", type="shell", wave=0, effect="write", waits_for=("z",), purpose="é")
    return [
        RunStarted(run=run, seq=1, at=at, workflow=workflow, session="s1", nodes=(node,)),
        events.NodeStarted(run=run, seq=2, at=at + 1, node="a"),
        events.NodeBroke(run=run, seq=3, at=at + 2, node="a", failure=FAILURE, seconds=0.5),
        events.RunFinished(
            run=run, seq=4, at=at + 3, state="FAILED", seconds=3.0, failures=(FAILURE,)
        ),
    ]


def write(store: Path, told: list[Event]) -> None:
    """Write events and close."""
    writer = HistoryWriter(store)
    for event in told:
        writer(event)
    writer.close()


def test_a_run_reads_back_as_it_was_written(tmp_path: Path) -> None:
    """Every event comes back equal, nested failures and problems included."""
    write(tmp_path, story())
    assert history.read(tmp_path, "r1") == story()


def test_a_late_viewer_sees_what_a_live_one_saw(tmp_path: Path) -> None:
    """Replaying the history gives the state that folding live gave."""
    write(tmp_path, story())
    assert replay(history.read(tmp_path, "r1")) == replay(story())


def test_each_event_is_one_line_of_strict_json(tmp_path: Path) -> None:
    """The file can be read by anything: one object a line, no NaN, no newline inside."""
    odd = Failure(
        "a", "PY06", "exception", "change", "reported", True, "two\nlines",
        reported={"share": float("nan"), "frame": object(), "raw": b"12", 3: {1, 2}},
    )  # fmt: skip
    write(tmp_path, [events.NodeBroke(run="r1", node="a", failure=odd)])

    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    lines = (tmp_path / "runs" / "r1.jsonl").read_text("utf-8").splitlines()
    (document,) = [json.loads(line, parse_constant=refuse) for line in lines]
    assert document["event"] == "NodeBroke"
    assert document["failure"]["reported"] == {
        "share": "nan", "frame": "<object>", "raw": "<2 bytes>", "3": [1, 2],
    }  # fmt: skip


def test_a_lone_surrogate_does_not_stop_the_history(tmp_path: Path) -> None:
    """Text that is no valid Unicode is written escaped instead of breaking the sink."""
    write(tmp_path, [events.NodeLog(run="r1", node="a", text="bad \udcff name")])
    (event,) = history.read(tmp_path, "r1")
    assert isinstance(event, events.NodeLog)


def test_every_line_is_on_disk_before_the_next_event(tmp_path: Path) -> None:
    """A process that dies has left all that it told so far: nothing waits in a buffer."""
    writer = HistoryWriter(tmp_path)
    for number, event in enumerate(story(), start=1):
        writer(event)
        assert len(history.read(tmp_path, "r1")) == number
    writer.close()


def test_a_cut_off_line_spoils_neither_reading_nor_going_on(tmp_path: Path) -> None:
    """After a death in the middle of a line the rest is read, and writing goes on in a new line."""
    write(tmp_path, story()[:2])
    path = tmp_path / "runs" / "r1.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert history.read(tmp_path, "r1") == story()[:2]
    write(tmp_path, story()[2:])
    assert history.read(tmp_path, "r1") == story()


def test_a_closed_writer_opens_again(tmp_path: Path) -> None:
    """Closing is never too early: a later event finds its file."""
    writer = HistoryWriter(tmp_path)
    writer(story()[0])
    writer.close()
    writer.close()
    writer(story()[1])
    writer.close()
    assert history.read(tmp_path, "r1") == story()[:2]


def test_two_runs_have_two_files(tmp_path: Path) -> None:
    """One writer keeps runs apart by the id in their events."""
    write(tmp_path, [*story("r1"), *story("r2")])
    assert history.read(tmp_path, "r1") == story("r1")
    assert history.read(tmp_path, "r2") == story("r2")


def test_only_the_owner_can_read_a_history(tmp_path: Path) -> None:
    """Files are 0600 in a folder of 0700: events may tell what only their owner may know."""
    before = os.umask(0)
    try:
        write(tmp_path / "store", story())
    finally:
        os.umask(before)
    file = tmp_path / "store" / "runs" / "r1.jsonl"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("id", ["../r1", "", "a/b", "/etc/passwd", ".hidden", "a\nb", ".."])
def test_an_id_cannot_leave_the_folder(tmp_path: Path, id: str) -> None:
    """What is not the id of a run names no file at all."""
    with pytest.raises(BadWorkflow):
        history.read(tmp_path, id)


def test_a_run_without_an_end_is_unfinished(tmp_path: Path) -> None:
    """What a process that died had told is a state of its own, with the time until its last word;
    an end before a new pass is no end."""
    for told in (story()[:3], [*story(), *story()[:3]]):
        write(tmp_path, told)
        state = history.recorded(tmp_path, "r1")
        assert (state.state, state.seconds) == (history.UNFINISHED, 2.0)
    write(tmp_path, [*story("r2"), events.Notice(run="r2", text="more")])
    assert history.recorded(tmp_path, "r2").state == "FAILED"


def test_ids_are_listed_latest_first(tmp_path: Path) -> None:
    """The run that told something last comes first, and a store without runs is no error."""
    assert history.ids(tmp_path / "nowhere") == []
    for age, run in enumerate(("r2", "r1", "r3")):
        write(tmp_path, story(run))
        os.utime(history.path_of(tmp_path, run), (100 - age, 100 - age))
    assert history.ids(tmp_path) == ["r2", "r1", "r3"]


def test_rubbish_is_no_history(tmp_path: Path) -> None:
    """Lines that are no events are left out, wherever they come from."""
    write(tmp_path, story())
    path = history.path_of(tmp_path, "r1")
    path.write_bytes(b"\x00\xff not json\n[1, 2]\n{}\n" + path.read_bytes())
    kept = [event for event in history.read(tmp_path, "r1") if not isinstance(event, events.Notice)]
    assert kept == story()


def test_the_start_of_an_id_finds_its_run(tmp_path: Path) -> None:
    """An id may be shortened while only one run begins so; else the runs are named."""
    write(tmp_path, [*story("20261121-aa"), *story("20261121-ab"), *story("20261122-cc")])
    assert history.find(tmp_path, "20261122") == "20261122-cc"
    assert history.find(tmp_path, "20261121-aa") == "20261121-aa"
    with pytest.raises(BadWorkflow, match="2 runs: 20261121-aa, 20261121-ab"):
        history.find(tmp_path, "20261121")
    with pytest.raises(BadWorkflow, match="no run 'x'"):
        history.find(tmp_path, "x")


def test_a_run_under_way_is_followed_line_by_line(tmp_path: Path) -> None:
    """A follower reads each line once it is whole, and gives the state that a replay gives."""
    follower = history.Follower(tmp_path, "r1")
    assert follower.look() == replay([])
    writer = HistoryWriter(tmp_path)
    for event in story()[:2]:
        writer(event)
    assert follower.look() == replay(story()[:2])
    for event in story()[2:]:
        writer(event)
    path = history.path_of(tmp_path, "r1")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert follower.look() == replay(story()[:3])
    path.write_bytes(whole)
    assert follower.look() == replay(story())
