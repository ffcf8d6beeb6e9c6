"""The only loop: take what is ready, look it up, submit it, judge its end."""

from __future__ import annotations

import dataclasses
import heapq
import queue
import random
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from .. import events
from ..failure import Failure
from ..nodes.base import Action, AnswerUnreadable, Cancelled, Context, TimedOut
from ..settings import LIMITS
from . import order, states
from .backend import Backend, Ended
from .board import Board
from .copying import TooDeep, fresh
from .dry import dry_failures
from .envelope import Kept
from .ledger import Receipt
from .memory import Doubt, FailedBefore, Free, Lost, Memory, Reusable, Unread, doubt_text
from .plan import Plan, Step
from .prepare import Prepared, Site, prepare, resolve, template_failure
from .recovery import failure_of, next_attempt
from .result import Outcome
from .shapes import shape

Ask = Callable[[str, str], str | None]
"""Asks a person about an effect in doubt: (node, question) → "sent", "not-sent" or None."""

POLL = 0.05
"""Seconds between looks at the clock and at an interrupt while nodes are running."""


@dataclass(frozen=True)
class Job:
    """Everything that one pass of the loop needs.

    `values` are the resolved inputs, secrets as references, and ``env``.  `attempts` counts the
    executions of earlier passes of the same run.  `stop` is set by an interrupt.
    """

    plan: Plan
    site: Site
    memory: Memory
    backend: Backend
    values: Mapping[str, Any]
    emit: Callable[[events.Event], None]
    stop: threading.Event
    on_failure: str = "continue"
    workers: int = LIMITS.workers
    ask: Ask | None = None
    attempts: Mapping[str, int] = field(default_factory=dict)


@dataclass
class _Running:
    """One execution under way."""

    prepared: Prepared
    receipt: Receipt | None
    context: Context
    attempt: int
    future: Future[Ended] | None = None
    deadline: float | None = None
    given_up: bool = False

    @property
    def step(self) -> Step:
        return self.prepared.step


@dataclass(frozen=True, order=True)
class _Later:
    """The next attempt of a node that failed in a way that time may heal."""

    when: float
    node: str
    attempt: int = field(compare=False)
    receipt: Receipt | None = field(compare=False)


