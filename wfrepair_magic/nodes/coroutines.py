"""Runs a coroutine to its end from any thread, and ends it when the run is cancelled."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Awaitable
from concurrent.futures import Future
from typing import TypeVar

from ..settings import LIMITS
from .base import Cancelled, Context

T = TypeVar("T")

POLL_SECONDS = 0.05
"""How often a waiting node looks whether it was cancelled."""


def run_coroutine(work: Awaitable[T], ctx: Context) -> T:
    """Give what `work` comes to; the calling thread waits.

    The work gets an event loop of its own, so that nothing else can hold it up, and a thread of
    its own where the calling thread is inside a running loop (a notebook's cell is).  Raises
    what the work raised, or Cancelled once `ctx.cancelled` is set.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(watched(work, ctx))
    return _run_beside(work, ctx)


async def watched(work: Awaitable[T], ctx: Context) -> T:
    """Wait for `work` on the running loop, and cancel it once `ctx.cancelled` is set.

    Cancelled work has a few seconds to clean up before this raises Cancelled.
    """
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=POLL_SECONDS)
            if not task.done() and ctx.cancelled.is_set():
                raise Cancelled(ctx.node)
    finally:
        await _end(task)
    if task.cancelled():
        raise RuntimeError("the coroutine cancelled itself")
    return task.result()


async def _end(task: asyncio.Future[T]) -> None:
    """Cancel a task that has not ended; what it still raises is not wanted any more."""
    if task.done():
        return
    task.cancel()
    await asyncio.wait({task}, timeout=LIMITS.cancel_seconds)
    if task.done() and not task.cancelled():
        task.exception()  # asked for, or asyncio reports it as lost


def _run_beside(work: Awaitable[T], ctx: Context) -> T:
    """Run the work on a loop in a daemon thread, as the caller's own loop is busy waiting."""
    outcome: Future[T] = Future()
    context = contextvars.copy_context()

    def run() -> None:
        try:
            outcome.set_result(context.run(asyncio.run, watched(work, ctx)))
        except BaseException as error:  # raised again in the thread that waits
            outcome.set_exception(error)

    threading.Thread(target=run, name=f"node {ctx.node}", daemon=True).start()
    try:
        return outcome.result()
    except KeyboardInterrupt:  # of the waiting thread; it ends the work too
        ctx.cancelled.set()
        raise
