"""The face in a terminal: ``wfrepair run``, ``check``, ``resolve``, ``cache``, ``schema``."""

from __future__ import annotations

import argparse
import getpass
import io
import json
import os
import shlex
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, TextIO

from . import session, wire
from .errors import BadWorkflow, WorkflowError
from .ir.names import nearest
from .ir.schema import language_schema
from .ir.workflow import Workflow
from .monitor import foreseen, paint
from .monitor.state import completed
from .monitor.teller import Teller
from .monitor.text import Commands, draw, listed
from .nodes import registry
from .nodes.scripts import import_file
from .settings import find_store, project_settings
from .usage import (
    BadUsage,
    HelpAsked,
    Usage,
    asked,
    check_consent,
    declare_cache,
    declare_flag,
    declare_run,
    settled,
)

SUCCESS, FAILED, DEGRADED, WAITING = 0, 1, 2, 3
BAD_USAGE: Final = 64
NO_READER: Final = 141
EXITS: Final[Mapping[str, int]] = {
    "SUCCESS": SUCCESS,
    "DEGRADED": DEGRADED,
    "FAILED": FAILED,
    "WAITING": WAITING,
    "CANCELLED": 130,
}
STDIN: Final = "-"


@dataclass(frozen=True)
class File:
    """A workflow's file: its text, the folder it works in, and the name that it gives."""

    text: str
    folder: Path
    stem: str | None


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line says, and give the exit code.

    0 SUCCESS, 1 FAILED (or a check with errors), 2 DEGRADED, 3 WAITING, 130 CANCELLED, 64 for a
    command line that cannot be understood and for a file that holds no workflow.
    """
    _write_any_character()
    for ending in (signal.SIGTERM, signal.SIGHUP):  # end the run in order, as Ctrl-C does
        signal.signal(ending, signal.default_int_handler)
    asked_for = list(sys.argv[1:] if words is None else words)
    try:
        return _command(asked_for)
    except HelpAsked as help:
        print(help.text)
        return SUCCESS
    except WorkflowError as error:
        if "--json" in asked_for:
            _print_json(wire.error_document(error))
        print(f"wfrepair: {error}", file=sys.stderr)
        return BAD_USAGE
    except BrokenPipeError:  # whoever read the report has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO_READER
    except KeyboardInterrupt:  # before or after the run itself, which ends in order
        return EXITS["CANCELLED"]


def _write_any_character() -> None:
    """Replace what the terminal's encoding does not have, instead of breaking off."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _command(words: list[str]) -> int:
    name, *rest = words or ["--help"]
    if name in ("--help", "-h"):
        raise HelpAsked(_overview())
    if name == "--version":
        raise HelpAsked(f"wfrepair {version('wfrepair-magic')}")
    if name not in COMMANDS:
        close = nearest(name, list(COMMANDS))
        hint = f"did you mean {close}?" if close else f"there are {', '.join(COMMANDS)}"
        raise BadUsage(f"no command {name!r}; {hint}")
    declare, act = COMMANDS[name]
    code = act(declare().read(rest))
    sys.stdout.flush()
    return code


def _overview() -> str:
    lines = [f"wfrepair {name:<8} {make().description}" for name, (make, _) in COMMANDS.items()]
    return "\n".join([*lines, "", "`wfrepair COMMAND --help` says what a command takes."])


def _run_usage() -> Usage:
    usage = Usage(
        "wfrepair run",
        "Run the workflow in a file, YAML or JSON.",
        "Exits 0 SUCCESS, 2 DEGRADED, 1 FAILED, 3 WAITING, 130 CANCELLED, 64 bad usage.",
    )
    usage.add_argument("file", metavar="FILE", help="the workflow's file; - is standard input")
    usage.add_argument(
        "--name", metavar="NAME",
        help="the name under which its session is kept (else `name:`, the file's stem)",
    )  # fmt: skip
    declare_run(usage, store="`.wfrepair` beside the file", session="per-run")
    _declare_nodes(usage)
    usage.add_argument("--json", action="store_true", help="print one JSON document")
    declare_flag(usage, "quiet", "no progress on standard error")
    return usage


