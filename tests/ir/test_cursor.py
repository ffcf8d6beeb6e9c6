"""The cursor: what is being written is found in finished, half-written and broken texts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.codec import read
from wfrepair_magic.ir.cursor import Cursor, find_cursor
from wfrepair_magic.ir.outline import Outline, outline

WHOLE = """\
name: digest  # said to nobody
inputs:
  channel: {type: string, default: general}
nodes:
  - id: fetch
    type: http
    params: {url: "https://chat.example/${channel}", headers: {X-Key: 'a: b'}}
    after: []
  - {id: second, type: value, params: {x: "${fetch.response}"}}
  - id: third
    type: shell
    params:
      command: |
        echo one
        key: not a key
    after:
    - fetch
    - second
edges:
- from: fetch
  to: third
"""


def at(text: str) -> Cursor | None:
    """Find the cursor where a bar stands."""
    return find_cursor(text.replace("|>", "", 1), text.index("|>"))


def place(text: str) -> Any:
    """Give role, slot and fragment of the cursor at the bar."""
    found = at(text)
    return None if found is None else (found.role, found.slot, found.fragment)


NODE = ("nodes", 0)
CASES = [
    ("|>", ("key", (), "")),
    ("nod|>", ("key", (), "nod")),
    ("name: x\n|>", ("key", (), "")),
    ("session: op|>", ("value", ("session",), "op")),
    ("session: |>", ("value", ("session",), "")),
    ("session:|>", None),
    ("nodes:\n  - |>", ("item", NODE, "")),
    ("nodes:\n  -|>", None),
    ("nodes:\n  - i|>", ("item", NODE, "i")),
    ("nodes:\n  - id: a\n    ty|>\n    params: {}", ("key", NODE, "ty")),
    ("nodes:\n  - id: a\n    ty|>pe: shell", ("key", NODE, "ty")),
    ("nodes:\n- id: a\n  |>", ("key", NODE, "")),
    ("nodes:\n- id: a\n|>", ("key", (), "")),
    ("nodes:\n  - id: a\n\n    |>\n\n    type: b", ("key", NODE, "")),
    ("nodes:\n  - id: a\n    params:\n      |>", ("key", (*NODE, "params"), "")),
    ("nodes:\n  - id: a\n    params:\n      x: 1\n      u|>", ("key", (*NODE, "params"), "u")),
    ("nodes:\n  - id: a\n    after: [|>]", ("item", (*NODE, "after", 0), "")),
    ("nodes:\n  - id: a\n    after: [b, c|>", ("item", (*NODE, "after", 1), "c")),
    ("nodes:\n  - id: a\n    after:\n      - b\n      - |>", ("item", (*NODE, "after", 1), "")),
    ("nodes:\n  - {|>", ("key", NODE, "")),
    ("nodes:\n  - {id: a, |>}\n  - {id: b}", ("key", NODE, "")),
    ("nodes:\n  - {id: a, type: |>}", ("value", (*NODE, "type"), "")),
    ("nodes:\n  - {id: a, type: she|>", ("value", (*NODE, "type"), "she")),
    ("nodes:\n  - {id: a |>}", None),
    ('nodes:\n  - {id: a, type: "sh|>', ("value", (*NODE, "type"), "sh")),
    ("nodes: [{id: a, params: {ur|>: x", ("key", (*NODE, "params"), "ur")),
    ("nodes:\n  - id: a\n    x: {\n\n  - id: b\n    t|>", ("key", ("nodes", 1), "t")),
    ("# a comment |>", None),
    ('{"nodes": [{"id": "a", "ty|>', ("key", NODE, "ty")),
    ('{"nodes": [\n  {"id": "a",\n   "type":|>', ("value", (*NODE, "type"), "")),
    ('{"nodes": [{"id": "a" "type": "s|>"}]}', ("value", (*NODE, "type"), "s")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES, ids=[text for text, _ in CASES])
def test_a_cursor_is_found(text: str, expected: Any) -> None:
    """Block style, flow style, JSON, open brackets and quotes: role, slot, what is written."""
    assert place(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('x: "${|>', ""),
        ('x: "${a.b|>}"', "a.b"),
        ('x: "${a} and ${b.|>', "b."),
        ("x: ${a ?? b.c|>", "a ?? b.c"),
        ("x: ${l[${i|>", "i"),
        ("x: $$${a|>", "a"),
        ("command: |\n  echo ${a.|>", "a."),
    ],
)
def test_an_open_template_is_found(text: str, expected: str) -> None:
    """What stands between the last `${` and the cursor is the expression so far."""
    found = at(text)
    assert found is not None
    assert (found.role, found.fragment) == ("template", expected)


@pytest.mark.parametrize("text", ['x: "${a}|>"', 'x: "$${a|>"', 'x: "$|>{a}"', "x: ${a\n  |>"])
def test_a_closed_or_doubled_template_is_none(text: str) -> None:
    """Behind its brace, with a doubled dollar, or on the next line there is no template."""
    found = at(text)
    assert found is None or found.role != "template"


def test_a_template_knows_its_node() -> None:
    """The slot of the value around a template says which node it stands in."""
    found = at('nodes:\n  - id: a\n    params: {x: "${|>}"}')
    assert found is not None
    assert found.slot == ("nodes", 0, "params", "x")


def test_the_outline_of_a_whole_text_is_what_the_reader_reads() -> None:
    """Of a text without faults the outline has the same keys, lists and texts."""
    assert outline(WHOLE, -1).data == read(WHOLE).data | {
        "nodes": [
            *read(WHOLE).data["nodes"][:2],
            read(WHOLE).data["nodes"][2]
            | {"params": {"command": "        echo one\n        key: not a key\n"}},
        ]
    }


def test_json_outside_of_quotes_is_bare() -> None:
    """In JSON a text must come with its quotes, unless one is open; in YAML it need not."""
    bare, quoted, yaml = at("{|>"), at('{"|>'), at("|>")
    assert bare and quoted and yaml
    assert (bare.bare, quoted.bare, yaml.bare) == (True, False, False)


def test_crlf_is_no_part_of_a_word() -> None:
    """Line ends of Windows change nothing."""
    found = at("nodes:\r\n  - id: a\r\n    type: she|>\r\n    after: [b]\r\n")
    assert found is not None
    assert (found.slot, found.fragment, found.word) == (("nodes", 0, "type"), "she", "she")
    assert found.data == {"nodes": [{"id": "a", "type": "she", "after": ["b"]}]}


PIECES = [
    "nodes:", "\n", "  ", "- ", "id: ", "a", "{", "}", "[", "]", ",", ": ", '"', "'", "|", ">", "#",
    " # x", "${", "}", "$", "\\", "\t", "\r\n", "é", "params:", "\x00", "---",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join) | st.text(), st.integers(0, 200))
def test_no_text_and_no_offset_raises(text: str, offset: int) -> None:
    """Whatever the text, there is an answer, and its fragment stands right before the cursor."""
    offset = min(offset, len(text))
    found = find_cursor(text, offset)
    assert found is None or text[:offset].endswith(found.fragment)


@given(st.integers(0, len(WHOLE)))
def test_every_prefix_of_a_text_keeps_what_stood_before(end: int) -> None:
    """A text that breaks off anywhere keeps the nodes that were whole."""
    found = outline(WHOLE[:end], end)
    if end >= WHOLE.index("  - id: third"):
        assert [node["id"] for node in found.data["nodes"][:2]] == ["fetch", "second"]


def test_a_line_of_a_million_characters_costs_no_square() -> None:
    """Long lines of every kind are read in one go (the suite's own time limit is the judge)."""
    for text in (
        "a" * 10**6,
        '"' + "x" * 10**6,
        "[" * 10**5,
        "{a: " * 10**5,
        " " * 10**6,
        "a:" * 10**5,
    ):
        assert isinstance(outline(text, len(text)), Outline)
