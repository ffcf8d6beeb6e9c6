"""Hints: what is told of the word that somebody points at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.hints import Hint, Known, find_hint
from wfrepair_magic.ir.spec import NodeSpec, Param

CATALOGUE = {
    "get": NodeSpec(
        "get",
        {
            "url": Param("url", ("string",), required=True, accepts=("uri",), description="Where."),
            "method": Param("method", ("string",), default=None, usual=("GET", "POST")),
            "shell": Param("shell", ("string",), default="sh", enum=("sh", "bash")),
            "limit": Param("limit", ("number",), default=None, unit="seconds"),
        },
        outputs={"response": "any", "status": "integer"},
        effect="read",
        description="Ask for it.",
    ),
    "value": NodeSpec("value", open=True, effect="pure"),
    "mine": NodeSpec("mine", {}, outputs=None, origin="notebook"),
}
TEXT = """\
name: n
inputs:
  who: {type: string, description: Whom to greet}
  key: {type: string, secret: true}
nodes:
  - id: fetch
    type: get
    purpose: Get it
    params: {url: "https://x/${who}", method: GET, limit: 3, shell: sh, other: 1}
    retry: {attempts: 3}
  - {id: fixed, type: value, params: {x: 1}}
  - id: say
    type: mine
    after: [fetch]
    params:
      text: |
        $${who.a} ${fetch.response.rows[${fetch.n}].user} ${fetch.gone ?? "x"} ${key} ${env.HOME}
edges: [{from: fetch, to: say}]
outputs:
  all: {source: fetch.status}
  rest: {source: "${fixed.x} ${unclosed.y"}
"""
REAL = {
    "fetch": {"response": {"rows": [{"user": "ann"}]}, "n": 0, "status": 200},
    "who": "bob",
    "key": "shown nowhere",
}
FETCH = "fetch: node of type get – Get it"
GIVES = "gives: response (any), status (integer)"


def sketch(value: Any) -> str:
    """Name a value's type and nothing else."""
    return type(value).__name__


def hint(word: str, real: Mapping[str, Any] | None = None, text: str = TEXT) -> Hint | None:
    """Give what is told where the bar stands in a word of the text; the last such word is meant."""
    at = text.rindex(word.replace("|>", "")) + word.index("|>")
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    return find_hint(text, line, column, Known(CATALOGUE, real or {}, sketch))


def lines(word: str, real: Mapping[str, Any] | None = None) -> list[str]:
    """Give the lines alone; none where nothing is told."""
    found = hint(word, real)
    return list(found.lines) if found is not None else []


def spot(found: Hint | None) -> str:
    """Give the text that a hint is about."""
    assert found is not None
    return TEXT.split("\n")[found.line - 1][found.column - 1 : found.column - 1 + found.length]


def test_a_node_type_tells_what_it_is() -> None:
    """Its purpose, its effect, its params with the required ones marked, its outputs."""
    assert lines("type: ge|>t\n") == [
        "get: Ask for it.",
        "effect: read",
        "params: url*, method, shell, limit  (* required)",
        GIVES,
    ]
    assert lines("type: m|>ine") == ["mine", "effect: write, from notebook"]
    assert lines("type: v|>alue") == ["value", "effect: pure", "params: …"]
    assert spot(hint("type: |>get\n")) == spot(hint("type: get|>\n")) == "get"


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("u|>rl: ", ["url: string, required", "Where.", "Also written uri."]),
        ("meth|>od", ["method: string", "Such as GET, POST."]),
        ("method: G|>ET", ["method: string", "Such as GET, POST."]),
        ("shell: s|>h", ["shell: string, 'sh' unless given", "One of sh, bash."]),
        ("li|>mit", ["limit: number in seconds"]),
        ("oth|>er", []),
    ],
)
def test_a_param_tells_what_it_takes(word: str, expected: list[str]) -> None:
    """Its type, unit and default, what it is for, what is allowed; at its value too."""
    assert lines(word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("no|>des:", "nodes: The nodes, one or more."),
        ("ret|>ry", "retry: How often and when to try again; a number: attempts."),
        ("att|>empts", "attempts: How often the node is tried, the first time included."),
        ("sou|>rce: f", "source: The template that gives the value, with or without braces."),
        ("fro|>m: ", "from: The node that the edge leaves."),
    ],
)
def test_a_key_of_the_language_tells_what_it_means(word: str, expected: str) -> None:
    """Its meaning, from the table that the check reads too."""
    assert lines(word)[0] == expected


