"""The ladder: what a candidate must pass before anybody sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from wfrepair_magic.engine.result import Preview
from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir.patch import Edit, Insert, Patch, Remove, RenameKey, SetValue
from wfrepair_magic.ir.spec import catalogue
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import Problem
from wfrepair_magic.repair.diagnose import diagnose
from wfrepair_magic.repair.fix import Fix, Level
from wfrepair_magic.repair.ladder import Draft, Ground, Look, Refused, climb
from wfrepair_magic.repair.rules.base import Case, Fact

TEXT = """\
nodes:
  - {id: fetch, type: value}
  - {id: send, type: value, params: {text: "${fetch.userName}", to: "x"}}
  - {id: log, type: value, params: {text: "${send.text}"}}
"""
SLOT = ("nodes", 1, "params", "text")


@pytest.fixture
def case(engine: Any) -> Case:
    """Give the case of `send`, which names a field that `fetch` does not have."""
    workflow = Workflow.parse(TEXT)
    (found,) = diagnose(workflow, engine.execute(workflow, 1), catalogue)
    return found


def _draft(case: Case, *edits: Edit, level: Level = Level.SAFE) -> Draft:
    return Draft(
        Patch(edits), "a try", "It may work.", (Fact("a fact", level, 0.9),),
        code=case.problem.code, cases=(case,),
    )  # fmt: skip


def _climb(case: Case, draft: Draft, look: Look) -> Fix | Refused:
    return climb(draft, Ground(case.workflow, (case,), case.catalogue, look))


def _reason(result: Fix | Refused) -> str:
    assert isinstance(result, Refused), result
    return result.reason


GOOD = SetValue(SLOT, "${fetch.user_name}", "${fetch.userName}")


def test_a_good_draft_becomes_a_fix(case: Case, engine: Any) -> None:
    """A fix carries what it was verified with: rung, preview, digest, signature."""
    fix = _climb(case, _draft(case, GOOD), engine.look)
    assert isinstance(fix, Fix)
    assert (fix.code, fix.level, fix.rung) == ("TPL02", "SAFE", "V2")
    assert fix.preview == {"fetch": "reused", "send": "runs", "log": "runs"}
    assert fix.before is case.workflow
    assert fix.repairs == (("send", "TPL02", SLOT),)
    assert fix.apply(case.workflow).text == TEXT.replace("userName", "user_name")


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (SetValue(SLOT, "x", "not what stands there"), "the edit cannot be made"),
        (SetValue(SLOT, "${fetch.userName}"), "the edit changes nothing"),
        (
            SetValue(("nodes", 0, "type"), "http"),
            "fetch has completed, and what completed is frozen",
        ),
        (Remove(("nodes", 0)), "fetch has completed"),
        (SetValue(("nodes", 2, "params", "text"), "x"), "a part of the workflow that did not fail"),
        (Insert(("outputs",), {}), "a part of the workflow that did not fail"),
        (SetValue(SLOT, "${fetch.user_name"), "then line 3"),
        (SetValue(SLOT, "${log.text}"), "then line 3"),
        (SetValue(SLOT, "${fetch.nothing}"), "has no `nothing`"),
        (RenameKey(SLOT, "txt"), "has no `userName`"),
    ],
)
def test_a_draft_that_does_not_hold_is_dropped(
    case: Case, engine: Any, edit: Edit, says: str
) -> None:
    """Unreadable, out of scope, frozen, newly wrong or still failing: dropped, with the reason."""
    assert says in _reason(_climb(case, _draft(case, edit), engine.look))


def test_what_look_refuses_is_dropped(case: Case) -> None:
    """A workflow that cannot be looked at is no fix."""

    def look(workflow: Workflow) -> Preview:
        raise BadWorkflow("no")

    assert _reason(_climb(case, _draft(case, GOOD), look)) == "then no"


def test_a_value_that_does_not_fit_the_param_is_dropped(case: Case, engine: Any) -> None:
    """A field that resolves to a value of the wrong type for its param is no fix."""
    wrong = Problem("error", "PRM07", "", None, None, "must be text", node="send", slot=SLOT[:4])
    deep = ("nodes", 1, "params", "text", "body")
    inner = replace(case, problem=replace(case.problem, slot=deep))
    failing = replace(engine.look(case.workflow).failures[0], problems=(wrong,))

    def look(workflow: Workflow) -> Preview:
        return Preview({"send": "failed"}, (failing,))

    text = TEXT.replace('"${fetch.userName}"', '{body: "${fetch.userName}"}')
    nested = replace(inner, workflow=Workflow.parse(text))
    draft = _draft(nested, SetValue(deep, "${fetch.user_name}"))
    assert _reason(_climb(nested, draft, look)) == "then must be text"


def test_an_incoming_edge_may_be_mended(make_engine: Any) -> None:
    """The edges that lead to the failing node are in a fix's scope, those of others are not."""
    text = """\
nodes:
  - {id: a, type: value, params: {x: 1}}
  - {id: b, type: value, params: {x: "${a.y}"}}
  - {id: c, type: value}
edges:
  - {from: a, to: b, action: defalt}
  - {from: a, to: c, action: default}
"""
    workflow = Workflow.parse(text)
    slot = ("nodes", 1, "params", "x")
    problem = Problem("error", "TPL05", "", None, None, "", node="b", slot=slot)
    case = Case(problem, workflow, {}, {}, catalogue, frozenset({"a"}))
    look = make_engine().look
    fits = _draft(case, SetValue(("edges", 0, "action"), "default"), SetValue(slot, "${a.x}"))
    beyond = _draft(case, SetValue(("edges", 1, "action"), "other"))
    assert isinstance(_climb(case, fits, look), Fix)
    assert "did not fail" in _reason(_climb(case, beyond, look))


