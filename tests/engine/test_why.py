"""Why a node runs again: the part of its key that changed, as it was and as it is."""

from __future__ import annotations

import linecache
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.engine.code_keys import code_of
from wfrepair_magic.engine.keys import digest
from wfrepair_magic.engine.why import ROOM, Keyed, changes, spelt
from wfrepair_magic.ir.shell import Program

CODE = """\
LIMIT = 3
NAMES = ["a", "b"]

def helper(x):
    y = x + 1
    return y + LIMIT

class Point:
    size = 1

def f(a, b=2):
    return helper(a), NAMES, Point()
"""


def keyed(code: str = CODE, **params: Any) -> Keyed:
    """Key the function `f` of a cell with some params."""
    name = f"<cell {digest(code)}>"
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    cell: dict[str, Any] = {"__name__": "__main__"}
    exec(compile(code, name, "exec"), cell)
    found = code_of(cell["f"])
    document = {
        "type": "function", "code": found.document, "files": {}, "environment": {},
        "params": {name: digest(value) for name, value in params.items()},
    }  # fmt: skip
    shown = {digest(value): spelt(value) for value in params.values()}
    return Keyed(document, {**found.shown, **shown})


def told(then: Keyed, now: Keyed) -> list[str]:
    """Say what changed."""
    return [str(change) for change in changes(then, now)]


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("LIMIT = 3", "LIMIT = 4", "`LIMIT` in `helper`: 3 → 4"),
        ('"b"]', '"b", "c"]', "`NAMES` in `f`: ['a', 'b'] → ['a', 'b', 'c']"),
        ("size = 1", "size = 1.0", "`Point.size`: 1 → 1.0"),
        ("b=2", "b=(2,)", "default 1 of `f`: 2 → (2,)"),
        (
            "x + 1", "x + 2",
            "code of `helper`:\n def helper(x):\n-    y = x + 1\n+    y = x + 2\n"
            "     return y + LIMIT",
        ),
        (
            "helper(a)", "len(a)",
            "code of `f`:\n def f(a, b=2):\n-    return helper(a), NAMES, Point()\n"
            "+    return len(a), NAMES, Point()",
        ),
    ],
)  # fmt: skip
def test_the_part_of_the_code_is_named(before: str, after: str, says: str) -> None:
    """A global, a default, a class's member, a helper's line: old and new, and nothing else."""
    assert told(keyed(), keyed(CODE.replace(before, after))) == [says]


@pytest.mark.parametrize(
    ("then", "now", "says"),
    [
        ({"url": "a"}, {"url": "b"}, ["params.url: 'a' → 'b'"]),
        ({"n": 1}, {"n": True}, ["params.n: 1 → True"]),
        ({"n": [1]}, {"n": (1,)}, ["params.n: [1] → (1,)"]),
        ({"a": 1}, {"a": 1, "b": 2}, ["params.b: absent → 2"]),
        ({"a": 1, "b": 2}, {"a": 1}, ["params.b: 2 → absent"]),
        (
            {"t": "x" * 200 + "old"}, {"t": "x" * 200 + "new"},
            [f"params.t: …{'x' * 33}old' → …{'x' * 33}new'"],
        ),
    ],
)  # fmt: skip
def test_the_param_is_named(then: Mapping[str, Any], now: Mapping[str, Any], says: Any) -> None:
    """Types are told apart, and a long text is shown from shortly before its first difference."""
    assert told(keyed(**then), keyed(**now)) == says


def test_files_variables_and_types_are_named() -> None:
    """A file by its name, or as the one that the node reads; what stands for content is short."""
    then = {
        "type": "shell", "version": "1", "code": None, "environment": {"HOME": "/a"},
        "files": {"data.csv": "ab" * 32, "file 0/": None},
    }  # fmt: skip
    now = {
        **then, "version": "2", "environment": {"HOME": "/b"},
        "files": {"data.csv": "cd" * 32, "file 0/": "ef" * 32},
    }  # fmt: skip
    assert told(Keyed(then, {}), Keyed(now, {})) == [
        "version of the node: 1 → 2",
        "environment HOME: /a → /b",
        "file data.csv: content abababab… → content cdcdcdcd…",
        "the file that it reads: absent → content efefefef…",
    ]


def test_equal_keys_have_no_changes() -> None:
    """Nothing is told where nothing changed."""
    assert told(keyed(a=1), keyed(a=1)) == []


class Loud:
    """An object that nobody may write out."""

    def __repr__(self) -> str:
        """Fail."""
        raise AssertionError("a user's code was called")


@given(st.recursive(st.none() | st.integers() | st.text() | st.binary(), st.lists, max_leaves=20))
def test_plain_data_is_spelt_as_python_does(value: Any) -> None:
    """What is spelt evaluates to the value, as long as there is room."""
    text = spelt(value)
    assert len(text) <= ROOM + 1
    assert len(repr(value)) > ROOM or eval(text) == value


def test_foreign_objects_are_named_by_their_type() -> None:
    """No code of the user's runs for a text, however large or deep the value is."""
    assert spelt({"a": (Loud(), {1}), "b": frozenset([None])}) == (
        "{'a': (<Loud>, {1}), 'b': frozenset({None})}"
    )
    assert len(spelt(list(range(10**6)))) == ROOM + 1
    deep: list[Any] = []
    for _ in range(1000):
        deep = [deep]
    assert spelt(deep).count("[") == 21


def test_a_value_in_a_program_is_told() -> None:
    """A shell program is shown with the values that it gets, and the one that changed."""
    then = Program('echo "$a" && ls', {"a": "one"})
    now = Program('echo "$a" && ls', {"a": "two"})
    assert spelt(then) == "echo \"$a\" && ls\na='one'"
    assert told(keyed(c=then), keyed(c=now)) == [
        "params.c:\n echo \"$a\" && ls\n-a='one'\n+a='two'"
    ]
