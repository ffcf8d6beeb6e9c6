"""The loop: run, diagnose, choose a fix, run the repaired workflow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..engine.result import Outcome, Preview
from ..events import Event, FixApplied, FixesFound, Notice, Suggestion
from ..ir.spec import catalogue
from ..ir.workflow import Workflow
from ..problem import Problem
from .diagnose import diagnose
from .fix import Fix, Signature, signature, suggestion
from .last_good import NOTHING, LastGood
from .policy import Policy, choose
from .propose import Proposal, propose


@dataclass(frozen=True)
class Means:
    """What the loop acts with: it runs, looks ahead and tells; and what it remembers.

    `execute` runs a workflow and reuses what completed before; it is given the number of the
    attempt, 1 for the author's own text.  `look` says what a run of a workflow without errors
    would do after an outcome, and executes nothing.  A fix that a person has `dismissed` is not
    offered again.
    """

    execute: Callable[[Workflow, int], Outcome]
    look: Callable[[Workflow, Outcome], Preview]
    emit: Callable[[Event], object]
    last_good: LastGood = NOTHING
    dismissed: Callable[[Fix], bool] = lambda fix: False


@dataclass(frozen=True)
class Repaired:
    """How the loop ended.

    `workflow` is what ran last and `outcome` how that ended; `problems`, `fixes` (best first)
    and `abstained` (a sentence each) are the diagnosis of that outcome, and `applied` are the
    fixes that led from the author's workflow to `workflow`.
    """

    workflow: Workflow
    outcome: Outcome
    fixes: tuple[Fix, ...] = ()
    abstained: tuple[str, ...] = ()
    applied: tuple[Fix, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class _Trail:
    """Where the loop has been: texts that ran, problems that a fix was meant to remove."""

    texts: frozenset[str]
    repaired: frozenset[Signature] = field(default_factory=frozenset)

    def after(self, fix: Fix, workflow: Workflow) -> _Trail:
        return _Trail(self.texts | {workflow.digest}, self.repaired | set(fix.repairs))


def repair_loop(workflow: Workflow, means: Means, policy: Policy) -> Repaired:
    """Run a workflow, and as often as the policy lets it, the workflow repaired.

    Stops at an outcome that is not FAILED, when nothing may be applied unasked, when a problem
    comes back that was repaired, at a text that has run before, and after `policy.attempts`
    repairs.  Where a run went well, what mends its warnings is shown.  The workflow given is
    never changed.
    """
    state = Repaired(workflow, means.execute(workflow, 1))
    trail = _Trail(frozenset({workflow.digest}))
    while policy.diagnoses and state.outcome.state == "FAILED":
        state = _diagnosed(state, means, policy)
        means.emit(FixesFound(suggestions=_suggestions(state.fixes), abstained=state.abstained))
        step = _next_step(state, policy, trail)
        if step is None:
            break
        fix, repaired = step
        number = state.fixes.index(fix) + 1
        means.emit(FixApplied(suggestion=suggestion(fix, number), by=f"policy {policy.mode}"))
        trail = trail.after(fix, repaired)
        applied = (*state.applied, fix)
        outcome = means.execute(repaired, 1 + len(applied))
        state = Repaired(repaired, outcome, applied=applied)
    return _advised(state, means) if policy.proposes else state


def _advised(state: Repaired, means: Means) -> Repaired:
    """Add to a run that went well the fixes of its warnings, where there are any."""
    if state.outcome.state not in ("SUCCESS", "DEGRADED"):
        return state
    cases = diagnose(state.workflow, state.outcome, catalogue, means.last_good)
    warned = tuple(case for case in cases if case.problem.severity == "warning")
    outcome = state.outcome
    fixes = _wanted(propose(warned, lambda workflow: means.look(workflow, outcome)).fixes, means)
    if not fixes:
        return state
    means.emit(FixesFound(suggestions=_suggestions(fixes)))
    return replace(state, fixes=fixes, problems=tuple(case.problem for case in warned))


def _suggestions(fixes: tuple[Fix, ...]) -> tuple[Suggestion, ...]:
    return tuple(suggestion(fix, number) for number, fix in enumerate(fixes, start=1))


def _wanted(fixes: tuple[Fix, ...], means: Means) -> tuple[Fix, ...]:
    """Leave out what a person has dismissed, and say how many those are."""
    wanted = tuple(fix for fix in fixes if not means.dismissed(fix))
    if hidden := len(fixes) - len(wanted):
        told = "1 dismissed fix is" if hidden == 1 else f"{hidden} dismissed fixes are"
        means.emit(Notice(text=f"{told} not shown"))
    return wanted


def _diagnosed(state: Repaired, means: Means, policy: Policy) -> Repaired:
    """Add to an outcome what its diagnosis found."""
    outcome = state.outcome
    cases = diagnose(state.workflow, outcome, catalogue, means.last_good)
    if policy.proposes:
        proposal = propose(cases, lambda workflow: means.look(workflow, outcome))
    else:
        proposal = Proposal(abstained=tuple(case.problem.describe() for case in cases))
    return replace(
        state,
        fixes=_wanted(proposal.fixes, means),
        abstained=proposal.abstained,
        problems=tuple(case.problem for case in cases),
    )


def _next_step(state: Repaired, policy: Policy, trail: _Trail) -> tuple[Fix, Workflow] | None:
    """Give the fix to apply unasked and the workflow that it makes; None where to stop.

    What only mends warnings is never applied unasked: it did not fail.
    """
    if len(state.applied) >= policy.attempts:
        return None
    if any(signature(problem) in trail.repaired for problem in state.problems):
        return None
    failed = {signature(problem) for problem in state.problems if problem.severity == "error"}
    fix = choose(policy, [fix for fix in state.fixes if failed.intersection(fix.repairs)])
    if fix is None:
        return None
    repaired = fix.apply(state.workflow)
    return None if repaired.digest in trail.texts else (fix, repaired)
