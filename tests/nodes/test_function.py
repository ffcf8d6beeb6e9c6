"""`@node`: a function of the notebook becomes a node type."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NewType, NotRequired, TypedDict

import pytest

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir.model import MISSING
from wfrepair_magic.ir.spec import NodeSpec, Param
from wfrepair_magic.nodes import registry
from wfrepair_magic.nodes.base import Context
from wfrepair_magic.nodes.function import node

if TYPE_CHECKING:
    from pandas import DataFrame

UserId = NewType("UserId", int)


class _Summary(TypedDict):
    text: str
    count: int
    rows: NotRequired[list[str]]
    extra: Any


def _spec_of(name: str) -> NodeSpec:
    return registry.find(name).spec


def test_the_function_stays_as_it_is() -> None:
    """The decorated name is the function itself, and can still be called."""

    def double(x: int) -> int:
        return 2 * x

    assert node(double) is double
    assert node(effect="pure")(double) is double
    assert double(4) == 8


def test_a_function_is_a_type_of_the_notebook() -> None:
    """Name, description, origin and code come from the function; the effect is write."""

    @node
    def analyse(messages: list[str]) -> None:
        """Count the open questions.

        And more.
        """

    found = registry.find("analyse")
    assert found.run is analyse
    assert found.code is analyse
    assert found.version is None
    assert not found.is_async
    assert found.spec == NodeSpec(
        "analyse",
        {"messages": Param("messages", ("array",), required=True)},
        effect="write",
        description="Count the open questions.",
        origin="notebook",
    )


def test_options_reach_the_type() -> None:
    """Everything that the decorator is given stands in the type."""

    @node(
        name="sum-up",
        effect="pure",
        retry=3,
        timeout=2.5,
        cache=60,
        outputs={"total": int, "note": "string"},
        actions=("approve", "reject"),
        description="Sum up.",
    )
    def summed() -> dict[str, int]:
        return {}

    found = registry.find("sum-up")
    assert found.spec == NodeSpec(
        "sum-up",
        outputs={"total": "integer", "note": "string"},
        effect="pure",
        description="Sum up.",
        origin="notebook",
        actions=("approve", "reject"),
    )
    assert (found.retry, found.timeout, found.cache) == (3, 2.5, 60)


@pytest.mark.parametrize(
    ("annotation", "types", "enum"),
    [
        (str, ("string",), ()),
        (int, ("integer",), ()),
        (float, ("number",), ()),
        (bool, ("boolean",), ()),
        (list, ("array",), ()),
        (list[int], ("array",), ()),
        (tuple[int, ...], ("array",), ()),
        (Sequence[str], ("array",), ()),
        (dict, ("object",), ()),
        (dict[str, Any], ("object",), ()),
        (Mapping[str, int], ("object",), ()),
        (_Summary, ("object",), ()),
        (UserId, ("integer",), ()),
        (int | None, ("integer", "null"), ()),
        (int | str, ("integer", "string"), ()),
        (int | Path, (), ()),
        (Literal["a", "b"], ("string",), ("a", "b")),
        (Literal[1, "x"], ("integer", "string"), (1, "x")),
        (Literal["a"] | None, ("string", "null"), ("a", None)),
        (Literal["a"] | int, ("string", "integer"), ()),
        (Literal[b"a"], (), ()),
        (Any, (), ()),
        (object, (), ()),
        (Path, (), ()),
        (bytes, (), ()),
    ],
)
def test_annotations_become_types(
    annotation: Any, types: tuple[str, ...], enum: tuple[Any, ...]
) -> None:
    """An annotation with a counterpart in JSON restricts the param; every other allows any."""

    def typed(x: Any) -> None: ...

    typed.__annotations__["x"] = annotation
    node(typed)
    assert _spec_of("typed").params["x"] == Param("x", types, required=True, enum=enum)


def test_annotated_text_describes_the_param() -> None:
    """The first text of an Annotated is the param's description."""

    @node
    def described(limit: Annotated[int, 5, "How _many at most."] = 3, plain=None) -> None: ...

    assert _spec_of("described").params == {
        "limit": Param("limit", ("integer",), default=3, description="How _many at most."),
        "plain": Param("plain", default=None),
    }


def test_a_default_that_is_no_data_is_left_to_python() -> None:
    """A client or sentinel as default makes the param optional, and nothing else of it known."""
    client = object()

    @node
    def call(a: int, b=client, c=(1, "x"), d=(client,)) -> None: ...

    params = _spec_of("call").params
    assert [(p.required, p.default) for p in params.values()] == [
        (True, MISSING),
        (False, MISSING),
        (False, (1, "x")),
        (False, MISSING),
    ]


def test_keyword_catch_alls_open_the_type() -> None:
    """A function with **kwargs takes any param."""

    @node
    def anything(a: int, **rest: Any) -> None: ...

    assert _spec_of("anything").open
    assert list(_spec_of("anything").params) == ["a"]


