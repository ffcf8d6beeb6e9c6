"""A result is found under its key, as it was, or the store says what is wrong."""

from __future__ import annotations

import hashlib
import pickle
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import diskcache
import pytest
from stored import BIG, filled, kept, key

from wfrepair_magic.engine.envelope import Kept
from wfrepair_magic.engine.results import BytesOnly
from wfrepair_magic.engine.store import Store
from wfrepair_magic.errors import EngineBug, StoreError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name a store that is not made yet."""
    return tmp_path / "store"


def test_a_result_is_found_as_it_was(folder: Path) -> None:
    """What was put under a key is there in the next process, and nothing under another."""
    (name, result), *_ = filled(folder, 1).items()
    store = Store.open(folder)
    assert store.get(name) == result
    assert store.get(key("other")) is None
    store.close()


def test_a_later_result_takes_the_place_of_an_earlier_one(folder: Path) -> None:
    """A node that ran again leaves its newest result."""
    store = Store.open(folder)
    store.put(key(1), kept("old"))
    store.put(key(1), kept("new"))
    assert store.get(key(1)) == kept("new")
    store.close()


def test_a_result_without_a_codec_is_not_kept(folder: Path) -> None:
    """What cannot come back the same is said not to be kept, and leaves nothing."""
    store = Store.open(folder)
    assert store.put(key(1), kept(object())) is False
    assert store.get(key(1)) is None
    store.close()


def test_a_large_result_lies_in_one_private_file(folder: Path) -> None:
    """More than a megabyte costs no row, and a replaced one leaves no file behind."""
    store = Store.open(folder)
    store.put(key(1), kept(b"first" + BIG))
    store.put(key(1), kept(BIG))
    store.put(key(1), kept(BIG))
    (file,) = (folder / "results").rglob("*.bin")
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.name.startswith(hashlib.sha256(file.read_bytes()).hexdigest())
    assert store.get(key(1)) == kept(BIG)
    assert (folder / "results" / "cache.db").stat().st_size < len(BIG)
    store.close()


def test_the_document_of_a_key_is_kept_beside_its_result(folder: Path) -> None:
    """What a key was made of can be read, with or without a result."""
    store = Store.open(folder)
    document = {"type": "http", "params": [["url", "https://…"]], "version": 1}
    assert store.note(key(1), document)
    assert store.about(key(1)) == document
    assert store.get(key(1)) is None
    assert store.about(key(2)) is None
    assert store.note(key(2), object()) is False
    store.close()


def test_nothing_goes_away_by_itself(folder: Path) -> None:
    """diskcache evicts nothing, counts nothing and maps no file, also in an older store."""
    Store.open(folder).close()
    with diskcache.Cache(str(folder / "results"), eviction_policy="least-recently-used"):
        Store.open(folder).close()
    database = sqlite3.connect(folder / "results" / "cache.db")
    found = dict(database.execute("SELECT key, value FROM Settings"))
    mode = database.execute("PRAGMA journal_mode").fetchone()
    database.close()
    wanted = {
        "eviction_policy": "none",
        "cull_limit": 0,
        "size_limit": 2**62,
        "statistics": 0,
        "sqlite_mmap_size": 0,
        "disk_min_file_size": 1_000_000,
    }
    assert {name: found[name] for name in wanted} == wanted
    assert mode == ("wal",)


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, tuple[str, str]]:
        return open, (str(self.path), "w")


def plant(folder: Path, statement: str, *values: object) -> None:
    """Change the database behind the product's back."""
    database = sqlite3.connect(folder / "results" / "cache.db")
    database.execute(statement, values)
    database.commit()
    database.close()


def test_a_planted_pickle_is_never_loaded(folder: Path, tmp_path: Path) -> None:
    """A row that says that it is a pickle is CORRUPT, and its code does not run."""
    (name, *_) = filled(folder, 1)
    trap = pickle.dumps(Trap(tmp_path / "sprung"))
    plant(folder, "UPDATE Cache SET mode = 4, value = ?", trap)
    store = Store.open(folder)
    with pytest.raises(StoreError, match="CORRUPT"):
        store.get(name)
    store.close()
    assert not (tmp_path / "sprung").exists()


