"""The node type `shell`: a command line, run by a shell in a process group of its own.

The group ends with the command's time, with an interrupt, and with the kernel, however that dies.
What a command that ended well left in the background goes on, and what makes a session of its own
(`setsid`) cannot be reached.
"""

from __future__ import annotations

import errno
import os
import signal
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ir.shell import Program
from ..ir.spec import NodeSpec, Param
from ..settings import LIMITS
from .base import (
    AnswerUnreadable,
    BadParam,
    Cancelled,
    Context,
    ExitCode,
    NoSuchFile,
    TimedOut,
    built_in,
    by_name,
    json_text,
    objection,
)
from .environment import environment_for, handed_over, relevant
from .process import Bounds, Ended, Launch, run_process
from .registry import register

SHELLS = ("sh", "bash", "dash", "ksh", "zsh")
SHOWN_LINES = 5
SHOWN_CHARACTERS = 1_000


@dataclass(frozen=True)
class Command:
    """The params of a shell node, checked; `removed` are the variables kept from it."""

    text: str
    launch: Launch
    removed: tuple[str, ...]
    ok_codes: tuple[int, ...]
    strip_newline: bool


def shell(params: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """Run a command line; give `stdout`, `stderr` and `exit_code`.

    What is not UTF-8 in an output stands there as ``\\xff``, so that the text can be kept and
    still tells which bytes there were.  Raises ExitCode for an exit code outside `ok_codes`,
    TimedOut over the time limit (30 s unless the node has a `timeout`), BadParam for params that
    cannot be used.
    """
    command = _command(params, ctx)
    seconds = LIMITS.shell_seconds if ctx.timeout is None else ctx.timeout
    bounds = Bounds(seconds, LIMITS.output_bytes, ctx.cancelled)
    try:
        ended = run_process(command.launch, bounds)
    except OSError as error:
        raise _not_started(command, error) from error
    if ended.cut == "cancelled":
        raise Cancelled(ctx.node)
    outputs = _outputs(ended, command.strip_newline)
    _refuse_cut(ended, bounds, outputs)
    if ended.exit_code not in command.ok_codes:
        raise ExitCode(ended.exit_code, _message(command, outputs), outputs)
    if ended.cut == "output":
        raise AnswerUnreadable(f"the command ended well, but {_over(bounds)}", outputs)
    return outputs


def _command(params: Mapping[str, Any], ctx: Context) -> Command:
    text, values = _program(params["command"])
    environment = environment_for(params.get("env"), os.environ)
    argv = (_shell(params.get("shell", "sh")), "-c", text)
    stdin, folder = _stdin(params.get("stdin")), _folder(params.get("cwd"), ctx)
    return Command(
        text,
        Launch(argv, folder, {**environment.variables, **values}, stdin),
        environment.removed,
        _ok_codes(params.get("ok_codes", (0,))),
        params.get("strip_newline", True) is not False,
    )


def _program(command: object) -> tuple[str, Mapping[str, str]]:
    """Give the command line and the values that it refers to as environment variables."""
    text, values = (command.text, command.values) if isinstance(command, Program) else (command, {})
    if not isinstance(text, str) or not text.strip():
        raise BadParam("command", "is a command line, as text")
    if "\0" in text:
        raise BadParam("command", "holds a NUL character; hand such a value over as `stdin`")
    return text, values


def _shell(name: object) -> str:
    if name not in SHELLS:
        raise BadParam("shell", f"is one of {', '.join(SHELLS)}, not {name!r}")
    return str(name)


def _stdin(value: object) -> bytes | None:
    """Give text and bytes as they are, other data as JSON."""
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return json_text("stdin", value).encode()


def _folder(cwd: object, ctx: Context) -> Path:
    if cwd is not None and (not isinstance(cwd, (str, Path)) or "\0" in str(cwd)):
        raise BadParam("cwd", f"is a folder, as text, not {cwd!r}")
    folder = ctx.folder / (cwd or "")
    if not folder.is_dir():
        raise NoSuchFile("cwd", f"there is no folder `{folder}`")
    return folder


def _ok_codes(value: object) -> tuple[int, ...]:
    codes = tuple(value) if isinstance(value, (list, tuple)) else (value,)
    if not codes or not all(type(code) is int for code in codes):
        raise BadParam("ok_codes", f"is a list of exit codes, not {value!r}")
    return codes


def _outputs(ended: Ended, strip_newline: bool) -> dict[str, Any]:
    stdout = ended.stdout.decode("utf-8", "backslashreplace")
    stderr = ended.stderr.decode("utf-8", "backslashreplace")
    if strip_newline:
        stdout, stderr = stdout.rstrip("\r\n"), stderr.rstrip("\r\n")
    return {"stdout": stdout, "stderr": stderr, "exit_code": ended.exit_code}


def _not_started(command: Command, error: OSError) -> Exception:
    if isinstance(error, FileNotFoundError) and error.filename == command.launch.argv[0]:
        return BadParam("shell", f"there is no `{command.launch.argv[0]}` on this machine")
    if error.errno == errno.E2BIG:
        return BadParam("command", "and its values are too large; hand large ones over as `stdin`")
    return error


def _refuse_cut(ended: Ended, bounds: Bounds, outputs: dict[str, Any]) -> None:
    """Raise where we ended the command ourselves: what it had done by then is not known."""
    if ended.cut == "time":
        raise TimedOut(bounds.seconds, outputs)
    if ended.cut == "output" and ended.exit_code < 0:
        raise ExitCode(ended.exit_code, f"the command was ended: {_over(bounds)}", outputs)


def _over(bounds: Bounds) -> str:
    size = f"{bounds.output_bytes / 1_000_000:g} MB"
    return f"it wrote more than {size} of output; let it write to a file"


def _message(command: Command, outputs: Mapping[str, Any]) -> str:
    """Say how the command ended, with its last words and the secrets that it may have missed."""
    said = outputs["stderr"].strip() or outputs["stdout"].strip()
    words = "\n".join(said.splitlines()[-SHOWN_LINES:])[-SHOWN_CHARACTERS:]
    missing = relevant(command.removed, command.text, outputs["stderr"])
    names = ", ".join(f"`{name}`" for name in missing)
    advice = (
        f"\n(not handed to the command, as it looks like a secret: {names};"
        " declare it in `env` to hand it over)"
    )
    head = f"the command {_how(outputs['exit_code'])}"
    return f"{head}: {words}{advice if missing else ''}" if words or missing else head


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


_PARAMS = by_name(
    Param(
        "command", ("string",), required=True, program=True,
        aliases=("cmd", "script", "run", "code", "commands"),
        description="The command line; a template in it becomes one word.",
    ),
    Param(
        "stdin", default=None, aliases=("input",),
        description="What the command reads: text, or data as JSON.",
    ),
    Param(
        "cwd", ("string",), default=None,
        aliases=("working_directory", "workdir", "working_dir", "dir", "folder"),
        description="The folder to run in, from the workflow's own.",
    ),
    Param(
        "env", ("object", "array"), default=None, aliases=("environment", "envs", "env_vars"),
        description="Variables and their values; null, or a list of names, hands over the kernel's"
        " own.",
    ),
    Param(
        "ok_codes", ("array", "integer"), default=[0],
        aliases=("ok_code", "exit_codes", "success_codes"), objection=objection(_ok_codes),
        description="The exit codes that are no failure.",
    ),
    Param(
        "strip_newline", ("boolean",), default=True, aliases=("strip", "trim"),
        description="Take the newlines at the end of each output off.",
    ),
    Param(
        "shell", ("string",), default="sh", enum=SHELLS,
        description="The shell that reads the command.",
    ),
)  # fmt: skip

SHELL = register(
    built_in(
        NodeSpec(
            "shell",
            _PARAMS,
            outputs={"stdout": "string", "stderr": "string", "exit_code": "integer"},
            actions=(),
            description="Run a command line in a shell.",
        ),
        shell,
        variables=lambda params: handed_over(params.get("env"), os.environ),
    )
)
