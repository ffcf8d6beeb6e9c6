"""Reads the templates of a text in linear time."""

from __future__ import annotations

import json
import math
import re
from functools import lru_cache
from typing import Any, Final

from ..settings import LIMITS
from .dialects import end_of_text
from .expressions import BadIndex, Expression, Literal, Ref, Template, TemplateError
from .filters import FILTERS
from .names import did_you_mean

_HEAD: Final = re.compile(r"[^\W\d][\w-]*")
_KEY: Final = re.compile(r"[\w-]+")
_INDEX: Final = re.compile(r"\[([0-9]{1,18})\]")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_BRACKET: Final = re.compile(r"""\[(?:"[^"\n]*"|'[^'\n]*'|[^\]\["'{}$\n]+)\]""")
_BLANKS: Final = re.compile(r"[ \t\r\n]*")
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}
_DOUBLE: Final = "to write `${` itself, double the dollar: `$${`"


def parse(text: str) -> Template:
    """Read a text's templates.  Raises TemplateError at the first that cannot be read.

    In a run of dollars before ``{`` each pair stands for one dollar, and only an odd one out
    opens a template: ``$${x}`` is the text ``${x}``, ``$$${x}`` a dollar and the value of x.
    What other tools write, ``${{ x }}``, is text where it stands among text.
    """
    if "${" not in text:
        return Template(text, (text,) if text else ())
    return _parse(text)


@lru_cache(maxsize=20_000)  # more than the templates of the largest text
def _parse(text: str) -> Template:
    segments: list[str | Expression] = []
    plain: list[str] = []
    at = 0
    while (last := text.find("${", at)) >= 0:
        first = last
        while first > at and text[first - 1] == "$":
            first -= 1
        pairs, odd = divmod(last + 1 - first, 2)
        plain += (text[at:first], "$" * pairs)
        if odd and (end := end_of_text(text, last)):
            plain.append(text[last:end])
            at = end
        elif odd:
            segments += filter(None, ("".join(plain),))
            plain.clear()
            expression = _Reader(text, last).expression()
            segments.append(expression)
            at = expression.end
        else:
            plain.append("{")
            at = last + 2
    segments += filter(None, ("".join((*plain, text[at:])),))
    return Template(text, tuple(segments))


