"""The face in a terminal: ``wfrepair run``, ``check`` and ``resolve``."""

from __future__ import annotations

import argparse
import getpass
import importlib.util
import io
import json
import os
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from . import session, wire
from .errors import BadWorkflow, WorkflowError
from .events import Event
from .ir.names import nearest
from .ir.workflow import Workflow
from .monitor.state import RunState, completed, fold
from .monitor.text import Commands, draw, listed, tell
from .settings import find_store
from .usage import BadUsage, HelpAsked, Usage, asked, check_consent, declare_run

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
    try:
        return _command(list(sys.argv[1:] if words is None else words))
    except HelpAsked as help:
        print(help.text)
        return SUCCESS
    except WorkflowError as error:
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
    usage.add_argument("--quiet", action="store_true", help="no progress on standard error")
    return usage


def _declare_nodes(usage: Usage) -> None:
    usage.add_argument(
        "--nodes", metavar="FILE.py", action="append", default=[],
        help="import a Python file with @node functions; may be repeated",
    )  # fmt: skip


def _run(found: argparse.Namespace) -> int:
    try:
        return _run_file(found)
    except WorkflowError as error:
        if found.json:
            _print_json(wire.error_document(error))
        raise


def _run_file(found: argparse.Namespace) -> int:
    _import_nodes(found.nodes)
    file = _read(found.file)
    policy = found.repair or "suggest"
    workflow = session.read_workflow(file.text, policy)
    check_consent(workflow, found)
    told = _Terminal(quiet=found.quiet)
    run = session.run(
        workflow,
        dict(found.input),
        name=found.name or workflow.name or file.stem,
        folder=file.folder,
        stdin=_piped(workflow, found.file),
        repair=policy,
        sinks=(told,),
        **{"session": workflow.session or "per-run", **asked(found)},
    )
    if found.json:
        _print_json(wire.run_document(run))
    else:
        state = completed(told.state, run.name, run.nodes.values())
        print(draw(state, time.time(), _commands(found.file, run.name, run.store)))
    return EXITS[run.state]


class _Terminal:
    """A sink that tells each event that matters on standard error, and keeps the state."""

    def __init__(self, quiet: bool) -> None:
        self.quiet = quiet
        self.state = RunState()

    def __call__(self, event: Event) -> None:
        self.state = fold(self.state, event)
        if not self.quiet and (line := tell(event)):
            print(line, file=sys.stderr, flush=True)


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
        print(listed(problems) or "✓ nothing is wrong")
    return SUCCESS if document["ok"] else FAILED


def _checked_badly(error: WorkflowError, as_json: bool) -> int:
    """Report a text that is no workflow: that is what a check finds too."""
    if as_json:
        _print_json({**wire.error_document(error), "ok": False})
    else:
        print(f"✗ {error}")
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
    """Import Python files under their stems, so that their @node functions are known."""
    for name in names:
        path = Path(name).resolve()
        if not path.is_file():
            raise BadUsage(f"--nodes: there is no file {name}")
        _import(path, name)


def _import(path: Path, name: str) -> None:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise BadUsage(f"--nodes: {name} is not a Python file")
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))  # as `python FILE.py` does
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadUsage(f"--nodes: {name}: {type(error).__name__}: {error}") from error


def _print_json(document: Mapping[str, Any]) -> None:
    print(json.dumps(document, ensure_ascii=False, indent=2))


Command = tuple[Callable[[], Usage], Callable[[argparse.Namespace], int]]

COMMANDS: Final[Mapping[str, Command]] = {
    "run": (_run_usage, _run),
    "check": (_check_usage, _check),
    "resolve": (_resolve_usage, _resolve),
}
"""The commands: what each takes, and what it does."""
