"""Cache keys: one canonical encoding of a value, tagged by type, and its full SHA-256.

Theory of operation.  Every value is written as a tag, the lengths that delimit it, and its
content, so that no two different values give the same bytes:

    N T F          None, True, False              i5:…  d…  c…    int, float, complex
    s3:abc b3:abc  str, bytes                     [2: (2:         list, tuple and what is in them
    D2:…           dict with str keys: the sorted keys, then the values in that order
    M2:…           any other dict: pairs sorted by the encoding of their keys
    S2: Z2:        set, frozenset: encodings, sorted
    L… V…          list, tuple of many values of one plain type, written as one column
    o4:date3:      an object of a kind, and what it consists of (`parts`)
    x              what the caller gave in place of a foreign object (`Foreign`)

What is equal to the program is equal here (the order of a dict, the memory layout of an array);
what the program can tell apart is different here (True, 1 and 1.0; a list and a tuple).  The
walk keeps its own stack: no depth of nesting exhausts Python's.  A value without a defined
content is Unkeyable, with its path; nothing is ever written through its repr.

Pure: no clock, no disk, no thread, and no import of what a value came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter, length_hint
from typing import Any, Final, Protocol

from .arrays import array_parts
from .frames import frame_parts
from .parts import Buffer, Parts, type_name
from .plain import COLUMNS, SCALARS, head
from .records import record_parts
from .standard import standard_parts

KEY_VERSION: Final = 1
"""Raised whenever an unchanged value or function gets another key than before."""

NESTING = 64
"""How deep sets and keys of dicts may lie within each other; other values nest freely."""

_COLUMN_FROM = 16
_FLUSH_AT = 4096
_SHAPES = 1000
_STR_ONLY = {str}
_DESCRIBERS = (standard_parts, array_parts, frame_parts, record_parts)


_Shape = tuple[tuple[str, ...], bytes, Any]


class Unkeyable(Exception):
    """A value has no content that could stand in a key; the engine decides what follows.

    `path` leads from the given value to the culprit (``.rows[3]``; empty: the value itself),
    `what` names it.
    """

    def __init__(self, path: str, what: str) -> None:
        super().__init__(path, what)
        self.path = path
        self.what = what

    def __str__(self) -> str:
        return f"{self.path.lstrip('.') or 'the value'} cannot be keyed: {self.what}"


class Foreign(Protocol):
    """What the caller knows of objects that are not data: functions, classes, modules."""

    def instead(self, value: object) -> object:
        """Give a keyable value that stands for `value`, or NotImplemented."""
        ...

    def kind(self, cls: type) -> object:
        """Give a keyable value that stands for the class of an instance, or its name."""
        ...


class Unknown:
    """The Foreign of plain data: knows no code, and names a class by its qualified name."""

    def instead(self, value: object) -> object:
        """Know nothing."""
        return NotImplemented

    def kind(self, cls: type) -> object:
        """Name the class."""
        return type_name(cls)


def encode(value: object, foreign: Foreign | None = None) -> bytes:
    """Give the canonical encoding of a value.  Raises Unkeyable with the path of the culprit."""
    writer = _Writer(foreign or Unknown(), None)
    writer.write(value)
    return b"".join(writer.out)


def digest(value: object, foreign: Foreign | None = None) -> str:
    """Give the SHA-256 of a value's encoding as 64 hex digits, without holding the encoding.

    Raises Unkeyable with the path of the culprit.
    """
    hasher = hashlib.sha256(b"wfrepair key %d;" % KEY_VERSION)
    writer = _Writer(foreign or Unknown(), hasher.update)
    writer.write(value)
    writer.flush()
    return hasher.hexdigest()


@dataclass(slots=True)
class _Frame:
    """A container that is being written: what lies in it, and how far the walk has come."""

    owner: object
    values: Sequence[object]
    rest: Iterator[object]
    labels: Sequence[object] | None
    named: bool = False

    def label(self) -> str:
        """Say which of its values is being written."""
        if self.labels is None:
            return f"[{self._index()}]"
        label = self.labels[self._index()]
        if self.named:
            return str(label)
        plain = isinstance(label, str) and label.isidentifier()
        return f".{label}" if plain else f"[{_short(label)}]"

    def _index(self) -> int:
        return len(self.values) - length_hint(self.rest) - 1


def _short(label: object) -> str:
    """Show a key of a dict in a path; only plain keys are shown as they are."""
    return repr(label)[:40] if type(label) in SCALARS else f"a {type_name(type(label))}"


def _line(item: object) -> int:
    """Give the line on which a function begins; 0 for what is no function."""
    return getattr(getattr(item, "__code__", None), "co_firstlineno", 0)


class _Writer:
    """Writes one value; lives as long as one call of `encode` or `digest`."""

    def __init__(self, foreign: Foreign, sink: Callable[[Any], object] | None) -> None:
        self.out: list[bytes] = []
        self._foreign = foreign
        self._sink = sink
        self._frames: list[_Frame] = []
        self._open: set[int] = set()
        self._level = 0
        self._shapes: dict[tuple[str, ...], _Shape] = {}

    def flush(self) -> None:
        """Hand what was written to the sink, unless it is still to be sorted."""
        if self._sink is not None and not self._level:
            self._sink(b"".join(self.out))
            self.out.clear()

    def write(self, value: object) -> None:
        """Write a value and everything in it."""
        frames, base, emit = self._frames, len(self._frames), self.out.append
        self._push(None, (value,), ("",), named=True)
        while len(frames) > base:
            for item in frames[-1].rest:
                scalar = SCALARS.get(type(item))
                if scalar is not None:
                    emit(scalar(item))
                elif self._container(item):
                    break
            else:
                self._open.discard(id(frames.pop().owner))

    def _push(
        self,
        owner: object,
        values: Sequence[object],
        labels: Sequence[object] | None = None,
        named: bool = False,
    ) -> bool:
        if len(self.out) > _FLUSH_AT:
            self.flush()
        if owner is not None:
            self._open.add(id(owner))
        self._frames.append(_Frame(owner, values, iter(values), labels, named))
        return True

    def _container(self, item: Any) -> bool:
        """Write an object that may hold others; True if what is in it is still to be written."""
        if id(item) in self._open:
            raise self._unkeyable("it contains itself")
        kind = type(item)
        if kind is dict:
            return self._dict(item)
        if kind is list or kind is tuple:
            return self._sequence(item, kind is list)
        if kind is set or kind is frozenset:
            self._set(item, b"S" if kind is set else b"Z")
            return False
        if kind is Buffer or kind is bytes or kind is bytearray:
            return self._buffer(item)
        return self._object(item)

    def _sequence(self, items: list[object] | tuple[object, ...], mutable: bool) -> bool:
        count = len(items)
        if count >= _COLUMN_FROM:
            kinds = set(map(type, items))
            column = COLUMNS.get(kinds.pop()) if len(kinds) == 1 else None
            written = column(items) if column is not None else None
            if written is not None:
                self.out.append(head(b"L" if mutable else b"V", count))
                self.out.append(written)
                return False
        self.out.append(head(b"[" if mutable else b"(", count))
        return self._push(items, items) if count else False

    def _dict(self, items: dict[Any, Any]) -> bool:
        if not items:
            self.out.append(b"D0:")
            return False
        if set(map(type, items)) != _STR_ONLY:
            return self._mixed(items)
        names, written, pick = self._shape(tuple(items))
        self.out.append(written)
        values = pick(items) if len(names) > 1 else (items[names[0]],)
        return self._push(items, values, names)

    def _shape(self, names: tuple[str, ...]) -> _Shape:
        """Give the sorted keys of a dict, their encoding, and what picks its values so."""
        found = self._shapes.get(names)
        if found is None:
            ordered = tuple(sorted(names))
            written = head(b"D", len(ordered)) + b"".join(map(SCALARS[str], ordered))
            found = (ordered, written, itemgetter(*ordered))
            if len(self._shapes) < _SHAPES:
                self._shapes[names] = found
        return found

    def _mixed(self, items: Mapping[Any, Any]) -> bool:
        ordered = sorted(
            ((self._apart(key, items), key) for key in items), key=lambda pair: pair[0]
        )
        self.out.append(head(b"M", len(ordered)))
        self.out.extend(written for written, _ in ordered)
        keys = [key for _, key in ordered]
        return self._push(items, [items[key] for key in keys], keys)

    def _set(self, items: set[object] | frozenset[object], tag: bytes) -> None:
        # A Foreign may number functions of one name as it meets them, and the order of a set
        # differs between processes: so they come in the order of their lines.
        ordered = sorted(items, key=_line)
        written = sorted(self._apart(item, items) for item in ordered)
        self.out.append(head(tag, len(written)))
        self.out.extend(written)

    def _apart(self, value: object, owner: object) -> bytes:
        """Encode a value by itself, so that it can be sorted among others."""
        scalar = SCALARS.get(type(value))
        if scalar is not None:
            return scalar(value)
        if self._level >= NESTING:
            raise self._unkeyable("sets or keys of dicts are nested too deeply")
        outer, self.out = self.out, []
        self._level += 1
        self._push(owner, (value,), ("{…}",), named=True)
        next(self._frames[-1].rest)
        self.write(value)
        self._open.discard(id(self._frames.pop().owner))
        self._level -= 1
        written, self.out = b"".join(self.out), outer
        return written

    def _buffer(self, item: object) -> bool:
        data: Any = item.data if isinstance(item, Buffer) else item
        view = memoryview(data).cast("B")
        self.out.append(head(b"B" if type(item) is bytearray else b"b", view.nbytes))
        if self._sink is None or self._level:
            self.out.append(view.tobytes())
        else:
            self.flush()
            self._sink(view)
        return False

    def _object(self, item: object) -> bool:
        found = next(filter(None, (describe(item) for describe in _DESCRIBERS)), None)
        if found is None:
            return self._instead(item)
        values, labels = self._typed(found)
        kind = found.kind.encode()
        self.out.append(head(b"o", len(kind)) + kind + head(b"", len(values)))
        return self._push(item, values, labels, named=True)

    def _typed(self, found: Parts) -> tuple[Sequence[object], Sequence[str]]:
        labels = found.labels or tuple(f"<{found.kind}>" for _ in found.values)
        if found.cls is None:
            return found.values, labels
        return (self._foreign.kind(found.cls), *found.values), ("<class>", *labels)

    def _instead(self, item: object) -> bool:
        given = self._foreign.instead(item)
        if given is NotImplemented:
            raise self._unkeyable(f"an object of type {type_name(type(item))}")
        self.out.append(b"x")
        return self._push(item, (given,), ("",), named=True)

    def _unkeyable(self, what: str) -> Unkeyable:
        return Unkeyable("".join(frame.label() for frame in self._frames), what)
