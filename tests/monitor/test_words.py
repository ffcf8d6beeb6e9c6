"""Words: times, states and people's texts are short, true and harmless."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.events import NodeInfo
from wfrepair_magic.failure import Failure
from wfrepair_magic.monitor import words
from wfrepair_magic.monitor.rows import NodeState
from wfrepair_magic.monitor.state import RunState
from wfrepair_magic.problem import Problem

INFO = NodeInfo(id="a", type="http", wave=0, effect="write")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0 s"), (0, "0 s"), (0.0002, "under 1 ms"), (0.004, "4 ms"), (0.04, "40 ms"),
        (0.6, "0.6 s"), (12.4, "12 s"),
        (60, "1 min"), (200, "3 min 20 s"), (3600, "1 h"), (7500, "2 h 5 min"),
        (90000, "1 d 1 h"),
    ],
)  # fmt: skip
def test_a_duration_has_two_figures_that_matter(seconds: float, text: str) -> None:
    """Short times keep decimals, long ones drop what nobody wants to know."""
    assert words.duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "just now"), (2, "just now"), (40, "40 s ago"), (150, "2 min ago"),
        (11000, "3 h ago"), (200000, "2 d ago"),
    ],
)  # fmt: skip
def test_an_age_has_one_unit(seconds: float, text: str) -> None:
    """An age is rounded down to its largest unit; clocks that disagree give `just now`."""
    assert words.ago(seconds) == text


@given(st.floats(0, 1e9))
def test_a_duration_never_says_sixty(seconds: float) -> None:
    """No rounding makes `1 min 60 s` or `59 min 60 s`."""
    text = words.duration(seconds)
    assert " 60 s" not in text
    assert " 60 min" not in text
    assert not text.endswith("24 h")


@given(st.text(), st.integers(1, 40))
def test_a_clipped_text_fits(text: str, width: int) -> None:
    """A cut text takes no more columns than it may, and a short one is not cut."""
    line = words.one_line(text)
    cut = words.clipped(line, width)
    assert words.columns(cut) <= max(width, 1)
    if words.columns(line) <= width:
        assert cut == line


@given(st.text())
def test_one_line_is_one_line_without_controls(text: str) -> None:
    """Nothing that could steer a terminal or turn a line around is left."""
    line = words.one_line(text)
    assert len(line.splitlines()) <= 1
    assert all(char.isprintable() or char.isspace() for char in line)


def test_escapes_of_terminals_and_direction_marks_go() -> None:
    """An escape sequence goes as a whole, and so does a right-to-left override."""
    assert words.one_line("a\x1b[31mred\x1b[0m\u202eevil") == "aredevil"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("\x1b[1;38;5;196mred\x1b[m", "red"),
        ("\x9b31mred\x9b0m", "red"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bP1;2q…\x1b\\sixel", "sixel"),
        ("\x1b(Bascii\x1b7\x1b8\x1bc", "ascii"),
        ("\x1b[?25lhidden\x1b[2J", "hidden"),
        ("cut\x1b[31", "cut"),
        ("cut\x1b]0;title", "cut]0;title"),
        ("cut\x1b", "cut"),
        ("[31mno escape", "[31mno escape"),
    ],
)
def test_a_sequence_of_control_goes_as_a_whole(text: str, left: str) -> None:
    """Colours, titles, links and character sets leave no tail; of one without an end little."""
    assert words.clean(text) == left


@pytest.mark.parametrize("piece", ["\x1b]", "\x1b[1", "\x1b ", "\x1bP\x1b"])
def test_cleaning_takes_no_longer_for_what_never_ends(piece: str) -> None:
    """A text made of beginnings of sequences is read once."""
    assert len(words.clean(piece * 100_000)) <= len(piece) * 100_000


def test_a_reused_node_says_how_old_it_is() -> None:
    """A reuse tells its age beside its state and, where it matters, what it spared."""
    row = NodeState(INFO, state="reused", age=11000, saved=2.41)
    assert (words.status(row), words.says(row)) == ("reused · 3 h ago", "saved 2.4 s")
    row = NodeState(INFO, state="reused", age=1, saved=0.01)
    assert (words.status(row), words.says(row)) == ("reused · just now", "")
    assert words.status(NodeState(INFO, state="in_doubt", age=1)) == "in doubt"


@given(st.text(), st.integers(1, 40))
def test_a_shortened_name_fits_and_keeps_both_ends(text: str, width: int) -> None:
    """A name that is cut in its middle fits; one that fits is not cut."""
    name = words.one_line(text)
    cut = words.shortened(name, width)
    assert words.columns(cut) <= width
    assert (cut == name) == (words.columns(name) <= width)
    assert words.shortened("fetch_region_1", 9) == "fetc…on_1"


@pytest.mark.parametrize(
    ("message", "cause"),
    [
        ("node `a`, param `url`: no `b`", "param `url`: no `b`"),
        ("node `a`: there is no type `x`", "there is no type `x`"),
        ("node `a` waits for itself", "waits for itself"),
        ("node `ab`: other", "node `ab`: other"),
        ("node `a`", "node `a`"),
        ("KeyError: 'x'", "KeyError: 'x'"),
    ],
)
def test_a_cause_names_its_node_no_second_time(message: str, cause: str) -> None:
    """Where a node's name stands beside a failure, its message does not begin with it again."""
    failure = Failure("a", "TPL05", "template", "change", "no", True, message)
    assert failure.cause == cause
    assert failure.describe() == f"a: {cause}"


