"""What a run was asked for, checked: the options of `run` as one value."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ..engine.job import Ask
from ..engine.plan import Scope
from ..errors import BadWorkflow
from ..ir.names import nearest
from ..ir.workflow import Workflow
from ..repair.policy import Policy
from ..repair.source import Mended, mend
from ..settings import find_store

Mode = Literal["open", "per-run"]
"""Whether a session stays open until `--fresh`, or ends with a run that succeeded."""


@dataclass(frozen=True)
class Options:
    """How a run was asked for; what is None is left to the workflow, then to our defaults.

    `name` and `store` say which session it belongs to.  `rerun` holds node ids.
    """

    name: str
    store: Path
    folder: Path
    policy: Policy = field(default_factory=Policy.off)
    session: Mode = "open"
    fresh: bool = False
    rerun: tuple[str, ...] = ()
    only: str | None = None
    until: str | None = None
    on_failure: str | None = None
    max_workers: int | None = None
    output: str | None = None
    prior_usage: tuple[Mapping[str, Any], ...] = ()
    ask: Ask | None = None
    stdin: str | None = None
    yes: bool = False

    @property
    def scope(self) -> Scope:
        """The part of the workflow that is asked for."""
        return Scope(only=self.only, until=self.until)


def read_workflow(text: str, repair: str | Policy, first_line: int = 1) -> Workflow:
    """Read a workflow's text; one that cannot be read and can be mended is taken as `unread`.

    `repair` is the policy that will hold: where it proposes nothing, and where nobody knows how
    to mend the text, BadWorkflow is raised.  `first_line` is as in `Workflow.parse`.
    """
    policy = Policy.parse(repair) if isinstance(repair, str) else repair
    workflow = Workflow.accept(text, first_line)
    if workflow.unread and not (policy.proposes and isinstance(mend(text), Mended)):
        return Workflow.parse(text, first_line)
    return workflow


def read_options(workflow: Workflow, keywords: Mapping[str, Any]) -> Options:
    """Make the options of a first run of a workflow from the keywords of `run`.

    Raises BadWorkflow that names the nearest valid option or value.
    """
    given = {key: value for key, value in keywords.items() if value is not None}
    folder = Path(given.pop("folder", Path.cwd())).resolve()
    store = Path(given.pop("store")).absolute() if "store" in given else find_store(folder)
    name = given.pop("name", None) or workflow.name or workflow.digest[:12]
    mode = given.pop("session", None) or workflow.session or "open"
    first = Options(name=name, store=store, folder=folder)
    return change_options(first, workflow, {**given, "session": mode})


def change_options(options: Options, workflow: Workflow, changes: Mapping[str, Any]) -> Options:
    """Give the options with some of `run`'s keywords changed, for a run of that workflow."""
    known = {**changes}
    policy = known.pop("repair", None)
    if policy is not None:
        known["policy"] = Policy.parse(policy) if isinstance(policy, str) else policy
    fields = [item.name for item in dataclasses.fields(Options)]
    for name, value in known.items():
        _one_of("option", name, fields)
        if name in _READERS and value is not None:
            known[name] = _READERS[name](workflow, value)
    return dataclasses.replace(options, **known)


def _one_of(what: str, value: str, known: Sequence[str]) -> str:
    if value not in known:
        close = nearest(value, list(known))
        hint = f"did you mean {close!r}?" if close else f"there is {', '.join(known) or 'none'}"
        raise BadWorkflow(f"no {what} {value!r}; {hint}")
    return value


def _rerun(workflow: Workflow, nodes: str | Sequence[str]) -> tuple[str, ...]:
    names = (nodes,) if isinstance(nodes, str) else tuple(nodes)
    ids = [node.id for node in workflow.nodes]
    if "all" in names and "all" not in ids:
        return tuple(ids)
    return tuple(_one_of("node", name, ids) for name in names)


def _workers(workflow: Workflow, number: Any) -> int:
    if not isinstance(number, int) or number < 1:
        raise BadWorkflow(f"max_workers must be a whole number from 1, not {number!r}")
    return number


_READERS: Mapping[str, Callable[[Workflow, Any], Any]] = {
    "session": lambda workflow, value: _one_of("session mode", value, ("open", "per-run")),
    "on_failure": lambda workflow, value: _one_of("on_failure", value, ("stop", "continue")),
    "only": lambda workflow, value: _one_of("node", value, [node.id for node in workflow.nodes]),
    "until": lambda workflow, value: _one_of("node", value, [node.id for node in workflow.nodes]),
    "output": lambda workflow, value: _one_of("output", value, list(workflow.outputs)),
    "rerun": _rerun,
    "max_workers": _workers,
    "prior_usage": lambda workflow, value: tuple(value),
}
