"""Templates of other tools: what is recognised, what is text, and what the check says of it."""

from __future__ import annotations

import importlib

import pytest

from wfrepair_magic.ir.dialects import foreign
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
        ('{command: ls, stdin: "hi {{a.x}}"}', [("TPL17", "error", 38)]),
        ('{command: ls, stdin: "hi $a.x"}', [("TPL17", "error", 38)]),
        ('{command: ls, stdin: "Dear {{name}}"}', [("TPL17", "warning", 40)]),
        ('{command: ls, env: {K: "{{a.x}}"}}', [("TPL17", "error", 36)]),
        ('{command: "echo $a.x"}', []),  # the shell's own variable
        ('{command: ls, stdin: "{{b.x}} {{c.x}} {{other}} $name"}', []),
    ],
)
def test_what_names_something_here_is_told(
    params: str, expected: list[tuple[str, str, int | None]]
) -> None:
    """A path into a node is an error, a bare name a warning; what names nothing here is text."""
    assert _problems(params) == expected