@pytest.mark.parametrize(
    ("verdicts", "changed", "level"),
    [
        ({"send": "would send"}, {}, "SAFE"),
        ({"send": "runs"}, {"send": ("text",)}, "SAFE"),
        ({"send": "runs"}, {"send": ("text", "to")}, "ASK"),
        ({"send": "runs", "log": "would send again"}, {"log": ("text",)}, "ASK"),
    ],
)
def test_effects_lower_the_level(
    case: Case,
    verdicts: Mapping[str, str],
    changed: Mapping[str, tuple[str, ...]],
    level: str,
) -> None:
    """What the next run would do to the world decides with the rule."""
    preview = Preview(verdicts, (), changed)
    fix = _climb(case, _draft(case, GOOD), lambda workflow: preview)
    assert isinstance(fix, Fix)
    assert fix.level == level
    assert len(fix.evidence) == (1 if level == "SAFE" else 2)


def test_params_are_compared_by_their_own_names(make_engine: Any) -> None:
    """A param given under another accepted spelling counts as the repaired one."""
    text = 'nodes:\n  - {id: s, type: write-file, params: {file_path: "${x}", content: a}}\n'
    workflow = Workflow.parse("inputs: {y: {}}\n" + text)
    slot = ("nodes", 0, "params", "file_path")
    problem = Problem("error", "TPL01", "", None, None, "", node="s", slot=slot)
    case = Case(problem, workflow, {}, {"y": "f"}, catalogue)
    preview = Preview({"s": "runs"}, (), {"s": ("path",)})
    fix = _climb(case, _draft(case, SetValue(slot, "${y}", "${x}")), lambda workflow: preview)
    assert isinstance(fix, Fix)
    assert fix.level == "SAFE"


def test_what_a_repair_brings_to_light_is_told_and_asked_about(make_engine: Any) -> None:
    """A type that is known again shows its wrong params: progress, but never unasked."""
    workflow = Workflow.parse("nodes:\n  - {id: a, type: readFile, params: {fil_path: x}}\n")
    (fix,) = make_engine().propose(workflow).fixes
    assert (fix.code, fix.level, fix.rung, fix.preview) == ("GRF01", "ASK", "V0", {})
    assert "PRM04" in fix.evidence[-1]


def test_nothing_at_all_that_runs_is_no_second_rung(case: Case) -> None:
    """A preview without verdicts (an input is missing) has tried no template."""
    fix = _climb(case, _draft(case, GOOD), lambda workflow: Preview({}))
    assert isinstance(fix, Fix)
    assert fix.rung == "V1"


def test_a_level_to_show_only_stays_one(case: Case, engine: Any) -> None:
    """What may only be shown is a fix to look at, whatever its rung."""
    fix = _climb(case, _draft(case, GOOD, level=Level.SHOW), engine.look)
    assert isinstance(fix, Fix)
    assert (fix.level, fix.rung) == ("SHOW", "V2")


@pytest.mark.parametrize(
    ("node", "new"), [(1, "finish"), (2, "other")], ids=["is named", "another id"]
)
def test_an_id_is_changed_only_to_what_all_say(node: int, new: str, engine: Any) -> None:
    """Only a node that nothing names may get another id, and only the one that is unknown."""
    text = (
        "nodes:\n  - {id: a, type: value}\n  - {id: fnish, type: value, after: [a]}\n"
        "  - {id: finsh, type: value, after: [fnish]}\n"
        "edges: [{from: a, to: finish}]\n"
    )
    workflow = Workflow.parse(text)
    cases = diagnose(workflow, engine.execute(workflow, 1), catalogue)
    (case,) = (case for case in cases if case.problem.code == "GRF04")
    edit = SetValue(("nodes", node, "id"), new, workflow.nodes[node].id)
    assert "did not fail" in _reason(_climb(case, _draft(case, edit), engine.look))
