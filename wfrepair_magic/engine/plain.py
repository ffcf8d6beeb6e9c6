"""How the plain values are written into a key: None, numbers and text, alone or in columns.

A column is a list or tuple of many values of one plain type; it is written by C code in one go.
Whether a list is a column follows from its content alone, so equal lists stay equal.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import Any, Final

NAN: Final = struct.unpack("<d", b"\0\0\0\0\0\0\xf8\x7f")[0]
"""The one NaN: not-a-numbers of other bits count as this one."""

_COLUMN_FROM = 16


def head(tag: bytes, length: int) -> bytes:
    """Write a tag and the length of what follows."""
    return b"%b%d:" % (tag, length)


def _int(value: int) -> bytes:
    if -0x8000_0000_0000_0000 <= value <= 0x7FFF_FFFF_FFFF_FFFF:
        return b"i%d;" % value
    # Python refuses to print numbers of more than 4,300 digits.
    data = value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
    return head(b"I", len(data)) + data


def _float(value: float) -> bytes:
    return b"d" + struct.pack("<d", value if value == value else NAN)


def _str(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"s%d:%b" % (len(data), data)


SCALARS: Final[Mapping[type, Callable[[Any], bytes]]] = {
    type(None): lambda _: b"N",
    bool: lambda value: b"T" if value else b"F",
    int: _int,
    float: _float,
    complex: lambda value: b"c" + _float(value.real) + _float(value.imag),
    str: _str,
    type(...): lambda _: b"E",
}
"""How values of exactly these types are written; subclasses are other types."""


def column(values: Sequence[object]) -> bytes | None:
    """Write many values of exactly one type at once; None where they must come one by one."""
    if len(values) < _COLUMN_FROM or len(kinds := set(map(type, values))) > 1:
        return None
    write = _COLUMNS.get(kinds.pop())
    return None if write is None else write(values)


def _ints(values: Sequence[int]) -> bytes | None:
    try:
        return b"i" + _words(values)
    except struct.error:  # one of them has more than 64 bits
        return None


def _floats(values: Sequence[float]) -> bytes:
    if any(map(isnan, values)):
        values = [value if value == value else NAN for value in values]
    return b"d" + struct.pack(f"<{len(values)}d", *values)


def _words(values: Sequence[int]) -> bytes:
    return struct.pack(f"<{len(values)}q", *values)


_COLUMNS: Final[Mapping[type, Callable[[Any], bytes | None]]] = {
    bool: lambda values: b"?" + bytes(values),
    int: _ints,
    float: _floats,
    str: lambda values: b"s" + _words([*map(len, values)]) + _str("".join(values)),
}
