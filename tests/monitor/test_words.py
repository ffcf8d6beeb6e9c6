"""Words: times, states and people's texts are short, true and harmless."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.events import NodeInfo
from wfrepair_magic.failure import Failure
from wfrepair_magic.monitor import words
from wfrepair_magic.monitor.rows import NodeState
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
    """An escape sequence loses its teeth, a right-to-left override goes."""
    assert words.one_line("a\x1b[31mred\x1b[0m\u202eevil") == "a[31mred[0mevil"


def test_a_reused_node_says_how_old_it_is() -> None:
    """The badge of a reuse tells its age and, where it matters, what it spared."""
    row = NodeState(INFO, state="reused", age=11000, saved=2.41)
    assert words.says(row) == "3 h ago, saved 2.4 s"
    assert words.says(NodeState(INFO, state="reused", age=1, saved=0.01)) == "just now"


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
