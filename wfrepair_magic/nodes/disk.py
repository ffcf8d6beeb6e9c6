"""Changes files so that whoever looks, also after a crash, sees the old one or the new one.

A path that was checked (`paths`) is opened from the root on, name by name, and a link on the way
is refused: whoever puts one there after the check leads nobody astray.  What is new is written
beside its place, flushed to disk and renamed; then the folder is flushed.  Wrong paths are told
as BadParam, of the param that the caller names; OSError is the system's.
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
from typing import Final, NamedTuple

from .base import BadParam, NoSuchFile
from .paths import missing

BLOCK: Final = 1_000_000
"""So many bytes are copied at a time."""

_OURS = os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER = _OURS | os.O_DIRECTORY | getattr(os, "O_PATH", os.O_RDONLY)  # to pass, not to list


class _Spot(NamedTuple):
    """A name in a folder that is held open."""

    folder: int
    name: str


@contextlib.contextmanager
def _spot(path: Path, param: str = "path", *, make: bool = False) -> Iterator[_Spot]:
    """Hold the folder of a checked path open; with `make` what is missing of it is made."""
    with contextlib.ExitStack() as held:
        folder = os.open(path.anchor, _FOLDER)
        held.callback(os.close, folder)
        for above in reversed(path.parents[:-1]):
            try:
                folder = _entered(_Spot(folder, above.name), make)
            except NotADirectoryError as error:
                if not above.is_symlink():
                    raise NoSuchFile(param, missing(path)) from error
                by_now = f"`{above}` is a link by now, and was none when `{path}` was checked"
                raise BadParam(param, by_now) from error
            held.callback(os.close, folder)
        yield _Spot(folder, path.name)


def _entered(spot: _Spot, make: bool) -> int:
    try:
        return os.open(spot.name, _FOLDER, dir_fd=spot.folder)
    except FileNotFoundError:
        if not make:
            raise
    with contextlib.suppress(FileExistsError):  # another node was faster
        os.mkdir(spot.name, dir_fd=spot.folder)
    return os.open(spot.name, _FOLDER, dir_fd=spot.folder)


# --- reading ------------------------------------------------------------------------------------


def opened(path: Path, param: str = "path") -> BufferedReader:
    """Open a plain file for reading.  Raises BadParam where there is none, with names near it."""
    refuse_special(path, param)
    try:
        with _spot(path, param) as spot:
            descriptor = os.open(spot.name, os.O_RDONLY | _OURS, dir_fd=spot.folder)
    except FileNotFoundError as error:
        raise NoSuchFile(param, missing(path)) from error
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


def same_content(one: Path, other: Path) -> bool:
    """Tell whether two files hold the same bytes."""
    with opened(one) as first, opened(other) as second:
        if os.fstat(first.fileno()).st_size != os.fstat(second.fileno()).st_size:
            return False
        digests = [hashlib.file_digest(file, "sha256").digest() for file in (first, second)]
    return digests[0] == digests[1]


# --- changing -----------------------------------------------------------------------------------


def replace(path: Path, data: bytes) -> None:
    """Put data in a file's place, in folders that are made; its permissions stay what they were."""
    with _beside(path, overwrite=True) as descriptor:
        _write_all(descriptor, data)


def append(path: Path, data: bytes) -> None:
    """Add data to a file in one go; it is made where it is missing, and so are its folders."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | _OURS
    with _spot(path, make=True) as spot:
        with open(os.open(spot.name, flags, 0o666, dir_fd=spot.folder), "ab", buffering=0) as file:
            _write_all(file.fileno(), data)
            os.fsync(file.fileno())
        _flush(spot.folder)


def copy(source: Path, target: Path, *, overwrite: bool, check: Callable[[], None]) -> None:
    """Copy a file with its permissions; a target that is replaced keeps its own.

    Folders are made.  `check` is called again and again, and may raise.  Without `overwrite` a
    target that has come into being meanwhile is left alone.
    """
    with opened(source) as origin, _beside(target, overwrite, origin, param="to") as descriptor:
        while block := origin.read(BLOCK):
            check()
            _write_all(descriptor, block)


def move(source: Path, target: Path, *, overwrite: bool, check: Callable[[], None]) -> None:
    """Move a file; at every moment its content stands at the one place or the other, or at both.

    To another disk it is copied first; all else is as with `copy`.
    """
    with opened(source) as file:
        os.fsync(file.fileno())
    with _spot(source) as old, _spot(target, "to", make=True) as new:
        try:
            _rename(old, new, overwrite, target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            copy(source, target, overwrite=overwrite, check=check)
            os.unlink(old.name, dir_fd=old.folder)
        _flush(new.folder)
        _flush(old.folder)


def remove(path: Path) -> None:
    """Take a file away, or a link and not what it leads to."""
    with _spot(path) as spot:
        os.unlink(spot.name, dir_fd=spot.folder)
        _flush(spot.folder)


def _flush(folder: int) -> None:
    """Put a folder's names on disk, as a crash would otherwise take the last change back."""
    descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | _OURS, dir_fd=folder)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _beside(
    path: Path, overwrite: bool, like: BufferedReader | None = None, param: str = "path"
) -> Iterator[int]:
    """Give a new file to write to; after the block it takes the name, and else it is gone.

    Its permissions are those of the file that it replaces, else of the one that it is `like`.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _OURS
    with _spot(path, param, make=True) as spot:
        beside = _Spot(spot.folder, f".wfrepair-{secrets.token_hex(8)}.tmp")
        descriptor = os.open(beside.name, flags, 0o666, dir_fd=spot.folder)
        try:
            with open(descriptor, "wb", buffering=0):
                _keep_mode(spot, descriptor, like)
                yield descriptor
                os.fsync(descriptor)
            _rename(beside, spot, overwrite, path)
        except BaseException:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(beside.name, dir_fd=beside.folder)
            raise
        _flush(spot.folder)


def _keep_mode(spot: _Spot, descriptor: int, like: BufferedReader | None) -> None:
    try:
        mode = os.stat(spot.name, dir_fd=spot.folder, follow_symlinks=False).st_mode
    except FileNotFoundError:
        if like is None:
            return
        mode = os.fstat(like.fileno()).st_mode
    os.fchmod(descriptor, stat.S_IMODE(mode))


def _rename(source: _Spot, target: _Spot, overwrite: bool, path: Path) -> None:
    """Give a file another name; without `overwrite` one that nothing bears, decided in one step."""
    folders = {"src_dir_fd": source.folder, "dst_dir_fd": target.folder}
    if overwrite:
        os.replace(source.name, target.name, **folders)
        return
    try:
        os.link(source.name, target.name, **folders, follow_symlinks=False)
    except FileExistsError as error:
        raise taken(path) from error
    except OSError:  # a disk without hard links, or a file of which one may not make any
        if os.path.lexists(path):
            raise taken(path) from None
        os.rename(source.name, target.name, **folders)
    else:
        os.unlink(source.name, dir_fd=source.folder)


def taken(target: Path) -> BadParam:
    """Make the refusal to replace a file that nobody said to replace."""
    return BadParam("to", f"`{target}` is there already; `overwrite: true` replaces it")


def _write_all(descriptor: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]
