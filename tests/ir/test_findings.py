"""A template that does not resolve, as a problem: before a run and in it."""

from __future__ import annotations

from typing import Any

import pytest

from wfrepair_magic.ir.findings import problem_of
from wfrepair_magic.ir.shell import compile
from wfrepair_magic.ir.spec import NodeSpec, Param
from wfrepair_magic.ir.templates import Gone, Unresolved, resolve
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import Problem

SLOT = ("nodes", 3, "params", "body")
SCOPE: dict[str, Any] = {
    "fetch": {"response": {"user_name": "ann", "email": "a@b", "rows": [1], "none": None}},
    "skipped": Gone("branch not taken"),
    "channel": "general",
}


def unresolved(template: str) -> Unresolved:
    """Give the one finding of a template."""
    (found,) = resolve(template, SCOPE, SLOT).unresolved
    return found


@pytest.mark.parametrize(
    ("template", "code", "written"),
    [
        ("${fecth.response}", "TPL01", "fecth"),
        ("${fetch.response.userName}", "TPL02", "userName"),
        ("${fetch.response.emial}", "TPL03", "emial"),
        ("${fetch.response.phone}", "TPL05", "phone"),
        ("${fetch.response.email.x}", "TPL05", "x"),
        ("${fetch.response.rows.name}", "TPL09", "name"),
        ("${fetch.response[0]}", "TPL10", "[0]"),
        ("${fetch.response.rows[3]}", "TPL11", "[3]"),
        ("${fetch.response.rows.0}", "TPL12", "0"),
        ("${fetch.response.rows[-1]}", "TPL12", "[-1]"),
        ("${skipped.x}", "TPL13", "skipped"),
        ("${fetch.response.none.x}", "TPL15", "x"),
        ("${fetch.response.email | int}", "TPL18", ""),
        ("${ fetch}", "TPL00", ""),
    ],
)
def test_every_way_not_to_resolve_has_its_code(template: str, code: str, written: str) -> None:
    """The finding's kind and the keys that are there decide the code; the facts say the rest."""
    found = unresolved(template)
    problem = problem_of(found, "send", (4, 9))
    assert problem.code == code
    assert problem.facts["written"] == written
    assert problem.facts["unresolved"] == found
    assert (problem.line, problem.column, problem.node) == (4, 9, "send")
    assert (problem.slot, problem.path) == (SLOT, "nodes[3].params.body")
    assert problem.message.startswith("node `send`, param `body`: ")


def test_a_shell_that_cannot_take_a_value_is_told_as_such() -> None:
    """A finding of the shell's compiler is TPL21."""
    (found,) = compile("echo $((${channel}))", SCOPE, SLOT).unresolved
    assert problem_of(found, "send", (None, None)).code == "TPL21"


def test_the_message_names_all_that_a_reader_needs() -> None:
    """Node, param, template, and the keys that exist where the path ends."""
    assert problem_of(unresolved("say ${fetch.response.emial}"), "send", (4, 9)) == Problem(
        "error", "TPL03", "nodes[3].params.body", 4, 9,
        "node `send`, param `body`: `${fetch.response.emial}` does not resolve: `fetch.response`"
        " has no `emial`; it has user_name, email, rows, none",
        "did you mean `email`?", "send", SLOT,
    )  # fmt: skip


def test_the_facts_are_what_the_rules_work_from() -> None:
    """What is written, what is known there, how far the path went, and the span to replace."""
    text = "say ${fetch.response.emial}"
    facts = dict(problem_of(unresolved(text), "send", (4, 9)).facts)
    start, end = facts.pop("span")
    assert text[start:end] == "emial"
    facts.pop("unresolved")
    assert facts == {
        "written": "emial",
        "known": ("user_name", "email", "rows", "none"),
        "reached": "fetch.response",
        "template": "${fetch.response.emial}",
        "found_type": "object",
        "meant": "email",
    }


def test_an_unknown_head_carries_the_heads_there_are() -> None:
    """TPL01 lists nodes and inputs, and spans the head alone."""
    text = "${fecth.response}"
    problem = problem_of(unresolved(text), "send", (4, 9))
    start, end = problem.facts["span"]
    assert text[start:end] == "fecth"
    assert problem.facts["heads"] == ("fetch", "skipped", "channel")
    assert problem.hint == "did you mean `fetch`?"


def test_a_broken_output_is_a_problem_of_the_output() -> None:
    """The same finding at an output's source is GRF11, which says what it would be elsewhere."""
    (found,) = resolve("${fetch.nope}", SCOPE, ("outputs", "all", "source")).unresolved
    problem = problem_of(found, None, (9, 1))
    assert (problem.code, problem.facts["as"]) == ("GRF11", "TPL05")
    assert problem.message.startswith("output `all`: ")


@pytest.mark.parametrize(
    "template", ["${b.x}", "${a.userName}", "${a.itmes}", "${a.phone}", "${a[0]}", "${a[-1]}"]
)
def test_the_check_and_the_run_say_the_same(template: str) -> None:
    """What can be seen without running has the same code, place, written form and span as then."""
    outputs = {"user_name": "string", "items": "array"}
    catalogue = {
        "make": NodeSpec("make", outputs=outputs),
        "take": NodeSpec("take", {"x": Param("x")}),
    }
    text = f"nodes:\n- {{id: a, type: make}}\n- {{id: c, type: take, params: {{x: '{template}'}}}}"
    workflow = Workflow.parse(text)
    (static,) = workflow.problems(catalogue)
    scope = {"a": {"user_name": "ann", "items": []}}
    (found,) = resolve(template, scope, ("nodes", 1, "params", "x")).unresolved
    then = problem_of(found, "c", workflow.place(found.slot, found.segment_span[0]))
    assert static.message.split(" does not")[0] == then.message.split(" does not")[0]
    assert (static.code, static.slot, static.line, static.column, static.node) == (
        then.code, then.slot, then.line, then.column, then.node
    )  # fmt: skip
    for fact in ("written", "span", "reached", "template", "found_type"):
        assert static.facts[fact] == then.facts[fact], fact
    assert static.facts["unresolved"].rest == found.rest
