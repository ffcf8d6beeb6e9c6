"""What ``%%workflow`` and the subcommands of ``%workflow`` take, declared once."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Mapping
from typing import Any, Final

from ..ir.names import nearest
from ..usage import (
    CACHE,
    INPUT,
    Argument,
    BadUsage,
    Usage,
    argument,
    find_command,
    flag,
    number,
    run_arguments,
)
from ..usage import overview as lines_of

HELP: Final = frozenset({"--help", "-h"})

PARAMS: Final = argument(
    "--params", metavar="VARIABLE", help="give inputs from a dict of the notebook"
)
STORE: Final = argument("--store", metavar="DIR", help="the project store (that of the last run)")

CELL: Final = Usage(
    "%%workflow",
    "Run the workflow in this cell, YAML or JSON.",
    (
        argument(
            "name", metavar="NAME", nargs="?",
            help="the workflow's name, under which its session is kept"
            " (else `name:`, the cell's id, the text's digest)",
        ),
        *run_arguments(store="`.wfrepair` beside the notebook", session="open"),
        PARAMS,
        argument("--out", metavar="VARIABLE", help="assign the Run to this variable"),
        argument("--output", metavar="OUTPUT", help="give this output as the cell's value"),
        argument(
            "--no-repair", dest="repair", action="store_const", const="off", help="--repair off"
        ),
        argument(
            "--background", action="store_true",
            help="go on after the cell: the report is kept up to date, `%%workflow stop` ends it",
        ),
        flag("strict", "raise where the run fails, and write no cell"),
        flag("quiet", "show no report"),
    ),
    "What completed in the session is reused, whatever its effect, until it changes.\n"
    "The last run is always in `_wf`.  `%workflow help` lists what else there is.\n"
    "What no option says, the workflow's text says; then `%config WorkflowMagics`; then\n"
    "[tool.wfrepair] in pyproject.toml; then what stands in brackets here.",
)  # fmt: skip
"""The first line of a workflow cell."""


def _line(name: str, what: str, *arguments: Argument) -> tuple[str, Usage]:
    return name, Usage(f"%workflow {name}", what, arguments)


USAGES: Final[Mapping[str, Usage]] = dict(
    (
        _line(
            "apply", "Accept a fix of the last run: go on with it, and write a new cell.",
            argument("fix", metavar="FIX", nargs="?", type=number, default=1, help="its number"),
            argument("--no-run", action="store_true", help="only write the cell"),
        ),
        _line(
            "resume", "Run a workflow again as it was asked for; what completed is reused.",
            argument("name", metavar="NAME", nargs="?", help="its name (that of the last run)"),
            INPUT, PARAMS, STORE,
        ),
        _line(
            "resolve", "Say whether an effect in doubt happened.",
            argument("node", metavar="NODE", help="the node whose effect is in doubt"),
            argument(
                "verdict", nargs="?", choices=("sent", "not-sent"),
                help="what you found out (sent, where you give its value)",
            ),
            argument(
                "--value", metavar="VARIABLE", help="the result that was lost, from the notebook"
            ),
            argument("--name", metavar="NAME", help="the workflow (that of the last run)"),
            STORE,
        ),
        _line(
            "stop", "End what runs in this kernel, in order: what completed is kept.",
            argument("name", metavar="NAME", nargs="?", help="its name (all that is under way)"),
        ),
        _line(
            "dismiss", "Do not want a fix: it is not offered again unchanged.",
            argument("fix", metavar="FIX", nargs="?", type=number, default=1, help="its number"),
            STORE,
        ),
        _line(
            "effects", "List the effects of a workflow's session: what became of each.",
            argument(
                "name", metavar="NAME", nargs="?", help="the workflow (that of the last run)"
            ),
            argument("--all", action="store_true", help="those of all workflows and sessions"),
            STORE,
        ),
        _line(
            "runs", "List the runs of the project store, the latest first.",
            argument("--limit", metavar="N", type=number, default=20, help="at most N (20)"),
            STORE,
        ),
        _line(
            "show", "Show the report of a run again, from what was recorded.",
            argument(
                "run", metavar="RUN", nargs="?", help="its id or the start of it (the last)"
            ),
            STORE,
        ),
        _line(
            "why", "Say why a node ran or was reused, and what a run now would do with it.",
            argument("node", metavar="NODE", help="a node of the last run"),
            STORE,
        ),
        _line(
            "diff", "Show what the last fix changes, or how the texts of two runs differ.",
            argument("run", metavar="RUN", nargs="?", help="a run (the last fix, unless given)"),
            argument("other", metavar="RUN", nargs="?", help="another run (the last)"),
            STORE,
        ),
        _line(
            "metrics", "Count what the runs of each workflow did, and what reuse saved.",
            argument("name", metavar="NAME", nargs="?", help="one workflow (all)"),
            argument(
                "--limit", metavar="N", type=number, default=200,
                help="count the last N runs (200)",
            ),
            STORE,
        ),
        _line(
            "cache", "Show what the project store keeps; throw away what is old.", *CACHE, STORE
        ),
        _line(
            "doctor", "Say what is here: front end, versions, store, settings, what is off.", STORE
        ),
        _line(
            "nodes", "List the node types, or the params of one.",
            argument("type", metavar="TYPE", nargs="?", help="a node type"),
        ),
        _line(
            "help", "Say what there is, or what one command takes.",
            argument("command", metavar="COMMAND", nargs="?", help="a command, or `run`"),
        ),
    )
)  # fmt: skip
"""The subcommands of ``%workflow``; the function of that name in `commands` obeys each."""


def words(line: str) -> list[str]:
    """Split a magic line into words as a shell does, expanding nothing.

    Raises BadUsage for a quotation mark without its partner.
    """
    try:
        return shlex.split(line)
    except ValueError as error:
        raise BadUsage(f"%%workflow: {error} on its line") from None


def usage_of(command: str) -> Usage:
    """Give what a command takes; ``run`` is the cell.  Raises BadUsage with the nearest name."""
    return find_command(command, {**USAGES, "run": CELL}, "%workflow: ")


def overview() -> str:
    """List the cell form and every subcommand with what it is for."""
    lines = [
        "%%workflow [NAME] [options]   run the workflow in the cell",
        "",
        *lines_of([*USAGES.values()]),
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
