"""The rules against their own examples, and against what every rule must keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import CODES
from wfrepair_magic.repair.rules import RULES
from wfrepair_magic.repair.rules.base import Example

EXAMPLES = [
    pytest.param(rule.code, example, id=f"{rule.code}-{number}")
    for rule in RULES.values()
    for number, example in enumerate(rule.examples, start=1)
]
REPAIRED = [param for param in EXAMPLES if param.values[1].after is not None]
ABSTAINED = [param for param in EXAMPLES if param.values[1].after is None]


@pytest.fixture
def proposed(make_engine: Callable[..., Any]) -> Callable[[Example], Any]:
    """Give what is proposed for an example, whose engine knows the example's outputs."""

    def ask(example: Example) -> Any:
        engine = make_engine(given=example.outputs, inputs=example.inputs)
        return engine.propose(Workflow.parse(example.before))

    return ask


@pytest.mark.parametrize(("code", "example"), REPAIRED)
def test_an_example_is_repaired(
    code: str, example: Example, proposed: Callable[[Example], Any]
) -> None:
    """A rule makes of each of its examples the text that it promises, at the level it promises."""
    proposal = proposed(example)
    assert [fix.code for fix in proposal.fixes] == [code], proposal.abstained
    fix = proposal.fixes[0]
    assert fix.apply(Workflow.parse(example.before)).text == example.after
    assert (fix.level, fix.rung, fix.origin) == (example.level, "V2", "rule")
    assert any(example.says in line for line in fix.evidence), fix.evidence


@pytest.mark.parametrize(("code", "example"), ABSTAINED)
def test_a_rule_abstains_with_a_sentence(
    code: str, example: Example, proposed: Callable[[Example], Any]
) -> None:
    """Where its evidence is weak a rule gives no edit, and says why and what would help."""
    proposal = proposed(example)
    assert proposal.fixes == ()
    mine = [line for line in proposal.abstained if line.startswith(f"{code} at ")]
    assert any(example.says in line for line in mine), proposal.abstained


@pytest.mark.parametrize(("code", "example"), REPAIRED)
def test_a_fix_can_be_taken_back(
    code: str, example: Example, proposed: Callable[[Example], Any]
) -> None:
    """The inverse of a fix gives the author's text back, byte for byte."""
    before = Workflow.parse(example.before)
    fix = proposed(example).fixes[0]
    assert fix.undo(fix.apply(before)).text == example.before


@pytest.mark.parametrize(("code", "example"), REPAIRED)
def test_a_fix_shows_what_it_rests_on(
    code: str, example: Example, proposed: Callable[[Example], Any]
) -> None:
    """Every fix carries a title, a reason, evidence, a diff, a confidence and a preview."""
    fix = proposed(example).fixes[0]
    assert fix.title and fix.why.endswith(".") and all(fix.evidence)
    assert 0.9 < fix.confidence < 1
    assert set(fix.preview) == {node.id for node in Workflow.parse(example.before).nodes}
    removed = [line for line in fix.diff.splitlines() if line.startswith("-")][1:]
    added = [line for line in fix.diff.splitlines() if line.startswith("+")][1:]
    assert len(removed) == len(added) == 1


def test_the_rules_there_are() -> None:
    """One rule answers one code; these are built."""
    assert list(RULES) == [
        "TPL01", "TPL02", "TPL03", "TPL05", "TPL12", "PRM04", "GRF01", "GRF05",
    ]  # fmt: skip


@pytest.mark.parametrize("rule", RULES.values(), ids=RULES)
def test_every_rule_has_a_code_and_an_abstention(rule: Any) -> None:
    """A rule answers a code of the taxonomy, and shows a case in which it gives no edit."""
    assert rule.code in CODES
    assert any(example.after is None for example in rule.examples)
