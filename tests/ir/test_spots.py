"""Where in the author's text a character of a text value stands."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.codec import read, to_yaml
from wfrepair_magic.ir.spots import Spots


def shown(text: str, slot: tuple[str | int, ...], at: int) -> str:
    """Give what stands in the text from a spot to the end of its line."""
    line, column = Spots(read(text)).place(slot, at)
    return text.splitlines()[line - 1][column - 1 :]


@pytest.mark.parametrize(
    ("text", "at", "there"),
    [
        ("x: say ${a.b}", 4, "${a.b}"),
        ('x: "say ${a.b}"', 4, '${a.b}"'),
        ("x: 'say ${a.b}'  # why", 4, "${a.b}'  # why"),
        ('{"x": "say ${a.b}"}', 4, '${a.b}"}'),
        ("x: |\n  one\n   two ${a}\n\n  ${b}\n", 9, "${a}"),
        ("x: |\n  one\n   two ${a}\n\n  ${b}\n", 15, "${b}"),
        ("x: |-\r\n    one\r\n    ${a}\r\n", 4, "${a}"),
        ("# é\nx: |2+\n    deep\n  ${a}\n\n", 7, "${a}"),
    ],
)
def test_the_spot_is_exact_where_each_character_is_itself(text: str, at: int, there: str) -> None:
    """Plain, quoted and literal text lead to the very line and column."""
    assert shown(text, ("x",), at) == there


@pytest.mark.parametrize(
    "text",
    [
        "x: >\n  one\n  ${a}\n",
        'x: "a\\tb ${a}"',
        "x: 'it''s ${a}'",
        "x: one\n  ${a}",
        '{"x": "\\u0061 ${a}"}',
        "x: 3",
        "x: [1]",
    ],
)
def test_elsewhere_it_is_where_the_value_begins(text: str) -> None:
    """Folded and escaped text, and what is no text, give the place of the value."""
    source = read(text)
    assert Spots(source).place(("x",), 5) == source.place(("x",))


def test_a_slot_that_is_not_there_gives_what_is_around_it() -> None:
    """The nearest enclosing value answers for a missing one."""
    source = read("a:\n  b: 1\n")
    assert Spots(source).place(("a", "c", 0), 3) == source.place(("a",))


@given(st.text("ab \n'\"\\${}:é", max_size=30), st.integers(0, 29))
def test_a_spot_never_lies(value: str, at: int) -> None:
    """Any spot is either the value's beginning or the very character that was asked for."""
    source = read(to_yaml({"x": value}))
    line, column = Spots(source).place(("x",), at)
    if (line, column) != source.place(("x",)) and at < len(value):
        row = source.text.split("\n")[line - 1]
        assert (row[column - 1 :] + "\n")[0] == value[at]
