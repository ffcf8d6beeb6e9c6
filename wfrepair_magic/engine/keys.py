"""Cache keys: one canonical encoding of a value, tagged by type, and its full SHA-256.

Theory of operation.  Every value is written as a tag, the lengths that delimit it, and its
content, so that no two different values give the same bytes:

    N T F          None, True, False              i5:…  d…  c…    int, float, complex
    s3:abc b3:abc  str, bytes                     [2: (2:         list, tuple and what is in them
    D2:…           dict with str keys: the sorted keys, then the values in that order
    M2:…           any other dict: pairs sorted by the encoding of their keys
    S2: Z2:        set, frozenset: encodings, sorted
    L… V…          list, tuple of many values of one plain type, written as one column
    o4:date3:      an object of a kind, and what it consists of (`kinds`)
    x              what the caller gave in place of an object that is not data

What is equal to the program is equal here (the order of a dict, the memory layout of an array);
what the program can tell apart is different here (True, 1 and 1.0; a list and a tuple).  The
walk keeps its own stack: no depth of nesting exhausts Python's.  A value without a defined
content is Unkeyable, with its path; nothing is ever written through its repr.

Pure: no clock, no disk, no thread, and no import of what a value came from.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from .kinds import parts_of
from .parts import Buffer, type_name
from .plain import SCALARS, column, head

KEY_VERSION: Final = 1
"""Raised whenever an unchanged value or function gets another key than before."""

NESTING = 64
"""How deep sets and keys of dicts may lie within each other; other values nest freely."""

_FLUSH_AT = 4096
_SHAPES = 256
_WIDE = 256
_STR_ONLY = {str}

Instead = Callable[[object], object]
"""Gives a keyable value that stands for an object that is not data, or NotImplemented."""

Naming = Callable[[type], object]
"""Gives a keyable value that stands for the class of an instance."""


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


def data_only(value: object) -> object:
    """Know nothing that stands for an object that is not data."""
    return NotImplemented


def encode(value: object, instead: Instead = data_only, naming: Naming = type_name) -> bytes:
    """Give the canonical encoding of a value.  Raises Unkeyable with the path of the culprit."""
    writer = _Writer(instead, naming, None)
    writer.write(value)
    return b"".join(writer.out)


def digest(value: object, instead: Instead = data_only, naming: Naming = type_name) -> str:
    """Give the SHA-256 of a value's encoding as 64 hex digits, without holding the encoding.

    Raises Unkeyable with the path of the culprit.
    """
    hasher = hashlib.sha256(b"wfrepair key %d;" % KEY_VERSION)
    scalar = SCALARS.get(type(value))
    if scalar is not None:  # most params are
        hasher.update(scalar(value))
    else:
        writer = _Writer(instead, naming, hasher.update)
        writer.write(value)
        writer.flush()
    return hasher.hexdigest()


@dataclass(slots=True)
class _Frame:
    """A container that is being written: what is left in it by labels, and where the walk is."""

    owner: object
    rest: Iterator[tuple[object, object]]
    show: Callable[[Any], str]
    at: object = ""


def _index(label: int) -> str:
    return f"[{label}]"


def _key(label: object) -> str:
    """Show a key of a dict in a path; only plain keys are shown as they are."""
    if isinstance(label, str) and label.isidentifier():
        return f".{label}"
    plain = type(label) in SCALARS
    return f"[{repr(label)[:40] if plain else f'a {type_name(type(label))}'}]"


def _line(item: object) -> int:
    """Give the line on which a function begins; 0 for what is no function."""
    return getattr(getattr(item, "__code__", None), "co_firstlineno", 0)


def _sorted_names(names: tuple[str, ...]) -> tuple[tuple[str, ...], bytes]:
    """Sort the keys of a dict, and write them."""
    ordered = tuple(sorted(names))
    return ordered, head(b"D", len(ordered)) + b"".join(map(SCALARS[str], ordered))


_names_of_a_shape = lru_cache(_SHAPES)(_sorted_names)
"""The same for the shapes that came last: rows of a table share theirs, as do nodes of a type."""


class _Writer:
    """Writes one value; lives as long as one call of `encode` or `digest`.

    What writes one kind of container says whether what is in it is still to be written.
    """

    def __init__(
        self, instead: Instead, naming: Naming, sink: Callable[[Any], object] | None
    ) -> None:
        self.out: list[bytes] = []
        self._instead = instead
        self._naming = naming
        self._sink = sink
        self._frames: list[_Frame] = []
        self._open: set[int] = set()
        self._level = 0

    def flush(self) -> None:
        """Hand what was written to the sink, unless it is still to be sorted."""
        if self._sink is not None and not self._level:
            self._sink(b"".join(self.out))
            self.out.clear()

    def write(self, value: object) -> None:
        """Write a value and everything in it."""
        frames, base, emit = self._frames, len(self._frames), self.out.append
        self._push(None, [("", value)], str)
        while len(frames) > base:
            frame = frames[-1]
            for label, item in frame.rest:
                scalar = SCALARS.get(type(item))
                if scalar is not None:
                    emit(scalar(item))
                    continue
                frame.at = label
                if id(item) in self._open:
                    raise self._unkeyable("it contains itself")
                if _WRITERS.get(type(item), _Writer._object)(self, item):
                    break
            else:
                self._open.discard(id(frames.pop().owner))

    def _push(
        self, owner: object, rest: Iterable[tuple[object, object]], show: Callable[[Any], str]
    ) -> bool:
        if len(self.out) > _FLUSH_AT:
            self.flush()
        if owner is not None:
            self._open.add(id(owner))
        self._frames.append(_Frame(owner, iter(rest), show))
        return True

    def _sequence(self, items: list[object] | tuple[object, ...]) -> bool:
        few, many = (b"[", b"L") if type(items) is list else (b"(", b"V")
        written = column(items)
        if written is not None:
            self.out += (head(many, len(items)), written)
            return False
        self.out.append(head(few, len(items)))
        return bool(items) and self._push(items, enumerate(items), _index)

    def _dict(self, items: dict[Any, Any]) -> bool:
        if items and set(map(type, items)) != _STR_ONLY:
            return self._mixed(items)
        sort = _names_of_a_shape if len(items) <= _WIDE else _sorted_names
        names, written = sort(tuple(items))
        self.out.append(written)
        return bool(items) and self._push(items, ((name, items[name]) for name in names), _key)

    def _mixed(self, items: Mapping[Any, Any]) -> bool:
        written = [(self._apart(key, items), key) for key in items]
        ordered = sorted(written, key=itemgetter(0))
        self.out.append(head(b"M", len(ordered)))
        self.out.extend(key for key, _ in ordered)
        return self._push(items, ((key, items[key]) for _, key in ordered), _key)

    def _set(self, items: set[object] | frozenset[object]) -> bool:
        # Functions of one name may be numbered as they are met, and the order of a set differs
        # between processes: so they come in the order of their lines.
        written = sorted(self._apart(item, items) for item in sorted(items, key=_line))
        self.out.append(head(b"S" if type(items) is set else b"Z", len(written)))
        self.out.extend(written)
        return False

    def _apart(self, value: object, owner: object) -> bytes:
        """Encode a value by itself, so that it can be sorted among others."""
        if self._level >= NESTING:
            raise self._unkeyable("sets or keys of dicts are nested too deeply")
        outer, self.out = self.out, []
        self._level += 1
        self._push(owner, (), str)
        self._frames[-1].at = "{…}"
        self.write(value)
        self._open.discard(id(self._frames.pop().owner))
        self._level -= 1
        written, self.out = b"".join(self.out), outer
        return written

    def _buffer(self, item: Buffer | bytes | bytearray) -> bool:
        view = memoryview(item.data if isinstance(item, Buffer) else item).cast("B")
        self.out.append(head(b"B" if type(item) is bytearray else b"b", view.nbytes))
        if self._sink is None or self._level:
            self.out.append(view.tobytes())
        else:
            self.flush()
            self._sink(view)
        return False

    def _object(self, item: object) -> bool:
        found = parts_of(item)
        if found is None:
            return self._foreign(item)
        kind, values = found.kind.encode(), found.values
        labels = found.labels or ("",) * len(values)
        if found.cls is not None:
            values, labels = (self._naming(found.cls), *values), ("<class>", *labels)
        self.out.append(head(b"o", len(kind)) + kind + head(b"", len(values)))
        return self._push(item, zip(labels, values, strict=True), str)

    def _foreign(self, item: object) -> bool:
        given = self._instead(item)
        if given is NotImplemented:
            raise self._unkeyable(f"an object of type {type_name(type(item))}")
        self.out.append(b"x")
        return self._push(item, [("", given)], str)

    def _unkeyable(self, what: str) -> Unkeyable:
        return Unkeyable("".join(frame.show(frame.at) for frame in self._frames), what)


_WRITERS: Final[Mapping[type, Callable[[_Writer, Any], bool]]] = {
    dict: _Writer._dict,
    list: _Writer._sequence,
    tuple: _Writer._sequence,
    set: _Writer._set,
    frozenset: _Writer._set,
    bytes: _Writer._buffer,
    bytearray: _Writer._buffer,
    Buffer: _Writer._buffer,
}
"""How objects of exactly these types are written; what any other consists of, `kinds` says."""
