"""The text report: columns that line up, every fact, and how to go on."""

from __future__ import annotations

import pytest
from stories import FAILED, FAILURE, FIX, PROBLEM, run_of

from wfrepair_magic import events
from wfrepair_magic.events import Event
from wfrepair_magic.failure import Failure
from wfrepair_magic.monitor.text import Commands, align, draw, tell
from wfrepair_magic.problem import Problem

COMMANDS = Commands(apply="apply {number}", resolve="resolve {node}", resume="resume")


def test_a_failed_run_shows_everything_a_person_needs() -> None:
    """Header, table, the cause with hint and place, the fix with evidence, diff and command."""
    assert draw(FAILED, 200.0, COMMANDS).splitlines() == [
        "digest · ✗ FAILED · 1 of 3 nodes done · 0.6 s · reuse saved 2.4 s",
        "run r1 · session s1",
        "",
        "   node  type   state             tries  time",
        "↻  a     shell  reused · 3 h ago               saved 2.4 s",
        "✗  b     shell  failed                         a field differs in case or separator",
        "–  c     shell  skipped                        upstream failed",
        "",
        "✗ b: no `userName` (TPL02)",
        "  → `user_name`?",
        "  at line 7, column 12 (nodes[1].params.x)",
        "  category: template · helps: an edit of the workflow · effect: did not happen",
        "",
        "fix 1: rename it",
        "  TPL02 · ASK · rule · checked to V2: its templates resolve on the stored results",
        "  equal but for case",
        "  evidence: a gave user_name",
        "    --- w",
        "    +++ w",
        "    -x: old",
        "    +x: new",
        "  if applied: reused: a · runs: b · would send again: c",
        "  → apply 1",
        "",
        "no fix: c: nothing is known",
    ]


def test_a_run_under_way_says_how_far_it_is() -> None:
    """While it goes on the header has percent and elapsed time, the node its own time."""
    running = run_of(
        events.NodeStarted(node="a", at=101.0), events.NodeProgress(node="a", fraction=0.6), ids="a"
    )
    assert draw(running, 105.0, COMMANDS).splitlines() == [
        "digest · ◐ RUNNING · 0 of 1 node done · 60 % · 5.0 s",
        "run r1 · session s1",
        "",
        "   node  type   state    tries  time",
        "◐  a     shell  running  1      4.0 s  60 %",
    ]


def test_a_waiting_run_says_what_to_do() -> None:
    """Each effect in doubt has its command, and then the one that goes on."""
    waiting = run_of(
        events.NodeInDoubt(node="b", question="was it sent?"),
        events.RunFinished(state="WAITING", seconds=1),
    )
    assert draw(waiting, 0.0, COMMANDS).splitlines()[-4:] == [
        "? b: was it sent?",
        "",
        "→ resolve b",
        "→ resume when that is answered",
    ]


def test_an_interrupted_run_says_how_to_go_on() -> None:
    """A cancelled run names the command that resumes it."""
    cancelled = run_of(events.RunFinished(state="CANCELLED", seconds=1))
    assert draw(cancelled, 0.0, COMMANDS).splitlines()[-1] == "→ resume to go on"


def test_without_commands_none_are_shown() -> None:
    """A face that has no command for something shows no empty arrow."""
    assert "→ \n" not in draw(FAILED, 0.0, Commands()) + "\n"
    assert "apply" not in draw(FAILED, 0.0, Commands())


def test_many_nodes_are_counted_beyond_the_limit() -> None:
    """A table ends at its limit, with the count of the others by state."""
    many = run_of(ids="abcdefgh")
    assert draw(many, 0.0, COMMANDS, limit=3).splitlines()[-1] == "… and 5 more: 5 pending"


def test_problems_of_the_check_are_listed_once() -> None:
    """A problem that a failure tells already is not listed again; another is, with its place."""
    warning = Problem("warning", "GRF10", "inputs.lang", 4, 3, "nothing uses `lang`")
    checked = run_of(
        events.Checked(problems=(PROBLEM, warning)),
        events.RunFinished(state="FAILED", seconds=0, failures=(FAILURE,)),
    )
    text = draw(checked, 0.0, COMMANDS)
    assert text.count("line 7") == 1
    assert "! line 4, column 3 (inputs.lang): GRF10 nothing uses `lang`" in text


def test_hostile_texts_stay_texts() -> None:
    """What nodes say can neither break the lines of the report nor steer the terminal."""
    hostile = Failure(
        "b", "PY07", "exception", "change", "reported", False, "bad\nfake ✓ line\x1b[2J"
    )
    text = draw(
        run_of(
            events.NodeBroke(node="b", failure=hostile),
            events.RunFinished(state="FAILED", seconds=0, failures=(hostile,)),
        ),
        0.0,
        COMMANDS,
    )
    assert "✗ b: bad fake ✓ line (PY07)" in text.splitlines()
    assert "\x1b" not in text


def test_wide_characters_keep_the_columns() -> None:
    """A name in wide characters takes the columns that it takes on the screen."""
    assert align([("名", "x"), ("ab", "y")]) == ["名  x", "ab  y"]


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (events.NodeDone(node="a", seconds=0.5), "✓ a done · 0.5 s"),
        (events.NodeReused(node="a", age=9000, saved=1), "↻ a reused · 2 h ago"),
        (events.NodeBroke(node="b", failure=FAILURE), "✗ b failed · no `userName`"),
        (
            events.NodeRetrying(node="b", failure=FAILURE, wait=2),
            "○ b pending · tries again after 2 s",
        ),
        (events.NodeInDoubt(node="b", question="sent?"), "? b in doubt · sent?"),
        (events.NodeWaiting(node="b", question="go?"), "? b waiting · go?"),
        (events.NodeStarted(node="a"), "◐ a running"),
        (events.NodeStarted(node="a", attempt=2), "◐ a running · try 2"),
        (events.NodeLog(node="a", text="hello"), "◐ a running · hello"),
        (events.OwnerAwaited(owner="process 7"), "○ waits for process 7, who holds this session"),
        (
            events.OwnerAwaited(owner="process 7", doing="1 of 3 nodes done"),
            "○ waits for process 7, who holds this session: 1 of 3 nodes done",
        ),
        (events.FixApplied(suggestion=FIX, by="policy"), "✓ fixed: rename it (TPL02)"),
        (events.Notice(text="mind this"), "· mind this"),
        (events.NodeProgress(node="a", fraction=0.5), ""),
        (events.RunFinished(state="SUCCESS", seconds=1), ""),
    ],
)
def test_each_event_that_matters_is_one_line(event: Event, line: str) -> None:
    """A running report in a terminal tells what happened as it happens, and no more."""
    assert tell(event) == line
