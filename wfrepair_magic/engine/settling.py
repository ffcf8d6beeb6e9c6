"""What one pass of the loop does about effects in doubt: send again, look, ask, or wait."""

from __future__ import annotations

import dataclasses
import random
import time
from collections.abc import Callable
from typing import Protocol

from .. import events
from ..failure import Failure
from ..nodes.base import Action
from ..nodes.checks import Seen
from . import order
from .board import Board
from .doubts import Doubt, doubt_text, in_window, lost_text, way_out, why_not_resent
from .job import Job, Running
from .ledger import Receipt
from .looks import Look, Looked, Looks
from .prepare import Prepared
from .recovery import Again, next_attempt


class Hands(Protocol):
    """What the loop does on the word of this file."""

    @property
    def stopping(self) -> bool:
        """Whether nothing more may start."""

    def decide(self, prepared: Prepared) -> None:
        """Look a node up anew, and do what is known of it asks for."""

    def begin(
        self, prepared: Prepared, expect: int | None, attempt: int, resent: Receipt | None = None
    ) -> None:
        """Execute a node."""

    def fail_or_retry(self, running: Running, failure: Failure) -> None:
        """End an execution that surely had no effect."""

    def try_later(self, running: Running, failure: Failure, again: Again, doubt: str = "") -> None:
        """Execute a node once more after a while."""


_FAR = frozenset({"connection", "http"})
"""Failures after which the other side may still be at work, although nobody waits here."""


class Settling:
    """The doubts of one pass; `post` brings each end of a look to the loop."""

    def __init__(
        self, job: Job, board: Board, hands: Hands, post: Callable[[Looked], None]
    ) -> None:
        self._job = job
        self._board = board
        self._hands = hands
        self.looks = Looks(job, post)

    def found(self, prepared: Prepared, doubt: Doubt) -> None:
        """Take the first way out of a doubt that stands before a node."""
        memory, now, id = self._job.memory, time.time(), prepared.step.node.id
        reason = why_not_resent(prepared.step, doubt.first, now) if doubt.own else ""
        look = Look(prepared, doubt.receipt, doubt.question + reason)
        if doubt.live:  # nobody can say yet
            return self._board.doubt(id, doubt.question)
        match way_out(doubt, prepared, memory.run, now):
            case "resend":
                self._tell_resend(id, "the outcome of its last attempt was lost")
                self._hands.begin(prepared, doubt.receipt.id, attempt=1, resent=doubt.receipt)
            case "look":
                self.looks.begin(look)
            case "ask":
                self._ask(look)

    def left(self, running: Running, receipt: Receipt, failure: Failure) -> None:
        """Take one out of a doubt that an execution of this pass has left.

        What may be is sent again as often as `retry` says; a person is not asked at once.
        """
        id, step, now = running.step.node.id, running.step, time.time()
        question = doubt_text(id, failure.message)
        if running.given_up or self._hands.stopping:  # it may still happen; nothing may start
            return self._board.doubt(id, question, failure)
        first = self._job.memory.ledger.first_attempt(receipt)
        if in_window(step, first, now):
            chance = random.random()
            again = next_attempt(failure, step.retry, running.attempt, chance, resend=True)
            if again is not None:
                self._tell_resend(id, failure.message)
                return self._hands.try_later(running, failure, again, question)
        question += why_not_resent(step, first, now)
        look = Look(running.prepared, receipt, question, running, failure)
        if running.prepared.look is not None:
            self.looks.begin(look)
        else:
            self._ask(look)

    def interrupt(self) -> None:
        """Wait for no look any more."""
        self.looks.cancel()
        for look in list(self.looks.under_way.values()):
            self.looked(Looked(look, Seen("unknown", "it was interrupted")))

    def looked(self, looked: Looked) -> None:
        """Take the word of a look at an effect in doubt; where it has none, ask a person."""
        look, seen = looked.look, looked.seen
        if not self.looks.end(looked):
            return
        if seen.verdict == "unknown":
            question = f"{look.question}. Its `verify` cannot tell: {seen.said}"
            return self._ask(dataclasses.replace(look, question=question))
        sent = seen.verdict == "yes"
        if not sent and look.failure is not None and look.failure.category in _FAR:
            question = f"{look.question}. Its `verify` does not see it ({seen.said}), but it may"
            question += " still be under way there: the next run looks again"
            return self._ask(dataclasses.replace(look, question=question))
        self._job.memory.ledger.answer(look.receipt.id, sent, f"verify: {seen.said}")
        id, said = look.prepared.step.node.id, "happened" if sent else "did not happen"
        self._tell(id, f"the effect that was in doubt {said}, as its `verify` tells: {seen.said}")
        if look.running is not None and look.failure is not None:
            self._settle(look.running, look.failure, sent)
        elif self._hands.stopping:
            self._board.skip(id, order.STOPPED)
        else:
            self._hands.decide(look.prepared)

    def _settle(self, running: Running, failure: Failure, sent: bool) -> None:
        """End an execution of this pass of which a look told afterwards whether it happened."""
        id = running.step.node.id
        if not sent:
            self._hands.fail_or_retry(running, dataclasses.replace(failure, effect="no"))
        elif self._board.is_needed(id):
            self._board.wait(id, lost_text(id))
        else:
            self._board.finish(running.step, Action("default", {}), kept=True)

    def _ask(self, look: Look) -> None:
        """Ask a person where there is one; what this very pass left in doubt waits."""
        id, ask = look.prepared.step.node.id, self._job.ask
        at_once = ask is not None and look.failure is None and not self._job.stop.is_set()
        answer = ask(id, look.question) if ask is not None and at_once else None
        if answer is None:
            return self._board.doubt(id, look.question, look.failure)
        self._job.memory.ledger.answer(look.receipt.id, answer == "sent", "asked during the run")
        self._hands.decide(look.prepared)

    def _tell_resend(self, id: str, cause: str) -> None:
        self._tell(id, f"sent again with the same idempotency key ({cause}); it is idempotent")

    def _tell(self, id: str, text: str) -> None:
        self._job.emit(events.Notice(text=f"{id}: {text}", node=id))
