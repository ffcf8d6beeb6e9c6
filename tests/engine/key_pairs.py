"""The tables of pairs whose keys must be the same, or must differ; as a program, their digests.

``python key_pairs.py [data] [arrays] [code]`` prints one JSON object: source text to digest.  The
tests run it in processes of other hash seeds and folders, and under other versions of Python.
"""

from __future__ import annotations

import dataclasses
import datetime
import enum
import importlib
import json
import sys
import zoneinfo
from collections.abc import Mapping
from typing import Any, NamedTuple

import code_pairs

from wfrepair_magic.engine.keys import digest


@dataclasses.dataclass(frozen=True)
class Point:
    """A record of two fields."""

    x: object
    y: object = 0


@dataclasses.dataclass(frozen=True)
class Place:
    """Another record of the same fields."""

    x: object
    y: object = 0


class Pair(NamedTuple):
    """A named tuple of two fields."""

    x: object
    y: object


class Colour(enum.Enum):
    """An enum."""

    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    """An enum whose members are equal to numbers."""

    LOW = 1


class Word(enum.StrEnum):
    """An enum whose members are equal to text."""

    A = "a"


class Text(str):
    """A kind of text."""


MODULES = {
    "np": "numpy", "pd": "pandas", "pl": "polars", "collections": "collections", "re": "re",
    "decimal": "decimal", "fractions": "fractions", "pathlib": "pathlib", "types": "types",
    "uuid": "uuid",
}  # fmt: skip
"""Modules by the names that the tables use; loaded when a text asks for one."""
UTC = datetime.UTC
NAN = float("nan")
DAY = datetime.datetime(2026, 1, 2, 3, 4, 5)
LATER = datetime.datetime(2026, 10, 25, 2, 30, tzinfo=zoneinfo.ZoneInfo("UTC"))


def backwards(mapping: Mapping[Any, Any]) -> dict[Any, Any]:
    """Give the same mapping in the other order."""
    return dict(reversed(mapping.items()))


def grown(items: list[Any]) -> set[Any]:
    """Give a set with another history, and so with another order."""
    made = set(range(1000)) | set(items)
    return made - (set(range(1000)) - set(items))


def noisy(dtype: Any) -> Any:
    """Give one zero record, with something else in the gaps between its fields."""
    import numpy as np

    made = np.frombuffer(b"\x07" * dtype.itemsize, dtype).copy()
    for name in dtype.names:
        made[name] = 0
    return made


