"""The store's folder is private, whole, and never somebody else's."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from wfrepair_magic.engine import folder
from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.store import Store
from wfrepair_magic.errors import StoreError


def mode(path: Path) -> int:
    """Give a path's permission bits."""
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_store_is_made_with_all_that_marks_it(tmp_path: Path) -> None:
    """A new store is private, ignored by git, and marked for backup tools."""
    path = tmp_path / "deep" / ".wfrepair"
    made = folder.make(path)
    assert made == folder.StoreFolder(path, json.loads((path / "store.json").read_text())["id"])
    assert mode(path) == 0o700
    assert (path / ".gitignore").read_text() == "*\n"
    tag = (path / "CACHEDIR.TAG").read_text()
    assert tag.startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert [entry.name for entry in path.parent.iterdir()] == [".wfrepair"]


def test_everything_in_a_used_store_is_private(tmp_path: Path) -> None:
    """Folders have mode 0700 and files 0600, whatever the umask is."""
    before = os.umask(0)
    try:
        with_ledger, with_store = Ledger.open(tmp_path / "s"), Store.open(tmp_path / "s")
        entries = [tmp_path / "s", *(tmp_path / "s").rglob("*")]
        modes = {entry.name: mode(entry) for entry in entries}
        wanted = {entry.name: 0o700 if entry.is_dir() else 0o600 for entry in entries}
    finally:
        os.umask(before)
    assert modes == wanted
    assert {"ledger.db", "ledger.db-wal", "cache.db"} <= set(modes)
    with_ledger.close()
    with_store.close()


def test_a_store_is_the_same_the_next_time(tmp_path: Path) -> None:
    """Opening again changes neither id nor content."""
    assert folder.make(tmp_path / "s") == folder.make(tmp_path / "s")


def test_eight_processes_make_one_store(tmp_path: Path) -> None:
    """Whoever is first makes the store; nobody sees half of it."""
    code = (
        "import sys; from pathlib import Path; from wfrepair_magic.engine import folder\n"
        "sys.stdin.read()\nprint(folder.make(Path(sys.argv[1])).id)"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "s")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(8)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    ids = {process.communicate()[0] for process in processes}
    assert ids == {folder.make(tmp_path / "s").id + "\n"}
    assert [entry.name for entry in tmp_path.iterdir()] == ["s"]


def test_an_open_folder_of_ours_is_closed_to_readers(tmp_path: Path) -> None:
    """A store that others could read is made private again."""
    path = folder.make(tmp_path / "s").path
    path.chmod(0o755)
    folder.make(path)
    assert mode(path) == 0o700


def test_a_symbolic_link_is_refused(tmp_path: Path) -> None:
    """A link to a store is not a store, and neither is a database that is a link."""
    real = folder.make(tmp_path / "real").path
    (tmp_path / "link").symlink_to(real)
    with pytest.raises(StoreError, match="symbolic link"):
        folder.make(tmp_path / "link")
    (real / "ledger.db").symlink_to(tmp_path / "elsewhere.db")
    with pytest.raises(StoreError, match=r"ledger\.db is a symbolic link"):
        Ledger.open(real)
    assert not (tmp_path / "elsewhere.db").exists()


def test_a_dangling_link_is_refused(tmp_path: Path) -> None:
    """A link that leads nowhere is not replaced by a store."""
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(StoreError, match="symbolic link"):
        folder.make(tmp_path / "link")


def test_a_folder_of_another_user_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What belongs to somebody else is not used."""
    path = folder.make(tmp_path / "s").path
    stranger = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: stranger)
    with pytest.raises(StoreError, match="belongs to another user"):
        folder.make(path)


def test_a_folder_that_others_can_write_is_refused(tmp_path: Path) -> None:
    """A store in which others could have planted results is not used, and the way out is said."""
    path = folder.make(tmp_path / "s").path
    path.chmod(0o770)
    with pytest.raises(StoreError, match=f"chmod 700 {path}"):
        folder.make(path)
    assert mode(path) == 0o770


def test_a_folder_with_other_things_is_refused_and_left_alone(tmp_path: Path) -> None:
    """A project folder that is named by mistake keeps its mode and its content."""
    tmp_path.chmod(0o755)
    (tmp_path / "notebook.ipynb").write_text("{}")
    with pytest.raises(StoreError, match="is not a store"):
        folder.make(tmp_path)
    assert mode(tmp_path) == 0o755
    assert [entry.name for entry in tmp_path.iterdir()] == ["notebook.ipynb"]


def test_a_file_is_refused(tmp_path: Path) -> None:
    """A file in the store's place is said to be one."""
    (tmp_path / "s").write_text("")
    with pytest.raises(StoreError, match="is not a folder"):
        folder.make(tmp_path / "s")


@pytest.mark.parametrize("number", [0, 2])
def test_another_format_is_refused_with_a_sentence(tmp_path: Path, number: int) -> None:
    """The store of an older or a newer version is not touched, and the way out is named."""
    path = folder.make(tmp_path / "s").path
    (path / "store.json").write_text(f'{{"format": {number}, "id": "x"}}')
    before = {file: file.read_bytes() for file in path.rglob("*")}
    with pytest.raises(StoreError, match=f"is a store of format {number}, and this .* install"):
        folder.make(path)
    with pytest.raises(StoreError, match=f"is a store of format {number}"):
        Store.open(path)
    assert {file: file.read_bytes() for file in path.rglob("*")} == before


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": "x", "id": ""}', "null"])
def test_a_damaged_identity_is_said(tmp_path: Path, text: str) -> None:
    """A store that cannot say which one it is, is CORRUPT."""
    path = folder.make(tmp_path / "s").path
    (path / "store.json").write_text(text)
    with pytest.raises(StoreError, match="CORRUPT"):
        folder.make(path)


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    """What the system refuses becomes a sentence with the path."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot be used"):
        folder.make(tmp_path / "file" / "s")


def test_a_network_file_system_is_warned_about(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest mount point decides, also one with a blank in its name."""
    path = tmp_path / "my home" / "s"
    mounts = tmp_path / "mounts"
    escaped = str(path.parent).replace(" ", "\\040")
    mounts.write_text(f"/dev/x / ext4 rw 0 0\nhost:/ {escaped} nfs4 rw 0 0\n")
    monkeypatch.setattr(folder, "_MOUNTS", mounts)
    (notice,) = folder.make(path).notices
    assert "network file system (nfs4)" in notice
    assert folder.make(tmp_path / "local").notices == ()
