"""Rules for what is required and was not given: params and inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ...ir.edits import Edit
from ...ir.model import MISSING, Node
from ...ir.names import folded
from ...ir.params import value_problem
from ...ir.patch import Insert, Patch, SetValue
from ...ir.spec import Param
from ...ir.subject import Subject
from ..fix import Level
from .base import UNMEASURED, Abstain, Answer, Candidate, Case, Example, Rule
from .matching import listing


def last_value(case: Case) -> Answer:
    """PRM01: the param gets what the author had written for it in the last good run."""
    node, param = case.node, _lacking(case)
    if node is None or param is None:
        return Abstain(case.problem.message)
    value = case.last_good.param(node.id, (param.name, *param.accepts))
    if value is MISSING:
        return Abstain(f"{case.problem.message}, and no earlier run had it")
    return Candidate(
        level=Level.ASK,
        patch=Patch(given_too(case, node, {param.name: value})),
        title=f"`{param.name}` added to {node.id}.params",
        why=f"{node.type} needs `{param.name}`, and the last good run had it.",
        evidence=(f"in the last good run {node.id} had `{param.name}: {value}`",),
        confidence=UNMEASURED,
    )


def bind(case: Case) -> Answer:
    """PRM02: the param takes the one input or output of the same name whose type fits."""
    node, param = case.node, _lacking(case)
    if node is None or param is None:
        return Abstain(case.problem.message)
    found = dict(_namesakes(case, node, param))
    if len(found) != 1:
        several = f"; {listing([name[2:-1] for name in found])} have its name" if found else ""
        meaning = f" ({param.description})" if param.description else ""
        return Abstain(f"{case.problem.message}{meaning}{several} – say what it is")
    ((template, fact),) = found.items()
    return Candidate(
        level=Level.ASK,
        patch=Patch(given_too(case, node, {param.name: template})),
        title=f"`{param.name}: {template}` added to {node.id}.params",
        why=f"{node.type} needs `{param.name}`, and one value of that name is there.",
        evidence=(fact,),
        confidence=UNMEASURED,
    )


def give(case: Case) -> Answer:
    """PRM03: only a person knows the value of an input; how to give it is said."""
    name = str(case.problem.slot[-1]) if case.problem.slot else ""
    declared = case.workflow.inputs.get(name)
    kind = f", {_A[declared.type]}" if declared is not None and declared.type in _A else ""
    meaning = f" ({declared.description})" if declared is not None and declared.description else ""
    hint = case.problem.hint or "give it with the run"
    default = f"or declare `default:` at inputs.{name}"
    return Abstain(f"{case.problem.message}{kind}{meaning} – {hint}, {default}")


_A = {
    "string": "a text", "integer": "a whole number", "number": "a number",
    "boolean": "true or false", "object": "a mapping", "array": "a list",
}  # fmt: skip


def given_too(case: Case, node: Node, params: dict[str, Any]) -> tuple[Edit, ...]:
    """Give the edits that add params to a node, whatever stands at its `params` now."""
    slot = (*node.slot, "params")
    written = case.at(slot)
    if isinstance(written, dict) and written:
        return tuple(Insert((*slot, name), value) for name, value in params.items())
    return (Insert(slot, params) if written is MISSING else SetValue(slot, params, written),)


def _lacking(case: Case) -> Param | None:
    name = case.problem.facts.get("param")
    return case.spec.params.get(str(name)) if case.spec is not None else None


def _namesakes(case: Case, node: Node, param: Param) -> Iterator[tuple[str, str]]:
    """Give the templates that bring a value of the param's name, each with the fact behind it."""
    names = {folded(name) for name in (param.name, *param.accepts)}
    for head in Subject(case.workflow, case.workflow.data, case.catalogue).heads_for(node.id):
        declared = case.workflow.inputs.get(head)
        if declared is not None and folded(head) in names:
            if _fits(param, declared.type, case.inputs.get(head, MISSING)):
                yield f"${{{head}}}", f"the input `{head}` alone has the param's name"
        elif declared is None and head != node.id:
            for field, kind, value in _fields(case, head):
                if folded(field) in names and _fits(param, kind, value):
                    fact = f"`{head}` gives `{field}`; nothing else has the param's name"
                    yield f"${{{head}.{field}}}", fact


def _fields(case: Case, id: str) -> Iterator[tuple[str, str | None, Any]]:
    """Give the outputs of a node as far as they are known: name, type, value."""
    if id in case.outputs:
        yield from ((name, None, value) for name, value in case.outputs[id].items())
        return
    spec = case.catalogue.get(case.workflow.node(id).type)
    for name, kind in (spec.outputs or {}).items() if spec is not None else ():
        yield name, kind, MISSING


def _fits(param: Param, kind: str | None, value: Any) -> bool:
    """Whether a value, or one of a type, may be given; what is not known may."""
    if value is not MISSING:
        return value_problem(param, value) is None
    number = kind == "integer" and "number" in param.types
    return not param.types or kind in (None, "any", *param.types) or number


def _write(params: str, head: str = "") -> str:
    return f"{head}nodes:\n  - id: save\n    type: write-file\n    params:\n{params}"


_CONTENT = "      content: text  # what\n"
_PATH = "      path: report.md\n"
_INPUT = "inputs:\n  path: {type: string}\n"
_MAKE = (
    "nodes:\n  - {id: load, type: read-file, params: {path: a.txt}}\n"
    "  - id: save\n    type: write-file\n    params:\n"
)
_REPO = "inputs:\n  repo: {type: string, env: REPO}\nnodes:\n  - id: a\n    type: value\n"

RULES = (
    Rule(
        "PRM01",
        last_value,
        of=("PRM02",),
        examples=(
            Example(
                before=_write(_CONTENT),
                after=_write(f"{_CONTENT}{_PATH}"),
                last_text=_write(f"{_CONTENT}{_PATH}"),
                last_outputs={"save": {"path": "report.md", "bytes": 4}},
                level="ASK",
                says="in the last good run save had `path: report.md`",
            ),
            Example(  # the last good run says nothing of this node
                before=_write(_CONTENT),
                after=None,
                last_text="nodes: [{id: other, type: value}]\n",
                last_outputs={"other": {"path": "report.md"}},
                says="`write-file` needs the param `path`",
            ),
        ),
    ),
    Rule(
        "PRM02",
        bind,
        examples=(
            Example(
                before=_write(_CONTENT, _INPUT),
                after=_write(f"{_CONTENT}      path: ${{path}}\n", _INPUT),
                inputs={"path": "report.md"},
                level="ASK",
                says="the input `path` alone has the param's name",
            ),
            Example(
                before=f"{_MAKE}{_PATH}",
                after=f"{_MAKE}{_PATH}      content: ${{load.content}}\n",
                level="ASK",
                says="`load` gives `content`; nothing else has the param's name",
            ),
            Example(  # an input and an output: which one?
                before=_INPUT + _MAKE + _CONTENT,
                after=None,
                inputs={"path": "report.md"},
                says="`load.path`, `path` have its name",
            ),
            Example(
                before=_write(_CONTENT),
                after=None,
                says="`write-file` needs the param `path`",
            ),
        ),
    ),
    Rule(
        "PRM03",
        give,
        examples=(
            Example(
                before=_REPO + "    params: {x: '${repo}'}\n",
                after=None,
                says="the input `repo` has no value, a text – give it by `--input repo=…` or the"
                " environment variable `REPO`, or declare `default:` at inputs.repo",
            ),
        ),
    ),
)
