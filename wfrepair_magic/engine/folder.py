"""The store's folder: made private, complete at once, and recognised or refused afterwards."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

from ..errors import StoreError
from .faults import corrupt, said

FORMAT = 1
IDENTITY = "store.json"

_CACHEDIR_TAG = (
    "Signature: 8a477f597d28d172789f06886806bc55\n"
    "# This folder holds results that can be made again, and receipts of effects.\n"
)
_NETWORK = ("nfs", "cifs", "smb", "afs", "9p", "ceph", "glusterfs", "lustre", "fuse.sshfs")
_MOUNTS = Path("/proc/self/mounts")


@dataclass(frozen=True)
class StoreFolder:
    """A store that may be used.  `notices` are sentences for people, empty where all is well."""

    path: Path
    id: str
    notices: tuple[str, ...] = ()


def make(path: Path) -> StoreFolder:
    """Give the store in folder `path`, made first if it is not there, with mode 0700.

    Raises StoreError, and changes nothing, where the folder is a symbolic link, belongs to
    another user, can be written by others, is no store, or is of a newer format.
    """
    path = Path(os.path.abspath(path))
    with said(path):
        if _is_free(path):
            _create(path)
        _refuse_foreign(path)
        identity = _identify(path)
        if stat.S_IMODE(path.stat().st_mode) != 0o700:
            path.chmod(0o700)
        return StoreFolder(path, identity, _notices(path))


def make_file(path: Path) -> None:
    """Make sure that a plain file of ours with mode 0600 lies at `path`, empty if it is new."""
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if path.is_symlink():
            raise StoreError(f"{path} is a symbolic link, which a store must not have") from error
        raise
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
            raise StoreError(f"{path} is not a plain file of yours")
        os.fchmod(handle, 0o600)
    finally:
        os.close(handle)


def make_subfolder(path: Path) -> None:
    """Make sure that a real folder of ours with mode 0700 lies at `path`."""
    path.mkdir(mode=0o700, exist_ok=True)
    _refuse_foreign(path)


def identity_of(path: Path, times: bool = False) -> tuple[int, ...] | None:
    """Give what tells a file from every other one there is; None where nothing is there.

    With `times` also what tells whether it changed.  Raises OSError where nobody may look.
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    told = (found.st_dev, found.st_ino)
    return (*told, found.st_size, found.st_mtime_ns) if times else told


def sync_folder(path: Path) -> None:
    """Make the names in a folder last through a power cut."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_free(path: Path) -> bool:
    """Say whether a store can be put here: nothing is there, or an empty folder of ours."""
    if path.is_symlink():
        return False
    return not path.exists() or (path.is_dir() and not any(path.iterdir()))


def _create(path: Path) -> None:
    """Fill a folder beside the place, then move it there: nobody ever sees half a store."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new-{secrets.token_hex(4)}")
    new.mkdir(mode=0o700)
    try:
        identity = {"format": FORMAT, "id": secrets.token_hex(16)}
        _write(new / IDENTITY, json.dumps(identity) + "\n")
        _write(new / ".gitignore", "*\n")
        _write(new / "CACHEDIR.TAG", _CACHEDIR_TAG)
        sync_folder(new)
        new.rename(path)
        sync_folder(path.parent)
    except OSError:
        shutil.rmtree(new, ignore_errors=True)
        if not path.is_dir() or _is_free(path):
            raise  # else another process was first, and its store is as good


def _write(path: Path, text: str) -> None:
    make_file(path)
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _refuse_foreign(path: Path) -> None:
    found = path.lstat()
    if stat.S_ISLNK(found.st_mode):
        raise StoreError(f"{path} is a symbolic link; name the folder it leads to as the store")
    if not stat.S_ISDIR(found.st_mode):
        raise StoreError(f"{path} is not a folder, so it cannot be a store")
    if found.st_uid != os.geteuid():
        raise StoreError(f"{path} belongs to another user; a store must be your own")
    if found.st_mode & 0o022:
        raise StoreError(
            f"{path} can be written by other users, who could plant results in it; "
            f"if it is as you left it, run `chmod 700 {path}`"
        )


def _identify(path: Path) -> str:
    """Read the store's id.  Raises StoreError where this is no store that we can use."""
    file = path / IDENTITY
    if not file.is_file() or file.is_symlink():
        raise StoreError(f"{path} holds other files and is not a store; name another folder")
    try:
        document = json.loads(file.read_text("utf-8"))
        format_, identity = int(document["format"]), str(document["id"])
    except (ValueError, KeyError, TypeError) as error:
        raise corrupt(file, f"it does not say what store this is ({error})") from error
    if format_ != FORMAT:
        raise StoreError(
            f"{path} is a store of format {format_}, and this version of wfrepair_magic uses "
            f"format {FORMAT}; install the version that made it, or name another folder"
        )
    return identity


def _notices(path: Path) -> tuple[str, ...]:
    kind = _network_kind(path)
    if not kind:
        return ()
    return (
        f"{path} lies on a network file system ({kind}), whose locks may not hold: "
        "never run one workflow from two machines on it",
    )


def _network_kind(path: Path) -> str:
    """Give the kind of network file system that holds `path`; "" where it is a local one."""
    try:
        lines = _MOUNTS.read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""  # not Linux: unknown
    mounts = [line.split()[1:3] for line in lines]
    holding = [
        (len(point), kind) for point, kind in mounts if path.is_relative_to(_unescaped(point))
    ]
    kind = max(holding, default=(0, ""))[1]
    return kind if kind.startswith(_NETWORK) else ""


def _unescaped(mount_point: str) -> str:
    return mount_point.replace("\\040", " ").replace("\\011", "\t").replace("\\134", "\\")
