"""A damaged store says so: whatever is broken in it, no value is wrong and no effect is repeated.

A real run leaves a store, as it ends or as a kill leaves it (with the logs of both databases).
Something in a copy of it is broken at random, and the workflow runs again over that.
"""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from answering import LONG
from fakes import EffectLog

from wfrepair_magic import Workflow, node, run
from wfrepair_magic.errors import StoreError

DAMAGES = 5_000 if LONG else 300
BIG = 1_200_000
SENT = "WFREPAIR_TEST_SENT"


def small(n: int) -> dict[str, Any]:
    """Give a small value."""
    return {"n": n, "text": "x" * 50 * n}


def large(n: int) -> dict[str, Any]:
    """Give a value that lies in a file."""
    return {"data": bytes([n]) * BIG, "n": n}


def look(n: int) -> int:
    """Give what a session remembers."""
    return n * 2


def send(text: str, size: int) -> dict[str, Any]:
    """Leave a line outside; its answer may lie in a file, too."""
    EffectLog(Path(os.environ[SENT])).append(text)
    return {"text": text, "data": "y" * size}


def last() -> int:
    """Be where the process is killed, where it is."""
    if os.environ.get("WFREPAIR_TEST_KILL"):
        os.kill(os.getpid(), 9)
    return 1


KINDS: tuple[tuple[Any, Callable[..., Any]], ...] = (
    ("pure", small), ("pure", large), ("read", look), ("write", send), ("read", last),
)  # fmt: skip


def workflow() -> Workflow:
    """Make the workflow: results of each kind and size, and effects that follow from them."""
    for effect, function in KINDS:
        node(effect=effect)(function)
    nodes: list[dict[str, Any]] = []
    for n in range(4):
        nodes += [
            {"id": f"small{n}", "type": "small", "params": {"n": n}},
            {"id": f"look{n}", "type": "look", "params": {"n": f"${{small{n}.n}}"}},
            {"id": f"send{n}", "type": "send",
             "params": {"text": f"s{n}-${{small{n}.n}}", "size": BIG if n == 3 else n}},
        ]  # fmt: skip
    nodes += [
        {"id": "large1", "type": "large", "params": {"n": 1}},
        {"id": "after", "type": "send", "params": {"text": "l-${large1.n}", "size": 1}},
        {"id": "last", "type": "last", "after": ["after", "send0", "send1", "send2", "send3"]},
    ]
    return Workflow.build(nodes)


def expected() -> dict[str, Any]:
    """Give what each node gives."""
    found: dict[str, Any] = {}
    for n in range(4):
        found[f"small{n}"] = {"n": n, "text": "x" * 50 * n}
        found[f"look{n}"] = {"result": n * 2}
        found[f"send{n}"] = {"text": f"s{n}-{n}", "data": "y" * (BIG if n == 3 else n)}
    found["large1"] = {"data": b"\1" * BIG, "n": 1}
    found["after"] = {"text": "l-1", "data": "y"}
    found["last"] = {"result": 1}
    return found


