"""Calls a node function, sync or async, and gives what it returned as an Action."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from .base import Action, Context, NodeType
from .coroutines import run_coroutine, watched


def invoke(node_type: NodeType, params: Mapping[str, Any], ctx: Context) -> Action:
    """Run a node function to its end in the calling thread.

    `params` are resolved and bear the canonical names of the spec.  A coroutine runs on an event
    loop of its own.  Raises whatever the function raises, and Cancelled where `ctx.cancelled`
    ended it.
    """
    returned = _call(node_type, params, ctx)
    if inspect.isawaitable(returned):
        returned = run_coroutine(returned, ctx)
    return action_of(returned)


async def ainvoke(node_type: NodeType, params: Mapping[str, Any], ctx: Context) -> Action:
    """Run an async node function on the running loop; otherwise as `invoke`.

    A function that is not async holds up the loop: give those to `invoke` in a thread.
    """
    returned = _call(node_type, params, ctx)
    if inspect.isawaitable(returned):
        returned = await watched(returned, ctx)
    return action_of(returned)


def action_of(returned: object) -> Action:
    """Read what a node function returned: an Action, a dict of outputs, or its `result`.

    A dict counts as outputs only if all its keys are text, as outputs are found by name.
    """
    if isinstance(returned, Action):
        return Action(returned.name, _outputs(returned.outputs))
    return Action("default", _outputs(returned))


def _outputs(value: object) -> dict[str, Any]:
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return dict(value)
    return {"result": value}


def _call(node_type: NodeType, params: Mapping[str, Any], ctx: Context) -> Any:
    extra = {} if node_type.context_param is None else {node_type.context_param: ctx}
    if node_type.takes_mapping:
        return node_type.run(dict(params), **extra)
    return node_type.run(**params, **extra)
