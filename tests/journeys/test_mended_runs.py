"""Whole runs that end with a card: an unreadable text, a drifted field, a param that was lost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic import BadWorkflow, Workflow, run
from wfrepair_magic.cli import main

BAD = '{"nodes": [{"id": "a", "type": "value", "params": {"x": 1,}}]}\n'
GOOD = BAD.replace(",}", "}")

DRIFT = """\
name: drift
nodes:
  - {id: fetch, type: read-file, params: {path: answer.json}}
  - id: greet
    type: value
    params: {text: "${fetch.content.login}"}
"""


@pytest.fixture
def options(tmp_path: Path) -> dict[str, Any]:
    """Give a store and a folder of the test's own."""
    return {"store": tmp_path / "store", "folder": tmp_path}


def test_a_text_that_cannot_be_read_is_a_failed_run_with_a_card(options: dict[str, Any]) -> None:
    """With repair on, a slip in the text fails the run and is shown; accepting it goes on."""
    shown = run(BAD, name="t", repair="suggest", **options)
    assert (shown.state, shown.repaired_text, shown.node_count) == ("FAILED", BAD, 0)
    (fix,) = shown.fixes
    assert (fix.code, fix.level, fix.rung, fix.preview) == ("SRC01", "SAFE", "V2", {"a": "runs"})
    again = shown.apply()
    assert (again.state, again.repaired_text) == ("SUCCESS", GOOD)
    assert fix.undo(again.workflow).text == BAD


def test_a_sure_slip_is_mended_unasked(options: dict[str, Any]) -> None:
    """With the policy `safe` the run goes on with the mended text, whatever inputs it was given."""
    text = BAD.replace('{"nodes"', '{"inputs": {"w": {}}, "nodes"').replace("1,", '"${w}",')
    done = run(text, {"w": "hi"}, name="t", repair="safe", **options)
    assert (done.state, [fix.code for fix in done.applied]) == ("SUCCESS", ["SRC01"])
    assert done.nodes["a"].outputs == {"x": "hi"}


@pytest.mark.parametrize(
    ("text", "repair"), [(BAD, "off"), (BAD, "explain"), ("[1, 2", "suggest"), ("text", "safe")]
)
def test_without_a_mend_a_bad_text_is_raised(
    text: str, repair: str, options: dict[str, Any]
) -> None:
    """Where nothing may be proposed, or nobody knows how, there is no run."""
    with pytest.raises(BadWorkflow):
        run(text, repair=repair, **options)


def test_the_command_line_shows_the_card(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`wfrepair run` fails with the diff, and with `--repair safe` it succeeds."""
    file = tmp_path / "flow.json"
    file.write_text(BAD)
    store = ["--store", str(tmp_path / "store")]
    assert main(["run", str(file), *store, "--json"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert [fix["code"] for fix in document["fixes"]] == ["SRC01"]
    assert main(["run", str(file), *store, "--repair", "safe"]) == 0
    assert main(["check", str(file)]) == 1


def test_a_renamed_field_is_found_by_its_old_value(options: dict[str, Any]) -> None:
    """The value of the last good run stands under a new key: shown with that evidence, asked."""
    answer = options["folder"] / "answer.json"
    answer.write_text('{"login": "ada-l", "id": 4711}')
    assert run(DRIFT, **options).state == "SUCCESS"
    answer.write_text('{"username": "ada-l", "id": 4711}')
    failed = run(DRIFT, repair="suggest", **options)
    (fix,) = failed.fixes
    assert (fix.code, fix.level) == ("TPL04", "ASK")
    assert failed.apply().nodes["greet"].outputs == {"text": "ada-l"}


def test_a_lost_param_comes_back_from_the_last_good_run(options: dict[str, Any]) -> None:
    """The text of the last good run had the param: it is offered as it was written."""
    (options["folder"] / "answer.json").write_text('{"login": "ada-l"}')
    assert run(DRIFT, **options).state == "SUCCESS"
    failed = run(DRIFT.replace("path: answer.json", ""), repair="suggest", **options)
    (fix,) = failed.fixes
    assert (fix.code, fix.level) == ("PRM01", "ASK")
    assert failed.apply().state == "SUCCESS"


def test_an_edit_is_a_good_run_for_the_next(options: dict[str, Any]) -> None:
    """What is remembered is the run that went well last, not the first one."""
    answer = options["folder"] / "answer.json"
    answer.write_text('{"login": "ada-l"}')
    run(DRIFT, **options)
    answer.write_text('{"login": "grace-h"}')
    assert run(DRIFT, **options).state == "SUCCESS"
    answer.write_text('{"username": "ada-l", "nickname": "grace-h"}')
    (fix,) = run(DRIFT, repair="suggest", **options).fixes
    assert "`fetch.content.nickname` alone" in fix.evidence[0]


def test_other_templates_stop_before_anything_is_sent(options: dict[str, Any]) -> None:
    """A path in another dialect is an error of the check, so that it is never sent as text."""
    (options["folder"] / "answer.json").write_text('{"login": "ada-l"}')
    text = DRIFT.replace("${fetch.content.login}", "{{fetch.content.login}}")
    assert [problem.code for problem in Workflow.parse(text).problems()] == ["TPL17"]
    done = run(text, repair="safe", **options)
    assert done.nodes["greet"].outputs == {"text": "ada-l"}
