"""The main job through the Python door: fail, repair, go on; nothing is sent twice."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fakes import EffectLog

from wfrepair_magic import Run, Transient, node, run

FOUR = """\
inputs:
  word: {type: string, default: hello}
nodes:
  - id: fetch
    type: fetch
  - id: analyse
    type: analyse
    params: {rows: "${fetch.rows}"}
  - id: send            # the one message
    type: send
    params: {text: "${analyse.summary} ${word}"}
  - id: last
    type: last
    after: [send]
    params: {text: "${analyse.summry}"}
outputs:
  text: {source: last.text}
"""


@pytest.fixture
def log(tmp_path: Path) -> EffectLog:
    """Give the log in which every execution leaves a line."""
    return EffectLog(tmp_path / "effects.log")


@pytest.fixture
def types(log: EffectLog) -> None:
    """Register the four node types of the workflow; each leaves a line in the log."""
    path = str(log.path)

    @node(effect="read")
    def fetch() -> dict[str, Any]:
        EffectLog(Path(path)).append("fetch")
        return {"rows": [3, 1, 2]}

    @node(effect="pure")
    def analyse(rows: list) -> dict[str, Any]:
        EffectLog(Path(path)).append("analyse")
        return {"summary": f"{len(rows)} rows, {max(rows)} at most"}

    @node
    def send(text: str) -> dict[str, Any]:
        EffectLog(Path(path)).append("send")
        return {"sent": text}

    @node
    def last(text: str) -> dict[str, Any]:
        EffectLog(Path(path)).append("last")
        if text == "broken":
            raise ValueError("it is broken")
        return {"text": text.upper()}


def states(done: Run) -> dict[str, str]:
    """Give each node's state."""
    return {id: ran.state for id, ran in done.nodes.items()}


def again(text: str, store: Path, **options: Any) -> Run:
    """Run a text in the session that all of a test's runs share."""
    return run(text, name="four", store=store, **options)


@pytest.mark.usefixtures("types")
def test_a_failed_run_is_repaired_and_goes_on(store: Path, log: EffectLog) -> None:
    """Only the broken node runs after the repair, and the message is sent once."""
    failed = again(FOUR, store, repair="suggest")
    assert failed.state == "FAILED"
    assert states(failed) == {
        "fetch": "done", "analyse": "done", "send": "done", "last": "failed",
    }  # fmt: skip
    assert [(f.node, f.code, f.fixable) for f in failed.failures] == [("last", "TPL03", True)]
    assert "summary" in failed.failures[0].message

    fix = failed.fixes[0]
    assert (fix.code, fix.level) == ("TPL03", "ASK")
    assert fix.preview == {
        "fetch": "reused", "analyse": "reused", "send": "reused", "last": "would send",
    }  # fmt: skip

    done = failed.apply(fix)
    assert done.state == "SUCCESS"
    assert done.outputs == {"text": "3 ROWS, 3 AT MOST"}
    assert states(done) == {**dict.fromkeys(("fetch", "analyse", "send"), "reused"), "last": "done"}
    assert log.counts() == {"fetch": 1, "analyse": 1, "send": 1, "last": 1}
    assert done.repaired_text == FOUR.replace("analyse.summry", "analyse.summary")


@pytest.mark.usefixtures("types")
def test_a_node_that_broke_by_itself_runs_once_more_after_an_edit(
    store: Path, log: EffectLog
) -> None:
    """Executions are 1, 1, 1 and 1+1 when the last node fails and its param is edited."""
    broken = FOUR.replace("${analyse.summry}", "broken")
    failed = again(broken, store)
    assert failed.state == "FAILED"
    assert [f.effect for f in failed.failures] == ["reported"]
    done = again(FOUR.replace("summry", "summary"), store)
    assert done.state == "SUCCESS"
    assert log.counts() == {"fetch": 1, "analyse": 1, "send": 1, "last": 2}


