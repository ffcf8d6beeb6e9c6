"""What a NumPy array or scalar consists of: dtype, shape, and its content in C order.

NumPy is never imported here: an array can only come from a process that has loaded it.
"""

from __future__ import annotations

import sys
from typing import Any

from .parts import Buffer, Parts


def array_parts(value: object) -> Parts | None:
    """Say what an array, scalar or dtype of NumPy consists of; None for any other object."""
    np: Any = sys.modules.get("numpy")
    if np is None or not hasattr(np, "ndarray"):  # not loaded, or in the middle of it
        return None
    if isinstance(value, np.ndarray):
        return _array(np, value)
    if isinstance(value, np.generic):
        return Parts("numpy scalar", (content(np, np.asarray(value)),), ("",))
    if isinstance(value, np.dtype):
        return Parts("dtype", (_dtype(value),))
    return None


def _array(np: Any, value: Any) -> Parts:
    if isinstance(value, np.ma.MaskedArray):
        mask, filled = np.ma.getmaskarray(value), np.ma.filled(value)
        held = (content(np, mask), content(np, filled), value.fill_value)
        return Parts("masked array", held, ("", "", ".fill_value"), type(value))
    cls = None if type(value) is np.ndarray else type(value)
    return Parts("ndarray", (content(np, value),), ("",), cls)


def content(np: Any, value: Any) -> object:
    """Give an array's dtype, shape and content as something keyable.

    The elements of an object array are keyed one by one; a record array by its fields, because
    the gaps between them hold anything; text of variable length as text.
    """
    dtype, plain = value.dtype, np.asarray(value)
    start = (_dtype(dtype), value.shape)
    if dtype.names is not None:
        return (*start, [content(np, plain[name]) for name in dtype.names])
    if dtype.hasobject or dtype.kind == "T":
        return (*start, plain.ravel(order="C").tolist())
    if dtype.kind in "fc" and dtype.itemsize > (8 if dtype.kind == "f" else 16):
        return (*start, _long(np, plain))
    flat = np.ascontiguousarray(plain).reshape(-1)
    if dtype.kind in "fc":
        flat = _one_nan(np, flat)
    return (*start, Buffer(flat.view(np.uint8)) if flat.nbytes else None)


def _dtype(dtype: Any) -> object:
    if dtype.names is not None:
        return [(name, _dtype(dtype.fields[name][0])) for name in dtype.names]
    if dtype.subdtype is not None:
        return (_dtype(dtype.subdtype[0]), dtype.subdtype[1])
    return dtype.str if dtype.kind != "T" else f"StringDType({dtype!s})"


def _one_nan(np: Any, flat: Any) -> Any:
    """Replace every NaN by the one NaN; a complex number is two floats here."""
    if flat.dtype.kind == "c":
        flat = flat.view(flat.real.dtype)
    gone = np.isnan(flat)
    if not gone.any():
        return flat
    flat = flat.copy()
    flat[gone] = np.nan
    return flat


def _long(np: Any, value: Any) -> list[object]:
    """Split long doubles into doubles, because a part of their memory holds anything."""
    if value.dtype.kind == "c":
        return [*_long(np, value.real), *_long(np, value.imag)]
    mantissa, exponent = np.frexp(value)
    high = mantissa.astype("<f8")
    low = (mantissa - high).astype("<f8")
    return [content(np, part) for part in (high, low, exponent.astype("<i4"))]
