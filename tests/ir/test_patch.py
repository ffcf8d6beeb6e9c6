"""Patches of a workflow: what each edit does to the author's text."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir import rewrite
from wfrepair_magic.ir.codec import read
from wfrepair_magic.ir.patch import Edit, Insert, Patch, Remove, RenameKey, SetValue, diff
from wfrepair_magic.ir.rewrite import edit_text
from wfrepair_magic.ir.workflow import Workflow

TEXT = """# the digest of a channel
name: digest
nodes:
  # it all begins here
  - id: fetch        # the id
    type: http
    params: {url: "https://x/${channel}", headers: {A: 'b'}}
  - id: analyse
    type: shell
    params:
      command: |   # two lines
        echo ${fetch.body.userName}
        ls

      cwd: '.'

  # last
  - {id: send, type: value, after: [analyse, fetch]}
edges:
- {from: fetch, to: analyse}
outputs:
  all: {source: "${fetch}"}"""

FIRST, SECOND, THIRD = ("nodes", 0), ("nodes", 1), ("nodes", 2)


def changes(edit: Edit, text: str = TEXT) -> tuple[str, str]:
    """Give the lines that an edit takes away, and those that it brings."""
    before = text.splitlines(keepends=True)
    after = edit_text(read(text), [edit]).splitlines(keepends=True)
    while before and after and before[0] == after[0]:
        before, after = before[1:], after[1:]
    while before and after and before[-1] == after[-1]:
        before, after = before[:-1], after[:-1]
    return "".join(before), "".join(after)


SETTING: list[tuple[Edit, str, str]] = [
    (SetValue((*FIRST, "type"), "shell"), "    type: http\n", "    type: shell\n"),
    (SetValue((*FIRST, "id"), "a: b"), "  - id: fetch        # the id\n",
     '  - id: "a: b"        # the id\n'),
    (SetValue((*SECOND, "params", "command"), "echo ${fetch.body.user_name}\nls\n"),
     "        echo ${fetch.body.userName}\n", "        echo ${fetch.body.user_name}\n"),
    (SetValue((*SECOND, "params", "command"), "ls"),
     "      command: |   # two lines\n        echo ${fetch.body.userName}\n        ls\n",
     "      command: ls   # two lines\n"),
    (SetValue((*SECOND, "params", "cwd"), "it's"), "      cwd: '.'\n", "      cwd: 'it''s'\n"),
    (SetValue((*SECOND, "params", "cwd"), "a\nb\n"), "      cwd: '.'\n",
     "      cwd: |\n        a\n        b\n"),
    (SetValue((*SECOND, "params", "cwd"), 10), "      cwd: '.'\n", "      cwd: 10\n"),
    (SetValue((*FIRST, "type"), "10"), "    type: http\n", '    type: "10"\n'),
    (SetValue((*THIRD, "after", 0), "a, b"),
     "  - {id: send, type: value, after: [analyse, fetch]}\n",
     '  - {id: send, type: value, after: ["a, b", fetch]}\n'),
    (SetValue((*SECOND, "params"), {"command": "ls", "cwd": "."}),
     "      command: |   # two lines\n        echo ${fetch.body.userName}\n        ls\n",
     "      command: ls   # two lines\n"),
    (SetValue(("edges",), []), "edges:\n- {from: fetch, to: analyse}\n", "edges: []\n"),
    (SetValue(("name",), ["a", 1]), "name: digest\n", "name: [a, 1]\n"),
    (SetValue(("name",), {"a": {"b": "c"}}), "name: digest\n", "name:\n  a:\n    b: c\n"),
]  # fmt: skip

MOVING: list[tuple[Edit, str, str]] = [
    (RenameKey((*FIRST, "params", "url"), "uri"),
     "    params: {url: \"https://x/${channel}\", headers: {A: 'b'}}\n",
     "    params: {uri: \"https://x/${channel}\", headers: {A: 'b'}}\n"),
    (RenameKey((*SECOND, "type"), "a: b"), "    type: shell\n", '    "a: b": shell\n'),
    (RenameKey(("edges", 0, "from"), "source"), "- {from: fetch, to: analyse}\n",
     "- {source: fetch, to: analyse}\n"),
    (Remove((*FIRST, "type")), "    type: http\n", ""),
    (Remove((*FIRST, "id")), "  - id: fetch        # the id\n    type: http\n", "  - type: http\n"),
    (Remove((*SECOND, "params", "command")),
     "      command: |   # two lines\n        echo ${fetch.body.userName}\n        ls\n", ""),
    (Remove((*FIRST, "params", "headers")),
     "    params: {url: \"https://x/${channel}\", headers: {A: 'b'}}\n",
     '    params: {url: "https://x/${channel}"}\n'),
    (Remove((*FIRST, "params", "url")),
     "    params: {url: \"https://x/${channel}\", headers: {A: 'b'}}\n",
     "    params: {headers: {A: 'b'}}\n"),
    (Remove(("edges", 0)), "edges:\n- {from: fetch, to: analyse}\n", "edges: []\n"),
    (Remove(THIRD), "  - {id: send, type: value, after: [analyse, fetch]}\n", ""),
    (Remove(("outputs",)), 'outputs:\n  all: {source: "${fetch}"}', ""),
    (Insert((*SECOND, "timeout"), 5), "", "    timeout: 5\n"),
    (Insert((*FIRST, "params", "method"), "PUT"),
     "    params: {url: \"https://x/${channel}\", headers: {A: 'b'}}\n",
     "    params: {url: \"https://x/${channel}\", headers: {A: 'b'}, method: PUT}\n"),
    (Insert((*FIRST, "retry"), {"attempts": 3}), "", "    retry:\n      attempts: 3\n"),
    (Insert(("nodes", 1), {"id": "adapt", "type": "value", "params": {"a": "${fetch}"}}), "",
     "  - id: adapt\n    type: value\n    params:\n      a: ${fetch}\n"),
    (Insert(("nodes", 0), {"id": "x"}), "", "  - id: x\n"),
    (Insert(("edges", 1), {"from": "a", "to": "b"}), "", "- {from: a, to: b}\n"),
    (Insert((*THIRD, "after", 0), "x"), "  - {id: send, type: value, after: [analyse, fetch]}\n",
     "  - {id: send, type: value, after: [x, analyse, fetch]}\n"),
    (Insert(("outputs", "one"), {"source": "${x}"}), '  all: {source: "${fetch}"}',
     '  all: {source: "${fetch}"}\n  one:\n    source: ${x}'),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "gone", "come"), [*SETTING, *MOVING])
def test_only_the_lines_meant_change(edit: Edit, gone: str, come: str) -> None:
    """Each edit takes and brings the lines that a careful person would, and no other."""
    expected = gone, come
    if edit == Remove(("outputs",)):
        expected = TEXT[TEXT.index("- {from") :], "- {from: fetch, to: analyse}"
    assert changes(edit) == expected


@pytest.mark.parametrize(("edit", "gone", "come"), [*SETTING, *MOVING])
def test_line_breaks_stay_those_of_the_author(edit: Edit, gone: str, come: str) -> None:
    """In a text of CR LF lines every line that an edit writes ends so too."""
    plain = edit_text(read(TEXT), [edit])
    assert edit_text(read(TEXT.replace("\n", "\r\n")), [edit]) == plain.replace("\n", "\r\n")


def json_of(*lines: str) -> str:
    """Join lines to a text."""
    return "\n".join(lines)


LONG = json_of("{", '  "nodes": [', '    {"id": "a"},', '    {"id": "b"}', "  ],", '  "x": 1', "}")


@pytest.mark.parametrize(
    ("text", "edit", "after"),
    [
        (LONG, SetValue(("x",), "é\n"), LONG.replace("1", '"é\\n"')),
        (LONG, RenameKey(("nodes", 1, "id"), 'i"d'), LONG.replace('"id": "b"', '"i\\"d": "b"')),
        (LONG, Remove(("nodes", 0)), LONG.replace('    {"id": "a"},\n', "")),
        (LONG, Remove(("nodes", 1)), LONG.replace(',\n    {"id": "b"}', "")),
        (LONG, Remove(("x",)), LONG.replace(',\n  "x": 1', "")),
        (LONG, Insert(("y",), [1]), LONG.replace('"x": 1', '"x": 1,\n  "y": [1]')),
        (LONG, Insert(("nodes", 0), {}), LONG.replace('    {"id": "a"', '    {},\n    {"id": "a"')),
        ('{"a":1}', Insert(("b",), "c"), '{"a":1,"b":"c"}'),
        ('{"a": 1}', Insert(("b",), "c"), '{"a": 1, "b": "c"}'),
        ('{"a":{}}', Insert(("a", "b"), None), '{"a":{"b": null}}'),
        ('{"a":{"b":1}}', Remove(("a", "b")), '{"a":{}}'),
        ('{"a": "x \\u00e9 y"}', SetValue(("a",), "z é y"), '{"a": "z \\u00e9 y"}'),
    ],
)
def test_json_keeps_its_layout(text: str, edit: Edit, after: str) -> None:
    """In JSON, too, only the edited item changes; commas and lines are kept right."""
    assert edit_text(read(text), [edit]) == after


@pytest.mark.parametrize(
    ("text", "new", "after"),
    [
        ('a: "x \\x41 y"\n', "z A y", 'a: "z \\x41 y"\n'),
        ("a: 'it''s x'\n", "it's y", "a: 'it''s y'\n"),
        ("a: one\n  two\n  three\n", "one 2 three", "a: one\n  2\n  three\n"),
        ('a: "one\n  two \\\n  three"\n', "one two 3", 'a: "one\n  two \\\n  3"\n'),
        ("a: >\n  one\n  two\n\n  x\n", "one 2\nx\n", "a: >\n  one\n  2\n\n  x\n"),
        ("a: |2\n   x\n  y\n", " x\nz\n", "a: |2\n   x\n  z\n"),
        ("a: |\n  x\n  y", "x\nz", "a: |\n  x\n  z"),
        ("a: |\r\n  x\r\n  z\r\n", "x\n\n\n y\nz\n", "a: |\r\n  x\r\n\r\n\r\n   y\r\n  z\r\n"),
        ("a: |\r\n  x\r\n\r\n  z\r\n", "x\nz\n", "a: |\r\n  x\r\n  z\r\n"),
        ("a: ''\n", "x", "a: 'x'\n"),
        ("a:\n", "x", "a: x\n"),
        ("a:   # why\n", "x", "a: x   # why\n"),
        ("a: 'x'\n", "x\u2028", 'a: "x\\u2028"\n'),
        ("a: |\n  x\n", "x\x07\n", 'a: "x\\a\\n"\n'),
        ("a: ${b} # c\n", "${d ?? b}", "a: ${d ?? b} # c\n"),
        ("a: [x]\n", {"b": 1}, "a: {b: 1}\n"),
        ('{"a":1}\n', "x", '{"a":"x"}\n'),
        ("b: {'a':1}\na: 1", 2, "b: {'a':1}\na: 2"),
    ],
)
def test_a_text_keeps_its_style(text: str, new: Any, after: str) -> None:
    """Quotes, escapes, folds and blocks stay where they can hold the new text."""
    assert edit_text(read(text), [SetValue(("a",), new)]) == after


def test_what_stands_elsewhere_is_not_read_into() -> None:
    """A line put behind a text that ends the file, or taken from behind one, leaves that text."""
    assert edit_text(read("a: |\n  x"), [Insert(("b",), 1)]) == "b: 1\na: |\n  x"
    assert edit_text(read("a: |+\n  x\n\nb: 1\n\nc: 2\n"), [Remove(("b",))]) == (
        "a: |+\n  x\n\nc: 2\n"
    )
    assert edit_text(read("a: |\n  x\nb: 1"), [Remove(("b",))]) == "a: |\n  x\n"


def test_edits_follow_each_other() -> None:
    """Each edit of a patch is made on what the one before it left."""
    patch = Patch((RenameKey((*FIRST, "params"), "p"), SetValue((*FIRST, "p", "url"), "y")))
    after = patch.apply(Workflow.parse(TEXT))
    assert after.data["nodes"][0]["p"]["url"] == "y"
    assert after.text == TEXT.replace('params: {url: "https://x/${channel}"', 'p: {url: "y"')


def test_a_large_patch_is_one_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Edits of different places, whatever they are, cost one reading of the text together."""
    source = read("nodes:\n" + "".join(f"- {{id: n{at}, type: a}}\n" for at in range(60)))
    edits: list[Edit] = []
    for at in reversed(range(60)):
        node = ("nodes", at)
        edits += [SetValue((*node, "id"), "x"), Insert((*node, "cache"), True)]
        edits += [RenameKey((*node, "type"), "typ")]
    readings: list[str] = []
    monkeypatch.setattr(rewrite, "read", lambda *given: readings.append("") or read(*given))
    text = edit_text(source, edits)
    assert text == "nodes:\n" + "- {id: x, typ: a, cache: true}\n" * 60
    assert len(readings) == 1


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (SetValue((*FIRST, "typ"), "x"), r"there is nothing at nodes\[0\].typ"),
        (SetValue(("nodes", 7, "id"), "x"), r"there is nothing at nodes\[7\]"),
        (SetValue((*FIRST, "type"), "x", "shell"), "does not hold what the edit was made for"),
        (SetValue((*FIRST, "type"), "\ud800"), "half a character"),
        (SetValue((*FIRST, "type"), object()), "a value of type object"),
        (RenameKey((*FIRST, "type"), "id"), r"nodes\[0\].id is there already"),
        (RenameKey(FIRST, "id"), "is an item of a list and has no key"),
        (RenameKey((), "id"), "the whole workflow"),
        (Remove((*FIRST, "typ")), "there is nothing at"),
        (Remove(()), "the whole workflow"),
        (Insert((*FIRST, "id"), 1), r"nodes\[0\].id is there already"),
        (Insert(("nodes", 4), {}), "nodes has 3 items; there is no place 4"),
        (Insert(("nodes", -1), {}), "there is no place -1"),
        (Insert(("nodes", "a"), {}), "nodes is not a mapping"),
        (Insert(("name", 0), {}), "name is not a list"),
        (Insert((), {}), "the whole workflow"),
    ],
)
def test_an_edit_that_does_not_fit_is_refused(edit: Edit, said: str) -> None:
    """An edit of what is not there, or is there already, is refused with a sentence."""
    for workflow in (Workflow.parse(TEXT), Workflow.build(**read(TEXT).data)):
        if "half" in said or "object" in said:
            workflow = Workflow.parse(TEXT)
        with pytest.raises(BadWorkflow, match=said):
            Patch((edit,)).apply(workflow)


