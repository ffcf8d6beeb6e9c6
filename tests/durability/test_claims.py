"""Many processes claim the same effects: each has one winner, and the others learn who."""

from __future__ import annotations

import collections
from pathlib import Path

import pytest
from answering import LONG
from engine.ledger_work import start

PROCESSES, KEYS = (32, 20_000) if LONG else (8, 2_000)

CLAIMS = """
from pathlib import Path
from engine.ledger_work import place
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
ledger = Ledger.open(Path(sys.argv[1]), patience=600)
sys.stdin.read()
for number in range(int(sys.argv[2])):
    receipt, won = ledger.claim(place(number), "run", me(), None)
    print(number, won, receipt.idempotency_key, receipt.owner.token)
print(me().token)
"""


@pytest.mark.timeout(6_000 if LONG else 300)
def test_each_of_many_claims_has_one_winner(folder: Path) -> None:
    """However many claim an effect, one wins, and its key and owner are what all hear."""
    claimants = [start(CLAIMS, folder / "s", KEYS) for _ in range(PROCESSES)]
    for claimant in claimants:
        assert claimant.stdin is not None
        claimant.stdin.close()
        claimant.stdin = None
    told = collections.defaultdict(list)
    for claimant in claimants:
        *lines, token = claimant.communicate()[0].splitlines()
        for line in lines:
            number, won, idempotency_key, owner = line.split()
            assert (owner == token) is (won == "True")
            told[number].append((won, idempotency_key, owner))
    assert len(told) == KEYS
    for answers in told.values():
        assert len(answers) == PROCESSES
        assert [won for won, _, _ in answers].count("True") == 1
        assert len({(key, owner) for _, key, owner in answers}) == 1
