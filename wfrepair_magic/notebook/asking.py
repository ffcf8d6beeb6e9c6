"""What ``%%workflow`` and the subcommands of ``%workflow`` take, declared once."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Mapping
from typing import Any, Final

from ..ir.names import nearest
from ..usage import BadUsage, Usage, declare_cache, declare_flag, declare_inputs, declare_run

HELP: Final = frozenset({"--help", "-h"})


def words(line: str) -> list[str]:
    """Split a magic line into words as a shell does, expanding nothing.

    Raises BadUsage for a quotation mark without its partner.
    """
    try:
        return shlex.split(line)
    except ValueError as error:
        raise BadUsage(f"%%workflow: {error} on its line") from None


def cell_usage() -> Usage:
    """Declare the first line of a workflow cell."""
    usage = Usage(
        "%%workflow",
        "Run the workflow in this cell, YAML or JSON.",
        "What completed in the session is reused, whatever its effect, until it changes.\n"
        "The last run is always in `_wf`.  `%workflow help` lists what else there is.\n"
        "What no option says, the workflow's text says; then `%config WorkflowMagics`; then\n"
        "[tool.wfrepair] in pyproject.toml; then what stands in brackets here.",
    )
    usage.add_argument(
        "name", metavar="NAME", nargs="?",
        help="the workflow's name, under which its session is kept"
        " (else `name:`, the cell's id, the text's digest)",
    )  # fmt: skip
    declare_run(usage, store="`.wfrepair` beside the notebook", session="open")
    _declare_params(usage)
    usage.add_argument("--out", metavar="VARIABLE", help="assign the Run to this variable")
    usage.add_argument("--output", metavar="OUTPUT", help="give this output as the cell's value")
    usage.add_argument(
        "--no-repair", dest="repair", action="store_const", const="off", help="--repair off"
    )
    declare_flag(usage, "strict", "raise where the run fails, and write no cell")
    declare_flag(usage, "quiet", "show no report")
    return usage


def _declare_params(usage: Usage) -> None:
    usage.add_argument(
        "--params", metavar="VARIABLE", help="give inputs from a dict of the notebook"
    )


def _named(name: str, what: str) -> Usage:
    return Usage(f"%workflow {name}", what)


def _with_store(usage: Usage) -> Usage:
    usage.add_argument("--store", metavar="DIR", help="the project store (that of the last run)")
    return usage


def _apply_usage() -> Usage:
    usage = _named("apply", "Accept a fix of the last run: go on with it, and write a new cell.")
    usage.add_argument("fix", metavar="FIX", nargs="?", type=_number, default=1, help="its number")
    usage.add_argument("--no-run", action="store_true", help="only write the cell")
    return usage


def _resume_usage() -> Usage:
    usage = _named("resume", "Run a workflow again as it was asked for; what completed is reused.")
    usage.add_argument("name", metavar="NAME", nargs="?", help="its name (that of the last run)")
    declare_inputs(usage)
    _declare_params(usage)
    return _with_store(usage)


def _resolve_usage() -> Usage:
    usage = _named("resolve", "Say whether an effect in doubt happened.")
    usage.add_argument("node", metavar="NODE", help="the node whose effect is in doubt")
    usage.add_argument("verdict", choices=("sent", "not-sent"), help="what you found out")
    usage.add_argument(
        "--value", metavar="VARIABLE", help="the result that was lost, from the notebook"
    )
    usage.add_argument("--name", metavar="NAME", help="the workflow (that of the last run)")
    return _with_store(usage)


def _runs_usage() -> Usage:
    usage = _named("runs", "List the runs of the project store, the latest first.")
    usage.add_argument("--limit", metavar="N", type=_number, default=20, help="at most N (20)")
    return _with_store(usage)


def _show_usage() -> Usage:
    usage = _named("show", "Show the report of a run again, from what was recorded.")
    usage.add_argument("run", metavar="RUN", nargs="?", help="its id or the start of it (the last)")
    return _with_store(usage)


def _diff_usage() -> Usage:
    usage = _named("diff", "Show what the last fix changes, or how the texts of two runs differ.")
    usage.add_argument("run", metavar="RUN", nargs="?", help="a run (the last fix, unless given)")
    usage.add_argument("other", metavar="RUN", nargs="?", help="another run (the last)")
    return _with_store(usage)


def _metrics_usage() -> Usage:
    usage = _named("metrics", "Count what the runs of each workflow did, and what reuse saved.")
    usage.add_argument("name", metavar="NAME", nargs="?", help="one workflow (all)")
    usage.add_argument(
        "--limit", metavar="N", type=_number, default=200, help="count the last N runs (200)"
    )
    return _with_store(usage)


def _cache_usage() -> Usage:
    usage = _named("cache", "Show what the project store keeps; throw away what is old.")
    declare_cache(usage)
    return _with_store(usage)


def _doctor_usage() -> Usage:
    usage = _named("doctor", "Say what is here: front end, versions, store, settings, what is off.")
    return _with_store(usage)


def _nodes_usage() -> Usage:
    usage = _named("nodes", "List the node types, or the params of one.")
    usage.add_argument("type", metavar="TYPE", nargs="?", help="a node type")
    return usage


def _help_usage() -> Usage:
    usage = _named("help", "Say what there is, or what one command takes.")
    usage.add_argument("command", metavar="COMMAND", nargs="?", help="a command, or `run`")
    return usage


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1")
    return int(text)


USAGES: Final[Mapping[str, Callable[[], Usage]]] = {
    "apply": _apply_usage,
    "resume": _resume_usage,
    "resolve": _resolve_usage,
    "runs": _runs_usage,
    "show": _show_usage,
    "diff": _diff_usage,
    "metrics": _metrics_usage,
    "cache": _cache_usage,
    "doctor": _doctor_usage,
    "nodes": _nodes_usage,
    "help": _help_usage,
}
"""The subcommands of ``%workflow``."""


def usage_of(command: str) -> Usage:
    """Give what a command takes; ``run`` is the cell.  Raises BadUsage with the nearest name."""
    if command == "run":
        return cell_usage()
    if command in USAGES:
        return USAGES[command]()
    close = nearest(command, [*USAGES, "run"])
    hint = f"did you mean {close}?" if close else f"there are {', '.join(USAGES)}"
    raise BadUsage(f"%workflow: no command {command!r}; {hint}")


def overview() -> str:
    """List the cell form and every subcommand with what it is for."""
    lines = ["%%workflow [NAME] [options]   run the workflow in the cell", ""]
    lines += [f"%workflow {name:<8} {make().description}" for name, make in USAGES.items()]
    lines += [
        "",
        "`%workflow help COMMAND` says what a command takes; `help run`, a cell.",
    ]
    return "\n".join(lines)


def inputs_of(found: argparse.Namespace, variables: Mapping[str, Any]) -> dict[str, Any]:
    """Give the inputs that a cell's line asks for.

    `--params` gives many, `--input` wins over it; ``$name`` stands for a variable of the notebook
    and ``$$`` for a dollar sign.  Raises BadUsage for a variable that there is not.
    """
    given: dict[str, Any] = {}
    if found.params is not None:
        table = variable(variables, found.params)
        if not isinstance(table, Mapping):
            raise BadUsage(f"--params: {found.params} is a {type(table).__name__}, not a dict")
        given |= {str(key): value for key, value in table.items()}
    return given | {key: _value(text, variables) for key, text in found.input}


def _value(text: str, variables: Mapping[str, Any]) -> Any:
    if text.startswith("$$"):
        return text[1:]
    return variable(variables, text[1:]) if text.startswith("$") else text


def variable(variables: Mapping[str, Any], name: str) -> Any:
    """Give a variable of the notebook.  Raises BadUsage with the nearest name."""
    if name in variables:
        return variables[name]
    close = nearest(name, [key for key in variables if not key.startswith("_")])
    hint = f"; did you mean {close}?" if close else ""
    raise BadUsage(f"no variable {name!r} in the notebook{hint}")
