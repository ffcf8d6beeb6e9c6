"""Whole runs in which a fix would be wrong: nothing is applied unasked, and nothing is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic import Workflow, node, run

Go = Callable[..., Any]


@pytest.fixture
def go(tmp_path: Path) -> Go:
    """Run a workflow in a folder of the test's own, with SAFE fixes applied."""

    def go(text: str, repair: str = "safe") -> Any:
        given = {"store": tmp_path / "store", "folder": tmp_path}
        return run(text, name="t", repair=repair, **given)

    return go


@pytest.fixture
def sent() -> list[str]:
    """Register `mail`, an effect of a notebook, and give what it sends."""
    found: list[str] = []

    def mail(to: str) -> dict[str, bool]:
        found.append(to)
        return {"ok": True}

    node(effect="write")(mail)
    return found


def _read(answer: Any, tmp_path: Path, template: str) -> str:
    (tmp_path / "api.json").write_text(json.dumps(answer))
    return f"""\
nodes:
  - {{id: f, type: read-file, params: {{path: api.json}}}}
  - {{id: save, type: write-file, params: {{path: out.txt, content: "${{{template}}}"}}}}
"""


@pytest.mark.parametrize("to", ["u.emails", "u.user", "u"])
def test_a_structure_is_never_sent_as_text(to: str, go: Go, sent: list[str]) -> None:
    """A list or an object where an address is wanted is asked about: `[0]` may be meant."""
    failed = go(
        "nodes:\n  - {id: u, type: value, params: {emails: [a@x.org], user: {email: a@x.org}}}\n"
        f'  - {{id: m, type: mail, params: {{to: "${{{to}}}"}}}}\n'
    )
    assert (failed.state, failed.applied, sent) == ("FAILED", (), [])
    assert [(fix.code, fix.level) for fix in failed.fixes] == [("TPL14", "ASK")]


@pytest.mark.parametrize("around", ["error", "errors", "previous", "cc", "meta", "owner"])
def test_what_lies_in_another_thing_is_asked_about(around: str, go: Go, tmp_path: Path) -> None:
    """The `id` of an error is not the id that was asked for."""
    failed = go(_read({around: {"id": 9, "message": "quota"}}, tmp_path, "f.content.id"))
    assert (failed.state, failed.applied) == ("FAILED", ())
    assert [(fix.code, fix.level) for fix in failed.fixes] == [("TPL06", "ASK")]
    assert not (tmp_path / "out.txt").exists()


def test_an_envelope_is_opened_unasked_unless_it_holds_another_value(
    go: Go, tmp_path: Path
) -> None:
    """`data` is what an answer is wrapped in; the value of the last good run may contradict."""
    text = _read({"id": 4711}, tmp_path, "f.content.id").replace("write-file", "value")
    assert go(text).state == "SUCCESS"
    _read({"data": {"id": 9000}}, tmp_path, "")
    other = go(text)
    assert (other.state, other.fixes) == ("FAILED", ())
    _read({"data": {"id": 4711}}, tmp_path, "")
    same = go(text)
    assert (same.state, [fix.code for fix in same.applied]) == ("SUCCESS", ["TPL06"])


def test_another_type_than_last_time_is_asked_about(go: Go, tmp_path: Path) -> None:
    """A field in another style with another type of value may be another field."""
    text = _read({"user_id": 7}, tmp_path, "f.content.user_id").replace("write-file", "value")
    assert go(text).state == "SUCCESS"
    _read({"userId": "x"}, tmp_path, "")
    failed = go(text)
    assert (failed.state, failed.applied) == ("FAILED", ())
    assert [(fix.code, fix.level) for fix in failed.fixes] == [("TPL02", "ASK")]
    assert "its type is string now, and was number in the last" in failed.fixes[0].evidence[0]
    _read({"userId": 8}, tmp_path, "")
    assert go(text).state == "SUCCESS"


