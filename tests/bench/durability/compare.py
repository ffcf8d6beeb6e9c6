"""Kill −9 at random moments: what became of twelve effects, under us and under four peers.

`make bench-durability` installs the peers in an environment of their own and prints the table.
Each system runs the same twelve steps and is killed 200 times; after each kill it is started
again, until it says that it is done.  Then the log outside is read: *repeated* are effects that
it holds more than once, *lost* those that it does not hold although the system said that all is
done, *asked* the questions to a person ("was it sent?"), which only a system that knows of its
gap can put.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from fakes import EffectLog

HERE = Path(__file__).parent
KILLS = 200
SYSTEMS = {
    "naive diskcache": "naive.py",
    "joblib.Memory": "joblib_memory.py",
    "LangGraph, SQLite": "langgraph_sqlite.py",
    "DBOS, SQLite": "dbos_sqlite.py",
    "wfrepair_magic": "ours.py",
}
STEPS = 12


@dataclass
class Tally:
    """What was counted for one system; `effects` are those that should have happened once."""

    kills: int = 0
    stories: int = 0
    repeated: int = 0
    lost: int = 0
    asked: int = 0

    @property
    def effects(self) -> int:
        """Count the effects that should have happened, each once."""
        return STEPS * self.stories


def start(python: str, program: str, state: Path, log: Path) -> subprocess.Popen[str]:
    """Start a system on its state, and wait until its work begins."""
    path = os.pathsep.join([str(HERE), str(HERE.parents[1])])
    process = subprocess.Popen(
        [python, HERE / program, state, log],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise SystemExit(f"{program} does not start")
    return process


def usual(python: str, program: str) -> float:
    """Give the seconds that the work takes when nobody disturbs it."""
    with tempfile.TemporaryDirectory() as folder:
        process = start(python, program, Path(folder) / "state", Path(folder) / "log")
        begin = time.perf_counter()
        if process.wait() != 0:
            raise SystemExit(f"{program} fails")
        return time.perf_counter() - begin


def story(python: str, program: str, tally: Tally, chance: random.Random, whole: float) -> None:
    """Kill a system at random moments until it comes to its end in between, and count."""
    with tempfile.TemporaryDirectory() as folder:
        state, log = Path(folder) / "state", EffectLog(Path(folder) / "log")
        while True:
            process = start(python, program, state, log.path)
            if tally.kills < KILLS:
                try:
                    process.wait(chance.uniform(0.0, whole))
                except subprocess.TimeoutExpired:
                    process.kill()
                    tally.kills += 1
            told, _ = process.communicate()
            tally.asked += told.count("in doubt")
            if process.returncode == 0:
                break
            if process.returncode != -9:
                raise SystemExit(f"{program} ended with {process.returncode}")
        counts = log.counts()
        tally.stories += 1
        tally.repeated += sum(count - 1 for count in counts.values())
        tally.lost += STEPS - len(counts)


def measure(python: str, program: str) -> Tally:
    """Kill one system `KILLS` times."""
    whole = usual(python, program)
    tally, chance = Tally(), random.Random(20260)
    while tally.kills < KILLS:
        story(python, program, tally, chance, whole)
    return tally


def main(peers: str) -> None:
    """Measure each system and print the table; `peers` is the Python that has the others."""
    print(f"{STEPS} effects in a chain, kill −9 at {KILLS} random moments\n")
    print(f"{'':20}{'effects':>9}{'repeated':>10}{'lost':>6}{'asked':>7}")
    for name, program in SYSTEMS.items():
        python = sys.executable if program == "ours.py" else peers
        found = measure(python, program)
        print(
            f"{name:20}{found.effects:9}{found.repeated:10}{found.lost:6}{found.asked:7}",
            flush=True,
        )


if __name__ == "__main__":
    main(sys.argv[1])
