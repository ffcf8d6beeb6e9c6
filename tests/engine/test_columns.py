"""Arrays and frames come back equal in all that can be seen of them, or have no codec."""

from __future__ import annotations

import datetime
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis.extra import numpy as arrays
from stored import kept, key

from wfrepair_magic import Workflow, node, run
from wfrepair_magic.engine import codecs
from wfrepair_magic.engine.keys import digest
from wfrepair_magic.engine.store import Store
from wfrepair_magic.events import Event, NodeDone

KINDS = [
    arrays.boolean_dtypes(), arrays.integer_dtypes(), arrays.floating_dtypes(),
    arrays.complex_number_dtypes(), arrays.datetime64_dtypes(), arrays.timedelta64_dtypes(),
    arrays.byte_string_dtypes(), arrays.unicode_string_dtypes(),
]  # fmt: skip


def back(value: Any) -> Any:
    """Write a value and read it; it must have a codec."""
    raw = codecs.encode({"value": [value]})
    assert raw is not None
    return codecs.decode(raw)["value"][0]


def same_array(found: Any, array: Any) -> None:
    """Hold an array against another, bit by bit."""
    assert type(found) is np.ndarray
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert repr(found.dtype) == repr(array.dtype)
    assert found.tobytes() == array.tobytes()
    assert found.flags.writeable


@given(array=arrays.arrays(arrays.array_dtypes() | KINDS[0], arrays.array_shapes(min_dims=0)))
def test_structured_arrays_come_back(array: Any) -> None:
    """A record array of any fields comes back with all of them, or has names of other scripts."""
    if codecs.encode(array) is None:
        assert any(ord(letter) > 255 for letter in repr(array.dtype.descr))
    else:
        same_array(back(array), array)


@given(
    array=arrays.arrays(
        KINDS[0] | KINDS[1] | KINDS[2] | KINDS[3] | KINDS[4] | KINDS[5] | KINDS[6] | KINDS[7],
        arrays.array_shapes(min_dims=0, min_side=0),
    )
)
def test_plain_arrays_come_back(array: Any) -> None:
    """Any kind, byte order and shape comes back, in C as in Fortran order."""
    same_array(back(array), array)
    turned = np.asfortranarray(array)
    same_array(back(turned), turned)
    assert back(turned).flags.f_contiguous
    every_second = np.repeat(array, 2, axis=-1)[..., ::2] if array.ndim else array
    same_array(back(every_second), every_second)


@pytest.mark.parametrize(
    "value",
    [
        np.float32(1.1), np.float64("nan"), np.int8(-3), np.uint64(2**64 - 1), np.bool_(True),
        np.complex64(1 - 2j), np.datetime64("NaT", "ms"), np.timedelta64(3, "D"),
        np.longdouble("1.1"),
    ],
)  # fmt: skip
def test_numbers_of_numpy_come_back(value: Any) -> None:
    """A scalar comes back as its own type, bit by bit."""
    found = back(value)
    assert (type(found), found.dtype) == (type(value), value.dtype)
    assert found.tobytes() == value.tobytes()


class Sub(np.ndarray):  # a user's own class, which would be lost
    """A subclass."""


@pytest.mark.parametrize(
    "value",
    [
        np.array([None]), np.zeros(2, dtype=[("a", object)]), np.ma.array([1], mask=[True]),
        np.zeros(2).view(Sub), np.rec.array([(1, 2)]), np.zeros(2, dtype="i4,i8")[0],
        np.zeros(2, dtype=np.dtype("i1,f8", align=True)),
        np.zeros(2, dtype=np.dtype("f8", metadata={"unit": "m"})),
        pd.DataFrame({"a": [{"x": 1}, 2]}), pd.DataFrame({"a": ["x", float("nan")]}, dtype=object),
        pd.DataFrame([[1, 2]], columns=["a", "a"]), pd.DataFrame({0: [1], "b": [2]}),
        pd.DataFrame({"a": [object()]}), pl.DataFrame({"a": pl.Series([object()])}),
        pl.LazyFrame({"a": [1]}), pd.Series([1], name=("a", 1)),
    ],
)  # fmt: skip
def test_what_would_not_come_back_has_no_codec(value: Any) -> None:
    """Objects, and what the formats cannot say, are not kept, and not kept wrong."""
    assert codecs.encode(value) is None