@pytest.mark.parametrize("word", ["id: fe|>tch", "after: [fe|>tch", "from: fe|>tch", "${fe|>tch.r"])
def test_a_node_that_is_named_tells_what_it_is(word: str) -> None:
    """Its type and purpose, and the shape of what it gave last."""
    assert lines(word) == [FETCH, GIVES]
    assert lines(word, REAL) == [FETCH, GIVES, "last value: dict"]


def test_a_template_tells_the_last_value_as_far_as_it_points() -> None:
    """The path up to the piece that is pointed at, and the shape of what it led to."""
    assert lines("who|>}", REAL) == [
        "who: input of type string – Whom to greet",
        "last value: str",
    ]
    assert lines("resp|>onse.rows", REAL) == ["fetch.response", "last value: dict"]
    assert lines("ro|>ws[", REAL) == ["fetch.response.rows", "last value: list"]
    assert lines("n|>}]", REAL) == ["fetch.n", "last value: int"]
    whole = "fetch.response.rows[${fetch.n}].user"
    assert lines("us|>er}", REAL) == [whole, "last value: str"]
    assert spot(hint("us|>er}", REAL)) == whole
    assert lines("sta|>tus}", REAL) == ["fetch.status", "last value: int"]
    assert spot(hint("sta|>tus}", REAL)) == "fetch.status"


def test_a_path_that_leads_nowhere_tells_why() -> None:
    """What the last run gave has no such field: what it has is told."""
    path, told = lines("go|>ne ", REAL)
    assert path == "fetch.gone"
    assert told.startswith("last run: `${fetch.gone}` does not resolve: `fetch` has no `gone`")


def test_before_a_run_what_is_declared_is_told() -> None:
    """Fields that the node's type declares have their type; deeper ones tell of their node."""
    assert lines("sta|>tus}") == ["fetch.status: integer"]
    assert lines("us|>er}") == [FETCH, GIVES]
    assert lines("fixed.x|>}") == ["fixed: node of type value"]
    assert lines("e|>nv.H") == ["env: environment variables that inputs name"]


def test_a_secret_is_never_sketched() -> None:
    """Not even its length is told."""
    assert lines("ke|>y} ", REAL) == [
        "key: input of type string",
        "secret: its value is never shown",
    ]


@pytest.mark.parametrize("word", ["Whom|>", "$${w|>ho.a", "attempts: 3|>", "uncl|>osed"])
def test_other_words_tell_nothing(word: str) -> None:
    """Free text, numbers, escaped and unfinished templates are left alone."""
    assert lines(word) == []


def test_places_beyond_the_text_tell_nothing() -> None:
    """Whatever a page asks, there is an answer."""
    known = Known(CATALOGUE, REAL, sketch)
    for line, column in ((0, 1), (99, 1), (1, 0), (1, 99), (-1, -1)):
        assert find_hint(TEXT, line, column, known) is None


@given(st.integers(0, len(TEXT)), st.integers(0, 30), st.text("${}[]\"':\n -|a", max_size=8))
def test_no_text_is_too_broken(at: int, cut: int, put: str) -> None:
    """Wherever somebody points in whatever is half written, nothing is raised."""
    text = TEXT[:at] + put + TEXT[at + cut :]
    line, column = text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)
    found = find_hint(text, line, column, Known(CATALOGUE, REAL, sketch))
    assert found is None or (found.line == line and found.length > 0 and all(found.lines))
