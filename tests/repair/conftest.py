"""A small engine for the tests of repair: it runs templates, remembers, and counts."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from wfrepair_magic.engine.outputs import outputs_of
from wfrepair_magic.engine.result import NodeRun, Outcome, Preview
from wfrepair_magic.events import Event
from wfrepair_magic.failure import Failure
from wfrepair_magic.ir.findings import problem_of
from wfrepair_magic.ir.graph import dependencies, waves
from wfrepair_magic.ir.inputs import resolve_inputs
from wfrepair_magic.ir.model import Node
from wfrepair_magic.ir.params import value_problem
from wfrepair_magic.ir.spec import catalogue
from wfrepair_magic.ir.templates import UNDECIDED, Gone, resolve
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import Problem, path_text
from wfrepair_magic.repair.diagnose import diagnose
from wfrepair_magic.repair.last_good import NOTHING, LastGood
from wfrepair_magic.repair.propose import Proposal, propose

importlib.import_module("wfrepair_magic.nodes")  # registers the built-in types


def failure_of(node: str, problems: tuple[Problem, ...]) -> Failure:
    """Make the failure of a node whose templates, or whose text, are wrong."""
    first = problems[0]
    return Failure(
        node=node, code=first.code, category="template", helps="change", effect="no",
        fixable=True, message=first.message, problems=problems,
    )  # fmt: skip


@dataclass
class Engine:
    """Runs workflows in memory.  A node gives `given[id]` if that is there, else its params.

    `broken` maps nodes to the failure that their own code ends with.  A completed node is kept by
    its id and resolved params, as the real engine keeps it; `ran` and `passes` count.
    """

    given: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    broken: Mapping[str, Failure] = field(default_factory=dict)
    changed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ran: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    attempts: list[int] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    kept: list[tuple[str, Any]] = field(default_factory=list)
    last_good: LastGood = NOTHING

    def execute(self, workflow: Workflow, attempt: int) -> Outcome:
        """Run one pass."""
        self.texts.append(workflow.text)
        self.attempts.append(attempt)
        errors = [p for p in workflow.problems() if p.severity == "error"]
        errors += [p for p in resolve_inputs(workflow, self.inputs, {})[1] if p.code == "PRM03"]
        if errors:
            nodes = {node.id: NodeRun(node.id, node.type, "skipped") for node in workflow.nodes}
            failures = tuple(failure_of(problem.node or "", (problem,)) for problem in errors)
            return Outcome("FAILED", nodes, failures, values=self.inputs)
        nodes, failures = self._walk(workflow, running=True)
        ended = {id: run.outputs or Gone(run.state) for id, run in nodes.items()}
        failures += outputs_of(workflow, {**self.inputs, **ended}).failures
        return Outcome(
            "FAILED" if failures else "SUCCESS", nodes, tuple(failures), values=self.inputs
        )

    def look(self, workflow: Workflow, outcome: Outcome | None = None) -> Preview:
        """Say what a pass would do."""
        nodes, failures = self._walk(workflow, running=False)
        verdicts = {id: node.reason or node.state for id, node in nodes.items()}
        return Preview(verdicts, tuple(failures), self.changed)

    def emit(self, event: Event) -> None:
        """Keep an event."""
        self.events.append(event)

    def propose(self, workflow: Workflow) -> Proposal:
        """Run a workflow once and ask for fixes."""
        outcome = self.execute(workflow, 1)
        return propose(diagnose(workflow, outcome, catalogue, self.last_good), self.look)

    def _walk(self, workflow: Workflow, running: bool) -> tuple[dict[str, NodeRun], list[Failure]]:
        scope: dict[str, Any] = {"env": {}, **self.inputs}
        nodes: dict[str, NodeRun] = {}
        failures: list[Failure] = []
        for id in (id for wave in waves(dependencies(workflow)) for id in wave):
            nodes[id] = run = self._visit(workflow, id, scope, running)
            if run.failure is not None:
                failures.append(run.failure)
            stands = {"done": run.outputs, "reused": run.outputs, "runs": UNDECIDED}
            scope[id] = stands.get(run.state, Gone(run.state))
        return nodes, failures

    def _visit(
        self, workflow: Workflow, id: str, scope: Mapping[str, Any], running: bool
    ) -> NodeRun:
        node = workflow.node(id)
        found = resolve(node.params, scope, (*node.slot, "params"))
        if found.gone:
            return NodeRun(id, node.type, "skipped")
        if found.unresolved:
            problems = tuple(
                problem_of(one, id, workflow.place(one.slot)) for one in found.unresolved
            )
            return NodeRun(id, node.type, "failed", failure=failure_of(id, problems))
        wrong = () if found.undecided else tuple(_misfits(workflow, node, found.value))
        if wrong:
            return NodeRun(id, node.type, "failed", failure=failure_of(id, wrong))
        outputs = self.given.get(id, found.value)
        if (id, found.value) in self.kept:
            return NodeRun(id, node.type, "reused", outputs)
        if not running:
            spec = catalogue[node.type]
            sends = (node.effect or spec.effect_with(node.params)) == "write"
            return NodeRun(id, node.type, "runs", reason="would send" if sends else "")
        self.ran.append(id)
        if id in self.broken:
            return NodeRun(id, node.type, "failed", failure=self.broken[id])
        self.kept.append((id, found.value))
        return NodeRun(id, node.type, "done", outputs)


def _misfits(workflow: Workflow, node: Node, params: Mapping[str, Any]) -> Iterator[Problem]:
    """Hold resolved params against their types, as the real engine does."""
    for name, value in params.items():
        param = catalogue[node.type].param(name)
        verdict = value_problem(param, value) if param is not None else None
        if verdict is not None:
            code, message, hint = verdict
            slot = (*node.slot, "params", name)
            place, text = workflow.place(slot), f"{node.id}: param `{name}` {message}"
            yield Problem("error", code, path_text(slot), *place, text, hint, node.id, slot)


@pytest.fixture
def engine() -> Engine:
    """Give an engine in which `fetch` answers with a user and two rows."""
    user = {"id": 7, "user_name": "ada", "email": "ada@x.org", "rows": [{"n": 1}, {"n": 2}]}
    return Engine(given={"fetch": user})


@pytest.fixture
def make_engine() -> Callable[..., Engine]:
    """Give the class, for engines of another make."""
    return Engine


@pytest.fixture
def send() -> Iterator[Callable[..., Workflow]]:
    """Give a maker of workflows: `fetch`, then a node `send` with the params given."""

    def make(**params: str) -> Workflow:
        lines = [f'      {name}: "{template}"' for name, template in params.items()]
        nodes = ["nodes:", "  - {id: fetch, type: value}", "  - id: send", "    type: value"]
        return Workflow.parse("\n".join([*nodes, "    params:", *lines, ""]))

    return make
