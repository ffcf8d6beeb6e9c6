"""A node's resolved params and its cache key, before its code runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ..failure import Failure
from ..ir.findings import problem_of
from ..ir.model import Definition, Node
from ..ir.params import resolve_params, value_problem
from ..ir.shell import compile as compile_program
from ..ir.templates import Resolution
from ..ir.templates import resolve as resolve_templates
from ..ir.workflow import Workflow
from ..nodes.base import BadParam, Context, NodeType
from ..problem import Problem, path_text
from .code_keys import CodeKey, code_of, digest_with_code
from .copying import TooDeep
from .keys import KEY_VERSION, Unkeyable, digest
from .outside import outside_notices
from .plan import Step
from .readings import READS, FilesRead, content, files_of
from .recovery import failure_of
from .secrets import Redactor
from .shapes import shape
from .why import Keyed, spelt

_READ = f"{READS} "


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
    unreused.  `digests` holds the digest of each param and, as ``reads NAME``, of each file (""
    where there is none); `document` is the readable key.  `look`
    is what the node's `verify` looks at, None where it has none; `files` says where the files
    lie that it reads, `shown` what its code and the values in it look like.
    """

    step: Step
    params: Mapping[str, Any]
    key: str | None
    digests: Mapping[str, str] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict)
    notices: tuple[str, ...] = ()
    unkeyable: str = ""
    look: Any = None
    files: Mapping[str, Path] = field(default_factory=dict)
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def readable(self) -> Keyed:
        """The key as a person can read it, secrets as references."""
        shown = {self.digests[name]: spelt(value) for name, value in self.params.items()}
        return Keyed(self.document, {**self.shown, **shown})


@dataclass(frozen=True)
class Resolved(Resolution):
    """What became of a node's templates: `value` holds its params, `reads` the files it reads.

    `look` is what its `verify` looks at.
    """

    reads: Any = ()
    look: Any = None


def resolve(step: Step, scope: Mapping[str, Any]) -> Resolved:
    """Resolve a node's templates against a scope in which secrets are references."""
    node = step.node
    params = resolve_params(node.params, step.type.spec, scope, (*node.slot, "params"))
    reads = resolve_templates(node.reads, scope, (*node.slot, "reads"))
    look = _resolve_look(node, scope)
    return Resolved(
        params.value,
        params.unresolved + reads.unresolved + look.unresolved,
        params.undecided | reads.undecided | look.undecided,
        params.gone | reads.gone | look.gone,
        reads.value,
        look.value,
    )


def _resolve_look(node: Node, scope: Mapping[str, Any]) -> Resolution:
    check = node.verify
    if check is None:
        return Resolution(None)
    verb = compile_program if check.kind == "command" else resolve_templates
    return verb(check.what, scope, (*node.slot, "verify", check.kind))


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
    read = _files(step, resolution, site)
    files = {name: content(path) for name, path in read.paths.items()}
    document = {
        "key_version": KEY_VERSION,
        "type": step.type.name if step.type.code is None else "function",
        "version": step.type.version,
        "code": code.document if code is not None else None,
        "files": files,
        "environment": dict(step.type.variables(params)) if step.type.variables else {},
        "params": digests,
    }
    notices = (*_said_of_code(step, code), *read.unfound)
    digests = digests | read_digests(files)
    return Prepared(
        step, params, digest(document), digests, document, notices,
        look=resolution.look, files=read.paths, shown=code.shown if code is not None else {},
    )  # fmt: skip


def _said_of_code(step: Step, code: CodeKey | None) -> Sequence[str]:
    if code is None or step.effect != "pure":
        return code.notices if code is not None else ()
    return [*code.notices, *outside_notices(code.outside, bool(step.node.reads))]


def read_digests(files: Mapping[str, str | None]) -> dict[str, str]:
    """Give the entries of `Prepared.digests` for files that a node reads."""
    return {f"{READS} {name}": content or "" for name, content in files.items()}


def with_files(prepared: Prepared, files: Mapping[str, str | None]) -> Prepared:
    """Give a node as it is keyed when the files that it reads hold something else."""
    document = {**prepared.document, "files": dict(files)}
    digests = without_files(prepared.digests) | read_digests(files)
    return replace(prepared, key=digest(document), document=document, digests=digests)


def without_files(digests: Mapping[str, str]) -> dict[str, str]:
    """Give the digests of a node's params alone."""
    return {name: one for name, one in digests.items() if not name.startswith(_READ)}


def read_then(digests: Mapping[str, str]) -> dict[str, str | None]:
    """Give what each file held that a node read, from the digests that were kept with it."""
    return {
        name.removeprefix(_READ): one or None
        for name, one in digests.items()
        if name.startswith(_READ)
    }


def _code(node_type: NodeType, effect: bool, site: Site) -> CodeKey | None:
    """Read a function's code once a pass; its globals may have changed since the last one."""
    if node_type.code is None:
        return None
    name = f"{node_type.name}:{effect}"
    if name not in site.codes:
        try:
            found = code_of(node_type.code, effect=effect)
            shown = {digest: site.redactor.hide_text(text) for digest, text in found.shown.items()}
            site.codes[name] = replace(found, shown=shown)
        except Unkeyable as error:
            site.codes[name] = error
    known = site.codes[name]
    if isinstance(known, Unkeyable):
        raise known
    return known


def _files(step: Step, resolution: Resolved, site: Site) -> FilesRead:
    if step.type.files is None and not resolution.reads:
        return FilesRead({})
    params, reads = site.redactor.reveal((resolution.value, resolution.reads))
    found = files_of(step.type, params, reads, site.context(step.node.id))
    hide = site.redactor.hide_text
    paths = {hide(name): path for name, path in found.paths.items()}
    return FilesRead(paths, tuple(map(hide, found.unfound)))


def too_deep(step: Step, error: TooDeep) -> Failure:
    """Make the failure of an effect one of whose params goes deeper than can be copied."""
    return replace(
        unkeyable(step, ""), code="KEY02", message=f"{step.node.id}: one of its params: {error}"
    )


def unkeyable(step: Step, what: str) -> Failure:
    """Make the failure of an effect that cannot be told from others; `what` says why."""
    return Failure(
        node=step.node.id,
        code="KEY01",
        category="params",
        helps="change",
        effect="no",
        fixable=True,
        message=f"{step.node.id} has an effect, and {what}: it could be sent twice unnoticed",
        hint="pass plain values; or say `effect: pure` or `read`, if the node changes nothing",
    )
