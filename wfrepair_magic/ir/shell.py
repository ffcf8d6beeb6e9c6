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
from .shell_flow import evaluated_variables
from .shell_programs import Unsafe, program_text
from .shell_scan import scan
from .shell_words import HOLE, Lost, Place
from .templates import UNDECIDED, Resolution, Resolver, Scope

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
    plan = _plan(_pieces(template.segments, {}))
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
    pieces = _pieces(template.segments, raw)
    plan = _plan(pieces) if not raw else _read(pieces)
    holes = [expression for expression in template.expressions if not _raw(expression)]
    texts = [
        _value(resolver, expression, slot, (plan.places.get(number), plan.refused.get(number)))
        for number, expression in enumerate(holes)
    ]
    for marker in (MISSING, UNDECIDED):
        if any(text is marker for text in (*raw.values(), *texts)):
            return resolver.finish(marker)
    values = {_variable(number): text for number, text in enumerate(texts)}
    return resolver.finish(Program(plan.text, values))


def _raw(expression: Expression) -> bool:
    return "raw" in expression.filters


def _variable(number: int) -> str:
    return f"WFV_{number + 1}"


def _pieces(
    segments: Sequence[str | Expression], raw: Mapping[Expression, Any]
) -> tuple[str | None, ...]:
    """Give the program's text in pieces, None where a value belongs."""
    pieces: list[str | None] = []
    for segment in segments:
        if isinstance(segment, str):
            pieces.append(segment)
        elif _raw(segment):
            text = raw.get(segment)
            pieces.append(text if isinstance(text, str) else _ANY_TEXT)
        else:
            pieces.append(None)
    return tuple(pieces)


def _read(pieces: tuple[str | None, ...]) -> _Plan:
    """Find the place of each value and write the references."""
    holes = [number for number, _ in enumerate(piece for piece in pieces if piece is None)]
    if not holes:
        return _Plan("".join(piece or "" for piece in pieces), {}, {})
    try:
        places, refusals = _places(pieces)
    except Lost as error:
        places, refusals = {}, dict.fromkeys(holes, f"cannot be placed for certain: {error}")
    except Unsafe as error:
        places, refusals = {}, dict.fromkeys(holes, f"stands in a program {error}")
    return _Plan(_text(pieces, places), places, dict(sorted(refusals.items())))


_plan: Final = lru_cache(maxsize=256)(_read)


def _places(pieces: tuple[str | None, ...]) -> tuple[dict[int, Place], dict[int, str]]:
    if any(HOLE in piece for piece in pieces if piece is not None):
        raise Lost("it has a NUL character")
    found = scan("".join(HOLE if piece is None else piece for piece in pieces))
    programs = program_text(found.commands)
    flowing = evaluated_variables(found.commands, found.arithmetic, [word for word, _ in programs])
    direct = {hole: reason for word, reason in programs for hole in word.holes}
    return found.places, flowing | found.refused | direct


def _text(pieces: tuple[str | None, ...], places: Mapping[int, Place]) -> str:
    parts = []
    number = 0
    for piece in pieces:
        if piece is not None:
            parts.append(piece)
            continue
        reference = _REFERENCES[places.get(number, "bare")]
        parts.append(reference.format(name=_variable(number)))
        number += 1
    return "".join(parts)


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
