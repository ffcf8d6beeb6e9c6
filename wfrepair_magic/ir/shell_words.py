"""Reads the words of a shell program: their quotes, their dollars, the places of values in them.

The program comes with a NUL where a value belongs; a shell program cannot hold one otherwise.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Place: TypeAlias = Literal["bare", "double", "single"]
"""How a reference is quoted.  The body of a heredoc takes it as double quotes do."""

HOLE: Final = "\0"
META: Final = frozenset(" \t\n;&|<>()")
ASSIGNMENT: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[|\+?=)")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./,:=@%+-]+")
_DEPTH: Final = 40


class Lost(Exception):
    """The reading cannot be sure any more; the argument says why."""


@dataclass(frozen=True)
class Word:
    """One word of a command.

    `text` is what the shell makes of it, with a NUL for each part that is only known when it
    runs; `source` is it as written ("" for a process substitution); `holes` are the numbers of
    the values in it, at any depth.
    """

    text: str
    source: str
    holes: tuple[int, ...]

    @property
    def assigns(self) -> bool:
        """Whether the word has the form of an assignment: ``name=…`` or ``name[…``."""
        return ASSIGNMENT.match(self.source) is not None


@dataclass(frozen=True)
class Heredoc:
    """A heredoc whose body is still to come: its end mark, and how the body is read."""

    end: str
    quoted: bool
    tabs: bool


class WordReader(ABC):
    """Walks over a program once, from left to right; `at` is where it is.

    `end` bounds what is read now; `count` values have been met.  What is in parentheses is read
    by the class that knows commands.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.end = len(text)
        self.count = 0
        self.places: dict[int, Place] = {}
        self.refused: dict[int, str] = {}
        self.pending: list[Heredoc] = []
        self.evaluated: list[str] = []
        self.depth = 0

    @abstractmethod
    def parentheses(self) -> None:
        """Read ``( … )`` from its opening parenthesis."""

    @abstractmethod
    def newlines(self) -> None:
        """Step over blanks, comments and ends of lines."""

    def peek(self, length: int = 1) -> str:
        """Give what comes next, as far as there is something."""
        return self.text[self.at : min(self.at + length, self.end)]

    def take(self) -> str:
        """Step over one character and give it; a value is counted."""
        char = self.peek()
        if not char:
            raise Lost("it ends in the middle of something")
        if char == "\n" and self.pending:
            raise Lost("a line goes on after the beginning of a heredoc")
        self.at += 1
        self.count += char == HOLE
        return char

    def plain(self) -> str:
        """Step over a run of letters, or one other character, and give it."""
        found = _PLAIN.match(self.text, self.at, self.end)
        if not found:
            return self.take()
        self.at = found.end()
        return found[0]

    def place(self, place: Place) -> None:
        """Step over a value, noting its place."""
        self.places[self.count] = place
        self.take()

    def refuse(self, first: int, reason: str) -> None:
        """Refuse the values from number `first` up to here; the outermost reason stays."""
        for hole in range(first, self.count):
            self.refused[hole] = reason

    @contextmanager
    def refusing(self, reason: str) -> Iterator[None]:
        """Refuse every value that is met inside."""
        first = self.count
        yield
        self.refuse(first, reason)

    @contextmanager
    def deeper(self) -> Iterator[None]:
        """Count how deep the reading is; raises Lost where it is too deep."""
        self.depth += 1
        if self.depth > _DEPTH:
            raise Lost("it is nested too deep")
        yield
        self.depth -= 1

    def blanks(self) -> None:
        """Step over blanks, lines that go on, and a comment."""
        while self.peek() in (" ", "\t") or self.peek(2) == "\\\n":
            self.at += 2 if self.peek() == "\\" else 1
        if self.peek() == "#":
            with self.refusing("stands in a comment"):
                while self.peek() not in ("", "\n"):
                    self.take()

    def word(self) -> Word:
        """Read a word up to the sign or blank that ends it."""
        start, first = self.at, self.count
        parts: list[str] = []
        while (char := self.peek()) and char not in META:
            parts.append(self.part(char))
            if self.peek() == "(" and ASSIGNMENT.fullmatch(self.text, start, self.at):
                self.array()
                parts.append(HOLE)
        if self.at == start:
            raise Lost("a word was expected")
        source = self.text[start : self.at]
        return Word("".join(parts), source, tuple(range(first, self.count)))

    def part(self, char: str) -> str:
        """Read one piece of a bare word; gives what the shell makes of it, NUL if unknown."""
        match char:
            case "\\":
                return self.escape()
            case "'":
                return self.single()
            case '"':
                self.at += 1
                text = self.expanding('"')
                self.at += 1
                return text
            case "$":
                return self.dollar(quoted=False)
            case "`":
                return self.backticks()
            case "\0":
                self.place("bare")
                return HOLE
        return self.plain()

    def escape(self) -> str:
        """Read a backslash and what it escapes."""
        self.at += 1
        if self.peek() == "\n":
            self.take()
            return ""
        with self.refusing("follows a backslash; for the shell's own `${…}` write `$${…}`"):
            return self.take()

    def single(self) -> str:
        """Read single-quoted text."""
        self.at += 1
        parts = []
        while self.peek() != "'":
            parts.append(self.peek())
            if self.peek() == HOLE:
                self.place("single")
            else:
                self.take()
        self.at += 1
        return "".join(parts)

    def expanding(self, closing: str) -> str:
        """Read double-quoted text up to its closing quote, or a heredoc's body to its end."""
        parts = []
        while (char := self.peek()) != closing:
            if char == "\\":
                escaped = self.escape()
                parts.append(escaped if escaped in ("", "$", "`", '"', "\\") else "\\" + escaped)
            elif char == "$":
                parts.append(self.dollar(quoted=True))
            elif char == "`":
                parts.append(self.backticks())
            elif char == HOLE:
                self.place("double")
                parts.append(HOLE)
            else:
                parts.append(self.plain())
        return "".join(parts)

    def backticks(self) -> str:
        """Read a command in backticks, in which no value may stand."""
        self.at += 1
        with self.refusing("stands in backticks; write `$(…)`"):
            while (char := self.take()) != "`":
                if char == "\\":
                    self.take()
        return HOLE

    def array(self) -> None:
        """Read the ``( … )`` of ``name=( … )``."""
        with self.deeper():
            self.at += 1
            self.newlines()
            while self.peek() != ")":
                word = self.word()
                if word.source.startswith("[") and word.holes:
                    self.refuse(word.holes[0], "stands beside the index of an array")
                self.newlines()
            self.at += 1

    def dollar(self, quoted: bool) -> str:
        """Read what a dollar begins; gives a NUL, or the dollar where it begins nothing."""
        self.at += 1
        char = self.peek()
        if self.peek(2) == "((":
            self.at += 2
            self.arithmetic(program=False)
        elif char == "(":
            self.parentheses()
        elif char == "{":
            self.braces(quoted)
        elif char in ("'", '"') and not quoted:
            self.special_quotes(char)
        elif char == HOLE:
            with self.refusing("follows a dollar, which the shell would read together with it"):
                self.take()
        elif char == "[" or self.peek(2) == "\\\n":
            raise Lost("it has a dollar that only some shells read")
        elif name := _NAME.match(self.text, self.at, self.end):
            self.at = name.end()
        elif char and char in "@*#?-$!0123456789":
            self.at += 1
        else:
            return "$"
        return HOLE

    def special_quotes(self, quote: str) -> None:
        """Read ``$'…'`` or ``$"…"``: bash has escapes and translations there, sh has not."""
        with self.refusing("stands in `$'…'` or `$\"…\"`, which only some shells know"):
            start = self.at
            self.part(quote)
            if "\\" in self.text[start : self.at]:
                raise Lost(
                    "it has a backslash in `$'…'` or `$\"…\"`, which shells read differently"
                )

    def braces(self, quoted: bool) -> None:
        """Read a `${…}` of the shell's own, in which no value may stand."""
        self.at += 1
        if self.peek() in ("", " ", "\t", "\n", "|"):
            raise Lost("it has a `${` that only some shells read")
        with self.refusing("stands inside a `${…}` of the shell's own"), self.deeper():
            while (char := self.peek()) != "}":
                if char in ("'", '"', "\\") and quoted:
                    raise Lost("it has quotes in a `${…}` in quotes, which shells read differently")
                if char == HOLE:
                    self.take()
                else:
                    self.part(char) if char else self.take()
        self.at += 1

    def arithmetic(self, program: bool) -> None:
        """Read arithmetic up to its closing parentheses; `program`: it stands as a command."""
        start, depth = self.at, 0
        with self.deeper(), self.refusing("stands in arithmetic, where the shell would run it"):
            while depth or self.peek(2) != "))":
                char = self.peek()
                if not char or char in "'\\" or (program and self.peek(2) == "<<"):
                    raise Lost("it has arithmetic that is not plain")
                if char == ")" and depth == 0:
                    raise Lost("it has `((` that may be arithmetic or not: put a blank between")
                depth += (char == "(") - (char == ")")
                if char in '"$`':
                    self.part(char)
                else:
                    self.take()
        self.evaluated.append(self.text[start : self.at])
        self.at += 2
