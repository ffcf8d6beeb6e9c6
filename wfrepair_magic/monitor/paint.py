"""Colours for a report that was drawn as text: the sign that begins a line says which."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping
from typing import Final, TextIO

RESET: Final = "\x1b[0m"
RED, GREEN, YELLOW, BLUE, FAINT, BOLD = (f"\x1b[{code}m" for code in (31, 32, 33, 34, 2, 1))

SIGNS: Final[Mapping[str, str]] = {
    "✓": GREEN, "↻": GREEN, "✗": RED, "◐": BLUE, "?": YELLOW, "!": YELLOW, "■": YELLOW,
    "○": FAINT, "–": FAINT, "·": FAINT, "…": FAINT,
}  # fmt: skip
DIFF: Final[Mapping[str, str]] = {"+": GREEN, "-": RED, "@": FAINT}

_HEAD = re.compile(r" · (([✓✗◐?!■…]) [A-Z]+)(?= · |$)")
_DIFF = re.compile(r"    (?:(---|\+\+\+) |([+@-]))")
_FAINT = re.compile(r"run \S+ · session|   node +type|no fix: |  (?:evidence|if applied|\w+): ")


def wanted(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Say whether a stream shows colours: a terminal that can, and no ``NO_COLOR``."""
    refused = environ.get("NO_COLOR") or environ.get("TERM") == "dumb"
    return stream.isatty() and not refused


def fitting(text: str, stream: TextIO, environ: Mapping[str, str]) -> str:
    """Give a drawn report as a stream should show it: in colours where they are wanted."""
    return painted(text) if wanted(stream, environ) else text


def show(text: str, stream: TextIO | None = None) -> None:
    """Print a drawn report as its stream (standard output unless given) should show it."""
    out = sys.stdout if stream is None else stream
    print(fitting(text, out, os.environ), file=out, flush=True)


def painted(text: str) -> str:
    """Colour a drawn report line by line; every character of it stays as it is."""
    return "\n".join(_line(line) for line in text.split("\n"))


def _line(line: str) -> str:
    if line.startswith("fix "):
        return f"{BOLD}{line}{RESET}"
    if line[:1] in SIGNS and line[1:2] == " ":
        told = line[0] == "✗" and line[2:3] != " "  # a failure is one red line, not its row
        return _within(line, 0, len(line) if told else 1, SIGNS[line[0]])
    if line.startswith(("→ ", "  → ")):
        return f"{BOLD}{line}{RESET}"
    if (change := _DIFF.match(line)) is not None:
        return f"{DIFF[change[2]] if change[2] else FAINT}{line}{RESET}"
    if _FAINT.match(line) is not None:
        return f"{FAINT}{line}{RESET}"
    head = _HEAD.search(line)
    return line if head is None else _within(line, head.start(1), head.end(1), SIGNS[head[2]])


def _within(line: str, start: int, end: int, colour: str) -> str:
    return f"{line[:start]}{colour}{line[start:end]}{RESET}{line[end:]}"
