"""The ladder of a draft: it parses, the check finds nothing new, its templates resolve."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Final

from ..engine.result import Preview
from ..errors import BadWorkflow
from ..ir.patch import Patch
from ..ir.spec import Catalogue
from ..ir.templates import resolve, source_template
from ..ir.workflow import Workflow
from ..problem import Problem, Slot
from .fix import Change, Fix, Level, LevelName, Rung, signature
from .joint import moved, touched
from .policy import effective_level, sending
from .power import Edited, forbidden, gained
from .rules.base import Candidate, Case
from .scope import out_of_scope, thawed

_NAMES: Final[Mapping[Level, LevelName]] = {
    Level.SHOW: "SHOW",
    Level.ASK: "ASK",
    Level.SAFE: "SAFE",
}

_PARAM: Final = 3
"""The length of the shortest slot that says more than which node or edge it is in."""

Look = Callable[[Workflow], Preview]
"""Finds out what a run of a workflow would do now, without executing anything."""


@dataclass(frozen=True)
class Draft(Candidate):
    """An edit that a rule of this code proposes, before it is verified.

    `cases` are the problems that it removes; `unveils` are the nodes and edges (their slots) of
    which the check could not see everything before; `parts` are as in Fix.
    """

    code: str
    cases: tuple[Case, ...]
    unveils: frozenset[Slot] = frozenset()
    parts: tuple[Change, ...] = ()


@dataclass(frozen=True)
class Refused:
    """A draft that did not reach the rung that it needs, and why."""

    draft: Draft
    reason: str

    def describe(self) -> str:
        """Give it as one line."""
        return f"{self.draft.code}: {self.draft.title} was tried and dropped: {self.reason}"


@dataclass(frozen=True)
class Ground:
    """What the ladder stands on: the workflow that failed, all its problems, and `look`."""

    workflow: Workflow
    cases: tuple[Case, ...]
    catalogue: Catalogue
    look: Look

    @cached_property
    def errors(self) -> tuple[Problem, ...]:
        """The errors that the check finds before any edit."""
        return _errors(self.workflow, self.catalogue)


@dataclass(frozen=True)
class _Seen:
    """What was found out on the way up; `notes` are for the evidence, `gains` as in Fix."""

    rung: Rung
    level: Level
    preview: Preview
    notes: tuple[str, ...] = ()
    gains: tuple[str, ...] = ()


def climb(draft: Draft, ground: Ground) -> Fix | Refused:
    """Verify a draft as far as it goes: a Fix with its rung, or the reason why it is dropped."""
    reason = out_of_scope(draft.patch, draft.cases, ground.workflow)
    if reason:
        return Refused(draft, reason)
    try:
        repaired = draft.patch.apply(ground.workflow)
    except BadWorkflow as error:
        return Refused(draft, f"the edit cannot be made: {error.message}")
    edited = Edited(ground.workflow, repaired, ground.catalogue, draft.cases[0].scope)
    reason = _against(draft, edited)
    if reason:
        return Refused(draft, reason)
    seen = _check(draft, ground, repaired)
    if isinstance(seen, Refused):
        return seen
    gains = () if ground.workflow.unread else gained(edited)
    return _fix(draft, ground, repaired, _asked_about(seen, gains))


def _against(draft: Draft, edited: Edited) -> str:
    """Say what speaks against an edit as a whole; "" for nothing."""
    if edited.after.unread:
        return f"then {edited.after.unread[0].describe()}"
    if edited.after.text == edited.before.text:
        return "the edit changes nothing"
    if edited.before.unread:
        return ""
    return thawed(draft.cases, edited.before, edited.after) or forbidden(edited)


def _asked_about(seen: _Seen, gains: tuple[str, ...]) -> _Seen:
    """Leave to a person what would let the workflow do more than its author has said."""
    if not gains:
        return seen
    notes = (*seen.notes, *(f"only a person may allow: {gain}" for gain in gains))
    return replace(seen, level=min(seen.level, Level.ASK), notes=notes, gains=gains)


def _check(draft: Draft, ground: Ground, repaired: Workflow) -> _Seen | Refused:
    """V1: nothing new is wrong; then, if nothing at all is, V2."""
    after = _errors(repaired, ground.catalogue)
    if not after:
        return _resolve(draft, ground, repaired)
    before = Counter(_same(problem, draft.patch) for problem in ground.errors)
    new = [problem for problem in after if not _counted(before, problem)]
    caused = [problem for problem in new if problem.slot[:2] not in draft.unveils]
    if caused and not ground.workflow.unread:
        return Refused(draft, f"then {caused[0].describe()}")
    if new:
        return _Seen("V0", min(draft.level, Level.ASK), Preview({}), _first(new[0]))
    return _Seen("V1", draft.level, Preview({}), _first(after[0]))


def _resolve(draft: Draft, ground: Ground, repaired: Workflow) -> _Seen | Refused:
    """V2: what was edited resolves on what is stored; other failures stay what they are."""
    try:
        preview = ground.look(repaired)
    except BadWorkflow as error:
        return Refused(draft, f"then {error.message}")
    failing = chain(_still_failing(draft, ground, preview), _broken_outputs(draft, repaired))
    remaining = next(failing, None)
    if remaining is not None:
        return Refused(draft, f"then {remaining}")
    edited = _edited(draft, repaired, ground.catalogue)
    level, note = effective_level(draft.level, edited, preview)
    idle = [node for node in edited if preview.verdicts.get(node, "skipped") == "skipped"]
    notes = [f"{node} would not run yet, so its templates were not tried" for node in idle]
    tried = bool(preview.verdicts) and not idle
    return _Seen("V2" if tried else "V1", level, preview, (*notes, *filter(None, [note])))


def _still_failing(draft: Draft, ground: Ground, preview: Preview) -> Iterator[str]:
    """Give what still fails where the draft edits, apart from problems that it leaves alone."""
    own = {id(case) for case in draft.cases}
    others = {
        (case.problem.slot, case.problem.message) for case in ground.cases if id(case) not in own
    }
    places = touched(draft.patch)
    for failure in preview.failures:
        for problem in failure.problems:
            here = any(_overlap(problem.slot, place) for place in places)
            if here and (problem.slot, problem.message) not in others:
                yield problem.message


def _broken_outputs(draft: Draft, repaired: Workflow) -> Iterator[str]:
    """Give why outputs that the draft edits do not resolve: no preview tries them."""
    scope = draft.cases[0].scope
    for slot in touched(draft.patch):
        output = (
            repaired.outputs.get(str(slot[1])) if slot[:1] == ("outputs",) and slot[1:] else None
        )
        if output is not None:
            source = output.source
            for missed in resolve(source_template(source), scope, slot).unresolved:
                yield missed.message


def _overlap(one: Slot, other: Slot) -> bool:
    """Whether a problem of a param, or inside it, lies on an edit's way."""
    shorter = min(len(one), len(other))
    return shorter >= _PARAM and one[:shorter] == other[:shorter]


