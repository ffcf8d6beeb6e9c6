"""Keys of data: what is different differs, what is equal is equal, everywhere and for good."""

from __future__ import annotations

import copy
import hashlib
import importlib
import io
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wfrepair_magic
from wfrepair_magic.engine import codecs
from wfrepair_magic.engine.keys import KEY_VERSION, Unkeyable, digest, encode
from wfrepair_magic.ir.shell import Program

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))  # the tables lie beside this file, which is in no package
key_pairs = importlib.import_module("key_pairs")

GOLDEN: dict[str, dict[str, str]] = json.loads((HERE / "golden_keys.json").read_text())


def in_a_process(folder: Path, seed: int, *what: str, python: str = sys.executable) -> Any:
    """Give the digests of whole tables as a fresh process in another folder sees them."""
    root = Path(wfrepair_magic.__file__).parents[1]
    done = subprocess.run(
        [python, str(HERE / "key_pairs.py"), *what],
        cwd=folder,
        env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=120,
    )
    found: dict[str, dict[str, str]] = {}
    for line in done.stdout.splitlines():
        found.update(json.loads(line))
    return found


def other_pythons() -> list[str]:
    """Find the newer Pythons that are installed beside this one, if any."""
    beside = Path(sys.base_prefix).parent.glob("3.1[2-9]*/bin/python")
    return [str(path) for path in beside if not path.is_relative_to(sys.base_prefix)]


@pytest.mark.parametrize(("left", "right"), key_pairs.DIFFERENT + key_pairs.ARRAYS_DIFFER)
def test_what_a_program_can_tell_apart_has_two_keys(left: str, right: str) -> None:
    """Two values that a node could tell apart never share a result."""
    one, other = key_pairs.value_of(left), key_pairs.value_of(right)
    assert digest(one) != digest(other)
    assert encode(one) != encode(other)


@pytest.mark.parametrize(("left", "right"), key_pairs.SAME + key_pairs.ARRAYS_SAME)
def test_what_is_equal_has_one_key(left: str, right: str) -> None:
    """Equal content has one key, whatever its order, its layout and its history."""
    assert encode(key_pairs.value_of(left)) == encode(key_pairs.value_of(right))


def test_keys_are_the_same_in_two_processes(tmp_path: Path) -> None:
    """Every key of every table is the same under another hash seed, folder and pid."""
    (tmp_path / "elsewhere").mkdir()
    one = in_a_process(tmp_path, 1, "data", "arrays", "code")
    other = in_a_process(tmp_path / "elsewhere", 4242, "data", "arrays", "code")
    assert one == other
    assert set(one) == {"data", "arrays", "code"}


def test_golden_keys_hold(tmp_path: Path) -> None:
    """No key of the committed table ever changes while KEY_VERSION stays."""
    assert GOLDEN["version"] == {"KEY_VERSION": str(KEY_VERSION)}
    found = in_a_process(tmp_path, 7, "data", "code")
    assert found == {"data": GOLDEN["data"], "code": GOLDEN["code"]}


def test_golden_keys_hold_on_every_python_beside_this_one(tmp_path: Path) -> None:
    """Keys of data and of code with source are the same on each Python that is installed."""
    for python in other_pythons():
        found = in_a_process(tmp_path, 7, "data", "code", python=python)
        assert found == {"data": GOLDEN["data"], "code": GOLDEN["code"]}, python


def test_the_digest_is_whole() -> None:
    """A digest is a full SHA-256 and depends on the version of the keys."""
    whole = hashlib.sha256(b"wfrepair key %d;" % KEY_VERSION + encode(1)).hexdigest()
    assert digest(1) == whole and len(whole) == 64


# Properties.

SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary()
    | st.complex_numbers() | st.datetimes() | st.decimals() | st.fractions() | st.uuids()
)  # fmt: skip
KEYS = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(KEYS, inner)
        | st.frozensets(KEYS)
        | st.sets(KEYS)
    ),
    max_leaves=12,
)
COLUMNS = st.one_of(
    *(st.lists(kind, min_size=14, max_size=20) for kind in
      (st.integers(), st.floats(), st.text(), st.booleans(), st.booleans() | st.integers()))
)  # fmt: skip


