"""Params under their canonical names with their defaults, and what is wrong with a value."""

from __future__ import annotations

import fractions
import types
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.model import MISSING
from wfrepair_magic.ir.params import resolve_params, value_problem
from wfrepair_magic.ir.shell import Program
from wfrepair_magic.ir.spec import NodeSpec, Param
from wfrepair_magic.ir.templates import UNDECIDED, Gone

PARAMS = (
    Param("command", types=("string",), required=True, program=True),
    Param("path", types=("string",), required=True, accepts=("file_path",)),
    Param("mode", default="text"),
    Param("cwd", types=("string",), default=None),
    Param("limit", types=("integer",)),
)
SPEC = NodeSpec("tool", params={param.name: param for param in PARAMS})
SCOPE = {"x": "a b", "later": UNDECIDED, "gone": Gone("skipped")}


def test_params_come_by_their_canonical_names_with_defaults() -> None:
    """An accepted spelling means the param; what is not given has its default, or is absent."""
    found = resolve_params({"file_path": "${x}/f", "limit": 5}, SPEC, SCOPE)
    assert found.complete
    assert found.value == {"path": "a b/f", "limit": 5, "mode": "text", "cwd": None}


def test_a_shell_program_is_compiled() -> None:
    """A template in a command becomes a variable, in other params a value."""
    found = resolve_params({"command": "cat ${x}", "path": "${x}"}, SPEC, SCOPE)
    assert found.value["command"] == Program('cat "$WFV_1"', {"WFV_1": "a b"})
    assert found.value["path"] == "a b"


def test_a_command_that_is_no_text_is_left_to_the_check() -> None:
    """A list in the place of a command is resolved as any value, and has the wrong type."""
    found = resolve_params({"command": ["${x}"]}, SPEC, SCOPE)
    assert found.value["command"] == ["a b"]
    assert value_problem(PARAMS[0], ["a b"]) is not None


def test_findings_of_all_params_come_together_with_their_places() -> None:
    """Slots begin with that of the params and use the author's spelling."""
    given_params = {"file_path": "${nope}", "command": "eval ${x}", "mode": ["${gone}", "${later}"]}
    found = resolve_params(given_params, SPEC, SCOPE, ("nodes", 2, "params"))
    assert [(item.slot, item.kind) for item in found.unresolved] == [
        (("nodes", 2, "params", "file_path"), "unknown_head"),
        (("nodes", 2, "params", "command"), "shell"),
        (("nodes", 2, "params", "mode", 0), "gone"),
    ]
    assert (set(found.undecided), set(found.gone)) == ({"later"}, {"gone"})
    assert (found.value["path"], found.value["mode"]) == (MISSING, [MISSING, UNDECIDED])


def test_an_open_type_takes_any_param() -> None:
    """A param that the type does not know keeps its name and is resolved."""
    found = resolve_params({"a": "${x}", "b": {"c": "<${x}>"}}, NodeSpec("value", open=True), SCOPE)
    assert found.value == {"a": "a b", "b": {"c": "<a b>"}}


def test_no_params_are_no_trouble() -> None:
    """A node without params resolves to the defaults."""
    assert resolve_params({}, SPEC, {}).value == {"mode": "text", "cwd": None}


FITTING: list[tuple[tuple[str, ...], Any]] = [
    ((), object()),
    ((), None),
    (("string",), "x"),
    (("string",), Program("ls")),
    (("integer",), 5),
    (("integer",), 10**30),
    (("number",), 5),
    (("number",), 5.5),
    (("number",), fractions.Fraction(1, 2)),
    (("boolean",), False),
    (("array",), [1]),
    (("array",), (1,)),
    (("object",), {"a": 1}),
    (("object",), types.MappingProxyType({})),
    (("null",), None),
    (("string", "null"), None),
    (("string", "integer"), 5),
    (("any",), object()),
]


@pytest.mark.parametrize(("kinds", "value"), FITTING)
def test_a_value_of_the_type_is_no_problem(kinds: tuple[str, ...], value: object) -> None:
    """An integer fits a number, a tuple an array, a Program text."""
    assert value_problem(Param("p", types=kinds), value) is None


@pytest.mark.parametrize(
    ("kinds", "value", "message", "hint"),
    [
        (("integer",), "10", "must be an integer, not text", "write 10"),
        (("integer",), "-10", "must be an integer, not text", "write -10"),
        (("integer",), "1.5", "must be an integer, not text", ""),
        (("integer",), "ten", "must be an integer, not text", ""),
        (("integer",), "30s", "must be an integer, not text", ""),
        (("integer",), 5.0, "must be an integer, not a number", "write 5"),
        (("integer",), 5.5, "must be an integer, not a number", ""),
        (("integer",), True, "must be an integer, not true or false", ""),
        (("number",), "1.5", "must be a number, not text", "write 1.5"),
        (("number",), True, "must be a number, not true or false", ""),
        (("boolean",), "yes", "must be true or false, not text", "write true"),
        (("boolean",), "False", "must be true or false, not text", "write false"),
        (("boolean",), 1, "must be true or false, not an integer", ""),
        (("string",), 5, "must be text, not an integer", 'quote it: "5"'),
        (("string",), {"a": 1}, "must be text, not a mapping", "make it text with `| tojson`"),
        (("string",), None, "must be text, not null", ""),
        (("array",), "[1]", "must be a list, not text", "read the text with `| json`"),
        (("array",), 5, "must be a list, not an integer", "put it in a list: [ … ]"),
        (("array",), {"a": [1]}, "must be a list, not a mapping", ""),
        (("object",), '{"a": 1}', "must be a mapping, not text", "read the text with `| json`"),
        (("object",), [], "must be a mapping, not a list", ""),
        (("string", "array"), 5.0, "must be text or a list, not a number", 'quote it: "5.0"'),
        pytest.param(
            ("string",), 10**5000, "must be text, not an integer", 'quote it: "…"', id="huge"
        ),
        (("string",), b"x", "must be text, not bytes", ""),
    ],
)
def test_a_value_of_another_type_says_what_would_fit(
    kinds: tuple[str, ...], value: object, message: str, hint: str
) -> None:
    """PRM07 names both types, and the cast where nothing is lost by it."""
    assert value_problem(Param("p", types=kinds), value) == ("PRM07", message, hint)


