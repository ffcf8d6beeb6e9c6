"""The verbs of the ledger: what each one writes down, and what is found afterwards."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic.engine import blobs
from wfrepair_magic.engine.envelope import Kept, pack, pack_bare
from wfrepair_magic.engine.ledger import Ledger, Place, Receipt
from wfrepair_magic.engine.owner import Owner, me
from wfrepair_magic.engine.receipts import State
from wfrepair_magic.errors import BadWorkflow, EngineBug

KEY, OTHER = (hashlib.sha256(name).hexdigest() for name in (b"key", b"other"))
KEPT = Kept({"id": 7}, "sent", 1700000000.5, 0.25, {"url": OTHER})
GONE = dataclasses.replace(me(), start="1", token="gone")
SEND = Place("w", "s", KEY, "send")
SLOTS = {"send", "copy"}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a new ledger."""
    opened = Ledger.open(tmp_path / "store")
    yield opened
    opened.close()


def raw(kept: Kept = KEPT, key: str = KEY) -> bytes:
    """Pack a result."""
    packed = pack(kept, key)
    assert packed is not None
    return packed


def claim(
    ledger: Ledger, place: Place = SEND, owner: Owner | None = None, expect: int | None = None
) -> Receipt:
    """Win a claim."""
    receipt, won = ledger.claim(place, "run", owner or me(), expect)
    assert won
    return receipt


def sent(ledger: Ledger, place: Place = SEND) -> Receipt:
    """Do an effect from claim to success."""
    receipt = claim(ledger, place)
    ledger.succeed(receipt.id, raw(key=place.key))
    return receipt


def found(ledger: Ledger, place: Place = SEND) -> Receipt:
    """Give the receipt that counts for a place."""
    receipt = ledger.find(place, SLOTS)
    assert receipt is not None
    return receipt


# --- claims ---------------------------------------------------------------------------------


def test_a_claim_is_there_before_the_effect(ledger: Ledger) -> None:
    """Another process sees who has begun what, as soon as the claim returns."""
    assert ledger.find(SEND, SLOTS) is None
    receipt = claim(ledger)
    other = Ledger.open(ledger.folder)
    assert other.find(SEND, SLOTS) == receipt
    assert receipt.place == SEND
    assert (receipt.state, receipt.owner, receipt.run) == ("STARTED", me(), "run")
    assert (receipt.generation, receipt.kept, receipt.ended) == (1, None, None)
    assert len(receipt.idempotency_key) == 32
    other.close()


def test_the_second_claim_loses_and_sees_the_first(ledger: Ledger) -> None:
    """Whoever comes later gets the receipt that stands in the way, with its result."""
    first = claim(ledger)
    assert ledger.claim(SEND, "other run", me(), None) == (first, False)
    ledger.succeed(first.id, raw())
    receipt, won = ledger.claim(SEND, "other run", me(), None)
    assert (receipt.id, receipt.kept, won) == (first.id, KEPT, False)


@pytest.mark.parametrize("nothing_sent", [True, False])
def test_a_failed_effect_is_claimed_again_by_who_saw_it(ledger: Ledger, nothing_sent: bool) -> None:
    """Only the claimant who names the failed receipt wins, and only once; the key stays."""
    first = claim(ledger)
    ledger.fail(first.id, nothing_sent, {"message": "refused"})
    assert ledger.claim(SEND, "run", me(), None)[1] is False
    assert ledger.claim(SEND, "run", me(), first.id + 1)[1] is False
    second = claim(ledger, expect=first.id)
    assert (second.generation, second.state) == (2, "STARTED")
    assert second.idempotency_key == first.idempotency_key
    assert ledger.claim(SEND, "run", me(), first.id)[1] is False
    assert found(ledger) == second


@pytest.mark.parametrize("state", ["STARTED", "SUCCEEDED", "IN_DOUBT", "RESOLVED_SENT"])
def test_what_may_have_happened_is_not_claimed_again(ledger: Ledger, state: str) -> None:
    """Also one who names the receipt does not win where the effect may have happened."""
    first = claim(ledger)
    if state == "SUCCEEDED":
        ledger.succeed(first.id, raw())
    if state in ("IN_DOUBT", "RESOLVED_SENT"):
        ledger.doubt(first.id, "sent?")
    if state == "RESOLVED_SENT":
        ledger.resolve("s", "send", True, "me")
    assert found(ledger).state == state
    assert ledger.claim(SEND, "run", me(), first.id)[1] is False


