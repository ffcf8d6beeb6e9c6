"""Changes files so that whoever looks, also after a crash, sees the old one or the new one.

What is new is written beside its place, flushed to disk and renamed; then the folder is flushed.
Wrong paths are told as BadParam, of the param that the caller names; OSError is the system's.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import Final

from .base import BadParam
from .paths import missing

BLOCK: Final = 1_000_000
"""So many bytes are copied at a time."""


def opened(path: Path, param: str = "path") -> BufferedReader:
    """Open a plain file for reading.  Raises BadParam where there is none, with names near it."""
    refuse_special(path, param)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise BadParam(param, missing(path)) from error
    return open(descriptor, "rb")


def refuse_special(path: Path, param: str = "path") -> None:
    """Refuse what is there and is no file: a folder, or a pipe that would never end."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return
    if stat.S_ISDIR(mode):
        raise BadParam(param, f"`{path}` is a folder")
    if not stat.S_ISREG(mode):
        raise BadParam(param, f"`{path}` is no plain file")


def make_folder(folder: Path, param: str = "path") -> None:
    """Make a folder, and those above it, where they are missing."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise BadParam(param, f"`{folder}` is a file, so it can hold none") from error


def same_content(one: Path, other: Path) -> bool:
    """Tell whether two files hold the same bytes."""
    if one.stat().st_size != other.stat().st_size:
        return False
    return _digest(one) == _digest(other)


def _digest(path: Path) -> bytes:
    with opened(path) as file:
        return hashlib.file_digest(file, "sha256").digest()


# --- changing -----------------------------------------------------------------------------------


def replace(path: Path, data: bytes) -> None:
    """Put data in a file's place; its permissions stay what they were."""
    with _beside(path, overwrite=True) as descriptor:
        _keep_mode(path, descriptor)
        _write_all(descriptor, data)


def append(path: Path, data: bytes) -> None:
    """Add data to a file, which is made where it is missing, in one go."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(path, flags, 0o666), "ab", buffering=0) as file:
        _write_all(file.fileno(), data)
        os.fsync(file.fileno())
    flush_folder(path.parent)


def copy(source: Path, target: Path, *, overwrite: bool, check: Callable[[], None]) -> None:
    """Copy a file with its permissions; a target that is replaced keeps its own.

    `check` is called again and again, and may raise.  Without `overwrite` a target that has
    come into being meanwhile is left alone.
    """
    with opened(source) as origin, _beside(target, overwrite) as descriptor:
        _keep_mode(source, descriptor)
        _keep_mode(target, descriptor)
        while block := origin.read(BLOCK):
            check()
            _write_all(descriptor, block)


def move(source: Path, target: Path, *, overwrite: bool, check: Callable[[], None]) -> None:
    """Move a file; at every moment its content stands at the one place or the other, or at both.

    To another disk it is copied first; `check` and `overwrite` are those of `copy`.
    """
    with opened(source) as file:
        os.fsync(file.fileno())
    try:
        _rename(source, target, overwrite)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        copy(source, target, overwrite=overwrite, check=check)
        source.unlink()
    flush_folder(target.parent)
    flush_folder(source.parent)


def remove(path: Path) -> None:
    """Take a file away, or a link and not what it leads to."""
    path.unlink()
    flush_folder(path.parent)


def flush_folder(folder: Path) -> None:
    """Put a folder's names on disk, as a crash would otherwise take the last change back."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _beside(path: Path, overwrite: bool) -> Iterator[int]:
    """Give a new file to write to; after the block it takes the name, and else it is gone."""
    beside = path.with_name(f".wfrepair-{secrets.token_hex(8)}.tmp")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(beside, flags, 0o666)
    try:
        with open(descriptor, "wb", buffering=0):
            yield descriptor
            os.fsync(descriptor)
        _rename(beside, path, overwrite)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            beside.unlink()
        raise
    flush_folder(path.parent)


def _rename(source: Path, target: Path, overwrite: bool) -> None:
    """Give a file another name; without `overwrite` one that nothing bears, decided in one step."""
    if overwrite:
        os.replace(source, target)
        return
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError as error:
        raise taken(target) from error
    except OSError:  # a disk without hard links, or a file of which one may not make any
        if os.path.lexists(target):
            raise taken(target) from None
        os.rename(source, target)
    else:
        source.unlink()


def taken(target: Path) -> BadParam:
    """Make the refusal to replace a file that nobody said to replace."""
    return BadParam("to", f"`{target}` is there already; `overwrite: true` replaces it")


def _keep_mode(path: Path, descriptor: int) -> None:
    """Give a new file the permissions of the one that it replaces or copies."""
    with contextlib.suppress(FileNotFoundError):
        os.fchmod(descriptor, stat.S_IMODE(path.stat().st_mode))


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
