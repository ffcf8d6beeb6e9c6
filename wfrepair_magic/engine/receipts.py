"""What a receipt is: one effect of one node in one session, and how far it is known to be."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from .envelope import BARE, Kept
from .owner import Owner, alive
from .rows import Row, Table


class State(StrEnum):
    """How far an effect is known to be."""

    STARTED = "STARTED"
    SUCCEEDED = "SUCCEEDED"
    FAILED_NOTHING_SENT = "FAILED_NOTHING_SENT"
    FAILED_REPORTED = "FAILED_REPORTED"
    IN_DOUBT = "IN_DOUBT"
    RESOLVED_SENT = "RESOLVED_SENT"
    RESOLVED_NOT_SENT = "RESOLVED_NOT_SENT"
    RESENT = "RESENT"
    SUPERSEDED = "SUPERSEDED"


OPEN = frozenset({State.STARTED, State.IN_DOUBT})
"""The outcome is not known (yet)."""

RESOLVED = frozenset({State.RESOLVED_SENT, State.RESOLVED_NOT_SENT})
"""A person, or a probe, said what became of it."""

SETTLED = RESOLVED | {State.RESENT}
"""A failure or a doubt that comes late changes nothing: a word, or the next attempt, counts."""

DONE = frozenset({State.SUCCEEDED, State.RESOLVED_SENT})
"""The effect happened and counts."""

REPLACEABLE = frozenset({State.FAILED_NOTHING_SENT, State.FAILED_REPORTED, State.RESOLVED_NOT_SENT})
"""The effect may be claimed again by whoever has seen this receipt."""

RECEIPTS = Table(
    "receipts",
    ("workflow", "session", "key", "slot", "generation", "state", "owner", "idempotency_key",
     "run", "started", "ended", "codec", "digest", "file", "failure", "question", "resolution"),
    unique=(("session", "key", "slot", "generation"),),
    indexes=(("session", "slot"), ("workflow",)),
)  # fmt: skip


@dataclass(frozen=True)
class Place:
    """Which effect: the key of what is done, and the slot (the node's id) that does it."""

    workflow: str
    session: str
    key: str
    slot: str


@dataclass(frozen=True)
class Receipt:
    """One attempt at one effect, as the ledger knows it.  Times are in unix seconds.

    `kept` is the result; None where there is none, where its outputs have no codec, and in
    listings, which spare the values.  `bare` is what is known of a result whose outputs have no
    codec: all but them.  `has_value` says, in listings too, whether outputs lie on disk.
    `resolution` is who answered for an effect in doubt, when and how.  A later `generation`
    replaces the earlier ones of its place.
    """

    id: int
    workflow: str
    session: str
    key: str
    slot: str
    state: str
    owner: Owner | None
    idempotency_key: str
    run: str
    started: float
    ended: float | None = None
    kept: Kept | None = None
    failure: dict[str, Any] | None = None
    question: str = ""
    resolution: dict[str, Any] | None = None
    generation: int = 1
    bare: Kept | None = None
    has_value: bool = False

    @property
    def place(self) -> Place:
        """Say which effect this is a receipt of."""
        return Place(self.workflow, self.session, self.key, self.slot)


def from_row(row: Row, kept: Kept | None = None) -> Receipt:
    """Make the receipt that a row of the ledger says; `kept` is the result that it names."""
    is_bare = row["codec"] == BARE
    return Receipt(
        **{name: row[name] for name in _AS_THEY_ARE},
        state=str(row["state"]),
        owner=Owner.from_json(row["owner"]) if row["owner"] else None,
        kept=None if is_bare else kept,
        bare=kept if is_bare else None,
        failure=_parsed(row["failure"]),
        resolution=_parsed(row["resolution"]),
        has_value=row["codec"] not in (None, BARE),
    )


def intent(place: Place, run: str, owner: Owner, before: Row | None) -> Row:
    """Make the row of a claim that follows `before`; it has no number yet."""
    carried = before["idempotency_key"] if before and before["state"] != State.SUPERSEDED else None
    return {
        **dict.fromkeys(RECEIPTS.columns),
        **asdict(place),
        "generation": before["generation"] + 1 if before else 1,
        "state": State.STARTED,
        "owner": owner.to_json(),
        "idempotency_key": carried or secrets.token_hex(16),
        "run": run,
        "started": time.time(),
        "question": "",
    }


def word(row: Row, sent: bool, by: str) -> Row:
    """Give what a word on an effect changes: what became of it, who says so, and when."""
    resolution = json.dumps({"by": by, "at": time.time(), "sent": sent})
    said: Row = {"resolution": resolution, "ended": row["ended"]}
    if row["state"] in DONE:  # only its value was not known
        return said
    return {**said, "state": State.RESOLVED_SENT if sent else State.RESOLVED_NOT_SENT}


def may_claim(newest: Row | None, expect: int | None) -> bool:
    """Say whether a place is free for one who has seen the receipt `expect` (None: none)."""
    if newest is None or newest["state"] == State.SUPERSEDED:
        return expect is None
    return bool(newest["id"] == expect and newest["state"] in REPLACEABLE)


def is_lost(row: Row) -> bool:
    """Say whether an effect's outcome was lost: in doubt, or begun by an owner that is gone."""
    if row["state"] == State.STARTED:
        return not alive(Owner.from_json(row["owner"]))
    return bool(row["state"] == State.IN_DOUBT)


def standing(row: Row) -> tuple[int, int]:
    """Order receipts by how much is known: done before open before failed; then by age."""
    state = row["state"]
    return (0 if state in DONE else 1 if state in OPEN else 2, row["id"])


def state_in(states: Collection[str]) -> str:
    """Give the SQL condition that takes these states as its values."""
    return f"state IN ({', '.join('?' * len(states))})"


_AS_THEY_ARE = (
    "id", "workflow", "session", "key", "slot", "idempotency_key", "run", "started",
    "ended", "question", "generation",
)  # fmt: skip


def _parsed(text: str | None) -> dict[str, Any] | None:
    return None if text is None else dict(json.loads(text))
