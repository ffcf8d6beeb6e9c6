"""Reads the options of commands that run program text, to find which words are that text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
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


@dataclass
class Options:
    """What stands before the operands of an interpreter, filled in word by word.

    `operand` is the number of the first operand; `programs` are words with program text or the
    name of a script, `arguments` those of other options.  `given`: an option named the program
    or script; `pending`: the first operand is the program; `ended`: ``--`` stood before it;
    `unknown`: an option is not known, so nothing after it is.
    """

    operand: int = 0
    programs: list[Word] = field(default_factory=list)
    arguments: list[Word] = field(default_factory=list)
    given: bool = False
    pending: bool = False
    ended: bool = False
    unknown: bool = False


def read_options(words: Sequence[Word], kind: Interpreter) -> Options:
    """Read the words after an interpreter's name, up to its first operand."""
    found = Options()
    while found.operand < len(words) and not (found.unknown or found.ended):
        text = words[found.operand].text
        if len(text) < 2 or text[0] not in "-+" or (found.given and kind.ends):
            break
        found.operand += 1
        found.ended = text == "--"
        if not found.ended:
            _read_cluster(text[1:], words, kind, found)
    return found


def _read_cluster(letters: str, words: Sequence[Word], kind: Interpreter, found: Options) -> None:
    """Read a word of option letters, and the next word where that is an argument."""
    rest = letters.lstrip(kind.flags + (kind.program if kind.late else ""))
    flags = letters[: len(letters) - len(rest)]
    found.pending |= kind.late and not set(kind.program).isdisjoint(flags)
    if not rest:
        return
    letter, attached = rest[0], rest[1:]
    at = found.operand
    argument = words[at - 1 : at] if attached else words[at : at + 1]
    if letter in kind.program:
        found.given = True
        found.programs += words[at - 1 : at + 1]  # what is attached may be a letter more
    elif letter in kind.script:
        found.given = True
        found.programs += argument
    elif letter in kind.takes and not (attached and kind.late):
        found.arguments += argument
    else:
        found.unknown = letter not in kind.glued or HOLE in attached
        return
    found.operand += not attached
