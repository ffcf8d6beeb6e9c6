"""Follows one path of a template through the values at hand, as far as it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from typing import Literal as OneOf

from ..problem import Slot
from .expressions import BadIndex, Expression, Ref
from .names import nearest
from .values import json_type, read_json

Scope: TypeAlias = Mapping[str, Any]
"""Head to value: a node's outputs, an input's value, ``env``, or a marker for what is not there."""

Kind: TypeAlias = OneOf[
    "unknown_head", "absent", "not_container", "index_range", "index_on_object", "key_on_list",
    "bad_index", "through_none", "gone", "filter", "shell", "unreadable",
]  # fmt: skip
"""Why a template does not resolve.  `shell`: a shell cannot take the value, or not there."""

_SHOWN: Final = 12
_COMPARED: Final = 1_000
_TOO_LARGE: Final = 10**18  # no list has so many items; Python may refuse to print larger ones


@dataclass(frozen=True, slots=True)
class Undecided:
    """The marker of a node that has not run; `head` names it where that is known."""

    head: str = ""


UNDECIDED: Final = Undecided()


@dataclass(frozen=True, slots=True)
class Gone:
    """The marker of a node that was skipped or failed, and so offers nothing."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A template that does not resolve, with all that a rule needs to mend it.

    `template` is the expression with its braces, `ref` the path that failed.  `reached` is the
    deepest part of it that resolved, `rest` the segments from the failing one on; `known` holds
    the keys (or heads) that exist there, `length` the items of a list, `found_type` the JSON
    type of what is there.  `segment_span` is the failing segment's in the text at `slot`.
    """

    slot: Slot
    template: str
    ref: str
    kind: Kind
    message: str
    segment_span: tuple[int, int]
    reached: str = ""
    known: tuple[str, ...] = ()
    rest: tuple[str | int | Ref | BadIndex, ...] = ()
    found_type: str = ""
    length: int | None = None
    hint: str = ""
    head: str = ""


@dataclass(frozen=True)
class Stop:
    """Why a path ends at a value, before it is known where in the text that is."""

    kind: Kind
    what: str
    hint: str = ""
    known: tuple[str, ...] = ()
    length: int | None = None


@dataclass(frozen=True)
class Site:
    """Where a path stands: its text's slot, the expression, the path itself."""

    slot: Slot
    expression: Expression
    ref: Ref

    def reached(self, number: int) -> str:
        """Give the path as it is written, up to before its segment `number`."""
        return self.ref.text[: self.ref.spans[number][1] - self.ref.start]


class Follower:
    """Follows the paths of one pass; JSON text is read once however many paths go through it.

    A value in the scope may be UNDECIDED at any depth: what lies inside it is undecided too, but
    for what is no index of anything.
    """

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._read: dict[str, Any] = {}

    def follow(self, ref: Ref, expression: Expression, slot: Slot) -> Any:
        """Give the value at a path, or Undecided (with the head), or Unresolved."""
        site = Site(slot, expression, ref)
        if ref.head not in self._scope:
            return _unknown_head(site, self._scope)
        value = self._scope[ref.head]
        if isinstance(value, Gone):
            return stopped(site, 0, Stop("gone", f"`{ref.head}` gave nothing: {value.reason}"))
        for number, segment in enumerate(ref.path):
            if isinstance(segment, Ref):
                segment = self.follow(segment, expression, slot)
                if isinstance(segment, Unresolved):
                    return segment
            value = self._container(value)
            stop = _check(value, segment, site, number)
            if stop:
                return stopped(site, number + 1, stop, value)
            if isinstance(segment, Undecided):
                return segment
            value = value if isinstance(value, Undecided) else value[segment]
        return Undecided(ref.head) if isinstance(value, Undecided) else value

    def _container(self, value: Any) -> Any:
        """Give a value's inside: text that is a JSON object or array is read."""
        if not isinstance(value, str):
            return value
        if value not in self._read:
            self._read[value] = inside(value)
        return self._read[value]


def inside(text: str) -> Any:
    """Give what a path finds in text: its JSON object or array, else the text itself."""
    if text.lstrip(" \t\r\n")[:1] not in ("{", "["):
        return text
    try:
        return read_json(text)
    except ValueError:
        return text


