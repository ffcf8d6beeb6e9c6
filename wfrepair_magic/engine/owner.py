"""Who runs: a process, told apart from every other one that ever had its number.

A process id is given out again, after a reboot at the latest.  The time at which the process
started, and the boot in which it did, tell two holders of one id apart; a random token does
where a system says neither.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

_PROC = Path("/proc")
_STATE, _THREADS, _START = 0, 17, 19  # fields of /proc/PID/stat after the command's name


@dataclass(frozen=True)
class Owner:
    """One process of one boot.  `start` is in clock ticks since the boot; "" where unknown."""

    boot: str
    pid: int
    start: str
    token: str

    def to_json(self) -> str:
        """Give the owner as text for a row of the ledger."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Owner:
        """Rebuild the owner that `to_json` wrote."""
        return cls(**json.loads(text))


def me() -> Owner:
    """Give the owner that this process is; the same at every call, another one after a fork."""
    return _of(os.getpid())


def alive(owner: Owner) -> bool:
    """Say whether the owner's process still exists; a stopped or suspended one does.

    A process of an earlier boot does not, nor one whose id another process has by now, nor one
    that was killed and only waits for its parent to notice.  An owner in another container that
    shares this machine's kernel cannot be seen from here and counts as gone: nothing is repeated
    for that, because an effect without an outcome is then in doubt.
    """
    if owner.pid == os.getpid():
        return owner == me()
    if owner.boot != _boot():
        return False
    if not _PROC.joinpath("self", "stat").exists():
        return _exists(owner.pid)
    fields = _stat(owner.pid)
    return fields is not None and fields[_START] == owner.start and not _ended(fields)


@cache
def _of(pid: int) -> Owner:
    fields = _stat(pid)
    return Owner(_boot(), pid, fields[_START] if fields else "", secrets.token_hex(8))


@cache
def _boot() -> str:
    try:
        return (_PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return ""  # not Linux: process ids alone must do


def _stat(pid: int) -> list[str] | None:
    """Give the fields of /proc/PID/stat that follow the command's name; None: no such process."""
    try:
        text = (_PROC / str(pid) / "stat").read_text("utf-8", "replace")
    except OSError:
        return None
    return text.rpartition(")")[2].split()


def _ended(fields: list[str]) -> bool:
    """A zombie has ended, unless only its first thread has and others are still at work."""
    return fields[_STATE] in "ZX" and int(fields[_THREADS]) <= 1


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
