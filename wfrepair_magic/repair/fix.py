"""A Fix: an edit of one workflow, with all that a person needs to accept or refuse it."""

from __future__ import annotations

import enum
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from ..errors import BadWorkflow
from ..events import Suggestion
from ..ir.line_edits import line_edits
from ..ir.patch import Patch, diff
from ..ir.workflow import Workflow
from ..problem import Problem, Slot


class Level(enum.IntEnum):
    """What may be done with a fix: explain it, ask a person, or apply it unasked.

    RETRY of the failure tables is none of these: it edits nothing, and the engine does it.
    """

    SHOW = 1
    ASK = 2
    SAFE = 3


LevelName = Literal["SHOW", "ASK", "SAFE"]
Origin = Literal["rule", "model"]

Rung = Literal["V0", "V1", "V2", "V3", "V4"]
"""How far a fix was verified: it parses · the check finds nothing new · its templates resolve on
what is stored · it ran on stored upstream results · nothing that completed is changed by it."""


class Signature(NamedTuple):
    """What makes two problems the same one: never the message's text."""

    node: str | None
    code: str
    slot: Slot


def signature(problem: Problem) -> Signature:
    """Give the signature of a problem."""
    return Signature(problem.node, problem.code, problem.slot)


class Change(NamedTuple):
    """One repair in words: what it changes, why, and the code of what was wrong."""

    title: str
    why: str
    code: str


@dataclass(frozen=True)
class Fix:
    """One edit that would repair one workflow, and only that one: `before`, which becomes `after`.

    `confidence` is the lower Wilson bound, from 0 to 1, of how often its rule was right when it
    was measured; 0 means that it never was.  `preview` maps each node to what the next run would
    do with it ("reused", "runs", "would send", …) and is empty where other errors keep anything
    from running.  `repairs` names the problems that it removes, `sends` the nodes with effects
    that would run next.  `parts` are the repairs of one that is several, else empty.  `gains` say
    what the workflow could do with it and could not before: only a person may allow that.
    """

    code: str
    level: LevelName
    confidence: float
    origin: Origin
    why: str
    evidence: tuple[str, ...]
    patch: Patch
    rung: Rung
    preview: Mapping[str, str]
    title: str
    node: str | None
    slot: Slot
    repairs: tuple[Signature, ...]
    before: Workflow = field(repr=False)
    after: Workflow = field(repr=False)
    sends: tuple[str, ...] = ()
    parts: tuple[Change, ...] = ()
    gains: tuple[str, ...] = ()

    @cached_property
    def diff(self) -> str:
        """The change of the author's text, as a unified diff."""
        return diff(self.before, self.after)

    @property
    def changes(self) -> tuple[Change, ...]:
        """What it changes, one by one."""
        return self.parts or (Change(self.title, self.why, self.code),)

    def apply(self, workflow: Workflow) -> Workflow:
        """Give the repaired workflow; `workflow` itself stays as it is.

        Raises BadWorkflow where it is not the workflow that the fix was made for.
        """
        if workflow.digest != self.before.digest:
            raise BadWorkflow(
                f"the fix {self.title!r} was made for another text of this workflow; run it again"
            )
        return self.after if workflow is self.before else self.patch.apply(workflow)

    def undo(self, repaired: Workflow) -> Workflow:
        """Take the edit back from the workflow that `apply` gave, or from a later edit of it.

        Raises BadWorkflow where what the fix wrote stands there no more.
        """
        return self.patch.inverse(self.before).apply(repaired)


def suggestion(fix: Fix, number: int) -> Suggestion:
    """Give a fix as viewers see it; `number` counts from 1 in the list that they see."""
    return Suggestion(
        number=number,
        code=fix.code,
        level=fix.level,
        title=fix.title,
        why=fix.why,
        evidence=fix.evidence,
        diff=fix.diff,
        rung=fix.rung,
        preview=dict(fix.preview),
        origin=fix.origin,
        node=fix.node,
        edits=line_edits(fix.before, fix.after),
        changes=tuple(tuple(change) for change in fix.changes),
    )


def likeness(fix: Fix | Suggestion) -> tuple[str | None, str, tuple[str, ...]]:
    """Give what is equal where a fix is offered again unchanged, whatever else was edited."""
    changed = (line for line in fix.diff.splitlines()[2:] if line.startswith(("+", "-")))
    return fix.node, fix.code, tuple(changed)


def wilson(right: int, trials: int) -> float:
    """Give the lower bound of the 95 % Wilson interval of a share; 0 where nothing was tried."""
    if trials == 0:
        return 0.0
    z = 1.959964
    share, spread = right / trials, z * z / trials
    half = z * math.sqrt((share * (1 - share) + spread / 4) / trials)
    return max(0.0, (share + spread / 2 - half) / (1 + spread))
