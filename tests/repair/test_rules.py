"""The rules against their own examples, and against what every rule must keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfrepair_magic.ir.patch import RenameKey, SetValue
from wfrepair_magic.ir.spec import catalogue
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import CODES
from wfrepair_magic.repair.diagnose import diagnose
from wfrepair_magic.repair.last_good import NOTHING, remember
from wfrepair_magic.repair.propose import propose
from wfrepair_magic.repair.rules import RULES
from wfrepair_magic.repair.rules.examples import Example

EXAMPLES = [
    pytest.param(rule.code, example, id=f"{rule.code}-{number}")
    for rule in RULES.values()
    for number, example in enumerate(rule.examples, start=1)
]
REPAIRED = [param for param in EXAMPLES if param.values[1].after is not None]
ABSTAINED = [param for param in EXAMPLES if param.values[1].after is None]


@pytest.fixture
def engine_of(
    make_engine: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Callable[[Example], Any]:
    """Give the engine of an example, which knows its types, its outputs and its last good run."""

    def make(example: Example) -> Any:
        scene = example.scene
        for spec in scene.types:
            monkeypatch.setitem(catalogue, spec.name, spec)
        last = NOTHING
        if scene.last_text:
            last = remember(Workflow.parse(scene.last_text), scene.last_outputs, NOTHING)
        return make_engine(given=scene.outputs, inputs=scene.inputs, last_good=last)

    return make


@pytest.fixture
def proposed(engine_of: Callable[[Example], Any]) -> Callable[[Example], Any]:
    """Give what is proposed for an example."""
    return lambda example: engine_of(example).propose(Workflow.accept(example.before))


@pytest.mark.parametrize(("code", "example"), REPAIRED)
def test_an_example_is_repaired(
    code: str, example: Example, proposed: Callable[[Example], Any]
) -> None:
    """A rule makes of each of its examples the text that it promises, at the level it promises."""
    proposal = proposed(example)
    assert [fix.code for fix in proposal.fixes] == [code], proposal.abstained
    fix = proposal.fixes[0]
    assert fix.apply(Workflow.accept(example.before)).text == example.after
    assert (fix.level, fix.rung, fix.origin) == (example.level, "V2", "rule")
    assert any(example.says in line for line in fix.evidence), fix.evidence


@pytest.mark.parametrize(("code", "example"), ABSTAINED)
def test_a_rule_abstains_with_a_sentence(
    code: str, example: Example, proposed: Callable[[Example], Any]
) -> None:
    """Where its evidence is weak a rule gives no edit, and says why and what would help."""
    proposal = proposed(example)
    assert proposal.fixes == ()
    codes = (code, *RULES[code].of)
    mine = [
        line for line in proposal.abstained if line.startswith(tuple(f"{c} at " for c in codes))
    ]
    assert any(example.says in line for line in mine), proposal.abstained


@pytest.mark.parametrize(("code", "example"), ABSTAINED)
def test_a_reason_does_not_repeat_the_problem(
    code: str, example: Example, engine_of: Callable[[Example], Any]
) -> None:
    """The message of a problem stands beside the reason, and is not said in it again."""
    engine = engine_of(example)
    workflow = Workflow.accept(example.before)
    cases = diagnose(workflow, engine.execute(workflow, 1), catalogue, engine.last_good)
    reasons = propose(cases, engine.look).abstained
    assert reasons
    assert not [case for case in cases for line in reasons if case.problem.message in line]


@pytest.mark.parametrize(("code", "example"), REPAIRED)
def test_a_fix_can_be_taken_back(
    code: str, example: Example, proposed: Callable[[Example], Any]
) -> None:
    """The inverse of a fix gives the author's text back, byte for byte."""
    before = Workflow.accept(example.before)
    fix = proposed(example).fixes[0]
    assert fix.undo(fix.apply(before)).text == example.before


@pytest.mark.parametrize(("code", "example"), REPAIRED)
def test_a_fix_shows_what_it_rests_on(
    code: str, example: Example, proposed: Callable[[Example], Any]
) -> None:
    """Every fix carries a title, a reason, evidence, a diff, a confidence and a preview."""
    fix = proposed(example).fixes[0]
    assert fix.title and fix.why.endswith(".") and all(fix.evidence)
    assert fix.confidence == 0 or 0.9 < fix.confidence < 1
    assert fix.level == "ASK" or fix.confidence > 0  # nothing is sure that was never measured
    repaired = fix.apply(Workflow.accept(example.before))
    assert set(fix.preview) == {node.id for node in repaired.nodes}
    if not all(isinstance(edit, SetValue | RenameKey) for edit in fix.patch.edits or [None]):
        return
    removed = [line for line in fix.diff.splitlines() if line.startswith("-")][1:]
    added = [line for line in fix.diff.splitlines() if line.startswith("+")][1:]
    assert len(removed) == len(added) == 1


@pytest.mark.parametrize(("code", "example"), REPAIRED)
def test_a_fix_leaves_nothing_wrong(
    code: str, example: Example, engine_of: Callable[[Example], Any]
) -> None:
    """After the fix the check finds nothing, and every template resolves on the values at hand."""
    engine = engine_of(example)
    repaired = (
        engine.propose(Workflow.accept(example.before))
        .fixes[0]
        .apply(Workflow.accept(example.before))
    )
    assert [problem.describe() for problem in repaired.problems()] == []
    assert engine.look(repaired).failures == ()
    assert engine.propose(repaired).fixes == ()


def test_the_rules_there_are() -> None:
    """One rule answers one code; these are built."""
    assert sorted(RULES) == [
        "GRF01", "GRF02", "GRF03", "GRF04", "GRF05", "GRF06", "GRF07", "GRF08", "GRF11",
        "PRM01", "PRM02", "PRM03", "PRM04", "PRM05", "PRM06", "PRM07", "PRM08", "PRM09", "PRM10",
        "PRM11", "SRC01", "SRC02", "TPL01", "TPL02", "TPL03", "TPL04", "TPL05", "TPL06", "TPL07",
        "TPL08", "TPL09", "TPL10", "TPL11", "TPL12", "TPL14", "TPL15", "TPL16", "TPL17", "TPL19",
        "TPL20",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_a_code_and_an_abstention(rule: Any) -> None:
    """A rule answers a code of the taxonomy, and shows a case in which it gives no edit."""
    assert rule.code in CODES
    assert any(example.after is None for example in rule.examples)
