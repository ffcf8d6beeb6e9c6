"""What a rule is: from a Case to a Candidate, or to the reason why there is none."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ...ir.model import MISSING, Node
from ...ir.patch import Patch, SetValue
from ...ir.spec import Catalogue, NodeSpec, Param
from ...ir.subject import Subject
from ...ir.templates import UNDECIDED
from ...ir.workflow import Workflow
from ...problem import Problem, Slot, path_text
from ..fix import Level, wilson
from ..last_good import NOTHING, LastGood
from .examples import Example

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
    def heads(self) -> tuple[str, ...]:
        """What the templates of the problem's node may begin with."""
        subject = Subject(self.workflow, self.workflow.data, self.catalogue)
        return tuple(
            head for head in subject.heads_for(self.problem.node) if head != self.problem.node
        )

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
    def types(self) -> Sequence[str]:
        """The JSON types that the value at the problem's place may have."""
        found = self.problem.facts.get("types")
        return tuple(found) if found else self.param.types if self.param is not None else ()

    @property
    def spot(self) -> str:
        """The problem's place as people say it: ``send.params.text``, else its path."""
        problem = self.problem
        if problem.node is None or problem.slot[:1] != ("nodes",):
            return problem.path or "the workflow"
        return ".".join(filter(None, (problem.node, path_text(problem.slot[2:]))))


@dataclass(frozen=True)
class Fact:
    """What speaks for an edit, to be looked up, and how far it carries; `confidence` as in Fix."""

    text: str
    level: Level = Level.ASK
    confidence: float = UNMEASURED


def certain(text: str) -> Fact:
    """Give a fact that leaves no choice: what it speaks for may be done unasked."""
    return Fact(text, Level.SAFE, PLANTED)


@dataclass(frozen=True)
class Candidate:
    """An edit that a rule holds to be right; it is as sure as the least of its facts.

    `why` is one sentence.
    """

    patch: Patch
    title: str
    why: str
    facts: tuple[Fact, ...]

    @property
    def level(self) -> Level:
        """What may be done with it at most."""
        return min(fact.level for fact in self.facts)

    @property
    def confidence(self) -> float:
        """How sure it is, as in Fix."""
        return min(fact.confidence for fact in self.facts)


def swap(case: Case, new: Any, why: str, *facts: Fact) -> Candidate:
    """Propose another value in the place of what stands at the problem's slot."""
    old = case.written
    before, after = shown(old, new)
    title = f"`{before}` → `{after}` in {case.spot}"
    return Candidate(Patch((SetValue(case.problem.slot, new, old),)), title, why, facts)


def shown(old: Any, new: Any) -> tuple[str, str]:
    """Write two values for a sentence: both as JSON, unless both are text."""
    if isinstance(old, str) and isinstance(new, str):
        return old, new
    return json.dumps(old, ensure_ascii=False), json.dumps(new, ensure_ascii=False)


Answer = Candidate | str
"""An edit, or why there is none: what would help.  The problem's own message stands beside it and
is not said again; what is empty says that no rule knows more."""


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
