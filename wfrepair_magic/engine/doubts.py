"""The ways out of a doubt, in their order: send again, look, ask a person (pure)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ..ir.durations import spelled
from .plan import Step
from .prepare import Prepared
from .receipts import Receipt

Way = Literal["resend", "look", "ask"]


@dataclass(frozen=True)
class Doubt:
    """An earlier execution's outcome was lost.

    `first` is when the effect was first tried under its idempotency key.  `own`: it is the very
    effect that the node would have now, not one from before an edit.  `live`: it is still under
    way somewhere, so that nobody can say yet.
    """

    receipt: Receipt
    question: str
    first: float = 0.0
    own: bool = False
    live: bool = False


def doubt_text(node: str, cause: str) -> str:
    """Say what a person is asked about an effect whose outcome was lost."""
    return (
        f"{node}: {cause.removesuffix('.')}, and its effect may or may not have happened. Look at "
        f"the other side, then resolve {node}: it was sent, or it was not"
    )


def lost_text(node: str) -> str:
    """Say what a person is asked about an effect that is done and whose result is lost."""
    return (
        f"{node} is done, but its result could not be kept; resolve {node} as sent, with its "
        "value, or let it run again"
    )


def way_out(doubt: Doubt, prepared: Prepared, run: str, now: float) -> Way:
    """Say what is done about an effect in doubt.

    What this very `run` left in doubt it does not send again by itself: its retries are used up.
    """
    if doubt.live or not doubt.own:
        return "ask"
    if in_window(prepared.step, doubt.first, now) and doubt.receipt.run != run:
        return "resend"
    return "look" if prepared.look is not None else "ask"


def in_window(step: Step, first: float, now: float) -> bool:
    """Whether an effect first tried at `first` may be sent again with the same idempotency key.

    A clock that went back says nothing of the window, so then it may not.
    """
    return step.idempotent is not None and 0 <= now - first <= step.idempotent


def why_not_resent(step: Step, first: float, now: float) -> str:
    """Say why an idempotent node is not sent again by itself, or when it will be; else nothing."""
    if step.idempotent is None:
        return ""
    if in_window(step, first, now):
        return ". Or run again: it is then sent again, with the same idempotency key"
    window = spelled(step.idempotent)
    if now < first:
        passed = "the clock stands before its first attempt"
    else:
        passed = f"its first attempt was {spelled(now - first)} ago"
    return f". It is idempotent for {window} only, and {passed}: it is not sent again by itself"
