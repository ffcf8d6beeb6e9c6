"""What the codec reads from a text, and where it says that each value stands."""

from __future__ import annotations

import math
import pickle
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir import yaml_text
from wfrepair_magic.ir.codec import Mark, read, to_yaml
from wfrepair_magic.ir.edits import same
from wfrepair_magic.settings import LIMITS

WRITTEN = """# a workflow
name: digest   # its name
on: 'it''s'
nodes:
- id: "fétch"
  params: {url: "https://x/${c}", n: [1, 2.5]}
-   id: b
    code: |  # python
      if x:
        y

    note: >-
      one
      two
# the end
edges:
"""


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("on", "on"), ("yes", "yes"), ("no", "no"), ("off", "off"), ("y", "y"), ("1:30", "1:30"),
        ("2026-11-21", "2026-11-21"), ("1_000", "1_000"), ("0b11", "0b11"), ("<<x", "<<x"),
        ("null", None), ("Null", None), ("~", None), ("", None), ("nUll", "nUll"),
        ("true", True), ("True", True), ("FALSE", False), ("tRue", "tRue"),
        ("0", 0), ("-12", -12), ("+3", 3), ("012", 12), ("0o17", 15), ("0x1F", 31),
        ("-0x1", "-0x1"),
        ("1e3", 1000.0), (".5", 0.5), ("5.", 5.0), ("-1.5E-2", -0.015), ("1e", "1e"), (".", "."),
        ("-", ["-"]), ("1.2.3", "1.2.3"), ("٣", "٣"), (".inf", math.inf), ("-.INF", -math.inf),
        ("+.inf", math.inf), ("${a.b}", "${a.b}"), ("a #b", "a"), ("a#b", "a#b"), ('"1"', "1"),
        ("'null'", "null"), ('"\\u00e9\\x41\\n"', "éA\n"), ("9" * 640, int("9" * 640)),
    ],
)  # fmt: skip
def test_plain_text_is_read_as_yaml_1_2(written: str, value: Any) -> None:
    """What stands without quotes means what the core rules of YAML 1.2 say, and nothing else."""
    if value == ["-"]:
        assert read("a:\n-").data == {"a": [None]}
        return
    assert same(read(f"a: {written}").data, {"a": value})


def test_not_a_number_is_a_float() -> None:
    """`.nan` is the float that equals nothing."""
    assert math.isnan(read("a: .nan").data["a"])


def test_keys_are_text_as_they_are_written() -> None:
    """A key is always text, so that YAML and JSON are one model."""
    assert read("on: 1\n200: 2\ntrue: 3\nnull: 4\n? x\n: 5\n'': 6\n'<<': 7").data == {
        "on": 1, "200": 2, "true": 3, "null": 4, "x": 5, "": 6, "<<": 7,
    }  # fmt: skip


def test_every_value_has_its_place() -> None:
    """A mark covers exactly what its author wrote, with line and column of value and key."""
    source = read(WRITTEN)
    shown = {
        slot: (WRITTEN[mark.start : mark.end], mark.style, mark.line, mark.column)
        for slot, mark in source.marks.items()
        if mark.style != "block"
    }
    assert shown == {
        ("name",): ("digest", "plain", 2, 7),
        ("on",): ("'it''s'", "single", 3, 5),
        ("nodes", 0, "id"): ('"fétch"', "double", 5, 7),
        ("nodes", 0, "params"): ('{url: "https://x/${c}", n: [1, 2.5]}', "flow", 6, 11),
        ("nodes", 0, "params", "url"): ('"https://x/${c}"', "double", 6, 17),
        ("nodes", 0, "params", "n"): ("[1, 2.5]", "flow", 6, 38),
        ("nodes", 0, "params", "n", 0): ("1", "plain", 6, 39),
        ("nodes", 0, "params", "n", 1): ("2.5", "plain", 6, 42),
        ("nodes", 1, "id"): ("b", "plain", 7, 9),
        ("nodes", 1, "code"): ("|  # python\n      if x:\n        y", "literal", 8, 11),
        ("nodes", 1, "note"): (">-\n      one\n      two", "folded", 12, 11),
        ("edges",): ("", "plain", 16, 7),
    }
    assert source.marks["nodes", 1] == Mark(
        WRITTEN.index("id: b"), WRITTEN.index("\n# the end"), 7, 5, "block"
    )
    assert source.key_place(("nodes", 1, "code")) == (8, 5)