DIFFERENT = [
    ("True", "1"), ("1", "1.0"), ("1", "'1'"), ("True", "1.0"), ("False", "0"), ("0", "None"),
    ("None", "NAN"), ("None", "'None'"), ("NAN", "'nan'"), ("{'a': None}", "{}"),
    ("[None]", "[]"), ("0.0", "-0.0"), ("0j", "complex(0, -0.0)"), ("1", "1+0j"),
    ("2**80", "2**80 + 1"), ("10**5000", "-10**5000"), ("2**63", "-2**63"),
    ("'a'", "b'a'"), ("b'a'", "bytearray(b'a')"), ("''", "None"), ("'é'", "'e\\u0301'"),
    ("'\\ud800'", "'\\ud801'"), ("(1, 2)", "[1, 2]"), ("()", "[]"), ("[]", "{}"),
    ("[1, [2]]", "[[1], 2]"), ("['ab', 'c']", "['a', 'bc']"), ("[1, 2]", "[2, 1]"),
    ("list(range(50))", "tuple(range(50))"), ("list(range(50))", "[float(i) for i in range(50)]"),
    ("[True] * 50", "[1] * 50"), ("['ab'] * 25 + ['c'] * 25", "['ab'] * 24 + ['a'] + ['bc'] * 25"),
    ("[0.0] * 50", "[0.0] * 49 + [-0.0]"), ("[1] * 50", "[1] * 49 + [True]"),
    ("{1: 'x'}", "{'1': 'x'}"), ("{1: 'x'}", "{True: 'x'}"), ("{1: 'x'}", "{1.0: 'x'}"),
    ("{'a': 1, 'b': 2}", "{'a': 2, 'b': 1}"), ("{'a': 1}", "[('a', 1)]"),
    ("{'a': 1}", "{Word.A: 1}"), ("{'a': 1}", "types.MappingProxyType({'a': 1})"),
    ("{'a': 1, 'b': 2}", "collections.OrderedDict(a=1, b=2)"),
    ("collections.OrderedDict(a=1, b=2)", "collections.OrderedDict(b=2, a=1)"),
    ("{}", "collections.defaultdict(list)"), ("collections.Counter('a')", "{'a': 1}"),
    ("collections.defaultdict(list)", "collections.defaultdict(dict)"),
    ("{1, 2}", "frozenset({1, 2})"), ("set()", "{}"), ("{1, 2}", "[1, 2]"), ("{1}", "{True}"),
    ("DAY", "DAY.replace(tzinfo=UTC)"), ("DAY", "DAY.isoformat()"), ("DAY.date()", "DAY"),
    ("DAY", "DAY.replace(fold=1)"), ("DAY.replace(tzinfo=UTC)", "LATER.replace(tzinfo=UTC)"),
    ("LATER", "LATER.replace(tzinfo=UTC)"), ("DAY.time()", "DAY.time().replace(tzinfo=UTC)"),
    ("datetime.timedelta(seconds=1)", "1"),
    ("decimal.Decimal('1.0')", "decimal.Decimal('1.00')"), ("decimal.Decimal(1)", "1"),
    ("fractions.Fraction(1, 2)", "0.5"), ("fractions.Fraction(2)", "2"),
    ("uuid.UUID(int=1)", "str(uuid.UUID(int=1))"), ("pathlib.Path('a')", "'a'"),
    ("pathlib.PurePosixPath('a')", "pathlib.PureWindowsPath('a')"),
    ("Colour.RED", "1"), ("Colour.RED", "Colour.BLUE"), ("Level.LOW", "1"), ("Word.A", "'a'"),
    ("range(3)", "[0, 1, 2]"), ("slice(1, 2)", "slice(1, 2, 1)"), ("...", "None"),
    ("Point(1, 2)", "Place(1, 2)"), ("Point(1, 2)", "Point(1, 2.0)"), ("Point(1)", "Point(1, 1)"),
    ("Point(1, 2)", "{'x': 1, 'y': 2}"), ("Pair(1, 2)", "(1, 2)"), ("Text('a')", "'a'"),
    ("re.compile('a')", "re.compile('a', re.I)"), ("int", "'int'"), ("int", "float"),
    ("memoryview(b'a')", "b'a'"), ("collections.deque([1])", "[1]"),
]  # fmt: skip
"""What a program can tell apart."""

SAME = [
    ("{'a': 1, 'b': [2]}", "backwards({'a': 1, 'b': [2]})"),
    ("{1: 1, 'b': 2, None: 3}", "backwards({1: 1, 'b': 2, None: 3})"),
    ("{(1, 'a'): 1, (2, 'b'): 2}", "backwards({(1, 'a'): 1, (2, 'b'): 2})"),
    ("{'a', 'b', 'c', 5, 900}", "grown(['c', 5, 'b', 900, 'a'])"),
    ("frozenset('abcdefgh')", "frozenset('hgfedcba')"), ("{'n': {'x', 'y'}}", "{'n': {'y', 'x'}}"),
    ("NAN", "float('inf') - float('inf')"), ("[NAN] * 50", "[-NAN] * 50"),
    ("complex(NAN, 1)", "complex(-NAN, 1)"), ("[[1], [1]]", "[[1]] * 2"),
    ("'abc'", "''.join(['a', 'b', 'c'])"), ("2**70", "int('1180591620717411303424')"),
    ("[1] * 50", "[True + 0] * 50"), ("range(0)", "range(5, 5)"),
    ("range(0, 4, 3)", "range(0, 5, 3)"),
    ("Point(1, 2)", "dataclasses.replace(Point(1, 3), y=2)"),
    ("DAY", "datetime.datetime.fromisoformat('2026-01-02T03:04:05')"),
    ("fractions.Fraction(1, 2)", "fractions.Fraction(2, 4)"),
    ("pathlib.Path('a/b')", "pathlib.Path('a') / 'b'"),
    ("collections.defaultdict(list, a=[])", "collections.defaultdict(list, {'a': []})"),
]  # fmt: skip
"""What is equal to a program."""

