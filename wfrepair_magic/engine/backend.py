"""Runs one node's code on daemon threads of our own, or on one event loop if it is async."""

from __future__ import annotations

import asyncio
import contextvars
import queue
import threading
import time
import traceback
from collections.abc import Callable, Coroutine, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from ..nodes.base import Action, Context, NodeType
from ..nodes.invoke import ainvoke, invoke

DETAIL = 8_000
"""So many characters of a traceback are kept, from its end."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class Ended:
    """How one execution of a node's code ended: with an action or with an error."""

    node: str
    attempt: int
    seconds: float
    action: Action | None = None
    error: BaseException | None = None
    detail: str = ""


class DaemonThreads(Executor):
    """An executor whose threads never keep the process alive.

    `ThreadPoolExecutor` joins its threads at exit, so that one node that hangs would keep the
    kernel from ending; and an interrupt inside its `submit` may deadlock.  How many jobs run at
    once is the scheduler's business.
    """

    def __init__(self) -> None:
        self._jobs: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads = 0
        self._open = 0  # jobs submitted and not ended
        self._lock = threading.Lock()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Run `fn` on one of the threads; a new one is made only if all are busy."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        context = contextvars.copy_context()  # a kernel files what is printed by it

        def job() -> None:
            try:
                result = context.run(fn, *args, **kwargs)
            except BaseException as error:  # belongs to whoever holds the future
                future.set_exception(error)
            else:
                future.set_result(result)

        with self._lock:
            self._open += 1
            if self._open > self._threads:
                self._threads += 1
                name = f"wfrepair-node-{self._threads}"
                threading.Thread(target=self._work, name=name, daemon=True).start()
        self._jobs.put(job)
        return future

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            with self._lock:
                self._open -= 1

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let idle threads end; never waits for busy ones."""
        with self._lock:
            for _ in range(self._threads):
                self._jobs.put(None)


class EventLoop:
    """One event loop on a daemon thread of its own, for async node functions."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None

    def submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        """Run a coroutine on the loop; the loop starts with the first."""
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(
                target=self._loop.run_forever, name="wfrepair-async", daemon=True
            ).start()
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def shutdown(self) -> None:
        """Stop the loop after what it is doing."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)


class Backend:
    """Where node code runs; one for each run."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor
        self._loop = EventLoop()

    def submit(
        self, node_type: NodeType, params: Mapping[str, Any], context: Context
    ) -> Future[Ended]:
        """Start the node's code; the future always ends with an Ended, never with an error."""
        if node_type.is_async:
            return self._loop.submit(_run_async(node_type, params, context))
        return self._executor.submit(_run, node_type, params, context)

    def shutdown(self) -> None:
        """Let go of the threads; a node that hangs stays behind on a daemon thread."""
        self._executor.shutdown(wait=False)
        self._loop.shutdown()


def _run(node_type: NodeType, params: Mapping[str, Any], context: Context) -> Ended:
    begin = time.perf_counter()
    try:
        action = invoke(node_type, params, context)
    except BaseException as error:  # becomes a value; recovery judges it
        return _broke(error, context, begin)
    return Ended(context.node, context.attempt, time.perf_counter() - begin, action)


async def _run_async(node_type: NodeType, params: Mapping[str, Any], context: Context) -> Ended:
    begin = time.perf_counter()
    try:
        action = await ainvoke(node_type, params, context)
    except BaseException as error:  # becomes a value; raised, it would end the loop itself
        return _broke(error, context, begin)
    return Ended(context.node, context.attempt, time.perf_counter() - begin, action)


def _last_words(error: BaseException) -> list[str]:
    try:
        return traceback.format_exception_only(error)
    except Exception as second:
        return [f"{type(error).__name__} (its text raises {type(second).__name__})\n"]


def _broke(error: BaseException, context: Context, begin: float) -> Ended:
    frames = traceback.extract_tb(error.__traceback__)
    inner = [frame for frame in frames if "wfrepair_magic" not in frame.filename]
    lines = traceback.format_list(inner[-6:])
    detail = "".join([*lines, *_last_words(error)])[-DETAIL:]
    seconds = time.perf_counter() - begin
    return Ended(context.node, context.attempt, seconds, error=error, detail=detail)