DAYS = pd.date_range("2024-03-30", periods=3, tz="Europe/Berlin")
FRAMES = {
    "plain": pd.DataFrame({"n": [1, 2, 3], "x": [1.5, None, 3], "b": [True, False, True]}),
    "text": pd.DataFrame({"t": ["x", None, "é"]}),
    "index": pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="k")),
    "steps": pd.DataFrame({"a": [1, 2]}, index=pd.RangeIndex(5, 9, 2, name="i")),
    "levels": pd.DataFrame(
        {"a": [1, 2]}, index=pd.MultiIndex.from_tuples([(1, "a"), (2, "b")], names=["p", None])
    ),
    "column levels": pd.DataFrame(
        [[1, 2]], columns=pd.MultiIndex.from_tuples([("a", "x"), ("a", "y")])
    ),
    "categories": pd.DataFrame({"c": pd.Categorical(list("xyx"), list("qyx"), ordered=True)}),
    "time zone": pd.DataFrame({"a": DAYS}),
    "days": pd.DataFrame({"a": [1, 2, 3]}, index=DAYS),
    "numbered": pd.DataFrame(np.eye(2, dtype="f4")),
    "named columns": pd.DataFrame([[1, 2]], columns=pd.Index(["a", "b"], name="n")),
    "nullable": pd.DataFrame({"a": pd.array([1, None], dtype="Int64")}),
    "small": pd.DataFrame({"a": np.array([1, 2], "u1"), "b": np.array([1, 2], "f4")}),
    "periods": pd.DataFrame({"a": pd.period_range("2020", periods=2, freq="M")}),
    "spans": pd.DataFrame({"a": pd.to_timedelta([1, 2], unit="s")}),
    "dates": pd.DataFrame({"a": [datetime.date(2020, 1, 1)]}),
    "no rows": pd.DataFrame({"a": pd.Series([], dtype="f8")}),
    "nothing": pd.DataFrame(),
    "series": pd.Series([1, 2], name="s"),
    "nameless": pd.Series([1.0, None]),
    "one": pd.Series(["x"]),
}  # fmt: skip


@pytest.mark.parametrize("name", FRAMES)
def test_pandas_comes_back(name: str) -> None:
    """Values, dtypes, index, names, categories, time zones and rhythm are what they were."""
    value = FRAMES[name]
    found = back(value)
    if isinstance(value, pd.Series):
        pd.testing.assert_series_equal(found, value, check_exact=True, check_freq=True)
    else:
        exact = {"check_exact": True, "check_freq": True, "check_column_type": "equiv"}
        pd.testing.assert_frame_equal(found, value, **exact)
    assert digest(found) == digest(value)
    if found.size:
        found.iloc[(0,) * found.ndim] = found.iloc[(0,) * found.ndim]  # it can be changed


def test_what_a_frame_is_annotated_with_comes_back() -> None:
    """`attrs` are kept, too."""
    frame = pd.DataFrame({"a": [1]})
    frame.attrs["unit"] = "m"
    assert back(frame).attrs == {"unit": "m"}


POLARS = {
    "plain": pl.DataFrame({"n": [1, None], "t": ["x", "é" * 50], "l": [[1], [2, 3]]}),
    "records": pl.DataFrame({"d": [{"q": 1}, {"q": None}]}),
    "categories": pl.DataFrame({"a": pl.Series(["x", "y"], dtype=pl.Categorical)}),
    "enum": pl.DataFrame({"a": pl.Series(["x", "y"], dtype=pl.Enum(["y", "x"]))}),
    "time zone": pl.DataFrame({"a": [datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)]}),
    "decimals": pl.DataFrame({"a": pl.Series(["1.20"]).cast(pl.Decimal(10, 2))}),
    "nothing": pl.DataFrame(),
    "series": pl.Series("s", [1, None]),
}


@pytest.mark.parametrize("name", POLARS)
def test_polars_comes_back(name: str) -> None:
    """Values, types and names are what they were."""
    value = POLARS[name]
    found = back(value)
    assert type(found) is type(value)
    assert found.equals(value, null_equal=True)
    assert digest(found) == digest(value)


