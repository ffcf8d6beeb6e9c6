"""However a process ends, what its shell nodes started ends with it."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from answering import often
from processes import environment

from wfrepair_magic.nodes import groups

MARK = "WFREPAIR_TEST_FAMILY"
SECONDS = 2.0
"""How soon after a process's death nothing of it may be left."""
PATIENCE = 30.0

RUN = """
import os, sys, threading, time, wfrepair_magic
from pathlib import Path
def go(*nodes, **more):
    return wfrepair_magic.run(
        wfrepair_magic.Workflow.build(nodes), name="groups", store=".wfrepair", folder=Path(),
        repair="off", **more,
    )
def shell(id, command, **more):
    return {"id": id, "type": "shell", "params": {"command": command}, **more}
"""
SENDS = "until test -e go; do sleep 0.05; done; echo sent >> log"
"""Has its effect as soon as `nothing_is_sent` lets it."""


class Family:
    """A program of Python with all that it started, wherever it may be by now."""

    def __init__(self, folder: Path, *words: str) -> None:
        self._mark = f"{MARK}={folder}"
        self.process = subprocess.Popen(
            [sys.executable, *words],
            cwd=folder,
            env=environment(folder, **{MARK: str(folder)}),
        )

    def members(self) -> dict[int, str]:
        """Give the command lines, by number, of all that live and bear this family's mark."""
        found = {}
        for entry in Path("/proc").iterdir():
            try:
                marked = entry.name.isdigit() and self._mark.encode() in (
                    (entry / "environ").read_bytes().split(b"\0")
                )
                if marked:
                    line = (entry / "cmdline").read_bytes()
                    found[int(entry.name)] = line.replace(b"\0", b" ").decode()
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue
        return {pid: line for pid, line in found.items() if line}  # a zombie has none

    def reapers(self) -> list[int]:
        """Give the reapers of the family."""
        return [pid for pid, line in self.members().items() if groups.PROGRAM.name in line]

    def kill(self) -> None:
        """Let the program die as if the power of its machine went."""
        self.process.kill()
        self.process.wait()

    def left(self, seconds: float = SECONDS) -> dict[int, str]:
        """Give what lives on after some time."""
        soon(lambda: not self.members(), seconds)
        return self.members()


