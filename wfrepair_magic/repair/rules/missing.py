"""Rules for what is required and was not given: params and inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from ...ir.model import MISSING, Node
from ...ir.names import folded
from ...ir.params import value_problem
from ...ir.patch import Edit, Insert, Patch, SetValue
from ...ir.spec import Param
from .base import Answer, Candidate, Case, Fact, Rule
from .examples import Scene
from .matching import listing

_A: Final = {
    "string": "a text", "integer": "a whole number", "number": "a number",
    "boolean": "true or false", "object": "a mapping", "array": "a list",
}  # fmt: skip


def last_value(case: Case) -> Answer:
    """PRM01: the param gets what the author had written for it in the last good run."""
    node, param = case.node, _lacking(case)
    if node is None or param is None:
        return ""
    value = case.last_good.param(node.id, (param.name, *param.accepts))
    if value is MISSING:
        return ""
    fact = f"in the last good run {node.id} had `{param.name}: {value}`"
    return _adding(case, node, param.name, value, fact)


def bind(case: Case) -> Answer:
    """PRM02: the param takes the one input or output of the same name whose type fits."""
    node, param = case.node, _lacking(case)
    if node is None or param is None:
        return ""
    found = dict(_namesakes(case, param))
    if len(found) != 1:
        several = f"{listing([name[2:-1] for name in found])} have its name; " if found else ""
        meaning = f" ({param.description})" if param.description else ""
        return f"{several}say what `{param.name}` is{meaning}"
    ((template, fact),) = found.items()
    return _adding(case, node, param.name, template, fact)


def give(case: Case) -> Answer:
    """PRM03: only a person knows the value of an input; how to give it is said."""
    name = str(case.problem.slot[-1]) if case.problem.slot else ""
    declared = case.workflow.inputs.get(name)
    kind = _A.get(declared.type or "", "") if declared is not None else ""
    meaning = declared.description if declared is not None else ""
    wanted = " – ".join(filter(None, (kind, meaning)))
    shown = f" ({wanted})" if wanted else ""
    return f"give it with the run{shown}, or declare `default:` at inputs.{name}"


def added(case: Case, node: Node, params: dict[str, Any]) -> tuple[Edit, ...]:
    """Give the edits that add params to a node, whatever stands at its `params` now."""
    slot = (*node.slot, "params")
    written = case.at(slot)
    if isinstance(written, dict) and written:
        return tuple(Insert((*slot, name), value) for name, value in params.items())
    return (Insert(slot, params) if written is MISSING else SetValue(slot, params, written),)


def _adding(case: Case, node: Node, name: str, value: Any, fact: str) -> Candidate:
    return Candidate(
        Patch(added(case, node, {name: value})),
        f"`{name}: {value}` added to {node.id}.params",
        f"{node.type} needs `{name}`, and what it may be is known.",
        (Fact(fact),),
    )


def _lacking(case: Case) -> Param | None:
    name = case.problem.facts.get("param")
    return case.spec.params.get(str(name)) if case.spec is not None else None


def _namesakes(case: Case, param: Param) -> Iterator[tuple[str, str]]:
    """Give the templates that bring a value of the param's name, each with the fact behind it."""
    names = {folded(name) for name in (param.name, *param.accepts)}
    for head in case.heads:
        declared = case.workflow.inputs.get(head)
        if declared is None:
            for field, kind, value in _fields(case, head):
                if folded(field) in names and _fits(param, kind, value):
                    fact = f"`{head}` gives `{field}`; nothing else has the param's name"
                    yield f"${{{head}.{field}}}", fact
        elif folded(head) in names and _fits(param, declared.type, case.inputs.get(head, MISSING)):
            yield f"${{{head}}}", f"the input `{head}` alone has the param's name"


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


_CONTENT = "      content: text  # what\n"
_PATH = "      path: report.md\n"
_SAVE = "nodes:\n@@  - id: save\n    type: write-file\n    params:\n"
_LOAD = "  - {id: load, type: read-file, params: {path: a.txt}}\n"
_ALONE = Scene(_SAVE.replace("@@", "") + "@@")
_LOADED = Scene(_SAVE.replace("@@", _LOAD) + "@@")
_PATH_INPUT = "inputs:\n  path: {type: string}\n"
_REPO = Scene("""\
inputs:
  repo: @@
nodes:
  - {id: a, type: value, params: {x: "${repo}"}}
""")


def _after(text: str, **outputs: Any) -> Scene:
    return replace(_ALONE, last_text=text, last_outputs=outputs)


def _given(scene: Scene) -> Scene:
    return replace(scene, text=_PATH_INPUT + scene.text, inputs={"path": "report.md"})


RULES = (
    Rule(
        "PRM01",
        last_value,
        of=("PRM02",),
        examples=(
            _after(_ALONE.text.replace("@@", _CONTENT + _PATH), save={}).ask(
                _CONTENT, _CONTENT + _PATH, "in the last good run save had `path: report.md`"
            ),
            # The last good run says nothing of this node.
            _after("nodes: [{id: other, type: value}]\n", other={"path": "a.md"}).leave(
                _CONTENT, "say what `path` is"
            ),
        ),
    ),
    Rule(
        "PRM02",
        bind,
        examples=(
            _given(_ALONE).ask(
                _CONTENT,
                f"{_CONTENT}      path: ${{path}}\n",
                "the input `path` alone has the param's name",
            ),
            _LOADED.ask(
                _PATH,
                f"{_PATH}      content: ${{load.content}}\n",
                "`load` gives `content`; nothing else has the param's name",
            ),
            # An input and an output: which one?
            _given(_LOADED).leave(_CONTENT, "`load.path`, `path` have its name; say what"),
            _ALONE.leave(_CONTENT, "say what `path` is"),
        ),
    ),
    Rule(
        "PRM03",
        give,
        examples=(
            _REPO.leave(
                "{type: string, env: REPO}",
                "give it with the run (a text), or declare `default:` at inputs.repo",
            ),
        ),
    ),
)
