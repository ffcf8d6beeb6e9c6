"""What a store holds is counted, and what is old goes; what effects left never does."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

import pytest
from engine.ledger_work import place
from stored import BIG, kept, key

from wfrepair_magic.engine import blobs
from wfrepair_magic.engine.envelope import pack
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
from wfrepair_magic.engine.store import Store
from wfrepair_magic.engine.upkeep import Purged, purge, stock
from wfrepair_magic.errors import StoreError

DAY = 86_400.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a store with three results, of which two are a month old, and an effect with a file."""
    store = Store.open(tmp_path / "store")
    for number in range(3):
        store.put(key(number), kept(BIG if number == 1 else number))
        store.note(key(number), {"number": number})
    store.note(key("last good"), ["not the note of a result"])
    store.close()
    database = sqlite3.connect(store.folder / "results" / "cache.db")
    month = time.time() - 31 * DAY
    for name in (key(0), key(1), "about-" + key("last good")):
        database.execute("UPDATE Cache SET store_time = ? WHERE key = ?", (month, name))
    database.commit()
    database.close()
    ledger = Ledger.open(store.folder)
    receipt, _ = ledger.claim(place(1), "run", me(), None)
    ledger.succeed(receipt.id, pack(kept(BIG), place(1).key))
    ledger.close()
    return store.folder


def files(folder: Path) -> dict[Path, bytes]:
    """Give all results and receipts as they lie on disk."""
    return {path: path.read_bytes() for path in folder.rglob("*.bin")}


def test_a_stock_counts_what_is_there(folder: Path) -> None:
    """Results, files and what effects left are counted apart."""
    store = Store.open(folder)
    found = stock(store)
    store.close()
    assert (found.folder, found.results, found.files) == (folder, 3, 1)
    assert found.files_size > len(BIG)
    assert found.results_size > found.files_size
    assert found.receipts_size > len(BIG)
    assert found.oldest is not None
    assert found.oldest < time.time() - 30 * DAY


def test_a_dry_run_says_what_would_go_and_removes_nothing(folder: Path) -> None:
    """The same is said as by the purge that follows."""
    store = Store.open(folder)
    before = files(folder)
    told = purge(store, 30 * DAY, dry_run=True)
    assert files(folder) == before
    assert all(store.get(key(number)) is not None for number in range(3))
    assert purge(store, 30 * DAY, dry_run=False) == told
    store.close()


def test_what_is_old_goes_and_the_rest_stays(folder: Path) -> None:
    """Old results go with their documents and files; receipts and what is newer stay."""
    store = Store.open(folder)
    told = purge(store, 30 * DAY, dry_run=False)
    assert (told.results, told.stray_files) == (2, 0)
    assert told.size > len(BIG)
    assert [store.get(key(number)) for number in range(3)] == [None, None, kept(2)]
    assert [store.about(key(number)) for number in range(3)] == [None, None, {"number": 2}]
    assert store.about(key("last good")) is not None
    assert not list((folder / "results").rglob("*.bin"))
    assert purge(store, 30 * DAY, dry_run=False) == Purged(0, 0, 0)
    store.close()
    ledger = Ledger.open(folder)
    found = ledger.find(place(1), {place(1).slot})
    ledger.close()
    assert found is not None
    assert found.kept == kept(BIG)


def test_only_old_files_that_no_row_names_are_stray(folder: Path) -> None:
    """A file that a killed writer left goes, one that a live writer is making stays."""
    results = folder / "results"
    old, half, new = (results / blobs.write(results, BIG + bytes([n])) for n in range(3))
    half = half.rename(half.with_suffix(".new"))
    for path in (old, half):
        os.utime(path, (time.time() - DAY, time.time() - DAY))
    store = Store.open(folder)
    told = purge(store, 365 * DAY, dry_run=False)
    store.close()
    assert (told.results, told.stray_files) == (0, 2)
    assert [path.exists() for path in (old, half, new)] == [False, False, True]


def test_a_purge_that_cannot_write_removes_nothing(folder: Path) -> None:
    """Where another process holds the store, rows and files stay together."""
    store = Store.open(folder, patience=0.1)
    before = files(folder)
    holder = sqlite3.connect(folder / "results" / "cache.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="being written by another process"):
        purge(store, 0.0, dry_run=False)
    holder.execute("ROLLBACK")
    holder.close()
    assert files(folder) == before
    assert store.get(key(1)) == kept(BIG)
    store.close()
