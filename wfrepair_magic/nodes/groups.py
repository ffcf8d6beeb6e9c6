"""Tells a process of its own which process groups are under way, so that none outlives a kernel.

A kernel that dies by SIGKILL cannot end its programs, and a later kernel would say of an effect
that it did not happen while it still may.  So each process that starts programs has one reaper
(`reaper.py`), started with the first program, which kills what has not ended when the process is
gone.  A program that makes a session of its own (`setsid`) leaves its group: it is out of reach,
as is everything where the reaper was killed together with the kernel.

What could go wrong between the three, and why it does not:

- The kernel dies while it starts a program, before it can tell its number.  The pipe that will be
  the program's stdout is told first: whoever leads a session and holds it is ended (on Linux; on
  other systems such a program goes on).  Not found is who redirects its stdout before the kernel,
  which is killed in that very moment, has told the number: it goes on, and its effect is in doubt.
- A number is given out again.  The system does so only after the leader was waited for and its
  group is empty; that a program ended is told before it is waited for, and the reaper reads all
  that was told before it kills.  A leader that ends after the kernel's death is waited for by the
  system: the reaper compares when the leader was born.
- A program ended and left something in its group: it is off the list, and goes on as before.
- A fork of the kernel inherits the pipe and would hold it open: it closes it as its first act,
  and gets a reaper of its own with its first program.  One that is made past Python cannot;
  the reaper therefore also looks once a second whether its parent is still there.
- The reaper dies, or hangs so that the pipe fills up: it is killed, so that there are never two,
  and the next is told all that is under way.
- A signal to the kernel's group or terminal: the reaper has a session of its own, and ignores
  SIGINT, SIGTERM, SIGHUP and SIGQUIT.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

PROGRAM: Final = Path(__file__).with_name("reaper.py")
PAUSE_SECONDS: Final = 1.0
"""How long after the start of a reaper that dies under its watch the next is started."""
CLOSE_SECONDS: Final = 1.0


class Groups:
    """The programs of this process that are under way, each known by the pipe of its stdout.

    Safe to use from all threads, and in a fork of the process.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._under_way: dict[int, int | None] = {}
        self._reaper: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        os.register_at_fork(
            before=self._lock.acquire,
            after_in_parent=self._lock.release,
            after_in_child=self._forget,
        )
        atexit.register(self.close)

    def starting(self, pipe: int) -> None:
        """Tell that a program will start with this pipe as stdout (its inode).

        Starts the reaper where there is none.  Raises OSError where it cannot be started.
        """
        with self._lock:
            self._under_way[pipe] = None
            try:
                self._tell(pipe)
            except BaseException:
                del self._under_way[pipe]
                raise

    def began(self, pipe: int, group: int) -> None:
        """Tell the process group that the program leads."""
        with self._lock, contextlib.suppress(OSError):  # `watch` tries again
            self._under_way[pipe] = group
            self._tell(pipe)

    def ended(self, pipe: int) -> None:
        """Tell that the program has ended, or was not started; to be called before a wait."""
        with self._lock:
            if pipe not in self._under_way:
                return
            del self._under_way[pipe]
            with contextlib.suppress(OSError):  # a new reaper is told only what is under way
                self._write(b"- %d\n" % pipe)

    def watch(self) -> None:
        """Start the reaper anew if it died."""
        with self._lock:
            pause = time.monotonic() < self._started + PAUSE_SECONDS
            if pause or not self._under_way or self._alive():
                return
            with contextlib.suppress(OSError):  # tried again after the pause
                self._start()

    def close(self) -> None:
        """End what is under way, and the reaper; this process is about to end."""
        with self._lock:
            reaper, self._reaper = self._reaper, None
            if reaper is None or reaper.stdin is None:
                return
            reaper.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):  # it ends when it can
                reaper.wait(CLOSE_SECONDS)

    def _tell(self, pipe: int) -> None:
        """Tell of one program; where there is no reaper that listens, tell a new one of all."""
        try:
            self._write(self._line(pipe))
        except OSError:
            self._start()

    def _line(self, pipe: int) -> bytes:
        group = self._under_way[pipe]
        return b"? %d\n" % pipe if group is None else b"+ %d %d\n" % (pipe, group)

    def _write(self, line: bytes) -> None:
        if self._reaper is None or self._reaper.stdin is None or not self._alive():
            raise BrokenPipeError
        self._reaper.stdin.write(line)

    def _alive(self) -> bool:
        return self._reaper is not None and self._reaper.poll() is None

    def _start(self) -> None:
        """Start a reaper in the place of the one that is dead or hangs."""
        self._drop()
        self._started = time.monotonic()
        self._reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", str(PROGRAM), str(os.getpid())],
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            start_new_session=True,
        )
        if self._reaper.stdin is not None:
            os.set_blocking(self._reaper.stdin.fileno(), False)
        for pipe in self._under_way:
            self._write(self._line(pipe))

    def _drop(self) -> None:
        reaper, self._reaper = self._reaper, None
        if reaper is not None and reaper.stdin is not None:
            reaper.kill()  # before its pipe closes: it would end what is under way
            reaper.wait()
            reaper.stdin.close()

    def _forget(self) -> None:
        """Let go of what is the parent's: this process was just forked from it."""
        reaper, self._reaper = self._reaper, None
        self._under_way.clear()
        if reaper is not None and reaper.stdin is not None:
            reaper.stdin.close()
            reaper.returncode = 0  # it is not this process's to wait for
        self._lock.release()


GROUPS: Final = Groups()
"""Of this process: there is one reaper for all its threads."""
