"""From Cases to Fixes, best first, and to the sentences that say why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ..ir.patch import Patch
from .fix import Change, Fix, Level
from .joint import with_edits
from .ladder import Draft, Ground, Look, Refused, climb
from .rules import RULES
from .rules.base import Case

MOST_SINGLE = 10
"""So many repairs are verified one by one; those beyond are offered in the joint one only."""

MOST_TITLES = 3
"""So many repairs are named in the title of a joint one; its evidence names all."""


@dataclass(frozen=True)
class Proposal:
    """What could be changed, best first, and why the rest could not, a sentence each."""

    fixes: tuple[Fix, ...] = ()
    abstained: tuple[str, ...] = ()


def propose(cases: Sequence[Case], look: Look) -> Proposal:
    """Ask the rules about every case, and verify what they answer.

    Where several problems have a fix each, the one that repairs them all is offered too, and
    the one that repairs all that are SAFE; warnings have one of their own.  `look`
    tells what a run would do; it is called for candidates that the check finds free of errors.
    """
    if not cases:
        return Proposal()
    ground = Ground(cases[0].workflow, tuple(cases), cases[0].catalogue, look)
    drafts, abstained = _ask(cases)
    results = [climb(draft, ground) for draft in drafts[:MOST_SINGLE]]
    climbed = [*zip(drafts, results, strict=False)]
    held = [draft for draft, result in climbed if isinstance(result, Fix)]
    safe = [draft for draft, result in climbed if isinstance(result, Fix) and _is_safe(result)]
    held += drafts[MOST_SINGLE:]
    warned = [draft for draft in held if _only_warns(draft)]
    failing = [draft for draft in held if not _only_warns(draft)]
    results += _joint_results((failing, safe, warned), ground)
    fixes = [result for result in results if isinstance(result, Fix)]
    refused = [result.describe() for result in results if isinstance(result, Refused)]
    return Proposal(tuple(sorted(fixes, key=_rank)), (*abstained, *refused))


def _is_safe(fix: Fix) -> bool:
    return fix.level == Level.SAFE.name


def _only_warns(draft: Draft) -> bool:
    return all(case.problem.severity == "warning" for case in draft.cases)


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
            abstained.append(f"{case.problem.code} at {case.spot}: {draft}")
            continue
        twin = next((i for i, other in enumerate(drafts) if other.patch == draft.patch), None)
        if twin is None:
            drafts.append(draft)
        else:
            drafts[twin] = _together(drafts[twin], draft)
    return drafts, abstained


def _answer(case: Case) -> Draft | str:
    rule = RULES.get(case.problem.code)
    if rule is None:
        return "no rule repairs this"
    answer = rule.repair(case)
    if isinstance(answer, str):
        return answer or "no rule repairs this"
    unveiled = frozenset({case.problem.slot[:2]} if rule.unveils else ())
    return Draft(**vars(answer), code=rule.code, cases=(case,), unveils=unveiled)


def _together(draft: Draft, twin: Draft) -> Draft:
    """Make one draft of two that make the same edit."""
    facts = tuple(dict.fromkeys((*draft.facts, *twin.facts)))
    return replace(draft, facts=facts, cases=(*draft.cases, *twin.cases))


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
        if isinstance(result, Fix) and _is_safe(result):
            break
    return found


def _joint(drafts: Iterable[Draft]) -> Draft | None:
    """Make one draft of many, leaving out what contradicts one that came before it."""
    chosen: list[Draft] = []
    patch = Patch()
    for draft in drafts:
        joined = with_edits(patch, draft.patch)
        if joined is not None:
            patch = joined
            chosen.append(draft)
    if len(chosen) < 2:
        return None
    titles = "; ".join(draft.title for draft in chosen[:MOST_TITLES])
    more = f" and {len(chosen) - MOST_TITLES} more" if len(chosen) > MOST_TITLES else ""
    return Draft(
        patch,
        title=f"{len(chosen)} repairs in one: {titles}{more}",
        why=f"{len(chosen)} problems are independent of each other and can be mended at once.",
        facts=tuple(
            replace(fact, text=f"{draft.title}: {fact.text}")
            for draft in chosen
            for fact in draft.facts
        ),
        code=" + ".join(sorted({draft.code for draft in chosen})),
        cases=tuple(case for draft in chosen for case in draft.cases),
        unveils=frozenset().union(*(draft.unveils for draft in chosen)),
        parts=tuple(Change(draft.title, draft.why, draft.code) for draft in chosen),
    )
