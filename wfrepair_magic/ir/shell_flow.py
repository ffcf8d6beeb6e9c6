"""Finds values that a shell evaluates through a variable.

`n=${x}` alone is harmless; with `$((n + 1))` after it bash runs what stands in the value.  Only
plain assignments and loops are followed: what a program does with its variables otherwise is
its author's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from .shell_redirects import Command
from .shell_words import HOLE, Word

_ASSIGNED: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)\+?=")
_ARITHMETIC: Final = frozenset(("-eq", "-ne", "-lt", "-le", "-gt", "-ge"))
_LOOPS: Final = frozenset(("for", "select"))


def evaluated_variables(
    commands: Sequence[Command], arithmetic: Iterable[str], programs: Iterable[Word]
) -> dict[int, str]:
    """Give the numbers of the values that are evaluated through a variable, with the reason.

    `arithmetic` are the sources of all arithmetic, `programs` the words that are program text.
    """
    plain = [*arithmetic, *(word.source for word in _evaluating(commands))]
    dynamic = [word.source for word in programs if HOLE in word.text]
    found: dict[int, str] = {}
    for name, word in _assigned(commands):
        by_name = re.compile(rf"\b{name}\b")
        by_dollar = re.compile(rf"\$\{{?{name}\b")
        if any(map(by_name.search, plain)) or any(map(by_dollar.search, dynamic)):
            reason = f"is assigned to `{name}`, which the program evaluates"
            found.update(dict.fromkeys(word.holes, reason))
    return found


def _assigned(commands: Iterable[Command]) -> Iterator[tuple[str, Word]]:
    """Give the names that are assigned something with a value in it, and the word that does it."""
    for command in commands:
        words = command.words
        loop = words[1].source if len(words) > 1 and words[0].source in _LOOPS else ""
        for word in words:
            assigned = _ASSIGNED.match(word.source)
            name = assigned[1] if assigned else loop
            if name and word.holes:
                yield name, word


def _evaluating(commands: Iterable[Command]) -> Iterator[Word]:
    """Give the words of commands that evaluate names without a dollar."""
    for command in commands:
        first = command.words[0].text if command.words else ""
        texts = {word.text for word in command.words}
        if first == "let" or (first == "[[" and texts & _ARITHMETIC):
            yield from command.words
