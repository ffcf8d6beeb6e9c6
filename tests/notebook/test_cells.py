"""Cells: what the author wrote is kept byte for byte, and a new cell adds one comment."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic import Patch, Workflow
from wfrepair_magic.notebook.asking import words
from wfrepair_magic.notebook.cells import (
    Cell,
    exact,
    line_for,
    new_cell,
    next_line,
)
from wfrepair_magic.repair.fix import Change, Fix
from wfrepair_magic.usage import BadUsage
from wfrepair_magic.wire.comment import COMMENT, MOST_TOLD

EMPTY = Workflow.build([])


def fix(title: str = "`a` → `b`", why: str = "equal but for case") -> Fix:
    """Give a fix of which only the words matter."""
    return Fix(
        code="TPL02", level="SAFE", confidence=0.9, origin="rule", why=why, evidence=(),
        patch=Patch(), rung="V2", preview={}, title=title, node="n", slot=(), repairs=(),
        before=EMPTY, after=EMPTY,
    )  # fmt: skip


def as_ipython_does(raw: str) -> tuple[str, str]:
    """Split a raw cell into line and body; a last newline is added where there is none."""
    first, _, body = raw.partition("\n")
    return first.removeprefix("%%workflow").strip(), body if body.endswith("\n") else body + "\n"


@given(st.text(alphabet=st.sampled_from("ab{}$%#:'\"\\ \n\r\té"), min_size=1))
def test_the_body_is_what_the_author_wrote(body: str) -> None:
    """Braces, dollars, percent signs and a missing last newline survive byte for byte."""
    raw = f"%%workflow x\n{body}"
    line, given_body = as_ipython_does(raw)
    assert exact(line, given_body, raw) == Cell("x", body, 2)


def test_lines_count_in_the_cell() -> None:
    """Blank lines before the magic move the body, and with it every problem's line."""
    raw = "\n\n%%workflow x\nnodes: []"
    assert exact("x", "nodes: []\n", raw) == Cell("x", "nodes: []", 4)


def test_a_cell_of_unknown_origin_is_taken_as_given() -> None:
    """Where the front end's text is unknown, or another, the body stays as IPython gave it."""
    assert exact("x", "nodes: []\n", None) == Cell("x", "nodes: []\n", 2)
    assert exact("x", "nodes: []\n", "print(1)") == Cell("x", "nodes: []\n", 2)


@given(st.text(alphabet=st.sampled_from("ab{}$%#:\n\té")))
def test_a_new_cell_holds_the_repaired_text_unchanged(text: str) -> None:
    """After line and comment comes the repaired text and nothing else."""
    cell = new_cell("x --out r", f"name: a\n{text}", [fix()])
    head, comment, rest = cell.split("\n", 2)
    assert head == "%%workflow x --out r"
    assert comment == f"{COMMENT}`a` → `b` – equal but for case (TPL02)"
    assert rest == f"name: a\n{text}"


def test_a_new_comment_replaces_the_one_before() -> None:
    """Repairs of a repaired cell do not pile up comments; other comments stay."""
    once = new_cell("x", "# mine\nnodes: []", [fix("first")])
    body = once.partition("\n")[2]
    twice = new_cell("x", body, [fix("second"), fix("third")])
    assert twice.splitlines()[1:] == [
        f"{COMMENT}second – equal but for case (TPL02)",
        f"{COMMENT}third – equal but for case (TPL02)",
        "# mine",
        "nodes: []",
    ]


def test_every_repair_has_one_readable_line() -> None:
    """Of many repairs in one each has a short line: its reason goes first, then its end."""
    parts = [Change("`a` → `b`", "equal", "TPL02"), Change("x" * 60, "y" * 60, "TPL03")]
    parts += [Change("z" * 200, "y", "TPL06")] * MOST_TOLD
    cell = new_cell("x", "a: 1", [replace(fix(), parts=tuple(parts))])
    lines = cell.splitlines()[1:-1]
    assert lines[:2] == [f"{COMMENT}`a` → `b` – equal (TPL02)", f"{COMMENT}{'x' * 60} (TPL03)"]
    assert lines[2].endswith("z… (TPL06)") and lines[-1] == f"{COMMENT}… and 2 more"
    assert len(lines) == MOST_TOLD + 1 and max(map(len, lines)) < 100
    assert new_cell("x", cell.partition("\n")[2], [fix()]).splitlines()[2:] == ["a: 1"]


def test_json_gets_no_comment() -> None:
    """JSON has no comments, so its new cell is line and text."""
    text = ' {"nodes": []}'
    assert new_cell("x", text, [fix()]) == f"%%workflow x\n{text}"


def test_a_comment_ends_lines_as_the_text_does() -> None:
    """A text with CRLF gets its comment with CRLF."""
    assert new_cell("x", "a: 1\r\nb: 2\r\n", [fix("t", "w")]).split("\n")[1].endswith("(TPL02)\r")


def test_no_words_of_others_break_out_of_the_comment() -> None:
    """What a fix says stays on its one line, whatever it says."""
    cell = new_cell("x", "a: 1", [fix("t\nnodes: evil", "w\r\nx")])
    assert cell.splitlines()[1:] == [f"{COMMENT}t nodes: evil – w x (TPL02)", "a: 1"]


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("digest --input k=v --out r", "digest --input k=v --out r"),
        ("digest --fresh --input 'k=a b'", "digest --input 'k=a b'"),
        ("digest --rerun send --yes --strict", "digest --strict"),
        ("digest --rerun=send --rerun other --quiet", "digest --quiet"),
        ('--input "k=--fresh" digest', '--input "k=--fresh" digest'),
        ("--input k=a\\ b", "--input k=a\\ b"),
    ],
)
def test_what_would_send_again_is_left_out_of_the_new_line(line: str, kept: str) -> None:
    """A new cell keeps its line as it was written, without what was meant for one run."""
    assert next_line(line, None) == kept


def test_a_name_is_added_where_the_cell_had_none() -> None:
    """A repaired cell carries the name under which its session is kept."""
    assert next_line("--input k=v", "cell-1") == "cell-1 --input k=v"
    assert next_line("", "two words") == "'two words'"


def test_a_line_for_a_run_of_another_kernel_hides_secrets() -> None:
    """Open texts and numbers are written on the line, secrets and tables are not."""
    workflow = Workflow.parse(
        "inputs: {who: {}, n: {}, key: {secret: true}, rows: {}}\n"
        "nodes: [{id: a, type: value, params: {x: '${who}${n}${key}${rows}'}}]"
    )
    inputs = {"who": "a b", "n": 3, "key": "s3cret", "rows": [1]}
    assert line_for(workflow, "w", inputs) == "w --input 'who=a b' --input n=3"


def test_words_are_split_as_a_shell_does() -> None:
    """Quotes group, nothing is expanded, and a lone quote is said."""
    assert words("a --input 'k=$x {y} %z'") == ["a", "--input", "k=$x {y} %z"]
    with pytest.raises(BadUsage, match="No closing quotation"):
        words("a 'b")
