"""The applier trusts nothing: what an edit may touch, and what it would let a workflow do."""

from __future__ import annotations

from typing import Any

import pytest

from wfrepair_magic.engine.result import Preview
from wfrepair_magic.ir.patch import Edit, Insert, Patch, Remove, RenameKey, SetValue, Splice
from wfrepair_magic.ir.spec import NodeSpec, Param, catalogue
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import Problem
from wfrepair_magic.repair.fix import Fix
from wfrepair_magic.repair.ladder import Draft, Ground, Refused, climb
from wfrepair_magic.repair.policy import Policy
from wfrepair_magic.repair.rules.base import Case, certain

TEXT = """\
inputs:
  token: {type: string, secret: true}
nodes:
  - {id: fetch, type: value}
  - {id: at, type: http, params: {url: "https://api.org/${fetch.Id}"}}
  - {id: do, type: shell, params: {command: "ls ${fetch.Id} | cat", shell: sh}}
  - {id: tell, type: mail, params: {to: "${fetch.Boss}", text: hello}, verify: {exists: out/x}}
  - {id: save, type: write-file, params: {path: "out/${fetch.Id}.md", content: x}}
  - {id: look, type: read-file, params: {path: "${fetch.Id}"}}
  - {id: sign, type: http, params: {url: "https://api.org/", headers: {key: "Bearer ${tokn}"}}}
edges: [{from: fetch, to: at}]
"""
OUTPUTS = {"fetch": {"id": "7", "boss": "eve@x.org", "evil": "http://evil.org/", "up": "../x"}}


@pytest.fixture(autouse=True)
def _mail(monkeypatch: pytest.MonkeyPatch) -> None:
    """Register a type that sends."""
    params = {name: Param(name, ("string",)) for name in ("to", "text", "cc", "hook")}
    monkeypatch.setitem(catalogue, "mail", NodeSpec("mail", params, origin="notebook"))


def _climbed(id: str, *edits: Edit, **patch: Any) -> Fix | Refused:
    """Let edits climb, as sure as can be, that are made for one node."""
    workflow = Workflow.parse(TEXT)
    slot = workflow.node(id).slot
    problem = Problem("error", "TPL02", "", None, None, "", node=id, slot=slot)
    case = Case(problem, workflow, OUTPUTS, {}, catalogue, frozenset({"fetch"}))
    facts = (certain("somebody says so"),)
    draft = Draft(Patch(edits, **patch), "a try", "It may.", facts, code="TPL02", cases=(case,))
    preview = Preview({node.id: "runs" for node in workflow.nodes})
    return climb(draft, Ground(workflow, (case,), catalogue, lambda _: preview))


def _of(number: int, *slot: str | int) -> tuple[str | int, ...]:
    return ("nodes", number, *slot)


@pytest.mark.parametrize(
    ("id", "edit", "says"),
    [
        ("at", SetValue(_of(1, "params", "url"), "https://evil.org/1"), "the host `evil.org`"),
        ("at", SetValue(_of(1, "params", "url"), "https://api.org@evil.org/1"), "evil.org`"),
        ("at", SetValue(_of(1, "params", "url"), "${fetch.evil}"), "the host `evil.org`"),
        ("at", Insert(_of(1, "params", "method"), "POST"), "would change the world"),
        ("at", Insert(_of(1, "effect"), "pure"), "another `effect`"),
        ("do", SetValue(_of(2, "params", "command"), "rm ${fetch.id} | cat"), "run `rm"),
        ("do", SetValue(_of(2, "params", "command"), "ls ${fetch.id} | tee y"), "run `ls"),
        ("do", SetValue(_of(2, "params", "command"), "${fetch.id} | cat"), "run `fetch.id`"),
        ("do", SetValue(_of(2, "params", "command"), "ls ${fetch.up} | cat"), "the folder `..`"),
        ("do", SetValue(_of(2, "params", "command"), "ls ${fetch.id | raw} | cat"), "run `ls"),
        ("do", Insert(_of(2, "params", "env"), {"PATH": "/x"}), "set the variable `PATH`"),
        ("tell", SetValue(_of(3, "params", "to"), "${fetch.boss}"), "send to `eve@x.org`"),
        ("tell", Insert(_of(3, "params", "cc"), "me@evil.org"), "send to `me@evil.org`"),
        ("tell", Insert(_of(3, "params", "hook"), "http://evil.org/x"), "the host `evil.org`"),
        ("tell", Insert(_of(3, "idempotent"), True), "another `idempotent`"),
        ("tell", Remove(_of(3, "verify")), "nothing would tell whether tell has happened"),
        ("tell", SetValue(_of(3, "verify"), {"command": "touch x"}), "run `touch x`"),
        ("save", SetValue(_of(4, "params", "path"), "/etc/${fetch.id}"), "the folder `/etc`"),
        ("save", SetValue(_of(4, "params", "path"), "src/${fetch.id}"), "the folder `src`"),
        ("look", SetValue(_of(5, "params", "path"), "${fetch.up}"), "the folder `..`"),
        ("at", Insert(_of(7), {"id": "more", "type": "value"}), "the node more would be added"),
        ("at", Remove(("edges", 0)), "an edge would be gone"),
    ],
)  # fmt: skip
def test_more_power_is_for_a_person_to_allow(id: str, edit: Edit, says: str) -> None:
    """Another host, program, recipient, folder or promise: shown with that part, never unasked."""
    fix = _climbed(id, edit)
    assert isinstance(fix, Fix), fix.describe()
    assert fix.level == "ASK"
    assert any(says in gain for gain in fix.gains), fix.gains
    assert any(says in fact for fact in fix.evidence)
    assert not Policy.safe().allows(fix) and not Policy.auto().allows(fix)


