"""The scalars of YAML 1.2: what plain text means, and how a value is written as one."""

from __future__ import annotations

import math
import re

from ..errors import BadWorkflow

Scalar = str | int | float | bool | None

MOST_DIGITS = 640
"""The longest number that is read; every setting of Python's own limit allows it."""

_TOO_BIG = 10**MOST_DIGITS

_WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_SPECIAL = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")

_PLAIN = re.compile(r"[^\s\-?:,\[\]{}#&*!|>'\"%@`]\S*(?: \S+)*")
_ENDS_PLAIN = re.compile(r":(?: |$)| #")
_SURROGATE = re.compile("[\ud800-\udfff]")
_FLOW = re.compile(r"[,\[\]{}]|:$|:[,\[\]{}]")
_NAMED = {"\0": "0", "\a": "a", "\b": "b", "\t": "t", "\n": "n", "\v": "v", "\f": "f", "\r": "r",
          "\x1b": "e", '"': '"', "\\": "\\"}  # fmt: skip


class TooLong(ValueError):
    """A number has more digits than `MOST_DIGITS`."""


def resolve(text: str) -> Scalar:
    """Read plain text as YAML 1.2 core does: ``on``, ``1:30`` and ``2026-11-21`` are text.

    Raises TooLong for a number beyond the limit.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _SPECIAL.fullmatch(text):
        return float(text.replace(".", "").lower())
    if _INTEGER.fullmatch(text):
        return int(_short(text))
    if _BASED.fullmatch(text):
        return int(_short(text), 0)
    if _FLOAT.fullmatch(text):
        return float(_short(text))
    return text


def is_plain(text: str, flow: bool = False) -> bool:
    """Say whether text can be written without quotes and is read as the same text."""
    if not (_PLAIN.fullmatch(text) and text.isprintable()):
        return False
    if _ENDS_PLAIN.search(text) or (flow and _FLOW.search(text)):
        return False
    return text != "<<" and not text.startswith("...") and _is_text(text)


def plain(value: Scalar) -> str:
    """Write a scalar without quotes.  Raises BadWorkflow for a number that cannot be read back."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int):
        if not -_TOO_BIG < value < _TOO_BIG:
            raise BadWorkflow(f"a number of more than {MOST_DIGITS} digits cannot be written")
        return int.__repr__(value)
    if math.isfinite(value):
        return float.__repr__(value)
    return ".nan" if math.isnan(value) else ".inf" if value > 0 else "-.inf"


def single(text: str) -> str:
    """Write text in single quotes; right only for printable text on one line."""
    return "'" + text.replace("'", "''") + "'"


def double(text: str) -> str:
    """Write any text in double quotes on one line; what cannot be seen is escaped."""
    return '"' + escaped(text) + '"'


def escaped(text: str) -> str:
    """Write text as it stands between double quotes.  Raises BadWorkflow for half characters."""
    check(text)
    return "".join(map(_escape, text))


def check(text: str) -> None:
    """Raise BadWorkflow where text holds half a character (a surrogate), which no text may."""
    half = _SURROGATE.search(text)
    if half is not None:
        code = ord(half.group())
        raise BadWorkflow(f"half a character (U+{code:04X}) cannot be written as text")


def inline(value: Scalar, flow: bool = False) -> str:
    """Write a scalar on one line: plain where that is read as the same value, else quoted."""
    return key(value, flow) if isinstance(value, str) else plain(value)


def key(text: str, flow: bool = False) -> str:
    """Write the key of a mapping; unlike a value it is always text, whatever it looks like."""
    return text if is_plain(text, flow) else double(text)


def _is_text(text: str) -> bool:
    try:
        return isinstance(resolve(text), str)
    except TooLong:
        return False


def _short(text: str) -> str:
    if len(text.lstrip("+-")) > MOST_DIGITS:
        raise TooLong(text)
    return text


def _escape(char: str) -> str:
    if char in _NAMED:
        return "\\" + _NAMED[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code > 0xFFFF:
        return f"\\U{code:08x}"
    return f"\\u{code:04x}" if code > 0xFF else f"\\x{code:02x}"
