"""What one pass of the loop is given, and what it has under way."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from .. import events
from ..nodes.base import Context
from ..settings import LIMITS
from .backend import Backend, Ended
from .ledger import Receipt
from .memory import Memory
from .plan import Plan, Step
from .prepare import Prepared, Site

Ask = Callable[[str, str], str | None]
"""Asks a person about an effect in doubt: (node, question) → "sent", "not-sent" or None."""


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
class Running:
    """One execution under way; `resent`: whether an earlier one of the same effect is in doubt."""

    prepared: Prepared
    receipt: Receipt | None
    context: Context
    attempt: int
    resent: bool = False
    future: Future[Ended] | None = None
    deadline: float | None = None
    given_up: bool = False

    @property
    def step(self) -> Step:
        """The step that is executed."""
        return self.prepared.step


@dataclass(frozen=True, order=True)
class Later:
    """The next attempt of a node that failed in a way that time may heal.

    `doubt` is what a person is asked if that attempt does not come about; "" where the one
    before it had no effect.
    """

    when: float
    node: str
    attempt: int = field(compare=False)
    receipt: Receipt | None = field(compare=False)
    doubt: str = field(compare=False, default="")


def deadline(step: Step) -> float | None:
    """Say until when, of `time.monotonic`, an execution that begins now is waited for."""
    if step.timeout is None:
        return None
    grace = LIMITS.cancel_seconds if step.type.spec.origin == "built-in" else 0.0
    return time.monotonic() + step.timeout + grace
