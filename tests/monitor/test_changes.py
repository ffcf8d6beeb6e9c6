"""A diff as people see it: whole where it is short, clipped around its changes where it is not."""

from __future__ import annotations

import difflib
import json

from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic import Workflow
from wfrepair_magic.ir import patch
from wfrepair_magic.monitor.changes import AROUND, LONG, shown

MOST = 10 * LONG
LINES = st.lists(st.text("ab \t{}…\"'", max_size=30) | st.text("xyz ", min_size=LONG), max_size=6)


def diff(old: list[str], new: list[str]) -> str:
    """Give a unified diff as a fix has it."""
    return "".join(f"{line}\n" for line in difflib.unified_diff(old, new, "a", "b", lineterm=""))


def one_line(count: int = 40) -> str:
    """Give a workflow in JSON on a single line."""
    nodes = [
        {"id": f"n{number}", "type": "shell", "params": {"command": f"echo {number}"}}
        for number in range(count)
    ]
    return json.dumps({"nodes": nodes})


def test_short_lines_stay_as_they_are() -> None:
    """What fits is the diff itself."""
    text = diff(["a: 1", "b: 2", "--- c"], ["a: 1", "b: 3", "+++ d"])
    assert "\n".join(shown(text)) + "\n" == text


def test_the_change_of_a_long_line_is_in_sight() -> None:
    """Both lines are clipped around the changed word."""
    old = one_line()
    lines = shown(diff([old], [old.replace("echo 7", "echo seven")]))
    assert lines[:3] == ["--- a", "+++ b", "@@ -1 +1 @@"]
    removed, added = lines[3:]
    assert removed.startswith("-…") and removed.endswith("…") and "echo 7" in removed
    assert added.startswith("+…") and added.endswith("…") and "echo seven" in added
    assert max(len(removed), len(added)) <= 2 * AROUND + 20


def test_a_text_without_a_newline_at_its_end_is_no_other() -> None:
    """What a diff remarks about ends of texts does not part the two lines."""
    old = Workflow.parse(one_line())
    new = Workflow.parse(one_line().replace("echo 7", "echo seven"))
    lines = shown(patch.diff(old, new))
    assert [line[:2] for line in lines[3:]] == ["-…", "\\ ", "+…", "\\ "]
    assert "echo 7" in lines[3] and "echo seven" in lines[5]


def test_several_changes_of_a_line_are_all_in_sight() -> None:
    """What is the same between two changes is left out."""
    old = one_line()
    lines = shown(diff([old], [old.replace("echo 7", "echo x").replace('"n30"', '"node"')]))
    assert all(word in lines[3] for word in ("echo 7", "n30"))
    assert all(word in lines[4] for word in ("echo x", "node"))
    assert max(map(len, lines)) <= 8 * AROUND


def test_a_change_at_an_end_of_the_line_has_one_side() -> None:
    """At the beginning and at the end of a line nothing stands for what is not there."""
    tail = "x " * LONG
    begin = shown(diff([f"old {tail}"], [f"new {tail}"]))
    assert begin[3].startswith("-old x") and begin[3].endswith("…")
    end = shown(diff([f"{tail}old"], [f"{tail}new"]))
    assert end[4].startswith("+…") and end[4].endswith("x new")


def test_a_line_of_a_megabyte_is_no_trouble() -> None:
    """The longest text that there is shows its change as well as a short one."""
    old = one_line(14_000)
    lines = shown(diff([old], [old.replace('echo 77"', 'echo "')]))
    assert max(map(len, lines)) <= 3 * AROUND + 20


def test_several_diffs_follow_each_other() -> None:
    """Each keeps its head, and nothing of one is taken for a part of another."""
    text = diff(["a"], ["b"]) + diff(["c"], ["d"])
    assert "\n".join(shown(text)) + "\n" == text


@given(LINES, LINES)
def test_every_line_of_a_diff_is_there(old: list[str], new: list[str]) -> None:
    """As many lines as before, each with its sign, none of them long."""
    before = diff(old, new).splitlines()
    after = shown("".join(f"{line}\n" for line in before))
    assert [line[:1] for line in after] == [line[:1] for line in before]
    assert max(map(len, after), default=0) <= MOST
