"""Recognises the slips that people make in JSON, and says how each is put right."""

from __future__ import annotations

import re
from collections.abc import Callable

from ..problem import Slot
from .source import Fault, shown

A_KEY = "a key in double quotes"

_Change = tuple[int, int, str]

_COMMENT = re.compile(r"//[^\r\n]*|#[^\r\n]*|/\*(?s:.*?)\*/")
_SINGLE = re.compile(r"'([^'\\\r\n]*)'(?!')")
_CURLED = re.compile(r"[“”„]([^“”„\"\\\r\n]*)[“”]")
_NAME = re.compile(r"[A-Za-z_][\w-]*")
_BARE_KEY = re.compile(r"([\w$.-]+)[ \t\r\n]*:")
_NO_NUMBER = re.compile(r"[-+]?(?:NaN|Infinity|inf|nan)\b")
_NUMBER = re.compile(r"[-+.]?[0-9][\w.+-]*")
_GOOD_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")
_PYTHON = {"True": "true", "False": "false", "None": "null"}
_OPEN_STRING = re.compile(r'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+')
_BARE = re.compile(r"[^\s,:\[\]{}]+")
_VALUE_START = re.compile(r'["\[{\-0-9]|true|false|null')
_FENCE = re.compile(r"```[^\r\n`]*(?:\r\n|\n|\r)?")


def slip(text: str, at: int, slot: Slot, wanted: str) -> Fault:
    """Say what stands at offset `at` of a JSON text instead of what was `wanted`.

    The facts are `slip`, its kind, and `replacements`: spans of the text with what should
    stand there; they are empty where more than one reading is possible.
    """
    first = {A_KEY: _bare_key}.get(wanted, _missing if "," in wanted else _cut_off)
    for recognise in (first, *_SLIPS):
        found = recognise(text, at)
        if found is not None:
            kind, message, changes = found
            facts = {"slip": kind, "replacements": changes}
            return Fault("SRC01", at, message, _advice(text, changes), slot, facts)
    here = f"not {shown(_word(text, at))}" if at < len(text) else "but the text ends"
    message = f"{wanted} was expected here, {here}"
    return Fault("SRC01", at, message, slot=slot, facts={"slip": "", "replacements": ()})


def fence(text: str) -> Fault | None:
    """Find the Markdown fence around a text, if there is one."""
    start = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    opening = _FENCE.match(text, start)
    if opening is None:
        return None
    changes: list[_Change] = [(opening.start(), opening.end(), "")]
    closing = text.rfind("```", opening.end())
    if closing >= 0 and not text[closing:].strip("` \t\r\n"):
        changes.append((closing, len(text), ""))
    facts = {"slip": "fence", "replacements": tuple(changes)}
    message = "a Markdown fence stands around the workflow"
    return Fault("SRC01", start, message, "remove the lines with ```", facts=facts)


_Found = tuple[str, str, tuple[_Change, ...]] | None


def _comment(text: str, at: int) -> _Found:
    found = _COMMENT.match(text, at)
    if found is None:
        return None
    return "comment", "JSON has no comments", ((*found.span(), ""),)


def _comma(text: str, at: int) -> _Found:
    if text[at : at + 1] != ",":
        return None
    rest = text[at + 1 :].lstrip(" \t\r\n")[:1]
    if rest in ("]", "}"):
        return "trailing comma", f"a `,` stands before `{rest}`", ((at, at + 1, ""),)
    return None


def _quotes(text: str, at: int) -> _Found:
    found = _SINGLE.match(text, at)
    if found is not None and '"' not in found.group(1):
        new = f'"{found.group(1)}"'
        return "single quotes", "JSON has double quotes only", ((*found.span(), new),)
    found = _CURLED.match(text, at)
    if found is not None:
        new = f'"{found.group(1)}"'
        return "curled quotes", "JSON has straight double quotes only", ((*found.span(), new),)
    if text[at : at + 1] == "'":
        return "single quotes", "JSON has double quotes only", ()
    return None


def _string(text: str, at: int) -> _Found:
    if text[at : at + 1] != '"':
        return None
    body = _OPEN_STRING.match(text, at)
    end = body.end() if body else at + 1
    stopped = text[end : end + 1]
    if stopped == '"':
        return "escape", "there is an escape in this string that JSON does not have", ()
    if stopped == "\t":
        return "control", "a tab stands in a string; JSON writes it `\\t`", ((end, end + 1, "\\t"),)
    return "open quote", "this string is not closed on its line", ()


def _words(text: str, at: int) -> _Found:
    found = _NO_NUMBER.match(text, at)
    if found is not None:
        return "not a number", f"JSON has no {shown(found.group())}", ()
    found = _NAME.match(text, at)
    if found is None or found.group() not in _PYTHON:
        return None
    word, new = found.group(), _PYTHON[found.group()]
    return "python word", f"JSON writes {shown(word)} as `{new}`", ((*found.span(), new),)


def _bare_key(text: str, at: int) -> _Found:
    found = _BARE_KEY.match(text, at)
    if found is None:
        return None
    word, new = found.group(1), f'"{found.group(1)}"'
    return "bare key", f"the key {shown(word)} is not in double quotes", ((*found.span(1), new),)


def _number(text: str, at: int) -> _Found:
    found = _NUMBER.match(text, at)
    if found is None or _GOOD_NUMBER.fullmatch(found.group()):
        return None
    return "number", f"{shown(found.group())} is not a number as JSON writes it", ()


def _missing(text: str, at: int) -> _Found:
    before = len(text[:at].rstrip(" \t\r\n"))
    if _VALUE_START.match(text, at) and (before < at or text[before - 1] in '"]}'):
        return "missing comma", "a `,` is missing before this", ((before, before, ","),)
    return None


def _cut_off(text: str, at: int) -> _Found:
    if at < len(text):
        return None
    return "cut off", "the text ends before its last bracket is closed", ()


_SLIPS: tuple[Callable[[str, int], _Found], ...] = (
    _comment, _comma, _quotes, _string, _words, _number, _cut_off,
)  # fmt: skip


def _advice(text: str, changes: tuple[_Change, ...]) -> str:
    if not changes:
        return ""
    start, end, new = changes[0]
    old = text[start:end]
    if not new:
        return f"remove {shown(old)}"
    return f"write {shown(new)}" if old else f"add {shown(new)}"


def _word(text: str, at: int) -> str:
    found = _BARE.match(text, at)
    return found.group() if found else text[at : at + 1]
