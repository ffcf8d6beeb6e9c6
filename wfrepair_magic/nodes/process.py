"""Runs a program in a process group of its own, within limits, and leaves none of it behind.

That holds for the death of this very process too: `groups` knows each group while its program is
under way.  What makes a session of its own (`setsid`) is out of reach.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Literal

from .coroutines import POLL_SECONDS
from .groups import GROUPS

CHUNK_BYTES = 65_536
GRACE_SECONDS = 2.0
"""How long a group may clean up between TERM and KILL."""
FIRST_PAUSE_SECONDS = 0.0005
LINGER_SECONDS = 1.0
"""How long the output of what a program left in the background is still waited for."""

Cut = Literal["time", "output", "cancelled"]


@dataclass(frozen=True)
class Launch:
    """What to start.  `stdin` None: the program reads an empty input."""

    argv: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    stdin: bytes | None = None


@dataclass(frozen=True)
class Bounds:
    """When to end it.  `output_bytes` counts stdout and stderr together."""

    seconds: float
    output_bytes: int
    cancelled: threading.Event


@dataclass(frozen=True)
class Ended:
    """How it ended.  `exit_code` is negative for a signal; `cut` says which bound ended it."""

    exit_code: int
    stdout: bytes
    stderr: bytes
    cut: Cut | None = None


def run_process(launch: Launch, bounds: Bounds) -> Ended:
    """Start a program, feed and read it while it runs, and wait for its end.

    Over a bound, and on any exception in between, the whole group gets TERM, after two seconds
    KILL (for too much output KILL at once).  A program that left something in the background is
    over when it is itself over: what it left goes on, but is no longer read after a second.
    Raises OSError where it cannot be started.
    """
    program = _start(launch)
    streams = _Streams(program, launch.stdin or b"")
    grace = GRACE_SECONDS
    try:
        cut = _follow(program, streams, bounds)
        grace = 0.0 if cut == "output" else GRACE_SECONDS
    finally:
        _end_group(program, streams, grace)
        streams.close()
    return Ended(program.process.returncode, streams.stdout, streams.stderr, cut)


@dataclass(frozen=True)
class _Program:
    """A program under way; `pipe` is the inode of its stdout, by which `groups` knows it."""

    process: subprocess.Popen[bytes]
    stdout: IO[bytes]
    pipe: int


def _start(launch: Launch) -> _Program:
    """Start a program, known to the reaper from the first moment."""
    reading, writing = os.pipe()
    stdout = os.fdopen(reading, "rb", buffering=0)
    pipe = os.fstat(reading).st_ino
    try:
        GROUPS.starting(pipe)
        process = _open(launch, writing)
    except BaseException:
        GROUPS.ended(pipe)
        stdout.close()
        raise
    finally:
        os.close(writing)
    GROUPS.began(pipe, process.pid)
    return _Program(process, stdout, pipe)


def _open(launch: Launch, stdout: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        list(launch.argv),
        cwd=launch.cwd,
        env=dict(launch.env),
        stdin=subprocess.DEVNULL if launch.stdin is None else subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )


class _Streams:
    """The pipes of one running program: fed and emptied without ever blocking on one."""

    def __init__(self, program: _Program, to_write: bytes) -> None:
        stdin, stderr = program.process.stdin, program.process.stderr
        self._selector = selectors.DefaultSelector()
        self._to_write = memoryview(to_write)
        self._pipes = [pipe for pipe in (stdin, program.stdout, stderr) if pipe]
        self._parts: dict[IO[bytes], list[bytes]] = {}
        self.size = 0
        for pipe in self._pipes:
            os.set_blocking(pipe.fileno(), False)
            event = selectors.EVENT_WRITE if pipe is stdin else selectors.EVENT_READ
            self._selector.register(pipe, event)
            if pipe is not stdin:
                self._parts[pipe] = []
        self._outputs = list(self._parts)

    @property
    def reading(self) -> bool:
        """Tell whether anybody still holds the other end of stdout or stderr."""
        return any(not pipe.closed for pipe in self._outputs)

    @property
    def stdout(self) -> bytes:
        """Give what was read of stdout so far."""
        return b"".join(self._parts[self._outputs[0]])

    @property
    def stderr(self) -> bytes:
        """Give what was read of stderr so far."""
        return b"".join(self._parts[self._outputs[1]])

    def pump(self, seconds: float, keep: bool = True) -> None:
        """Move what can be moved now, after waiting up to `seconds` for something to move."""
        for key, events in self._selector.select(seconds):
            pipe: IO[bytes] = key.fileobj  # type: ignore[assignment]  # pipes are all we register
            if events & selectors.EVENT_WRITE:
                self._write(pipe)
            else:
                self._read(pipe, keep)

    def close(self) -> None:
        """Let go of every pipe."""
        for pipe in self._pipes:
            self._drop(pipe)
        self._selector.close()

    def _read(self, pipe: IO[bytes], keep: bool) -> None:
        try:
            data = os.read(pipe.fileno(), CHUNK_BYTES)
        except BlockingIOError:
            return
        if not data:
            self._drop(pipe)
        elif keep:
            self._parts[pipe].append(data)
            self.size += len(data)

    def _write(self, pipe: IO[bytes]) -> None:
        try:
            written = os.write(pipe.fileno(), self._to_write[:CHUNK_BYTES])
        except BlockingIOError:
            return
        except BrokenPipeError:  # the program does not want the rest of its input
            written = len(self._to_write)
        self._to_write = self._to_write[written:]
        if not self._to_write:
            self._drop(pipe)

    def _drop(self, pipe: IO[bytes]) -> None:
        if not pipe.closed:
            self._selector.unregister(pipe)
            pipe.close()


def _follow(program: _Program, streams: _Streams, bounds: Bounds) -> Cut | None:
    """Move data until the program is over; give the bound that it went over, if it did."""
    deadline = time.monotonic() + bounds.seconds
    while True:
        if streams.reading:
            streams.pump(POLL_SECONDS)
        if streams.size > bounds.output_bytes:
            return "output"
        if _is_over(program.process, 0 if streams.reading else POLL_SECONDS):
            GROUPS.ended(program.pipe)
            program.process.wait()
            return _linger(streams, bounds)
        if bounds.cancelled.is_set():
            return "cancelled"
        if time.monotonic() >= deadline:
            return "time"
        GROUPS.watch()


def _is_over(process: subprocess.Popen[bytes], seconds: float) -> bool:
    """Tell whether a program ends within `seconds`; its number stays its own meanwhile."""
    deadline, pause = time.monotonic() + seconds, FIRST_PAUSE_SECONDS
    try:
        while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
            if time.monotonic() >= deadline:
                return False
            time.sleep(pause)
            pause = min(2 * pause, POLL_SECONDS)
    except ChildProcessError:  # somebody else has waited for it
        return True
    return True


def _linger(streams: _Streams, bounds: Bounds) -> Cut | None:
    """Read what is left after the program's end, as long as somebody writes it soon."""
    deadline = time.monotonic() + LINGER_SECONDS
    while streams.reading and time.monotonic() < deadline:
        streams.pump(POLL_SECONDS)
        if streams.size > bounds.output_bytes:
            return "output"
    return None


def _end_group(program: _Program, streams: _Streams, grace: float) -> None:
    """End the program and all of its group, if it is not over.

    The program is not waited for before KILL: until then its number cannot be given to others.
    """
    process = program.process
    if process.returncode is not None:
        return
    if grace:
        _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + grace
        while streams.reading and time.monotonic() < deadline:
            streams.pump(POLL_SECONDS, keep=False)
    _signal_group(process, signal.SIGKILL)
    GROUPS.ended(program.pipe)
    with contextlib.suppress(subprocess.TimeoutExpired):  # held by the system: nothing more to do
        process.wait(GRACE_SECONDS)


def _signal_group(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # over, or no longer ours
        os.killpg(process.pid, number)
