"""One pass: from a workflow and what it was given to an Outcome, or to a Preview of one."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import events
from ..failure import Category, Failure
from ..ir.inputs import resolve_inputs
from ..ir.workflow import Workflow
from ..nodes import registry
from ..problem import Problem
from ..settings import LIMITS
from .backend import Backend
from .doubts import doubt_text
from .job import Ask, Job
from .ledger import Ledger
from .memory import Memory
from .outputs import outputs_of
from .owner import Owner
from .plan import WHOLE, Plan, Scope, make_plan
from .prepare import Site
from .preview import preview
from .result import NodeRun, Outcome, Preview
from .scheduler import Scheduler
from .secrets import Redactor
from .standing import Standing
from .states import run_state
from .store import Store


@dataclass(frozen=True)
class Request:
    """What a run is asked to do, whatever its workflow says.

    `given` are the inputs as they were passed, `environ` the environment that `env:` inputs read,
    `stdin` the text of an input that says `stdin: true`.  `on_failure` and `workers` of None leave
    it to the workflow.
    """

    given: Mapping[str, Any]
    environ: Mapping[str, str]
    folder: Path
    stdin: str | None = None
    scope: Scope = WHOLE
    on_failure: str | None = None
    workers: int | None = None
    ask: Ask | None = None


@dataclass
class Tools:
    """What the passes of one run share: where they remember, where they run, whom they tell."""

    store: Store
    ledger: Ledger
    backend: Backend
    owner: Owner
    workflow: str
    session: str
    run: str
    emit: Callable[[events.Event], None]
    stop: threading.Event
    rerun: set[str] = field(default_factory=set)
    passes: int = 0


@dataclass(frozen=True)
class _Ready:
    """A workflow that the check found free of errors, with its inputs and its plan."""

    plan: Plan
    site: Site
    values: Mapping[str, Any]
    warnings: tuple[Problem, ...]


def execute(workflow: Workflow, request: Request, tools: Tools, so_far: Outcome | None) -> Outcome:
    """Run the workflow once.  `so_far` is the outcome of the pass before it in the same run.

    With errors from the check nothing runs: they are failures like others.
    """
    tools.passes += 1
    ready = _ready(workflow, request)
    announce(workflow, ready, tools)
    if isinstance(ready, tuple):
        tools.emit(events.Checked(problems=ready))
        return _refused(workflow, ready)
    if ready.warnings:
        tools.emit(events.Checked(problems=ready.warnings))
    attempts = {id: run.attempts for id, run in so_far.nodes.items()} if so_far else {}
    outcome = Scheduler(
        Job(
            plan=ready.plan,
            site=ready.site,
            memory=_memory(ready, tools),
            backend=tools.backend,
            values=ready.values,
            emit=tools.emit,
            stop=tools.stop,
            on_failure=request.on_failure or workflow.defaults.on_failure or "continue",
            workers=request.workers or workflow.defaults.max_workers or LIMITS.workers,
            ask=request.ask,
            attempts=attempts,
        )
    ).run()
    tools.store.flush()
    tell_other_doubts(outcome.nodes, tools)
    return _with_outputs(workflow, outcome)


def tell_other_doubts(nodes: Mapping[str, NodeRun], tools: Tools) -> None:
    """Say which effects of this session are in doubt that no node asks about.

    Their node is gone, was not reached, or does something else since it was edited.
    """
    asked = {id for id, run in nodes.items() if run.state == "in_doubt"}
    for receipt in tools.ledger.open_questions(tools.session):
        if receipt.slot not in asked:
            text = receipt.question or doubt_text(receipt.slot, "its outcome was lost")
            tools.emit(events.Notice(text=text, node=receipt.slot))


def look(workflow: Workflow, request: Request, tools: Tools) -> Preview:
    """Say what `execute` would do, executing nothing and changing nothing on disk."""
    ready = _ready(workflow, request)
    if isinstance(ready, tuple):
        return Preview({}, tuple(failures_of(ready)))
    return preview(ready.plan, ready.site, _memory(ready, tools), ready.values)


def _ready(workflow: Workflow, request: Request) -> _Ready | tuple[Problem, ...]:
    """Check the workflow and its inputs; gives the problems where anything runs against them."""
    found = workflow.problems()
    errors = [problem for problem in found if problem.severity == "error"]
    if workflow.unread:  # it declares no inputs, and so nothing of what was given is wrong
        return tuple(errors)
    values, wrong = resolve_inputs(workflow, request.given, request.environ, request.stdin)
    if errors or wrong:
        return (*errors, *wrong)
    hidden, redactor = _hide_secrets(workflow, values)
    types = {node.type: registry.find(node.type) for node in workflow.nodes}
    plan = make_plan(workflow, types, request.scope)
    site = Site(workflow, request.folder, redactor)
    values = {**hidden, "env": _environment(workflow, hidden)}
    return _Ready(plan, site, values, tuple(item for item in found if item.severity == "warning"))


def _hide_secrets(workflow: Workflow, values: Mapping[str, Any]) -> tuple[dict[str, Any], Redactor]:
    secrets = {
        name: value
        for name, value in values.items()
        if workflow.inputs[name].secret and value is not None
    }
    references = {name: Redactor.reference(name) for name in secrets}
    return {**values, **references}, Redactor(secrets)


def _environment(workflow: Workflow, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give what ``env.NAME`` means: the inputs that declare that they come from NAME."""
    return {
        item.env: values[name]
        for name, item in workflow.inputs.items()
        if item.env is not None and values.get(name) is not None
    }


