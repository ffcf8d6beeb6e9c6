"""Says in words for people what libyaml found wrong, and where it really is."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ..problem import Slot
from .dialects import foreign
from .scalars import double
from .source import Fault, shown

_LINE = re.compile(r"[^\r\n]*")
_TABBED = re.compile(r"(?m)^[ ]*\t[ \t]*")
_INDENT = re.compile(r"(?m)^( +)\S")
_COMMENT = re.compile(r"[ \t]#")
_END = re.compile(r"[ \t]*(?:[,\]}\r\n]|#|\Z)")
_ENTRY = re.compile(r"[^,\[\]\r\n]*")


def no_key(text: str, at: int, slot: Slot) -> Fault:
    """Say that no key can begin at a place; ``x: {{ a.b }}`` was meant as a template, perhaps."""
    message = "a mapping or list cannot be a key"
    found = next((one for one in foreign(text) if one.start == at - 1), None)
    if found is None or not _END.match(text, found.end):
        hint = "put text that begins with `{` or `[` in quotes"
        return Fault("SRC02", at, message, hint, slot, {"trap": "brace"})
    written = double(found.ours)
    facts = {"trap": "brace", "replacements": ((found.start, found.end, written),)}
    return Fault("SRC02", at, message, f"write `{written}`", slot, facts)


class _Trouble(NamedTuple):
    """What libyaml says: its words, where it stopped, where what it was reading began."""

    problem: str
    context: str
    at: int
    began: int
    text: str
    before: tuple[int, int]


def explain(error: Any, text: str, before: tuple[int, int]) -> Fault:
    """Turn an error of the YAML parser into a Fault of this language.

    `before` is the span of the last scalar that was read.
    """
    mark = error.problem_mark or error.context_mark
    at = min(mark.index, len(text)) if mark else 0
    began = min(error.context_mark.index, len(text)) if error.context_mark else at
    problem, context = (error.problem or ""), (error.context or "")
    trouble = _Trouble(problem, context, at, began, text, before)
    said = f"{context}; {problem}"
    return next(tell for words, tell in _KNOWN if re.search(words, said))(trouble)


def _words(message: str, hint: str = "", *, began: bool = False) -> Callable[[_Trouble], Fault]:
    """Tell in fixed words of where the parser stopped, or of where what it was reading `began`."""

    def tell(trouble: _Trouble) -> Fault:
        at = trouble.began if began else trouble.at
        char = trouble.text[at : at + 1]
        words = {
            "char": shown(char) if char else "the end of the text",
            "rest": shown(_line(trouble.text, at).strip()),
            "said": trouble.problem.replace("<", "").replace(">", ""),
        }
        return Fault("SRC03", at, message.format(**words), hint)

    return tell


def _character(trouble: _Trouble) -> Fault:
    char = trouble.text[trouble.at : trouble.at + 1]
    if char == "\t":
        return _tab(trouble)
    span = _rest_of_value(trouble.text, trouble.at)
    message = f"a value cannot begin with {shown(char)} unless it is in quotes"
    return _quote("character", trouble.text, span, message)


def _tab(trouble: _Trouble) -> Fault:
    steps = [len(found.group(1)) for found in _INDENT.finditer(trouble.text)]
    step = " " * min([*steps, 8]) if steps else "  "
    line = trouble.text.rfind("\n", 0, trouble.at) + 1
    tabbed = [found for found in _TABBED.finditer(trouble.text) if found.start() >= line]
    facts = {
        "trap": "tab",
        "replacements": tuple(
            (found.start(), found.end(), found.group().replace("\t", step)) for found in tabbed
        ),
    }
    message = "a tab stands where the indentation is; YAML is indented with spaces"
    return Fault("SRC02", trouble.at, message, "replace the tab by spaces", facts=facts)


def _colon(trouble: _Trouble) -> Fault:
    text, (start, end) = trouble.text, trouble.before
    inside = text[start:end]
    if start < end and text[end : trouble.at].strip() == "" and not re.search(r"[\r\n]", inside):
        span = _rest_of_value(text, start)
        message = "a `: ` stands inside a value that is not in quotes"
        return _quote("colon", text, span, message)
    message = "a `key: value` stands where none can: the line above is not finished, or this "
    hint = "indent the line like its neighbours, or put the value above it in quotes"
    return Fault("SRC02", trouble.at, message + "line is indented too far", hint)


def _quote(trap: str, text: str, span: tuple[int, int], message: str, code: str = "SRC02") -> Fault:
    written = double(text[slice(*span)])
    facts = {"trap": trap, "replacements": ((*span, written),)}
    return Fault(code, span[0], message, f"write {shown(written, 80)}", facts=facts)


def _escape(trouble: _Trouble) -> Fault:
    at = trouble.text.find("\\", trouble.at)
    at = trouble.at if at < 0 else at
    message = f"there is no escape {shown(trouble.text[at : at + 2])} in double quotes"
    return Fault("SRC03", at, message, "write `\\\\` for a backslash, or use single quotes")


def _open_bracket(trouble: _Trouble) -> Fault:
    text, (start, end) = trouble.text, trouble.before
    if text[trouble.at : trouble.at + 1] == "{" and text[start:end].endswith("$"):
        entry = _ENTRY.match(text, start)
        length = len(entry.group().rstrip()) if entry else end - start
        message = "a template inside `[ ]` or `{ }` must be in quotes"
        return _quote("template", text, (start, start + length), message)
    bracket = text[trouble.began : trouble.began + 1]
    closing = {"[": "]", "{": "}"}.get(bracket, "]")
    if not text[trouble.at :].strip():
        return Fault("SRC03", trouble.began, f"the `{bracket}` that opens here is never closed")
    message = f"a `,` or `{closing}` is missing before this"
    hint = "text with commas, colons or brackets must be in quotes here"
    return Fault("SRC03", trouble.at, message, hint)


def _indentation(trouble: _Trouble) -> Fault:
    text, at = trouble.text, trouble.at
    line = max(text.rfind("\n", 0, at), text.rfind("\r", 0, at)) + 1
    if text[line:at].strip():
        message = f"{shown(_line(text, at).strip())} stands after the end of a value"
        hint = "put the whole value in quotes"
        return Fault("SRC03", at, message, hint)
    message = "this line is indented like neither the lines above it nor what they belong to"
    if text[at : at + 1] in ("]", "}"):
        message = f"`{text[at]}` closes nothing"
    return Fault("SRC03", at, message, "indent it like its neighbours")


def _not_an_item(trouble: _Trouble) -> Fault:
    if trouble.text[trouble.at : trouble.at + 1] in ("]", "}"):
        return _indentation(trouble)
    message = "a list was begun with `-`; this line belongs to it but does not begin with `-`"
    return Fault("SRC03", trouble.at, message, "indent it like its neighbours")


def _mark(trouble: _Trouble) -> Fault:
    span = _rest_of_value(trouble.text, trouble.began)
    kinds = {"*": "an alias", "&": "an anchor", "!": "a tag"}
    sign = trouble.text[trouble.began : trouble.began + 1]
    message = f"{shown(trouble.text[slice(*span)])} begins like {kinds.get(sign, 'a tag')} of YAML"
    return _quote("sign", trouble.text, span, message, "SRC05")


def _rest_of_value(text: str, at: int) -> tuple[int, int]:
    """Give the span from `at` to the end of the line or to the comment on it."""
    line = _line(text, at)
    comment = _COMMENT.search(line)
    return at, at + len(line[: comment.start() if comment else None].rstrip(" \t"))


def _line(text: str, at: int) -> str:
    """Give what stands from `at` to the end of the line."""
    found = _LINE.match(text, at)
    return found.group() if found else ""


_KNOWN: Final[tuple[tuple[str, Callable[[_Trouble], Fault]], ...]] = (
    ("cannot start any token", _character),
    ("tab character", _tab),
    ("mapping values are not allowed", _colon),
    (
        "quoted scalar.*(end of stream|document indicator|document separator)",
        _words("the quote {char} that opens here is never closed", began=True),
    ),
    ("quoted scalar", _escape),
    ("alias|anchor|tag", _mark),
    ("flow sequence|flow mapping", _open_bracket),
    (
        "block scalar",
        _words("after `|` or `>` the text must begin on the next line",
               "put the value in quotes if it is one line", began=True),
    ),
    (
        "sequence entries are not allowed",
        _words("a list item `-` cannot begin on the line of its key",
               "begin the list on the next line"),
    ),
    ("could not find expected ':'", _words("a `:` is missing after {rest}", began=True)),
    ("block mapping", _indentation),
    ("block collection|block sequence", _not_an_item),
    (
        "node content",
        _words("a value is missing before {char}", "put text with such signs in quotes"),
    ),
    (
        "directive|incompatible",
        _words("a line that begins with `%` is a YAML directive; workflows are plain YAML 1.2",
               "remove the line, or put its value in quotes", began=True),
    ),
    ("document start", _words("{rest} stands after the end of the workflow")),
    (
        "",
        _words("the YAML cannot be read here ({said})",
               "look for a quote, bracket or indentation slip"),
    ),
)  # fmt: skip
"""What to say for which words of the parser; the first that is found counts."""
