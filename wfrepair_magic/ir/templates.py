"""Resolves templates against values in one pass, accounting for all that does not resolve."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ..problem import Slot
from .expressions import BadIndex, Expression, Literal, Ref, Template, TemplateError
from .filters import CannotFilter, apply_filters
from .model import MISSING
from .paths import UNDECIDED, Follower, Gone, Kind, Scope, Undecided, Unresolved
from .scanner import parse
from .values import NoText, text_of

__all__ = [
    "UNDECIDED", "BadIndex", "Expression", "Gone", "Kind", "Literal", "Ref", "Resolution",
    "Resolver", "Scope", "Template", "TemplateError", "Undecided", "Unresolved", "heads", "parse",
    "references", "resolve", "source_template", "walk",
]  # fmt: skip

Found: TypeAlias = tuple[Slot, Template | TemplateError]

_NO_TEXT: Final = (int, float, type(None))


@dataclass(frozen=True)
class Resolution:
    """What became of a value's templates.

    `value` stands for all only where it is `complete`; what did not resolve is MISSING in it,
    what waits for a node that has not run is UNDECIDED.  `undecided` names the heads waited for.
    `gone` names those whose node was skipped or failed and for which there is no way out; each
    also stands in `unresolved`.
    """

    value: Any
    unresolved: tuple[Unresolved, ...] = ()
    undecided: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()

    @property
    def complete(self) -> bool:
        """Whether every template resolved."""
        return not self.unresolved and not self.undecided


def walk(value: Any, slot: Slot = ()) -> Iterator[Found]:
    """Give every text that holds a template, with its place, in order; keys are not looked at.

    A text whose templates cannot be read comes as its TemplateError.
    """
    if isinstance(value, str):
        try:
            template = parse(value)
        except TemplateError as error:
            yield slot, error
        else:
            if template.expressions:
                yield slot, template
    elif isinstance(value, _NO_TEXT):
        return
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from walk(item, (*slot, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from walk(item, (*slot, index))


def references(template: Template) -> Iterator[tuple[Ref, bool]]:
    """Give every path of a template, nested indexes too, with whether it is needed.

    It is not needed where it stands in a ``??`` chain: another alternative may resolve.
    """
    for expression in template.expressions:
        needed = len(expression.alternatives) == 1
        for alternative in expression.alternatives:
            if isinstance(alternative, Ref):
                yield from ((ref, needed) for ref in _with_nested(alternative))


def _with_nested(ref: Ref) -> Iterator[Ref]:
    yield ref
    for segment in ref.path:
        if isinstance(segment, Ref):
            yield from _with_nested(segment)


def heads(value: Any) -> dict[str, bool]:
    """Give the head of every path in a value, and whether it is needed without a way out.

    False: every use stands in a ``??`` chain.  Texts that cannot be read are passed over.
    """
    found: dict[str, bool] = {}
    for _, template in walk(value):
        if isinstance(template, Template):
            for ref, needed in references(template):
                found[ref.head] = found.get(ref.head, False) or needed
    return found


def source_template(source: str) -> str:
    """Give an output's source as a template: its author may leave the braces out."""
    return source if "${" in source else f"${{{source}}}"


def resolve(value: Any, scope: Scope, slot: Slot = ()) -> Resolution:
    """Put values in the place of a value's templates, in a single pass.

    Dict values and list items are resolved at every depth, keys never; what came out of a value
    is never looked at again.  A text that is one template becomes the very value.  Never raises
    for what the text or the scope holds: what does not resolve stands in the Resolution.
    """
    resolver = Resolver(scope)
    return resolver.finish(resolver.value(value, slot))


class Resolver:
    """One pass over the templates of one value; it gathers what does not resolve."""

    def __init__(self, scope: Scope) -> None:
        self._follower: Final = Follower(scope)
        self._unresolved: list[Unresolved] = []
        self._undecided: set[str] = set()
        self._gone: set[str] = set()

    def finish(self, value: Any) -> Resolution:
        """Give what the pass found, with the value that it made."""
        return Resolution(
            value, tuple(self._unresolved), frozenset(self._undecided), frozenset(self._gone)
        )

    def value(self, value: Any, slot: Slot) -> Any:
        """Resolve a text, and what dicts and lists hold; anything else is itself."""
        if isinstance(value, str):
            return self._text(value, slot) if "${" in value else value
        if isinstance(value, Mapping):
            return {key: self.value(item, (*slot, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item, (*slot, index)) for index, item in enumerate(value)]
        if isinstance(value, tuple):
            return tuple(self.value(item, (*slot, index)) for index, item in enumerate(value))
        return value

    def _text(self, text: str, slot: Slot) -> Any:
        template = self.read(text, slot)
        if template is None:
            return MISSING
        if template.whole:
            return self.expression(template.whole, slot)
        return joined([
            part if isinstance(part, str) else self.text(part, slot) for part in template.segments
        ])  # fmt: skip

    def read(self, text: str, slot: Slot) -> Template | None:
        """Parse a text; one that cannot be read counts as unresolved, of kind "unreadable"."""
        try:
            return parse(text)
        except TemplateError as error:
            span = (error.position, error.position + 1)
            self._unresolved.append(
                Unresolved(slot, text, "", "unreadable", error.message, span, hint=error.hint)
            )
            return None

    def text(self, expression: Expression, slot: Slot) -> Any:
        """Resolve an expression to what it is inside other text: str, MISSING or UNDECIDED."""
        value = self.expression(expression, slot)
        if value is MISSING or value is UNDECIDED:
            return value
        try:
            return text_of(value)
        except NoText as error:
            return self.refuse(expression, slot, f"`{expression.text}` {error}", "filter")

    def expression(self, expression: Expression, slot: Slot) -> Any:
        """Resolve an expression to its value; MISSING or UNDECIDED where it has none."""
        value = self._first(expression, slot)
        if not expression.filters or value is MISSING or value is UNDECIDED:
            return value
        try:
            return apply_filters(expression.filters, value)
        except CannotFilter as error:
            return self.refuse(expression, slot, f"`{expression.text}`: {error}", "filter")

    def refuse(self, expression: Expression, slot: Slot, message: str, kind: Kind) -> Any:
        """Count an expression whose value cannot be used as unresolved; gives MISSING."""
        refs = [item for item in expression.alternatives if isinstance(item, Ref)]
        span = (expression.start, expression.end)
        self._unresolved.append(
            Unresolved(slot, expression.text, refs[0].text if refs else "", kind, message, span)
        )
        return MISSING

    def _first(self, expression: Expression, slot: Slot) -> Any:
        """Give the first alternative that resolves; one that is undecided ends the chain."""
        failures: list[Unresolved] = []
        for alternative in expression.alternatives:
            if isinstance(alternative, Literal):
                return alternative.value
            found = self._follower.follow(alternative, expression, slot)
            if isinstance(found, Undecided):
                self._undecided.add(found.head)
                return UNDECIDED
            if not isinstance(found, Unresolved):
                return found
            failures.append(found)
        self._give_up(failures)
        return MISSING

    def _give_up(self, failures: Sequence[Unresolved]) -> None:
        """Count what failed; skipped nodes only where nothing else is to blame."""
        broken = [failure for failure in failures if failure.kind != "gone"]
        self._unresolved += broken or failures
        if not broken:
            self._gone |= {failure.head for failure in failures}


def joined(parts: Sequence[Any]) -> Any:
    """Join parts of a text; MISSING or UNDECIDED in one of them stands for the whole."""
    for marker in (MISSING, UNDECIDED):
        if any(part is marker for part in parts):
            return marker
    return "".join(parts)
