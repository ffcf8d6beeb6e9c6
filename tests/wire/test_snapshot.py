"""The snapshot: all that a page draws of a run, small under way, as its schema declares it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from stories import FAILED, FAILURE, FIX, run_of

from wfrepair_magic import events
from wfrepair_magic.events import NodeInfo, RunStarted
from wfrepair_magic.monitor.state import RunState, replay
from wfrepair_magic.monitor.text import Commands
from wfrepair_magic.wire import shape, snapshot

ROOT = Path(__file__).parents[2]
COMMANDS = Commands(
    "%workflow apply {number}", "%workflow resolve {node} sent|not-sent", "%workflow resume"
)


def many(size: int, wide: int) -> RunState:
    """Fold a run of nodes in waves of `wide`, each waiting for one of the wave before."""
    infos = tuple(
        NodeInfo(
            id=f"node_{place}", type="sort", wave=place // wide, effect="pure",
            waits_for=(f"node_{place - wide}",) if place >= wide else (),
        )
        for place in range(size)
    )  # fmt: skip
    story = [events.NodeStarted(node="node_0", at=101), events.NodeLog(node="node_0", text="x\ny")]
    return replay([RunStarted(at=100, workflow="w", session="s", nodes=infos), *story])


def test_a_failed_run_is_told_whole() -> None:
    """Header, rows, cause, fix with its line, preview: one plain value, exactly this."""
    told = snapshot(FAILED, 105.0, COMMANDS, last=True)
    assert told["fixes"] == [
        {
            "number": 1, "title": "rename it", "code": "TPL02", "level": "ASK", "origin": "rule",
            "rung": "V2", "diff": "-x: old\n+x: new", "why": "equal but for case",
            "evidence": ["a gave user_name"], "line": "%workflow apply 1",
            "preview": [
                {"verdict": "reused", "nodes": ["a"]}, {"verdict": "runs", "nodes": ["b"]},
                {"verdict": "would send again", "nodes": ["c"]},
            ],
        }
    ]  # fmt: skip
    assert told["failures"] == [
        {
            "node": "b", "code": "TPL02", "cause": "no `userName`", "category": "template",
            "helps": "change", "effect": "no", "meaning": "a field differs in case or separator",
            "hint": "`user_name`?", "places": ["line 7, column 12 (nodes[1].params.x)"],
        }
    ]  # fmt: skip
    assert told["nodes"][0] == {
        "id": "a", "type": "shell", "state": "reused", "age": 11000, "saved": 2.41,
        "spans": [0.0, 0.0],
    }  # fmt: skip
    assert (told["state"], told["percent"], told["done"], told["total"]) == ("FAILED", 100, 1, 3)
    assert told["counts"] == {"reused": 1, "failed": 1, "skipped": 1}


STATES = [
    RunState(),
    FAILED,
    run_of(
        events.NodeInDoubt(node="b", question="b: was it sent?"), events.OwnerAwaited(owner="x")
    ),
    many(30, 4),
    many(300, 20),
]


@pytest.mark.parametrize("state", STATES, ids=["empty", "failed", "doubt", "small", "large"])
@pytest.mark.parametrize("last", [True, False], ids=["last", "live"])
def test_every_snapshot_keeps_to_its_schema(state: RunState, last: bool) -> None:
    """What is sent is strict JSON of the declared form, whatever the run is like."""
    told = snapshot(state, 105.0, COMMANDS, last)
    assert json.loads(json.dumps(told, allow_nan=False)) == told
    closed = json.loads(json.dumps(shape.schema()).replace(
        '"type": "object", "description"', '"additionalProperties": false, "description"'
    ))  # fmt: skip
    Draft202012Validator(closed).validate(told)


def test_both_sides_are_made_from_one_declaration() -> None:
    """The shipped schema and the page's types say what the declaration says; else `make wire`."""
    for path, text in shape.files(ROOT).items():
        assert path.read_text(encoding="utf-8") == text, path.name


def test_many_nodes_collapse_into_waves() -> None:
    """Up to 200 nodes a finished run is drawn node by node, above as waves with counts."""
    assert len(snapshot(many(200, 20), 105.0, COMMANDS, last=True)["graph"]["boxes"]) == 200
    graph = snapshot(many(201, 20), 105.0, COMMANDS, last=True)["graph"]
    assert "boxes" not in graph
    assert graph["waves"] == len(graph["stages"]) == 11
    assert graph["stages"][0]["counts"] == {"running": 1, "pending": 19}


def test_a_run_under_way_is_told_in_short() -> None:
    """Under way 16 rows are told and the others counted, with the last line of a running node."""
    told = snapshot(many(100, 50), 105.0, COMMANDS, last=False)
    assert len(told["nodes"]) == 16
    assert told["rest"] == {"pending": 84}
    assert told["nodes"][0]["logs"] == ["x y"]
    assert len(json.dumps(told)) < 8_000


def test_a_snapshot_of_very_many_nodes_stays_small() -> None:
    """2,000 nodes are told in rows without logs, a few unfolded; under way it is small as ever."""
    state = many(2000, 50)
    told = snapshot(state, 105.0, COMMANDS, last=True)
    assert len(told["nodes"]) == 2000
    assert sum("folded" not in node for node in told["nodes"]) == 16
    assert not any("logs" in node for node in told["nodes"])
    assert len(json.dumps(told)) < 300_000
    assert len(json.dumps(snapshot(state, 105.0, COMMANDS, last=False))) < 8_000


