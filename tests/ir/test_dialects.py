"""Templates of other tools: what is recognised, what is text, and what the check says of it."""

from __future__ import annotations

import importlib
import json

import pytest

from wfrepair_magic.ir.dialects import foreign
from wfrepair_magic.ir.templates import resolve
from wfrepair_magic.ir.workflow import Workflow

importlib.import_module("wfrepair_magic.nodes")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{{a.b}}", [("{{a.b}}", "${a.b}")]),
        ("x {{ a-1.b[0].c }} y", [("{{ a-1.b[0].c }}", "${a-1.b[0].c}")]),
        ("${{a.b}} and $a.b", [("${{a.b}}", "${a.b}"), ("$a.b", "${a.b}")]),
        ("{{.Names}} {{a | upper}} {{#each a}} {{}} {% if a %} {a.b}", []),
        ("$a $5.00 $$a.b \\$a.b ${a.b} US$a.b", []),
    ],
)
def test_other_dialects_are_told_from_text(text: str, found: list[tuple[str, str]]) -> None:
    """Only plain paths in the marks of other tools count, each with its form in our language."""
    assert [(one.text, one.ours) for one in foreign(text)] == found


def _problems(params: str) -> list[tuple[str, str, int | None]]:
    text = f"""\
inputs: {{name: {{}}, used: {{}}}}
nodes:
  - {{id: a, type: value, params: {{x: "${{used}} ${{name}}"}}}}
  - id: b
    type: shell
    params: {params}
"""
    return [(one.code, one.severity, one.column) for one in Workflow.parse(text).problems()]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ('{command: ls, stdin: "{{a.x}}"}', [("TPL17", "error", 34)]),
        ('{command: ls, stdin: "$a.x"}', [("TPL17", "error", 34)]),
        ('{command: ls, stdin: "${{a.x}}"}', [("TPL17", "error", 37)]),
        ('{command: ls, env: {K: "{{ a.x }}"}}', [("TPL17", "error", 36)]),
        ('{command: ls, stdin: "{{name}}"}', [("TPL17", "warning", 34)]),
        ('{command: "echo $a.x"}', []),  # the shell's own variable
        ('{command: ls, stdin: "{{b.x}} {{c.x}} {{other}} $name"}', []),
    ],
)
def test_what_names_something_here_is_told(
    params: str, expected: list[tuple[str, str, int | None]]
) -> None:
    """A value that is a path into a node is an error, a bare name a warning; the rest is text."""
    assert _problems(params) == expected


@pytest.mark.parametrize(
    ("params", "columns"),
    [
        ('{command: ls, stdin: "hi {{a.x}}"}', [38]),
        ('{command: ls, stdin: "hi $a.x"}', [38]),
        ('{command: ls, stdin: "hi ${{ a.x }}"}', [38]),
        ('{command: ls, stdin: "Dear {{name}} of {{ a.x }}"}', [40, 52]),
        ("{command: \"docker ps -f '{{a.x}}'\"}", [38]),
        ('{command: ls, stdin: "{{a.x}}\\n"}', [34]),
    ],
)
def test_among_other_text_it_is_a_warning(params: str, columns: list[int]) -> None:
    """What stands among text may be meant for another tool: the run goes on, with a hint."""
    assert _problems(params) == [("TPL17", "warning", column) for column in columns]


@pytest.mark.parametrize(
    "text",
    [
        "{{ a.x }} on {{ $labels.instance }}",
        "{% if a.x %}Hello {{ a.x }}{% endif %}",
        "{{ a.x }}, {{ a.x | upper }}",
        "{{ a.x }} and {{ user.name }}",
        "{{ a.x }} ${{ matrix.os }}",
        "os: ${{ matrix.os }}",
        "${{ github.ref == 'x' && name }}",
        "$a.x of $labels.instance",
        "{# a note #}{{ a.x }}",
        "{{{a.x}}}",
        "{{.Names}}",
    ],
)
def test_a_text_for_another_tool_is_left_alone(text: str) -> None:
    """Where one mark cannot be meant for us, nothing in the text is: no finding, and no error."""
    assert _problems(json.dumps({"command": "ls", "stdin": text})) == []
    assert resolve(text, {"a": {"x": 1}}).value == text


def test_the_hint_says_what_to_write_and_the_way_out() -> None:
    """Both readings are said: how to write it as ours, and how to keep it as it is."""
    flow = "nodes:\n  - {id: a, type: value}\n  - {id: b, type: value, params: {t: '%s'}}\n"
    (whole,) = Workflow.parse(flow % "{{ a.x }}").problems()
    (among,) = Workflow.parse(flow % "say {{ a.x }}").problems()
    assert whole.hint.startswith("write `${a.x}`; text for another tool can come from a file")
    assert among.hint == "write `${a.x}`; if it is meant for another tool, all is well"
    assert "stays as it is" in among.message and "would stay as it is" in whole.message