def test_the_context_is_no_param() -> None:
    """A parameter annotated Context, optional or not, is filled in by the engine."""

    @node
    def one(ctx: Context, x: int) -> None: ...

    @node
    def two(x: int, about: Context | None = None) -> None: ...

    assert [registry.find(name).context_param for name in ("one", "two")] == ["ctx", "about"]
    assert [list(_spec_of(name).params) for name in ("one", "two")] == [["x"], ["x"]]


def test_names_for_type_checkers_only_are_no_obstacle() -> None:
    """An annotation that cannot be evaluated allows any value; the others still hold."""

    @node
    def frames(table: DataFrame, n: int, ctx: Context) -> DataFrame: ...

    assert _spec_of("frames").params == {
        "table": Param("table", required=True),
        "n": Param("n", ("integer",), required=True),
    }
    assert registry.find("frames").context_param == "ctx"


def test_a_typed_dict_that_is_returned_names_the_outputs() -> None:
    """The fields of a TypedDict are the known outputs."""

    @node
    def summarise() -> _Summary:
        raise NotImplementedError

    assert _spec_of("summarise").outputs == {
        "text": "string",
        "count": "integer",
        "rows": "array",
        "extra": "any",
    }


def test_a_dict_that_is_returned_leaves_the_outputs_open() -> None:
    """A plain dict says nothing about its fields, and a list of names says all."""

    @node
    def loose() -> dict[str, int]:
        return {}

    @node(outputs=["a", "b"])
    def named() -> dict[str, int]:
        return {}

    assert _spec_of("loose").outputs is None
    assert _spec_of("named").outputs == {"a": "any", "b": "any"}


def test_async_functions_are_known_as_such() -> None:
    """A coroutine function, also as an object's call, is async; a plain one is not."""

    @node
    async def later() -> None: ...

    class Caller:
        async def __call__(self, x: int) -> None: ...

    node(name="caller")(Caller())
    assert registry.find("later").is_async
    assert registry.find("caller").is_async
    assert list(_spec_of("caller").params) == ["x"]


def test_wrapped_and_partial_functions_keep_their_params() -> None:
    """A decorated function shows the inner params; a partial what is still open."""

    def inner(a: int, b: str = "x") -> None: ...

    @functools.wraps(inner)
    def outer(*args: Any, **kwargs: Any) -> None: ...

    node(name="wrapped")(outer)
    node(name="half")(functools.partial(inner, a=1))
    assert list(_spec_of("wrapped").params) == ["a", "b"]
    assert not _spec_of("half").params["a"].required


def _positional(a: int, /) -> None: ...
def _many(*items: int) -> None: ...
def _twice(a: Context, b: Context) -> None: ...


def _yielding() -> Iterator[int]:
    yield 1


class _Thing:
    pass


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (_positional, "`a` by position only.*take the `/` out"),
        (_many, r"`\*items`.*`items: list`"),
        (_twice, "Context twice: a, b"),
        (_yielding, "yields"),
        (_Thing, "decorates functions"),
        (3, "decorates functions"),
        (lambda: 1, "without a name"),
    ],
)
def test_what_cannot_be_a_node_is_refused(function: Any, words: str) -> None:
    """A function that no workflow could call is refused, with what to do instead."""
    with pytest.raises(BadWorkflow, match=words):
        node(function)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"efect": "pure"}, "no option `efect`; did you mean `effect`"),
        ({"effect": "reed"}, "no effect 'reed'; did you mean `read`"),
        ({"effect": "zzz"}, "one of pure, read, write"),
        ({"retry": 0}, "number of attempts"),
        ({"retry": True}, "number of attempts"),
        ({"timeout": -1}, "timeout is in seconds"),
        ({"timeout": "30s"}, "timeout is in seconds"),
        ({"cache": "1h"}, "cache is in seconds"),
    ],
)
def test_a_wrong_option_is_refused(options: Any, words: str) -> None:
    """An option that does not exist or cannot hold is an error when the cell is executed."""
    with pytest.raises(BadWorkflow, match=words):
        node(**options)(_lambda_free)


def _lambda_free() -> None: ...


def test_a_function_named_like_a_built_in_is_refused() -> None:
    """The error names the other way: a name of its own."""

    def http() -> None: ...

    with pytest.raises(BadWorkflow, match=r'@node\(name="my_http"\)'):
        node(http)


def test_executing_the_cell_again_replaces_the_type() -> None:
    """The second definition's params hold, and nothing of the first."""

    def first() -> None:
        @node
        def step(a: int) -> None: ...

    def second() -> None:
        @node(effect="pure")
        def step(b: str) -> None: ...

    first()
    second()

    assert list(_spec_of("step").params) == ["b"]
    assert _spec_of("step").effect == "pure"