class _Reader:
    """Reads one expression from `start`, where a ``${`` stands, never looking back."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self.start = start
        self.at = start

    def expression(self) -> Expression:
        self.at += 2
        self._refuse_opening()
        alternatives = [self._alternative()]
        while self._operator("??"):
            alternatives.append(self._alternative())
        filters = []
        while self._operator("|"):
            filters.append(self._filter())
        self._close()
        if len(alternatives) == 1 and isinstance(alternatives[0], Literal):
            raise self._error("holds no reference, only a literal", self.start, _DOUBLE, "literal")
        text = self.text[self.start : self.at]
        return Expression(tuple(alternatives), tuple(filters), self.start, self.at, text)

    def _refuse_opening(self) -> None:
        following = self._peek()
        if following == "}":
            raise self._error("is empty", self.start, f"name a node or an input, or {_DOUBLE}",
                              "empty")  # fmt: skip
        if following == "{":
            hint = "a template has one brace on each side: `${name}`; `$${{` is `${{` as text"
            raise self._error("is written in another dialect", self.at, hint, "dialect")
        if following.isspace():
            raise self._space()

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _operator(self, mark: str) -> bool:
        """Step over an operator and the blanks around it, where it stands next."""
        after = self._after_blanks(self.at)
        if not self.text.startswith(mark, after):
            return False
        self.at = self._after_blanks(after + len(mark))
        return True

    def _after_blanks(self, at: int) -> int:
        found = _BLANKS.match(self.text, at)
        return found.end() if found else at

    def _alternative(self) -> Ref | Literal:
        following = self._peek()
        if following == '"':
            return self._string()
        if following == "'":
            hint = "text inside a template stands in double quotes"
            raise self._error("has a single quote", self.at, hint, "literal")
        if following == "-" or (following.isascii() and following.isdigit()):
            return self._number()
        name = _HEAD.match(self.text, self.at)
        if name and name[0] in _WORDS and self.text[name.end() : name.end() + 1] not in (".", "["):
            self.at = name.end()
            return Literal(_WORDS[name[0]])
        return self._ref(0)

    def _string(self) -> Literal:
        found = _STRING.match(self.text, self.at)
        if not found:
            raise self._error("has a text without its closing quote", self.at, "close it with `\"`",
                              "literal")  # fmt: skip
        try:
            value = json.loads(found[0], strict=False)
        except ValueError:
            value = None
        if not isinstance(value, str) or _SURROGATE.search(value):
            hint = 'escapes are those of JSON: `\\"`, `\\\\`, `\\n`, `\\u00e9`'
            raise self._error("has a text with an escape that JSON does not know", self.at, hint,
                              "literal")  # fmt: skip
        self.at = found.end()
        return Literal(value)

    def _number(self) -> Literal:
        found = _NUMBER.match(self.text, self.at)
        end = found.end() if found else self.at
        if not found or _KEY.match(self.text, end) or self.text.startswith(".", end):
            hint = f"a name begins with a letter or `_`; {_DOUBLE}"
            raise self._error("begins with something that is no number", self.at, hint, "name")
        try:
            value = json.loads(found[0])
        except ValueError:  # an integer of more digits than Python reads
            value = math.inf
        if isinstance(value, float) and not math.isfinite(value):
            raise self._error("has a number that is too large", self.at, "quote it", "literal")
        self.at = end
        return Literal(value)

    def _ref(self, depth: int) -> Ref:
        if depth > LIMITS.depth:
            hint = f"at most {LIMITS.depth} templates may stand inside each other"
            raise self._error("is nested too deep", self.at, hint, "nested")
        head = _HEAD.match(self.text, self.at)
        if not head:
            raise self._unexpected("a name was expected", "name")
        start, self.at = self.at, head.end()
        spans = [head.span()]
        path: list[str | int | Ref | BadIndex] = []
        while (mark := self._peek()) in (".", "["):
            segment_start = self.at + (mark == ".")
            path.append(self._key() if mark == "." else self._bracket(depth))
            spans.append((segment_start, self.at))
        text = self.text[start : self.at]
        return Ref(head[0], tuple(path), tuple(spans), start, self.at, text)

    def _key(self) -> str:
        self.at += 1
        found = _KEY.match(self.text, self.at)
        if not found:
            raise self._unexpected("a key was expected after the dot", "path")
        self.at = found.end()
        return found[0]

    def _bracket(self, depth: int) -> int | Ref | BadIndex:
        if self.text.startswith("[${", self.at):
            return self._nested(depth)
        found = _INDEX.match(self.text, self.at)
        if found:
            self.at = found.end()
            return int(found[1])
        found = _BRACKET.match(self.text, self.at)
        if not found:
            self.at += 1
            raise self._unexpected("an index was expected: `[0]`", "path")
        self.at = found.end()
        inner = found[0][1:-1].strip("\"'")
        quoted = found[0][1] in "\"'" and _KEY.fullmatch(inner)
        return BadIndex(found[0], f".{inner}" if quoted else "")

    def _nested(self, depth: int) -> Ref:
        self.at += 3
        inner = self._ref(depth + 1)
        if not self.text.startswith("}]", self.at):
            raise self._unexpected("only a plain path may stand in an index", "nested")
        self.at += 2
        return inner

    def _filter(self) -> str:
        found = _KEY.match(self.text, self.at)
        if not found:
            raise self._unexpected("the name of a filter was expected", "filter")
        if found[0] not in FILTERS:
            hint = did_you_mean(found[0], FILTERS)
            raise self._error(f"has no filter `{found[0]}`", self.at, hint, "filter")
        self.at = found.end()
        return found[0]

    def _close(self) -> None:
        if self._peek() == "}":
            self.at += 1
            return
        if self._peek().isspace() and self.text.startswith("}", self._after_blanks(self.at)):
            raise self._space()
        if self.text.startswith("??", self._after_blanks(self.at)):
            hint = "put `??` before the filters: a filter applies to all that stands before it"
            raise self._error("has `??` after a filter", self.at, hint, "filter")
        raise self._unexpected("the closing brace was expected", "path")

    def _space(self) -> TemplateError:
        hint = "blanks may stand only around `??` and `|`: `${name}`"
        return self._error("has a blank beside a brace", self.at, hint, "space")

    def _unexpected(self, expected: str, kind: str) -> TemplateError:
        found = self._peek()
        if not found:
            return self._error("is not closed", self.at, f"close it with `}}`, or {_DOUBLE}",
                               "unclosed")  # fmt: skip
        return self._error(f"has `{found}` where {expected}", self.at, _DOUBLE, kind)

    def _error(self, what: str, position: int, hint: str, kind: str) -> TemplateError:
        shown = self.text[self.start : self.start + 60].split("\n")[0]
        inner, closed, _ = shown.partition("}")
        return TemplateError(f"the template `{inner}{closed}` {what}", position, hint, kind)