@pytest.mark.parametrize(
    ("there", "said"), [("unsubscribe_user", "subscribe_user"), ("rollback_us", "rollback_eu")]
)
def test_the_opposite_branch_never_runs(there: str, said: str, go: Go, tmp_path: Path) -> None:
    """An edge to what is not there is never led to its opposite."""
    failed = go(
        "nodes:\n  - {id: check, type: value}\n"
        f"  - {{id: {there}, type: shell, params: {{command: touch ran}}}}\n"
        f"edges:\n  - {{from: check, to: {said}}}\n"
    )
    assert (failed.state, failed.fixes) == ("FAILED", ())
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("action", "fixes"),
    [("eror", [("GRF06", "ASK")]), ("Error", [("GRF06", "SAFE")]), ("approve", [])],
)
def test_an_action_that_no_built_in_type_ends_with_is_an_error(
    action: str, fixes: list[tuple[str, str]], go: Go, tmp_path: Path
) -> None:
    """A handler of errors behind a misspelt action is told of before anything runs."""
    text = (
        "nodes:\n  - {id: a, type: shell, params: {command: touch ran; exit 3}}\n"
        "  - {id: rollback, type: value}\n"
        f"edges: [{{from: a, to: rollback, action: {action}}}]\n"
    )
    (problem,) = Workflow.parse(text).problems()
    assert (problem.code, problem.severity) == ("GRF06", "error")
    failed = go(text, "suggest")
    assert [(fix.code, fix.level) for fix in failed.fixes] == fixes
    assert not (tmp_path / "ran").exists()


def test_the_slip_may_be_in_the_id_of_the_node(go: Go) -> None:
    """Where all say `finish` and one node is called `finsh`, the node is what is offered."""
    text = (
        "nodes:\n  - {id: letter, type: value, params: {t: 1}}\n"
        '  - {id: finsh, type: value, params: {text: "${letter.t}"}}  # meant: finish\n'
        "edges: [{from: letter, to: finish}]\n"
        'outputs: {a: {source: "${finish.text}"}}\n'
    )
    failed = go(text)
    assert (failed.state, failed.applied) == ("FAILED", ())
    (fix,) = failed.fixes
    assert (fix.code, fix.level, len(fix.repairs)) == ("GRF04", "ASK", 2)
    done = failed.apply()
    assert (done.state, done.outputs) == ("SUCCESS", {"a": 1})
    assert done.repaired_text == text.replace("finsh", "finish")


@pytest.mark.parametrize(
    "content",
    [
        "{{ alert.name }} on {{ $labels.instance }}",
        "{% if alert.name %}Hello {{ alert.name }}{% endif %}",
        "os: ${{ matrix.os }}",
        "{{ alert.name }} is up",
    ],
)
def test_a_file_for_another_tool_is_written_as_it_is(content: str, go: Go, tmp_path: Path) -> None:
    """Text that may be a template of another tool is no error, and never half rewritten."""
    nodes = [
        {"id": "alert", "type": "value", "params": {"name": "cpu"}},
        {"id": "w", "type": "write-file", "params": {"path": "rule.yml", "content": content}},
    ]
    done = go(json.dumps({"nodes": nodes}))
    assert (done.state, done.applied) == ("SUCCESS", ())
    assert (tmp_path / "rule.yml").read_text() == content


@pytest.mark.parametrize(
    ("params", "code", "category"),
    [
        ("path: nope.txt", "ENV02", "file"),
        ("path: sub/nope.txt", "ENV02", "file"),
        ("path: .", "PRM12", "params"),
        ("path: /etc/passwd", "PRM12", "params"),
    ],
)
def test_a_file_that_cannot_be_had_is_no_wrong_type(
    params: str, code: str, category: str, go: Go
) -> None:
    """A missing file, a folder and what lies outside have codes that say so."""
    failed = go(f"nodes:\n  - {{id: r, type: read-file, params: {{{params}}}}}\n", "off")
    (failure,) = failed.failures
    assert (failure.code, failure.category, failure.effect) == (code, category, "no")
