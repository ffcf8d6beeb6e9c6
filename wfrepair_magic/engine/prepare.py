"""A node's resolved params and its cache key, before its code runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..failure import Failure
from ..ir.findings import problem_of
from ..ir.model import Definition
from ..ir.params import resolve_params, value_problem
from ..ir.templates import Resolution
from ..ir.templates import resolve as resolve_templates
from ..ir.workflow import Workflow
from ..nodes.base import BadParam, Context, NodeType
from ..problem import Problem, path_text
from .code_keys import CodeKey, code_of, digest_with_code
from .keys import KEY_VERSION, Unkeyable, digest
from .plan import Step
from .readings import contents
from .recovery import failure_of
from .secrets import Redactor
from .shapes import shape


@dataclass(frozen=True)
class Site:
    """The surroundings of a run: its workflow, working folder, secrets, and its functions' code.

    `codes` remembers, for one pass, what each node type's function said.
    """

    workflow: Workflow
    folder: Path
    redactor: Redactor
    codes: dict[str, CodeKey | Unkeyable] = field(default_factory=dict)

    @property
    def definition(self) -> Definition:
        """The workflow as plain values."""
        return self.workflow

    def context(self, node: str) -> Context:
        """Give the Context of a node, as far as it does not depend on an attempt."""
        return Context(
            node=node,
            folder=self.folder,
            allow_hosts=self.workflow.allow_hosts,
            allow_paths=self.workflow.allow_paths,
        )


@dataclass(frozen=True)
class Prepared:
    """A node whose params are resolved.  Secrets in `params` are references.

    `key` is None where something cannot be keyed (`unkeyable` says what): the node then runs
    unreused.  `digests` holds the digest of each param; `document` is the readable key.
    """

    step: Step
    params: Mapping[str, Any]
    key: str | None
    digests: Mapping[str, str] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    unkeyable: str = ""


@dataclass(frozen=True)
class Resolved(Resolution):
    """What became of a node's templates: `value` holds its params, `reads` the files it reads."""

    reads: Any = ()


def resolve(step: Step, scope: Mapping[str, Any]) -> Resolved:
    """Resolve a node's params and `reads` against a scope in which secrets are references."""
    node = step.node
    params = resolve_params(node.params, step.type.spec, scope, (*node.slot, "params"))
    reads = resolve_templates(node.reads, scope, (*node.slot, "reads"))
    return Resolved(
        params.value,
        params.unresolved + reads.unresolved,
        params.undecided | reads.undecided,
        params.gone | reads.gone,
        reads.value,
    )


def template_failure(step: Step, resolution: Resolution, site: Site) -> Failure | None:
    """Make the failure of a node whose templates do not resolve; None if they do."""
    if not resolution.unresolved:
        return None
    problems = tuple(
        problem_of(item, step.node.id, site.workflow.place(item.slot, item.segment_span[0]))
        for item in resolution.unresolved
    )
    return _failure(step, "template", problems)


def prepare(step: Step, resolution: Resolved, site: Site) -> Prepared | Failure:
    """Check a node's resolved params against its type and give its key, or say what is wrong."""
    wrong = _value_problems(step, site.redactor.reveal(resolution.value), site)
    if wrong:
        return replace(
            _failure(step, "params", wrong),
            input_shapes={name: shape(value) for name, value in resolution.value.items()},
        )
    try:
        return _keyed(step, resolution, site)
    except Unkeyable as error:
        return Prepared(step, resolution.value, key=None, unkeyable=str(error))
    except BadParam as error:
        failure = failure_of(step.node.id, error, step.effect)
        return replace(failure, message=site.redactor.hide_text(failure.message))


def _value_problems(step: Step, params: Mapping[str, Any], site: Site) -> tuple[Problem, ...]:
    found = []
    for name, value in params.items():
        param = step.type.spec.param(name)
        if param is None or (verdict := value_problem(param, value)) is None:
            continue
        code, message, hint = (site.redactor.hide_text(text) for text in verdict)
        written = next((w for w in (name, *param.accepts) if w in step.node.params), name)
        slot = (*step.node.slot, "params", written)
        line, column = site.workflow.place(slot)
        text = f"{step.node.id}: param `{name}` {message}"
        found.append(
            Problem(
                "error", code, path_text(slot), line, column, text, hint, step.node.id, slot,
                {"param": name, "type": step.type.name, "found_type": shape(value, 0)},
            )
        )  # fmt: skip
    return tuple(found)


def _failure(step: Step, category: str, problems: tuple[Problem, ...]) -> Failure:
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return Failure(
        node=step.node.id,
        code=first.code,
        category="template" if category == "template" else "params",
        helps="change",
        effect="no",
        fixable=True,
        message=first.message + more,
        problems=problems,
        hint=first.hint,
    )


def _keyed(step: Step, resolution: Resolved, site: Site) -> Prepared:
    params = resolution.value
    code = _code(step.type, step.effect == "write", site)
    digests = {}
    for name, value in params.items():
        try:
            digests[name] = digest_with_code(value)
        except Unkeyable as error:
            raise Unkeyable(f"params.{name}{error.path}", error.what) from error
    document = {
        "key_version": KEY_VERSION,
        "type": step.type.name if step.type.code is None else "function",
        "version": step.type.version,
        "code": code.document if code is not None else None,
        "files": _files(step, resolution, site),
        "environment": dict(step.type.variables(params)) if step.type.variables else {},
        "params": digests,
    }
    notices = code.notices if code is not None else ()
    return Prepared(step, params, digest(document), digests, document, notices)


def _code(node_type: NodeType, effect: bool, site: Site) -> CodeKey | None:
    """Read a function's code once a pass; its globals may have changed since the last one."""
    if node_type.code is None:
        return None
    name = f"{node_type.name}:{effect}"
    if name not in site.codes:
        try:
            site.codes[name] = code_of(node_type.code, effect=effect)
        except Unkeyable as error:
            site.codes[name] = error
    found = site.codes[name]
    if isinstance(found, Unkeyable):
        raise found
    return found


def _files(step: Step, resolution: Resolved, site: Site) -> dict[str, str | None]:
    if step.type.files is None and not resolution.reads:
        return {}
    params, reads = site.redactor.reveal((resolution.value, resolution.reads))
    found = contents(step.type, params, reads, site.context(step.node.id))
    return {site.redactor.hide_text(name): content for name, content in found.items()}