def test_equal_effects_of_two_nodes_are_two_effects(ledger: Ledger) -> None:
    """The same message twice on purpose has two receipts and two idempotency keys."""
    first, second = sent(ledger), claim(ledger, dataclasses.replace(SEND, slot="copy"))
    assert first.idempotency_key != second.idempotency_key


def test_a_receipt_counts_in_its_session_only(ledger: Ledger) -> None:
    """Another session knows nothing of it."""
    sent(ledger)
    assert ledger.find(dataclasses.replace(SEND, session="s2"), SLOTS) is None


# --- outcomes -------------------------------------------------------------------------------


def test_a_success_keeps_its_result(ledger: Ledger) -> None:
    """The result is there in the next process, with the time at which it came."""
    sent(ledger)
    again = Ledger.open(ledger.folder)
    receipt = found(again)
    assert (receipt.state, receipt.kept, receipt.has_value) == ("SUCCEEDED", KEPT, True)
    assert receipt.ended is not None
    assert receipt.bare is None
    again.close()


def test_a_success_without_a_codec_keeps_the_rest(ledger: Ledger) -> None:
    """An effect whose outputs cannot be kept is done, and its action is known."""
    kept = dataclasses.replace(KEPT, outputs={"handle": object()})
    ledger.succeed(claim(ledger).id, pack_bare(kept, KEY))
    receipt = found(ledger)
    assert (receipt.state, receipt.kept, receipt.has_value) == ("SUCCEEDED", None, False)
    assert receipt.bare == dataclasses.replace(KEPT, outputs={})
    ledger.succeed(claim(ledger, dataclasses.replace(SEND, slot="copy")).id, None)
    assert found(ledger, dataclasses.replace(SEND, slot="copy")).bare is None


def test_a_large_result_lies_in_a_file(ledger: Ledger) -> None:
    """More than a megabyte costs no row; a newer reading leaves no older file."""
    big = dataclasses.replace(KEPT, outputs={"page": b"\xab" * blobs.SMALLEST})
    ledger.succeed(claim(ledger).id, raw(big))
    (file,) = (ledger.folder / "effects").rglob("*.bin")
    assert file.stat().st_mode & 0o777 == 0o600
    assert found(ledger).kept == big
    place = dataclasses.replace(SEND, slot="read")
    for _ in range(3):
        assert ledger.record(place, "run", me(), raw(big)).kept == big
    assert len(list((ledger.folder / "effects").rglob("*.bin"))) == 2


def test_a_failure_is_kept_for_the_report(ledger: Ledger) -> None:
    """What failed can be told in the next kernel, whatever was in it."""
    failure = {"message": "no \ud800", "reported": {"raw": b"x", "exit_code": 2}, "slot": (1, "a")}
    ledger.fail(claim(ledger).id, False, failure)
    receipt = found(ledger)
    assert receipt.state == State.FAILED_REPORTED
    assert receipt.failure == {
        "message": "no \ud800",
        "reported": {"raw": "b'x'", "exit_code": 2},
        "slot": [1, "a"],
    }


def test_an_outcome_that_comes_late_counts(ledger: Ledger) -> None:
    """A thread that ends after its node was given up ends the doubt."""
    first = claim(ledger)
    ledger.doubt(first.id, "sent?")
    ledger.doubt(first.id, "really? \ud800")
    assert found(ledger).question == "really? \\ud800"
    ledger.succeed(first.id, raw())
    assert found(ledger).kept == KEPT
    second = claim(ledger, dataclasses.replace(SEND, slot="copy"))
    ledger.doubt(second.id, "sent?")
    ledger.fail(second.id, True, {})
    assert found(ledger, second.place).state == State.FAILED_NOTHING_SENT


def test_a_late_success_outweighs_a_word_and_a_late_failure_does_not(ledger: Ledger) -> None:
    """What certainly happened is believed; what is said to have failed stays as resolved."""
    receipt = claim(ledger)
    ledger.doubt(receipt.id, "sent?")
    ledger.resolve("s", "send", False, "me")
    ledger.fail(receipt.id, False, {})
    ledger.doubt(receipt.id, "again?")
    assert found(ledger).state == State.RESOLVED_NOT_SENT
    ledger.succeed(receipt.id, raw())
    assert (found(ledger).state, found(ledger).kept) == ("SUCCEEDED", KEPT)


