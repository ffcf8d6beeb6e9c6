"""A store's own thread: writes are grouped, none is lost unsaid, and it outlives a run."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from fakes import EffectLog
from stored import BIG, filled, kept, key

from wfrepair_magic.engine import open_stores, writer
from wfrepair_magic.engine.results import Results
from wfrepair_magic.engine.store import Store
from wfrepair_magic.engine.writer import Pieces, Writer
from wfrepair_magic.errors import StoreError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name a store that is not made yet."""
    return tmp_path / "store"


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Give the folders whose results were opened, each time that they were."""
    found: list[Path] = []
    really = Results.open

    def counted(path: Path, patience: float) -> Results:
        found.append(path)
        return really(path, patience)

    monkeypatch.setattr(Results, "open", counted)
    return found


def on_disk(folder: Path) -> int:
    """Count the rows that other processes see."""
    database = sqlite3.connect(folder / "results" / "cache.db")
    ((count,),) = database.execute("SELECT count(*) FROM Cache").fetchall()
    database.close()
    return int(count)


class Rows:
    """Rows in memory, which note how they were written."""

    patience = 0.0

    def __init__(self) -> None:
        self.found: dict[str, bytes] = {}
        self.groups: list[int] = []
        self.broken: Exception | None = None
        self.go_on = threading.Event()
        self.go_on.set()

    def read(self, name: str) -> bytes | None:
        """Give what was written."""
        return self.found.get(name)

    def write(self, items: Mapping[str, Pieces]) -> None:
        """Take a group, unless we are broken; wait where we are told to."""
        assert self.go_on.wait(10)
        if self.broken is not None:
            raise self.broken
        self.groups.append(len(items))
        self.found.update({name: b"".join(pieces) for name, pieces in items.items()})

    def sync(self) -> None:
        """Nothing is kept from disk here."""

    def rest(self) -> None:
        """Nothing is left over here."""

    def close(self) -> None:
        """Nothing is open here."""


@pytest.fixture
def rows() -> Rows:
    """Give rows in memory."""
    return Rows()


@pytest.fixture
def thread(rows: Rows) -> Writer:
    """Give a thread that writes them."""
    return Writer((), lambda: rows, lambda writer: None)


def test_writes_that_come_quickly_are_one_transaction(thread: Writer, rows: Rows) -> None:
    """A hundred results cost one transaction, and each can be read before it."""
    rows.go_on.clear()
    for number in range(100):
        thread.put(str(number), b"x", [])
    assert thread.get("99") == b"x"
    rows.go_on.set()
    thread.flush()
    assert rows.groups == [100]
    thread.end()


def test_what_nobody_asks_for_is_written_in_a_moment(thread: Writer, rows: Rows) -> None:
    """No result waits for a flush that may never come."""
    thread.put("a", b"x", [])
    deadline = time.monotonic() + 10
    while not rows.found and time.monotonic() < deadline:
        time.sleep(0.01)
    assert rows.found == {"a": b"x"}
    thread.end()


@pytest.mark.parametrize("size", [10, 1_000_000])
def test_what_waits_is_bounded(thread: Writer, rows: Rows, size: int) -> None:
    """However fast results come, only so many of them wait in memory."""
    for number in range(2 * writer.GROUP):
        thread.put(str(number), bytes(size), [])
        assert len(thread._waiting) < writer.GROUP
        assert len(thread._waiting) * size <= writer.GROUP_BYTES
    thread.end()
    assert len(rows.found) == 2 * writer.GROUP


def test_a_later_value_is_not_lost_behind_an_earlier_one(thread: Writer, rows: Rows) -> None:
    """What is put while its key is being written stays until it is written, too."""
    rows.go_on.clear()
    thread.put("a", b"old", [])
    helper = threading.Thread(target=thread.write)
    helper.start()
    time.sleep(0.05)
    thread.put("a", b"new", [])
    assert thread.get("a") == b"new"
    rows.go_on.set()
    helper.join()
    thread.flush()
    assert rows.found == {"a": b"new"}
    thread.end()


@pytest.mark.parametrize("broken", [StoreError("the disk is full"), MemoryError("no memory")])
def test_a_group_that_fails_unasked_is_heard_of(
    thread: Writer, rows: Rows, broken: Exception
) -> None:
    """Whoever put something into it hears of it, the thread lives on, and nothing is made up."""
    rows.broken = broken
    failures: list[Exception] = []
    thread.put("a", b"x", failures)
    deadline = time.monotonic() + 10
    while not failures and time.monotonic() < deadline:
        time.sleep(0.01)
    assert failures == [broken]
    rows.broken = None
    thread.ask(lambda: None)  # then it has done with that group
    assert thread.get("a") is None
    thread.put("b", b"y", failures)
    thread.end()
    assert rows.found == {"b": b"y"}


def test_an_interrupt_ends_the_wait_and_not_the_work(thread: Writer, rows: Rows) -> None:
    """What was asked for is done in whole, though nobody waits for it any more."""
    rows.go_on.clear()
    thread.put("a", b"x", [])
    interrupt = threading.Timer(0.1, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        interrupt.start()
        thread.flush()
    rows.go_on.set()
    thread.end()
    assert rows.found == {"a": b"x"}


def test_a_deferred_write_that_fails_is_said_by_the_next_call(folder: Path) -> None:
    """Grouped results that another process keeps from disk are an error of the run, said once."""
    filled(folder, 1)
    store = Store.open(folder, patience=0.1, behind=True)
    holder = sqlite3.connect(folder / "results" / "cache.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert store.put(key(1), kept(1))
    with pytest.raises(StoreError, match="being written by another process"):
        store.flush()
    holder.execute("ROLLBACK")
    holder.close()
    assert store.get(key(1)) is None
    store.put(key(2), kept(2))
    store.close()
    assert on_disk(folder) == 2


def test_one_run_does_not_go_on_over_what_another_could_not_keep(folder: Path) -> None:
    """A flush says that it failed also where the result was another handle's."""
    filled(folder, 1)
    first, second = (Store.open(folder, patience=0.1, behind=True) for _ in range(2))
    holder = sqlite3.connect(folder / "results" / "cache.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    first.put(key(1), kept(1))
    assert second.get(key(1)) == kept(1)
    with pytest.raises(StoreError, match="being written"):
        second.flush()
    with pytest.raises(StoreError, match="being written"):
        first.close()
    second.close()
    holder.close()


LEAVES = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from stored import BIG, kept, key
from wfrepair_magic.engine.store import Store
store = Store.open(Path(sys.argv[2]), behind=True)
store.put(key(1), kept(1))
store.put(key(2), kept(BIG))
"""


def test_what_waits_is_written_when_the_interpreter_ends(folder: Path) -> None:
    """A process that just ends leaves what it was given."""
    arguments = [sys.executable, "-c", LEAVES, str(Path(__file__).parent.parent), str(folder)]
    subprocess.run(arguments, check=True)
    store = Store.open(folder)
    assert (store.get(key(1)), store.get(key(2))) == (kept(1), kept(BIG))
    store.close()


def test_a_connection_outlives_its_handle(folder: Path, opened: list[Path]) -> None:
    """A second run in the same process does not open the store again."""
    results = filled(folder, 3)
    store = Store.open(folder)
    assert all(store.get(name) == result for name, result in results.items())
    store.close()
    assert len(opened) == 1


def replaced(folder: Path) -> None:
    """Put another store in the place of this one, while that is kept elsewhere."""
    folder.rename(folder.with_name("elsewhere"))
    shutil.copytree(folder.with_name("elsewhere"), folder)


def written(folder: Path) -> None:
    """Let another program change the database."""
    database = sqlite3.connect(folder / "results" / "cache.db")
    database.execute("UPDATE Cache SET value = x'00'")
    database.commit()
    database.close()


@pytest.mark.parametrize("change", [shutil.rmtree, replaced, written])
def test_files_that_somebody_touched_are_opened_anew(
    folder: Path, opened: list[Path], change: Callable[[Path], None]
) -> None:
    """What this process remembers of a store never stands in for what lies there now."""
    (name, result), *_ = filled(folder, 1).items()
    change(folder)
    store = Store.open(folder)
    if change is shutil.rmtree:
        assert store.get(name) is None
    elif change is replaced:
        assert store.get(name) == result
    else:
        with pytest.raises(StoreError, match="CORRUPT"):
            store.get(name)
    store.close()
    assert len(opened) == 2


def test_a_store_that_is_replaced_while_it_is_open_does_not_mix(folder: Path) -> None:
    """The old handle goes on with what it opened, a new one gets what lies there now."""
    filled(folder, 1)
    old = Store.open(folder)
    shutil.rmtree(folder)
    new = Store.open(folder)
    assert new.get(key(0)) is None
    assert old.get(key(0)) is not None
    new.put(key(1), kept(1))
    old.close()
    assert new.get(key(1)) == kept(1)
    new.close()
    assert on_disk(folder) == 1


def test_connections_that_nobody_uses_are_few_and_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that touched many stores keeps a handful open, and after a while none."""
    monkeypatch.setattr(writer, "IDLE", 0.2)
    for number in range(3 * open_stores.MOST_IDLE):
        Store.open(tmp_path / str(number)).close()
    writers = list(open_stores._writers.values())  # threads take theirs out meanwhile
    assert len([w for w in writers if not w.users]) <= open_stores.MOST_IDLE
    deadline = time.monotonic() + 10
    while any(path.parent == tmp_path for path in list(open_stores._writers)):
        assert time.monotonic() < deadline
        time.sleep(0.02)


FORKS = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from stored import kept, key
from wfrepair_magic.engine.store import Store
from wfrepair_magic.errors import StoreError
store = Store.open(Path(sys.argv[2]), behind=True)
store.put(key(1), kept(1))
if os.fork():
    print(os.waitstatus_to_exitcode(os.wait()[1]))
    store.close()
else:
    try:
        store.put(key(2), kept(2))
        store.flush()
    except StoreError as error:
        assert "fork" in str(error)
        own = Store.open(Path(sys.argv[2]))
        own.put(key(3), kept(3))
        own.close()
        sys.exit(7)
"""


def test_a_forked_process_does_not_hang_on_its_parents_thread(folder: Path) -> None:
    """A handle from before the fork says so; a store that is opened after it works."""
    arguments = [sys.executable, "-c", FORKS, str(Path(__file__).parent.parent), str(folder)]
    found = subprocess.run(arguments, capture_output=True, text=True, timeout=30)
    assert found.stdout == "7\n", found.stderr
    assert on_disk(folder) == 2


SENDS = """
import os, signal, sys, uuid
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from fakes import EffectLog
from wfrepair_magic import Workflow, node, run

@node(effect="pure")
def pick():
    return uuid.uuid4().hex

@node(effect="write")
def send(text):
    EffectLog(Path(sys.argv[3])).append(text)

@node(effect="read")
def last():
    if sys.argv[4] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)

nodes = [{"id": "pick", "type": "pick"},
         {"id": "send", "type": "send", "params": {"text": "${pick.result}"}},
         {"id": "last", "type": "last", "after": ["send"]}]
print(run(Workflow.build(nodes), name="w", store=sys.argv[2], repair="off").state)
"""


def test_a_result_is_on_disk_before_the_effect_that_follows_from_it(
    folder: Path, tmp_path: Path
) -> None:
    """A kill after the effect loses no result that would make it another effect when redone."""
    tests, log = Path(__file__).parent.parent, tmp_path / "log"
    for how in ("killed", "again"):
        arguments = [sys.executable, "-c", SENDS, str(tests), str(folder), str(log), how]
        found = subprocess.run(arguments, capture_output=True, text=True)
    assert found.stdout == "SUCCESS\n", found.stderr
    assert EffectLog(log).counts().total() == 1
