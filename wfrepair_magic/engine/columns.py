"""Arrays as ``.npy`` and frames as Arrow: what comes back is equal, or there is no codec.

No library is imported to write: a value of theirs can only come from a process that has loaded it.
pandas needs pyarrow beside it, polars writes Arrow by itself.  Arrow cannot say all that a frame
can (objects, odd labels, periods …), so each frame is read back once when it is written, and its
digest compared with the original's: the key of whatever follows from it stays the same.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Sequence
from typing import Any

from .keys import Unkeyable, digest

Buffer = bytes | memoryview

Written = tuple[str, Any, list[Buffer]]
"""A value as (tag, what the tag says, pieces of its bytes)."""

_NUMBERS = "biufcmM"  # numpy scalars of these kinds are their bytes, and nothing else


def write(value: Any) -> Written | None:
    """Write an array, a NumPy scalar or a frame; None for any other value and what has no codec."""
    home = type(value).__module__.partition(".")[0]
    library = sys.modules.get(home)
    if library is None or home not in _WRITERS:
        return None
    return _WRITERS[home](library, value)


def read(tag: str, about: Any, pieces: Sequence[Buffer]) -> Any:
    """Rebuild what `write` wrote.  Raises ValueError where the bytes say nothing."""
    try:
        return _READERS[tag](about, *pieces)
    except ImportError as error:
        raise ValueError(f"it needs {error.name}, which is not installed here") from error


# --- NumPy ----------------------------------------------------------------------------------


def _write_numpy(np: Any, value: Any) -> Written | None:
    if type(value) is np.ndarray:
        return _write_array(np, value)
    if not isinstance(value, np.generic) or type(value) is not value.dtype.type:
        return None
    if value.dtype.kind not in _NUMBERS or not _is_plain(np, value.dtype):
        return None
    return "$np", [value.dtype.str, value.tobytes().hex()], []


def _write_array(np: Any, array: Any) -> Written | None:
    if array.dtype.hasobject or not _is_plain(np, array.dtype):
        return None
    ordered = array if array.flags.forc else np.ascontiguousarray(array).reshape(array.shape)
    header, about = io.BytesIO(), np.lib.format.header_data_from_array_1_0(ordered)
    try:
        np.lib.format.write_array_header_2_0(header, about)
    except UnicodeEncodeError:  # the names of fields in other scripts
        return None
    flat = (ordered if ordered.flags.c_contiguous else ordered.T).reshape(-1)
    content = memoryview(flat.view(np.uint8)) if ordered.nbytes else b""
    return "$npy", None, [header.getvalue(), content]


def _is_plain(np: Any, dtype: Any) -> bool:
    """Whether the header of an ``.npy`` file can say all of a dtype."""
    if dtype.metadata:
        return False
    try:
        told = np.lib.format.descr_to_dtype(np.lib.format.dtype_to_descr(dtype))
    except (TypeError, ValueError):
        return False
    return bool(told == dtype and repr(told) == repr(dtype))


def _read_array(about: None, header: Buffer, content: Buffer) -> Any:
    import numpy as np

    stream = io.BytesIO(header)
    if np.lib.format.read_magic(stream) != (2, 0):
        raise ValueError("an array whose header this version does not know")
    shape, fortran, dtype = np.lib.format.read_array_header_2_0(stream)
    if not dtype.itemsize or 0 in shape:
        return np.empty(shape, dtype, "F" if fortran else "C")
    flat = np.frombuffer(content, dtype)  # raises ValueError for objects, too
    return flat.reshape(shape, order="F" if fortran else "C").copy("K")


def _read_number(about: Any) -> Any:
    import numpy as np

    kind, content = about
    return np.frombuffer(bytes.fromhex(content), np.dtype(kind))[0]


# --- pandas and polars ----------------------------------------------------------------------


def _write_pandas(pd: Any, value: Any) -> Written | None:
    if type(value) not in (pd.DataFrame, pd.Series):
        return None
    try:
        import pyarrow as pa
    except ImportError:
        return None
    series = type(value) is pd.Series
    frame = value.to_frame() if series else value
    if frame.columns.nlevels == 1 and frame.columns.inferred_type.startswith("mixed"):
        return None
    try:
        table = pa.Table.from_pandas(frame)
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
    except (ValueError, TypeError, KeyError, OverflowError, pa.ArrowException):
        return None
    about = {"series": series, "freq": getattr(frame.index, "freqstr", None), "columns": None}
    about["nameless"] = series and value.name is None
    if type(frame.columns) is pd.RangeIndex:
        numbers = frame.columns
        about["columns"] = [numbers.start, numbers.stop, numbers.step]
    return _proved("$pandas", about, memoryview(sink.getvalue()), value, _pandas_extras)


def frame_of(names: Sequence[str], rows: Sequence[Sequence[Any]]) -> Any:
    """Give rows as a pandas DataFrame with columns of these names; needs pandas to be installed."""
    import pandas as pd

    return pd.DataFrame(rows, columns=names)


def _read_pandas(about: Any, raw: Buffer) -> Any:
    """Read a frame, with what Arrow has no word for: numbered columns and the index's rhythm."""
    import pandas as pd
    import pyarrow as pa

    try:
        frame = pa.ipc.open_stream(pa.py_buffer(raw)).read_all().to_pandas().copy()
    except (OSError, pa.ArrowException) as error:
        raise ValueError(str(error)) from error
    if about["columns"] is not None:
        frame.columns = pd.RangeIndex(*about["columns"], name=frame.columns.name)
    if about["freq"] is not None:
        frame.index.freq = about["freq"]
    if not about["series"]:
        return frame
    series = frame.iloc[:, 0]
    return series.rename(None) if about["nameless"] else series


def _pandas_extras(value: Any) -> list[Any]:
    """Give what belongs to a frame, though no key asks for it."""
    index = [getattr(axis, "freq", None) for axis in value.axes]
    return [index, value.flags.allows_duplicate_labels, [type(axis) for axis in value.axes]]


def _write_polars(pl: Any, value: Any) -> Written | None:
    if type(value) not in (pl.DataFrame, pl.Series):
        return None
    series, sink = type(value) is pl.Series, io.BytesIO()
    try:
        frame = value.to_frame() if series else value
        frame.write_ipc(sink, compat_level=pl.CompatLevel.newest())
    except (ValueError, TypeError, pl.exceptions.PolarsError):
        return None
    return _proved("$polars", series, sink.getbuffer(), value, lambda value: value.shape)


def _read_polars(about: bool, raw: Buffer) -> Any:
    import polars as pl

    try:
        frame = pl.read_ipc(io.BytesIO(raw))
    except pl.exceptions.PolarsError as error:
        raise ValueError(str(error)) from error
    return frame.to_series() if about else frame


def _proved(
    tag: str, about: Any, raw: Buffer, value: Any, extras: Callable[[Any], Any]
) -> Written | None:
    """Read back what was written: only what comes back the same has a codec."""
    try:
        back = read(tag, about, [raw])
        same = type(back) is type(value) and extras(back) == extras(value)
        return (tag, about, [raw]) if same and digest(back) == digest(value) else None
    except (ValueError, TypeError, KeyError, AttributeError, Unkeyable):
        return None


_WRITERS: dict[str, Callable[[Any, Any], Written | None]] = {
    "numpy": _write_numpy,
    "pandas": _write_pandas,
    "polars": _write_polars,
}

_READERS: dict[str, Callable[..., Any]] = {
    "$npy": _read_array,
    "$np": _read_number,
    "$pandas": _read_pandas,
    "$polars": _read_polars,
}

TAGS = frozenset(_READERS)