def test_a_large_array_lies_in_a_file_and_is_hardly_copied(tmp_path: Path) -> None:
    """Writing copies nothing of it, and reading makes the bytes and the array of them."""
    import tracemalloc

    array = np.arange(5_000_000, dtype="f8")
    store = Store.open(tmp_path / "store", behind=True)
    tracemalloc.start()
    store.put(key(1), kept(array))
    _, written = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    found = store.get(key(1))
    _, read = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    store.close()
    assert found is not None
    same_array(found.outputs["result"], array)
    assert written < array.nbytes / 2
    assert read < 2.2 * array.nbytes
    (file,) = (tmp_path / "store").rglob("*.bin")
    assert file.stat().st_size > array.nbytes


WITHOUT = """
import sys
sys.modules["pyarrow"] = None
sys.path.insert(0, sys.argv[1])
import pandas as pd
from wfrepair_magic import Workflow, node, run
from wfrepair_magic.engine import codecs
assert codecs.encode(pd.DataFrame({"a": [1]})) is None
try:
    codecs.decode(bytes.fromhex(sys.argv[2]))
except ValueError as error:
    assert "pyarrow" in str(error), error
    print("said")
"""


def test_without_pyarrow_frames_are_not_kept_and_the_reader_is_told(tmp_path: Path) -> None:
    """Writing does without, and reading what another environment kept names what is missing."""
    raw = codecs.encode(pd.DataFrame({"a": [1]}))
    assert raw is not None
    root = str(Path(__file__).parents[2])
    command = [sys.executable, "-c", WITHOUT, root, raw.hex()]
    found = subprocess.run(command, capture_output=True, text=True)
    assert found.stdout == "said\n", found.stderr


def test_plain_values_load_no_library() -> None:
    """Who has no arrays pays for none."""
    code = (
        "import sys; from wfrepair_magic.engine import codecs\n"
        "codecs.decode(codecs.encode({'a': [1, b'x', {2}]}))\n"
        "assert codecs.encode(object()) is None\n"
        "assert not {'numpy', 'pandas', 'polars', 'pyarrow'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("at", range(0, 400, 13))
def test_a_damaged_array_or_frame_is_no_value(at: int) -> None:
    """Bytes that say nothing raise ValueError (or still say something), and nothing else."""
    for value in (np.arange(5), FRAMES["text"], POLARS["plain"]):
        raw = codecs.encode(value)
        assert raw is not None
        damaged = bytearray(raw)
        damaged[at % len(raw)] ^= 0x55
        try:
            codecs.decode(bytes(damaged))
        except ValueError:
            continue


@pytest.mark.parametrize("effect", ["pure", "read", "write"])
@pytest.mark.parametrize(
    "make",
    [
        lambda text: np.array(["a", text]), lambda text: np.array([text.encode()]),
        lambda text: pd.DataFrame({"t": ["a", "b" + text]}),
        lambda text: pd.DataFrame({"t": [1]}, index=pd.Index([text])),
        lambda text: pl.DataFrame({"t": ["a", text + "b"]}), lambda text: pl.Series([text] * 3),
        lambda text: pl.DataFrame({text: [1]}),
    ],
)  # fmt: skip
def test_no_secret_lies_in_an_array_on_disk(effect: Any, make: Any, tmp_path: Path) -> None:
    """An array or frame that holds a secret is handed on in memory, and not kept."""

    @node(effect=effect)
    def load(token: str) -> Any:
        return make(token)

    @node(effect="pure")
    def count(values: Any) -> int:
        return len(values)

    nodes: list[dict[str, Any]] = [
        {"id": "load", "type": "load", "params": {"token": "${token}"}},
        {"id": "count", "type": "count", "params": {"values": "${load.result}"}},
    ]
    workflow = Workflow.build(nodes, inputs={"token": {"secret": True}})
    secret = "hunter2-hunter2-hunter2"
    seen: list[Event] = []
    options = {"name": "w", "store": tmp_path / "store", "sinks": [seen.append]}
    done = run(workflow, {"token": secret}, repair="off", **options)
    told = [e.kept for e in seen if isinstance(e, NodeDone) and e.node == "load"]
    assert (done.state, told) == ("SUCCESS", [False])
    forms = [secret.encode(code) for code in ("utf-8", "utf-32-le", "utf-32-be")]
    held = [path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()]
    assert not [raw for raw in held if any(form in raw for form in forms)]
