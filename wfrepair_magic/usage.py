"""How a run is asked for in words: the options that every face takes, declared once.

The metavar of an argument says what its values are: NODE an id, VARIABLE a variable of the
notebook; completion goes by it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from .errors import WorkflowError
from .ir.names import nearest
from .ir.spec import catalogue
from .settings import POLICIES, SETTINGS

if TYPE_CHECKING:
    from .ir.workflow import Workflow


class BadUsage(WorkflowError):
    """The command line itself cannot be understood."""


class HelpAsked(Exception):
    """Somebody asked for help; `text` is it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class _Help(argparse.Action):
    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        raise HelpAsked(parser.format_help())


class Usage(argparse.ArgumentParser):
    """A parser that never leaves the process and answers a slip with the nearest option.

    `read` raises BadUsage, or HelpAsked for ``--help``.
    """

    def __init__(self, prog: str, description: str, epilog: str = "") -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog or None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
            add_help=False,
            allow_abbrev=False,
        )
        self.arguments: list[argparse.Action] = []
        self.add_argument("--help", "-h", action=_Help, nargs=0, help="show this text")

    def add_argument(self, *args: Any, **keywords: Any) -> argparse.Action:
        """Declare an argument; a value that is none of its `choices` meets the nearest."""
        if "choices" in keywords:
            keywords["type"] = _one_of(tuple(keywords["choices"]))
        action = super().add_argument(*args, **keywords)
        self.arguments.append(action)
        return action

    @property
    def known(self) -> list[str]:
        """The long options, as they are written."""
        options = (name for action in self.arguments for name in action.option_strings)
        return [name for name in options if name.startswith("--")]

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """Read the words of a command line."""
        found, rest = self.parse_known_args(list(words))
        for word in rest:
            raise BadUsage(self._unknown(word))
        return found

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found instead of leaving the process."""
        raise BadUsage(f"{self.prog}: {message}")

    def _unknown(self, word: str) -> str:
        if not word.startswith("-") or word == "-":
            return f"{self.prog}: {word!r} is one word too many"
        option = word.partition("=")[0]
        close = nearest(option, self.known)
        hint = f"did you mean {close}?" if close else f"{self.prog} --help lists them"
        return f"{self.prog}: no option {option}; {hint}"


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text in choices:
            return text
        close = nearest(text, choices)
        hint = f"did you mean {close!r}?" if close else f"there are {', '.join(choices)}"
        raise argparse.ArgumentTypeError(f"{text!r} is not one of its values; {hint}")

    return read


def pair(text: str) -> tuple[str, str]:
    """Read ``name=value``; the value may hold more equal signs, or nothing."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form name=value")
    return name, value


def _workers(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of workers, 1 or more")
    return int(text)


def declare_inputs(parser: Usage) -> None:
    """Declare how inputs are given."""
    parser.add_argument(
        "--input", metavar="NAME=VALUE", action="append", type=pair, default=[],
        help="give an input its value; may be repeated",
    )  # fmt: skip


def declare_run(parser: Usage, store: str, session: str) -> None:
    """Declare what every face lets a person say about a run.

    `store` and `session` tell in words where the store lies, and which session mode holds,
    unless the person says so.
    """
    declare_inputs(parser)
    parser.add_argument("--store", metavar="DIR", help=f"the project store ({store})")
    parser.add_argument(
        "--repair", metavar="POLICY", choices=POLICIES,
        help="off, explain, suggest, safe or auto: how far repair may go (suggest)",
    )  # fmt: skip
    parser.add_argument(
        "--fresh", action="store_true", help="begin a new session: effects happen again"
    )
    parser.add_argument(
        "--rerun", metavar="NODE", action="append", default=[],
        help="run a node again although its result is kept; may be repeated; 'all' is every node",
    )  # fmt: skip
    parser.add_argument(
        "--yes", action="store_true", help="agree that what --rerun and --fresh send, is sent again"
    )
    parser.add_argument("--only", metavar="NODE", help="run one node, on results that are kept")
    parser.add_argument("--until", metavar="NODE", help="run up to and with one node")
    parser.add_argument(
        "--on-failure", choices=SETTINGS["on_failure"].choices,
        help="after a failure start nothing more, or finish what does not depend on it",
    )  # fmt: skip
    parser.add_argument("--workers", metavar="N", type=_workers, help="run at most N nodes at once")
    parser.add_argument(
        "--session", choices=SETTINGS["session"].choices,
        help=f"keep one session until --fresh, or begin one after each success ({session})",
    )  # fmt: skip
    parser.add_argument(
        "--dry-run", action="store_true",
        help="execute nothing: say what would be reused, run, send, or send again",
    )  # fmt: skip


def declare_cache(parser: Usage) -> None:
    """Declare what ``cache`` takes besides the store."""
    parser.add_argument("--purge", action="store_true", help="throw away what is old")
    parser.add_argument("--older-than", metavar="AGE", help="how old that is, such as 30d")
    parser.add_argument("--dry-run", action="store_true", help="only say what would go")


def declare_flag(parser: Usage, name: str, what: str) -> None:
    """Declare a flag that a setting may set too, so that it can be taken back: ``--no-…``."""
    parser.add_argument(f"--{name}", action=argparse.BooleanOptionalAction, help=what)


def asked(found: argparse.Namespace) -> dict[str, Any]:
    """Give what was said about a run as keywords of `session.run`, without inputs."""
    return {
        "fresh": found.fresh,
        "rerun": tuple(found.rerun),
        "yes": found.yes,
        "only": found.only,
        "until": found.until,
        "on_failure": found.on_failure,
        "max_workers": found.workers,
        "repair": found.repair,
        "store": found.store,
        "session": found.session,
    }


def settled(
    said: Mapping[str, Any], workflow: Workflow, defaults: Mapping[str, Any]
) -> dict[str, Any]:
    """Fill in the settings that nobody said: neither the options nor the workflow's own text.

    `defaults` are those of the notebook and the project; what is still None is built in.
    """
    written = {
        "session": workflow.session,
        "on_failure": workflow.defaults.on_failure,
        "max_workers": workflow.defaults.max_workers,
    }
    silent = [name for name, value in said.items() if value is None and not written.get(name)]
    return {**said, **{name: defaults[name] for name in silent if name in defaults}}


def sent_again(workflow: Workflow, rerun: Sequence[str]) -> list[str]:
    """Name those of the nodes to run again that change something outside."""
    everything = "all" in rerun
    return [
        node.id
        for node in workflow.nodes
        if (everything or node.id in rerun) and _writes(node.type, node.effect, node.params)
    ]


def _writes(type: str, effect: str | None, params: Mapping[str, Any]) -> bool:
    spec = catalogue.get(type)
    return (effect or (spec.effect_with(params) if spec else "write")) == "write"


def check_consent(workflow: Workflow, found: argparse.Namespace) -> None:
    """Raise BadUsage where ``--rerun`` would send something again and nobody said ``--yes``."""
    again = [] if found.yes else sent_again(workflow, found.rerun)
    if again:
        nodes = ", ".join(again)
        raise BadUsage(
            f"nothing was run: --rerun would do again what {nodes} may have done already"
            f" (effect: write); add --yes to agree"
        )