def _declare_nodes(usage: Usage) -> None:
    usage.add_argument(
        "--nodes", metavar="FILE.py", action="append", default=[],
        help="import a Python file with @node functions; may be repeated",
    )  # fmt: skip


def _run(found: argparse.Namespace) -> int:
    _import_nodes(found.nodes)
    file = _read(found.file)
    defaults = _defaults(file.folder)
    workflow = session.read_workflow(file.text, found.repair or defaults["repair"])
    said = {**asked(found), "quiet": found.quiet}
    keywords = settled(said, workflow, defaults)
    quiet = bool(keywords.pop("quiet"))
    keywords |= {
        "session": keywords["session"] or workflow.session or "per-run",
        "name": found.name or workflow.name or file.stem,
        "folder": file.folder,
        "stdin": _piped(workflow, found.file),
    }
    if found.dry_run:
        return _foresee(found, workflow, keywords)
    check_consent(workflow, found)
    told = Teller(partial(_tell, stream=sys.stderr), quiet)
    run = session.run(workflow, dict(found.input), sinks=(told,), **keywords)
    if found.json:
        _print_json(wire.run_document(run))
    else:
        state = completed(told.state, run.name, run.nodes.values())
        _tell(draw(state, time.time(), _commands(found.file, run.name, run.store)), sys.stdout)
    return EXITS[run.state]


def _tell(text: str, stream: TextIO) -> None:
    """Print for whoever reads, in colours where that is a person at a terminal."""
    print(paint.fitting(text, stream, os.environ), file=stream, flush=True)


def _defaults(folder: Path) -> dict[str, Any]:
    """Give what the project settles, over what is built in; a misspelt key of it is told."""
    table, unknown = project_settings(folder)
    for sentence in unknown:
        print(f"wfrepair: {sentence}", file=sys.stderr)
    return {"repair": "suggest", **table}


def _foresee(found: argparse.Namespace, workflow: Workflow, keywords: Mapping[str, Any]) -> int:
    """Say what the run would do; exits 1 where it would fail."""
    plan = session.preview(workflow, dict(found.input), **keywords)
    if found.json:
        _print_json(wire.plan_document(plan))
    else:
        told = foreseen.draw(workflow.nodes, plan, keywords["name"] or "workflow")
        _tell(told, sys.stdout)
    return FAILED if plan.failures else SUCCESS


def _commands(file: str, name: str, store: Path) -> Commands:
    """Give the lines with which a person goes on: the name, for the file may be gone."""
    where = shlex.join(["--store", str(store)])
    return Commands(
        resolve=f"wfrepair resolve {shlex.quote(name)} {{node}} sent|not-sent {where}",
        resume="" if file == STDIN else f"wfrepair run {shlex.quote(file)} …",
    )


def _piped(workflow: Workflow, file: str) -> str | None:
    """Read standard input for the input that asks for it, unless a person sits there."""
    if not any(declared.stdin for declared in workflow.inputs.values()) or sys.stdin.isatty():
        return None
    if file == STDIN:
        raise BadUsage("standard input holds the workflow; give its `stdin` input with --input")
    return sys.stdin.read()


def _check_usage() -> Usage:
    usage = Usage(
        "wfrepair check",
        "Say what is wrong with a workflow, running nothing.",
        "Exits 0 where nothing is, 1 where there are errors, 64 for a file that cannot be read.",
    )
    usage.add_argument("file", metavar="FILE", help="the workflow's file; - is standard input")
    _declare_nodes(usage)
    usage.add_argument("--json", action="store_true", help="print one JSON document")
    return usage


def _check(found: argparse.Namespace) -> int:
    _import_nodes(found.nodes)
    text = _read(found.file).text
    try:
        problems = Workflow.parse(text).problems()
    except BadWorkflow as error:
        return _checked_badly(error, found.json)
    document = wire.check_document(problems)
    if found.json:
        _print_json(document)
    else:
        _tell(listed(problems) or "✓ nothing is wrong", sys.stdout)
    return SUCCESS if document["ok"] else FAILED


