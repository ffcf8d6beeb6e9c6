"""Arrays and frames: what they consist of (labels, types, shape, content), and copies of them.

NumPy, pandas and polars are never imported here: an array or a frame can only come from a process
that has loaded them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, NamedTuple

from .parts import Buffer, Parts


def table_parts(value: object) -> Parts | None:
    """Say what an object of NumPy, pandas or polars consists of; None for any other object."""
    for library, about in _loaded():
        found = about.describe(library, value)
        if found is not None:
            return found
    return None


def copied(value: object) -> Any:
    """Copy an array or frame of NumPy, pandas or polars; None for any other object.

    The copy is of the same class, and nothing that is done to one of the two in place shows in
    the other; objects that stand in the cells are the same ones in both.
    """
    for library, about in _loaded():
        found = about.copy(library, value)
        if found is not None:
            return found
    return None


def _loaded() -> Iterator[tuple[Any, _Library]]:
    """Give each library that this process has loaded."""
    for about in _LIBRARIES:
        library = sys.modules.get(about.name)
        if library is not None and hasattr(library, about.made):  # not in the middle of loading
            yield library, about


# --- NumPy --------------------------------------------------------------------------------------


def _numpy(np: Any, value: Any) -> Parts | None:
    if isinstance(value, np.ma.MaskedArray):
        mask, filled = np.ma.getmaskarray(value), np.ma.filled(value)
        held = (_content(np, mask), _content(np, filled), value.fill_value)
        return Parts("masked array", held, ("", "", ".fill_value"), type(value))
    if isinstance(value, np.ndarray):
        cls = None if type(value) is np.ndarray else type(value)
        return Parts("ndarray", (_content(np, value),), cls=cls)
    if isinstance(value, np.generic):
        return Parts("numpy scalar", (_content(np, np.asarray(value)),))
    return Parts("dtype", (_array_dtype(value),)) if isinstance(value, np.dtype) else None


def _content(np: Any, value: Any) -> object:
    """Give an array's dtype, shape and content as something keyable.

    The elements of an object array are keyed one by one; a record array by its fields, because
    the gaps between them hold anything; text of variable length as text.
    """
    dtype, plain = value.dtype, np.asarray(value)
    start = (_array_dtype(dtype), value.shape)
    if dtype.names is not None:
        return (*start, [_content(np, plain[name]) for name in dtype.names])
    if dtype.hasobject or dtype.kind == "T":
        return (*start, plain.ravel(order="C").tolist())
    if dtype.kind in "fc" and dtype.itemsize > (8 if dtype.kind == "f" else 16):
        return (*start, _long(np, plain))
    flat = np.ascontiguousarray(plain).reshape(-1)
    if dtype.kind in "fc":
        flat = _one_nan(np, flat)
    return (*start, Buffer(flat.view(np.uint8)) if flat.nbytes else None)


def _array_dtype(dtype: Any) -> object:
    if dtype.names is not None:
        return [(name, _array_dtype(dtype.fields[name][0])) for name in dtype.names]
    if dtype.subdtype is not None:
        return (_array_dtype(dtype.subdtype[0]), dtype.subdtype[1])
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
    return [_content(np, part) for part in (high, low, exponent.astype("<i4"))]


# --- pandas -------------------------------------------------------------------------------------


def _pandas(pd: Any, value: Any) -> Parts | None:
    if isinstance(value, pd.DataFrame):
        columns = [_values(pd, value.iloc[:, at].array) for at in range(value.shape[1])]
        table = (value.columns, value.index, columns, dict(value.attrs))
        return Parts("pandas frame", table, (".columns", ".index", "", ".attrs"), type(value))
    if isinstance(value, pd.Series):
        held = (value.name, value.index, _values(pd, value.array), dict(value.attrs))
        return Parts("pandas series", held, (".name", ".index", "", ".attrs"), type(value))
    if isinstance(value, pd.Index):
        return _index(pd, value)
    if isinstance(value, pd.api.extensions.ExtensionArray):
        return Parts("pandas array", (_values(pd, value),))
    if isinstance(value, pd.api.extensions.ExtensionDtype):
        return Parts("pandas dtype", (_dtype(pd, value),))
    return _pandas_scalar(pd, value)


def _pandas_scalar(pd: Any, value: Any) -> Parts | None:
    if value is pd.NA or value is pd.NaT:
        return Parts("NA" if value is pd.NA else "NaT", ())
    if isinstance(value, pd.Timestamp):
        zone = None if value.tzinfo is None else str(value.tzinfo)
        return Parts("timestamp", (value.to_datetime64(), zone, value.fold))
    if isinstance(value, pd.Timedelta):
        return Parts("pandas timedelta", (value.to_timedelta64(),))
    if isinstance(value, pd.Period):
        return Parts("period", (value.freqstr, value.ordinal))
    if isinstance(value, pd.Interval):
        return Parts("interval", (value.left, value.right, value.closed))
    return None


def _index(pd: Any, value: Any) -> Parts:
    if isinstance(value, pd.MultiIndex):
        levels = [_values(pd, value.get_level_values(at).array) for at in range(value.nlevels)]
        return Parts("multi-index", (list(value.names), levels), (".names", ""))
    name = value.name
    if isinstance(value, pd.RangeIndex):
        return Parts("range index", (name, range(value.start, value.stop, value.step)))
    held = (name, _values(pd, value.array), getattr(value, "freqstr", None))
    return Parts(f"pandas {type(value).__name__}", held, (".name", "", ".freqstr"))


def _values(pd: Any, held: Any) -> object:
    """Give the content of one column: its dtype, which values are there, and what they are."""
    dtype = held.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return (_dtype(pd, dtype), held.codes.astype("<i8"))
    if hasattr(held, "asi8"):  # dates, durations, periods: whole numbers of the dtype's unit
        return (_dtype(pd, dtype), held.asi8)
    if isinstance(dtype, pd.IntervalDtype):
        return (_dtype(pd, dtype), held.left, held.right)
    if isinstance(held, pd.arrays.NumpyExtensionArray):
        return held.to_numpy()
    gone = held.isna()
    gone = gone.to_dense() if hasattr(gone, "to_dense") else gone
    plain = getattr(dtype, "numpy_dtype", None)
    if plain is not None and plain.kind in "iufb" and not hasattr(dtype, "pyarrow_dtype"):
        # NaN is a value of these arrays, and is told from a value that is not there.
        return (_dtype(pd, dtype), gone, held.to_numpy(dtype=plain, na_value=plain.type(0)))
    there = held[~gone].astype(object)
    return (_dtype(pd, dtype), gone, list(there))


def _dtype(pd: Any, dtype: Any) -> object:
    """Describe a pandas dtype; the categories of one belong to it, in their order."""
    if isinstance(dtype, pd.CategoricalDtype):
        return ("category", dtype.ordered, dtype.categories)
    if isinstance(dtype, pd.StringDtype):
        # The storage (Python or Arrow) does not show; what stands for a gap does.
        return ("str", dtype.na_value is pd.NA)
    return (type(dtype).__name__, str(dtype))


# --- polars -------------------------------------------------------------------------------------


def _polars(pl: Any, value: Any) -> Parts | None:
    if isinstance(value, pl.DataFrame):
        columns = [_polars_content(pl, column) for column in value.get_columns()]
        return Parts("polars frame", (value.columns, value.height, columns))
    if isinstance(value, pl.Series):
        return Parts("polars series", (value.name, _polars_content(pl, value)))
    if isinstance(value, pl.DataType):
        return Parts("polars dtype", (_polars_dtype(pl, value),))
    return None


def _polars_dtype(pl: Any, dtype: Any) -> object:
    if isinstance(dtype, pl.Enum):
        return ("Enum", dtype.categories)
    if isinstance(dtype, pl.Struct):
        return ("Struct", [(field.name, _polars_dtype(pl, field.dtype)) for field in dtype.fields])
    if isinstance(dtype, pl.List | pl.Array):
        size = getattr(dtype, "shape", None)
        return (type(dtype).__name__, size, _polars_dtype(pl, dtype.inner))
    return str(dtype)


def _polars_content(pl: Any, column: Any) -> object:
    """Give the content of one column: its dtype, which values are there, and what they are."""
    dtype, there = column.dtype, column.is_not_null()
    start = (_polars_dtype(pl, dtype), there.to_list())
    held = column.filter(there)
    if isinstance(dtype, pl.Struct):
        fields = [held.struct.field(field.name) for field in dtype.fields]
        return (*start, [_polars_content(pl, field) for field in fields])
    if isinstance(dtype, pl.Array):
        held, dtype = held.arr.to_list(), pl.List(dtype.inner)
    if isinstance(dtype, pl.List):
        full = held.filter(held.list.len() > 0)
        return (*start, held.list.len().to_list(), _polars_content(pl, full.explode()))
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return (*start, held.cast(pl.String).to_list())
    if dtype.is_temporal() or dtype.is_decimal():
        held = held.to_physical()
    return (*start, held.to_list())


# --- copies -------------------------------------------------------------------------------------


def _numpy_copy(np: Any, value: Any) -> Any:
    return value.copy() if isinstance(value, np.ndarray | np.void) else None


def _pandas_copy(pd: Any, value: Any) -> Any:
    frames = pd.DataFrame | pd.Series
    if not isinstance(value, frames | pd.Index | pd.api.extensions.ExtensionArray):
        return None
    copy = value.copy()
    if isinstance(value, frames) and type(copy) is not type(value):
        copy.__class__ = type(value)  # a subclass that does not say what its copies are
    return copy


def _polars_copy(pl: Any, value: Any) -> Any:
    return value.clone() if isinstance(value, pl.DataFrame | pl.Series) else None


class _Library(NamedTuple):
    """A library: something that it has once it is loaded, and what is asked of its objects."""

    name: str
    made: str
    describe: Callable[[Any, Any], Parts | None]
    copy: Callable[[Any, Any], Any]


_LIBRARIES: Final[Sequence[_Library]] = (
    _Library("numpy", "ndarray", _numpy, _numpy_copy),
    _Library("pandas", "DataFrame", _pandas, _pandas_copy),
    _Library("polars", "DataFrame", _polars, _polars_copy),
)
