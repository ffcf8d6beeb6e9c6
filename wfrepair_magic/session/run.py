"""The one verb, `run`, and the Run that it leaves."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from .. import events
from ..engine.columns import frame_of
from ..engine.job import Ask
from ..engine.result import NodeRun, Outcome, Preview
from ..engine.secrets import Redactor
from ..errors import BadWorkflow
from ..failure import Failure
from ..ir.model import MISSING
from ..ir.workflow import Workflow
from ..problem import Problem
from ..repair.fix import Fix
from ..repair.policy import Policy
from .desk import dismiss, resolve
from .options import Mode, Options, change_options, read_options, read_workflow
from .work import Asked, foresee, work


@dataclass(eq=False)
class Run:
    """What a run left, and the ways to go on from it.

    `session` is the id of its session; `workflow` is what ran in the end and `given` the inputs
    that it was given, secrets in clear (`inputs` masks them); `seconds` is the whole run's time.
    `fixes` are what would repair its failures (where it went well: what it was warned of), best
    first, `abstained` says in sentences why the rest has no fix, `applied` are the fixes that a
    person chose before it and those that policy applied on the way, `problems` the findings that
    diagnosis worked from.
    """

    id: str
    session: str
    workflow: Workflow
    given: Mapping[str, Any]
    options: Options
    outcome: Outcome
    seconds: float
    fixes: tuple[Fix, ...] = ()
    abstained: tuple[str, ...] = ()
    applied: tuple[Fix, ...] = ()
    problems: tuple[Problem, ...] = ()

    @property
    def inputs(self) -> dict[str, Any]:
        """The inputs as given; a secret, and what the workflow does not declare, by name only."""
        declared = self.workflow.inputs
        return {
            name: value
            if name in declared and not declared[name].secret
            else Redactor.reference(name)
            for name, value in self.given.items()
        }

    @property
    def name(self) -> str:
        """The workflow's name; with the store it says which session this is."""
        return self.options.name

    @property
    def store(self) -> Path:
        """The folder of the project store."""
        return self.options.store

    @property
    def state(self) -> str:
        """How the run ended: SUCCESS, DEGRADED, FAILED, CANCELLED or WAITING."""
        return self.outcome.state

    @property
    def outputs(self) -> Mapping[str, Any]:
        """The declared outputs by name; those of a branch that was not taken are absent."""
        return self.outcome.outputs

    @property
    def action(self) -> str:
        """The action that the run ended with."""
        return self.outcome.action

    @property
    def nodes(self) -> Mapping[str, NodeRun]:
        """How each node ended, by id, in the author's order."""
        return self.outcome.nodes

    @property
    def node_count(self) -> int:
        """How many nodes the workflow has."""
        return len(self.outcome.nodes)

    @property
    def failures(self) -> list[Failure]:
        """The root failures that nothing handled, in the author's order."""
        return list(self.outcome.failures)

    @property
    def repaired_text(self) -> str:
        """The text of what ran in the end, in the author's layout."""
        return self.workflow.text

    @property
    def result(self) -> Any:
        """The output that was asked for by `output`; all of them where none was."""
        wanted = self.options.output
        return self.outputs if wanted is None else self.outputs.get(wanted)

    @property
    def metrics(self) -> dict[str, Any]:
        """Counts of this run: nodes by state, executions, fixes, model calls; times in seconds."""
        nodes = self.outcome.nodes.values()
        counts = dict.fromkeys(("done", "reused", "failed", "skipped"), 0)
        for node in nodes:
            counts[node.state] = counts.get(node.state, 0) + 1
        return {
            **counts,
            "executions": sum(node.attempts for node in nodes),
            "node_seconds": sum(node.seconds for node in nodes),
            "saved_seconds": sum(node.saved_seconds for node in nodes),
            "fixes_applied": len(self.applied),
            "model_calls": len(self.options.prior_usage),
            "prior_usage": list(self.options.prior_usage),
        }

    def apply(self, fix: Fix | None = None, **changes: Any) -> Run:
        """Go on with the workflow patched by a fix (the best one unless given).

        `changes` are keywords of `run` that shall differ.  Raises BadWorkflow where there is no
        fix to apply, or where the fix was made for another text.
        """
        if fix is None:
            if not self.fixes:
                raise BadWorkflow(f"{self.name}: there is no fix to apply", self.problems)
            fix = self.fixes[0]
        return self._go_on(fix.apply(self.workflow), changes, fix)

    def dismiss(self, fix: Fix) -> None:
        """Do not want a fix: in this session it is not offered again, until it changes."""
        dismiss(self.store, self.session, fix)

    def resume(self, **changes: Any) -> Run:
        """Run the same workflow with the same inputs again: what completed is reused."""
        return self._go_on(self.workflow, changes)

    def _go_on(
        self, workflow: Workflow, changes: Mapping[str, Any], chosen: Fix | None = None
    ) -> Run:
        again = {"fresh": False, "rerun": (), **changes}
        sinks = tuple(again.pop("sinks", ()))
        stop = again.pop("stop", None)
        inputs = again.pop("inputs", self.given)
        options = change_options(self.options, workflow, again)
        return _run(Asked(workflow, inputs, options, sinks, chosen, _event(stop)))

    def preview(self, workflow: Workflow | None = None, until: str | None = None) -> Preview:
        """Say what a run of a workflow (this one unless given) would do, executing nothing.

        `until` looks only at one node and what it needs.
        """
        asked = self.workflow if workflow is None else workflow
        options = self.options
        if until is not None:
            options = dataclasses.replace(options, until=until, only=None)
        return foresee(Asked(asked, self.given, options))

    def resolve(self, node: str, verdict: Literal["sent", "not-sent"], value: Any = MISSING) -> str:
        """Say whether an effect in doubt happened; `value` is the result that was lost."""
        return resolve(self.name, node, verdict, store=self.store, value=value)

    def to_frame(self) -> Any:
        """Give the nodes as a pandas DataFrame, one row each; needs pandas to be installed."""
        columns = ["id", "type", "state", "attempts", "seconds", "saved_seconds", "age", "reason"]
        rows = [[getattr(node, column) for column in columns] for node in self.nodes.values()]
        return frame_of(columns, rows)

    def __repr__(self) -> str:
        counts = [
            f"{count} {state}"
            for state, count in self.metrics.items()
            if state in ("done", "reused", "failed", "skipped") and count
        ]
        lines = [f"<Run {self.name}: {self.state} · {', '.join(counts) or 'nothing ran'}>"]
        lines += [f"  ✗ {failure.describe()}" for failure in self.failures]
        lines += [f"  fix {n}: {fix.title}" for n, fix in enumerate(self.fixes, start=1)]
        return "\n".join(lines)