LEAVE = """
import sys
sys.path[:0] = sys.argv[1:3]
from test_corruption import run, workflow
run(workflow(), name="w", store=sys.argv[3], repair="off", max_workers=1)
"""


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make the store of a run that ended, and that of one that was killed at its last node."""
    place = tmp_path_factory.mktemp("stores")
    here = Path(__file__)
    for how in ("ended", "killed"):
        environ = {**os.environ, SENT: str(place / f"{how}.log")}
        environ |= {"WFREPAIR_TEST_KILL": "1"} if how == "killed" else {}
        command = [sys.executable, "-c", LEAVE, str(here.parent), str(here.parents[1])]
        subprocess.run([*command, str(place / how)], env=environ, check=how == "ended")
        assert EffectLog(place / f"{how}.log").counts().total() == 5
    assert (place / "killed" / "results" / "cache.db-wal").stat().st_size
    return {how: place / how for how in ("ended", "killed")}


# --- damages: each breaks a file ------------------------------------------------------------


def flip(file: Path, picked: random.Random) -> None:
    """Turn some bits."""
    raw = bytearray(file.read_bytes())
    for _ in range(picked.choice((1, 1, 8, 64))):
        raw[picked.randrange(len(raw))] ^= 1 << picked.randrange(8)
    file.write_bytes(raw)


def zero(file: Path, picked: random.Random) -> None:
    """Zero a page."""
    raw = bytearray(file.read_bytes())
    page = 4096 * picked.randrange(-(-len(raw) // 4096))
    raw[page : page + 4096] = bytes(len(raw[page : page + 4096]))
    file.write_bytes(raw)


def cut(file: Path, picked: random.Random) -> None:
    """Cut the end off."""
    size = file.stat().st_size
    os.truncate(file, picked.choice((0, picked.randrange(size), size - 1)))


def delete(file: Path, picked: random.Random) -> None:
    """Remove it."""
    file.unlink()


def mix(file: Path, picked: random.Random) -> None:
    """Swap two pages, as a broken file system does."""
    raw = file.read_bytes()
    pages = [raw[at : at + 4096] for at in range(0, len(raw), 4096)]
    one, two = picked.randrange(len(pages)), picked.randrange(len(pages))
    pages[one], pages[two] = pages[two], pages[one]
    file.write_bytes(b"".join(pages))


def swap_rows(file: Path, picked: random.Random) -> str:
    """Give two rows of a database each other's content, by sqlite's own means."""
    database = sqlite3.connect(file)
    found = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'").fetchall()
    tables = [name for name, sql in found if "WITHOUT ROWID" not in sql]
    columns = {t: [row[1] for row in database.execute(f"PRAGMA table_info({t})")] for t in tables}
    options = [(t, c) for t in tables for c in columns[t] if t != "Settings" and c != "rowid"]
    table, column = picked.choice(options)
    rows = database.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
    if len(rows) > 1:
        (one, first), (two, second) = picked.sample(rows, 2)
        statement = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
        database.executemany(statement, [(-1, one), (first, two), (second, one)])
        database.commit()
    database.close()
    return f"{table}.{column}"


def other_version(file: Path, picked: random.Random) -> None:
    """Say that a result is of another version, or that the whole store is."""
    raw = file.read_bytes()
    file.write_bytes(raw.replace(b"WFR\1", b"WFR\2", 1).replace(b'"format": 1', b'"format": 0'))


Damage = Callable[[Path, random.Random], None]
DAMAGES_OF_FILES: tuple[Damage, ...] = (flip, flip, zero, cut, delete, mix, other_version)


def damage(store: Path, picked: random.Random) -> str:
    """Break something in a store, and say what."""
    if picked.random() < 0.2:
        file = picked.choice((store / "results" / "cache.db", store / "ledger.db"))
        told = swap_rows(file, picked)
        return f"swap rows of {file.name}: {told}"
    files = [each for each in sorted(store.rglob("*")) if each.is_file() and each.stat().st_size]
    file = picked.choice([each for each in files if each.parent.name != "runs"])
    act = picked.choice(DAMAGES_OF_FILES)
    act(file, picked)
    return f"{act.__name__} {file.relative_to(store)}"


def outcome(store: Path) -> str:
    """Run over a damaged store: each value that comes out must be right."""
    try:
        done = run(workflow(), name="w", store=store, repair="off", max_workers=1)
    except StoreError as error:
        assert str(error)
        return "said"
    right = expected()
    for id, ran in done.nodes.items():
        if ran.state in ("done", "reused"):
            assert dict(ran.outputs) == right[id], id
    return done.state


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Name the log of the run over the damaged store."""
    monkeypatch.setenv(SENT, str(tmp_path / "again.log"))
    yield tmp_path / "again.log"


@pytest.mark.parametrize("how", ["ended", "killed"])
def test_an_untouched_store_is_gone_on_with(
    stores: dict[str, Path], how: str, sent: Path, tmp_path: Path
) -> None:
    """Without damage nothing is sent again, and nothing is missing."""
    shutil.copytree(stores[how], tmp_path / "copy")
    assert outcome(tmp_path / "copy") == "SUCCESS"
    assert not EffectLog(sent).counts()


@pytest.mark.timeout(0 if LONG else 300)
@pytest.mark.parametrize("how", ["ended", "killed"])
def test_no_damage_gives_a_wrong_value_or_repeats_an_effect(
    stores: dict[str, Path], how: str, sent: Path, tmp_path: Path
) -> None:
    """Bits, pages, ends, files, rows and versions are broken at random, and all of it is met."""
    picked = random.Random(f"{how} {os.environ.get('WFREPAIR_SEED', '')}")
    outcomes: Counter[str] = Counter()
    for number in range(DAMAGES // 2):
        copy = tmp_path / f"copy{number}"
        shutil.copytree(stores[how], copy)
        what = damage(copy, picked)
        ended = outcome(copy)
        assert not EffectLog(sent).counts(), f"number {number}: {what}, and the run is {ended}"
        outcomes[ended] += 1
        shutil.rmtree(copy)
    assert outcomes["said"] > DAMAGES // 10
    assert outcomes["SUCCESS"] > DAMAGES // 10  # a log that is gone, a page of nothing …