def test_old_tells_types_apart() -> None:
    """The value that must stand there is compared with its type: true is not 1."""
    workflow = Workflow.parse("nodes: []\nmax: 1\n")
    for old in (True, 1.0, "1"):
        with pytest.raises(BadWorkflow):
            Patch((SetValue(("max",), 2, old),)).apply(workflow)
    assert Patch((SetValue(("max",), 2, 1),)).apply(workflow).data["max"] == 2


def test_a_patch_stands_or_falls_as_a_whole() -> None:
    """Where the second edit does not fit, nothing of the first remains."""
    workflow = Workflow.parse(TEXT)
    with pytest.raises(BadWorkflow):
        Patch((SetValue(("name",), "x"), Remove(("nowhere",)))).apply(workflow)
    assert workflow.text == TEXT


@pytest.mark.parametrize(("edit", "gone", "come"), [*SETTING, *MOVING])
def test_the_inverse_restores_every_byte(edit: Edit, gone: str, come: str) -> None:
    """What a patch did, its inverse takes back exactly, and again the other way."""
    workflow, patch = Workflow.parse(TEXT), Patch((edit,))
    after = patch.apply(workflow)
    back = patch.inverse(workflow)
    assert back.apply(after).text == TEXT
    assert back.inverse(after).apply(workflow).text == after.text