def alike(one: Any, other: Any) -> bool:
    """Tell whether two values are equal in content and in every type: the meaning of a key."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return len(one) == len(other) and all(
            any(alike(key, twin) and alike(one[key], other[twin]) for twin in other) for key in one
        )
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    if isinstance(one, set | frozenset):
        return len(one) == len(other) and all(any(alike(a, b) for b in other) for a in one)
    if isinstance(one, complex):
        return alike(one.real, other.real) and alike(one.imag, other.imag)
    if isinstance(one, float):
        return (one != one and other != other) or (one == other and str(one) == str(other))
    return str(one) == str(other)


@given(VALUES, VALUES)
def test_keys_are_equal_exactly_where_values_are(one: Any, other: Any) -> None:
    """Two values have one encoding if and only if they are equal in content and in every type."""
    assert (encode(one) == encode(other)) == alike(one, other)


@given(COLUMNS, COLUMNS)
def test_columns_are_equal_exactly_where_lists_are(one: list[Any], other: list[Any]) -> None:
    """Long lists of one type, which are written at once, keep every promise of short ones."""
    assert (encode(one) == encode(other)) == alike(one, other)


@given(VALUES)
def test_a_copy_has_the_key_of_its_original(value: Any) -> None:
    """The key follows from the content, not from where it lies in memory."""
    assert encode(copy.deepcopy(value)) == encode(value)


@given(VALUES)
def test_a_result_that_was_stored_has_the_key_of_the_live_one(value: Any) -> None:
    """What comes back from the store leads to the same keys downstream as what went in."""
    raw = codecs.encode(value)
    if raw is not None:  # else it is not kept
        assert encode(codecs.decode(raw)) == encode(value)


@given(st.dictionaries(KEYS, VALUES, max_size=4), st.randoms())
def test_the_order_of_a_dict_does_not_count(value: dict[Any, Any], random: Any) -> None:
    """Inserting the same items in another order gives the same key, at every depth."""
    items = list(value.items())
    random.shuffle(items)
    assert encode([dict(items)]) == encode([value])


@given(st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4))
def test_encodings_cannot_run_into_each_other(one: list[Any], other: list[Any]) -> None:
    """The encodings of two sequences, joined, are equal only if the sequences are."""
    joined = [b"".join(map(encode, values)) for values in (one, other)]
    assert (joined[0] == joined[1]) == alike(one, other)


@given(VALUES)
def test_streaming_changes_nothing(value: Any) -> None:
    """A value has the same digest inside of much other data, which is hashed as it comes."""
    much = [["filler", 1.5, None]] * 1100
    assert digest([much, value, much]) == digest([much, copy.deepcopy(value), much])


@given(st.lists(st.integers(-5, 5), min_size=1), st.booleans())
def test_the_layout_of_an_array_does_not_count(numbers: list[int], columns_first: bool) -> None:
    """C or F order, a view or a copy: an array's key follows from its content."""
    table = np.array([numbers, numbers], dtype="<i8")
    laid = np.asfortranarray(table) if columns_first else table[:, ::-1][:, ::-1]
    assert encode(laid) == encode(table)


def test_a_shell_program_is_keyed_by_its_text_and_values() -> None:
    """A command in which values are references differs from plain text and by its values."""
    programs = [Program("echo $a", {"a": "1"}), Program("echo $a", {"a": "2"}), "echo $a"]
    assert len({digest(program) for program in programs}) == 3
    assert digest(programs[0]) == digest(Program("echo $a", {"a": "1"}))


# What has no key.


class Handle:
    """An object whose state nobody declared."""


def generator() -> Any:
    """Give something that can be read once."""
    yield 1