def test_a_slot_without_a_mark_has_the_place_around_it() -> None:
    """A place is asked for what is missing: it is the place of the nearest value around it."""
    source = read(WRITTEN)
    assert source.place(("nodes", 0, "params", "body", "x")) == (6, 11)
    assert source.key_place(("nodes", 0, "params", "body")) == (6, 3)
    assert source.place(("nowhere",)) == (2, 1)


def test_lines_count_from_the_first_line_of_the_cell() -> None:
    """A text that begins on line 3 of a cell has its places in that cell, also in a refusal."""
    assert read("a: 1\nb: 2", first_line=3).place(("b",)) == (4, 4)
    with pytest.raises(BadWorkflow) as refused:
        read("a: 1\nb: @", first_line=3)
    assert [(p.line, p.column) for p in refused.value.problems] == [(4, 4)]


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\r\nb: |\r\n  x\r\n  y\r\nc: '😀 é'\r\nd: z\r\n",
        "\ufeffa: 1\nb: [x, '😀😀']\nc: z",
        "\ufeff\r\na: 1\r\n",
        'a: x\u2028y\nb: "3\x85c\u2029"\nd: é\x85\n',
        "a: 1\rb: 2\rc:\r- x\r",
        '\ufeff {"a": "😀", "b": [1, "é\u2028"]}\r\n',
        "---\na: 1\n...\n",
        "%YAML 1.2\n---\na: 1\n",
        "a:\tx\nb: {c:\t1}\n",
    ],
)
def test_offsets_are_those_of_the_text(text: str) -> None:
    """Marks are right after marks of byte order, all line breaks, and wide characters."""
    source = read(text)
    for slot, mark in source.marks.items():
        value = source.data
        for part in slot:
            value = value[part]
        written = text[mark.start : mark.end]
        if mark.style in ("plain", "single", "double", "json", "flow"):
            assert same(read(f"[{written}]").data, [value])
        if mark.key_start is not None:
            assert read(text[mark.key_start : mark.key_end] + ": 1").data == {slot[-1]: 1}
        before = text[: mark.start].replace("\r\n", "\n").replace("\r", "\n")
        assert mark.line == before.count("\n") + 1
        assert mark.column == len(before.rpartition("\n")[2].lstrip("\ufeff")) + 1


def test_only_line_feed_and_carriage_return_end_a_line() -> None:
    """NEL and the Unicode separators are characters of the text, as YAML 1.2 has them."""
    assert read("a: x\u2028y\nb: |\n  1\x852\n").data == {"a": "x\u2028y", "b": "1\x852\n"}


def test_a_body_that_begins_with_a_brace_is_strict_json() -> None:
    """JSON is read with the places of its values, and its text as JSON has it."""
    text = ' {"a": [1, 2.5, -0, 1e2, true, null], "b\\u00e9": "\\ud83d\\ude00\\n/\\/"}\n'
    source = read(text)
    assert source.dialect == "json"
    assert same(source.data, {"a": [1, 2.5, 0, 100.0, True, None], "bé": "😀\n//"})
    assert text[source.marks["bé",].start : source.marks["bé",].end] == '"\\ud83d\\ude00\\n/\\/"'
    assert source.key_place(("bé",)) == (1, text.index('"b') + 1)
    assert {mark.style for mark in source.marks.values()} == {"json"}