def _checked_badly(error: WorkflowError, as_json: bool) -> int:
    """Report a text that is no workflow: that is what a check finds too."""
    if as_json:
        _print_json({**wire.error_document(error), "ok": False})
    else:
        _tell(f"✗ {error}", sys.stdout)
    return FAILED


def _resolve_usage() -> Usage:
    usage = Usage(
        "wfrepair resolve",
        "Say whether an effect in doubt happened, so that its run can go on.",
        "Exits 0 when it is noted, 64 where there is no such doubt.",
    )
    usage.add_argument("workflow", metavar="FILE|NAME", help="the workflow's file, or its name")
    usage.add_argument("node", metavar="NODE", help="the node whose effect is in doubt")
    usage.add_argument("verdict", choices=("sent", "not-sent"), help="what you found out")
    usage.add_argument("--value", metavar="JSON", help="the result that was lost")
    usage.add_argument("--store", metavar="DIR", help="the project store")
    return usage


def _resolve(found: argparse.Namespace) -> int:
    path = Path(found.workflow)
    folder = path.parent if path.is_file() else Path.cwd()
    told = session.resolve(
        _name_in(path) if path.is_file() else found.workflow,
        found.node,
        found.verdict,
        store=Path(found.store).absolute() if found.store else find_store(folder),
        by=getpass.getuser(),
        **_value(found.value),
    )
    print(told)
    return SUCCESS


def _name_in(path: Path) -> str:
    file = _read(str(path))
    return Workflow.parse(file.text).name or path.stem


def _value(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    try:
        return {"value": json.loads(text)}
    except ValueError as error:
        raise BadUsage(f"--value is not JSON: {error}") from None


def _cache_usage() -> Usage:
    usage = Usage("wfrepair cache", "Show what the project store keeps; throw away what is old.")
    declare_cache(usage)
    usage.add_argument("--store", metavar="DIR", help="the project store")
    return usage


def _cache(found: argparse.Namespace) -> int:
    store = Path(found.store).absolute() if found.store else find_store(Path.cwd())
    told = session.cache(
        store, purging=found.purge, older_than=found.older_than, dry_run=found.dry_run
    )
    for what, number, said in told:
        print(f"{what:<14} {number}{f' – {said}' if said else ''}")
    return SUCCESS


def _schema_usage() -> Usage:
    usage = Usage("wfrepair schema", "Print the language and its node types as a JSON Schema.")
    _declare_nodes(usage)
    return usage


def _schema(found: argparse.Namespace) -> int:
    _import_nodes(found.nodes)
    _print_json(language_schema({one.name: one.spec for one in registry.all_types()}))
    return SUCCESS


def _read(name: str) -> File:
    """Read a workflow's file.  Raises BadUsage where that is not possible."""
    try:
        if name == STDIN:
            return File(sys.stdin.buffer.read().decode("utf-8"), Path.cwd(), None)
        path = Path(name)
        return File(path.read_bytes().decode("utf-8"), path.resolve().parent, path.stem)
    except OSError as error:
        raise BadUsage(f"{name} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise BadUsage(f"{name} is not UTF-8 text (byte {error.start})") from None


def _import_nodes(names: Sequence[str]) -> None:
    """Import Python files, so that their @node functions are known."""
    for name in names:
        try:
            import_file(name)
        except BadWorkflow as error:
            raise BadUsage(f"--nodes: {error}") from error


def _print_json(document: Mapping[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


Command = tuple[Callable[[], Usage], Callable[[argparse.Namespace], int]]

COMMANDS: Final[Mapping[str, Command]] = {
    "run": (_run_usage, _run),
    "check": (_check_usage, _check),
    "resolve": (_resolve_usage, _resolve),
    "cache": (_cache_usage, _cache),
    "schema": (_schema_usage, _schema),
}
"""The commands: what each takes, and what it does."""