def test_facts_leave_out_what_is_not_known() -> None:
    """Each fact of a failure has its label; empty ones and inputs that are null are left out."""
    failure = Failure(
        "a", "XX1", "exit", "human", "yes", False, "no", input_shapes={"x": "text(3)", "y": "null"}
    )
    assert words.facts(failure) == [
        ("code", "XX1"), ("category", "exit"), ("helps", "a person"), ("effect", "happened"),
        ("inputs", "x: text(3)"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("now", "text"), [(104.0, "4.0 s of about 8.0 s"), (112.0, "12 s, usually about 8.0 s")]
)
def test_elapsed_time_stands_beside_the_usual_one(now: float, text: str) -> None:
    """A run under way says how long it usually takes, and says so too when it takes longer."""
    state = RunState(state="RUNNING", started=100.0, usual=8.0)
    assert words.headline(state, now)[-1] == text
    assert words.headline(replace(state, usual=None), 104.0)[-1] == "4.0 s"


def test_a_question_is_told_below_the_table() -> None:
    """In its row a node that asks says so only; the question loses the node's name."""
    row = NodeState(INFO, state="in_doubt", message="a: it is gone. Was it sent?")
    assert words.says(row) == "a person must say"
    assert words.question(row) == "it is gone. Was it sent?"


def test_a_running_time_does_not_flicker() -> None:
    """Under way a time is told in tenths of seconds, afterwards as it was."""
    assert (
        words.took(NodeState(INFO, state="running", attempts=1, started=100.0), 100.073) == "0.1 s"
    )
    assert words.took(NodeState(INFO, state="done", attempts=1, seconds=0.073), 200.0) == "73 ms"


def test_a_failed_node_names_the_kind_of_its_failure() -> None:
    """In the table a failure has the meaning of its code; its own words stand below."""
    known = Failure("a", "TPL05", "template", "change", "no", True, "`a.b` is not there")
    other = Failure("a", "PY07", "exception", "change", "reported", False, "ValueError: x")
    row = NodeState(INFO, state="failed", failure=known, message=known.message)
    assert words.says(row) == "a field does not exist"
    row = NodeState(INFO, state="failed", failure=other, message=other.message, handled=True)
    assert words.says(row) == "ValueError: x · (handled)"


def test_a_running_node_says_how_far_it_is() -> None:
    """Percent and message stand together while a node runs."""
    row = NodeState(INFO, state="running", fraction=0.4, message="page 4")
    assert words.says(row) == "40 % · page 4"


def test_an_action_is_shown_unless_it_is_the_usual_one() -> None:
    """A node that ended with a named action shows where it went."""
    assert words.says(NodeState(INFO, state="done", action="approve")) == "→ approve"
    assert words.says(NodeState(INFO, state="done")) == ""


def test_details_say_nothing_twice() -> None:
    """A failure with one problem adds that problem's place and hint, not its message again."""
    problem = Problem("error", "TPL03", "nodes[0].params.x", 4, 9, "no `smmary`", "did you mean?")
    single = Failure("a", "TPL03", "template", "change", "no", True, "no `smmary`", (problem,))
    assert words.details(single) == ["→ did you mean?", "at line 4, column 9 (nodes[0].params.x)"]
    two = Failure("a", "TPL03", "template", "change", "no", True, "2 things", (problem,) * 2)
    assert words.details(two)[1] == "at line 4, column 9 (nodes[0].params.x): no `smmary`"


def test_counts_come_in_the_order_of_the_states() -> None:
    """Counted states read the same in every report."""
    assert words.counted({"failed": 1, "in_doubt": 2, "done": 3}) == "3 done, 1 failed, 2 in doubt"
