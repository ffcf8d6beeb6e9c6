"""A damaged ledger says so: it never gives a wrong value, and never forgets an effect."""

from __future__ import annotations

import os
import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from engine.ledger_work import place

from wfrepair_magic.engine import blobs
from wfrepair_magic.engine.envelope import Kept, pack
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
from wfrepair_magic.engine.sessions import current, enter
from wfrepair_magic.errors import StoreError

COUNT = 30


def kept(number: int) -> Kept:
    """Give the result of an effect by its number; that of the first is large."""
    value = b"\xab" * blobs.SMALLEST if number == 0 else "x" * 100
    return Kept({"number": number, "value": value}, "default", 1.0, 0.5, {"p": "0" * 64})


def fill(folder: Path) -> str:
    """Do some effects in a session, and give its id."""
    ledger = Ledger.open(folder)
    session = enter(ledger, "w", "open").id
    for number in range(COUNT):
        receipt, _ = ledger.claim(place(number), "run", me(), None)
        ledger.succeed(receipt.id, pack(kept(number), place(number).key))
    ledger.close()
    return session


def outcome(folder: Path, session: str) -> str:
    """Say whether all is as it was, or damage is said; anything else fails the test."""
    try:
        ledger = Ledger.open(folder)
    except StoreError:
        return "said"
    try:
        known = current(ledger, "w")
        assert known is not None
        assert known.id == session
        for number in range(COUNT):
            found = ledger.find(place(number), {f"node{n}" for n in range(COUNT)})
            assert found is not None
            assert (found.state, found.kept) == ("SUCCEEDED", kept(number))
    except StoreError:
        return "said"
    finally:
        ledger.close()
    return "right"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name a store that is not made yet."""
    return tmp_path / "store"


def change(folder: Path, statement: str, *values: object) -> None:
    """Change the ledger behind the product's back."""
    database = sqlite3.connect(folder / "ledger.db")
    database.execute(statement, values)
    database.commit()
    database.close()


def test_an_untouched_ledger_is_right(folder: Path) -> None:
    """The check that the other tests use finds nothing where nothing is."""
    assert outcome(folder, fill(folder)) == "right"


def test_each_commit_is_forced_to_disk(folder: Path) -> None:
    """A power cut loses no claim: sqlite waits for the disk at every commit."""
    ledger = Ledger.open(folder)
    assert ledger.file.sqlite.run("PRAGMA synchronous") == [(2,)]  # FULL
    assert ledger.file.sqlite.run("PRAGMA journal_mode") == [("wal",)]
    ledger.close()


def test_flipped_bits_are_said_or_harmless(folder: Path, tmp_path: Path) -> None:
    """No bit that flips in the database changes a receipt or hides one."""
    session = fill(folder)
    database = (folder / "ledger.db").read_bytes()
    picked = random.Random(11)
    outcomes = []
    copy = tmp_path / "copy"
    for position in [*range(100), *(picked.randrange(len(database)) for _ in range(120))]:
        shutil.copytree(folder, copy)
        damaged = bytearray(database)
        damaged[position] ^= 1 << picked.randrange(8)
        (copy / "ledger.db").write_bytes(damaged)
        outcomes.append(outcome(copy, session))
        shutil.rmtree(copy)
    assert set(outcomes) == {"said", "right"}


@pytest.mark.parametrize("share", [0.0, 0.001, 0.3, 0.6, 0.99])
def test_a_database_that_was_cut_is_said(folder: Path, share: float) -> None:
    """A truncated ledger never looks like one with fewer receipts."""
    session = fill(folder)
    path = folder / "ledger.db"
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    assert outcome(folder, session) == "said"


