"""The loop: run, diagnose, repair, run again, and know when to stop."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from wfrepair_magic.engine.result import NodeRun, Outcome, Preview
from wfrepair_magic.events import FixApplied, FixesFound
from wfrepair_magic.failure import Failure
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import Problem
from wfrepair_magic.repair.loop import Means, Repaired, repair_loop
from wfrepair_magic.repair.policy import Policy

Send = Callable[..., Workflow]


def _loop(engine: Any, workflow: Workflow, policy: Policy) -> Repaired:
    return repair_loop(workflow, Means(engine.execute, engine.look, engine.emit), policy)


def test_a_success_is_left_alone(engine: Any, send: Send) -> None:
    """What does not fail is run once, and nothing is said about fixes."""
    workflow = send(text="${fetch.email}")
    done = _loop(engine, workflow, Policy.safe())
    assert done == Repaired(workflow, done.outcome)
    assert (done.outcome.state, engine.attempts, engine.events) == ("SUCCESS", [1], [])


@pytest.mark.parametrize("state", ["DEGRADED", "CANCELLED", "WAITING"])
def test_only_what_failed_is_repaired(send: Send, state: str) -> None:
    """A run that waits for a person, was interrupted or is degraded is not repaired."""
    outcome = Outcome(state, {})

    def look(workflow: Workflow, outcome: Outcome) -> Preview:
        raise AssertionError("nothing to look at")

    events: list[object] = []
    means = Means(lambda workflow, attempt: outcome, look, events.append)
    done = repair_loop(send(text="x"), means, Policy.auto())
    assert (done.outcome, done.fixes, events) == (outcome, (), [])


def test_off_looks_into_nothing(engine: Any, send: Send) -> None:
    """With the policy `off` a failure is left as it is."""
    done = _loop(engine, send(text="${fetch.userName}"), Policy.off())
    assert (done.outcome.state, done.fixes, done.problems, engine.events) == ("FAILED", (), (), [])


def test_explain_diagnoses_and_proposes_nothing(engine: Any, send: Send) -> None:
    """With the policy `explain` the problems are told, and no fix is made."""
    done = _loop(engine, send(text="${fetch.userName}"), Policy.explain())
    assert done.fixes == () and [problem.code for problem in done.problems] == ["TPL02"]
    assert done.abstained == (done.problems[0].describe(),)
    assert engine.events == [FixesFound(suggestions=(), abstained=done.abstained)]


def test_suggest_applies_nothing(engine: Any, send: Send) -> None:
    """With the policy `suggest` fixes are shown, even sure ones, and the run stays failed."""
    workflow = send(text="${fetch.userName}")
    done = _loop(engine, workflow, Policy.suggest())
    assert [fix.code for fix in done.fixes] == ["TPL02"]
    assert (done.workflow, done.applied, engine.attempts) == (workflow, (), [1])
    (found,) = engine.events
    assert [one.title for one in found.suggestions] == [done.fixes[0].title]


def test_safe_repairs_and_goes_on(engine: Any, send: Send) -> None:
    """A SAFE fix is applied unasked; what completed does not run again; the author's text stays."""
    workflow = send(text="${fetch.userName}")
    before = workflow.text
    done = _loop(engine, workflow, Policy.safe())
    assert done.outcome.state == "SUCCESS"
    assert done.workflow.text == send(text="${fetch.user_name}").text
    assert workflow.text == before
    assert (engine.attempts, engine.ran) == ([1, 2], ["fetch", "send"])
    assert [fix.code for fix in done.applied] == ["TPL02"]
    assert done.fixes == ()
    found, applied = engine.events
    assert isinstance(found, FixesFound) and isinstance(applied, FixApplied)
    assert (applied.suggestion, applied.by) == (found.suggestions[0], "policy safe")


def test_all_that_is_safe_is_applied_in_one_attempt(engine: Any, send: Send) -> None:
    """Several independent SAFE problems cost one attempt, not one each."""
    workflow = send(to="${fetch.User-Name}", text="${fetch.userName}", row="${fetch.rows.0}")
    done = _loop(engine, workflow, Policy.safe())
    assert done.outcome.state == "SUCCESS"
    assert (len(done.applied), engine.attempts) == (1, [1, 2])


def test_what_is_to_be_asked_stays_a_suggestion(engine: Any, send: Send) -> None:
    """SAFE problems are repaired, and the latest diagnosis holds the rest."""
    workflow = send(to="${fetch.emial}", text="${fetch.userName}", row="${fetch.phone}")
    done = _loop(engine, workflow, Policy.safe())
    assert done.outcome.state == "FAILED"
    assert (
        done.workflow.text
        == send(to="${fetch.emial}", text="${fetch.user_name}", row="${fetch.phone}").text
    )
    assert [problem.code for problem in done.problems] == ["TPL03", "TPL05"]
    assert [fix.code for fix in done.fixes] == ["TPL03"]
    assert done.fixes[0].before is done.workflow
    assert len(done.abstained) == 1


def test_auto_applies_what_has_no_effect(engine: Any, send: Send) -> None:
    """With the policy `auto` a fix at ASK is applied where nothing would be sent."""
    done = _loop(engine, send(text="${fetch.emial}"), Policy.auto())
    assert (done.outcome.state, [fix.code for fix in done.applied]) == ("SUCCESS", ["TPL03"])


