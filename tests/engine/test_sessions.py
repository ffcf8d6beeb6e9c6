"""One line of work at a time, and one process that works on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import Owner, me
from wfrepair_magic.engine.sessions import (
    Session,
    acquire,
    current,
    ended,
    enter,
    holder,
    release,
)
from wfrepair_magic.errors import EngineBug

ACQUIRES = """
import sys
from pathlib import Path
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
from wfrepair_magic.engine.sessions import acquire, enter
ledger = Ledger.open(Path(sys.argv[1]))
session = enter(ledger, "digest", "open")
assert acquire(ledger, session.id, me()) is None
print(session.id, me().to_json(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a new ledger."""
    opened = Ledger.open(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture
def other(ledger: Ledger) -> Iterator[tuple[subprocess.Popen[str], str, Owner]]:
    """Start another process that takes the lease of workflow `digest` and keeps it."""
    process = subprocess.Popen(
        [sys.executable, "-c", ACQUIRES, str(ledger.folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    session, _, owner = process.stdout.readline().partition(" ")
    yield process, session, Owner.from_json(owner)
    process.kill()
    process.communicate()


def test_an_open_session_is_gone_on_with(ledger: Ledger) -> None:
    """However its last run ended, the next one belongs to it, until it is left on purpose."""
    assert current(ledger, "w") is None
    first = enter(ledger, "w", "open")
    for state in ("FAILED", "SUCCESS", "WAITING", "CANCELLED", "DEGRADED"):
        ended(ledger, first.id, state)
        assert enter(ledger, "w", "open") == Session(first.id, "w", first.opened, state)
    fresh = enter(ledger, "w", "open", fresh=True)
    assert fresh.id != first.id
    assert enter(ledger, "w", "open") == fresh == current(ledger, "w")


@pytest.mark.parametrize(
    ("state", "goes_on"),
    [
        ("SUCCESS", False),
        ("DEGRADED", False),
        ("FAILED", True),
        ("WAITING", True),
        ("CANCELLED", True),
        ("", True),
    ],
)
def test_a_session_per_run_is_resumed_until_it_succeeded(
    ledger: Ledger, state: str, goes_on: bool
) -> None:
    """The next scheduled run begins anew after a success, and resumes anything else."""
    first = enter(ledger, "w", "per-run")
    ended(ledger, first.id, state)
    assert (enter(ledger, "w", "per-run").id == first.id) is goes_on


def test_a_run_that_never_said_its_end_is_resumed(ledger: Ledger) -> None:
    """A kill after a success leaves a session that is gone on with: it may hold doubt."""
    first = enter(ledger, "w", "open")
    ended(ledger, first.id, "SUCCESS")
    enter(ledger, "w", "open")  # and is killed
    assert enter(ledger, "w", "per-run").id == first.id


def test_sessions_belong_to_one_workflow(ledger: Ledger) -> None:
    """Two workflows of one store never share a session."""
    assert enter(ledger, "a", "open").id != enter(ledger, "b", "open").id


def test_a_session_survives_the_kernel(ledger: Ledger) -> None:
    """The next process goes on with the same session."""
    first = enter(ledger, "w", "open")
    again = Ledger.open(ledger.folder)
    assert enter(again, "w", "open") == first
    again.close()


def test_an_unknown_session_is_our_bug(ledger: Ledger) -> None:
    """Nothing is written down for a session that was never opened."""
    with pytest.raises(EngineBug, match="no session nowhere"):
        ended(ledger, "nowhere", "SUCCESS")


def test_eight_processes_enter_one_session(ledger: Ledger) -> None:
    """Processes that enter at once find themselves in the same session."""
    code = (
        "import sys; from pathlib import Path\n"
        "from wfrepair_magic.engine.ledger import Ledger\n"
        "from wfrepair_magic.engine.sessions import enter\n"
        "print(enter(Ledger.open(Path(sys.argv[1])), 'w', 'open').id)"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", code, str(ledger.folder)], stdout=subprocess.PIPE)
        for _ in range(8)
    ]
    assert len({process.communicate()[0] for process in processes}) == 1


def test_the_lease_is_taken_kept_and_given_back(ledger: Ledger) -> None:
    """The holder may take it again; after it was given back it is free."""
    session = enter(ledger, "w", "open").id
    assert holder(ledger, session) is None
    assert acquire(ledger, session, me()) is None
    assert acquire(ledger, session, me()) is None
    assert holder(ledger, session) == me()
    release(ledger, session, me())
    release(ledger, session, me())
    assert holder(ledger, session) is None


def test_a_live_holder_is_named_and_not_robbed(
    ledger: Ledger, other: tuple[subprocess.Popen[str], str, Owner]
) -> None:
    """Whoever comes second learns who has the lease, also while that process is suspended."""
    process, session, owner = other
    assert acquire(ledger, session, me()) == owner
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    assert acquire(ledger, session, me()) == owner
    release(ledger, session, me())
    assert holder(ledger, session) == owner


def test_a_dead_holder_is_replaced_at_once(
    ledger: Ledger, other: tuple[subprocess.Popen[str], str, Owner]
) -> None:
    """A killed process leaves its session to the next one, which goes on with it."""
    process, session, owner = other
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert enter(ledger, "digest", "open").id == session
    assert holder(ledger, session) is None
    assert acquire(ledger, session, me()) is None
    release(ledger, session, owner)  # too late: it is another's by now
    assert holder(ledger, session) == me()
