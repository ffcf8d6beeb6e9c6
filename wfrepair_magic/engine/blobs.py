"""Large results as files named by their content, written so that a kill leaves all or nothing."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from .faults import corrupt
from .folder import make_subfolder, sync_folder

SMALLEST = 1_000_000
"""Results of at least this many bytes lie as files; smaller ones lie in a row of the database."""

_NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}-[0-9a-f]{8}\.(?:bin|new)")


def write(folder: Path, *pieces: bytes | memoryview) -> str:
    """Write bytes below `folder`, on disk when it returns, and give the file's name there.

    The name is the content's digest and a token, so that two holders of equal content never
    share a file and each may remove its own.
    """
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece)
    digest = found.hexdigest()
    name = f"{digest[:2]}/{digest}-{secrets.token_hex(4)}.bin"
    path = folder / name
    make_subfolder(path.parent)
    temporary = path.with_suffix(".new")
    try:
        _write_through(temporary, pieces)
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return name


def read(folder: Path, name: str) -> bytes:
    """Give the bytes of a file that `write` made.

    Raises StoreError (CORRUPT) where the file is gone, or was never one of ours; OSError where
    the system cannot read it.
    """
    if not _NAME.fullmatch(name):
        raise corrupt(folder, f"{name!r} is no name of a result")
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise corrupt(folder / name, "the file of a result is gone") from error


def old(folder: Path, before: float) -> dict[str, int]:
    """List the files below `folder`, half written ones too, last changed before `before` (unix).

    Each with its size in bytes, by its name there.
    """
    found = {}
    for path in [*folder.glob("??/*.bin"), *folder.glob("??/*.new")]:
        with suppress(FileNotFoundError):
            seen = path.lstat()
            if seen.st_mtime < before:
                found[str(path.relative_to(folder))] = seen.st_size
    return found


def remove(folder: Path, name: str) -> None:
    """Remove a file that nothing names any more; one that is gone already is no error."""
    if _NAME.fullmatch(name):
        with suppress(FileNotFoundError):
            (folder / name).unlink()


def _write_through(path: Path, pieces: Iterable[bytes | memoryview]) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())
