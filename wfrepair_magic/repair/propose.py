"""From Cases to Fixes, best first, and to the sentences that say why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..ir.patch import Patch
from .fix import Fix, Level
from .joint import with_edits
from .ladder import Draft, Ground, Look, Refused, climb
from .rules import RULES
from .rules.base import Abstain, Candidate, Case

MOST_SINGLE = 10
"""So many repairs are verified one by one; those beyond are offered in the joint one only."""


@dataclass(frozen=True)
class Proposal:
    """What could be changed, best first, and why the rest could not, a sentence each."""

    fixes: tuple[Fix, ...] = ()
    abstained: tuple[str, ...] = ()


def propose(cases: Sequence[Case], look: Look) -> Proposal:
    """Ask the rules about every case, and verify what they answer.

    Where several problems have a fix each, the one that repairs them all is offered too, and
    the one that repairs all that are SAFE.  `look` tells what a run would do; it is called for
    candidates that the check finds free of errors.
    """
    if not cases:
        return Proposal()
    first = cases[0]
    ground = Ground(first.workflow, tuple(cases), first.catalogue, look)
    drafts, abstained = _ask(cases)
    climbed = [climb(draft, ground) for draft in drafts[:MOST_SINGLE]]
    abstained += [_sentence(result) for result in climbed if isinstance(result, Refused)]
    verified = [
        (draft, result)
        for draft, result in zip(drafts, climbed, strict=False)
        if isinstance(result, Fix)
    ]
    pool = [draft for draft, _ in verified] + drafts[MOST_SINGLE:]
    safe = [draft for draft, fix in verified if fix.level == Level.SAFE.name]
    joint = _joint_results((pool, safe), ground)
    abstained += [_sentence(result) for result in joint if isinstance(result, Refused)]
    fixes = [fix for _, fix in verified] + [fix for fix in joint if isinstance(fix, Fix)]
    return Proposal(tuple(sorted(fixes, key=_rank)), tuple(abstained))


def _rank(fix: Fix) -> tuple[int, int, int, float]:
    """Order by what was verified, then by how much is repaired, then by how sure it is."""
    return (-int(fix.rung[1:]), -len(fix.repairs), -Level[fix.level], -fix.confidence)


def _ask(cases: Iterable[Case]) -> tuple[list[Draft], list[str]]:
    """Ask the rule of each problem; equal answers to several problems become one draft."""
    drafts: list[Draft] = []
    abstained: list[str] = []
    for case in cases:
        draft = _answer(case)
        if isinstance(draft, str):
            abstained.append(draft)
            continue
        twin = next((i for i, other in enumerate(drafts) if other.patch == draft.patch), None)
        if twin is None:
            drafts.append(draft)
        else:
            drafts[twin] = _together(drafts[twin], draft)
    return drafts, abstained


def _answer(case: Case) -> Draft | str:
    problem = case.problem
    rule = RULES.get(problem.code)
    if rule is None:
        hint = f" – {problem.hint}" if problem.hint else ""
        return f"{problem.code} at {case.spot}: no rule repairs this: {problem.message}{hint}"
    answer = rule.repair(case)
    if isinstance(answer, Abstain):
        return f"{problem.code} at {case.spot}: {answer.reason}"
    return _draft(case, answer, rule.unveils)


def _draft(case: Case, answer: Candidate, unveils: bool) -> Draft:
    return Draft(
        code=case.problem.code,
        level=answer.level,
        confidence=answer.confidence,
        patch=answer.patch,
        title=answer.title,
        why=answer.why,
        evidence=answer.evidence,
        cases=(case,),
        unveils=frozenset({case.problem.slot[:2]} if unveils else ()),
    )


def _together(draft: Draft, twin: Draft) -> Draft:
    """Make one draft of two that make the same edit; it is as sure as the less sure one."""
    return replace(
        draft,
        level=min(draft.level, twin.level),
        confidence=min(draft.confidence, twin.confidence),
        cases=(*draft.cases, *twin.cases),
    )


def _sentence(refused: Refused) -> str:
    draft = refused.draft
    return f"{draft.code}: {draft.title} was tried and dropped: {refused.reason}"


def _joint_results(groups: Iterable[list[Draft]], ground: Ground) -> list[Fix | Refused]:
    """Verify the joint draft of each group, until one is SAFE: then nobody need be asked."""
    found: list[Fix | Refused] = []
    tried: list[Patch] = []
    for joint in filter(None, map(_joint, groups)):
        if joint.patch in tried:
            continue
        tried.append(joint.patch)
        result = climb(joint, ground)
        found.append(result)
        if isinstance(result, Fix) and result.level == Level.SAFE.name:
            break
    return found


def _joint(drafts: Iterable[Draft]) -> Draft | None:
    """Make one draft of many, leaving out what contradicts one that came before it."""
    chosen: list[Draft] = []
    patch = Patch(())
    for draft in drafts:
        joined = with_edits(patch, draft.patch)
        if joined is not None:
            patch = joined
            chosen.append(draft)
    if len(chosen) < 2:
        return None
    return Draft(
        code=" + ".join(sorted({draft.code for draft in chosen})),
        level=min(draft.level for draft in chosen),
        confidence=min(draft.confidence for draft in chosen),
        patch=patch,
        title=f"{len(chosen)} repairs in one: {'; '.join(draft.title for draft in chosen)}",
        why=f"{len(chosen)} problems are independent of each other and can be mended at once.",
        evidence=tuple(f"{draft.title}: {line}" for draft in chosen for line in draft.evidence),
        cases=tuple(case for draft in chosen for case in draft.cases),
        unveils=frozenset().union(*(draft.unveils for draft in chosen)),
    )
