"""Intent before an effect, receipt after it; finds what is in doubt.

Theory of operation.  A claim is a row in state STARTED that is on disk before the effect begins;
`succeed`, `fail` or `doubt` closes it.  Whoever finds a STARTED row whose owner is gone knows
that the outcome was lost, and asks a person.  Every verb is one transaction under sqlite's write
lock, forced to disk, so that of many claimants one wins.  A receipt is replaced only by a next
generation of its place, and only by one who has seen it.

    claim ─ STARTED ─┬─ succeed ─ SUCCEEDED ──────────────────────────┬─ supersede ─ SUPERSEDED
                     ├─ doubt ─── IN_DOUBT ┬ resolve ┬─ RESOLVED_SENT ┘
                     │                     │         └─ RESOLVED_NOT_SENT ──────┬─ claim(expect)
                     │                     └ resend ── RESENT ─ a next STARTED  │
                     └─ fail ──── FAILED_NOTHING_SENT | FAILED_REPORTED ────────┘

An outcome that comes late still counts: `succeed` and `fail` also close IN_DOUBT, and `succeed`
what a person resolved without knowing.  What was resent is told by its next generation alone:
if that one fails, the doubt about the one before it stands, and so `fail` leaves it IN_DOUBT.
`resolve` also takes a STARTED row whose owner is gone, and gives a value to what is done
without one.  What is only *read* from the world is recorded here too, after the fact
(`record`): it holds for this session alone, and repeating it would be harmless.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Self

from ..errors import BadWorkflow, EngineBug
from . import folder as store_folder
from . import payloads, places
from .envelope import Kept, pack
from .faults import PATIENCE, said
from .ledger_file import LedgerFile
from .owner import Owner
from .payloads import Staged
from .receipts import (
    DONE,
    OPEN,
    RECEIPTS,
    RESOLVED,
    SETTLED,
    Place,
    Receipt,
    State,
    from_row,
    intent,
    is_lost,
    may_claim,
    state_in,
    word,
)
from .rows import Row, insert, storable, update

__all__ = ["Ledger", "Place", "Receipt"]


class Ledger:
    """The open ledger of one store folder, used by the one thread that opened it.

    Every method raises StoreError where the store cannot be read or written, or was damaged.
    """

    def __init__(self, file: LedgerFile, folder: Path) -> None:
        self.file = file
        self.folder = folder
        self._sqlite = file.sqlite
        self._effects = folder / "effects"
        self._looked_over: set[str] = set()

    @classmethod
    def open(cls, folder: Path, patience: float = PATIENCE) -> Self:
        """Open the ledger of a store folder; both are made where they are not there yet.

        `patience` is how many seconds a call waits for another process that writes.
        """
        store = store_folder.make(folder)
        with said(store.path):
            store_folder.make_subfolder(store.path / "effects")
        return cls(LedgerFile(store, patience), store.path)

    def close(self) -> None:
        """Close the ledger; twice is harmless."""
        self.file.close()

    # --- looking ----------------------------------------------------------------------------

    def find(self, place: Place, slots: Collection[str], *, move: bool = True) -> Receipt | None:
        """Give the receipt that counts for a node, newest generation; None where it may begin.

        That is the receipt of its own slot, else one of the same key whose slot is not among the
        workflow's `slots` – its node was renamed or moved – which is then moved to this slot on
        disk (`move=False`: only looked at).  What was superseded counts as nothing.
        """
        row = places.newest(self._sqlite, place)
        if row is None:
            row = places.left_behind(self._sqlite, place, slots)
            if row is not None and move:
                with self.file.transaction():
                    row = places.move(self._sqlite, row, place)
        if row is None or row["state"] == State.SUPERSEDED:
            return None
        return self._receipt(row)

    def holders(self, place: Place) -> list[str]:
        """Name the other slots that hold receipts of this key; none where the place has its own."""
        return places.holders(self._sqlite, place)

    def previous(self, session: str, slot: str) -> Receipt | None:
        """Give the newest receipt of a slot, under any key, whose effect happened and counts."""
        rest = f"WHERE session = ? AND slot = ? AND {state_in(DONE)} ORDER BY id DESC LIMIT 1"
        found = places.rows(self._sqlite, rest, session, slot, *DONE)
        return self._receipt(found[0]) if found else None

    def open_questions(self, session: str) -> list[Receipt]:
        """List what a person must answer for: in doubt, or begun by an owner that is gone."""
        return [from_row(row) for row in places.questions(self._sqlite, session)]

    def receipts(self, session: str | None = None, workflow: str | None = None) -> list[Receipt]:
        """List all receipts of a session or a workflow (neither: of all), oldest first."""
        wanted = {"session": session, "workflow": workflow}
        given = {name: value for name, value in wanted.items() if value is not None}
        rest = f"WHERE {' AND '.join(['1', *(f'{name} = ?' for name in given)])} ORDER BY id"
        return [from_row(row) for row in places.rows(self._sqlite, rest, *given.values())]

    # --- an effect --------------------------------------------------------------------------

    def claim(
        self, place: Place, run: str, owner: Owner, expect: int | None
    ) -> tuple[Receipt, bool]:
        """Write the intent down, on disk when this returns, and say whether the claim was won.

        A place without a receipt, or with a superseded one, is free (`expect` None).  One whose
        effect did not happen or reported its failure may be claimed again by who names it in
        `expect`.  The loser gets the receipt that stands in its way.  The idempotency key stays
        the same until the effect has succeeded and was superseded.
        """
        with self.file.transaction():
            old = places.newest(self._sqlite, place)
            if old is None:
                self._look_over(place)
            if may_claim(old, expect):
                return from_row(self._begin(intent(place, run, owner, old))), True
            if old is None and expect is not None:  # it was moved to another slot meanwhile
                old = places.row_of(self._sqlite, expect)
        assert old is not None
        return self._receipt(old), False

    def resend(self, id: int, run: str, owner: Owner) -> Receipt | None:
        """Claim an effect in doubt once more, under the same idempotency key, on disk at once.

        Only for what its author declared idempotent.  None: it is not in doubt any more, or
        somebody else has resent it.
        """
        with self.file.transaction():
            row = places.row_of(self._sqlite, id)
            place = places.place_of(row)
            newest = places.newest(self._sqlite, place)
            if row["state"] != State.IN_DOUBT or newest is None or newest["id"] != id:
                return None
            resolution = json.dumps({"by": "idempotent", "at": time.time(), "sent": None})
            self._rewrite({**row, "state": State.RESENT, "resolution": resolution})
            again = {**intent(place, run, owner, row), "question": row["question"]}
            return from_row(self._begin(again))

    def first_attempt(self, receipt: Receipt) -> float:
        """Give the time at which the effect was first tried under its idempotency key."""
        rest = "WHERE session = ? AND slot = ? AND idempotency_key = ? ORDER BY id LIMIT 1"
        values = (receipt.session, receipt.slot, receipt.idempotency_key)
        return float(places.rows(self._sqlite, rest, *values)[0]["started"])

    def succeed(self, id: int, raw: bytes | None) -> None:
        """Write down that a claimed effect happened, with its packed result.

        `raw` comes from `envelope.pack`, or from `pack_bare` where the outputs have no codec;
        None leaves a receipt of which nothing but its success is known.
        """
        self._close(id, OPEN | RESOLVED, {"state": State.SUCCEEDED}, raw)

    def fail(self, id: int, nothing_sent: bool, failure: Mapping[str, Any]) -> None:
        """Write down that a claimed effect did not happen, or reported its own failure.

        Where it was sent again after a doubt, that says nothing of the earlier attempt, and the
        effect is in doubt as before.
        """
        # A failure is for people: what JSON has no word for is shown, not restored.
        text = json.dumps(failure, default=repr, skipkeys=True)
        state = State.FAILED_NOTHING_SENT if nothing_sent else State.FAILED_REPORTED
        if places.follows_a_doubt(self._sqlite, places.row_of(self._sqlite, id)):
            state = State.IN_DOUBT
        self._close(id, OPEN, {"state": state, "failure": text})

    def doubt(self, id: int, question: str) -> None:
        """Write down that a claimed effect's outcome was lost, and what a person is asked."""
        self._close(id, OPEN, {"state": State.IN_DOUBT, "question": storable(question)})

    def record(self, place: Place, run: str, owner: Owner, raw: bytes | None) -> Receipt:
        """Write down what a node read from the world, after it did; replaces the last reading.

        The disk is not waited for: a reading that a power cut takes is read again.
        """
        staged = payloads.stage(self._effects, raw)
        with self.file.brief():
            old = places.newest(self._sqlite, place)
            new = intent(place, run, owner, old) | staged.columns
            new |= {"state": State.SUCCEEDED, "ended": time.time(), "idempotency_key": ""}
            if old is not None and old["state"] == State.SUCCEEDED:
                new = self._rewrite({**new, "id": old["id"]})
            else:
                new = self._begin(new)
            payloads.attach(self._sqlite, new["id"], staged)
        if old is not None and old["id"] == new["id"]:
            payloads.discard(self._effects, old["file"])
        return self._receipt(new)

    # --- a person's word --------------------------------------------------------------------

    def supersede(self, place: Place) -> bool:
        """Let what was done at a place count no more, so that its node runs again.

        False: nothing was done there, or it is in doubt, which must be resolved first.  What the
        slot has done under other keys, before an edit, still counts.  The receipt of a node that
        was renamed since is found at its new place only after `find` has moved it there.
        """
        with self.file.transaction():
            row = places.newest(self._sqlite, place)
            if row is None or row["state"] not in DONE:
                return False
            self._rewrite({**row, "state": State.SUPERSEDED})
        return True

    def resolve(
        self, session: str, slot: str, sent: bool, by: str, outputs: Mapping[str, Any] | None = None
    ) -> Receipt:
        """Take a person's word on an effect in doubt: it was sent, or it was not.

        `outputs` gives the value of an effect that was sent, also where the effect is known to
        have succeeded and only its value could not be kept.  Raises BadWorkflow, with what is in
        doubt, where nothing of that is so.
        """
        if outputs is not None and not sent:
            raise BadWorkflow(f"`{slot}`: an effect that was not sent has no value")
        with self.file.transaction():
            row = self._asked(session, slot, wants_value=outputs is not None)
            raw = None if outputs is None else _packed(row, outputs)
            row = self._settle(row, word(row, sent, by), payloads.stage(self._effects, raw))
        return self._receipt(row)

    def answer(self, id: int, sent: bool, by: str) -> Receipt:
        """Take the word of a person, or of a probe, on this effect; it counts if it is in doubt."""
        with self.file.transaction():
            row = places.row_of(self._sqlite, id)
            if is_lost(row):
                row = self._settle(row, word(row, sent, by), payloads.stage(self._effects, None))
        return self._receipt(row)

    def _asked(self, session: str, slot: str, wants_value: bool) -> Row:
        """Find the receipt that a person speaks of."""
        of_slot = "WHERE session = ? AND slot = ? ORDER BY id DESC"
        for row in places.rows(self._sqlite, of_slot, session, slot):
            if is_lost(row):
                return row
            if row["state"] == State.STARTED:
                pid = Owner.from_json(row["owner"]).pid
                raise BadWorkflow(f"`{slot}` is still being run, by process {pid}: wait for it")
            if wants_value and row["state"] in DONE and not from_row(row).has_value:
                return row
        known = places.known_doubts(self._sqlite, session, slot)
        raise BadWorkflow(f"`{slot}` is not in doubt; {known}")

    # --- rows -------------------------------------------------------------------------------

    def _look_over(self, place: Place) -> None:
        """Check all receipts among which this place's may hide, once: damage can change a key."""
        if place.session not in self._looked_over:
            places.rows(
                self._sqlite, "WHERE session = ? OR workflow = ?", place.session, place.workflow
            )
            self._looked_over.add(place.session)

    def _receipt(self, row: Row) -> Receipt:
        return from_row(row, payloads.load(self._sqlite, self._effects, row))

    def _begin(self, row: Row) -> Row:
        return {**row, "id": insert(self._sqlite, RECEIPTS, row)}

    def _rewrite(self, row: Row) -> Row:
        update(self._sqlite, RECEIPTS, row)
        return row

    def _close(
        self, id: int, allowed: frozenset[str], changes: Row, raw: bytes | None = None
    ) -> None:
        """Close a receipt in one of the allowed states; what was settled without it stands."""
        staged = payloads.stage(self._effects, raw)
        with self.file.transaction():
            row = places.row_of(self._sqlite, id)
            if row["state"] in SETTLED - allowed:
                return
            if row["state"] not in allowed:
                raise EngineBug(f"receipt {id} is {row['state']}, not {' or '.join(allowed)}")
            self._settle(row, changes, staged)
        payloads.discard(self._effects, row["file"])

    def _settle(self, row: Row, changes: Row, staged: Staged) -> Row:
        payloads.attach(self._sqlite, row["id"], staged)
        return self._rewrite({**row, "ended": time.time(), **changes, **staged.columns})


def _packed(row: Row, outputs: Mapping[str, Any]) -> bytes:
    raw = pack(Kept(dict(outputs), "default", time.time(), 0.0, {}), row["key"])
    if raw is None:
        raise BadWorkflow(f"`{row['slot']}`: the value has no codec, so it cannot be kept")
    return raw
