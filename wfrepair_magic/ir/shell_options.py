"""Reads the options of commands that run program text, to find which words are that text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .shell_words import HOLE, Word


@dataclass(frozen=True)
class Interpreter:
    """The options of a command that runs program text, by letter; all others are unknown.

    `program`: the option is followed by program text; `script`: by a file or module to run;
    `takes`: by an argument; `glued`: by an argument in the same word, if at all.  `first`: the
    first operand is program text, unless an option gave it; `late`: it is if an option of
    `program` was there (``sh -c -e TEXT``).  `ends`: after program or script, options are data.
    """

    flags: str
    program: str = ""
    script: str = ""
    takes: str = ""
    glued: str = ""
    first: bool = False
    late: bool = False
    ends: bool = False


_SHELL: Final = Interpreter("abefhilmnprtuvxBCDEHPT", program="c", takes="oO", late=True)
_PYTHON: Final = Interpreter("bBdEhIOPqsSuvVx", program="c", script="m", takes="WX", ends=True)
_AWK: Final = Interpreter("", program="e", script="f", takes="Fv", first=True)

INTERPRETERS: Final[Mapping[str, Interpreter]] = {
    **dict.fromkeys(("sh", "bash", "dash", "ash", "rbash"), _SHELL),
    **dict.fromkeys(("python", "pypy"), _PYTHON),
    **dict.fromkeys(("awk", "gawk", "mawk", "nawk"), _AWK),
    "sed": Interpreter("nErsuz", program="e", script="f", takes="l", glued="i", first=True),
    "perl": Interpreter("aclnpsStTuUvwWX01234567", program="eE", takes="I", glued="FMmiDV"),
    "ruby": Interpreter("acdhlnpsSvwWUy01234567", program="e", takes="rIEC", glued="iF"),
    "node": Interpreter("", program="ep", takes="rC"),
    "php": Interpreter("ehlmnqsvw", program="rBRE", script="f", takes="dcz"),
    "lua": Interpreter("EvW", program="e", takes="l"),
}
"""The interpreters whose options are known, by name (without a version)."""

SSH: Final = Interpreter("46AaCfGgKkMNnqsTtVvXxYy", takes="BbcDEeFIiJLlmOopPQRSWw")


@dataclass(frozen=True)
class Options:
    """What stands before the operands of an interpreter.

    `programs` are words with program text or the name of a script, `arguments` those of other
    options; `operand` is the number of the first operand.  `given`: an option named the program
    or script; `pending`: the first operand is the program; `ended`: ``--`` stood before it;
    `unknown`: an option is not known, so nothing after it is.
    """

    operand: int
    programs: tuple[Word, ...]
    arguments: tuple[Word, ...]
    given: bool
    pending: bool
    ended: bool
    unknown: bool


def read_options(words: Sequence[Word], kind: Interpreter) -> Options:
    """Read the words after an interpreter's name, up to its first operand."""
    return _OptionReader(words, kind).read()


class _OptionReader:
    """Reads the options before an interpreter's operands, word by word."""

    def __init__(self, words: Sequence[Word], kind: Interpreter) -> None:
        self.words = words
        self.kind = kind
        self.at = 0
        self.programs: list[Word] = []
        self.arguments: list[Word] = []
        self.given = self.pending = self.unknown = False

    def read(self) -> Options:
        ended = False
        while self.at < len(self.words) and not (self.unknown or ended):
            text = self.words[self.at].text
            if len(text) < 2 or text[0] not in "-+" or (self.given and self.kind.ends):
                break
            self.at += 1
            ended = text == "--"
            if not ended:
                self.cluster(text)
        return Options(
            operand=self.at,
            programs=tuple(self.programs),
            arguments=tuple(self.arguments),
            given=self.given,
            pending=self.pending,
            ended=ended,
            unknown=self.unknown,
        )

    def cluster(self, text: str) -> None:
        """Read a word of option letters, and the next word where that is an argument."""
        kind = self.kind
        for number, letter in enumerate(text[1:], 1):
            attached = text[number + 1 :]
            if letter in kind.program and kind.late:
                self.pending = True
            elif letter not in kind.flags:
                self.option(letter, attached)
                return

    def option(self, letter: str, attached: str) -> None:
        """Read an option that is more than a flag; `attached` is the rest of its word."""
        if letter in self.kind.program:
            self.program(attached)
        elif letter in self.kind.script:
            self.given = True
            self.argument(attached, self.programs)
        elif letter in self.kind.takes and not (attached and self.kind.late):
            self.argument(attached, self.arguments)
        elif letter not in self.kind.glued or HOLE in attached:
            self.unknown = True

    def program(self, attached: str) -> None:
        """Note program text: in the option's word it may be a letter more, so the next counts."""
        self.given = True
        self.programs.extend(self.words[self.at - 1 : self.at + 1])
        if not attached:
            self.at += 1

    def argument(self, attached: str, found: list[Word]) -> None:
        """Step over an option's argument: the rest of its word, else the next one."""
        if not attached:
            self.at += 1
        found.extend(self.words[self.at - 1 : self.at])