ARRAYS_DIFFER = [
    ("np.arange(3)", "[0, 1, 2]"), ("np.arange(3)", "np.arange(3.0)"),
    ("np.zeros(6)", "np.zeros((2, 3))"), ("np.zeros((2, 3))", "np.zeros((3, 2))"),
    ("np.arange(3, dtype='<i4')", "np.arange(3, dtype='>i4')"), ("np.zeros(1)", "-np.zeros(1)"),
    ("np.arange(3, dtype='i4')", "np.arange(3, dtype='i8')"), ("np.array(1)", "np.int64(1)"),
    ("np.array([1, 'a'], object)", "np.array(['1', 'a'], object)"), ("np.float64(1)", "1.0"),
    ("np.array(['a'])", "np.array([b'a'])"), ("np.array([], 'i8')", "np.array([], 'f8')"),
    ("np.array(['2026-01-01'], 'M8[D]')", "np.array(['2026-01-01'], 'M8[s]')"),
    ("np.array([(1, 2)], 'i4,i4')", "np.array([(1, 2)], 'i4,i8')"),
    ("np.zeros(1, [('a', 'i4')])", "np.zeros(1, [('b', 'i4')])"),
    ("np.ma.array([1, 2], mask=[0, 1])", "np.ma.array([1, 2], mask=[0, 0])"),
    ("np.longdouble(1)", "np.longdouble(1) + np.finfo('g').eps"), ("np.dtype('i4')", "'<i4'"),
    ("np.array(['a'], np.dtypes.StringDType())", "np.array(['a'])"),
    ("pd.Series([1, 2])", "pd.Series([1.0, 2.0])"), ("pd.Series([1])", "pd.DataFrame([1])"),
    ("pd.Series([1], name='a')", "pd.Series([1], name='b')"),
    ("pd.Series([1, 2])", "pd.Series([1, 2], index=[1, 0])"),
    ("pd.Series([1], index=pd.Index([0], name='i'))", "pd.Series([1], index=pd.Index([0]))"),
    ("pd.DataFrame({'a': [1], 'b': [2]})", "pd.DataFrame({'b': [2], 'a': [1]})"),
    ("pd.Categorical(['a', 'b'])", "pd.Categorical(['a', 'b'], ['b', 'a'])"),
    ("pd.Categorical(['a', 'b'])", "pd.Categorical(['a', 'b'], ordered=True)"),
    ("pd.Series([1, None], dtype='Int64')", "pd.Series([1, 0], dtype='Int64')"),
    ("pd.Series([True], dtype='boolean')", "pd.Series([True])"),
    ("pd.Series(['a', None])", "pd.Series(['a', None], dtype=object)"),
    ("pd.Timestamp('2026-01-01')", "pd.Timestamp('2026-01-01', tz='UTC')"), ("pd.NA", "pd.NaT"),
    ("pd.Timestamp('2026-01-01T00:00:00.000000001')", "pd.Timestamp('2026-01-01T00:00:00.0')"),
    ("pd.Series([DAY])", "pd.Series([DAY]).dt.tz_localize('UTC')"),
    ("pd.period_range('2026', periods=2, freq='D')",
     "pd.period_range('2026', periods=2, freq='M')"),
    ("pd.MultiIndex.from_tuples([(1, 'a')])", "pd.Index([1])"),
    ("pd.interval_range(0, 2)", "pd.interval_range(0, 2, closed='left')"),
    ("pd.Series(pd.arrays.SparseArray([0, 1]))", "pd.Series([0, 1])"),
    ("pl.Series('a', [1, 2])", "pl.Series('b', [1, 2])"),
    ("pl.Series([1, None])", "pl.Series([1, 0])"), ("pl.Series([1])", "pl.Series([1.0])"),
    ("pl.DataFrame({'a': [1]})", "pl.DataFrame({'a': ['1']})"),
    ("pl.Series([[1], [2, 3]])", "pl.Series([[1, 2], [3]])"),
    ("pl.Series([{'a': 1}])", "pl.Series([{'b': 1}])"),
    ("pl.Series([DAY]).cast(pl.Datetime('ns'))", "pl.Series([DAY]).cast(pl.Datetime('us'))"),
    ("pl.Series([1]).cast(pl.Datetime('ns'))", "pl.Series([2]).cast(pl.Datetime('ns'))"),
    ("pl.Series(['a'], dtype=pl.Enum(['a', 'b']))", "pl.Series(['a'], dtype=pl.Enum(['b', 'a']))"),
    ("pl.Series(['a'])", "pl.Series(['a']).cast(pl.Categorical)"),
    ("Model(x=1)", "Model(x=2)"), ("Model(x=1)", "{'x': 1}"),
]  # fmt: skip
"""The same for arrays, frames and models."""