def test_an_outcome_is_told_once(ledger: Ledger) -> None:
    """A receipt that is closed cannot be closed otherwise: that would be our bug."""
    receipt = sent(ledger)
    for act in (
        lambda: ledger.succeed(receipt.id, None),
        lambda: ledger.fail(receipt.id, True, {}),
        lambda: ledger.doubt(receipt.id, "?"),
    ):
        with pytest.raises(EngineBug, match="is SUCCEEDED"):
            act()
    assert found(ledger).kept == KEPT


def test_a_reading_replaces_the_last_one(ledger: Ledger) -> None:
    """What was read again has one receipt, with the newest value."""
    old = ledger.record(SEND, "run 1", me(), raw())
    newer = dataclasses.replace(KEPT, outputs={"id": 8})
    new = ledger.record(SEND, "run 2", me(), raw(newer))
    assert (old.kept, new.kept, new.run) == (KEPT, newer, "run 2")
    assert new.generation == old.generation + 1
    assert found(ledger) == new
    assert len(ledger.receipts("s")) == 1


def test_a_reading_does_not_wait_for_the_disk(ledger: Ledger) -> None:
    """It is no commit that could be missed, and what comes after it is on disk as ever."""

    def facts() -> list[Any]:
        ask = ("SELECT value FROM meta WHERE name = 'commits'", "PRAGMA synchronous")
        return [ledger.file.sqlite.run(statement)[0][0] for statement in ask]

    sent(ledger)
    before = facts()
    ledger.record(dataclasses.replace(SEND, slot="read"), "run", me(), raw())
    assert facts() == before
    with pytest.raises(KeyboardInterrupt), ledger.file.brief():
        raise KeyboardInterrupt
    assert facts()[1] == before[1] == 2
    sent(ledger, dataclasses.replace(SEND, slot="copy"))
    assert facts()[0] == before[0] + 2


# --- renamed and moved nodes ----------------------------------------------------------------


def test_a_renamed_node_finds_its_receipt(ledger: Ledger) -> None:
    """The receipt of a slot that has left the workflow moves to the node that has its key."""
    receipt = sent(ledger)
    renamed = dataclasses.replace(SEND, slot="post", workflow="w2")
    looked = ledger.find(renamed, {"post"}, move=False)
    assert looked is not None
    assert looked.slot == "send"
    moved = ledger.find(renamed, {"post"})
    assert moved is not None
    assert (moved.id, moved.place, moved.kept) == (receipt.id, renamed, KEPT)
    assert ledger.find(SEND, {"send", "post"}) is None
    assert ledger.claim(renamed, "run", me(), None)[1] is False


def test_all_generations_move_together(ledger: Ledger) -> None:
    """A renamed node that failed before goes on with its idempotency key."""
    first = claim(ledger)
    ledger.fail(first.id, True, {})
    second = claim(ledger, expect=first.id)
    ledger.fail(second.id, True, {})
    renamed = dataclasses.replace(SEND, slot="post")
    moved = ledger.find(renamed, {"post"})
    assert moved is not None
    third = claim(ledger, renamed, expect=moved.id)
    assert (third.generation, third.idempotency_key) == (3, first.idempotency_key)
    assert {receipt.slot for receipt in ledger.receipts("s")} == {"post"}


def test_who_saw_a_receipt_that_moved_meanwhile_does_not_win(ledger: Ledger) -> None:
    """A failed receipt that another run gave to a renamed node is not replaced at its old slot."""
    first = claim(ledger)
    ledger.fail(first.id, True, {})
    ledger.find(dataclasses.replace(SEND, slot="post"), {"post"})
    receipt, won = ledger.claim(SEND, "run", me(), first.id)
    assert (receipt.id, receipt.slot, won) == (first.id, "post", False)


def test_the_receipt_of_a_node_that_is_still_there_is_not_taken(ledger: Ledger) -> None:
    """A second node with the same key is a new effect."""
    sent(ledger)
    assert ledger.find(dataclasses.replace(SEND, slot="copy"), SLOTS) is None


def test_two_renamed_nodes_take_one_receipt_each(ledger: Ledger) -> None:
    """Receipts of one key are a multiset: none is taken twice, those of done effects first."""
    doubtful = claim(ledger, dataclasses.replace(SEND, slot="a"))
    ledger.doubt(doubtful.id, "sent?")
    done = sent(ledger, dataclasses.replace(SEND, slot="b"))
    slots = {"x", "y", "z"}
    taken = [ledger.find(dataclasses.replace(SEND, slot=slot), slots) for slot in sorted(slots)]
    assert [receipt and receipt.id for receipt in taken] == [done.id, doubtful.id, None]


