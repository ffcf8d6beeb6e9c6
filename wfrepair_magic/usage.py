"""How a run is asked for in words: what every face takes, declared as data.

The metavar of an argument says what its values are: NODE an id, VARIABLE a variable of the
notebook; completion goes by it.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

from .errors import WorkflowError
from .ir.model import MISSING
from .ir.names import nearest
from .ir.spec import catalogue
from .settings import POLICIES, SETTINGS

if TYPE_CHECKING:
    from .ir.workflow import Workflow

Argument = tuple[tuple[str, ...], Mapping[str, Any]]
"""An argument as `argparse` takes it: its names, and what else there is to say."""

T = TypeVar("T")


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


def argument(*names: str, **keywords: Any) -> Argument:
    """Declare an argument, in the words of `argparse`."""
    return names, keywords


def flag(name: str, what: str) -> Argument:
    """Declare a flag that a setting may set too, so that it can be taken back: ``--no-…``."""
    return argument(f"--{name}", action=argparse.BooleanOptionalAction, help=what)


class Usage(argparse.ArgumentParser):
    """A parser that never leaves the process and answers a slip with the nearest option.

    `read` raises BadUsage, or HelpAsked for ``--help``.
    """

    def __init__(
        self, prog: str, description: str, arguments: Iterable[Argument] = (), epilog: str = ""
    ) -> None:
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
        for names, keywords in arguments:
            self.add_argument(*names, **keywords)

    def add_argument(self, *args: Any, **keywords: Any) -> argparse.Action:
        """Declare an argument; a value that is none of its `choices` meets the nearest."""
        if "choices" in keywords:
            keywords["type"] = _one_of(tuple(keywords["choices"]))
        action = super().add_argument(*args, **keywords)
        self.arguments.append(action)
        return action

    def read(self, words: Sequence[str]) -> argparse.Namespace:
        """Read the words of a command line."""
        found, rest = self.parse_known_args(list(words))
        for word in rest:
            raise BadUsage(f"{self.prog}: {self._unknown(word)}")
        return found

    def error(self, message: str) -> NoReturn:
        """Raise what argparse found instead of leaving the process."""
        raise BadUsage(f"{self.prog}: {message}")

    def _unknown(self, word: str) -> str:
        if not word.startswith("-") or word == "-":
            return f"{word!r} is one word too many"
        option = word.partition("=")[0]
        known = (name for action in self.arguments for name in action.option_strings)
        close = nearest(option, [name for name in known if name.startswith("--")])
        hint = f"did you mean {close}?" if close else f"{self.prog} --help lists them"
        return f"no option {option}; {hint}"


def find_command(word: str, commands: Mapping[str, T], face: str = "") -> T:
    """Give the command of that name.  Raises BadUsage with the nearest one."""
    if word in commands:
        return commands[word]
    close = nearest(word, commands)
    hint = f"did you mean {close}?" if close else f"there are {', '.join(commands)}"
    raise BadUsage(f"{face}no command {word!r}; {hint}")


def overview(usages: Sequence[Usage]) -> list[str]:
    """Give a line for each command: how it is called, and what it is for."""
    width = max(len(usage.prog) for usage in usages)
    return [f"{usage.prog:<{width}} {usage.description}" for usage in usages]


def _one_of(choices: Sequence[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text in choices:
            return text
        close = nearest(text, choices)
        hint = f"did you mean {close!r}?" if close else f"there are {', '.join(choices)}"
        raise argparse.ArgumentTypeError(f"{text!r} is not one of its values; {hint}")

    return read


def verdict_of(found: argparse.Namespace) -> str:
    """Give what a person says of an effect; who gives its value says that it was sent."""
    if found.verdict is None and found.value in (None, MISSING):
        raise BadUsage(f"say whether {found.node} was `sent` or `not-sent`; or give its --value")
    return str(found.verdict or "sent")


def pair(text: str) -> tuple[str, str]:
    """Read ``name=value``; the value may hold more equal signs, or nothing."""
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form name=value")
    return name, value


def number(text: str, what: str = "a number from 1") -> int:
    """Read a whole number from 1; `what` names it where it is none."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not {what}")
    return int(text)


def _workers(text: str) -> int:
    return number(text, "a number of workers, 1 or more")


INPUT: Final = argument(
    "--input", metavar="NAME=VALUE", action="append", type=pair, default=[],
    help="give an input its value; may be repeated",
)  # fmt: skip


_RUN: Final = (
    argument(
        "--repair", metavar="POLICY", choices=POLICIES,
        help="off, explain, suggest, safe or auto: how far repair may go (suggest)",
    ),
    argument("--fresh", action="store_true", help="begin a new session: effects happen again"),
    argument(
        "--rerun", metavar="NODE", action="append", default=[],
        help="run a node again although its result is kept; may be repeated; 'all' is every node",
    ),
    argument(
        "--yes", action="store_true", help="agree that what --rerun and --fresh send, is sent again"
    ),
    argument("--only", metavar="NODE", help="run one node, on results that are kept"),
    argument("--until", metavar="NODE", help="run up to and with one node"),
    argument(
        "--on-failure", choices=SETTINGS["on_failure"].choices,
        help="after a failure start nothing more, or finish what does not depend on it",
    ),
    argument(
        "--workers", metavar="N", dest="max_workers", type=_workers,
        help="run at most N nodes at once",
    ),
    argument(
        "--dry-run", action="store_true",
        help="execute nothing: say what would be reused, run, send, or send again",
    ),
)  # fmt: skip


def run_arguments(store: str, session: str) -> tuple[Argument, ...]:
    """Declare what every face lets a person say about a run; `asked` reads it.

    `store` and `session` tell in words where the store lies, and which session mode holds,
    unless the person says so.
    """
    modes = f"keep one session until --fresh, or begin one after each success ({session})"
    return (
        INPUT,
        argument("--store", metavar="DIR", help=f"the project store ({store})"),
        argument("--session", choices=SETTINGS["session"].choices, help=modes),
        *_RUN,
    )


CACHE: Final = (
    argument("--purge", action="store_true", help="throw away what is old"),
    argument("--older-than", metavar="AGE", help="how old that is, such as 30d"),
    argument("--dry-run", action="store_true", help="only say what would go"),
)
"""What ``cache`` takes besides the store."""

SAID: Final = frozenset(SETTINGS) | {"fresh", "rerun", "yes", "only", "until", "output"}
"""The arguments that go on to `session.run` under their own names, or are settings."""


def asked(found: argparse.Namespace) -> dict[str, Any]:
    """Give what was said about a run as keywords of `session.run`, without name and inputs.

    Settings that only a face knows (`quiet`, `strict`) are among them where it takes them.
    """
    said = {name: value for name, value in vars(found).items() if name in SAID}
    return {**said, "rerun": tuple(found.rerun)}


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


def _sent_again(workflow: Workflow, rerun: Sequence[str]) -> list[str]:
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
    again = [] if found.yes else _sent_again(workflow, found.rerun)
    if again:
        nodes = ", ".join(again)
        raise BadUsage(
            f"nothing was run: --rerun would do again what {nodes} may have done already"
            f" (effect: write); add --yes to agree"
        )