def test_null_fits_where_it_is_the_default() -> None:
    """None is accepted where the default is None, and nowhere else."""
    assert value_problem(Param("p", types=("string",), default=None), None) is None
    assert value_problem(Param("p", types=("string",), default="x"), None) is not None


@pytest.mark.parametrize(
    ("kind", "unit", "value", "hint"),
    [
        ("number", "s", "30s", "write 30"),
        ("number", "s", "1.5 h", "write 5400"),
        ("number", "s", "500ms", "write 0.5"),
        ("integer", "s", "5m", "write 300"),
        ("integer", "s", "500ms", ""),
        ("integer", "bytes", "10MB", "write 10000000"),
        ("integer", "bytes", "1KiB", "write 1024"),
        ("number", "s", "3 parsecs", ""),
        ("number", "px", "3em", ""),
    ],
)
def test_a_value_with_a_unit_says_the_number(kind: str, unit: str, value: str, hint: str) -> None:
    """PRM08 converts a unit that is known into that of the param, and no other."""
    found = value_problem(Param("p", types=(kind,), unit=unit), value)
    assert found == ("PRM08", f"is a number of {unit}, not text with a unit", hint)


def test_a_bare_number_as_text_has_no_unit() -> None:
    """Without a suffix it is a question of type."""
    found = value_problem(Param("p", types=("number",), unit="s"), "30")
    assert found == ("PRM07", "must be a number, not text", "write 30")


@pytest.mark.parametrize(
    ("value", "hint"),
    [("post", "did you mean `POST`?"), ("PSOT", "did you mean `POST`?"), ("zzzz", ""), (True, "")],
)
def test_a_value_outside_the_list_names_the_nearest(value: object, hint: str) -> None:
    """PRM06 lists what is allowed."""
    param = Param("method", enum=("GET", "POST", 1))
    assert value_problem(param, value) == ("PRM06", "must be one of GET, POST, 1", hint)


@pytest.mark.parametrize("value", ["GET", 1])
def test_a_value_in_the_list_is_no_problem(value: object) -> None:
    """What the enum holds is allowed."""
    assert value_problem(Param("method", enum=("GET", "POST", 1)), value) is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (0, "must be at least 1, and is 0"),
        (101.5, "must be at most 100, and is 101.5"),
        (10**400, f"must be at most 100, and is {10**19}…"),
        pytest.param(10**5000, "must be at most 100, and is …", id="huge"),
        (float("nan"), "must be at least 1, and is nan"),
    ],
)
def test_a_value_out_of_range_is_told_and_not_clamped(value: float, message: str) -> None:
    """PRM09 says the bound; it has no hint, because the bound need not be what was meant."""
    param = Param("limit", types=("number",), minimum=1, maximum=100)
    assert value_problem(param, value) == ("PRM09", message, "")


@pytest.mark.parametrize("value", [1, 100, 50.5])
def test_the_bounds_are_in_the_range(value: float) -> None:
    """Minimum and maximum are allowed themselves."""
    assert value_problem(Param("p", types=("number",), minimum=1, maximum=100), value) is None


@pytest.mark.parametrize("value", [MISSING, UNDECIDED])
def test_what_is_not_known_yet_is_no_problem(value: object) -> None:
    """Dry resolution leaves markers, which say nothing about the value to come."""
    assert value_problem(Param("p", types=("integer",), enum=(1,)), value) is None


KINDS = st.lists(
    st.sampled_from(["string", "integer", "number", "boolean", "array", "object", "null"]),
    max_size=2,
).map(tuple)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6) | st.binary(),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)


@given(KINDS, VALUES, st.sampled_from(["", "s", "bytes"]), st.sampled_from([(), (1, "a")]))
def test_any_value_gets_a_verdict(
    kinds: tuple[str, ...], value: object, unit: str, enum: tuple[object, ...]
) -> None:
    """Whatever the value, the verdict is none or a code of the catalogue with a message."""
    param = Param("p", types=kinds, unit=unit, enum=enum, minimum=-5, maximum=5)
    verdict = value_problem(param, value)
    assert verdict is None or (verdict[0] in {"PRM06", "PRM07", "PRM08", "PRM09"} and verdict[1])