def test_what_another_key_did_is_not_taken(ledger: Ledger) -> None:
    """A node that was renamed and edited is a new effect."""
    sent(ledger)
    assert ledger.find(Place("w", "s", OTHER, "post"), {"post"}) is None


# --- running again --------------------------------------------------------------------------


def test_a_superseded_effect_counts_no_more(ledger: Ledger) -> None:
    """After consent the node is a new effect, with a new idempotency key, exactly once."""
    first = sent(ledger)
    assert ledger.supersede(SEND)
    assert ledger.find(SEND, SLOTS) is None
    assert ledger.previous("s", "send") is None
    second = claim(ledger)
    assert second.idempotency_key != first.idempotency_key
    assert second.generation == 2
    ledger.succeed(second.id, raw())
    assert found(ledger).id == second.id
    assert [receipt.state for receipt in ledger.receipts("s")] == ["SUPERSEDED", "SUCCEEDED"]


def test_running_again_takes_no_receipt_of_another_node(ledger: Ledger) -> None:
    """Who asks to send again does not get what a deleted node has sent."""
    sent(ledger, dataclasses.replace(SEND, slot="deleted"))
    sent(ledger)
    ledger.supersede(SEND)
    assert ledger.find(SEND, {"send"}) is None


def test_running_again_leaves_what_was_done_under_other_keys(ledger: Ledger) -> None:
    """Consent to send this again is none to send again what the node did before an edit."""
    before = sent(ledger, dataclasses.replace(SEND, key=OTHER))
    sent(ledger)
    ledger.supersede(SEND)
    assert found(ledger, before.place).state == State.SUCCEEDED


def test_doubt_is_not_superseded(ledger: Ledger) -> None:
    """Sending again does not sweep aside what may have been sent."""
    ledger.doubt(claim(ledger).id, "sent?")
    assert not ledger.supersede(SEND)
    assert found(ledger).state == State.IN_DOUBT


def test_the_previous_effect_of_an_edited_node_is_known(ledger: Ledger) -> None:
    """What a node has sent under an earlier key can be shown beside what it would send now."""
    assert ledger.previous("s", "send") is None
    sent(ledger)
    ledger.fail(claim(ledger, dataclasses.replace(SEND, key=OTHER)).id, False, {})
    previous = ledger.previous("s", "send")
    assert previous is not None
    assert (previous.key, previous.kept) == (KEY, KEPT)


# --- a person's word ------------------------------------------------------------------------


def test_questions_are_what_is_in_doubt_or_was_left_behind(ledger: Ledger) -> None:
    """Effects in doubt and those of a dead owner are asked for; running ones are not."""
    ledger.doubt(claim(ledger).id, "sent?")
    claim(ledger, dataclasses.replace(SEND, slot="dead"), owner=GONE)
    claim(ledger, dataclasses.replace(SEND, slot="running"))
    sent(ledger, dataclasses.replace(SEND, slot="done"))
    assert [question.slot for question in ledger.open_questions("s")] == ["send", "dead"]
    assert ledger.open_questions("s2") == []


def test_it_was_sent(ledger: Ledger) -> None:
    """A person who saw the message ends the doubt; who and when is on record."""
    ledger.doubt(claim(ledger).id, "sent?")
    receipt = ledger.resolve("s", "send", True, "A. Person")
    assert (receipt.state, receipt.kept) == ("RESOLVED_SENT", None)
    assert receipt.resolution is not None
    assert (receipt.resolution["by"], receipt.resolution["sent"]) == ("A. Person", True)
    assert found(ledger) == receipt
    assert ledger.previous("s", "send") == receipt
    assert ledger.open_questions("s") == []


def test_it_was_sent_with_this_value(ledger: Ledger) -> None:
    """A person may give the value that the effect had."""
    claim(ledger, owner=GONE)
    receipt = ledger.resolve("s", "send", True, "me", {"id": 9})
    assert receipt.kept is not None
    assert receipt.kept.outputs == {"id": 9}
    assert found(ledger) == receipt


def test_it_was_not_sent(ledger: Ledger) -> None:
    """After that word the effect is claimed again, with the same idempotency key."""
    first = claim(ledger, owner=GONE)
    receipt = ledger.resolve("s", "send", False, "me")
    assert receipt.state == State.RESOLVED_NOT_SENT
    assert claim(ledger, expect=receipt.id).idempotency_key == first.idempotency_key


