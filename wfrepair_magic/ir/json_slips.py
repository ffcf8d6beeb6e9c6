"""Recognises the slips that people make in JSON, and says how each is put right."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from ..problem import Slot
from .changes import Change
from .source import Fault, shown

A_KEY: Final = "a key in double quotes"

_FENCE: Final = re.compile(r"```[^\r\n`]*(?:\r\n|\n|\r)?")
_BARE: Final = re.compile(r"[^\s,:\[\]{}]+")
_STRING: Final = r'"[^"\\\x00-\x1f]*+(?:\\.[^"\\\x00-\x1f]*+)*+'
_NUMBER: Final = r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?"


class _Slip(NamedTuple):
    """What stands where a slip begins, and what should stand there instead.

    The message may show the whole with `{0}` and groups with `{1}`.  `new` replaces the group
    `at`, else the whole; without it there is more than one reading.  `only`: the slip is one
    where the words for what was wanted hold this.
    """

    kind: str
    pattern: str
    message: str
    new: str | None = None
    only: str = ""


_SLIPS: Final = (
    _Slip("bare key", r"[\w$.-]+(?=[ \t\r\n]*:)", "the key {0} is not in double quotes",
          r'"\g<0>"', only=A_KEY),
    _Slip("missing comma", r'(?<=[ \t\r\n"\]}])(?=["\[{\-0-9]|true|false|null)',
          "a `,` is missing before this", ",", only="`,`"),
    _Slip("comment", r"//[^\r\n]*|#[^\r\n]*|/\*(?s:.*?)\*/", "JSON has no comments", ""),
    _Slip("trailing comma", r",(?=[ \t\r\n]*([\]}]))", "a `,` stands before `{1}`", ""),
    _Slip("single quotes", r"""'([^'"\\\r\n]*)'(?!')""", "JSON has double quotes only", r'"\1"'),
    _Slip("single quotes", "'", "JSON has double quotes only"),
    _Slip("curled quotes", r'[“”„]([^“”„"\\\r\n]*)[“”]', "JSON has straight double quotes only",
          r'"\1"'),
    _Slip("escape", _STRING + '"', "there is an escape in this string that JSON does not have"),
    _Slip("control", _STRING + r"(?P<at>\t)", "a tab stands in a string; JSON writes it `\\t`",
          r"\\t"),
    _Slip("open quote", '"', "this string is not closed on its line"),
    _Slip("not a number", r"[-+]?(?:NaN|Infinity|inf|nan)\b", "JSON has no {0}"),
    _Slip("python word", r"True(?![\w-])", "JSON writes {0} as `true`", "true"),
    _Slip("python word", r"False(?![\w-])", "JSON writes {0} as `false`", "false"),
    _Slip("python word", r"None(?![\w-])", "JSON writes {0} as `null`", "null"),
    _Slip("number", rf"(?!{_NUMBER}(?![\w.+-]))[-+.]?[0-9][\w.+-]*",
          "{0} is not a number as JSON writes it"),
    _Slip("cut off", r"\Z", "the text ends before its last bracket is closed"),
)  # fmt: skip
"""The first that is found counts."""


def slip(text: str, at: int, slot: Slot, wanted: str) -> Fault:
    """Say what stands at offset `at` of a JSON text instead of what was `wanted`.

    The facts are `slip`, its kind, and `replacements`: spans of the text with what should
    stand there; they are empty where more than one reading is possible.
    """
    for one in _SLIPS:
        found = re.compile(one.pattern).match(text, at) if one.only in wanted else None
        if found is not None:
            message = one.message.format(shown(found.group()), *found.groups())
            changes = _changes(text, one, found)
            facts = {"slip": one.kind, "replacements": changes}
            return Fault("SRC01", at, message, _advice(text, changes), slot, facts)
    word = _BARE.match(text, at)
    here = shown(word.group() if word else text[at : at + 1])
    message = f"{wanted} was expected here, not {here}"
    return Fault("SRC01", at, message, slot=slot, facts={"slip": "", "replacements": ()})


def _changes(text: str, one: _Slip, found: re.Match[str]) -> tuple[Change, ...]:
    if one.new is None:
        return ()
    start, end = found.span("at" if "at" in found.re.groupindex else 0)
    if start == end:  # what is added stands right behind what is before it
        start = end = len(text[:start].rstrip(" \t\r\n"))
    return ((start, end, found.expand(one.new)),)


def _advice(text: str, changes: tuple[Change, ...]) -> str:
    if not changes:
        return ""
    start, end, new = changes[0]
    old = text[start:end]
    if not new:
        return f"remove {shown(old)}"
    return f"write {shown(new)}" if old else f"add {shown(new)}"


def fence(text: str) -> Fault | None:
    """Find the Markdown fence around a text, if there is one."""
    start = len(text) - len(text.lstrip("\ufeff \t\r\n"))
    opening = _FENCE.match(text, start)
    if opening is None:
        return None
    changes: list[Change] = [(opening.start(), opening.end(), "")]
    closing = text.rfind("```", opening.end())
    if closing >= 0 and not text[closing:].strip("` \t\r\n"):
        changes.append((closing, len(text), ""))
    facts = {"slip": "fence", "replacements": tuple(changes)}
    message = "a Markdown fence stands around the workflow"
    return Fault("SRC01", start, message, "remove the lines with ```", facts=facts)
