"""From cases to fixes: the ladder, several problems at once, the order, the sentences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from wfrepair_magic.engine.result import Preview
from wfrepair_magic.ir.spec import catalogue
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.repair.diagnose import diagnose
from wfrepair_magic.repair.propose import MOST_SINGLE, propose

Send = Callable[..., Workflow]


def test_nothing_failed_nothing_proposed() -> None:
    """Without cases there is nothing to say, and nobody is asked to look."""

    def look(workflow: Workflow) -> Preview:
        raise AssertionError("nothing to look at")

    assert propose((), look) == propose([], look)
    assert propose((), look).fixes == ()


def test_independent_problems_get_one_joint_fix_first(engine: Any, send: Send) -> None:
    """The joint fix of all problems stands first, the single ones after it, surest first."""
    workflow = send(to="${fetch.emial}", text="${fetch.userName}")
    fixes = engine.propose(workflow).fixes
    assert [fix.code for fix in fixes] == ["TPL02 + TPL03", "TPL02", "TPL03"]
    joint = fixes[0]
    assert (joint.level, joint.rung, joint.node, joint.slot) == ("ASK", "V2", "send", ())
    assert joint.apply(workflow).text == send(to="${fetch.email}", text="${fetch.user_name}").text
    assert joint.title.startswith("2 repairs in one: ")
    assert joint.confidence == min(fix.confidence for fix in fixes[1:])
    assert len(joint.evidence) == 2 and len(joint.repairs) == 2


def test_all_that_is_safe_is_offered_together(engine: Any, send: Send) -> None:
    """Of SAFE and other repairs, the SAFE ones have a joint fix of their own."""
    workflow = send(to="${fetch.emial}", text="${fetch.userName}", row="${fetch.rows.0}")
    fixes = engine.propose(workflow).fixes
    assert [(fix.code, fix.level, len(fix.repairs)) for fix in fixes] == [
        ("TPL02 + TPL03 + TPL12", "ASK", 3),
        ("TPL02 + TPL12", "SAFE", 2),
        ("TPL02", "SAFE", 1),
        ("TPL12", "SAFE", 1),
        ("TPL03", "ASK", 1),
    ]


def test_two_templates_of_one_text_are_mended_each_and_together(engine: Any, send: Send) -> None:
    """What fails beside a repair, in the same text, does not count against it."""
    workflow = send(text="${fetch.emial} ${fetch.userName}")
    texts = [fix.apply(workflow).text for fix in engine.propose(workflow).fixes]
    assert texts == [
        send(text="${fetch.email} ${fetch.user_name}").text,
        send(text="${fetch.emial} ${fetch.user_name}").text,
        send(text="${fetch.email} ${fetch.userName}").text,
    ]


def test_one_edit_that_mends_two_problems_is_one_fix(engine: Any) -> None:
    """Two findings with the same answer are one card, which repairs both."""
    workflow = Workflow.parse(
        "nodes: [{id: a, type: value}, {id: b, type: value}]\nedges: [{source: a, target: b}]\n"
    )
    (fix,) = engine.propose(workflow).fixes
    assert [sign.slot for sign in fix.repairs] == [("edges", 0, "source"), ("edges", 0, "target")]
    assert (fix.level, fix.rung) == ("SAFE", "V2")


def test_a_problem_without_a_rule_is_said(engine: Any) -> None:
    """What no rule knows is named with its code and place, beside the fixes."""
    workflow = Workflow.parse(
        "nodes:\n  - {id: a, type: valeu}\n  - {id: b, type: value, colour: red}\n"
    )
    proposal = engine.propose(workflow)
    (fix,) = proposal.fixes
    assert (fix.code, fix.rung, fix.preview) == ("GRF01", "V1", {})
    assert "nothing runs before this is mended too" in fix.evidence[-1]
    assert proposal.abstained == ("LNG01 at b.colour: no rule repairs this",)


def test_a_candidate_that_still_fails_there_is_dropped_and_said(engine: Any, send: Send) -> None:
    """A head that could be mended, but whose path then ends nowhere, is no fix."""
    engine.execute(send(text="${fetch.email}"), 1)  # so that it is known what `fetch` gives
    proposal = engine.propose(send(text="${fecth.phone}"))
    assert proposal.fixes == ()
    (sentence,) = proposal.abstained
    assert sentence.startswith(
        "TPL01: `fecth` → `fetch` in send.params.text was tried and dropped: then "
    )
    assert "`phone`" in sentence


def test_a_candidate_whose_node_would_not_run_has_not_been_tried(make_engine: Any) -> None:
    """A repair behind another failure reaches V1 alone, and V2 together with the other one."""
    engine = make_engine(given={"fetch": {"email": "x"}, "a": {"user_name": "x"}})
    text = """\
nodes:
  - {id: fetch, type: value}
  - {id: a, type: value, params: {x: "${fetch.emial}"}}
  - {id: b, type: value, params: {x: "${fetch.Email}"}, after: [a]}
"""
    workflow = Workflow.parse(text)
    outcome = engine.execute(workflow, 1)

    def look(repaired: Workflow) -> Preview:
        seen = engine.look(repaired)
        if "emial" not in repaired.text:
            return seen
        return Preview({**seen.verdicts, "b": "skipped"}, seen.failures)

    fixes = propose(diagnose(workflow, outcome, catalogue), look).fixes
    assert [(fix.code, fix.level, fix.rung) for fix in fixes] == [
        ("TPL02 + TPL03", "ASK", "V2"),
        ("TPL03", "ASK", "V2"),
        ("TPL02", "SAFE", "V1"),
    ]


def test_very_many_problems_are_repaired_together(make_engine: Any) -> None:
    """A field that thirty nodes name wrongly is mended everywhere by the first fix."""
    engine = make_engine(given={"fetch": {"user_name": "x", "id": 1}})
    nodes = [
        f'  - {{id: n{i}, type: value, params: {{x: "${{fetch.userName}}"}}}}' for i in range(30)
    ]
    text = "\n".join(["nodes:", "  - {id: fetch, type: value}", *nodes, ""])
    workflow = Workflow.parse(text)
    fixes = engine.propose(workflow).fixes
    assert len(fixes) == 1 + MOST_SINGLE
    assert fixes[0].apply(workflow).text == text.replace("userName", "user_name")
    assert (fixes[0].level, fixes[0].rung) == ("SAFE", "V2")
    assert fixes[0].title.endswith(" in n2.params.x and 27 more")
    assert len(fixes[0].changes) == len(fixes[0].evidence) == 30
