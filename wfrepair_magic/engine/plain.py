"""How the plain values are written into a key: None, numbers and text, alone or in columns.

A column is a list or tuple of many values of one plain type; it is written by C code in one go.
Whether a list is a column follows from its content alone, so equal lists stay equal.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Mapping, Sequence
from math import isnan
from typing import Any, Final

NAN: Final = struct.unpack("<d", b"\0\0\0\0\0\0\xf8\x7f")[0]
"""The one NaN: not-a-numbers of other bits count as this one."""


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


def _complex(value: complex) -> bytes:
    return b"c" + _float(value.real) + _float(value.imag)


def _str(value: str) -> bytes:
    data = value.encode("utf-8", "surrogatepass")
    return b"s%d:%b" % (len(data), data)


SCALARS: Final[Mapping[type, Callable[[Any], bytes]]] = {
    type(None): lambda _: b"N",
    bool: lambda value: b"T" if value else b"F",
    int: _int,
    float: _float,
    complex: _complex,
    str: _str,
    type(...): lambda _: b"E",
}
"""How values of exactly these types are written; subclasses are other types."""


def _words(values: array[Any]) -> bytes:
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def _ints(values: Sequence[int]) -> bytes | None:
    try:
        return b"i" + _words(array("q", values))
    except OverflowError:
        return None


def _floats(values: Sequence[float]) -> bytes:
    if any(map(isnan, values)):
        values = [value if value == value else NAN for value in values]
    return b"d" + _words(array("d", values))


def _strs(values: Sequence[str]) -> bytes:
    return b"s" + _words(array("q", map(len, values))) + _str("".join(values))


COLUMNS: Final[Mapping[type, Callable[[Any], bytes | None]]] = {
    bool: lambda values: b"?" + bytes(values),
    int: _ints,
    float: _floats,
    str: _strs,
}
"""How many values of exactly one type are written; None: one by one after all."""
