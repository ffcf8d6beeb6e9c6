"""The part of the check that holds params, effect and cache against the node type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..problem import Slot
from .flaw import Flaw
from .language import NODE
from .model import MISSING, Node
from .names import did_you_mean, strict_match
from .params import fits_type, literal_problem
from .spec import NodeSpec, Param
from .subject import Subject
from .templates import Template, TemplateError, walk
from .values import json_type


@dataclass(frozen=True)
class _Given:
    """One node's params beside what its type declares."""

    node: Node
    spec: NodeSpec
    params: Mapping[str, Any]
    beside: tuple[str, ...] = ()  # unknown keys of the node, which may be params out of place

    def slot(self, name: str) -> Slot:
        return (*self.node.slot, "params", name)

    def spelling(self, param: Param) -> str | None:
        """Give the first spelling under which a param is given."""
        return next((name for name in self.params if name in (param.name, *param.accepts)), None)


def param_flaws(subject: Subject) -> Iterator[Flaw]:
    """Find unknown, missing and ill-fitting params, and caches that the effect forbids."""
    for node in subject.definition.nodes:
        spec = subject.spec(node)
        raw = subject.raw(node)
        if spec is None:
            continue
        if isinstance(raw.get("params") or {}, Mapping):
            yield from _params(_Given(node, spec, node.params, tuple(map(str, raw))))
        yield from _cache(node, spec)


def _params(given: _Given) -> Iterator[Flaw]:
    meant: set[str] = set()
    for name, value in given.params.items():
        param = given.spec.param(name)
        if param is not None:
            yield from _twice(given, param, name)
            yield from _value(given, param, name, value)
        elif not given.spec.open:
            flaw = _unknown(given, name)
            meant.add(flaw.facts.get("meant", ""))
            yield flaw
    yield from _missing(given, meant)


# --- names --------------------------------------------------------------------------------------


def _unknown(given: _Given, name: str) -> Flaw:
    """Tell a param that is misspelt (PRM04) from one that the type does not have (PRM05)."""
    names, spec = given.spec.spellings(), given.spec
    alias = next((param.name for param in spec.params.values() if name in param.aliases), None)
    match = strict_match(name, names) if name not in NODE.keys else None
    found = alias or (match.name if match is not None else None)
    facts = {"written": name, "params": names, "type": spec.name}
    message = f"node `{given.node.id}`: `{spec.name}` has no param `{name}`"
    param = spec.param(found) if found is not None else None
    if param is None:
        hint = did_you_mean(name, names, "it has") or "it takes no params"
        if name in NODE.keys:
            hint = f"`{name}` is a key of the node: write it one level up, beside `params`"
        return Flaw("PRM05", given.slot(name), message, hint, given.node.id, at_key=True,
                    facts=facts)  # fmt: skip
    taken = given.spelling(param) is not None
    hint = f"`{found}` is given already" if taken else f"did you mean `{found}`?"
    return Flaw("PRM04", given.slot(name), message, hint, given.node.id, at_key=True,
                facts={**facts, "meant": param.name})  # fmt: skip


def _twice(given: _Given, param: Param, name: str) -> Iterator[Flaw]:
    first = given.spelling(param)
    if first != name:
        message = f"node `{given.node.id}`: `{name}` and `{first}` are one param, given twice"
        facts = {"written": name, "first": first, "type": given.spec.name}
        yield Flaw("PRM10", given.slot(name), message, "take one of them out", given.node.id,
                   at_key=True, facts=facts)  # fmt: skip


def _missing(given: _Given, meant: set[str]) -> Iterator[Flaw]:
    """Tell what is required and not there, unless a misspelt or misplaced key stands for it."""
    for param in given.spec.params.values():
        here = given.spelling(param) is not None or param.name in meant
        beside = any(name in given.beside for name in (param.name, *param.accepts))
        if param.required and not here and not beside:
            slot: Slot = (*given.node.slot, "params")
            message = f"node `{given.node.id}`: `{given.spec.name}` needs the param `{param.name}`"
            facts = {"param": param.name, "types": param.types, "type": given.spec.name}
            yield Flaw("PRM02", slot, message, param.description, given.node.id, facts=facts)


# --- values -------------------------------------------------------------------------------------


def _value(given: _Given, param: Param, name: str, value: Any) -> Iterator[Flaw]:
    """Find values that cannot fit, as far as they are known before templates have theirs."""
    known = _known(value)
    if known is not value and (known is MISSING or fits_type(param, known)):
        return  # a stand-in has the type of the value and nothing else of it
    verdict = literal_problem(param, known)
    if verdict is None:
        return
    code, message, hint = verdict
    facts = {
        "param": param.name,
        "type": given.spec.name,
        "types": param.types,
        "allowed": param.enum,
        "found_type": json_type(value),
    }
    yield Flaw(
        code, given.slot(name), f"node `{given.node.id}`: param `{name}` {message}", hint,
        given.node.id, facts=facts,
    )  # fmt: skip


def _known(value: Any) -> Any:
    """Give a value without templates as it is; else one of its type; MISSING if that is open."""
    found = [template for _, template in walk(value)]
    if any(isinstance(template, TemplateError) for template in found):
        return MISSING
    if not isinstance(value, str):
        return value if not found else type(value)()
    if not found:
        return value
    template = found[0]
    return MISSING if isinstance(template, Template) and template.whole is not None else "text"


# --- effect and cache ---------------------------------------------------------------------------


def _cache(node: Node, spec: NodeSpec) -> Iterator[Flaw]:
    effect = node.effect or spec.effect_with(node.params)
    if effect != "write" or node.cache is None or node.cache is False:
        return
    why = "its `effect` is write" if node.effect else f"`{spec.name}` writes unless `effect` says"
    message = f"node `{node.id}`: `cache` cannot reuse what a node with effects does ({why})"
    hint = "take `cache` out, or say `effect: read` if it changes nothing"
    facts = {"effect": effect, "written": node.cache}
    yield Flaw("PRM10", (*node.slot, "cache"), message, hint, node.id, facts=facts)
