"""What a rule is: from a Case to a Candidate, or to the reason why it abstains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ...ir.model import MISSING
from ...ir.patch import Patch
from ...ir.spec import Catalogue
from ...ir.templates import UNDECIDED
from ...ir.workflow import Workflow
from ...problem import Problem, Slot
from ..fix import Level, LevelName, wilson

PLANTED: Final = wilson(600, 600)
"""The confidence of a rule without a choice to make: of 600 planted faults it mends all as they
were (tests/repair/test_planted.py)."""


@dataclass(frozen=True)
class Case:
    """One problem, and everything at hand that a rule may look at.

    `outputs` are the outputs of completed nodes by id, `inputs` the values of the workflow's
    inputs, `frozen` the completed nodes, which no fix may touch.
    """

    problem: Problem
    workflow: Workflow
    outputs: Mapping[str, Mapping[str, Any]]
    inputs: Mapping[str, Any]
    catalogue: Catalogue
    frozen: frozenset[str] = frozenset()

    @property
    def written(self) -> Any:
        """What the author wrote at the problem's slot; MISSING where nothing stands there."""
        return self.at(self.problem.slot)

    def at(self, slot: Slot) -> Any:
        """Give what the author wrote at a slot; MISSING where nothing stands there."""
        value: Any = self.workflow.data
        for part in slot:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return MISSING
        return value

    @property
    def scope(self) -> dict[str, Any]:
        """What templates could see: heads to values, and markers for what is not known yet."""
        nodes = (node.id for node in self.workflow.nodes)
        heads = ("env", *self.workflow.inputs, *nodes)
        return {**dict.fromkeys(heads, UNDECIDED), **self.inputs, **self.outputs}

    @property
    def spot(self) -> str:
        """The problem's place as people say it: ``send.params.text``, else its path."""
        problem = self.problem
        if problem.node is None or problem.slot[:1] != ("nodes",):
            return problem.path or "the workflow"
        return ".".join([problem.node, *map(str, problem.slot[2:])])


@dataclass(frozen=True)
class Candidate:
    """An edit that a rule holds to be right; `confidence` as in Fix.

    `why` is one sentence; each line of `evidence` is a fact that can be looked up.
    """

    level: Level
    patch: Patch
    title: str
    why: str
    evidence: tuple[str, ...]
    confidence: float


@dataclass(frozen=True)
class Abstain:
    """Why a rule gives no edit: a sentence, with what would help."""

    reason: str


Answer = Candidate | Abstain


@dataclass(frozen=True)
class Example:
    """A workflow that has one problem, and what the rule makes of it; a test is made from each.

    `before` is the author's text and `after` the repaired one, or None where the rule must
    abstain.  `outputs` are those of the nodes that have completed, `inputs` the values given.
    `says` is a piece of the evidence, or of the reason for abstaining.
    """

    before: str
    after: str | None
    says: str
    level: LevelName | None = None
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """How one code of the taxonomy is repaired.

    `unveils`: the problem kept the check from looking at the rest of its node, so that an edit
    may bring findings to light that it did not cause.
    """

    code: str
    repair: Callable[[Case], Answer]
    examples: tuple[Example, ...]
    unveils: bool = False