def _edited(draft: Draft, repaired: Workflow, catalogue: Catalogue) -> dict[str, frozenset[str]]:
    """Map each edited node to the params, by their own names, in which it is edited."""
    found: dict[str, set[str]] = {}
    for slot in touched(draft.patch):
        node = next((node for node in repaired.nodes if node.slot == slot[:2]), None)
        if node is None:
            continue
        params = found.setdefault(node.id, set())
        if slot[2:3] == ("params",) and len(slot) > _PARAM:
            spec = catalogue.get(node.type)
            param = spec.param(str(slot[3])) if spec else None
            params.add(param.name if param else str(slot[3]))
    return {node: frozenset(params) for node, params in found.items()}


def _fix(draft: Draft, ground: Ground, repaired: Workflow, seen: _Seen) -> Fix:
    problems = [case.problem for case in draft.cases]
    alone = len({problem.node for problem in problems}) == 1
    return Fix(
        code=draft.code,
        level=_NAMES[seen.level],
        confidence=round(draft.confidence, 4),
        origin="rule",
        why=draft.why,
        evidence=(*(fact.text for fact in draft.facts), *seen.notes),
        patch=draft.patch,
        rung=seen.rung,
        preview=dict(seen.preview.verdicts),
        title=draft.title,
        node=problems[0].node if alone else None,
        slot=problems[0].slot if len(problems) == 1 else (),
        repairs=tuple(signature(problem) for problem in problems),
        before=ground.workflow,
        after=repaired,
        sends=sending(seen.preview),
        parts=draft.parts,
        gains=seen.gains,
    )


def _errors(workflow: Workflow, catalogue: Catalogue) -> tuple[Problem, ...]:
    return tuple(p for p in workflow.problems(catalogue) if p.severity == "error")


def _same(problem: Problem, patch: Patch) -> tuple[str, Slot]:
    return problem.code, moved(problem.slot, patch)


def _counted(before: Counter[tuple[str, Slot]], problem: Problem) -> bool:
    """Whether a finding was there before the edit; each earlier one counts for one."""
    key = (problem.code, problem.slot)
    before[key] -= 1
    return before[key] >= 0


def _first(problem: Problem) -> tuple[str]:
    return (f"nothing runs before this is mended too: {problem.describe()}",)
