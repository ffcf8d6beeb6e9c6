"""What is kept, and told, of an execution that ended: without secrets, and on disk first."""

from __future__ import annotations

import dataclasses
from concurrent.futures import Future

from ..failure import Failure
from ..nodes.base import Action
from .backend import Ended
from .copying import fresh
from .doubts import doubt_text
from .job import Running
from .ledger import Receipt
from .memory import Memory
from .recovery import failure_of
from .secrets import Redactor
from .shapes import shape


def hidden(action: Action, redactor: Redactor) -> Action:
    """Copy what a node gave, so that it can change no more, with its secrets as references."""
    return Action(redactor.hide_text(action.name), redactor.hide(fresh(dict(action.outputs))))


def hand_on(future: Future[Ended], late: Future[Ended], redactor: Redactor) -> None:
    """Hand on an end that came too late, with its secrets as references."""
    ended = None if future.cancelled() else future.result()
    if ended is None or ended.action is None:
        late.cancel()
    else:
        late.set_result(dataclasses.replace(ended, action=hidden(ended.action, redactor)))


def failure_in(running: Running, ended: Ended, error: BaseException, redactor: Redactor) -> Failure:
    """Make the Failure value of an execution, with its secrets as references.

    How a resend fails says nothing of the attempt before it, which stays in doubt.
    """
    failure = failure_of(ended.node, error, running.step.effect)
    unsaid = running.resent and failure.effect in ("no", "reported")
    return dataclasses.replace(
        failure,
        effect="in_doubt" if unsaid else failure.effect,
        message=redactor.hide_text(failure.message),
        detail=redactor.hide_text(ended.detail),
        reported=redactor.hide(fresh(dict(failure.reported))),
        input_shapes={name: shape(value) for name, value in running.prepared.params.items()},
        attempts=running.attempt,
    )


def write_down(memory: Memory, running: Running, receipt: Receipt, failure: Failure) -> None:
    """Close the claim of an effect that failed, as far as its outcome is known."""
    if failure.effect == "in_doubt":
        if not running.given_up:  # else its thread may still end, and the claim stays open
            memory.doubted(receipt, doubt_text(failure.node, failure.message))
    elif failure.effect == "yes":
        memory.unread(running.prepared, receipt, failure)
    else:
        memory.failed(receipt, failure)
