"""Makes shell programs safe: a value travels in an environment variable, never in the text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final

from ..problem import Slot
from ..settings import LIMITS
from .expressions import Expression, TemplateError
from .model import MISSING
from .scanner import parse
from .shell_programs import Unsafe, refusals
from .shell_scan import scan
from .shell_words import HOLE, Lost, Place
from .templates import Resolution, Resolver, Scope, joined

_REFERENCES: Final[Mapping[Place, str]] = {
    "bare": '"${name}"',
    "double": "${{{name}}}",
    "single": "'\"${name}\"'",
}
_ADVICE: Final = "give the value to `stdin:`, or as an argument of its own"
_ANY_TEXT: Final = "raw"  # what a value after `| raw` counts as where it is not known


@dataclass(frozen=True)
class Program:
    """A shell program in which values are references to environment variables.

    `values` maps the names of the variables to their text; the shell must be given them.
    """

    text: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Plan:
    """A program's text with its references, where each stands, and why others may not."""

    text: str
    places: Mapping[int, Place]
    refused: Mapping[int, str]


def refused(command: str) -> list[tuple[Expression, str]]:
    """Give the templates of a command that stand where a shell cannot take a value, and why.

    The reason follows "the template …".  Templates with `| raw` are not looked at, and a command
    whose templates cannot be read (`parse` says so) gives none.
    """
    try:
        template = parse(command)
    except TemplateError:
        return []
    plan = _plan(*_text(template.segments, {}))
    holes = [expression for expression in template.expressions if not _raw(expression)]
    return [(holes[number], f"{reason}; {_ADVICE}") for number, reason in plan.refused.items()]


def compile(command: str, scope: Scope, slot: Slot = ()) -> Resolution:
    """Resolve a command's templates; where all is well the value is a Program.

    A value in a bare place is one word, never split and never a pattern.  What a shell cannot
    take, or not there, is unresolved, of kind "shell".
    """
    resolver = Resolver(scope)
    template = resolver.read(command, slot)
    if template is None:
        return resolver.finish(MISSING)
    raw = {item: resolver.text(item, slot) for item in template.expressions if _raw(item)}
    plan = (_read if raw else _plan)(*_text(template.segments, raw))
    holes = [expression for expression in template.expressions if not _raw(expression)]
    texts = [
        _value(resolver, expression, slot, (plan.places.get(number), plan.refused.get(number)))
        for number, expression in enumerate(holes)
    ]
    whole = joined([*raw.values(), *texts])
    if not isinstance(whole, str):
        return resolver.finish(whole)
    values = {_variable(number): text for number, text in enumerate(texts)}
    return resolver.finish(Program(plan.text, values))


def _raw(expression: Expression) -> bool:
    return "raw" in expression.filters


def _variable(number: int) -> str:
    return f"WFV_{number + 1}"


def _text(segments: Sequence[str | Expression], raw: Mapping[Expression, Any]) -> tuple[str, int]:
    """Give the program's text with a NUL for each value, and how many values there are."""
    parts = []
    holes = 0
    for segment in segments:
        if isinstance(segment, str):
            parts.append(segment)
        elif _raw(segment):
            text = raw.get(segment)
            parts.append(text if isinstance(text, str) else _ANY_TEXT)
        else:
            parts.append(HOLE)
            holes += 1
    return "".join(parts), holes


def _read(text: str, holes: int) -> _Plan:
    """Find the place of each value and write the references."""
    if not holes:
        return _Plan(text, {}, {})
    try:
        if text.count(HOLE) > holes:
            raise Lost("it has a NUL character")
        found = scan(text)
        places, against = found.places, refusals(found)
    except Lost as error:
        places, against = {}, dict.fromkeys(range(holes), f"cannot be placed for certain: {error}")
    except Unsafe as error:
        places, against = {}, dict.fromkeys(range(holes), f"stands in a program {error}")
    before, *rest = text.split(HOLE)
    references = (
        _REFERENCES[places.get(number, "bare")].format(name=_variable(number)) + part
        for number, part in enumerate(rest)
    )
    return _Plan("".join((before, *references)), places, dict(sorted(against.items())))


_plan: Final = lru_cache(maxsize=256)(_read)


def _value(
    resolver: Resolver,
    expression: Expression,
    slot: Slot,
    placed: tuple[Place | None, str | None],
) -> Any:
    """Give the text of a value for its place and the reason against it, or a marker."""
    place, reason = placed
    if place == "bare" and expression.filters[-1:] == ("sh",):
        # A bare reference is quoted already; the filter would quote it a second time.
        expression = replace(expression, filters=expression.filters[:-1])
    text = resolver.text(expression, slot)
    problem = f"{reason}; {_ADVICE}" if reason else _unfit(text)
    if problem is None or text is MISSING:
        return text
    return resolver.refuse(expression, slot, f"`{expression.text}` {problem}", "shell")


def _unfit(text: Any) -> str | None:
    """Say why a text cannot be the value of an environment variable, if so."""
    if not isinstance(text, str):
        return None
    if "\0" in text:
        return f"holds a NUL character, which no shell can take; {_ADVICE}"
    try:
        size = len(text.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError:
        return f"holds half a character, which has no bytes; {_ADVICE}"
    if size > LIMITS.shell_value_bytes:
        limit = f"{LIMITS.shell_value_bytes // 1000} kB"
        return f"is larger than the {limit} that a shell can take; give it to `stdin:`"
    return None
