"""Plain JSON: any value can be told, and none is told falsely."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.monitor.plain import plain

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """A value of somebody's."""

    left: Any
    right: Any


class Frame:
    """Something that has a shape, as data frames and arrays have."""

    shape = (3, 4)


@given(json_values)
def test_json_values_stay_as_they_are(value: Any) -> None:
    """What JSON can say is said unchanged."""
    assert plain(value) == value


def test_everything_else_gets_a_form() -> None:
    """Tuples, sets, dataclasses, paths and dates have a form; the rest is named by its type."""
    value = {
        1: (1, 2), None: {3}, "pair": Pair(b"123", Path("a/b")), "day": date(2026, 11, 21),
        "inf": float("inf"), "frame": Frame(), "order": OrderedDict(x=1), "what": object(),
    }  # fmt: skip
    assert plain(value) == {
        "1": [1, 2], "None": [3], "pair": {"left": "<3 bytes>", "right": "a/b"},
        "day": "2026-11-21", "inf": "inf", "frame": "<Frame 3×4>", "order": {"x": 1},
        "what": "<object>",
    }  # fmt: skip


def test_a_value_that_holds_itself_ends() -> None:
    """A circle ends in a text instead of in a crash."""
    circle: list[Any] = []
    circle.append(circle)
    assert "nested too deep" in json.dumps(plain(circle))