class Scheduler:
    """One pass over a plan; `run` may be called once."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.board = Board(job.plan, job.values, job.attempts, job.emit)
        self.running: dict[str, _Running] = {}
        self.later: list[_Later] = []
        self.twins: list[Prepared] = []  # each waits for an equal pure node that is under way
        self.messages: queue.SimpleQueue[Ended | events.Event] = queue.SimpleQueue()
        self.interrupted = False
        self.begin = time.perf_counter()

    # --- the loop ---------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Run the plan to its end and give what it leaves."""
        while self.board.ready or self.later or self.running or self.twins:
            self._look_at_the_clock()
            self._start_ready()
            if self.running or self.later:
                self._receive()
        self._try_the_rest()
        return self._outcome()

    @property
    def _stopping(self) -> bool:
        """Whether nothing more may start: after an interrupt, or a failure if that stops."""
        return self.interrupted or (self.job.on_failure == "stop" and bool(self.board.failures))

    def _start_ready(self) -> None:
        twins, self.twins = self.twins, []
        for twin in twins:
            if self._stopping:
                self.board.skip(twin.step.node.id, order.STOPPED)
            else:
                self._apply(twin)
        while self.board.ready and len(self.running) < self.job.workers:
            step = self.board.next()
            reason = self.board.reason_to_skip(step)
            if reason is None and self._stopping:
                reason = order.STOPPED
            if reason is not None:
                self.board.skip(step.node.id, reason)
            else:
                self._take(step)

    def _receive(self) -> None:
        try:
            message = self.messages.get(timeout=POLL)
        except queue.Empty:
            return
        if isinstance(message, Ended):
            self._ended(message)
        else:
            self.job.emit(message)

    def _look_at_the_clock(self) -> None:
        if self.job.stop.is_set() and not self.interrupted:
            self._interrupt()
        now = time.monotonic()
        while self.later and (self._stopping or self.later[0].when <= now):
            self._again(heapq.heappop(self.later))
        for running in list(self.running.values()):
            if running.deadline is not None and now > running.deadline:
                self._give_up(running)

    def _interrupt(self) -> None:
        """Start nothing more, and tell what is under way; it has a few seconds to end."""
        self.interrupted = True
        for running in self.running.values():
            running.context.cancelled.set()
            running.deadline = time.monotonic() + LIMITS.cancel_seconds
            if running.step.type.is_async and running.future is not None:
                running.future.cancel()

    # --- before a node's code ---------------------------------------------------------------

    def _take(self, step: Step) -> None:
        """Resolve and key a node that may run, and do what is known of it asks for."""
        prepared = self._prepare(step)
        if isinstance(prepared, Failure):
            return self.board.fail(step, prepared)
        for notice in prepared.notices:
            self.job.emit(events.Notice(text=notice, node=step.node.id))
        if prepared.unkeyable:
            text = f"{step.node.id} cannot be reused: {prepared.unkeyable}"
            self.job.emit(events.Notice(text=text, node=step.node.id))
        self._apply(prepared)

    def _prepare(self, step: Step) -> Prepared | Failure:
        resolution = resolve(step, self.board.scope_of(step))
        broken = template_failure(step, resolution, self.job.site)
        prepared = broken or prepare(step, resolution, self.job.site)
        if isinstance(prepared, Prepared) and prepared.unkeyable and step.effect == "write":
            return _unkeyable(step, prepared.unkeyable)
        return prepared

    def _apply(self, prepared: Prepared) -> None:
        """Reuse, run, fail or ask, as what is kept for the node says."""
        if self._has_twin_under_way(prepared):
            return self.twins.append(prepared)
        match self.job.memory.find(prepared, self.board.scope):
            case Reusable(kept):
                self.board.reuse(prepared.step, kept, max(0.0, time.time() - kept.made_at))
            case Free(expect):
                self._begin(prepared, expect, attempt=1)
            case FailedBefore(failure) | Unread(failure):
                self.board.fail(prepared.step, failure)
            case Lost(receipt):
                self._lost(prepared.step, receipt)
            case Doubt(receipt, question):
                self._doubt(prepared, receipt, question)

    def _has_twin_under_way(self, prepared: Prepared) -> bool:
        """Whether the same is being computed for another node: then its result will do."""
        by_content = prepared.step.reuse.by == "content" and prepared.key is not None
        return by_content and any(
            running.prepared.key == prepared.key for running in self.running.values()
        )

    def _lost(self, step: Step, receipt: Receipt) -> None:
        """An effect whose result was not kept: done, unless somebody needs its value."""
        id = step.node.id
        if self.board.is_needed(id):
            return self.board.wait(
                id,
                f"{id} is done, but its result could not be kept; resolve {id} as sent, with its "
                "value, or let it run again",
            )
        made_at = receipt.ended or receipt.started
        bare = receipt.bare or Kept({}, "default", made_at, 0.0, {})
        self.board.reuse(step, bare, max(0.0, time.time() - made_at))

    def _doubt(self, prepared: Prepared, receipt: Receipt, question: str) -> None:
        id = prepared.step.node.id
        answer = self.job.ask(id, question) if self.job.ask is not None else None
        if answer is None or receipt.state == "STARTED":  # nobody can answer for what still runs
            return self.board.doubt(id, question)
        memory = self.job.memory
        memory.ledger.resolve(memory.session, id, answer == "sent", "asked during the run")
        self._apply(prepared)

    # --- a node's code ----------------------------------------------------------------------

    def _begin(self, prepared: Prepared, expect: int | None, attempt: int) -> None:
        """Claim the effect, if the node has one, and submit its code."""
        try:
            params = self.job.site.redactor.reveal(fresh(dict(prepared.params)))
        except TooDeep as error:
            return self.board.fail(prepared.step, _too_deep(prepared.step, error))
        receipt = None
        if prepared.step.effect == "write":
            receipt, won = self.job.memory.claim(prepared, expect)
            if not won:
                return self._apply(prepared)  # somebody was faster: take what they have
        id = prepared.step.node.id
        context = self._context(prepared.step, receipt, attempt)
        running = _Running(prepared, receipt, context, attempt, deadline=_deadline(prepared.step))
        self.running[id] = running
        self.board.start(id, attempt)
        running.future = self.job.backend.submit(prepared.step.type, params, context)
        running.future.add_done_callback(lambda future: self._post(running, future))

    def _context(self, step: Step, receipt: Receipt | None, attempt: int) -> Context:
        id, hide = step.node.id, self.job.site.redactor.hide_text

        def report(kind: str, fraction: float | None, text: str) -> None:
            if kind == "log":
                self.messages.put(events.NodeLog(node=id, text=hide(text)))
            else:
                event = events.NodeProgress(node=id, fraction=fraction, message=hide(text))
                self.messages.put(event)

        return dataclasses.replace(
            self.job.site.context(id),
            attempt=attempt,
            timeout=step.timeout,
            idempotency_key=receipt.idempotency_key if receipt is not None else "",
            cancelled=threading.Event(),
            report=report,
        )

    def _post(self, running: _Running, future: Future[Ended]) -> None:
        """Bring an ended execution to the loop's queue; called on the worker's thread."""
        if future.cancelled():
            id = running.step.node.id
            self.messages.put(Ended(id, running.attempt, 0.0, error=Cancelled(id)))
        else:
            self.messages.put(future.result())

    # --- the end of a node's code -----------------------------------------------------------

    def _ended(self, ended: Ended) -> None:
        running = self.running.get(ended.node)
        if running is None or running.attempt != ended.attempt:
            return  # it was given up before; its receipt says so
        del self.running[ended.node]
        self.board.spend(ended.node, ended.seconds)
        if ended.error is not None:
            return self._broke(running, ended, ended.error)
        try:
            action = self._hidden(ended.action or Action("default"))
        except TooDeep as error:
            unusable = AnswerUnreadable(f"its result cannot be kept: {error}")
            return self._broke(running, ended, unusable)
        kept = self.job.memory.keep(
            running.prepared, dataclasses.replace(ended, action=action), running.receipt
        )
        self.job.memory.rerun.discard(ended.node)
        self.board.finish(running.step, action, kept)

    def _hidden(self, action: Action) -> Action:
        """Copy what a node gave, so that it can change no more, with its secrets as references."""
        outputs = self.job.site.redactor.hide(fresh(dict(action.outputs)))
        return Action(action.name, outputs)

    def _give_up(self, running: _Running) -> None:
        """Stop waiting for a node that does not end in its time; its thread is left behind."""
        id = running.step.node.id
        running.given_up = True
        running.context.cancelled.set()
        if running.receipt is not None and running.future is not None:
            hidden: Future[Ended] = Future()
            running.future.add_done_callback(lambda future: self._hide_late(future, hidden))
            self.job.memory.leave_behind(running.prepared, running.receipt, hidden)
        del self.running[id]
        seconds = running.step.timeout or LIMITS.cancel_seconds
        error = Cancelled(id) if self.interrupted else TimedOut(seconds)
        self.board.spend(id, seconds)
        self._broke(running, Ended(id, running.attempt, seconds, error=error), error)

    def _hide_late(self, future: Future[Ended], hidden: Future[Ended]) -> None:
        """Hand on an end that came too late, with its secrets as references."""
        ended = None if future.cancelled() else future.result()
        if ended is None or ended.action is None:
            hidden.cancel()
        else:
            hidden.set_result(dataclasses.replace(ended, action=self._hidden(ended.action)))

    def _broke(self, running: _Running, ended: Ended, error: BaseException) -> None:
        """Judge a node's failure: cancelled, again, in doubt, or failed."""
        failure = self._failure(running, ended, error)
        if running.receipt is not None:
            self._write_down(running, running.receipt, failure)
        if failure.effect == "in_doubt":
            question = doubt_text(ended.node, failure.message)
            return self.board.doubt(ended.node, question, failure)
        if isinstance(error, Cancelled) and self.interrupted:
            return self.board.cancel(ended.node)
        again = next_attempt(failure, running.step.retry, running.attempt, random.random())
        if again is None or self._stopping:
            return self.board.fail(running.step, failure)
        self.board.retry(ended.node, failure, again.wait)
        when = time.monotonic() + again.wait
        attempt = running.attempt + 1
        heapq.heappush(self.later, _Later(when, ended.node, attempt, running.receipt))

    def _failure(self, running: _Running, ended: Ended, error: BaseException) -> Failure:
        redactor = self.job.site.redactor
        failure = failure_of(ended.node, error, running.step.effect)
        return dataclasses.replace(
            failure,
            message=redactor.hide_text(failure.message),
            detail=redactor.hide_text(ended.detail),
            reported=redactor.hide(fresh(dict(failure.reported))),
            input_shapes={name: shape(value) for name, value in running.prepared.params.items()},
            attempts=running.attempt,
        )

    def _write_down(self, running: _Running, receipt: Receipt, failure: Failure) -> None:
        """Close the claim of an effect that failed, as far as its outcome is known."""
        memory = self.job.memory
        if failure.effect == "in_doubt":
            if not running.given_up:  # else its thread may still end, and the claim stays open
                memory.doubted(receipt, doubt_text(failure.node, failure.message))
        elif failure.effect == "yes":
            memory.unread(running.prepared, receipt, failure)
        else:
            memory.failed(receipt, failure)

    def _again(self, later: _Later) -> None:
        """Start the next attempt of a node, unless the run is stopping."""
        step = self.job.plan.steps[later.node]
        if self._stopping:
            return self.board.skip(later.node, order.STOPPED)
        prepared = self._prepare(step)
        if isinstance(prepared, Failure):
            return self.board.fail(step, prepared)
        expect = later.receipt.id if later.receipt is not None else None
        self._begin(prepared, expect, later.attempt)

    # --- the end of the pass ----------------------------------------------------------------

    def _try_the_rest(self) -> None:
        """After a failure, try the templates of what was skipped, so that one run reports all."""
        if not self.board.failures or self.interrupted:
            return
        kept_back = (order.UPSTREAM_FAILED, order.STOPPED)
        runs = self.board.runs
        steps = [step for id, step in self.job.plan.steps.items() if runs[id].reason in kept_back]
        for failure in dry_failures(steps, self.board.scope, self.job.site):
            self.board.fail(self.job.plan.steps[failure.node], failure)

    def _outcome(self) -> Outcome:
        board, steps = self.board, self.job.plan.steps
        failures = sorted(board.failures.values(), key=lambda item: steps[item.node].index)
        ends = (run.state for run in board.runs.values())
        state = states.run_state(ends, len(failures), len(board.handled), self.interrupted)
        return Outcome(
            state=state,
            nodes=board.runs,
            failures=tuple(failures),
            action=board.last_action(),
            seconds=time.perf_counter() - self.begin,
            values=self.job.values,
            scope=board.scope,
        )


def _deadline(step: Step) -> float | None:
    if step.timeout is None:
        return None
    grace = LIMITS.cancel_seconds if step.type.spec.origin == "built-in" else 0.0
    return time.monotonic() + step.timeout + grace


def _too_deep(step: Step, error: TooDeep) -> Failure:
    return dataclasses.replace(
        _unkeyable(step, ""), code="KEY02", message=f"{step.node.id}: one of its params: {error}"
    )


def _unkeyable(step: Step, what: str) -> Failure:
    return Failure(
        node=step.node.id,
        code="KEY01",
        category="params",
        helps="change",
        effect="no",
        fixable=True,
        message=f"{step.node.id} has an effect, and {what}: it could be sent twice unnoticed",
        hint="pass plain values; or say `effect: pure` or `read`, if the node changes nothing",
    )
