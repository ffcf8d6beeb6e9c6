"""Why a node ran, or would: which parts of its key are others than they were (pure)."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ..ir.shell import Program
from .shapes import shape

ROOM = 2_000
"""How many characters of a value, or of a piece of code, are kept to be shown."""

WIDTH = 100
LINES = 12
"""How many characters, or lines of code, a person is shown of one side of a change."""

_LABELS: Mapping[str, str] = {
    "says": "code of `{part}`",
    "names": "`{name}` in `{part}`",
    "closure": "`{name}` that `{part}` holds",
    "defaults": "default {name} of `{part}`",
    "named defaults": "default of `{name}` in `{part}`",
    "members": "`{part}.{name}`",
    "bases": "base {name} of `{part}`",
    "metaclass": "metaclass of `{part}`",
}
_ABSENT = object()


@dataclass(frozen=True)
class Keyed:
    """A node's key, readable: its document, and what the digests in it stand for.

    A digest that `shown` does not know stands for something that has no short text.
    """

    document: Mapping[str, Any]
    shown: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """One part of a key, and what it was and is; a text of several lines is code."""

    part: str
    old: str
    new: str

    def __str__(self) -> str:
        if "\n" in self.old and "\n" in self.new:
            return f"{self.part}:\n{_code_diff(self.old, self.new)}"
        return f"{self.part}: {' → '.join(_around(self.old, self.new))}"


def changes(then: Keyed, now: Keyed) -> tuple[Change, ...]:
    """List what differs between two keys of a node, its params first, its code last.

    What a piece of code does not ask for any more, or newly does, is not listed beside it.
    """
    old, new = dict(_leaves(then.document)), dict(_leaves(now.document))
    paths = [p for p in {**new, **old} if old.get(p, _ABSENT) != new.get(p, _ABSENT)]
    code = [p for p in paths if p[-2:] == ("says", "") and p in old and p in new]
    if code:
        paths = [p for p in paths if len(p) < 3 or (p in old and p in new)]
    named = [p for p in paths if _label(p)] or paths
    return tuple(
        Change(
            _label(p), _text(old.get(p, _ABSENT), then.shown), _text(new.get(p, _ABSENT), now.shown)
        )
        for p in sorted(named, key=code.__contains__)
    )


def _leaves(document: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give each part of a key that can change by itself, with where it stands."""
    for section, held in document.items():
        if section == "code":
            yield from _code_leaves(held or {})
        elif isinstance(held, Mapping):
            yield from (((section, str(name)), one) for name, one in held.items())
        else:
            yield (section,), held


def _code_leaves(code: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if "root" in code:
        yield ("code",), code["root"]
    for label, part in code.get("parts", {}).items():
        for aspect, held in part.items():
            if aspect in ("defaults", "bases"):
                held = {str(number): one for number, one in enumerate(held, 1)}
            if isinstance(held, Mapping):
                yield from (((label, aspect, str(name)), one) for name, one in held.items())
            else:
                yield (label, aspect, ""), held


def _label(path: tuple[str, ...]) -> str:
    """Name a part as a person would; "" for what changes only with another one."""
    match path:
        case ("params", name):
            return f"params.{name}"
        case ("files", name):
            return "the file that it reads" if name.endswith("/") else f"file {name}"
        case ("environment", name):
            return f"environment {name}"
        case (part, aspect, name):
            return _LABELS[aspect].format(part=part, name=name)
        case ("type" | "version" as what,):
            return f"{what} of the node"
    return "" if path == ("code",) else "how keys are made"


def _text(leaf: Any, shown: Mapping[str, str]) -> str:
    """Say what a part of a key stands for."""
    if leaf is _ABSENT or leaf is None or leaf == ["absent"]:
        return "absent"
    if isinstance(leaf, str):
        return shown.get(leaf) or (f"content {leaf[:8]}…" if _is_digest(leaf) else leaf)
    if isinstance(leaf, list | tuple):
        return _reference(list(leaf), shown)
    return str(leaf)


def _reference(leaf: list[Any], shown: Mapping[str, str]) -> str:
    match leaf:
        case ["code", label]:
            return f"`{label}`"
        case ["library", name, version, *_]:
            return f"{name} {version}"
        case ["value", kind, digest]:
            return shown.get(digest) or f"a {kind} ({digest[:8]}…)"
        case ["file", module, digest]:
            return f"{module} ({str(digest)[:8]}…)"
        case [*words] if words and isinstance(words[-1], str) and words[-1] in shown:
            return shown[words[-1]]
    return " ".join(_text(word, shown) for word in leaf if isinstance(word, str))


def _is_digest(text: str) -> bool:
    return len(text) == 64 and not text.strip("0123456789abcdef")


def _around(old: str, new: str) -> tuple[str, str]:
    """Cut two texts down to where they begin to differ."""
    start = next((n for n, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), 0)
    start = max(0, start - WIDTH // 3) if max(len(old), len(new)) > WIDTH else 0
    return _cut(old, start), _cut(new, start)


def _cut(text: str, start: int) -> str:
    end = "…" if len(text) > start + WIDTH else ""
    return ("…" if start else "") + " ".join(text[start : start + WIDTH].split()) + end


def _code_diff(old: str, new: str) -> str:
    lines = difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=1)
    found = [line for line in islice(lines, 2, None) if not line.startswith("@@")]
    return "\n".join(found[:LINES]) + ("\n…" if len(found) > LINES else "")


def spelt(value: Any) -> str:
    """Write a value as Python would, as far as it is plain data, in at most `ROOM` characters.

    A shell program is its text, and each value that it gets on a line of its own.
    """
    pieces: list[str] = []
    room = ROOM
    for piece in _pieces(value, 0):
        pieces.append(piece)
        room -= len(piece)
        if room < 0:
            break
    text = "".join(pieces)
    return text if len(text) <= ROOM else text[:ROOM] + "…"


_PLAIN = (type(None), bool, int, float, complex)
_BRACKETS: Mapping[type, tuple[str, str]] = {
    list: ("[", "]"), tuple: ("(", ")"), set: ("{", "}"), frozenset: ("frozenset({", "})")
}  # fmt: skip
_DEEPEST = 20


def _pieces(value: Any, depth: int) -> Iterator[str]:
    kind = type(value)
    if kind in (str, bytes):
        yield repr(value[:ROOM])
    elif kind in _PLAIN:
        yield repr(value)
    elif depth > _DEEPEST:
        yield "…"
    elif kind is Program:
        yield value.text
        yield from (f"\n{name}={text[:ROOM]!r}" for name, text in value.values.items())
    elif kind is dict:
        yield "{"
        for number, (key, item) in enumerate(value.items()):
            yield ", " if number else ""
            yield from _pieces(key, depth + 1)
            yield ": "
            yield from _pieces(item, depth + 1)
        yield "}"
    elif kind in _BRACKETS:
        opening, closing = _BRACKETS[kind]
        yield opening
        for number, item in enumerate(value):
            yield ", " if number else ""
            yield from _pieces(item, depth + 1)
        yield "," + closing if kind is tuple and len(value) == 1 else closing
    else:
        yield f"<{shape(value, 1)}>"