@pytest.mark.parametrize(
    "value",
    [Handle(), object(), threading.Lock(), generator(), io.StringIO(), iter([]), len, Handle],
)
def test_what_has_no_content_has_no_key(value: Any) -> None:
    """Handles, locks, generators, functions and plain objects are refused, never guessed."""
    with pytest.raises(Unkeyable):
        encode(value)


@pytest.mark.parametrize(
    ("value", "path"),
    [
        (Handle(), ""),
        ([1, [2, Handle()]], "[1][1]"),
        ({"rows": [{"a b": Handle()}]}, ".rows[0]['a b']"),
        ({1: {None: Handle()}}, "[1][None]"),
        ((0,) * 40 + (Handle(),), "[40]"),
        ({"k": {Handle()}}, ".k{…}"),
        ({(1, Handle()): 2}, "{…}[1]"),
        (key_pairs.Point(1, [Handle()]), ".y[0]"),
        (key_pairs.Pair(1, Handle()), ".y"),
        (np.array([1, Handle()], dtype=object), "[2][1]"),
        (pd.Series([1, Handle()]), "[2][1]"),
    ],
)
def test_the_path_leads_to_the_culprit(value: Any, path: str) -> None:
    """The error says where in the value the object lies that has no key."""
    with pytest.raises(Unkeyable) as caught:
        digest(value)
    assert caught.value.path == path
    assert "Handle" in caught.value.what


def test_a_value_that_contains_itself_is_refused() -> None:
    """A list, a dict or a record in a circle is told with the path where it closes."""
    ring: list[Any] = [1]
    ring.append({"again": ring})
    with pytest.raises(Unkeyable, match="contains itself") as caught:
        digest(ring)
    assert caught.value.path == "[1].again"
    point = key_pairs.Point([])
    point.x.append(point)
    with pytest.raises(Unkeyable, match="contains itself"):
        digest(point)


def test_a_value_that_occurs_twice_is_no_circle() -> None:
    """The same object in two places counts as two equal ones."""
    part = [1]
    assert encode([part, part, {"a": part}]) == encode([[1], [1], {"a": [1]}])


def test_no_depth_of_lists_exhausts_the_stack() -> None:
    """A value may be nested 40,000 levels deep and still has its key."""
    deep: Any = 1
    for _ in range(20_000):
        deep = [{"a": deep}]
    assert digest(deep) == digest(deep)


def test_sets_that_are_nested_too_deeply_are_refused() -> None:
    """Sets within sets end in a sentence, not in a RecursionError."""
    deep: Any = frozenset()
    for _ in range(5000):
        deep = frozenset([deep])
    with pytest.raises(Unkeyable, match="nested too deeply"):
        digest(deep)
    keyed: Any = ()
    for _ in range(900):
        keyed = (keyed,)
    assert digest({keyed: 1}) == digest({keyed: 1})


def test_a_class_with_slots_of_its_own_is_refused() -> None:
    """State that is kept in slots, beside what a built-in type holds, is never overlooked."""

    class Tagged(dict[str, int]):
        __slots__ = ("tag",)

    with pytest.raises(Unkeyable):
        digest(Tagged(a=1))


def test_attributes_of_a_kind_of_a_built_in_type_count() -> None:
    """What an object of a subclass carries besides is part of its content."""

    class Titled(str):
        title: str

    one, other = Titled("a"), Titled("a")
    one.title, other.title = "x", "y"
    assert digest(one) != digest(other)


def test_unkeyable_reads_as_a_sentence() -> None:
    """The error names the place and the thing."""
    assert str(Unkeyable(".rows[3]", "a lock")) == "rows[3] cannot be keyed: a lock"
    assert str(Unkeyable("", "a lock")) == "the value cannot be keyed: a lock"


def test_no_library_is_imported_for_a_key() -> None:
    """Keying plain data loads neither numpy nor pandas nor polars nor pydantic."""
    script = (
        "import sys; from wfrepair_magic.engine.keys import digest; digest([object, {'a': 1.5}])\n"
        "print({'numpy', 'pandas', 'polars', 'pydantic'} & set(sys.modules))"
    )
    root = str(HERE.parent.parent)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "set()"
