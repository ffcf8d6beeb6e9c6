"""Calling node functions: sync and async, from any thread, cancelled or not."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections import OrderedDict
from typing import Any

import pytest

from wfrepair_magic.nodes import registry
from wfrepair_magic.nodes.base import Action, Cancelled, Context
from wfrepair_magic.nodes.function import node
from wfrepair_magic.nodes.invoke import action_of, ainvoke, invoke


@pytest.mark.parametrize(
    ("returned", "action"),
    [
        (None, Action("default", {"result": None})),
        (0, Action("default", {"result": 0})),
        ([1], Action("default", {"result": [1]})),
        ({}, Action("default", {})),
        ({"a": 1}, Action("default", {"a": 1})),
        (OrderedDict(a=1), Action("default", {"a": 1})),
        ({1: "a"}, Action("default", {"result": {1: "a"}})),
        (Action("approve", {"a": 1}), Action("approve", {"a": 1})),
        (Action("approve"), Action("approve", {})),
    ],
)
def test_what_is_returned_becomes_an_action(returned: Any, action: Action) -> None:
    """A dict with names is the outputs, anything else the result; an Action names itself."""
    assert action_of(returned) == action


def test_outputs_are_a_dict_of_their_own() -> None:
    """What the node function keeps hold of cannot change the outputs' names later."""
    returned = {"a": 1}
    action = action_of(returned)
    returned["b"] = 2
    assert action.outputs == {"a": 1}


def test_a_function_gets_its_params_and_its_context(ctx: Context) -> None:
    """Params come by keyword, the Context where it was asked for."""

    @node
    def told(a: int, about: Context, **rest: Any) -> dict[str, Any]:
        return {"a": a, "node": about.node, "rest": rest}

    action = invoke(registry.find("told"), {"a": 1, "z": 2}, ctx)
    assert action.outputs == {"a": 1, "node": "step", "rest": {"z": 2}}


def test_value_gives_its_params_back(ctx: Context) -> None:
    """A value node's outputs are its params, whatever their names."""
    params = {"a": [1], "ctx": None, "self": 3}
    assert invoke(registry.find("value"), params, ctx).outputs == params


def test_an_async_function_runs_in_a_plain_thread(ctx: Context) -> None:
    """Without a running loop a coroutine gets one."""

    @node
    async def later(x: int) -> int:
        await asyncio.sleep(0)
        return x + 1

    assert invoke(registry.find("later"), {"x": 1}, ctx).outputs == {"result": 2}


def test_an_async_function_runs_inside_a_running_loop(ctx: Context) -> None:
    """In a notebook's cell, where a loop runs, a coroutine gets a thread, and keeps its context."""
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")

    @node
    async def later() -> str:
        await asyncio.sleep(0)
        return variable.get()

    async def cell() -> Action:
        variable.set("seen")
        return invoke(registry.find("later"), {}, ctx)

    assert asyncio.run(cell()).outputs == {"result": "seen"}


def test_an_async_function_can_share_a_loop(ctx: Context) -> None:
    """On one loop several nodes make way for each other."""
    both = asyncio.Event()

    @node
    async def first() -> str:
        await both.wait()
        return "first"

    @node
    async def second() -> str:
        both.set()
        return "second"

    async def run() -> list[Action]:
        names = ("first", "second")
        return await asyncio.gather(*(ainvoke(registry.find(n), {}, ctx) for n in names))

    assert [a.outputs["result"] for a in asyncio.run(run())] == ["first", "second"]


@pytest.mark.parametrize("inside", [False, True])
def test_an_exception_comes_out_as_it_is(ctx: Context, inside: bool) -> None:
    """What the function raises reaches the engine unchanged, from any thread."""

    class Mine(Exception):
        pass

    @node
    async def fails() -> None:
        raise Mine("words")

    async def cell() -> None:
        invoke(registry.find("fails"), {}, ctx)

    with pytest.raises(Mine, match="words"):
        if inside:
            asyncio.run(cell())
        else:
            invoke(registry.find("fails"), {}, ctx)


@pytest.mark.parametrize("inside", [False, True])
def test_a_cancelled_coroutine_cleans_up_and_ends(ctx: Context, inside: bool) -> None:
    """Once the run is cancelled a waiting coroutine is ended, and may clean up first."""
    cleaned = threading.Event()

    @node
    async def endless() -> None:
        ctx.cancelled.set()
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    async def cell() -> None:
        invoke(registry.find("endless"), {}, ctx)

    with pytest.raises(Cancelled):
        if inside:
            asyncio.run(cell())
        else:
            invoke(registry.find("endless"), {}, ctx)
    assert cleaned.is_set()


def test_cancelling_the_task_ends_the_work(ctx: Context) -> None:
    """A backend that cancels the task of `ainvoke` ends the node function with it."""
    events: list[str] = []

    @node
    async def endless() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            events.append("ended")

    async def run() -> None:
        task = asyncio.create_task(ainvoke(registry.find("endless"), {}, ctx))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())
    assert events == ["ended"]


def test_a_coroutine_that_cancels_itself_is_an_error(ctx: Context) -> None:
    """A cancellation that nobody asked for does not tear the worker down."""

    @node
    async def odd() -> None:
        raise asyncio.CancelledError

    with pytest.raises(RuntimeError, match="cancelled itself"):
        invoke(registry.find("odd"), {}, ctx)


def test_a_plain_function_may_return_a_coroutine(ctx: Context) -> None:
    """A wrapper that is not async itself may still hand a coroutine on."""

    async def inner() -> int:
        return 5

    @node
    def wrapper() -> Any:
        return inner()

    assert invoke(registry.find("wrapper"), {}, ctx).outputs == {"result": 5}
