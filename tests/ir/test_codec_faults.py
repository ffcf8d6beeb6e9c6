"""What the codec says of texts that cannot be read."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir import yaml_text
from wfrepair_magic.ir.codec import read
from wfrepair_magic.problem import Problem

YAML = [
    ("", "line 1, column 1: SRC03 the text is empty"),
    ("# only a comment\n", "line 1, column 1: SRC03 the text is empty"),
    ("a:\n\tb: 1", "line 2, column 1: SRC02 a tab stands where the indentation is"),
    ("\ta: 1", "line 1, column 1: SRC02 a tab"),
    ("a: |\n\tx", "line 2, column 1: SRC02 a tab"),
    ("a: b: c  # d", "line 1, column 4: SRC02 a `: ` stands inside a value that is not in quotes"),
    ("a: x\n  b: c", "line 2, column 4: SRC02 a `key: value` stands where none can"),
    ("a: @home", "line 1, column 4: SRC02 a value cannot begin with `@` unless it is in quotes"),
    ("a: `x`", "line 1, column 4: SRC02 a value cannot begin with"),
    ("a: [${b}, c]", "line 1, column 5: SRC02 a template inside `[ ]` or `{ }` must be in quotes"),
    ("a: {b: ${c}}", "line 1, column 8: SRC02 a template inside"),
    ("a: {{b}}", "line 1, column 5 (a): SRC02 a mapping or list cannot be a key"),
    ("? [a]\n: b", "line 1, column 3: SRC02 a mapping or list cannot be a key"),
    ("a: *.txt", "line 1, column 4: SRC05 `*.txt` begins like an alias"),
    ("a: &", "line 1, column 4: SRC05 `&` begins like an anchor"),
    ("a: &x 1", "line 1, column 4 (a): SRC05 `&x` is an anchor"),
    ("a: *x", "line 1, column 4 (a): SRC05 `*x` is an alias"),
    ("*x : 1", "line 1, column 1: SRC05 `*x` is an alias"),
    ("a: !!str 1", "line 1, column 4 (a): SRC05 `!!str` is a tag"),
    ("a: !x {b: c}", "line 1, column 4 (a): SRC05 `!x` is a tag"),
    ("a:\n  <<: {b: c}", "line 2, column 3 (a): SRC05 `<<` is a merge key"),
    ("%TAG ! x:\n---\na: 1", "line 1, column 1: SRC05 tags (`%TAG`) are not part of the language"),
    ("%YAML 1.1\n---\na: 1", "line 1, column 1: SRC03 workflows are YAML 1.2"),
    ("a: 1\nb:\n  c: 1\n  c: 2", "line 4, column 3 (b.c): SRC04 the key `c` stands twice in one "
     "mapping; the first is on line 3"),
    ("a: 1\n'a': 2", "line 2, column 1 (a): SRC04 the key `a` stands twice"),
    ("1: a\n'1': b", "line 2, column 1 (1): SRC04"),
    ("{}\n---\na: 1", "line 2, column 1: SRC01 the end of the text was expected here"),
    ("a: 1\n---\nb: 2", "line 2, column 1: SRC03 a second document begins here"),
    ("a: 1\n...\nb: 2", "line 3, column 1: SRC03 `b: 2` stands after the end of the workflow"),
    ("a: 'x\nb: 1\n", "line 1, column 4: SRC03 the quote `'` that opens here is never closed"),
    ('a: "x\n---\n', 'line 1, column 4: SRC03 the quote `"` that opens here is never closed'),
    ('a: "C:\\dir"', "line 1, column 7: SRC03 there is no escape `\\d` in double quotes"),
    ("a: [1, 2\n", "line 1, column 4: SRC03 the `[` that opens here is never closed"),
    ("a: {b: 1\n", "line 1, column 4: SRC03 the `{` that opens here is never closed"),
    ("a: [1\nb: 2\n", "line 2, column 2: SRC03 a `,` or `]` is missing before this"),
    ('a: "x" y', "line 1, column 8: SRC03 `y` stands after the end of a value"),
    ("a:\n  - b\n c: 1", "line 3, column 2: SRC03 this line is indented like neither"),
    ("- a\nb: 1", "line 2, column 1: SRC03 a list was begun with `-`"),
    ("a: 1\n]", "line 2, column 1: SRC03 `]` closes nothing"),
    ("a: - b", "line 1, column 4: SRC03 a list item `-` cannot begin on the line of its key"),
    ("a: |x\n  b", "line 1, column 4: SRC03 after `|` or `>` the text must begin on the next line"),
    ("a: ]", "line 1, column 4: SRC03 a value is missing before `]`"),
    (": x", "line 1, column 1: SRC03"),
    ("a: \x07", "line 1, column 4: SRC03 the character U+0007 cannot stand in a workflow's text"),
    ("a: x\ufeff", "line 1, column 5: SRC03 the character U+FEFF"),
    ("a: \ud800", "line 1, column 4: SRC03 the character U+D800"),
    ("a: " + "1" * 641, "line 1, column 4 (a): SRC06 a number has more than 640 digits"),
    ("```yaml\na: 1\n```", "line 1, column 1: SRC01 a Markdown fence stands around the workflow"),
]  # fmt: skip

JSON = [
    ('{"a": 1,}', "line 1, column 8: SRC01 a `,` stands before `}` – remove `,`"),
    ('{"a": [1, 2, ]}', "line 1, column 12 (a): SRC01 a `,` stands before `]`"),
    ('{"a": 1 // one\n}', "line 1, column 9: SRC01 JSON has no comments"),
    ('{ # one\n"a": 1}', "line 1, column 3: SRC01 JSON has no comments"),
    ("{'a': 1}", 'line 1, column 2: SRC01 JSON has double quotes only – write `"a"`'),
    ("{“a”: 1}", 'line 1, column 2: SRC01 JSON has straight double quotes only – write `"a"`'),
    ('{a: 1}', 'line 1, column 2: SRC01 the key `a` is not in double quotes – write `"a"`'),
    ("{1: 2}", "line 1, column 2: SRC01 the key `1` is not in double quotes"),
    ('{"a": True}', "line 1, column 7 (a): SRC01 JSON writes `True` as `true`"),
    ('{"a": NaN}', "line 1, column 7 (a): SRC01 JSON has no `NaN`"),
    ('{"a": -Infinity}', "line 1, column 7 (a): SRC01 JSON has no `-Infinity`"),
    ('{"a": 012}', "line 1, column 7 (a): SRC01 `012` is not a number as JSON writes it"),
    ('{"a": .5}', "line 1, column 7 (a): SRC01 `.5` is not a number as JSON writes it"),
    ('{"a": 1e999}', "line 1, column 7 (a): SRC03 this number is larger"),
    ('{"a": 1 "b": 2}', "line 1, column 9: SRC01 a `,` is missing before this – add `,`"),
    ('{"a": [1 2]}', "line 1, column 10 (a): SRC01 a `,` is missing before this"),
    ('{"a" 1}', "line 1, column 6 (a): SRC01 a `:` was expected here, not `1`"),
    ('{"a": }', "line 1, column 7 (a): SRC01 a value was expected here, not `}`"),
    ('{"a": yes}', "line 1, column 7 (a): SRC01 a value was expected here, not `yes`"),
    ('{"a": "x\ny"}', "line 1, column 7 (a): SRC01 this string is not closed on its line"),
    ('{"a": "x\ty"}', "line 1, column 7 (a): SRC01 a tab stands in a string"),
    ('{"a": "C:\\dir"}', "line 1, column 7 (a): SRC01 there is an escape in this string"),
    ('{"a": "\\ud800"}', "line 1, column 7 (a): SRC03 half a character stands here"),
    ('{"a": [1, 2', "line 1, column 12 (a): SRC01 the text ends before its last bracket is closed"),
    ('{"a": 1}}', "line 1, column 9: SRC01 the end of the text was expected here, not `}`"),
    ('{"a": 1,\n "a": 2}', "line 2, column 2 (a): SRC04 the key `a` stands twice in one mapping; "
     "the first is on line 1"),
    ('```json\n{"a": 1}\n```\n', "line 1, column 1: SRC01 a Markdown fence"),
]  # fmt: skip


def problems(text: str) -> tuple[Problem, ...]:
    """Give what the codec finds wrong with a text."""
    with pytest.raises(BadWorkflow) as refused:
        read(text)
    return tuple(found for found in refused.value.problems if isinstance(found, Problem))


@pytest.mark.parametrize(("text", "said"), [*YAML, *JSON])
def test_says_what_is_wrong_and_where(text: str, said: str) -> None:
    """Each slip is told at its own line and column, in words for people."""
    assert problems(text)[0].describe().startswith(said)


@pytest.mark.parametrize(("text", "said"), YAML)
def test_says_the_same_place_without_libyaml(
    monkeypatch: pytest.MonkeyPatch, text: str, said: str
) -> None:
    """Where PyYAML has no C parser, a text that cannot be read is refused on the same line."""
    monkeypatch.setattr(yaml_text, "_LOADER", yaml.SafeLoader)
    line = said.partition(",")[0]
    assert problems(text)[0].describe().startswith(line + ",")


def test_all_lesser_faults_are_told_at_once() -> None:
    """Doubled keys, anchors, aliases, tags and merge keys are collected in the text's order."""
    found = problems("a: &x 1\na: *x\nb: !t 2\n<<: 3\nc: 4\nc: 5")
    assert [(problem.code, problem.line) for problem in found] == [
        ("SRC05", 1), ("SRC04", 2), ("SRC05", 2), ("SRC05", 3), ("SRC05", 4), ("SRC04", 6),
    ]  # fmt: skip


