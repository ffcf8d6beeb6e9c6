"""The ledger as a table: what became of each effect, in words."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Final

from ..engine.owner import alive
from ..engine.receipts import Receipt, State
from . import words
from .text import align

HEADS: Final = ("node", "state", "when", "took", "run", "idempotency key", "said by")
_WORDS: Final[Mapping[str, str]] = {
    State.SUCCEEDED: "done",
    State.FAILED_NOTHING_SENT: "failed, nothing was sent",
    State.FAILED_REPORTED: "failed, as it reported",
    State.IN_DOUBT: "in doubt",
    State.RESOLVED_SENT: "was sent",
    State.RESOLVED_NOT_SENT: "was not sent",
    State.RESENT: "in doubt, sent again",
    State.SUPERSEDED: "done, and run again",
}


def rows(receipts: Iterable[Receipt], now: float, everything: bool) -> list[tuple[str, ...]]:
    """Give a row for each effect; with `everything` each node's workflow stands before it."""
    return [
        (
            f"{receipt.workflow}: {receipt.slot}" if everything else receipt.slot,
            state_in_words(receipt),
            f"{_clock(receipt.started)} ({words.ago(max(now - receipt.started, 0.0))})",
            "" if receipt.ended is None else words.duration(receipt.ended - receipt.started),
            receipt.run,
            receipt.idempotency_key,
            _said(receipt, now),
        )
        for receipt in receipts
    ]


def state_in_words(receipt: Receipt) -> str:
    """Say how far an effect is known to be."""
    if receipt.state == State.STARTED:
        owner = receipt.owner
        if owner is not None and alive(owner):
            return f"being run by process {owner.pid}"
        return "in doubt, its process is gone"
    if receipt.state in (State.SUCCEEDED, State.RESOLVED_SENT) and not receipt.has_value:
        return f"{_WORDS[receipt.state]}, its result is not kept"
    return _WORDS[receipt.state]


def in_doubt(receipt: Receipt) -> bool:
    """Say whether a person must say what became of an effect."""
    if receipt.state == State.STARTED:
        return receipt.owner is None or not alive(receipt.owner)
    return receipt.state == State.IN_DOUBT


def _clock(at: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at))


def _said(receipt: Receipt, now: float) -> str:
    """Tell who ended a doubt, and when."""
    if receipt.resolution is None:
        return ""
    ago = words.ago(max(now - receipt.resolution["at"], 0.0))
    return f"{receipt.resolution['by']}, {ago}"


def draw(receipts: Iterable[Receipt], now: float, everything: bool) -> str:
    """Draw the effects as text, oldest first."""
    return "\n".join(align([HEADS, *rows(receipts, now, everything)], width=160))