def test_auto_asks_before_an_effect(engine: Any) -> None:
    """With the policy `auto` a fix at ASK waits where a node with an effect would run."""
    workflow = Workflow.parse(
        "nodes:\n  - {id: fetch, type: value}\n"
        '  - {id: send, type: value, effect: write, params: {text: "${fetch.emial}"}}\n'
    )
    done = _loop(engine, workflow, Policy.auto())
    assert (done.outcome.state, done.applied) == ("FAILED", ())
    assert done.fixes[0].sends == ("send",)


def test_errors_of_the_check_are_repaired_too(engine: Any) -> None:
    """With errors from the check nothing runs, and they are repaired like failures."""
    workflow = Workflow.parse(
        "nodes:\n  - {id: a, type: Value}\n  - {id: b, type: value}\n"
        "edges:\n  - {from_node: a, to_node: b}\n"
    )
    done = _loop(engine, workflow, Policy.safe())
    assert (done.outcome.state, engine.ran) == ("SUCCESS", ["a", "b"])
    assert [fix.code for fix in done.applied] == ["GRF01 + GRF05"]


def test_failures_one_after_the_other_are_repaired_up_to_the_limit(make_engine: Any) -> None:
    """Each repair may bring the next failure to light; after three the loop stops."""
    names = ["a", "b", "c", "d", "e"]
    engine = make_engine(given={name: {"user_name": name} for name in names})
    lines = ["nodes:", "  - {id: a, type: value}"]
    for before, name in itertools.pairwise(names):
        lines.append(f'  - {{id: {name}, type: value, params: {{x: "${{{before}.userName}}"}}}}')
    workflow = Workflow.parse("\n".join([*lines, ""]))
    done = _loop(engine, workflow, Policy.safe())
    assert engine.attempts == [1, 2, 3, 4]
    assert (done.outcome.state, len(done.applied)) == ("FAILED", 3)
    assert done.workflow.text.count("user_name") == 3
    assert [fix.level for fix in done.fixes] == ["SAFE"]  # the next one, for a person to accept


def test_a_problem_that_comes_back_ends_the_loop(engine: Any, send: Send) -> None:
    """A repair that did not help is not tried again in other words."""
    workflow = send(text="${fetch.userName}")
    problem = engine.execute(workflow, 1).failures[0].problems[0]
    attempts: list[int] = []

    def execute(repaired: Workflow, attempt: int) -> Outcome:
        attempts.append(attempt)
        again = replace(problem, message=f"the same, in the words of attempt {attempt}")
        failure = Failure("send", "TPL02", "template", "change", "no", True, "", (again,))
        done = NodeRun("fetch", "value", "done", engine.given["fetch"])
        return Outcome("FAILED", {"fetch": done}, (failure,))

    done = repair_loop(workflow, Means(execute, engine.look, engine.emit), Policy.safe())
    assert (attempts, len(done.applied)) == ([1, 2], 1)
    assert done.outcome.state == "FAILED"
    assert done.problems[0].message.endswith("attempt 2")


def test_the_limit_belongs_to_the_policy(engine: Any, send: Send) -> None:
    """A policy without attempts applies nothing."""
    done = _loop(engine, send(text="${fetch.userName}"), Policy("safe", attempts=0))
    assert (done.applied, engine.attempts, len(done.fixes)) == ((), [1], 1)


def test_a_failure_of_the_nodes_own_code_is_told(engine: Any, send: Send) -> None:
    """What no rule can mend is said, without the words that the failure has itself."""
    failure = Failure(
        "send", "PY07", "exception", "change", "reported", True, "ValueError: no such channel",
        hint="ask the channel's owner",
    )  # fmt: skip
    engine.broken = {"send": failure}
    done = _loop(engine, send(text="${fetch.email}"), Policy.auto())
    assert done.fixes == ()
    assert done.abstained == ("PY07 at send: no rule repairs this",)
    assert done.problems[0].message == failure.message


def test_a_fix_may_be_applied_by_hand_after_the_loop(engine: Any, send: Send) -> None:
    """The fixes of a failed loop fit the workflow that it gives."""
    done = _loop(engine, send(text="${fetch.emial}"), Policy.suggest())
    repaired = done.fixes[0].apply(done.workflow)
    assert _loop(engine, repaired, Policy.suggest()).outcome.state == "SUCCESS"


def test_problems_of_the_inputs_stop_the_loop_with_a_sentence(send: Send) -> None:
    """An input without a value is a matter for a person, and is told as one."""
    slot = ("inputs", "repo")
    problem = Problem("error", "PRM03", "inputs.repo", 1, 1, "input `repo` has no value", slot=slot)
    failure = Failure("inputs", "PRM03", "input", "human", "no", False, problem.message, (problem,))
    outcome = Outcome("FAILED", {}, (failure,))
    means = Means(
        lambda workflow, attempt: outcome,
        lambda workflow, outcome: Preview({}),
        lambda event: None,
    )
    done = repair_loop(send(text="x"), means, Policy.auto())
    assert done.abstained == (
        "PRM03 at inputs.repo: give it with the run, or declare `default:` at inputs.repo",
    )
