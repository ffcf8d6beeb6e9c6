"""The program that ends the process groups of a kernel that died; `groups` starts and feeds it.

It is run by its path in a bare Python, with the kernel's number: it imports nothing of this
package.  Its stdin is the reading end of a pipe that closes when the kernel is gone, however it
died; stdout and stderr are nothing, and no other descriptor is open.  Each line is one of ::

    ? PIPE       a program is about to start; its stdout is the pipe with this inode
    + PIPE PID   it has begun, as the leader of the process group PID
    - PIPE       it has ended, and its number is still its own: nobody has waited for it

When the kernel is gone it kills what has not ended, and ends itself.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import sys
import time
from collections.abc import Iterator

STDIN = 0
ELSEWHERE = 0
"""The number of a parent that lives in another namespace of numbers."""
CHUNK_BYTES = 65_536
LOOK_SECONDS = 1.0
"""How often it looks whether its parent is still there, where something else holds the pipe."""
SEARCH_SECONDS = 0.5
"""How long it looks for a program that was about to start when the kernel died."""
PAUSE_SECONDS = 0.005


def main() -> None:
    """Keep account of the groups until the parent is gone; then end those that have not ended."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)
    nameless: set[int] = set()
    begun: dict[int, tuple[int, str]] = {}
    for line in _lines():
        sign, pipe, *rest = line.split()
        nameless.discard(int(pipe))
        begun.pop(int(pipe), None)
        if sign == b"?":
            nameless.add(int(pipe))
        elif sign == b"+":
            group = int(rest[0])
            begun[int(pipe)] = group, _born(group)
    for group, born in begun.values():
        if _born(group) in (born, ""):  # any other has been given the number
            _kill(group)
    _kill_nameless(nameless)


def _lines() -> Iterator[bytes]:
    """Give the lines of the parent, all that it wrote, until it is gone."""
    there, rest = (int(sys.argv[1]), ELSEWHERE), b""
    while True:
        gone = os.getppid() not in there  # asked before the last look into the pipe
        if select.select([STDIN], [], [], 0 if gone else LOOK_SECONDS)[0]:
            data = os.read(STDIN, CHUNK_BYTES)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            yield from lines
        elif gone:
            return


def _born(pid: int) -> str:
    """Give what tells a process from a later one of the same number: its start, "" if unknown."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def _kill(group: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # over, or no longer ours
        os.killpg(group, signal.SIGKILL)


def _kill_nameless(pipes: set[int]) -> None:
    """End the programs that were started but not told: they have those pipes as their stdout.

    A program may be found before it leads its group, so the search is repeated for a moment.
    """
    deadline = time.monotonic() + SEARCH_SECONDS
    wanted = {f"pipe:[{pipe}]" for pipe in pipes}
    while wanted and time.monotonic() < deadline:
        for pid, stdout in _stdouts():
            if stdout in wanted and _leads(pid):
                _kill(pid)
                wanted.discard(stdout)
        time.sleep(PAUSE_SECONDS)


def _stdouts() -> Iterator[tuple[int, str]]:
    try:
        names = os.listdir("/proc")
    except OSError:  # no such thing on this system
        return
    for name in names:
        if name.isdigit():
            with contextlib.suppress(OSError):  # over meanwhile, or another user's
                yield int(name), os.readlink(f"/proc/{name}/fd/1")


def _leads(pid: int) -> bool:
    try:
        return os.getsid(pid) == os.getpgid(pid) == pid
    except OSError:
        return False


if __name__ == "__main__":
    main()