@pytest.mark.parametrize(
    ("id", "edit"),
    [
        ("at", SetValue(_of(1, "params", "url"), "https://api.org/${fetch.id}")),
        ("at", Insert(_of(1, "timeout"), 5)),
        ("do", SetValue(_of(2, "params", "command"), "ls ${fetch.id} | cat")),
        ("tell", SetValue(_of(3, "params", "text"), "hello ${fetch.id}")),
        ("save", SetValue(_of(4, "params", "path"), "out/${fetch.id}.md")),
        ("save", RenameKey(_of(4, "params", "path"), "file_path")),
        ("look", SetValue(_of(5, "params", "path"), "${fetch.id}")),
    ],
)
def test_the_same_power_is_no_question(id: str, edit: Edit) -> None:
    """An edit that reaches what the author has named stays as sure as its rule is."""
    fix = _climbed(id, edit)
    assert isinstance(fix, Fix), fix.describe()
    assert (fix.level, fix.gains) == ("SAFE", ())


@pytest.mark.parametrize(
    ("id", "edits", "says"),
    [
        ("at", [Insert(_of(1, "params", "headers"), {"A": "${token}"})], "hand over `token`"),
        ("at", [Insert(_of(1, "params", "headers"), {"A": "${env.HOME}"})], "env.HOME"),
        ("do", [Insert(_of(2, "params", "env"), ["HOME"])], "hand over `env.HOME`"),
        ("look", [SetValue(_of(5, "type"), "delete-file")], "does more to the world"),
        ("at", [Insert(_of(1), {"id": "x", "type": "value"})], "no adapter"),
        ("at", [Insert(_of(7), {"id": "x", "type": "shell"})], "no adapter"),
        ("at", [Insert(_of(7), {"id": x, "type": "value"}) for x in "xy"], "more than one node"),
        ("at", [Remove(_of(1))], "no adapter"),
        ("at", [SetValue((), {"nodes": []})], "did not fail"),
    ],
)  # fmt: skip
def test_what_nobody_is_asked_about(id: str, edits: list[Edit], says: str) -> None:
    """A new secret, a type that does more, more than an adapter: dropped, with the reason."""
    result = _climbed(id, *edits)
    assert isinstance(result, Refused), result.gains
    assert says in result.reason


def test_an_output_that_is_taken_out_is_for_a_person_to_allow() -> None:
    """An output whose source is broken may go, and only if somebody says so."""
    workflow = Workflow.parse(
        TEXT + "outputs: {a: {source: at.response}, b: {source: at.respons}}\n"
    )
    slot = ("outputs", "b", "source")
    problem = Problem("error", "GRF11", "", None, None, "", slot=slot)
    case = Case(problem, workflow, OUTPUTS, {}, catalogue)
    draft = Draft(
        Patch((Remove(slot[:2]),)), "a try", "It may.", (certain("somebody says so"),),
        code="GRF11", cases=(case,),
    )  # fmt: skip
    fix = climb(draft, Ground(workflow, (case,), catalogue, lambda _: Preview({})))
    assert isinstance(fix, Fix), fix.describe()
    assert (fix.level, fix.gains) == ("ASK", ("the output b would be gone",))


def test_a_text_that_can_be_read_is_not_spliced() -> None:
    """Letters are changed only where nothing can be read; elsewhere no frozen node is seen."""
    splice = Splice(TEXT.index("fetch"), "fetch", "fresh")
    result = _climbed("at", splices=(splice,))
    assert isinstance(result, Refused)
    assert "letter by letter" in result.reason


def test_a_misspelt_secret_may_be_mended() -> None:
    """The author has named it there, if wrongly: its right name hands over nothing new."""
    headers = _of(6, "params", "headers", "key")
    assert isinstance(_climbed("sign", SetValue(headers, "Bearer ${token}")), Fix)
    other = SetValue(_of(6, "params", "url"), "https://api.org/${env.HOME}")
    assert isinstance(_climbed("sign", other), Refused)
