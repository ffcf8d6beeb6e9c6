"""Finds the place of each value in a shell program, as `sh` and `bash` both read it.

Where the two shells differ, or what follows depends on more than the text, the scan gives up
(`Lost`), and every value of the program is refused.  A wrong guess is worse than none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .shell_redirects import Command, RedirectReader
from .shell_words import META, Lost, Place, Word

_OPENING: Final = frozenset(
    ("if", "then", "else", "elif", "while", "until", "do", "{", "!", "time")
)
_LOOPS: Final = frozenset(("for", "select"))


@dataclass(frozen=True)
class Scan:
    """The place of each value that has one, why others are refused, and all simple commands.

    `arithmetic` holds the sources of all arithmetic.
    """

    places: dict[int, Place]
    refused: dict[int, str]
    commands: list[Command]
    arithmetic: list[str]


def scan(program: str) -> Scan:
    """Read a program.  Raises Lost where it cannot be read for certain."""
    reader = _CommandReader(program)
    reader.commands("")
    if reader.pending:
        raise Lost("a heredoc has no body")
    return Scan(reader.places, reader.refused, reader.found, reader.evaluated)


class _CommandReader(RedirectReader):
    """Reads lists, simple and compound commands; `found` gathers the simple ones."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.found: list[Command] = []

    def commands(self, until: str) -> bool:
        """Read commands up to the end, a ``)``, or what ends a branch of ``case``.

        `until` is "", ")" or "esac".  Says whether another branch follows.
        """
        with self.deeper():
            command = self.start()
            while True:
                self.blanks()
                char = self.peek()
                if not char or (char == ")" and until == ")"):
                    return self.finish_list(until, char)
                if until == "esac" and self.peek(2) in (";;", ";&"):
                    self.at += 3 if self.peek(3) == ";;&" else 2
                    return True
                command = self.step(command, char)
                if command.words and command.words[0].source == "esac":
                    command.words.clear()
                    return self.esac(until)

    def step(self, command: Command, char: str) -> Command:
        """Read what begins with a character: the end of a line, a sign, or a word."""
        if char == "\n":
            self.newline()
            return self.start()
        if self.peek(2) == "&>":
            return self.both_outputs(command)
        if char in "();&|":
            return self.separator(command)
        if char in "<>":
            self.redirect(command)
            return command
        return self.next_word(command)

    def both_outputs(self, command: Command) -> Command:
        """Read bash's ``&> file``; sh takes it for ``&`` and ``> file``, so it must be last."""
        self.at += 1
        self.redirect(command)
        self.blanks()
        if self.peek() not in ("", "\n", ";", "&", "|", ")"):
            raise Lost("words follow `&>`, which shells read differently")
        return command

    def finish_list(self, until: str, char: str) -> bool:
        if until and not char:
            raise Lost(f"it ends without its `{until}`")
        if until == ")":
            if self.pending:
                raise Lost("a heredoc has no body before the closing parenthesis")
            self.take()
        return False

    def esac(self, until: str) -> bool:
        if until != "esac":
            raise Lost("there is an `esac` without its `case`")
        return False

    def start(self) -> Command:
        command = Command()
        self.found.append(command)
        return command

    def separator(self, command: Command) -> Command:
        char = self.peek()
        if char == ")":
            raise Lost("there is a `)` too many")
        if char != "(":
            self.at += 1
        elif self.peek(2) == "((" and not command.words:
            self.at += 2
            self.arithmetic(program=True)
        elif command.words:
            self.function_parentheses(command)
        else:
            self.parentheses()
        return self.start()

    def function_parentheses(self, command: Command) -> None:
        self.at += 1
        self.blanks()
        if len(command.words) != 1 or self.peek() != ")" or command.words[0].holes:
            raise Lost("there is a parenthesis that only some shells read")
        self.at += 1
        command.words.clear()

    def parentheses(self) -> None:
        """Read ``( … )`` from its opening parenthesis."""
        if self.pending:
            raise Lost("a list in parentheses follows a heredoc on its line")
        self.at += 1
        self.commands(")")

    def next_word(self, command: Command) -> Command:
        """Read a word into a command; a keyword begins another."""
        word = self.word()
        if command.words:
            command.words.append(word)
            named = len(command.words) == 3 and command.words[0].source in _LOOPS
            return self.start() if named and word.source == "do" else command
        if word.source in _OPENING:
            return self.start()
        if word.source == "case":
            self.case()
            return self.start()
        if word.source == "[[":
            self.condition(command, word)
            return self.start()
        if word.source == "function":
            return self.function()
        if word.source == "coproc":
            raise Lost("it uses `coproc`")
        command.words.append(word)
        if word.source in _LOOPS:
            self.loop(command)
        return command

    def loop(self, command: Command) -> None:
        """Read the name of a loop, or the arithmetic of ``for ((…))``."""
        self.blanks()
        if self.peek(2) == "((":
            self.at += 2
            self.arithmetic(program=True)
        elif self.peek() not in META:
            with self.refusing("stands where a loop takes the name of its variable"):
                command.words.append(self.word())

    def function(self) -> Command:
        self.blanks()
        with self.refusing("stands where a function takes its name"):
            self.word()
        self.blanks()
        if self.peek() == "(":
            self.at += 1
            self.blanks()
            if self.take() != ")":
                raise Lost("the parentheses of a function are not empty")
        return self.start()

    def case(self) -> None:
        self.blanks()
        self.word()
        self.newlines()
        if self.word().source != "in":
            raise Lost("there is a `case` without its `in`")
        more = True
        while more:
            self.newlines()
            if self.peek() == "(":
                self.at += 1
                self.blanks()
            elif self.peek(4) == "esac" and self.text[self.at + 4 : self.at + 5] in ("", *META):
                self.at += 4
                return
            self.patterns()
            more = self.commands("esac")

    def patterns(self) -> None:
        while True:
            self.word()
            self.blanks()
            char = self.take()
            if char == ")":
                return
            if char != "|":
                raise Lost("the patterns of a `case` are not plain")
            self.blanks()

    def condition(self, command: Command, opening: Word) -> None:
        """Read ``[[ … ]]``: parentheses, ``&``, ``|``, ``<`` and ``>`` are its own signs."""
        command.words.append(opening)
        while command.words[-1].source != "]]":
            self.newlines()
            if self.peek() in "();&|<>":
                self.take()
            else:
                command.words.append(self.word())