def test_only_text_is_a_key_and_only_bytes_are_values(folder: Path) -> None:
    """What diskcache would pickle is refused before it comes to that."""
    disk = BytesOnly(str(folder))
    for odd in (1, b"k", ("a",), "ä"):
        with pytest.raises(EngineBug):
            disk.put(odd)
    for value in (1, "text", None, [b""]):
        with pytest.raises(EngineBug):
            disk.store(value, read=False)
    with pytest.raises(StoreError, match="CORRUPT"):
        disk.get(pickle.dumps("k"), raw=False)


@pytest.mark.parametrize("name", ["../../store.json", "/etc/passwd", "ab/../x.bin", "", "x"])
def test_a_file_name_that_is_not_ours_is_not_followed(folder: Path, name: str) -> None:
    """A row cannot lead out of the store's folder."""
    filled(folder, 1)
    plant(folder, "UPDATE Cache SET mode = 2, value = NULL, filename = ?", name)
    store = Store.open(folder)
    with pytest.raises(StoreError, match="CORRUPT"):
        store.get(key(0))
    store.close()


def test_a_file_that_is_gone_is_said(folder: Path) -> None:
    """A large result whose file was deleted is CORRUPT, never a miss."""
    store = Store.open(folder)
    store.put(key(1), kept(BIG))
    next((folder / "results").rglob("*.bin")).unlink()
    with pytest.raises(StoreError, match=r"CORRUPT.*is gone"):
        store.get(key(1))
    store.close()


def test_a_file_that_cannot_be_read_is_said(folder: Path) -> None:
    """An OSError is an error: diskcache alone would take it for a miss."""
    store = Store.open(folder)
    store.put(key(1), kept(BIG))
    file = next((folder / "results").rglob("*.bin"))
    file.unlink()
    file.mkdir()
    with pytest.raises(StoreError, match="cannot be used: Is a directory"):
        store.get(key(1))
    store.close()


@pytest.mark.parametrize("damage", ["flip", "cut", "empty"])
def test_a_damaged_file_is_said(folder: Path, damage: str) -> None:
    """A large result that changed on disk is CORRUPT."""
    store = Store.open(folder)
    store.put(key(1), kept(BIG))
    file = next((folder / "results").rglob("*.bin"))
    raw = bytearray(file.read_bytes())
    raw[500_000] ^= 4
    file.write_bytes({"flip": bytes(raw), "cut": bytes(raw[:-1]), "empty": b""}[damage])
    with pytest.raises(StoreError, match="CORRUPT"):
        store.get(key(1))
    store.close()


def test_swapped_rows_are_said(folder: Path) -> None:
    """A whole result under another key is CORRUPT."""
    filled(folder, 2)
    database = sqlite3.connect(folder / "results" / "cache.db")
    (first, one), (second, two) = database.execute("SELECT rowid, value FROM Cache").fetchall()
    database.close()
    plant(folder, "UPDATE Cache SET value = ? WHERE rowid = ?", two, first)
    plant(folder, "UPDATE Cache SET value = ? WHERE rowid = ?", one, second)
    store = Store.open(folder)
    for number in range(2):
        with pytest.raises(StoreError, match="CORRUPT"):
            store.get(key(number))
    store.close()


def outcome(folder: Path, results: dict[str, Kept]) -> str:
    """Say whether all results are right, or damage is said; anything else fails the test."""
    try:
        store = Store.open(folder)
    except StoreError:
        return "said"
    try:
        for name, result in results.items():
            assert store.get(name) == result
    except StoreError:
        return "said"
    finally:
        store.close()
    return "right"


