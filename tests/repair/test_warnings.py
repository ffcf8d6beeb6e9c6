"""Warnings that a rule knows how to mend: shown beside failures, and after runs that went well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfrepair_magic.events import FixesFound
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.repair.loop import Means, Repaired, repair_loop
from wfrepair_magic.repair.policy import Policy
from wfrepair_magic.repair.rules import RULES

LOST = RULES["GRF08"].examples[0]
BARE = """\
inputs: {channel: {}}
nodes:
  - {id: fetch, type: value}
  - {id: read, type: value, params: {x: "${fetch.nothing}"}}
  - {id: send, type: value, params: {to: "${channel} ${read.x}", text: "to {{channel}}"}}
"""


def _loop(engine: Any, text: str, policy: Policy) -> Repaired:
    means = Means(engine.execute, engine.look, engine.emit)
    return repair_loop(Workflow.parse(text), means, policy)


def test_a_warning_is_advice_after_a_run_that_went_well(make_engine: Callable[..., Any]) -> None:
    """A run that went well shows what would mend its warnings, and applies nothing."""
    engine = make_engine(given=LOST.scene.outputs)
    done = _loop(engine, LOST.before, Policy.auto())
    assert (done.outcome.state, done.applied, engine.attempts) == ("SUCCESS", (), [1])
    assert [(fix.code, fix.level) for fix in done.fixes] == [("GRF08", "ASK")]
    assert done.fixes[0].apply(done.workflow).text == LOST.after
    (event,) = engine.events
    assert isinstance(event, FixesFound) and event.abstained == ()


def test_without_proposals_there_is_no_advice(make_engine: Callable[..., Any]) -> None:
    """The policies that propose nothing say nothing of warnings either."""
    engine = make_engine(given=LOST.scene.outputs)
    for policy in (Policy.off(), Policy.explain()):
        done = _loop(engine, LOST.before, policy)
        assert (done.fixes, engine.events) == ((), [])


def test_a_bare_name_in_another_dialect_is_asked_about(make_engine: Callable[..., Any]) -> None:
    """`{{channel}}` may be meant as text: it stays a suggestion, even with the policy `auto`."""
    engine = make_engine(given={"fetch": {"id": 1}}, inputs={"channel": "general"})
    done = _loop(engine, BARE, Policy.safe())
    fixes = {fix.code: fix for fix in done.fixes}
    assert (done.outcome.state, done.applied, [*fixes]) == ("FAILED", (), ["TPL17"])
    assert fixes["TPL17"].level == "ASK"
    repaired = fixes["TPL17"].apply(done.workflow)
    assert repaired.text == BARE.replace("{{channel}}", "${channel}")


def test_a_path_in_another_dialect_among_text_is_asked_about(
    make_engine: Callable[..., Any],
) -> None:
    """`on {{fetch.id}}` may be a file for another tool: it is shown, and not applied unasked."""
    engine = make_engine(given={"fetch": {"id": 1}}, inputs={"channel": "general"})
    text = BARE.replace("{{channel}}", "on {{ fetch.id }}, $fetch.id")
    done = _loop(engine, text, Policy.safe())
    assert (done.outcome.state, done.applied) == ("FAILED", ())
    assert {(fix.code, fix.level) for fix in done.fixes} == {("TPL17", "ASK")}
    joint = max(done.fixes, key=lambda fix: len(fix.repairs))
    assert joint.apply(done.workflow).text == BARE.replace(
        "{{channel}}", "on ${fetch.id}, ${fetch.id}"
    )


def test_a_text_for_another_tool_gets_no_fix(make_engine: Callable[..., Any]) -> None:
    """Half of a text for another tool is never rewritten."""
    engine = make_engine(given={"fetch": {"id": 1}}, inputs={"channel": "general"})
    text = BARE.replace("{{channel}}", "{{ fetch.id }} on {{ $labels.instance }}")
    done = _loop(engine, text, Policy.auto())
    assert (done.applied, done.fixes) == ((), ())


@pytest.mark.parametrize("among", ["to {{channel}}", "on {{ fetch.id }}"])
def test_a_warning_is_not_mended_along_with_an_error(
    among: str, make_engine: Callable[..., Any]
) -> None:
    """With `auto` the error is mended, and what may be meant for another tool stays as it is."""
    engine = make_engine(given={"fetch": {"nothin": 1}}, inputs={"channel": "general"})
    text = BARE.replace("to {{channel}}", among)
    done = _loop(engine, text, Policy.auto())
    assert (done.outcome.state, [fix.code for fix in done.applied]) == ("SUCCESS", ["TPL03"])
    assert done.workflow.text == text.replace("nothing", "nothin")


def test_rules_for_errors_look_at_no_warnings() -> None:
    """Which rules look at warnings is said by the rule."""
    assert [code for code, rule in RULES.items() if rule.warns] == ["TPL17", "GRF08"]