def test_keys_are_told_apart_by_their_mapping() -> None:
    """A doubled mapping is one fault; equal keys in its two forms are none."""
    for text in ("a: {b: 1}\na: {b: 2}", '{"a": {"b": 1}, "a": {"b": 2}}'):
        assert [problem.path for problem in problems(text)] == ["a"]


def test_a_refusal_names_slot_and_offset() -> None:
    """A problem carries the slot of the value and the offset in the text."""
    (found,) = problems("a:\n  b: &x 1")
    assert (found.slot, found.path, found.facts["offset"]) == (("a", "b"), "a.b", 8)


def replaced(text: str, changes: Any) -> str:
    """Make the replacements that a problem's facts give."""
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ('{"a": 1,}', {"a": 1}),
        ('{"a": [1, 2,\n]}', {"a": [1, 2]}),
        ('{"a": 1 // one\n}', {"a": 1}),
        ('{"a": /* one */ 1}', {"a": 1}),
        ("{'a': 'b'}", {"a": "b"}),
        ("{a: [True, None]}", {"a": [True, None]}),
        ('{"a": 1 "b": 2}', {"a": 1, "b": 2}),
        ("{“a”: 1}", {"a": 1}),
        ('{"a": "x\ty"}', {"a": "x\ty"}),
        ('```json\n{"a": 1}\n```', {"a": 1}),
        ("```\na: 1\n```\n", {"a": 1}),
        ("a:\n\tb: 1\n\tc:\n\t\t- x", {"a": {"b": 1, "c": ["x"]}}),
        ("a: b: c  # d", {"a": "b: c"}),
        ("a: @home # x", {"a": "@home"}),
        ("a: *.txt", {"a": "*.txt"}),
        ("a: [${b}, ${c.d} ]", {"a": ["${b}", "${c.d}"]}),
    ],
)
def test_the_facts_of_a_slip_mend_it(text: str, mended: Any) -> None:
    """The replacements of one problem after the other lead to a text that can be read."""
    for _ in range(6):
        try:
            assert read(text).data == mended
            return
        except BadWorkflow:
            text = replaced(text, problems(text)[0].facts["replacements"])
    assert read(text).data == mended