def soon(holds: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Wait until something holds; tell whether it came to that."""
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def nothing_is_sent(folder: Path) -> bool:
    """Let whatever would send go on, and tell whether nothing does."""
    (folder / "go").touch()
    return not soon((folder / "log").exists, 0.5)


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Callable[..., Family]]:
    """Start a program that can build and run workflows; nothing of it outlives the test."""
    begun: list[Family] = []

    def start(code: str, *words: str) -> Family:
        begun.append(Family(tmp_path, *(words or ("-c", RUN + code))))
        return begun[-1]

    yield start
    for each in begun:
        each.kill()
        for pid in each.members():
            with contextlib.suppress(ProcessLookupError):  # it has ended since
                os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "command",
    [
        f"sleep 30 & {SENDS}",
        f"({SENDS}) & sleep 30",
        f"sleep 30 | cat | cat; {SENDS}",
        f"trap '' TERM HUP INT QUIT; {SENDS}",
        f"sh -c 'sh -c \"{SENDS}\"' & wait",
    ],
)
def test_nothing_is_sent_after_a_kill(
    family: Callable[..., Family], tmp_path: Path, command: str
) -> None:
    """After kill -9 the group is gone, in the background and in a pipeline too, and the reaper."""
    victim = family(f"go(shell('send', {'touch begun; ' + command!r}))")
    assert soon((tmp_path / "begun").exists)
    victim.kill()
    assert victim.left() == {}
    assert nothing_is_sent(tmp_path)


def test_what_redirects_itself_is_ended_too(family: Callable[..., Family], tmp_path: Path) -> None:
    """A program that lets go of the kernel's pipes is known by its number, once that was told."""
    command = f"exec > out 2>&1 < /dev/null; touch begun; {SENDS}"
    victim = family(
        "from wfrepair_magic.nodes.groups import Groups\n"
        "def began(*what, began=Groups.began): began(*what); Path('told').touch()\n"
        "Groups.began = began\n"
        f"go(shell('send', {command!r}))"
    )
    assert soon((tmp_path / "begun").exists) and soon((tmp_path / "told").exists)
    victim.kill()
    assert victim.left() == {}
    assert nothing_is_sent(tmp_path)


def test_a_killed_command_of_the_terminal_sends_nothing(
    family: Callable[..., Family], tmp_path: Path
) -> None:
    """The same holds for `wfrepair run`."""
    node = {"id": "a", "type": "shell", "params": {"command": f"touch begun; {SENDS}"}}
    (tmp_path / "w.json").write_text(json.dumps({"nodes": [node]}))
    victim = family("", "-m", "wfrepair_magic", "run", "w.json")
    assert soon((tmp_path / "begun").exists)
    victim.kill()
    assert victim.left() == {}
    assert nothing_is_sent(tmp_path)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupted_run_leaves_nothing(
    family: Callable[..., Family], tmp_path: Path, number: signal.Signals
) -> None:
    """A run that a signal ends in order leaves no process of a group, and no reaper."""
    node = {"id": "a", "type": "shell", "params": {"command": "touch begun; sleep 30 & sleep 30"}}
    (tmp_path / "w.json").write_text(json.dumps({"nodes": [node]}))
    victim = family("", "-m", "wfrepair_magic", "run", "w.json")
    assert soon((tmp_path / "begun").exists)
    victim.process.send_signal(number)
    assert victim.process.wait(PATIENCE) == 130
    assert victim.left() == {}


@pytest.mark.parametrize(
    "code",
    [
        "go(shell('a', 'echo done'))",
        "go(shell('a', 'sleep 30 & sleep 30', timeout=0.2))",
        "go(shell('a', 'exit 3'))",
        "threading.Thread(target=go, args=[shell('a', 'touch b; sleep 30')], daemon=True).start()\n"
        "while not Path('b').exists(): time.sleep(0.01)",
    ],
)
def test_an_end_in_order_leaves_nothing(family: Callable[..., Family], code: str) -> None:
    """Once the process is gone, after success, timeout or failure, so is its reaper."""
    program = family(code)
    assert program.process.wait(PATIENCE) == 0
    assert program.left() == {}


def test_fifty_at_once_are_all_ended(family: Callable[..., Family], tmp_path: Path) -> None:
    """Fifty groups that began on as many threads are known to one reaper."""
    victim = family(
        f"go(*(shell(f's{{n}}', f'touch b{{n}}; sleep 60; {SENDS}') for n in range(50)),"
        " max_workers=50)"
    )
    assert soon(lambda: len(list(tmp_path.glob("b*"))) == 50)
    assert len(victim.reapers()) == 1
    victim.kill()
    assert victim.left() == {}
    assert not (tmp_path / "log").exists()


def test_no_moment_of_a_kill_leaves_a_group_behind(
    family: Callable[..., Family], tmp_path: Path
) -> None:
    """Killed at any moment while many threads start programs, before they could be told too."""
    chance = random.Random(7)
    code = """
from wfrepair_magic.nodes.process import Bounds, Launch, run_process
bounds = Bounds(60, 10_000, threading.Event())
def often():
    for n in range(10_000):
        run_process(Launch(["sleep", "0" if n % 3 else "20"], Path(), os.environ), bounds)
for _ in range(12):
    threading.Thread(target=often, daemon=True).start()
Path("begun").touch()
time.sleep(60)
"""
    for _ in range(often(12, 300)):
        victim = family(code)
        assert soon((tmp_path / "begun").exists)
        time.sleep(chance.uniform(0.0, 0.05))
        victim.kill()
        assert victim.left() == {}
        (tmp_path / "begun").unlink()


def test_what_makes_a_session_of_its_own_is_out_of_reach(
    family: Callable[..., Family], tmp_path: Path
) -> None:
    """A program that leaves its group on purpose lives on; the docs say so."""
    leaver = 'sh -c "touch begun; exec sleep 60"'
    victim = family(f"go(shell('a', 'setsid {leaver} & sleep 30'))")
    assert soon((tmp_path / "begun").exists)
    victim.kill()
    assert soon(lambda: list(victim.members().values()) == ["sleep 60 "]), victim.members()


FORKED = "os.fork()"
FORKED_PAST_PYTHON = "__import__('ctypes').CDLL(None).fork()"


@pytest.mark.parametrize("fork", [FORKED, FORKED_PAST_PYTHON])
def test_a_fork_does_not_keep_a_group_alive(
    family: Callable[..., Family], tmp_path: Path, fork: str
) -> None:
    """A child that was forked meanwhile holds no pipe open that the reaper waits for."""
    victim = family(
        "import warnings; warnings.simplefilter('ignore')\n"
        "command = f'echo $$ > leader.new; mv leader.new leader; sleep 30'\n"
        "threading.Thread(target=go, args=[shell('a', command)], daemon=True).start()\n"
        "while not Path('leader').exists(): time.sleep(0.01)\n"
        f"if {fork} == 0: time.sleep(60)\n"
        "Path('begun').touch(); time.sleep(60)\n"
    )
    assert soon((tmp_path / "begun").exists)
    leader = int((tmp_path / "leader").read_text())
    assert len(victim.reapers()) == 1
    victim.kill()
    soon(lambda: len(victim.members()) == 1, 1.0 + SECONDS)
    assert leader not in victim.members() and not victim.reapers()
    assert [line.startswith(sys.executable) for line in victim.members().values()] == [True]


def test_a_fork_has_a_reaper_of_its_own(family: Callable[..., Family], tmp_path: Path) -> None:
    """What a forked process starts ends with it, and leaves its parent's programs alone."""
    victim = family(
        "import warnings; warnings.simplefilter('ignore')\n"
        "from wfrepair_magic.nodes.process import Bounds, Launch, run_process\n"
        "def start(name):\n"
        "    command = ['sh', '-c', f'touch {name}; sleep 30']\n"
        "    bounds = Bounds(60, 10, threading.Event())\n"
        "    run_process(Launch(command, Path(), os.environ), bounds)\n"
        "threading.Thread(target=start, args=['one'], daemon=True).start()\n"
        "while not Path('one').exists(): time.sleep(0.01)\n"
        "child = os.fork()\n"
        "if child == 0: start('two')\n"
        "Path('child.new').write_text(str(child)); Path('child.new').rename('child')\n"
        "time.sleep(60)\n"
    )
    assert soon((tmp_path / "two").exists) and soon((tmp_path / "child").exists)
    assert len(victim.reapers()) == 2
    os.kill(int((tmp_path / "child").read_text()), signal.SIGKILL)
    assert soon(lambda: len(victim.reapers()) == 1)
    shells = ["sh -c touch one; sleep 30 "]
    assert soon(
        lambda: [line for line in victim.members().values() if line.startswith("sh")] == shells
    )
    victim.kill()
    assert victim.left() == {}


def test_a_dead_reaper_is_started_anew(family: Callable[..., Family], tmp_path: Path) -> None:
    """Another takes its place while the program is under way, and knows what there is to end."""
    victim = family(f"go(shell('a', 'touch begun; {SENDS}'))")
    assert soon((tmp_path / "begun").exists)
    (first,) = victim.reapers()
    os.kill(first, signal.SIGKILL)
    assert soon(lambda: victim.reapers() not in ([], [first]))
    assert len(victim.reapers()) == 1
    victim.kill()
    assert victim.left() == {}


def test_a_reaper_keeps_to_itself(family: Callable[..., Family], tmp_path: Path) -> None:
    """It shares no session, ignores what ends others, and holds no descriptor of the kernel's."""
    victim = family(
        "import socket; held = socket.socket(); held.set_inheritable(True)\n"
        "file = open('held', 'w'); os.set_inheritable(file.fileno(), True)\n"
        "go(shell('a', 'touch begun; sleep 30'))"
    )
    assert soon((tmp_path / "begun").exists)
    (reaper,) = victim.reapers()
    seen: set[tuple[str, str]] = set()
    assert soon(lambda: _ignores(reaper, signal.SIGINT, signal.SIGTERM, signal.SIGHUP))
    assert os.getsid(reaper) == os.getpgid(reaper) == reaper
    assert soon(lambda: _open_files(reaper, seen) == {"0", "1", "2"})
    assert os.readlink(f"/proc/{reaper}/cwd") == "/"
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(reaper, number)
    for _ in range(20):
        time.sleep(0.01)
        _open_files(reaper, seen)
    assert soon(lambda: _open_files(reaper, seen) == {"0", "1", "2"})
    assert victim.reapers() == [reaper]
    (pipe,) = (target for number, target in seen if number == "0")
    assert pipe.startswith("pipe:")
    assert {("1", "/dev/null"), ("2", "/dev/null"), ("0", pipe)} <= seen
    others = {target for _, target in seen} - {pipe}  # files that it reads, and closes at once
    assert str(tmp_path / "held") not in others
    assert [target for target in others if not target.startswith("/")] == []


def _open_files(pid: int, seen: set[tuple[str, str]]) -> set[str]:
    """Give the numbers of a process's descriptors; add them, and what they lead to, to `seen`.

    One that is open for a moment only, to read something, may be among them.
    """
    found = set[tuple[str, str]]()
    for path in Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed since it was listed
            found.add((path.name, os.readlink(path)))
    seen |= found
    return {number for number, _ in found}


def _ignores(pid: int, *numbers: signal.Signals) -> bool:
    text = Path(f"/proc/{pid}/status").read_text()
    lines = dict(line.split(":\t", 1) for line in text.splitlines())
    mask = int(lines["SigIgn"], 16)
    return all(mask >> (number - 1) & 1 for number in numbers)


class Told:
    """A reaper that the test feeds by hand, and programs in groups of their own."""

    def __init__(self) -> None:
        self.reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(groups.PROGRAM), str(os.getpid())],
            stdin=subprocess.PIPE,
            bufsize=0,
        )
        self.programs: list[subprocess.Popen[bytes]] = []

    def start(self, stdout: int | None = None, session: bool = True) -> subprocess.Popen[bytes]:
        """Start a program that would go on for long."""
        program = subprocess.Popen(["sleep", "30"], stdout=stdout, start_new_session=session)
        self.programs.append(program)
        return program

    def tell(self, line: str) -> None:
        """Write a line as the kernel would."""
        assert self.reaper.stdin is not None
        self.reaper.stdin.write(line.encode() + b"\n")

    def close(self) -> None:
        """Be gone, as far as the reaper can see."""
        assert self.reaper.stdin is not None
        self.reaper.stdin.close()
        assert self.reaper.wait(PATIENCE) == 0


@pytest.fixture
def told() -> Iterator[Told]:
    """A reaper of the test's own."""
    made = Told()
    yield made
    for program in (made.reaper, *made.programs):
        program.kill()
        program.wait()
    if made.reaper.stdin is not None:
        made.reaper.stdin.close()


def test_only_what_has_not_ended_is_killed(told: Told) -> None:
    """A group that was told to have ended is left alone: its number may be another's by now."""
    gone, here = told.start(), told.start()
    told.tell(f"+ 1 {gone.pid}")
    told.tell(f"+ 2 {here.pid}")
    told.tell("- 1")
    told.close()
    assert here.wait(PATIENCE) == -signal.SIGKILL
    assert gone.poll() is None


def test_a_program_that_could_not_be_told_is_found(told: Told) -> None:
    """The leader of a session whose stdout is the pipe that was told is killed, no other."""
    reader, writer = os.pipe()
    inode = os.fstat(reader).st_ino
    ours, guest, other = told.start(writer), told.start(writer, session=False), told.start()
    told.tell(f"? {inode}")
    told.close()
    assert ours.wait(PATIENCE) == -signal.SIGKILL
    assert (guest.poll(), other.poll()) == (None, None)
    os.close(reader)
    os.close(writer)