def run(  # noqa: PLR0913 – the one verb: each option is a keyword that people see and complete
    workflow: Workflow | str,
    inputs: Mapping[str, Any] | None = None,
    *,
    name: str | None = None,
    store: str | Path | None = None,
    repair: str | Policy = "off",
    session: Mode | None = None,
    fresh: bool = False,
    rerun: Sequence[str] = (),
    only: str | None = None,
    until: str | None = None,
    on_failure: str | None = None,
    max_workers: int | None = None,
    output: str | None = None,
    prior_usage: Sequence[Mapping[str, Any]] = (),
    ask: Ask | None = None,
    sinks: Sequence[events.Sink] = (),
    folder: str | Path | None = None,
    stdin: str | None = None,
    yes: bool = False,
    stop: threading.Event | None = None,
) -> Run:
    """Run a workflow to its end, repairing it as far as `repair` lets it, and give the Run.

    A workflow that fails is a Run whose state says so; nothing is raised for it.

    `name` and `store` identify the session: what completed in it is reused (engine.md).  `fresh`
    begins a new session; `rerun` names nodes to execute again although they are kept ("all" for
    every node).  `only` runs one node and `until` all up to one, with what they need.  `sinks`
    are called with every Event, on the run's thread.  `ask` decides about effects in doubt; None
    leaves the run WAITING.  `folder` is the working folder of the nodes (the current one unless
    given), `stdin` the text for an input that says `stdin: true`.  `yes` agrees beforehand to
    begin a fresh session over effects in doubt.  An interrupt (KeyboardInterrupt) ends the run
    in order: its state is CANCELLED, and it can be gone on with.  So does `stop`, once any thread
    sets it; an interrupt sets it, too.  Effects in doubt that are answered for (`resolve`) while
    the run is under way are taken as answered: it goes on with them before it ends.

    A text that cannot be read is a run that failed, where `repair` can show how to mend it; else
    BadWorkflow is raised for it, as for options that do not fit the workflow.  StoreError is
    raised for a store that cannot be used.
    """
    asked = _workflow(workflow, repair)
    keywords = {
        "name": name, "store": store, "repair": repair, "session": session, "fresh": fresh,
        "rerun": rerun, "only": only, "until": until, "on_failure": on_failure,
        "max_workers": max_workers, "output": output, "prior_usage": prior_usage, "ask": ask,
        "folder": folder, "stdin": stdin, "yes": yes,
    }  # fmt: skip
    options = read_options(asked, keywords)
    return _run(Asked(asked, dict(inputs or {}), options, tuple(sinks), stop=_event(stop)))


def preview(
    workflow: Workflow | str, inputs: Mapping[str, Any] | None = None, **keywords: Any
) -> Preview:
    """Say what `run` with the same arguments would do, executing nothing."""
    asked = _workflow(workflow, "off")
    return foresee(Asked(asked, dict(inputs or {}), read_options(asked, keywords)))


def _event(stop: threading.Event | None) -> threading.Event:
    return threading.Event() if stop is None else stop


def _workflow(workflow: Workflow | str, repair: str | Policy) -> Workflow:
    given: object = workflow  # what callers really pass is not what they were asked for
    if isinstance(given, str):
        return read_workflow(given, repair)
    if isinstance(given, Workflow):
        return given
    kind = type(given).__name__
    raise BadWorkflow(f"a workflow is text or a Workflow, not {kind}; see Workflow.build")


def _run(asked: Asked) -> Run:
    left = work(asked)
    done = left.repaired
    return Run(
        id=left.run,
        session=left.session,
        workflow=done.workflow,
        given=asked.inputs,
        options=dataclasses.replace(asked.options, fresh=False, rerun=()),
        outcome=done.outcome,
        seconds=left.seconds,
        fixes=done.fixes,
        abstained=done.abstained,
        applied=(*(() if asked.chosen is None else (asked.chosen,)), *done.applied),
        problems=done.problems,
    )