def test_the_times_of_all_tries_are_told_at_the_end() -> None:
    """A timeline is drawn from the last snapshot: an update under way has no room for it."""
    state = run_of(
        events.NodeStarted(node="a", at=101.0),
        events.NodeRetrying(node="a", failure=FAILURE, wait=1, at=101.5),
        events.NodeStarted(node="a", at=102.5),
        events.NodeDone(node="a", seconds=1.25, at=103.7501),
        events.NodeReused(node="b", age=60, saved=1, at=100.2),
    )
    told = snapshot(state, 105.0, COMMANDS, last=True)["nodes"]
    assert [row.get("spans") for row in told] == [[1.0, 1.5, 2.5, 3.75], [0.2, 0.2], None]
    live = snapshot(state, 105.0, COMMANDS, last=False)["nodes"]
    assert not any("spans" in row for row in live)


def test_a_node_names_what_its_inputs_come_from() -> None:
    """At the end each row has its sources; of very many nodes, and under way, none has."""
    told = snapshot(many(3, 1), 105.0, COMMANDS, last=True)["nodes"]
    assert [row.get("after") for row in told] == [None, ["node_0"], ["node_1"]]
    live = snapshot(many(3, 1), 105.0, COMMANDS, last=False)["nodes"]
    large = snapshot(many(300, 20), 105.0, COMMANDS, last=True)["nodes"]
    assert not any("after" in row for row in (*live, *large))


def test_a_long_chain_collapses_too() -> None:
    """A drawing that would be too wide shows waves instead."""
    graph = snapshot(many(30, 1), 105.0, COMMANDS, last=True)["graph"]
    assert (graph["waves"], len(graph["stages"])) == (30, 15)


def test_a_long_cause_is_clipped_and_can_be_unfolded() -> None:
    """A page of text in a failure's message makes a few lines; all of it is in the detail."""
    failure = dataclasses.replace(FAILURE, message="word " * 1000)
    state = run_of(events.RunFinished(state="FAILED", seconds=1, failures=(failure,)))
    (told,) = snapshot(state, 105.0, COMMANDS, last=True)["failures"]
    assert len(told["cause"]) <= 1200
    assert told["detail"].count("word") == 1000


def test_why_a_node_runs_again_is_told() -> None:
    """The first reason and the number of the others at once, under way too; at the end all."""
    why = ("params.url: 'a' → 'b'", "code:\n-x = 1\n+x = 2")
    state = run_of(events.NodeStarted(node="a", at=101, why=why))
    live = snapshot(state, 105.0, COMMANDS, last=False)["nodes"][0]
    assert (live["again"], "why" in live) == ("params.url: 'a' → 'b' (+1)", False)
    last = snapshot(state, 105.0, COMMANDS, last=True)["nodes"][0]
    assert (last["again"], last["why"]) == (live["again"], [*why])
    short = run_of(events.NodeStarted(node="a", at=101, why=why[:1]))
    row = snapshot(short, 105.0, COMMANDS, last=True)["nodes"][0]
    assert (row["again"], "why" in row) == (why[0], False)


def test_why_a_node_runs_again_shares_its_room_with_the_message() -> None:
    """A note stays as short as it was: under way 50 columns tell both."""
    why = (f"params.url: {'a' * 90} → b",)
    begun = events.NodeStarted(node="a", at=101, why=why)
    for message in ("", "page 3 of 4", "x" * 40):
        told = events.NodeProgress(node="a", fraction=0.5, message=message)
        row = snapshot(run_of(begun, told), 105.0, COMMANDS, last=False)["nodes"][0]
        assert len(row.get("message", "") + row.get("again", "")) <= 50
        assert ("again" in row) == (len(message) < 40)


def test_a_run_that_waits_for_another_says_how_far_that_is() -> None:
    """The owner of the session and what it does stand there until the run begins."""
    waits = events.OwnerAwaited(owner="process 7", doing="3 of 12 nodes done, fetch running")
    told = snapshot(replay([waits]), 105.0, COMMANDS, last=False)
    assert (told["owner"], told["doing"]) == ("process 7", "3 of 12 nodes done, fetch running")
    assert "owner" not in snapshot(run_of(), 105.0, COMMANDS, last=False)


def test_the_change_of_a_long_line_is_in_sight() -> None:
    """A workflow on a single line is shown around its change; the names of the sides go."""
    old, new = (f"{'x ' * 900}{word}{' y' * 900}" for word in ("old", "new"))
    diff = f"--- w\n+++ w\n@@ -1 +1 @@\n-{old}\n+{new}\n"
    fix = dataclasses.replace(FIX, diff=diff)
    state = run_of(events.FixesFound(suggestions=(fix,), abstained=()))
    (card,) = snapshot(state, 105.0, COMMANDS, last=True)["fixes"]
    head, removed, added = card["diff"].split("\n")
    assert head == "@@ -1 +1 @@"
    assert "old" in removed and "new" in added and len(card["diff"]) < 200


def test_a_cause_in_wide_letters_is_not_lost() -> None:
    """What is clipped by its width stands whole in the detail."""
    failure = dataclasses.replace(FAILURE, message="広" * 800)
    state = run_of(events.RunFinished(state="FAILED", seconds=1, failures=(failure,)))
    (told,) = snapshot(state, 105.0, COMMANDS, last=True)["failures"]
    assert told["cause"].endswith("…")
    assert told["detail"].count("広") == 800


def test_what_was_asked_and_the_ways_on_are_told() -> None:
    """A waiting run carries its question, without the node's name twice, and commands that run."""
    asked = events.NodeInDoubt(node="b", question="b: was it sent?")
    told = snapshot(
        run_of(asked, events.RunFinished(state="WAITING", seconds=1)), 2.0, COMMANDS, True
    )
    assert told["questions"] == [{"node": "b", "state": "in_doubt", "text": "was it sent?"}]
    assert told["ways"] == [
        "%workflow resolve b sent",
        "%workflow resolve b not-sent",
        "%workflow resume",
    ]