def _memory(ready: _Ready, tools: Tools) -> Memory:
    return Memory(
        store=tools.store,
        ledger=tools.ledger,
        workflow=tools.workflow,
        session=tools.session,
        run=tools.run,
        owner=tools.owner,
        slots=frozenset(node.id for node in ready.site.workflow.nodes),
        rerun=tools.rerun,
        standing=Standing(ready.plan, ready.site),
        redactor=ready.site.redactor,
    )


def announce(workflow: Workflow, ready: _Ready | tuple[Problem, ...], tools: Tools) -> None:
    """Tell the sinks that a pass begins, with the graph as far as there is a plan of it."""
    if isinstance(ready, tuple):
        infos = tuple(
            events.NodeInfo(id=node.id, type=node.type, wave=0, effect="", purpose=node.purpose)
            for node in workflow.nodes
        )
    else:
        infos = tuple(
            events.NodeInfo(
                id=id, type=step.node.type, wave=step.wave, effect=step.effect,
                waits_for=step.waits_for, purpose=step.node.purpose,
            )
            for id, step in ready.plan.steps.items()
        )  # fmt: skip
    tools.emit(
        events.RunStarted(
            workflow=tools.workflow, session=tools.session, nodes=infos,
            attempt=tools.passes, digest=workflow.digest,
        )
    )  # fmt: skip


def _with_outputs(workflow: Workflow, outcome: Outcome) -> Outcome:
    """Resolve the declared outputs; one that is wrong makes a run FAILED that was not."""
    found = outputs_of(workflow, outcome.scope)
    failures = (*outcome.failures, *found.failures)
    state = outcome.state
    if found.failures and state in ("SUCCESS", "DEGRADED"):
        state = "FAILED"
    return dataclasses.replace(
        outcome, state=state, failures=failures, outputs=found.values, absent=found.absent
    )


_CATEGORIES: Mapping[str, Category] = {
    "TPL": "template",
    "PRM": "params",
    "GRF": "graph",
    "SRC": "source",
    "LNG": "source",
}


def failures_of(problems: tuple[Problem, ...]) -> list[Failure]:
    """Give the findings of the check as failures, one for each."""
    return [
        Failure(
            node=problem.node or problem.path.split(".")[0] or "workflow",
            code=problem.code,
            category="input" if problem.code == "PRM03" else _CATEGORIES[problem.code[:3]],
            helps="human" if problem.code == "PRM03" else "change",
            effect="no",
            fixable=problem.code != "PRM03",
            message=problem.message,
            problems=(problem,),
            hint=problem.hint,
        )
        for problem in problems
    ]


def _refused(workflow: Workflow, problems: tuple[Problem, ...]) -> Outcome:
    """Give the outcome of a workflow that was not run because of what the check found."""
    failures = failures_of(problems)
    first = {failure.node: failure for failure in reversed(failures)}
    nodes = {}
    for node in workflow.nodes:
        broken = first.get(node.id)
        state, reason = ("failed", broken.message) if broken else ("skipped", "run stopped")
        nodes[node.id] = NodeRun(node.id, node.type, state, reason=reason, failure=broken)
    state = run_state((), len(failures), 0, cancelled=False)
    return Outcome(state=state, nodes=nodes, failures=tuple(failures))