def test_depth_counts_containers() -> None:
    """Exactly as many mappings and lists as the limit may stand in each other."""
    most = LIMITS.depth
    for opening, closing in (("[", "]"), ('{"a":', "}")):
        assert read(opening * most + "1" + closing * most).data
        with pytest.raises(BadWorkflow, match=f"SRC06.*more than {most} deep"):
            read(opening * (most + 1) + "1" + closing * (most + 1))
    assert read("- " * most + "1").data
    with pytest.raises(BadWorkflow, match="SRC06"):
        read("- " * (most + 1) + "1")


@pytest.mark.parametrize(
    "text",
    [
        "[" * 900_000, "- " * 400_000, "x: " + '{"a": ' * 150_000, '{"a":' * 190_000,
        "? " * 400_000, "a: " * 300_000, "'" * 900_001, "!" * 900_000, "---\n" * 200_000,
        "a: @" + " " * 900_000 + "#", "a:\n" + "\t\n" * 400_000, '{"a": ' + "/*" * 400_000,
        "a: b: " + " #" * 400_000, "a: &x 1\n" * 100_000, "a: 1\n" * 150_000,
    ],
)  # fmt: skip
def test_bombs_are_refused_on_their_first_steps(text: str) -> None:
    """A text of nearly the largest size that nests or repeats without end is refused."""
    with pytest.raises(BadWorkflow) as refused:
        read(text)
    assert len(refused.value.problems) <= 21


def test_size_counts_bytes() -> None:
    """The limit of the text is one of bytes in UTF-8."""
    assert read("😀" * (LIMITS.text_bytes // 4)).data
    with pytest.raises(BadWorkflow, match=r"SRC06.*1,000,000 bytes"):
        read("😀" * (LIMITS.text_bytes // 4) + "a")
    with pytest.raises(BadWorkflow, match="line 1, column 1: SRC06"):
        read("\ud800" * 400_000)


def test_nodes_are_counted() -> None:
    """A text with one node too many is refused at that node."""
    text = "nodes:\n" + "- {id: a}\n" * (LIMITS.nodes + 1)
    with pytest.raises(BadWorkflow, match=r"line 10002, column 3 \(nodes\[10000\]\): SRC06"):
        read(text)


def test_a_source_travels() -> None:
    """A Source can be pickled with its marks."""
    source = read(WRITTEN)
    again = pickle.loads(pickle.dumps(source))
    assert again == source
    assert dict(again.marks) == dict(source.marks)


PIECES = ["a", "b: ", "- ", "\n", "  ", "\t", "'", '"', "{", "}", "[", "]", ",", ":", "#", " ",
          "&x", "*x", "!t", "|", ">", "%", "@", "`", "?", "<<: ", "---\n", "...\n", "\\", "\x00",
          "\u2028", "\x85", "\ufeff", "\r\n", "\r", "1", "0x", "1e9", "true", "null", "${a}", "😀",
          "\ud800", "\x7f", "é", "-", "+", "\\u", "//", "```", '"a"', '"a":', "NaN",
          "😀: "]  # fmt: skip


@settings(max_examples=600, deadline=None)
@given(st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=14).map("".join)))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    """Whatever stands in a cell, it is read, with marks in the text, or refused with a place."""
    try:
        source = read(text)
    except BadWorkflow as refused:
        assert refused.problems
        for problem in refused.problems:
            found = problem.describe()
            assert found.startswith("line ") and "SRC0" in found
            assert "unicode string" not in found and "while " not in found
        return
    assert all(0 <= mark.start <= mark.end <= len(text) for mark in source.marks.values())
    assert same(read(to_yaml(source.data)).data, source.data)


@pytest.mark.parametrize("text", [WRITTEN, WRITTEN.replace("\n", "\r\n"), "a:\nb: []\n", "- - x"])
def test_reads_the_same_without_libyaml(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Where PyYAML has no C parser its own gives the same data and the same places."""
    fast = read(text)
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    slow = read(text)
    assert slow == fast
    assert dict(slow.marks) == dict(fast.marks)