def test_the_inverse_fits_a_text_edited_since() -> None:
    """Where the text was edited elsewhere since, the inverse undoes the edits themselves."""
    workflow = Workflow.parse(TEXT)
    patch = Patch((SetValue((*FIRST, "type"), "shell", "http"), Remove((*THIRD, "type"))))
    since = patch.apply(workflow).text.replace("name: digest", "name: another")
    undone = patch.inverse(workflow).apply(Workflow.parse(since))
    assert undone.data == {**workflow.data, "name": "another"}
    with pytest.raises(BadWorkflow, match="does not hold"):
        patch.inverse(workflow).apply(Workflow.parse(since.replace("type: shell", "type: sh")))


def test_a_workflow_made_in_python_is_changed_in_its_data() -> None:
    """Without an author's text a patch and its inverse work on the data alone."""
    workflow = Workflow.build([{"id": "a", "type": "value"}], name="x", inputs={"i": {}})
    patch = Patch((SetValue(("nodes", 0, "type"), "shell"), Insert(("inputs", "j"), {})))
    after = patch.apply(workflow)
    assert after.source is None
    assert after.data == {
        "nodes": [{"id": "a", "type": "shell"}], "name": "x", "inputs": {"i": {}, "j": {}},
    }  # fmt: skip
    assert patch.inverse(workflow).apply(after).data == workflow.data


def test_the_first_line_stays() -> None:
    """A patched workflow has its places in the same cell."""
    after = Patch((SetValue(("name",), "x"),)).apply(Workflow.parse(TEXT, first_line=2))
    assert after.place(("name",)) == (3, 7)


def test_patches_travel() -> None:
    """A patch can be pickled, and is equal to itself."""
    patch = Patch((SetValue(("a",), 1), RenameKey(("b",), "c")))
    assert pickle.loads(pickle.dumps(patch)) == patch


def test_the_diff_shows_the_lines_that_differ() -> None:
    """A diff is a unified one; CR LF is not shown, a missing last line break is."""
    for text in (TEXT, TEXT.replace("\n", "\r\n")):
        workflow = Workflow.parse(text)
        after = Patch((SetValue(("outputs", "all", "source"), "x"),)).apply(workflow)
        assert diff(workflow, after, "digest") == (
            "--- digest\n+++ digest (changed)\n@@ -19,4 +19,4 @@\n edges:\n"
            " - {from: fetch, to: analyse}\n outputs:\n"
            '-  all: {source: "${fetch}"}\n\\ No newline at end of file\n'
            '+  all: {source: "x"}\n\\ No newline at end of file\n'
        )
        assert diff(workflow, workflow) == ""
