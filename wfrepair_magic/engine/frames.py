"""What pandas and polars objects consist of: labels, types, and their content by columns.

Neither library is imported here: a frame can only come from a process that has loaded it.
"""

from __future__ import annotations

import sys
from typing import Any

from .parts import Parts


def frame_parts(value: object) -> Parts | None:
    """Say what an object of pandas or polars consists of; None for any other object."""
    pd: Any = sys.modules.get("pandas")
    if pd is not None and hasattr(pd, "DataFrame"):  # not in the middle of being loaded
        found = _pandas(pd, value)
        if found is not None:
            return found
    pl: Any = sys.modules.get("polars")
    return _polars(pl, value) if pl is not None and hasattr(pl, "DataFrame") else None


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
        return Parts("pandas array", (_values(pd, value),), ("",))
    if isinstance(value, pd.api.extensions.ExtensionDtype):
        return Parts("pandas dtype", (_dtype(pd, value),), ("",))
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
