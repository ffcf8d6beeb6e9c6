"""Completion on a magic line: options, and the values of each by what its metavar says."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Final

from ..ir.names import folded
from ..ir.offers import Offers, node_ids
from ..usage import Usage

_WORD: Final = re.compile(r"""(?:"[^"]*"?|'[^']*'?|[^\s"'])+""")


@dataclass(frozen=True)
class Around:
    """What the values on a line may name.

    `data` is the outline of the cell's body.  `names` are workflows that ran here, `nodes` and
    `fixes` (how many there are) those of the last run, `runs` gives ids of runs, newest first.
    """

    data: Any
    variables: Mapping[str, Any]
    names: Sequence[str] = ()
    nodes: Sequence[str] = ()
    fixes: int = 0
    runs: Callable[[], Iterable[str]] = tuple
    types: Sequence[str] = ()
    commands: Sequence[str] = ()

    def entries(self, section: str) -> list[str]:
        """List what stands in a section of the body: its inputs, its outputs."""
        found = self.data.get(section) if isinstance(self.data, dict) else None
        return list(found) if isinstance(found, dict) else []


def split(line: str) -> tuple[list[str], str]:
    """Split what stands before the cursor into whole words and the one that is being written."""
    found = list(_WORD.finditer(line))
    if found and found[-1].end() == len(line):
        return [word[0] for word in found[:-1]], found[-1][0]
    return [word[0] for word in found], ""


def positionals(usage: Usage, words: Iterable[str]) -> list[str]:
    """Give the words that are neither options nor values of options."""
    given, skip = [], False
    for word in words:
        if not skip and not word.startswith("-"):
            given.append(word.strip("\"'"))
        skip = not skip and _takes_value(_option(usage, word)) and "=" not in word
    return given


def line_offers(usage: Usage, words: Sequence[str], fragment: str, around: Around) -> Offers:
    """Give what may go on a line after some words, where `fragment` is written already."""
    before = _option(usage, words[-1]) if words else None
    if _takes_value(before) and "=" not in words[-1]:
        return _values(before, fragment, around)
    name, sign, written = fragment.partition("=")
    named = _option(usage, name)
    if sign and _takes_value(named):
        return _values(named, written, around)
    if fragment.startswith("-"):
        return Offers(fragment, _options(usage, words, fragment), "option")
    places = [action for action in usage.arguments if not action.option_strings]
    filled = len(positionals(usage, words))
    place = places[filled] if filled < len(places) else None
    found = _values(place, fragment, around)
    options = () if fragment else _options(usage, words, fragment)
    return Offers(found.fragment, (*found.texts, *options), found.kind or "option")


def _option(usage: Usage, word: str) -> argparse.Action | None:
    name = word.partition("=")[0]
    return next((each for each in usage.arguments if name in each.option_strings), None)


def _takes_value(action: argparse.Action | None) -> bool:
    return action is not None and bool(action.option_strings) and action.nargs != 0


def _options(usage: Usage, words: Sequence[str], fragment: str) -> tuple[str, ...]:
    """Give the long options that begin so and may still be given."""
    used = {id(_option(usage, word)) for word in words}
    return tuple(
        name
        for action in usage.arguments
        if id(action) not in used or isinstance(action.default, list)
        for name in action.option_strings
        if name.startswith("--") and name.startswith(fragment)
    )


def _values(action: argparse.Action | None, fragment: str, around: Around) -> Offers:
    """Give the values of an argument that begin like the fragment."""
    if action is None:
        return Offers()
    if action.choices is not None:
        return _fitting(fragment, map(str, action.choices))
    metavar = str(action.metavar)
    if metavar == "DIR":
        return Offers(fragment, kind="file")
    if metavar == "NAME=VALUE":
        return _input(fragment, around)
    found = _fitting(fragment, VALUES[metavar](around) if metavar in VALUES else ())
    return found if action.dest != "rerun" else _fitting(fragment, (*found.texts, "all"))


def _fitting(fragment: str, texts: Iterable[str]) -> Offers:
    begin = folded(fragment)
    fitting = tuple(text for text in texts if folded(text).startswith(begin))
    return Offers(fragment, fitting, "value" if fitting else "")


def _input(fragment: str, around: Around) -> Offers:
    """Complete ``name=``, and after it a variable of the notebook as ``$variable``."""
    _, sign, value = fragment.partition("=")
    if not sign:
        return _fitting(fragment, [f"{name}=" for name in around.entries("inputs")])
    return _fitting(value[1:], _variables(around)) if value.startswith("$") else Offers()


def _variables(around: Around) -> list[str]:
    """List the notebook's variables that hold values."""
    return [
        name
        for name, value in around.variables.items()
        if not name.startswith("_") and not isinstance(value, ModuleType) and not callable(value)
    ]


def _ids(around: Around) -> Iterable[str]:
    return node_ids(around.data) or around.nodes


VALUES: Final[Mapping[str, Callable[[Around], Iterable[str]]]] = {
    "NODE": _ids,
    "OUTPUT": lambda around: around.entries("outputs"),
    "VARIABLE": _variables,
    "NAME": lambda around: around.names,
    "FIX": lambda around: [str(number + 1) for number in range(around.fixes)],
    "RUN": lambda around: around.runs(),
    "TYPE": lambda around: around.types,
    "COMMAND": lambda around: around.commands,
}
"""Where the values of an argument come from, by its metavar."""
