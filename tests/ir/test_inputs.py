"""The values of inputs: where they come from, and what they become."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.inputs import Misfit, fitted, resolve_inputs
from wfrepair_magic.ir.language import TYPES
from wfrepair_magic.ir.model import Definition
from wfrepair_magic.ir.reader import define
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import Problem


def inputs(**declared: dict[str, Any]) -> Definition:
    """Declare inputs."""
    return define({"inputs": declared, "nodes": []})


def test_the_nearest_source_wins() -> None:
    """A value given wins over stdin, that over the environment, that over the default."""
    definition = inputs(x={"env": "X", "default": "d", "stdin": True}, y={})
    everything: tuple[dict[str, Any], dict[str, str], str | None]
    for everything, value in [
        (({"x": "g"}, {"X": "e"}, "s"), "g"),
        (({}, {"X": "e"}, "s\n"), "s"),
        (({}, {"X": "e"}, None), "e"),
        (({}, {}, None), "d"),
    ]:  # fmt: skip
        given_, environ, stdin = everything
        values, problems = resolve_inputs(definition, {"y": 1, **given_}, environ, stdin)
        assert (values, problems) == ({"x": value, "y": 1}, [])


def test_an_optional_input_that_is_not_given_is_none() -> None:
    """`required: false` without a default gives null, of whatever type."""
    assert resolve_inputs(inputs(x={"required": False, "type": "integer"}), {}, {}) == (
        {"x": None},
        [],
    )


def test_a_missing_value_is_told_with_the_ways_to_give_it() -> None:
    """PRM03 names the input, the option, and the environment variable that would do."""
    values, problems = resolve_inputs(inputs(x={"env": "X_TOKEN"}), {}, {})
    assert values == {}
    assert problems == [
        Problem(
            "error", "PRM03", "inputs.x", None, None, "the input `x` has no value",
            "give it by `--input x=…` or the environment variable `X_TOKEN`",
            None, ("inputs", "x"),
        )
    ]  # fmt: skip


def test_an_undeclared_input_is_told_with_the_nearest_name() -> None:
    """What no input is called is an error that names the input that may be meant."""
    (problem,) = resolve_inputs(inputs(channel={"default": 1}), {"chanel": 2}, {})[1]
    assert (problem.code, problem.hint) == ("PRM05", "did you mean `channel`?")
    (problem,) = resolve_inputs(inputs(), {"chanel": 2}, {})[1]
    assert problem.hint == "it declares no inputs"


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("42", "integer", 42), (" -7\n", "integer", -7), ("+1", "integer", 1),
        ("3", "number", 3), ("3.5", "number", 3.5), ("1e3", "number", 1000.0),
        (".5", "number", 0.5), ("yes", "boolean", True), ("TRUE", "boolean", True),
        ("1", "boolean", True), ("no", "boolean", False), ("off", "boolean", False),
        ("0", "boolean", False), ('{"a": [1]}', "object", {"a": [1]}), ("[]", "array", []),
        ("42", "string", "42"), (" x ", "string", " x "), ("", "string", ""),
    ],
)  # fmt: skip
def test_text_becomes_the_declared_type(text: str, kind: str, value: object) -> None:
    """Text from a command line or the environment is read as what the input declares."""
    found = fitted(text, kind)
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("4.0", "integer"), ("", "integer"), ("1_000", "integer"), ("abc", "number"),
        ("nan", "number"), ("inf", "number"), ("1e999", "number"), ("maybe", "boolean"),
        ("2", "boolean"), ("[]", "object"), ("{}", "array"), ("{", "object"), ("NaN", "object"),
        ("9" * 5000, "integer"), ("٣", "integer"),
    ],
)  # fmt: skip
def test_text_that_is_something_else_does_not_fit(text: str, kind: str) -> None:
    """Nothing is guessed: text that does not say the type is refused."""
    assert isinstance(fitted(text, kind), Misfit)


@pytest.mark.parametrize(
    ("value", "kind", "fits"),
    [
        (1, "number", True), (1, "integer", True), (1.0, "integer", False), (1.5, "number", True),
        (True, "integer", False), (True, "number", False), (True, "boolean", True),
        (1, "boolean", False), (1, "string", False), (None, "string", False),
        ({"a": 1}, "object", True), ((1,), "array", True), ([1], "object", False),
    ],
)  # fmt: skip
def test_values_that_are_not_text_must_fit(value: object, kind: str, fits: bool) -> None:
    """An integer fits number, a boolean is no number, and nothing else is changed."""
    found = fitted(value, kind)
    assert (found is value) if fits else isinstance(found, Misfit)


@given(st.text(max_size=12) | st.integers() | st.floats() | st.none(), st.sampled_from(TYPES))
def test_fitting_never_fails(value: object, kind: str) -> None:
    """Whatever comes in, the answer is a value of the type or a Misfit, and fits a second time."""
    found = fitted(value, kind)
    assert isinstance(found, Misfit) or fitted(found, kind) == found or found != found


def test_a_misfit_shows_the_value_unless_it_is_secret() -> None:
    """A wrong value is quoted in the message; a secret never is."""
    declared = {"type": "integer", "env": "N"}
    (shown,) = resolve_inputs(inputs(n=declared), {}, {"N": "hunter2"})[1]
    assert shown.message == "the input `n`: the variable N, `hunter2`, is no integer"
    (hidden,) = resolve_inputs(inputs(n={"secret": True}), {"n": ["hunter2"]}, {})[1]
    assert "hunter2" not in repr(hidden) + repr(hidden.facts)


def test_a_default_that_does_not_fit_is_told_once() -> None:
    """The check tells it, so the run leaves the input out and says nothing of it."""
    for declared in ({"type": "string", "default": 5}, {"secret": True, "default": 5}):
        workflow = Workflow.build(
            [{"id": "n", "type": "value", "params": {"x": "${a}"}}], inputs={"a": declared}
        )
        assert [one.code for one in workflow.problems()] == ["PRM07"]
        assert resolve_inputs(workflow, {}, {}) == ({}, [])
        assert resolve_inputs(workflow, {"a": "b"}, {}) == ({"a": "b"}, [])


def test_a_default_is_typed_too() -> None:
    """Text in a default becomes the declared type, as any other text does."""
    definition = inputs(x={"type": "integer", "default": "42"}, y={"default": "42"})
    assert resolve_inputs(definition, {}, {})[0] == {"x": 42, "y": "42"}


def test_null_stands_for_an_optional_value_only() -> None:
    """None given to a typed input fits where the input is optional."""
    optional = inputs(x={"type": "integer", "default": None})
    assert resolve_inputs(optional, {}, {}) == ({"x": None}, [])
    (problem,) = resolve_inputs(inputs(x={"type": "integer"}), {"x": None}, {})[1]
    assert problem.code == "PRM07"