def test_a_zeroed_page_is_said(folder: Path) -> None:
    """A page that turned into zeros hides nothing."""
    session = fill(folder)
    path = folder / "ledger.db"
    raw = path.read_bytes()
    for page in range(len(raw) // 4096):
        damaged = bytearray(raw)
        damaged[page * 4096 : (page + 1) * 4096] = bytes(4096)
        path.write_bytes(damaged)
        if outcome(folder, session) == "right":  # an empty table's, an index's of other rows
            assert page_is_of_no_effect(raw, page)


def page_is_of_no_effect(raw: bytes, page: int) -> bool:
    """Say whether a page holds neither receipts nor sessions nor what leads to them."""
    content = raw[page * 4096 : (page + 1) * 4096]
    return b"node" not in content and b"WFR" not in content and b"commits" not in content


def test_a_deleted_ledger_is_said(folder: Path) -> None:
    """A ledger that is gone is missed: what it knew would be done again."""
    session = fill(folder)
    (folder / "ledger.db").unlink()
    with pytest.raises(StoreError, match=r"CORRUPT.*61 commits were made and 0 are there"):
        Ledger.open(folder)
    assert outcome(folder, session) == "said"


def test_a_ledger_from_a_backup_is_said(folder: Path, tmp_path: Path) -> None:
    """An older copy in the ledger's place has forgotten effects, and is refused."""
    fill(folder)
    shutil.copy(folder / "ledger.db", tmp_path / "backup.db")
    ledger = Ledger.open(folder)
    ledger.claim(place(COUNT), "run", me(), None)
    ledger.close()
    shutil.copy(tmp_path / "backup.db", folder / "ledger.db")
    with pytest.raises(StoreError, match=r"CORRUPT.*62 commits were made and 61 are there"):
        Ledger.open(folder)


CLAIMS = """
import sys; sys.path.insert(0, sys.argv[1])
from pathlib import Path
from engine.ledger_work import place
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
ledger = Ledger.open(Path(sys.argv[2]))
ledger.claim(place(int(sys.argv[3])), "run", me(), None)
print("claimed", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("damage", ["delete", "cut", "flip"])
def test_a_lost_write_ahead_log_is_said(folder: Path, damage: str) -> None:
    """What a killed process had only in the -wal file is missed when that file is lost."""
    fill(folder)
    arguments = [str(Path(__file__).parents[1]), str(folder), str(COUNT)]
    claimant = subprocess.Popen(
        [sys.executable, "-c", CLAIMS, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert claimant.stdout is not None
    assert claimant.stdout.readline() == b"claimed\n"
    claimant.send_signal(signal.SIGKILL)
    claimant.communicate()
    log = folder / "ledger.db-wal"
    raw = bytearray(log.read_bytes())
    assert raw
    raw[-100] ^= 1
    log.write_bytes({"delete": b"", "cut": bytes(raw[:-1]), "flip": bytes(raw)}[damage])
    if damage == "delete":
        log.unlink()
        (folder / "ledger.db-shm").unlink()
    with pytest.raises(StoreError, match=r"CORRUPT.*62 commits were made and 61 are there"):
        Ledger.open(folder)


def test_a_damaged_or_missing_witness_alone_stops_nobody(folder: Path) -> None:
    """The witness only speaks against a ledger; without it the ledger speaks for itself."""
    session = fill(folder)
    for content in (b"", b"garbage", bytes(30), b"0" * 30, b"00000000000000009999 00000000\n"):
        (folder / "ledger.seq").write_bytes(content)
        assert outcome(folder, session) == "right"
    (folder / "ledger.seq").unlink()
    assert outcome(folder, session) == "right"


@pytest.mark.parametrize("column", ["state", "owner", "run", "started", "digest", "codec"])
def test_a_changed_column_is_said(folder: Path, column: str) -> None:
    """A receipt that is not as it was written is CORRUPT, whichever part of it changed."""
    fill(folder)
    change(folder, f"UPDATE receipts SET {column} = 'FAILED_NOTHING_SENT' WHERE id = 2")
    ledger = Ledger.open(folder)
    with pytest.raises(StoreError, match=r"CORRUPT.*row 2 of receipts"):
        ledger.find(place(1), {"node1"})
    with pytest.raises(StoreError, match=r"CORRUPT.*row 2 of receipts"):
        ledger.claim(place(1), "run", me(), 2)
    ledger.close()


def test_swapped_rows_are_said(folder: Path) -> None:
    """Two receipts that changed places are CORRUPT, although each is whole."""
    fill(folder)
    change(folder, "UPDATE receipts SET id = 1000 WHERE id = 2")
    change(folder, "UPDATE receipts SET id = 2 WHERE id = 3")
    change(folder, "UPDATE receipts SET id = 3 WHERE id = 1000")
    ledger = Ledger.open(folder)
    for number in (1, 2):
        with pytest.raises(StoreError, match="CORRUPT"):
            ledger.find(place(number), {place(number).slot})
    ledger.close()


def test_swapped_and_lost_results_are_said(folder: Path) -> None:
    """The result of another receipt, or none where one was kept, is CORRUPT."""
    fill(folder)
    change(folder, "UPDATE payloads SET id = 1000 WHERE id = 2")
    change(folder, "UPDATE payloads SET id = 2 WHERE id = 3")
    next((folder / "effects").rglob("*.bin")).unlink()
    ledger = Ledger.open(folder)
    for number, message in ((0, "file of a result is gone"), (1, "not the one"), (2, "is gone")):
        with pytest.raises(StoreError, match=rf"CORRUPT.*{message}"):
            ledger.find(place(number), {place(number).slot})
    assert len(ledger.receipts("s")) == COUNT  # a listing spares the values
    ledger.close()


def test_damage_that_sqlite_cannot_put_into_words_is_said(folder: Path) -> None:
    """A broken table definition is CORRUPT, also where the error's text is itself broken."""
    fill(folder)
    path = folder / "ledger.db"
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"CREATE TABLE receipts", b"CREATE TABL\xc1 receipts"))
    with pytest.raises(StoreError, match=r"CORRUPT.*malformed database schema"):
        Ledger.open(folder)


