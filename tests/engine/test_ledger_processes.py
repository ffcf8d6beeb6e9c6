"""Many processes, and the death of some: one winner each, and nothing that was said is lost."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
from pathlib import Path

import pytest
from engine.ledger_work import place, start

from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
from wfrepair_magic.errors import StoreError

EFFECTS = 150

WORKS = """
import os
from pathlib import Path
from engine.ledger_work import place, raw
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
ledger = Ledger.open(Path(sys.argv[1]))
effects = os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
slots = {place(number).slot for number in range(int(sys.argv[3]))}
for number in range(int(sys.argv[3])):
    if ledger.find(place(number), slots) is not None:
        continue
    receipt, won = ledger.claim(place(number), "run", me(), None)
    print("claimed", flush=True)
    if won:
        os.write(effects, b"%d\\n" % number)
        print("done", flush=True)
        ledger.succeed(receipt.id, raw(number))
        print("told", flush=True)
"""


def test_kills_repeat_nothing_and_hide_nothing(tmp_path: Path) -> None:
    """After 12 kills of two workers no effect is there twice, and each gap is a question."""
    log = tmp_path / "effects.log"
    picked = random.Random(3)
    for _ in range(12):
        workers = [start(WORKS, tmp_path / "s", log, EFFECTS) for _ in range(2)]
        assert workers[0].stdout is not None
        for _ in range(picked.randrange(40)):
            workers[0].stdout.readline()
        for worker in workers:
            worker.send_signal(signal.SIGKILL)
            worker.communicate()
    for worker in [start(WORKS, tmp_path / "s", log, EFFECTS) for _ in range(2)]:
        worker.communicate()
    happened = [int(line) for line in log.read_text().splitlines()]
    ledger = Ledger.open(tmp_path / "s")
    receipts = ledger.receipts("s")
    done = {receipt.slot for receipt in receipts if receipt.state == "SUCCEEDED"}
    asked = {question.slot for question in ledger.open_questions("s")}
    assert len(happened) == len(set(happened))
    assert done <= {f"node{number}" for number in happened} <= done | asked
    assert done | asked == {f"node{number}" for number in range(EFFECTS)}
    for number in happened:
        found = ledger.find(place(number), {place(number).slot})
        assert found is not None
        assert found.kept is None or found.kept.outputs == {"number": number}
    ledger.close()


CLAIMS_ONE = """
from pathlib import Path
from engine.ledger_work import place
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
ledger = Ledger.open(Path(sys.argv[1]))
ledger.claim(place(0), "run", me(), None)
print("claimed", flush=True)
sys.stdin.read()
"""


def test_a_claim_of_a_killed_process_is_a_question(tmp_path: Path) -> None:
    """As long as the claimant lives nothing is asked, also if it is suspended; then it is."""
    claimant = start(CLAIMS_ONE, tmp_path / "s")
    assert claimant.stdout is not None
    assert claimant.stdout.readline() == "claimed\n"
    ledger = Ledger.open(tmp_path / "s")
    claimant.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, claimant.pid, os.WSTOPPED | os.WNOWAIT)
    assert ledger.open_questions("s") == []
    claimant.send_signal(signal.SIGKILL)
    claimant.communicate()
    (question,) = ledger.open_questions("s")
    assert (question.slot, question.state) == ("node0", "STARTED")
    assert ledger.claim(place(0), "run", me(), question.id)[1] is False
    assert ledger.resolve("s", "node0", False, "me").state == "RESOLVED_NOT_SENT"
    assert ledger.claim(place(0), "run", me(), question.id)[1] is True
    ledger.close()


def test_a_writer_without_end_is_said_in_time(tmp_path: Path) -> None:
    """Who cannot claim hears why after the ledger's patience; reading goes on meanwhile."""
    ledger = Ledger.open(tmp_path / "s", patience=0.1)
    receipt, _ = ledger.claim(place(0), "run", me(), None)
    holder = sqlite3.connect(tmp_path / "s" / "ledger.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert ledger.find(place(0), {"node0"}) == receipt
    with pytest.raises(StoreError, match=r"ledger\.db is being written by another process"):
        ledger.claim(place(1), "run", me(), None)
    holder.execute("ROLLBACK")
    holder.close()
    assert ledger.claim(place(1), "run", me(), None)[1]
    ledger.close()


def test_an_interrupted_transaction_leaves_no_lock(tmp_path: Path) -> None:
    """Whatever is raised inside a step undoes the step and lets others write."""
    ledger = Ledger.open(tmp_path / "s")
    with pytest.raises(KeyboardInterrupt), ledger.file.transaction():
        ledger.file.sqlite.run("DELETE FROM receipts")
        raise KeyboardInterrupt
    other = Ledger.open(tmp_path / "s", patience=0.1)
    assert other.claim(place(0), "run", me(), None)[1]
    assert ledger.claim(place(0), "run", me(), None)[1] is False
    other.close()
    ledger.close()
