"""What a rule is: from a Case to a Candidate, or to the reason why it abstains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ...ir.model import MISSING, Node
from ...ir.patch import Patch
from ...ir.spec import Catalogue, NodeSpec, Param
from ...ir.templates import UNDECIDED
from ...ir.workflow import Workflow
from ...problem import Problem, Slot
from ..fix import Level, LevelName, wilson
from ..last_good import NOTHING, LastGood

PLANTED: Final = wilson(600, 600)
"""The confidence of a rule without a choice to make: of 600 planted faults it mends all as they
were (tests/repair/test_planted.py)."""

UNMEASURED: Final = 0.0
"""The confidence of a rule that weighs evidence, and of which nobody has counted how often."""


@dataclass(frozen=True)
class Case:
    """One problem, and everything at hand that a rule may look at.

    `outputs` are the outputs of completed nodes by id, `inputs` the values of the workflow's
    inputs, `frozen` the completed nodes, which no fix may touch; `last_good` is what is remembered
    of the last run that went well.
    """

    problem: Problem
    workflow: Workflow
    outputs: Mapping[str, Mapping[str, Any]]
    inputs: Mapping[str, Any]
    catalogue: Catalogue
    frozen: frozenset[str] = frozenset()
    last_good: LastGood = NOTHING

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
    def code(self) -> str:
        """The code that says what is wrong; for an output, what is wrong with its source."""
        return str(self.problem.facts.get("as", self.problem.code))

    @property
    def node(self) -> Node | None:
        """The node in which the problem lies."""
        slot = self.problem.slot[:2]
        return next((node for node in self.workflow.nodes if node.slot == slot), None)

    @property
    def spec(self) -> NodeSpec | None:
        """What is known of the type of that node."""
        return self.catalogue.get(self.node.type) if self.node is not None else None

    @property
    def param(self) -> Param | None:
        """The param in which the problem lies."""
        slot = self.problem.slot
        inside = slot[:1] == ("nodes",) and slot[2:3] == ("params",) and len(slot) > 3
        return self.spec.param(str(slot[3])) if inside and self.spec is not None else None

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
    `says` is a piece of the evidence, or of the reason for abstaining.  `last_text` is the text of
    the last good run and `last_outputs` what its nodes gave; `types` are node types that it needs.
    """

    before: str
    after: str | None
    says: str
    level: LevelName | None = None
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    last_text: str = ""
    last_outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    types: tuple[NodeSpec, ...] = ()


@dataclass(frozen=True)
class Rule:
    """How one code of the taxonomy is repaired.

    `unveils`: the problem kept the check from looking at the rest of its node, so that an edit
    may bring findings to light that it did not cause.  `of` names wider codes: a problem of one
    of them is of this rule's where the values at hand give the rule a Candidate.  `warns`: it
    looks at warnings, too.
    """

    code: str
    repair: Callable[[Case], Answer]
    examples: tuple[Example, ...]
    unveils: bool = False
    of: tuple[str, ...] = ()
    warns: bool = False