@pytest.mark.usefixtures("types")
def test_a_success_run_again_executes_nothing(store: Path, log: EffectLog) -> None:
    """Inside a session nothing that completed runs twice, whatever its effect."""
    whole = FOUR.replace("summry", "summary")
    again(whole, store)
    second = again(whole, store)
    assert set(states(second).values()) == {"reused"}
    assert second.outputs == {"text": "3 ROWS, 3 AT MOST"}
    assert log.counts() == {"fetch": 1, "analyse": 1, "send": 1, "last": 1}


@pytest.mark.usefixtures("types")
def test_a_fresh_session_repeats_effects_and_keeps_pure_results(
    store: Path, log: EffectLog
) -> None:
    """`--fresh` begins anew; what is pure is still reused by content."""
    whole = FOUR.replace("summry", "summary")
    again(whole, store)
    again(whole, store, fresh=True)
    assert log.counts() == {"fetch": 2, "analyse": 1, "send": 2, "last": 2}


@pytest.mark.usefixtures("types")
def test_rerun_executes_only_the_node_that_was_named(store: Path, log: EffectLog) -> None:
    """`--rerun send` sends again; what depends on its equal result is reused."""
    whole = FOUR.replace("summry", "summary")
    again(whole, store)
    again(whole, store, rerun=["send"])
    assert log.counts() == {"fetch": 1, "analyse": 1, "send": 2, "last": 1}


@pytest.mark.usefixtures("types")
def test_an_edited_template_of_a_completed_node_reruns_it(store: Path, log: EffectLog) -> None:
    """The ancestor kept serving the old result; here the new text is sent."""
    whole = FOUR.replace("summry", "summary")
    again(whole, store)
    done = again(whole.replace("${analyse.summary} ${word}", "${word}"), store)
    assert done.nodes["send"].outputs == {"sent": "hello"}
    assert log.counts() == {"fetch": 1, "analyse": 1, "send": 2, "last": 1}


@pytest.mark.usefixtures("types")
def test_a_changed_input_is_noticed(store: Path, log: EffectLog) -> None:
    """Another input reruns what uses it, and nothing else."""
    whole = FOUR.replace("summry", "summary")
    again(whole, store)
    done = again(whole, store, inputs={"word": "bye"})
    assert done.nodes["send"].outputs == {"sent": "3 rows, 3 at most bye"}
    assert log.counts() == {"fetch": 1, "analyse": 1, "send": 2, "last": 1}


def test_an_edited_upstream_reruns_only_what_depends_on_its_changed_output(
    store: Path, log: EffectLog
) -> None:
    """Early cut-off: an upstream that ran again and gave the same leaves what follows reused."""
    text = """\
nodes:
  - {id: a, type: value, params: {x: 1, y: 2}}
  - {id: b, type: mark, params: {name: b, x: "${a.x}"}}
  - {id: c, type: mark, params: {name: c, x: "${a.y}"}}
"""

    @node
    def mark(name: str, x: int) -> int:
        log.append(name)
        return x

    again(text, store)
    again(text.replace("y: 2", "y: 3"), store)
    assert log.counts() == {"b": 1, "c": 2}


def test_a_stale_error_does_not_survive_success(store: Path, log: EffectLog) -> None:
    """A node that failed and then succeeds leaves no trace of its failure in the next run."""
    text = "nodes: [{id: shaky, type: shaky}]"
    gate = log.path.with_name("gate")

    @node
    def shaky() -> int:
        if not gate.exists():
            raise RuntimeError("the gate is shut")
        return 1

    assert again(text, store).state == "FAILED"
    gate.touch()
    done = again(text, store)
    assert (done.state, done.failures, states(done)) == ("SUCCESS", [], {"shaky": "done"})
    assert (again(text, store).state, again(text, store).failures) == ("SUCCESS", [])


FACTOR = 2


def helper(x: int) -> int:
    """Multiply by the module's constant."""
    return x * FACTOR


