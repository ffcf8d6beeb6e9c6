"""The face in a terminal: what ``wfrepair`` takes, and what each command does."""

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
from typing import Any, Final

from . import session, wire
from .errors import BadWorkflow, WorkflowError
from .ir.model import MISSING
from .ir.schema import language_schema
from .ir.workflow import Workflow
from .monitor import effects, foreseen, paint
from .monitor.text import Commands, Teller, draw, listed
from .nodes import registry
from .nodes.scripts import import_file
from .settings import find_store, project_settings
from .usage import (
    CACHE,
    BadUsage,
    HelpAsked,
    Usage,
    argument,
    asked,
    check_consent,
    find_command,
    flag,
    overview,
    run_arguments,
    settled,
    verdict_of,
)

EXITS: Final[Mapping[str, int]] = {
    "SUCCESS": 0, "FAILED": 1, "DEGRADED": 2, "WAITING": 3, "CANCELLED": 130,
}  # fmt: skip
SUCCESS, FAILED = EXITS["SUCCESS"], EXITS["FAILED"]
BAD_USAGE: Final = 64
NO_READER: Final = 141
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
        lines = overview([usage for usage, _ in COMMANDS.values()])
        tail = "`wfrepair COMMAND --help` says what a command takes."
        raise HelpAsked("\n".join([*lines, "", tail]))
    if name == "--version":
        raise HelpAsked(f"wfrepair {version('wfrepair-magic')}")
    usage, act = find_command(name, COMMANDS)
    found = usage.read(rest)
    _import_nodes(getattr(found, "nodes", ()))
    code = act(found)
    sys.stdout.flush()
    return code


def _run(found: argparse.Namespace) -> int:
    file = _read(found.file)
    defaults = _defaults(file.folder)
    workflow = session.read_workflow(file.text, found.repair or defaults["repair"])
    keywords = settled(asked(found), workflow, defaults)
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
    told = Teller(partial(paint.show, stream=sys.stderr), quiet)
    run = session.run(workflow, dict(found.input), sinks=(told,), **keywords)
    if found.json:
        _print_json(wire.run_document(run))
    else:
        commands = _commands(found.file, run.name, run.store)
        paint.show(draw(told.state, time.time(), commands))
    return EXITS[run.state]


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
        paint.show(foreseen.draw(workflow.nodes, plan, keywords["name"] or "workflow"))
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


def _check(found: argparse.Namespace) -> int:
    text = _read(found.file).text
    try:
        problems = Workflow.parse(text).problems()
    except BadWorkflow as error:  # a text that is no workflow is what a check finds too
        document, told = {**wire.error_document(error), "ok": False}, f"✗ {error}"
    else:
        document, told = wire.check_document(problems), listed(problems) or "✓ nothing is wrong"
    if found.json:
        _print_json(document)
    else:
        paint.show(told)
    return SUCCESS if document["ok"] else FAILED


def _resolve(found: argparse.Namespace) -> int:
    name, store = _whose(found)
    told = session.resolve(
        name,
        found.node,
        verdict_of(found),
        store=store,
        by=getpass.getuser(),
        value=found.value,
    )
    print(told)
    return SUCCESS


def _whose(found: argparse.Namespace) -> tuple[str, Path]:
    """Give the name of the workflow that is meant, by its file or itself, and its store."""
    path = Path(found.workflow or "")
    is_file = path.is_file()
    store = (
        Path(found.store).absolute()
        if found.store
        else find_store(path.parent if is_file else Path.cwd())
    )
    return _name_in(path) if is_file else found.workflow, store


def _effects(found: argparse.Namespace) -> int:
    name, store = _whose(found)
    workflow, receipts = session.effects(store, name, found.all)
    if found.json:
        _print_json(wire.effects_document(receipts))
    elif receipts:
        paint.show(effects.draw(receipts, time.time(), found.all))
    else:
        print(f"{workflow or store}: no effects")
    return SUCCESS


def _name_in(path: Path) -> str:
    file = _read(str(path))
    return Workflow.parse(file.text).name or path.stem


def _cache(found: argparse.Namespace) -> int:
    store = Path(found.store).absolute() if found.store else find_store(Path.cwd())
    told = session.cache(
        store, purging=found.purge, older_than=found.older_than, dry_run=found.dry_run
    )
    for what, number, said in told:
        print(f"{what:<14} {number}{f' – {said}' if said else ''}")
    return SUCCESS


def _schema(found: argparse.Namespace) -> int:
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


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not JSON: {error}") from None


def _print_json(document: Mapping[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


FILE: Final = argument("file", metavar="FILE", help="the workflow's file; - is standard input")
NODES: Final = argument(
    "--nodes", metavar="FILE.py", action="append", default=[],
    help="import a Python file with @node functions; may be repeated",
)  # fmt: skip
JSON: Final = argument("--json", action="store_true", help="print one JSON document")

COMMANDS: Final[Mapping[str, tuple[Usage, Callable[[argparse.Namespace], int]]]] = {
    "run": (
        Usage(
            "wfrepair run",
            "Run the workflow in a file, YAML or JSON.",
            (
                FILE,
                argument(
                    "--name", metavar="NAME",
                    help="the name under which its session is kept (else `name:`, the file's stem)",
                ),
                *run_arguments(store="`.wfrepair` beside the file", session="per-run"),
                NODES,
                JSON,
                flag("quiet", "no progress on standard error"),
            ),
            "Exits 0 SUCCESS, 2 DEGRADED, 1 FAILED, 3 WAITING, 130 CANCELLED, 64 bad usage.",
        ),
        _run,
    ),
    "check": (
        Usage(
            "wfrepair check",
            "Say what is wrong with a workflow, running nothing.",
            (FILE, NODES, JSON),
            "Exits 0 where nothing is, 1 where there are errors, 64 where the file cannot be read.",
        ),
        _check,
    ),
    "resolve": (
        Usage(
            "wfrepair resolve",
            "Say whether an effect in doubt happened, so that its run can go on.",
            (
                argument(
                    "workflow", metavar="FILE|NAME", help="the workflow's file, or its name"
                ),
                argument("node", metavar="NODE", help="the node whose effect is in doubt"),
                argument(
                    "verdict", nargs="?", choices=("sent", "not-sent"),
                    help="what you found out (sent, where you give its value)",
                ),
                argument(
                    "--value", metavar="JSON", type=_json, default=MISSING,
                    help="the result that was lost",
                ),
                argument("--store", metavar="DIR", help="the project store"),
            ),
            "Exits 0 when it is noted, 64 where there is no such doubt.",
        ),
        _resolve,
    ),
    "effects": (
        Usage(
            "wfrepair effects",
            "List the effects of a workflow's session: what became of each.",
            (
                argument(
                    "workflow", metavar="FILE|NAME", nargs="?",
                    help="the workflow's file, or its name (the one that ran last)",
                ),
                argument("--all", action="store_true", help="those of all workflows and sessions"),
                argument("--store", metavar="DIR", help="the project store"),
                JSON,
            ),
        ),
        _effects,
    ),
    "cache": (
        Usage(
            "wfrepair cache",
            "Show what the project store keeps; throw away what is old.",
            (*CACHE, argument("--store", metavar="DIR", help="the project store")),
        ),
        _cache,
    ),
    "schema": (
        Usage(
            "wfrepair schema", "Print the language and its node types as a JSON Schema.", (NODES,)
        ),
        _schema,
    ),
}  # fmt: skip
"""The commands: what each takes, and what it does."""
