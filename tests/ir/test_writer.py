"""What is written as YAML or JSON reads back as the same data."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir.codec import read, to_json, to_yaml
from wfrepair_magic.ir.edits import same
from wfrepair_magic.ir.writer import flow

characters = st.characters(exclude_categories=("Cs",))
marks = st.sampled_from([*" \n\t\r:#-'\"\\[]{}&*!|>%@`,?~<=.01eExoX+", "\x85", "\u2028", "\ufeff"])
texts = st.one_of(
    st.text(characters, max_size=8),
    st.text(marks, max_size=8),
    st.lists(st.sampled_from(["a", " b", "", "\tc", "# d", "- e", "f: g", " "])).map("\n".join),
    st.sampled_from(["true", "null", "~", "1e3", "0o17", ".inf", "on", "<<", "---", "x" * 2000]),
)
scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), texts)
trees = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(trees)
def test_yaml_reads_back(tree: Any) -> None:
    """What is written as YAML is read as equal values of equal types."""
    assert same(read(to_yaml(tree)).data, tree)


@settings(max_examples=150, deadline=None)
@given(trees)
def test_one_line_of_yaml_reads_back(tree: Any) -> None:
    """What is written within brackets is one line, and is read as the same."""
    line = f"a: [{flow(tree)}]"
    assert "\n" not in line
    assert same(read(line).data, {"a": [tree]})


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(texts, trees, max_size=4))
def test_json_reads_back(tree: dict[str, Any]) -> None:
    """What is written as JSON is read as the same by this reader and by any other."""
    try:
        text = to_json(tree)
    except BadWorkflow as refused:
        assert "JSON has no number" in str(refused)
        return
    assert same(read(text).data, tree)
    assert same(json.loads(text), tree)


def test_the_layout_is_what_a_person_would_write() -> None:
    """Blocks, bare text where it is safe, and `|` for text of several lines."""
    tree = {
        "name": "digest", "on": "yes", "version": "1e3", "ok": True, "none": None, "empty": {},
        "nodes": [
            {"id": "a", "params": {"command": "echo ${b.c}\nls\n", "codes": [0, 1], "x": "a: b"}},
            {"id": "b", "params": {"note": "one\ntwo", "tail": "x\n\n", "list": [[1], []]}},
        ],
    }  # fmt: skip
    assert to_yaml(tree) == (
        "name: digest\non: yes\nversion: \"1e3\"\nok: true\nnone: null\nempty: {}\nnodes:\n"
        "  - id: a\n    params:\n      command: |\n        echo ${b.c}\n        ls\n"
        '      codes:\n        - 0\n        - 1\n      x: "a: b"\n'
        "  - id: b\n    params:\n      note: |-\n        one\n        two\n"
        "      tail: |+\n        x\n\n      list:\n        - - 1\n        - []\n"
    )  # fmt: skip


def test_a_lone_value_is_a_document() -> None:
    """A text, a number or an empty container alone is written too."""
    assert [to_yaml(value) for value in ("a", 1, {}, [], "x\ny\n")] == [
        "a\n", "1\n", "{}\n", "[]\n", "|\n  x\n  y\n",
    ]  # fmt: skip


def too_deep() -> list[Any]:
    """Give a list that contains itself."""
    inner: list[Any] = []
    inner.append(inner)
    return inner


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({1: 2}, "a key must be text"),
        ({"a": object()}, "a value of type object"),
        ({"a": {1, 2}}, "a value of type set"),
        ("\ud800", r"half a character \(U\+D800\)"),
        ({"\udfff": 1}, "half a character"),
        (10**700, "more than 640 digits"),
        (too_deep(), "deep"),
    ],
)
def test_what_no_text_holds_is_refused(value: Any, said: str) -> None:
    """Data that would not read back is refused with a sentence, in YAML and in JSON."""
    for write in (to_yaml, to_json):
        with pytest.raises(BadWorkflow, match=said):
            write(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_json_has_no_infinity(value: float) -> None:
    """Numbers that JSON does not have are refused there."""
    with pytest.raises(BadWorkflow, match="JSON has no number"):
        to_json({"a": [value]})
