"""Uses a store and runs workflows on the main thread while interrupts rain on it.

`python interrupted.py FOLDER COUNT SEED` prints a line of JSON: what was heard and found.
"""

from __future__ import annotations

import _thread
import json
import os
import random
import signal
import sqlite3
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

from fakes import EffectLog
from stored import kept, key

from wfrepair_magic import Workflow, node, run
from wfrepair_magic.engine.store import Store

FOLDER = Path(sys.argv[1]) if __name__ == "__main__" else Path()
KINDS = ("os.kill", "raise_signal", "interrupt_main")


@node(effect="pure")
def double(n: int) -> int:
    """Give a value to keep."""
    return 2 * n


@node(effect="write")
def send(text: str) -> str:
    """Leave a line outside."""
    EffectLog(FOLDER / "log").append(text)
    return text


def workflow(number: int) -> Workflow:
    """Make a workflow that no run has done before."""
    nodes: list[dict[str, Any]] = [
        {"id": "a", "type": "double", "params": {"n": number}},
        {"id": "b", "type": "send", "params": {"text": "m${a.result}"}},
        {"id": "c", "type": "double", "params": {"n": 1}, "after": ["b"]},
    ]
    return Workflow.build(nodes)


def strike(kind: str) -> None:
    """Interrupt the main thread, from another one.

    (PyThreadState_SetAsyncExc is left out: CPython 3.11 hands what is meant for the main thread to
    one that it is just starting, at any later moment of its life.)
    """
    if kind == "os.kill":
        os.kill(os.getpid(), signal.SIGINT)
    elif kind == "raise_signal":
        signal.raise_signal(signal.SIGINT)
    else:
        _thread.interrupt_main()


def can_write(database: Path) -> bool:
    """Whether somebody else gets to write within a second."""
    connection = sqlite3.connect(database, timeout=1.0, isolation_level=None)
    try:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("ROLLBACK")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


class Rain:
    """Strikes the main thread `count` times at random moments, and looks for locks meanwhile."""

    def __init__(self, count: int, picked: random.Random) -> None:
        self.count = count
        self.picked = picked
        self.struck: Counter[str] = Counter()
        self.locked_out = 0
        self.may_begin, self.over = threading.Event(), threading.Event()

    def fall(self) -> None:
        """Go on until all have fallen."""
        store = FOLDER / ".wfrepair"
        self.may_begin.wait()
        for number in range(self.count):
            time.sleep(
                0.001 + self.picked.choice((0.0, 0.001, 0.003, 0.008)) * self.picked.random()
            )
            kind = self.picked.choice(KINDS)
            strike(kind)
            self.struck[kind] += 1
            if number % 40 == 0:
                databases = (store / "results" / "cache.db", store / "ledger.db")
                self.locked_out += sum(not can_write(each) for each in databases)
        self.over.set()


class Work:
    """What the main thread does; every method may be cut off anywhere."""

    def __init__(self) -> None:
        self.heard = self.rounds = self.cancelled = 0
        self.store: Store | None = None
        self.wrong: list[str] = []

    def go(self, rain: Rain, shelters: int = 4) -> None:
        """Work until the rain is over; an interrupt may hit the handler of another one, too."""
        while not rain.over.is_set():
            try:
                if shelters:
                    self.go(rain, shelters - 1)
                else:
                    self.step()
            except KeyboardInterrupt:
                self.heard += 1

    def step(self) -> None:
        """Use the store, or run something."""
        self.rounds += 1
        number = self.rounds
        if number % 20 == 0:
            done = run(workflow(number), name="w", store=FOLDER / ".wfrepair", repair="off")
            self.cancelled += done.state == "CANCELLED"
            if done.state not in ("SUCCESS", "CANCELLED"):
                self.wrong.append(f"run {number} is {done.state}: {done.failures}")
        elif number % 7 == 0 and self.store is not None:
            self.store.close()
            self.store = None
        else:
            self.store = self.store or Store.open(FOLDER / ".wfrepair", behind=number % 2 == 0)
            self.store.put(key(number), kept(number))
            for other in (number, number - 5):
                found = self.store.get(key(other))
                if found is not None and found != kept(other):
                    self.wrong.append(f"{other} is {found}")


def main() -> None:
    """Let it rain on the work, and tell."""
    count, seed = int(sys.argv[2]), sys.argv[3]
    store = FOLDER / ".wfrepair"
    run(workflow(0), name="w", store=store, repair="off")
    rain, work = Rain(count, random.Random(seed)), Work()
    cloud = threading.Thread(target=rain.fall, daemon=True)
    cloud.start()
    rain.may_begin.set()
    work.go(rain)
    told = {
        "struck": rain.struck.total(),
        "heard": work.heard,
        "cancelled": work.cancelled,
        "rounds": work.rounds,
        "wrong": work.wrong,
        "locked out": rain.locked_out,
        "twice": [name for name, times in EffectLog(FOLDER / "log").counts().items() if times > 1],
        "at the end": [can_write(store / "results" / "cache.db"), can_write(store / "ledger.db")],
        "after": run(workflow(10**6), name="w", store=store, repair="off").state,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
