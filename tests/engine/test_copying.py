"""What a node does in place to what it was given, it does to a copy of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from wfrepair_magic import node, run
from wfrepair_magic.engine.copying import fresh
from wfrepair_magic.engine.keys import digest


class Array(np.ndarray):
    """A user's own array."""


class Frame(pd.DataFrame):
    """A user's own frame, which does not say what its copies are."""


class Column(pd.Series):
    """A user's own series, which does not either."""


class Table(pl.DataFrame):
    """A user's own frame of polars."""


VALUES: Mapping[str, Callable[[], Any]] = {
    "array": lambda: np.zeros(2),
    "subclass of array": lambda: np.zeros(2).view(Array),
    "masked array": lambda: np.ma.array([0.0, 0.0], mask=[True, False]),
    "records": lambda: np.rec.array([(0.0, 0.0)], names="x,y")[0],
    "pandas frame": lambda: pd.DataFrame({"x": [0.0, 0.0]}),
    "subclass of pandas frame": lambda: Frame({"x": [0.0, 0.0]}),
    "pandas series": lambda: pd.Series([0.0, 0.0]),
    "subclass of pandas series": lambda: Column([0.0, 0.0]),
    "pandas array": lambda: pd.array([0.0, 0.0]),
    "polars frame": lambda: pl.DataFrame({"x": [0.0, 0.0]}),
    "subclass of polars frame": lambda: Table({"x": [0.0, 0.0]}),
    "polars series": lambda: pl.Series([0.0, 0.0]),
}


def change(value: Any) -> None:
    """Change an array or a frame in place, as its library does it."""
    if isinstance(value, pd.DataFrame):
        value.loc[0, "x"] = 10.0
    elif isinstance(value, pl.DataFrame):
        value[0, "x"] = 10.0
    else:
        value[0] = 10.0


@pytest.mark.parametrize("kind", VALUES)
def test_no_node_sees_what_another_does_in_place(kind: str, store: Path) -> None:
    """What one node does to its params, also to those in a list, no later node and no run sees."""
    made, seen = VALUES[kind](), list[Any]()
    before = digest(made)

    @node(effect="read")
    def makes() -> dict[str, Any]:
        return {"one": made, "rows": [made]}

    @node(effect="read")
    def changes(one: Any, rows: list[Any]) -> None:
        change(one)
        change(rows[0])
        seen.extend([one, rows[0]])

    @node(effect="read")
    def sees(one: Any, rows: list[Any]) -> None:
        seen.extend([one, rows[0]])

    given = '{one: "${m.one}", rows: "${m.rows}"}'
    text = f"""\
nodes:
  - {{id: m, type: makes}}
  - {{id: c, type: changes, params: {given}}}
  - {{id: s, type: sees, params: {given}, after: [c]}}
"""
    done = run(text, name="w", store=store)
    assert done.state == "SUCCESS", done
    assert [digest(value) == before for value in seen] == [False, False, True, True]
    assert {type(value) for value in seen} == {type(made)}
    assert digest(made) == before


@pytest.mark.parametrize("kind", VALUES)
def test_what_a_node_gave_it_can_change_no_more(kind: str, store: Path) -> None:
    """A node that keeps hold of its output and changes it later changes no result."""
    made = VALUES[kind]()
    before = digest(made)

    @node(effect="read")
    def makes() -> Any:
        return made

    @node(effect="read")
    def changes() -> None:
        change(made)

    text = "nodes: [{id: m, type: makes}, {id: c, type: changes, after: [m]}]"
    done = run(text, name="w", store=store)
    assert digest(made) != before
    assert digest(done.nodes["m"].outputs["result"]) == before


def test_plain_values_are_handed_on() -> None:
    """Text, numbers and bytes, which nobody can change, are not copied."""
    plain = ["text", 10**20, 1.5, True, None, b"bytes"]
    assert all(one is other for one, other in zip(fresh(plain), plain, strict=True))
