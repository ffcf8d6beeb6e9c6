"""Rules for params: their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...ir.patch import Patch, RenameKey
from ...ir.spec import NodeSpec, Param
from ..fix import Level
from .base import PLANTED, Abstain, Answer, Candidate, Case, Example, Rule
from .matching import listing, meant, near


def param_name(case: Case) -> Answer:
    """PRM04: a misspelt param gets its name, unless the type's param is given already."""
    slot = case.problem.slot
    written, given = str(slot[-1]), case.at(slot[:-1])
    spec = _spec(case)
    if spec is None or not isinstance(given, Mapping):
        return Abstain("the type of the node is not known, so its params are not either")
    alias = next((param for param in spec.params.values() if written in param.aliases), None)
    if alias is not None:
        return _by_alias(case, alias, given)
    names = spec.spellings()
    found = meant(written, names, f"params of {spec.name}")
    if found is None:
        return Abstain(
            f"no param of {spec.name} can be taken for `{written}`{near(written, names)}"
            f"; it has {listing(names)}"
        )
    param = spec.param(found.name)
    if param is not None and _is_given(param, given):
        return _twice(written, found.name)
    return Candidate(
        level=Level.ASK,
        patch=Patch((RenameKey(slot, found.name),)),
        title=f"`{written}` → `{found.name}` in {case.problem.node}.params",
        why=f"{spec.name} has no param `{written}`, and `{found.name}` is the one it stands for.",
        evidence=(found.fact, f"`{found.name}` is not given yet"),
        confidence=found.confidence,
    )


def _by_alias(case: Case, param: Param, given: Mapping[str, Any]) -> Answer:
    written = str(case.problem.slot[-1])
    if _is_given(param, given) or _aliases(param, given) != [written]:
        return _twice(written, param.name)
    return Candidate(
        level=Level.SAFE,
        patch=Patch((RenameKey(case.problem.slot, param.name),)),
        title=f"`{written}` → `{param.name}` in {case.problem.node}.params",
        why=f"`{written}` is a known wrong name of the param `{param.name}`.",
        evidence=(
            f"the node type registers `{written}` as another name of `{param.name}`",
            f"`{param.name}` is not given yet",
        ),
        confidence=PLANTED,
    )


def _spec(case: Case) -> NodeSpec | None:
    slot = case.problem.slot[:2]
    node = next((node for node in case.workflow.nodes if node.slot == slot), None)
    return case.catalogue.get(node.type) if node is not None else None


def _is_given(param: Param, given: Mapping[str, Any]) -> bool:
    return any(name in given for name in (param.name, *param.accepts))


def _aliases(param: Param, given: Mapping[str, Any]) -> Sequence[str]:
    return [name for name in given if name in param.aliases]


def _twice(written: str, name: str) -> Abstain:
    return Abstain(f"`{written}` would be `{name}`, which is given already – keep the one meant")


def _write(param: str) -> str:
    return f"""\
nodes:
  - id: save
    type: write-file
    params:
      {param}: out/report.md  # for the team
      content: text
"""


RULES = (
    Rule(
        "PRM04",
        param_name,
        examples=(
            Example(
                before=_write("file_pth"),
                after=_write("file_path"),
                level="ASK",
                says="`file_path` is at distance 1 from `file_pth`",
            ),
            Example(
                before=_write("filename"),
                after=_write("path"),
                level="SAFE",
                says="the node type registers `filename` as another name of `path`",
            ),
            Example(
                before=_write("File-Path"),
                after=_write("file_path"),
                level="ASK",
                says="equals `File-Path` after folding case and separators",
            ),
            Example(
                before=_write("path: a.md\n      filename"),
                after=None,
                says="`filename` would be `path`, which is given already",
            ),
            Example(
                before=_write("path: a.md\n      contnet"),
                after=None,
                says="`contnet` would be `content`, which is given already",
            ),
        ),
    ),
)
