"""What is read back is what was written, or nothing is written."""

from __future__ import annotations

import collections
import enum
import math
import pickle
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic.engine.codecs import DEPTH, decode, encode

ZONES = st.one_of(
    st.none(),
    st.just(ZoneInfo("Europe/Berlin")),
    st.builds(
        timezone,
        st.timedeltas(min_value=timedelta(hours=-23), max_value=timedelta(hours=23)),
        st.text(),
    ),
)
TEXT = st.text(st.characters(codec=None))  # lone halves of surrogate pairs too
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    TEXT,
    st.binary(),
    st.decimals(allow_nan=False),
    st.fractions(),
    st.complex_numbers(),
    st.dates(),
    st.times(timezones=ZONES),
    st.datetimes(timezones=ZONES),
    st.timedeltas(),
    st.uuids(),
)
VALUES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.lists(inner),
        st.lists(inner).map(tuple),
        st.dictionaries(TEXT, inner),
        st.dictionaries(st.sampled_from(["$map", "$tuple", "$", "a"]), inner),
        st.dictionaries(ATOMS, inner),
        st.sets(ATOMS),
        st.frozensets(ATOMS),
        st.binary().map(bytearray),
    ),
    max_leaves=20,
)


def spelt(value: Any) -> Any:
    """Spell a value out with its types, so that NaN equals NaN and 1 does not equal True."""
    kind = type(value)
    if kind in (list, tuple):
        return kind.__name__, [spelt(item) for item in value]
    if kind is dict:
        return "dict", [(spelt(key), spelt(item)) for key, item in value.items()]
    if kind in (set, frozenset):
        return kind.__name__, sorted(map(repr, map(spelt, value)))
    if kind in (datetime, time):
        return kind.__name__, repr(value), value.fold
    return kind.__name__, repr(value)


@settings(max_examples=200, deadline=None)
@given(VALUES)
def test_what_is_decoded_equals_what_was_encoded(value: Any) -> None:
    """Every value of the supported types comes back equal, of the same types and order."""
    raw = encode(value)
    assert raw is not None
    assert spelt(decode(raw)) == spelt(value)


@pytest.mark.parametrize(
    "value",
    [
        -0.0,
        math.nan,
        -math.inf,
        5e-324,
        2**63,
        -(2**63) - 1,
        True,
        "\ud83d\ude00",  # two halves, which JSON's escapes would join into one character
        "\x00",
        Decimal("-0E+7"),
        Decimal("sNaN12"),
        {"b": 1, "a": 2},
        {1: "x", "1": "y", None: "z", (1, b"k"): "t"},
        {"$bytes": 0},
        [{"$map": [["a", 1]]}],
        datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
        datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=1), "CET")),
        date.max,
        Path("a") / "b c",
        bytearray(b"\xff"),
        [b"", b"\x00" * 3, {"x": (b"y",)}],
    ],
)
def test_a_delicate_value_comes_back_as_it_was(value: Any) -> None:
    """The values that JSON alone would change come back unchanged."""
    raw = encode(value)
    assert raw is not None
    assert spelt(decode(raw)) == spelt(value)


def test_a_number_too_long_to_print_comes_back() -> None:
    """The length of an integer has no limit, although that of its decimal digits has one."""
    for number in (10**5000, -(10**5000)):
        raw = encode(number)
        assert raw is not None
        assert decode(raw) == number


def test_every_kind_of_value_has_its_own_bytes() -> None:
    """Values that Python calls equal, but that are not the same, are written differently."""
    values = [1, 1.0, True, "1", Decimal(1), Fraction(1), [1], (1,), {1}, frozenset({1}), 1 + 0j]
    written = [encode(value) for value in values]
    assert None not in written
    assert len(set(written)) == len(values)


class Colour(enum.IntEnum):
    """A number with a name."""

    RED = 1


class Pair(NamedTuple):
    """A tuple with names."""

    x: int


class Word(str):
    """A text of another class."""


@pytest.mark.parametrize(
    "value",
    [
        object(),
        len,
        Colour.RED,
        Pair(1),
        Word("w"),
        collections.OrderedDict(a=1),
        collections.defaultdict(list),
        {"deep": [{"er": object()}]},
        {Pair(1): "key"},
        memoryview(b"x"),
        range(3),
    ],
)
def test_what_would_come_back_different_has_no_codec(value: Any) -> None:
    """A value of a type that is not exactly supported is refused, at any depth."""
    assert encode(value) is None


def test_a_circle_and_a_very_deep_value_have_no_codec() -> None:
    """A value without an end is refused, and so is one that a reader could not descend."""
    circle: list[Any] = []
    circle.append(circle)
    deep: list[Any] = []
    for _ in range(DEPTH + 1):
        deep = [deep]
    assert encode(circle) is None
    assert encode(deep) is None
    raw = encode(deep[0])
    assert raw is not None
    assert decode(raw) == deep[0]


def test_large_bytes_are_copied_and_not_spelt() -> None:
    """A byte string costs its own length and little more."""
    raw = encode({"page": b"\xff" * 100_000})
    assert raw is not None
    assert len(raw) < 100_100


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_other_bytes_are_refused_in_one_way(raw: bytes) -> None:
    """Bytes that no `encode` wrote raise ValueError, or happen to be a value; nothing else."""
    try:
        decode(raw)
    except ValueError:
        return


@pytest.mark.parametrize("tree", [b'{"$new":1}', b'{"$tuple":1}', b'{"$bytes":9}', b'{"$date":1}'])
def test_an_unknown_or_wrong_tag_is_refused(tree: bytes) -> None:
    """A tag of another version, or with a content that it cannot have, is never passed on."""
    raw = encode("x" * len(tree))
    assert raw is not None
    forged = b"\x00\x00\x00\x01" + len(tree).to_bytes(8, "big") + tree
    with pytest.raises(ValueError):
        decode(forged)


def test_a_pickle_is_not_read() -> None:
    """The bytes of a pickle are refused like any other bytes."""
    with pytest.raises(ValueError):
        decode(pickle.dumps({"a": UUID(int=0)}))
