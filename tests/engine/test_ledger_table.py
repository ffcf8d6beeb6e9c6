"""The ledger's state machine: every state against every verb, as the drawing in `ledger` says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from engine.ledger_work import place, raw

from wfrepair_magic.engine import ledger as module
from wfrepair_magic.engine.ledger import Ledger, Receipt
from wfrepair_magic.engine.owner import me
from wfrepair_magic.engine.receipts import State
from wfrepair_magic.errors import BadWorkflow, EngineBug

PLACE = place(0)
GONE = dataclasses.replace(me(), start="1", token="gone")
TABLE = """
state           claim expect succeed nothing reported doubt resend sent  not   value supersede
free            new   -      -       -       -        -     -      x     x     x     .
running         lost  lost   DONE    NOTHING FAILED   DOUBT .      x     x     x     .
left            lost  lost   DONE    NOTHING FAILED   DOUBT .      SENT  NOT   SENT  .
done            lost  lost   !       !       !        !     .      x     x     x     OVER
bare            lost  lost   !       !       !        !     .      x     x     DONE  OVER
nothing         lost  new    !       !       !        !     .      x     x     x     .
failed          lost  new    !       !       !        !     .      x     x     x     .
doubt           lost  lost   DONE    NOTHING FAILED   DOUBT new    SENT  NOT   SENT  .
sent            lost  lost   DONE    =       =        =     .      x     x     SENT  OVER
not             lost  new    DONE    =       =        =     .      x     x     x     .
resent          lost  lost   =       =       =        =     .      x     x     x     .
resent,running  lost  lost   DONE    DOUBT   DOUBT    DOUBT .      x     x     x     .
resent,doubt    lost  lost   DONE    DOUBT   DOUBT    DOUBT new    SENT  NOT   SENT  .
over            new   lost   !       !       !        !     .      x     x     x     .
"""
"""new: claimed, in the next generation; lost: a claim that was not won; .: no, and nothing changed;
=: taken, and nothing changed; x: refused to a person; !: our own bug; else the state that follows.
"""

MEANT: Mapping[str, str] = {
    "DONE": State.SUCCEEDED, "NOTHING": State.FAILED_NOTHING_SENT, "FAILED": State.FAILED_REPORTED,
    "DOUBT": State.IN_DOUBT, "SENT": State.RESOLVED_SENT, "NOT": State.RESOLVED_NOT_SENT,
    "OVER": State.SUPERSEDED,
}  # fmt: skip


def reach(ledger: Ledger, state: str) -> int:
    """Bring an effect into a state and give the number of its receipt; 0 where there is none."""
    before, _, state = state.rpartition(",")
    if state == "free":
        return 0
    receipt, _ = ledger.claim(PLACE, "run", GONE if state == "left" else me(), None)
    if before or state == "resent":
        ledger.doubt(receipt.id, "sent?")
        again = ledger.resend(receipt.id, "run", me())
        assert again is not None
        receipt = receipt if state == "resent" else again
    ways: dict[str, Callable[[int], object]] = {
        "done": lambda id: ledger.succeed(id, raw(0)),
        "over": lambda id: ledger.succeed(id, raw(0)),
        "bare": lambda id: ledger.succeed(id, None),
        "nothing": lambda id: ledger.fail(id, True, {}),
        "failed": lambda id: ledger.fail(id, False, {}),
        "doubt": lambda id: ledger.doubt(id, "sent?"),
        "sent": lambda id: ledger.doubt(id, "sent?"),
        "not": lambda id: ledger.doubt(id, "sent?"),
    }
    ways.get(state, lambda id: None)(receipt.id)
    if state in ("sent", "not"):
        ledger.resolve("s", PLACE.slot, state == "sent", "me")
    if state == "over":
        ledger.supersede(PLACE)
    return receipt.id


def act(ledger: Ledger, verb: str, id: int) -> object:
    """Do one thing to an effect; gives what the verb says of itself."""

    def claim(expect: int | None) -> str:
        receipt, won = ledger.claim(PLACE, "other run", me(), expect)
        return "new" if won and receipt.id != id else "lost"

    def resend() -> str | None:
        return "new" if ledger.resend(id, "other run", me()) else None

    verbs: dict[str, Callable[[], object]] = {
        "claim": lambda: claim(None),
        "expect": lambda: claim(id),
        "succeed": lambda: ledger.succeed(id, raw(0)) or "taken",
        "nothing": lambda: ledger.fail(id, True, {}) or "taken",
        "reported": lambda: ledger.fail(id, False, {}) or "taken",
        "doubt": lambda: ledger.doubt(id, "really?") or "taken",
        "resend": resend,
        "sent": lambda: ledger.resolve("s", PLACE.slot, True, "me"),
        "not": lambda: ledger.resolve("s", PLACE.slot, False, "me"),
        "value": lambda: ledger.resolve("s", PLACE.slot, True, "me", {"n": 1}),
        "supersede": lambda: ledger.supersede(PLACE),
    }
    try:
        return verbs[verb]()
    except BadWorkflow:
        return "x"
    except EngineBug:
        return "!"


def cells() -> Iterator[tuple[str, str, str]]:
    """Give each cell of the table: state, verb, what follows."""
    head, *lines = (line.split() for line in TABLE.strip().splitlines())
    for state, *row in lines:
        yield from ((state, verb, cell) for verb, cell in zip(head[1:], row, strict=True))


def receipts(ledger: Ledger) -> dict[int, Receipt]:
    """Give all receipts by number."""
    return {receipt.id: receipt for receipt in ledger.receipts()}


@pytest.mark.parametrize(("state", "verb", "follows"), [c for c in cells() if c[2] != "-"])
def test_each_verb_in_each_state(tmp_path: Path, state: str, verb: str, follows: str) -> None:
    """What follows is what the table says; a refusal changes nothing; a claim is a new row."""
    ledger = Ledger.open(tmp_path / "s")
    id = reach(ledger, state)
    before = receipts(ledger)
    said: Any = act(ledger, verb, id)
    after = receipts(ledger)
    ledger.close()
    if follows in ("x", "!", "lost", "new"):
        assert said == follows
    elif follows == ".":
        assert not said
    if follows in MEANT:
        assert after[id].state == MEANT[follows]
    elif follows == "new":
        (added,) = [after[number] for number in after.keys() - before.keys()]
        assert (added.state, added.generation) == (
            State.STARTED, before[id].generation + 1 if id else 1,
        )  # fmt: skip
        kept = id and state != "over"
        assert not id or (added.idempotency_key == before[id].idempotency_key) == bool(kept)
        assert verb != "resend" or after[id].state == State.RESENT
    else:
        assert after == before


def test_the_drawing_shows_every_state_and_verb() -> None:
    """Every state stands in the drawing, and every verb of the ledger on one of its arrows."""
    drawing = (module.__doc__ or "").split("\n\n")[2]
    assert {state for state in State if state.value in drawing} == set(State)
    for verb in ("claim", "succeed", "fail", "doubt", "resolve", "resend", "supersede"):
        assert f"{verb} ─" in drawing or f"{verb} ┬" in drawing or f"{verb}(" in drawing, verb
