"""A process is told apart from every other one that had or will have its number."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from wfrepair_magic.engine import owner as owner_module
from wfrepair_magic.engine.owner import Owner, alive, me

TELLS = """
import sys
from wfrepair_magic.engine.owner import me
print(me().to_json(), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def other() -> Iterator[tuple[subprocess.Popen[str], Owner]]:
    """Start another process that says who it is and then waits."""
    process = subprocess.Popen(
        [sys.executable, "-c", TELLS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process, Owner.from_json(process.stdout.readline())
    process.kill()
    process.communicate()


def test_i_am_alive_and_always_the_same() -> None:
    """A process is one owner for as long as it lives."""
    assert me() == me()
    assert me().pid == os.getpid()
    assert alive(me())


def test_an_owner_survives_its_text() -> None:
    """What stands in the ledger gives the same owner back."""
    assert Owner.from_json(me().to_json()) == me()


def test_another_process_is_alive_until_it_is_killed(
    other: tuple[subprocess.Popen[str], Owner],
) -> None:
    """A killed process is gone at once, also before its parent has noticed."""
    process, owner = other
    assert alive(owner)
    process.send_signal(signal.SIGKILL)
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and still a zombie
    assert Path(f"/proc/{process.pid}").exists()
    assert not alive(owner)
    process.wait()
    assert not alive(owner)


def test_a_stopped_process_is_alive(other: tuple[subprocess.Popen[str], Owner]) -> None:
    """A suspended process will go on, so it counts as alive."""
    process, owner = other
    process.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    assert alive(owner)
    process.send_signal(signal.SIGCONT)
    assert alive(owner)


def test_the_next_holder_of_a_process_id_is_somebody_else(
    other: tuple[subprocess.Popen[str], Owner],
) -> None:
    """The same id with another start time, or of another boot, is gone."""
    _, owner = other
    assert not alive(dataclasses.replace(owner, start=str(int(owner.start) - 1)))
    assert not alive(dataclasses.replace(owner, boot="an earlier one"))


def test_my_own_id_in_another_container_is_not_me() -> None:
    """An owner with my id and another token or start time is not this process."""
    assert not alive(dataclasses.replace(me(), token="0" * 16))
    assert not alive(dataclasses.replace(me(), start="1"))


def test_a_fork_is_another_owner() -> None:
    """A forked child does not pass for its parent."""
    reading, writing = os.pipe()
    parent = me()
    child = os.fork()
    if child == 0:
        os.write(writing, me().to_json().encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = Owner.from_json(pipe.read())
    os.waitpid(child, 0)
    assert said.pid == child
    assert said.token != parent.token


def test_without_proc_the_process_id_alone_decides(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Where a system says neither boot nor start time, an existing process counts as alive."""
    monkeypatch.setattr(owner_module, "_PROC", tmp_path)
    monkeypatch.setattr(owner_module, "_boot", lambda: "")
    assert alive(Owner("", os.getppid(), "", "t"))
    assert alive(Owner("", 1, "", "t"))
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    assert not alive(Owner("", gone.pid, "", "t"))


def test_a_process_whose_first_thread_has_ended_is_alive() -> None:
    """A process that goes on in another thread is not taken for a zombie."""
    code = (
        "import ctypes, threading, time\n"
        "from wfrepair_magic.engine.owner import me\n"
        "print(me().to_json(), flush=True)\n"
        "threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n"
        "ctypes.CDLL(None).pthread_exit(None)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        owner = Owner.from_json(process.stdout.readline().decode())
        deadline = time.monotonic() + 10
        stat = Path(f"/proc/{process.pid}/stat")
        while stat.read_text().rpartition(")")[2].split()[0] != "Z":
            assert time.monotonic() < deadline
            time.sleep(0.01)
        assert alive(owner)
        process.kill()
        process.wait()
        assert not alive(owner)