def test_another_table_is_said(folder: Path) -> None:
    """A ledger whose tables are not ours is not completed in silence."""
    fill(folder)
    change(folder, "ALTER TABLE receipts RENAME TO rebeipts")
    with pytest.raises(StoreError, match=r"CORRUPT.*not those of a ledger"):
        Ledger.open(folder)


def test_a_newer_format_is_refused_with_a_sentence(folder: Path) -> None:
    """The ledger of a newer version is not touched."""
    fill(folder)
    change(folder, "UPDATE meta SET value = 2 WHERE name = 'format'")
    change(folder, "CREATE TABLE news (x)")
    with pytest.raises(StoreError, match="is of format 2, and this version of wfrepair_magic"):
        Ledger.open(folder)


def test_the_ledger_of_another_store_is_refused(folder: Path, tmp_path: Path) -> None:
    """A ledger that was copied from elsewhere does not speak for this store."""
    fill(folder)
    fill(tmp_path / "other")
    shutil.copy(tmp_path / "other" / "ledger.db", folder / "ledger.db")
    with pytest.raises(StoreError, match="belongs to another store"):
        Ledger.open(folder)


def test_a_full_disk_is_said_and_claims_nothing(folder: Path) -> None:
    """An effect whose claim could not be written is not begun, and the ledger stays whole."""
    ledger = Ledger.open(folder)
    ((pages,),) = ledger.file.sqlite.run("PRAGMA page_count")
    ledger.file.sqlite.run(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="the disk is full"):
        for number in range(1000):
            ledger.claim(place(number), "run", me(), None)
    count = len(ledger.receipts("s"))
    assert ledger.find(place(count), {f"node{number}" for number in range(1000)}) is None
    ledger.file.sqlite.run("PRAGMA max_page_count = 1000000")
    assert ledger.claim(place(count), "run", me(), None)[1]
    ledger.close()


def test_no_file_handle_left_is_said(folder: Path) -> None:
    """The limit of open files gives a sentence, not an empty ledger."""
    fill(folder)
    handles = []
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/proc/self/fd")) + 4, hard))
    try:
        while True:
            try:
                handles.append(os.open("/dev/null", os.O_RDONLY))
            except OSError:
                break
        with pytest.raises(StoreError, match=r"cannot be (used|opened)"):
            Ledger.open(folder)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for handle in handles:
            os.close(handle)
