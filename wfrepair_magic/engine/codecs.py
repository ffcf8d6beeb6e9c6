"""Values to bytes and back: JSON with tags for what JSON has no word for, and bytes as they are.

A document is a row of parts.  Part 0 is JSON text; the others are the byte strings of the value,
which the JSON names by number, so that a gigabyte is copied and never spelt.  A tag is an object
with one key that begins with ``$``; a user's own such object is written as a ``$map``.

What is read back is equal to what was written, of the same types, in the same order.  Only exact
types have a codec: a subclass (a named tuple, an enum, a masked array) would come back as its
base, so it has none.  Nothing is ever pickled.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from .columns import TAGS, Buffer, read, write

DEPTH = 100
"""How deeply values may be nested; deeper ones, and circular ones, have no codec."""

_LARGEST = 2**63  # integers beyond are tagged: other readers of JSON would round them
_COUNT = struct.Struct(">I")
_LENGTH = struct.Struct(">Q")

Parts = list[Buffer]


class _NoCodec(Exception):
    """The value, or something in it, cannot be written so that it comes back the same."""


def encode(value: Any) -> bytes | None:
    """Give a value as bytes that `decode` turns into an equal one; None where it has no codec."""
    pieces = encode_pieces(value)
    return None if pieces is None else b"".join(pieces)


def encode_pieces(value: Any) -> Parts | None:
    """Do as `encode`, in pieces that lie where the value has them: use them before it changes."""
    parts: Parts = [b""]
    try:
        tree = _tree(value, parts, 0)
    except _NoCodec:
        return None
    text = json.dumps(tree, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    parts[0] = text.encode("utf-8", "surrogatepass")
    lengths = [_LENGTH.pack(len(part)) for part in parts]
    return [_COUNT.pack(len(parts)), *lengths, *parts]


def decode(raw: Buffer) -> Any:
    """Rebuild the value that `encode` wrote.  Raises ValueError where the bytes say no value."""
    try:
        parts = _split(raw)
        text = str(parts[0], "utf-8", "surrogatepass")
        return json.loads(text, object_hook=lambda tree: _revive(tree, parts))
    except (struct.error, IndexError, KeyError, TypeError, ArithmeticError) as error:
        raise ValueError(f"not a value of this format: {error}") from error


def _split(raw: Buffer) -> Parts:
    raw = memoryview(raw)
    (count,) = _COUNT.unpack_from(raw)
    start = _COUNT.size + count * _LENGTH.size
    parts: Parts = []
    for number in range(count):
        (length,) = _LENGTH.unpack_from(raw, _COUNT.size + number * _LENGTH.size)
        parts.append(raw[start : start + length])
        start += length
    if start != len(raw):
        raise ValueError("not a value of this format: its length is wrong")
    return parts


def _tree(value: Any, parts: Parts, depth: int) -> Any:
    """Give the JSON tree of a value; its byte strings are appended to `parts`."""
    kind = type(value)
    if value is None or kind is str or kind is bool:
        return value
    if depth > DEPTH:
        raise _NoCodec
    if kind in _NESTED:
        return _NESTED[kind](value, parts, depth + 1)
    if kind in _SINGLE:
        return _SINGLE[kind](value)
    return _columns(value, parts)


def _columns(value: Any, parts: Parts) -> Any:
    """Write an array or a frame: its pieces are parts, which the tree names."""
    written = write(value)
    if written is None:
        raise _NoCodec
    tag, about, pieces = written
    parts.extend(pieces)
    return {tag: [about, len(parts) - len(pieces), len(parts)]}


def _items(values: Any, parts: Parts, depth: int) -> list[Any]:
    return [_tree(value, parts, depth) for value in values]


def _write_dict(value: dict[Any, Any], parts: Parts, depth: int) -> Any:
    if all(type(key) is str and not key.startswith("$") for key in value):
        return {key: _tree(item, parts, depth) for key, item in value.items()}
    return {"$map": [_items(pair, parts, depth) for pair in value.items()]}


def _write_set(value: Any, parts: Parts, depth: int) -> list[Any]:
    return sorted(_items(value, parts, depth), key=json.dumps)


def _write_bytes(value: bytes | bytearray, parts: Parts, depth: int) -> int:
    parts.append(bytes(value))
    return len(parts) - 1


def _write_int(value: int) -> Any:
    return value if -_LARGEST <= value < _LARGEST else {"$int": hex(value)}


def _write_float(value: float) -> Any:
    return value if math.isfinite(value) else {"$float": repr(value)}


def _write_datetime(value: datetime) -> Any:
    naive = value.replace(tzinfo=None, fold=0)
    return {"$datetime": [naive.isoformat(), value.fold, _write_zone(value.tzinfo)]}


def _write_time(value: time) -> Any:
    naive = value.replace(tzinfo=None, fold=0)
    return {"$time": [naive.isoformat(), value.fold, _write_zone(value.tzinfo)]}


def _write_zone(zone: tzinfo | None) -> Any:
    """Give a time zone as None, its name, or its offset in microseconds with its label."""
    if zone is None:
        return None
    if type(zone) is ZoneInfo and zone.key is not None:
        return zone.key
    if type(zone) is timezone:
        offset = zone.utcoffset(None) // timedelta(microseconds=1)
        label = zone.tzname(None)
        return [offset, None if label == _fixed(offset, None).tzname(None) else label]
    raise _NoCodec


def _fixed(offset: int, label: str | None) -> timezone:
    delta = timedelta(microseconds=offset)
    return timezone(delta) if label is None else timezone(delta, label)


def _read_zone(tree: Any) -> tzinfo | None:
    if tree is None:
        return None
    return ZoneInfo(tree) if isinstance(tree, str) else _fixed(*tree)


def _read_datetime(tree: Any, parts: Parts) -> datetime:
    text, fold, zone = tree
    return datetime.fromisoformat(text).replace(fold=fold, tzinfo=_read_zone(zone))


def _read_time(tree: Any, parts: Parts) -> time:
    text, fold, zone = tree
    return time.fromisoformat(text).replace(fold=fold, tzinfo=_read_zone(zone))


def _revive(tree: dict[str, Any], parts: Parts) -> Any:
    """Turn a tagged object into the value that it stands for; leave any other as it is."""
    if len(tree) != 1:
        return tree
    ((tag, inner),) = tree.items()
    if not tag.startswith("$"):
        return tree
    if tag in TAGS:
        about, begin, end = inner
        return read(tag, about, parts[begin:end])
    if tag not in _READERS:
        raise ValueError(f"a value of a kind that this version does not know: {tag}")
    return _READERS[tag](inner, parts)


_NESTED: dict[type, Callable[[Any, Parts, int], Any]] = {
    list: _items,
    dict: _write_dict,
    tuple: lambda value, parts, depth: {"$tuple": _items(value, parts, depth)},
    set: lambda value, parts, depth: {"$set": _write_set(value, parts, depth)},
    frozenset: lambda value, parts, depth: {"$frozenset": _write_set(value, parts, depth)},
    bytes: lambda value, parts, depth: {"$bytes": _write_bytes(value, parts, depth)},
    bytearray: lambda value, parts, depth: {"$bytearray": _write_bytes(value, parts, depth)},
}

_SINGLE: dict[type, Callable[[Any], Any]] = {
    int: _write_int,
    float: _write_float,
    complex: lambda value: {"$complex": [_write_float(value.real), _write_float(value.imag)]},
    Decimal: lambda value: {"$decimal": str(value)},
    Fraction: lambda value: {"$fraction": [hex(value.numerator), hex(value.denominator)]},
    datetime: _write_datetime,
    date: lambda value: {"$date": value.isoformat()},
    time: _write_time,
    timedelta: lambda value: {"$timedelta": [value.days, value.seconds, value.microseconds]},
    UUID: lambda value: {"$uuid": value.hex},
    type(Path()): lambda value: {"$path": str(value)},
}

_READERS: dict[str, Callable[[Any, Parts], Any]] = {
    "$map": lambda tree, parts: dict(tree),
    "$tuple": lambda tree, parts: tuple(tree),
    "$set": lambda tree, parts: set(tree),
    "$frozenset": lambda tree, parts: frozenset(tree),
    "$bytes": lambda tree, parts: bytes(parts[tree]),
    "$bytearray": lambda tree, parts: bytearray(parts[tree]),
    "$int": lambda tree, parts: int(tree, 16),
    "$float": lambda tree, parts: float(tree),
    "$complex": lambda tree, parts: complex(*tree),
    "$decimal": lambda tree, parts: Decimal(tree),
    "$fraction": lambda tree, parts: Fraction(int(tree[0], 16), int(tree[1], 16)),
    "$datetime": _read_datetime,
    "$date": lambda tree, parts: date.fromisoformat(tree),
    "$time": _read_time,
    "$timedelta": lambda tree, parts: timedelta(*tree),
    "$uuid": lambda tree, parts: UUID(tree),
    "$path": lambda tree, parts: Path(tree),
}