def test_flipped_bits_are_said_or_harmless(folder: Path, tmp_path: Path) -> None:
    """No bit that flips in the database gives a wrong result or hides one."""
    results = filled(folder, 30)
    database = (folder / "results" / "cache.db").read_bytes()
    picked = random.Random(7)
    outcomes = []
    for position in [*range(100), *(picked.randrange(len(database)) for _ in range(100))]:
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        damaged = bytearray(database)
        damaged[position] ^= 1 << picked.randrange(8)
        (copy / "results" / "cache.db").write_bytes(damaged)
        outcomes.append(outcome(copy, results))
        shutil.rmtree(copy)
    assert set(outcomes) == {"said", "right"}


@pytest.mark.parametrize("share", [0.001, 0.3, 0.6, 0.99])
def test_a_database_that_was_cut_is_said(folder: Path, share: float) -> None:
    """A truncated database never looks like one with fewer results."""
    results = filled(folder, 30)
    path = folder / "results" / "cache.db"
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    assert outcome(folder, results) == "said"


def test_a_zeroed_page_is_said(folder: Path) -> None:
    """A page that turned into zeros hides nothing, unless nothing but zeros was on it."""
    results = filled(folder, 30)
    path = folder / "results" / "cache.db"
    raw = bytearray(path.read_bytes())
    for page in range(len(raw) // 4096):
        damaged = bytearray(raw)
        damaged[page * 4096 : (page + 1) * 4096] = bytes(4096)
        path.write_bytes(damaged)
        assert outcome(folder, results) == ("right" if damaged == raw else "said")


OPENS = """
import sys
from pathlib import Path
from wfrepair_magic.engine.store import Store
Store.open(Path(sys.argv[1]), patience=0.1)
"""


def test_a_locked_store_is_said_in_time(folder: Path) -> None:
    """A writer that does not come to an end is named after our patience, not diskcache's."""
    filled(folder, 1)
    store = Store.open(folder, patience=0.1)
    holder = sqlite3.connect(folder / "results" / "cache.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert store.get(key(0)) is not None
    with pytest.raises(StoreError, match="being written by another process"):
        store.put(key(1), kept(1))
    opened = [sys.executable, "-c", OPENS, str(folder)]
    found = subprocess.run(opened, capture_output=True, text=True)
    assert "being written by another process" in found.stderr, found
    holder.execute("ROLLBACK")
    assert store.put(key(1), kept(1))
    holder.close()
    store.close()


WRITES = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from stored import BIG, kept, key
from wfrepair_magic.engine.results import BytesOnly
from wfrepair_magic.engine.store import Store
store = Store.open(Path(sys.argv[2]))
for number in range(int(sys.argv[3]), 10**9, int(sys.argv[4])):
    assert store.put(key(number), kept(BIG + str(number).encode() if number % 7 == 0 else number))
    print(number, flush=True)
"""


def start_writer(folder: Path, first: int, step: int) -> subprocess.Popen[str]:
    """Start a process that puts numbered results until it is killed."""
    arguments = [str(Path(__file__).parent.parent), str(folder), str(first), str(step)]
    return subprocess.Popen(
        [sys.executable, "-c", WRITES, *arguments], stdout=subprocess.PIPE, text=True
    )


def test_what_was_put_survives_a_kill(folder: Path) -> None:
    """Two processes write, both are killed in the middle, a third finds all that they put."""
    writers = [start_writer(folder, first, 2) for first in (0, 1)]
    put = []
    for writer in writers:
        assert writer.stdout is not None
        put += [int(writer.stdout.readline()) for _ in range(20)]
    store = Store.open(folder)
    assert all(store.get(key(number)) is not None for number in put)  # while both write
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
        rest, _ = writer.communicate()
        put += [int(line) for line in rest.splitlines() if line]
    assert len(put) >= 40
    for number in put:
        value = BIG + str(number).encode() if number % 7 == 0 else number
        assert store.get(key(number)) == kept(value)
    store.close()
    Store.open(folder).close()