ARRAYS_SAME = [
    ("np.arange(6).reshape(2, 3)", "np.asfortranarray(np.arange(6).reshape(2, 3))"),
    ("np.arange(3)", "np.arange(6)[::2] // 2"), ("np.arange(3)[::-1]", "np.array([2, 1, 0])"),
    ("np.array([np.nan])", "np.array([-np.nan])"),
    ("np.array([1, 2], 'i4')", "np.frombuffer(bytes([1, 0, 0, 0, 2, 0, 0, 0]), '<i4')"),
    ("np.zeros(1, np.dtype('i1,i8', align=True))", "noisy(np.dtype('i1,i8', align=True))"),
    ("pd.DataFrame({'a': [1, 2]})",
     "pd.DataFrame({'a': [0, 1, 2]}).iloc[1:].reset_index(drop=True)"),
    ("pd.MultiIndex.from_tuples([(1, 'a'), (2, 'b')])",
     "pd.MultiIndex.from_tuples([(0, 'z'), (1, 'a'), (2, 'b')])[1:]"),
    ("pd.Series(['a', 'b']).astype('category')",
     "pd.Series(['b', 'a']).astype('category').iloc[::-1].reset_index(drop=True)"),
    ("pd.Series([1, None], dtype='Int64')",
     "pd.Series([1, 5], dtype='Int64').where([True, False])"),
    ("pl.Series('a', [1, 2])", "pl.Series('a', [0, 1, 2])[1:]"),
    ("pl.Series(['a', 'b']).cast(pl.Categorical)",
     "pl.Series(['b', 'a']).cast(pl.Categorical).reverse()"),
    ("Model(x=1)", "Model(x=1, y=0)"),
]  # fmt: skip
"""The same content in another layout, or with another history."""


def value_of(text: str) -> object:
    """Give the value that a text of the tables stands for; loads a library that it names."""
    names = dict(globals())
    for name, module in MODULES.items():
        if f"{name}." in text:
            names[name] = importlib.import_module(module)
    if "Model" in text:
        pydantic = importlib.import_module("pydantic")
        names["Model"] = pydantic.create_model("Model", x=(int, ...), y=(int, 0))
    return eval(text, names)


def texts(*tables: list[tuple[str, str]]) -> list[str]:
    """Give every text of some tables once."""
    return list(dict.fromkeys(text for table in tables for pair in table for text in pair))


def _digests(what: str) -> dict[str, str]:
    if what == "code":
        tables = (code_pairs.DIFFERENT, code_pairs.SAME)
        named = {f"{name}, {at}": code for table in tables for name in table
                 for at, code in enumerate(table[name])}  # fmt: skip
        return {name: code_pairs.key_of(code) for name, code in named.items()}
    tables_of = {"data": (DIFFERENT, SAME), "arrays": (ARRAYS_DIFFER, ARRAYS_SAME)}
    return {text: digest(value_of(text)) for text in texts(*tables_of[what])}


if __name__ == "__main__":
    for asked in sys.argv[1:]:
        print(json.dumps({asked: _digests(asked)}))
