"""The only loop: take what is ready, look it up, submit it, judge its end."""

from __future__ import annotations

import dataclasses
import heapq
import queue
import random
import threading
import time
from concurrent.futures import Future

from .. import events
from ..failure import Failure
from ..nodes.base import Action, AnswerUnreadable, Cancelled, Context, TimedOut
from ..settings import LIMITS
from . import order, states
from .backend import Ended
from .board import Board
from .copying import TooDeep, fresh
from .doubts import Doubt, lost_text
from .dry import dry_failures
from .endings import failure_in, hand_on, hidden, write_down
from .envelope import Kept
from .job import Job, Later, Running, deadline
from .ledger import Receipt
from .looks import Looked
from .memory import FailedBefore, Free, Lost, Reusable, Unread
from .plan import Step
from .prepare import Prepared, prepare, resolve, template_failure, too_deep, unkeyable
from .recovery import Again, next_attempt
from .result import Outcome
from .settling import Settling

POLL = 0.05
"""Seconds between looks at the clock and at an interrupt while nodes are running."""


class Scheduler:
    """One pass over a plan; `run` may be called once."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.board = Board(job.plan, job.values, job.attempts, job.emit)
        self.running: dict[str, Running] = {}
        self.later: list[Later] = []
        self.twins: list[Prepared] = []  # each waits for an equal pure node that is under way
        self.messages: queue.SimpleQueue[Ended | Looked | events.Event] = queue.SimpleQueue()
        self.doubts = Settling(job, self.board, self, self.messages.put)
        self.interrupted = False
        self.begun = time.perf_counter()

    # --- the loop ---------------------------------------------------------------------------

    def run(self) -> Outcome:
        """Run the plan to its end and give what it leaves."""
        while self.board.ready or self.twins or self._under_way:
            self._look_at_the_clock()
            self._start_ready()
            if self._under_way:
                self._receive()
        self._try_the_rest()
        return self._outcome()

    @property
    def _under_way(self) -> bool:
        return bool(self.running or self.later or self.doubts.looks.under_way)

    @property
    def stopping(self) -> bool:
        """Whether nothing more may start: after an interrupt, or a failure if that stops."""
        return self.interrupted or (self.job.on_failure == "stop" and bool(self.board.failures))

    def _start_ready(self) -> None:
        twins, self.twins = self.twins, []
        for twin in twins:
            if self.stopping:
                self.board.skip(twin.step.node.id, order.STOPPED)
            else:
                self.decide(twin)
        while self.board.ready and len(self.running) < self.job.workers:
            step = self.board.next()
            reason = self.board.reason_to_skip(step)
            if reason is None and self.stopping:
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
        elif isinstance(message, Looked):
            self.doubts.looked(message)
        else:
            self.job.emit(message)

    def _look_at_the_clock(self) -> None:
        if self.job.stop.is_set() and not self.interrupted:
            self._interrupt()
        now = time.monotonic()
        while self.later and (self.stopping or self.later[0].when <= now):
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
        self.doubts.interrupt()

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
        self.decide(prepared)

    def _prepare(self, step: Step) -> Prepared | Failure:
        resolution = resolve(step, self.board.scope_of(step))
        broken = template_failure(step, resolution, self.job.site)
        prepared = broken or prepare(step, resolution, self.job.site)
        if isinstance(prepared, Prepared) and prepared.unkeyable and step.effect == "write":
            return unkeyable(step, prepared.unkeyable)
        return prepared

    def decide(self, prepared: Prepared) -> None:
        """Reuse, run, fail or ask, as what is kept for the node says."""
        if self._has_twin_under_way(prepared):
            return self.twins.append(prepared)
        match self.job.memory.find(prepared, self.board.scope):
            case Reusable(kept):
                self.board.reuse(prepared.step, kept, max(0.0, time.time() - kept.made_at))
            case Free(expect):
                self.begin(prepared, expect, attempt=1)
            case FailedBefore(failure) | Unread(failure):
                self.board.fail(prepared.step, failure)
            case Lost(receipt):
                self._lost(prepared.step, receipt)
            case Doubt() as doubt:
                self.doubts.found(prepared, doubt)

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
            return self.board.wait(id, lost_text(id))
        made_at = receipt.ended or receipt.started
        bare = receipt.bare or Kept({}, "default", made_at, 0.0, {})
        self.board.reuse(step, bare, max(0.0, time.time() - made_at))

    # --- a node's code ----------------------------------------------------------------------

    def begin(
        self, prepared: Prepared, expect: int | None, attempt: int, resent: Receipt | None = None
    ) -> None:
        """Claim the effect, if the node has one, and submit its code.

        `resent` is the receipt of an attempt in doubt that this one repeats.
        """
        try:
            params = self.job.site.redactor.reveal(fresh(dict(prepared.params)))
        except TooDeep as error:
            return self.board.fail(prepared.step, too_deep(prepared.step, error))
        why = self.job.memory.why(prepared) if attempt == 1 else ()
        receipt = None
        if prepared.step.effect == "write":
            receipt = self._claim(prepared, expect, resent)
            if receipt is None:
                return self.decide(prepared)  # somebody was faster: take what they have
        id = prepared.step.node.id
        context = self._context(prepared.step, receipt, attempt)
        running = Running(prepared, receipt, context, attempt, resent is not None)
        running.deadline = deadline(prepared.step)
        self.running[id] = running
        self.board.start(id, attempt, why)
        running.future = self.job.backend.submit(prepared.step.type, params, context)
        running.future.add_done_callback(lambda future: self._post(running, future))

    def _claim(
        self, prepared: Prepared, expect: int | None, resent: Receipt | None
    ) -> Receipt | None:
        if resent is not None:
            return self.job.memory.resend(resent)
        receipt, won = self.job.memory.claim(prepared, expect)
        return receipt if won else None

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

    def _post(self, running: Running, future: Future[Ended]) -> None:
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
            action = hidden(ended.action or Action("default"), self.job.site.redactor)
        except TooDeep as error:
            unusable = AnswerUnreadable(f"its result cannot be kept: {error}")
            return self._broke(running, ended, unusable)
        kept = self.job.memory.keep(
            running.prepared, dataclasses.replace(ended, action=action), running.receipt
        )
        self.job.memory.ran(running.prepared)
        self.job.memory.rerun.discard(ended.node)
        self.board.finish(running.step, action, kept)

    def _give_up(self, running: Running) -> None:
        """Stop waiting for a node that does not end in its time; its thread is left behind."""
        id = running.step.node.id
        running.given_up = True
        running.context.cancelled.set()
        if running.receipt is not None and running.future is not None:
            late: Future[Ended] = Future()
            redactor = self.job.site.redactor
            running.future.add_done_callback(lambda future: hand_on(future, late, redactor))
            self.job.memory.leave_behind(running.prepared, running.receipt, late)
        del self.running[id]
        seconds = running.step.timeout or LIMITS.cancel_seconds
        error = Cancelled(id) if self.interrupted else TimedOut(seconds)
        self.board.spend(id, seconds)
        self._broke(running, Ended(id, running.attempt, seconds, error=error), error)

    def _broke(self, running: Running, ended: Ended, error: BaseException) -> None:
        """Judge a node's failure: cancelled, again, in doubt, or failed."""
        failure = failure_in(running, ended, error, self.job.site.redactor)
        if running.receipt is not None:
            write_down(self.job.memory, running, running.receipt, failure)
            if failure.effect == "in_doubt":
                return self.doubts.left(running, running.receipt, failure)
        if isinstance(error, Cancelled) and self.interrupted:
            return self.board.cancel(ended.node)
        self.fail_or_retry(running, failure)

    def fail_or_retry(self, running: Running, failure: Failure) -> None:
        """End an execution whose effect did not happen, or that reported its failure."""
        again = next_attempt(failure, running.step.retry, running.attempt, random.random())
        if again is None or self.stopping:
            return self.board.fail(running.step, failure)
        self.try_later(running, failure, again)

    def try_later(self, running: Running, failure: Failure, again: Again, doubt: str = "") -> None:
        """Execute a node once more after a while; `doubt` is asked if that comes to nothing."""
        id = running.step.node.id
        self.board.retry(id, failure, again.wait)
        when, attempt = time.monotonic() + again.wait, running.attempt + 1
        heapq.heappush(self.later, Later(when, id, attempt, running.receipt, doubt))

    def _again(self, later: Later) -> None:
        """Start the next attempt of a node, unless the run is stopping."""
        step = self.job.plan.steps[later.node]
        prepared = None if self.stopping else self._prepare(step)
        if later.doubt and not isinstance(prepared, Prepared):
            return self.board.doubt(later.node, later.doubt)
        if prepared is None:
            return self.board.skip(later.node, order.STOPPED)
        if isinstance(prepared, Failure):
            return self.board.fail(step, prepared)
        expect = later.receipt.id if later.receipt is not None else None
        resent = later.receipt if later.doubt else None
        self.begin(prepared, expect, later.attempt, resent)

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
            seconds=time.perf_counter() - self.begun,
            values=self.job.values,
            scope=board.scope,
        )