def _check(container: Any, segment: Any, site: Site, number: int) -> Stop | None:
    """Say why a segment does not lead on from a container; None where it does.

    `segment` is a key, a BadIndex, an index as it is written, or what a nested index gave.
    """
    reached = site.reached(number)
    if isinstance(segment, BadIndex):
        what = f"`{segment.text}` is no index: an index is a whole number from 0, `[0]`"
        return Stop("bad_index", what, f"write `{reached}{segment.form}`" if segment.form else "")
    index = not isinstance(segment, str) or isinstance(site.ref.path[number], Ref)
    if index and not isinstance(segment, Undecided) and not _is_index(segment):
        return _no_index(segment)
    if isinstance(container, Undecided):
        return None
    if container is None:
        return Stop("through_none", f"`{reached}` is null")
    if isinstance(container, Mapping):
        return _check_key(container, segment, reached)
    if isinstance(container, list | tuple):
        return _check_index(container, segment, reached)
    what = f"`{reached}` is {_described(container)} and has nothing inside it"
    return Stop("not_container", what)


def _check_key(
    container: Mapping[Any, Any], segment: str | int | Undecided, reached: str
) -> Stop | None:
    if isinstance(segment, str) and segment in container:
        return None
    known = tuple(str(key) for key in container)
    has = f"it has {_listed(known)}" if known else "it is empty"
    if not isinstance(segment, str):
        shown = f"[{segment}]" if isinstance(segment, int) else "items"
        what = f"`{reached}` is an object, which has no {shown}; {has}"
        return Stop("index_on_object", what, known=known)
    return Stop("absent", f"`{reached}` has no `{segment}`; {has}", _near(segment, known), known)


def _check_index(
    container: Sequence[Any], segment: str | int | Undecided, reached: str
) -> Stop | None:
    length = len(container)
    items = f"{length} item" + "s" * (length != 1)
    if isinstance(segment, int):
        if segment < length:
            return None
        what = f"`{reached}` has {items}, so there is no [{segment}]"
        return Stop("index_range", what, length=length)
    if isinstance(segment, Undecided):
        return None
    if segment.isascii() and segment.isdigit():
        what = f"`{reached}` is a list; its items are written [N], not .N"
        return Stop("bad_index", what, f"write `{reached}[{segment}]`", length=length)
    first = container[0] if container else None
    known = tuple(map(str, first)) if isinstance(first, Mapping) else ()
    what = f"`{reached}` is a list of {items}, which has no `{segment}`"
    return Stop("key_on_list", what, f"name an item: `{reached}[0]`", known, length)


def _is_index(value: Any) -> bool:
    return type(value) is int and 0 <= value < _TOO_LARGE


def _no_index(value: Any) -> Stop:
    small = type(value) is int and -_TOO_LARGE < value < _TOO_LARGE
    shown = f"{value}" if small else f"a value of type {json_type(value)}"
    return Stop("bad_index", f"an index is a whole number from 0, and this one is {shown}")


def _unknown_head(site: Site, scope: Scope) -> Unresolved:
    known = tuple(scope)
    what = f"there is no node or input `{site.ref.head}`; there are {_listed(known)}"
    return stopped(site, 0, Stop("unknown_head", what, _near(site.ref.head, known), known))


def stopped(site: Site, number: int, stop: Stop, value: Any = UNDECIDED) -> Unresolved:
    """Place a stop: `number` counts the head as 0, the first segment as 1; `value` ends there."""
    ref = site.ref
    return Unresolved(
        slot=site.slot,
        template=site.expression.text,
        ref=ref.text,
        kind=stop.kind,
        message=f"`{site.expression.text}` does not resolve: {stop.what}",
        segment_span=ref.spans[number],
        rest=ref.path if number == 0 else ref.path[number - 1 :],
        known=stop.known,
        length=stop.length,
        hint=stop.hint,
        head=ref.head,
        reached=site.reached(number - 1) if number else "",
        found_type="" if value is UNDECIDED else json_type(value),
    )


def _described(value: Any) -> str:
    if isinstance(value, str):
        return "text that is no JSON object or array" if value.strip() else "empty text"
    return f"a value of type {json_type(value)}"


def _near(name: str, known: tuple[str, ...]) -> str:
    found = nearest(name, known[:_COMPARED])
    return f"did you mean `{found}`?" if found else ""


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:_SHOWN])
    more = len(names) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown or "none"