def test_a_value_that_was_not_kept_can_be_given_later(ledger: Ledger) -> None:
    """An effect that is done, but whose value had no codec, gets its value from a person."""
    ledger.succeed(claim(ledger).id, pack_bare(KEPT, KEY))
    before = found(ledger)
    receipt = ledger.resolve("s", "send", True, "me", {"id": 9})
    assert (receipt.state, receipt.ended) == ("SUCCEEDED", before.ended)
    assert receipt.kept is not None
    assert receipt.kept.outputs == {"id": 9}
    with pytest.raises(BadWorkflow, match="`send` is not in doubt"):
        ledger.resolve("s", "send", True, "me", {"id": 10})


def test_a_word_on_what_is_not_in_doubt_is_refused(ledger: Ledger) -> None:
    """The message names what is in doubt, and changes nothing."""
    sent(ledger)
    with pytest.raises(BadWorkflow, match="`send` is not in doubt; nothing is in doubt here"):
        ledger.resolve("s", "send", True, "me")
    claim(ledger, dataclasses.replace(SEND, slot="a"), owner=GONE)
    claim(ledger, dataclasses.replace(SEND, slot="a", key=OTHER), owner=GONE)
    claim(ledger, dataclasses.replace(SEND, slot="b"), owner=GONE)
    with pytest.raises(BadWorkflow, match=r"`c` is not in doubt; in doubt here: `a`, `b`$"):
        ledger.resolve("s", "c", False, "me")
    assert found(ledger).kept == KEPT


def test_a_word_on_what_is_still_running_is_refused(ledger: Ledger) -> None:
    """Nobody can say what became of an effect whose owner is alive."""
    claim(ledger)
    with pytest.raises(BadWorkflow, match=f"still being run, by process {me().pid}"):
        ledger.resolve("s", "send", True, "me")


@pytest.mark.parametrize(
    ("was_sent", "outputs", "message"),
    [(False, {"id": 1}, "has no value"), (True, {"id": object()}, "has no codec")],
)
def test_a_value_that_cannot_be_is_refused(
    ledger: Ledger, was_sent: bool, outputs: dict[str, Any], message: str
) -> None:
    """The doubt stays where the person's word cannot be taken."""
    ledger.doubt(claim(ledger).id, "sent?")
    with pytest.raises(BadWorkflow, match=message):
        ledger.resolve("s", "send", was_sent, "me", outputs)
    assert found(ledger).state == State.IN_DOUBT


# --- listing --------------------------------------------------------------------------------


def test_receipts_are_listed_by_session_and_workflow(ledger: Ledger) -> None:
    """A listing is in the order of the claims, and spares the values."""
    sent(ledger)
    sent(ledger, Place("w", "s2", KEY, "send"))
    sent(ledger, Place("v", "s3", KEY, "send"))
    assert [receipt.session for receipt in ledger.receipts()] == ["s", "s2", "s3"]
    assert [receipt.session for receipt in ledger.receipts(workflow="w")] == ["s", "s2"]
    assert ledger.receipts("s", workflow="v") == []
    (receipt,) = ledger.receipts("s")
    assert (receipt.kept, receipt.has_value) == (None, True)


def test_every_receipt_can_be_shown_as_json(ledger: Ledger) -> None:
    """What the ledger tells consists of plain values."""
    ledger.doubt(claim(ledger).id, "sent?")
    sent(ledger, dataclasses.replace(SEND, slot="copy"))
    for receipt in [*ledger.receipts("s"), found(ledger)]:
        assert type(receipt.state) is str
        json.dumps(dataclasses.asdict(receipt))


def test_a_ledger_is_used_by_one_thread_and_closed_twice_in_peace(tmp_path: Path) -> None:
    """Closing again does no harm."""
    ledger = Ledger.open(tmp_path / "store")
    ledger.close()
    ledger.close()


def test_opening_the_ledger_imports_no_diskcache(tmp_path: Path) -> None:
    """Only the store knows diskcache."""
    code = (
        "import sys; from pathlib import Path\n"
        "from wfrepair_magic.engine.ledger import Ledger\n"
        "Ledger.open(Path(sys.argv[1])).close()\n"
        "assert 'diskcache' not in sys.modules and 'pickle' not in dir(Ledger)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "s")], check=True)
