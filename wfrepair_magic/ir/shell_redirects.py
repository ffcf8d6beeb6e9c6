"""Reads the redirections of a shell program, heredocs with their bodies included."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from .shell_words import HOLE, META, Heredoc, Lost, Word, WordReader

_FD: Final = re.compile(r"[0-9]+|\{[A-Za-z_][A-Za-z0-9_]*\}")
_OPERATORS: Final = ("<<<", "<<-", "<<", "<&", "<>", "<", ">>", ">&", ">|", ">")
_END_MARK: Final = re.compile(
    r"""(?:[^\s;&|<>()$`\0\\'"]|\\[^\n\0]|'[^'\n\0]*'|"[^"\\$`\n\0]*")+"""
)
_QUOTES: Final = re.compile(r"""\\(.)|'([^']*)'|"([^"]*)\"""")


@dataclass
class Command:
    """One simple command: its words, without redirections."""

    words: list[Word] = field(default_factory=list)


class RedirectReader(WordReader):
    """Reads ends of lines, with the heredocs that wait for them, and redirections."""

    def newlines(self) -> None:
        """Step over blanks, comments and ends of lines."""
        self.blanks()
        while self.peek() == "\n":
            self.newline()
            self.blanks()

    def newline(self) -> None:
        """Step over the end of a line and read the heredocs that wait for it."""
        waiting, self.pending = self.pending, []
        self.take()
        for heredoc in waiting:
            self.heredoc(heredoc)

    def redirect(self, command: Command) -> None:
        """Read an operator and its word; the word of a process substitution is an argument."""
        operator = self.operator(command)
        if self.peek() == "(" and operator in ("<", ">"):
            first = self.count
            self.parentheses()
            command.words.append(Word(HOLE, "", tuple(range(first, self.count))))
            return
        if operator in ("<<", "<<-"):
            self.blanks()
            self.pending.append(self.delimiter(operator == "<<-"))
            return
        self.blanks()
        if self.peek(2) in ("<(", ">("):
            self.at += 1
            self.parentheses()
            return
        if self.peek() in ("", "\n", ";", "|", ")"):
            raise Lost("a redirection has no target")
        self.word()

    def operator(self, command: Command) -> str:
        """Read an operator; a file descriptor before it is no word of the command."""
        last = command.words[-1] if command.words else None
        if last and _FD.fullmatch(last.source) and self.text.endswith(last.source, 0, self.at):
            command.words.pop()
        start = self.at
        ahead = self.peek(3)
        self.at += next(len(sign) for sign in _OPERATORS if ahead.startswith(sign))
        if self.peek(2) == "\\\n":
            raise Lost("an operator is split over two lines")
        return self.text[start : self.at]

    def delimiter(self, tabs: bool) -> Heredoc:
        """Read the end mark of a heredoc."""
        found = _END_MARK.match(self.text, self.at, self.end)
        following = self.text[found.end() : found.end() + 1] if found else "$"
        if not found or following not in ("", *META):
            raise Lost("the end mark of a heredoc is not a plain word")
        self.at = found.end()
        quoted = any(mark in found[0] for mark in "'\"\\")
        end = _QUOTES.sub(r"\1\2\3", found[0])
        return Heredoc(end, quoted, tabs)

    def heredoc(self, heredoc: Heredoc) -> None:
        """Read the body and the end mark from the beginning of the body's first line."""
        body_end, after = self.heredoc_lines(heredoc)
        if heredoc.quoted:
            with self.refusing("stands in a heredoc whose end mark is quoted"):
                while self.at < body_end:
                    self.take()
        else:
            outer, self.end = self.end, body_end
            self.expanding("")
            self.end = outer
        self.at = after

    def heredoc_lines(self, heredoc: Heredoc) -> tuple[int, int]:
        """Find where a body ends and where the line after its end mark begins."""
        at, continued = self.at, False
        while at < self.end:
            found = self.text.find("\n", at, self.end)
            line_end = self.end if found < 0 else found
            line = self.text[at:line_end]
            if (line.lstrip("\t") if heredoc.tabs else line) == heredoc.end:
                if continued and not heredoc.quoted:
                    raise Lost("a backslash stands before the end mark of a heredoc")
                return at, min(line_end + 1, self.end)
            continued = (len(line) - len(line.rstrip("\\"))) % 2 == 1
            at = line_end + 1
        raise Lost(f"a heredoc has no line `{heredoc.end}` that ends it")