def test_a_changed_helper_or_constant_reruns_what_uses_it(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a function references belongs to its key, whether it is code or a value."""
    text = "nodes: [{id: scale, type: scale, params: {x: 5}}]"

    @node(effect="pure")
    def scale(x: int) -> int:
        return helper(x)

    assert again(text, store).nodes["scale"].outputs == {"result": 10}
    monkeypatch.setitem(globals(), "FACTOR", 3)
    changed = again(text, store)
    assert (changed.nodes["scale"].state, changed.nodes["scale"].outputs) == (
        "done", {"result": 15},
    )  # fmt: skip
    monkeypatch.setitem(globals(), "helper", lambda x: x + 1)
    assert again(text, store).nodes["scale"].outputs == {"result": 6}
    monkeypatch.undo()
    assert again(text, store).nodes["scale"].state == "reused"


def test_three_independent_broken_nodes_are_three_root_failures(store: Path) -> None:
    """One run collects all errors; what only follows from them is not among them."""
    text = """\
nodes:
  - {id: start, type: value, params: {body: {user_name: x, id: 1}}}
  - {id: one, type: value, params: {v: "${start.body.userName}"}}
  - {id: two, type: shell, params: {command: "exit 3"}}
  - {id: three, type: fails}
  - {id: follows, type: value, params: {v: "${two.stdout}"}}
"""

    @node(effect="pure")
    def fails() -> int:
        raise KeyError("gone")

    done = again(text, store)
    assert [(f.node, f.code) for f in done.failures] == [
        ("one", "TPL02"), ("two", "SH00"), ("three", "PY06"),
    ]  # fmt: skip
    assert done.nodes["follows"].reason == "upstream failed"


def test_stop_keeps_what_has_not_started_from_starting(store: Path, log: EffectLog) -> None:
    """With `on_failure: stop` nothing new starts after the first failure."""
    text = """\
defaults: {on_failure: stop, max_workers: 1}
nodes:
  - {id: broken, type: shell, params: {command: "exit 1"}}
  - {id: next, type: mark, after: [broken]}
  - {id: other, type: mark}
"""

    @node
    def mark() -> None:
        log.append("mark")

    done = again(text, store)
    assert done.state == "FAILED"
    assert (done.nodes["next"].reason, done.nodes["other"].reason) == (
        "upstream failed", "run stopped",
    )  # fmt: skip
    assert log.counts() == {}


def test_safe_applies_what_is_safe_and_goes_on_by_itself(store: Path) -> None:
    """`repair="safe"` ends with SUCCESS where folding case finds the one field that is meant."""
    text = """\
nodes:
  - {id: user, type: value, params: {body: {user_name: Ada, id: 1}}}
  - {id: greet, type: value, params: {text: "hello ${user.body.userName}"}}
outputs: {text: {source: greet.text}}
"""
    done = again(text, store, repair="safe")
    assert (done.state, done.outputs) == ("SUCCESS", {"text": "hello Ada"})
    assert [fix.code for fix in done.applied] == ["TPL02"]
    assert done.repaired_text == text.replace("userName", "user_name")
    assert again(text, store, repair="suggest").applied == ()


def test_retry_waits_and_tries_a_transient_failure_again(store: Path, log: EffectLog) -> None:
    """A failure that time may heal is tried again; the run counts the attempts."""
    text = "nodes: [{id: flaky, type: flaky, retry: {attempts: 3, wait: 0.01}}]"

    @node
    def flaky() -> int:
        log.append("try")
        if log.counts()["try"] < 3:
            raise Transient("not yet")
        return 7

    done = again(text, store)
    assert (done.state, done.nodes["flaky"].attempts) == ("SUCCESS", 3)
    assert done.nodes["flaky"].outputs == {"result": 7}


def test_async_functions_run_beside_each_other(store: Path) -> None:
    """Two async nodes that wait for each other's signal both end."""
    import asyncio

    first, second = asyncio.Event(), asyncio.Event()

    @node(effect="pure")
    async def left() -> str:
        first.set()
        await asyncio.wait_for(second.wait(), 10)
        return "l"

    @node(effect="pure")
    async def right() -> str:
        second.set()
        await asyncio.wait_for(first.wait(), 10)
        return "r"

    done = again("nodes: [{id: a, type: left}, {id: b, type: right}]", store)
    assert done.state == "SUCCESS", done.failures
