"""The node types `copy-file`, `move-file` and `delete-file`."""

from __future__ import annotations

import dataclasses
import errno
import os
import stat
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic.nodes.base import BadParam, Cancelled, Context, NodeType
from wfrepair_magic.nodes.invoke import invoke
from wfrepair_magic.nodes.moves import COPY_FILE, DELETE_FILE, MOVE_FILE

BOTH = pytest.mark.parametrize("type", [COPY_FILE, MOVE_FILE], ids=["copy", "move"])
ALL = pytest.mark.parametrize(
    "type", [COPY_FILE, MOVE_FILE, DELETE_FILE], ids=["copy", "move", "delete"]
)


def do(type: NodeType, ctx: Context, **params: Any) -> dict[str, Any]:
    """Run a node of that type, and give its outputs."""
    return dict(invoke(type, params, ctx).outputs)


def to(type: NodeType) -> dict[str, str]:
    """Give the target that a type needs."""
    return {} if type is DELETE_FILE else {"to": "b"}


def files(project: Path) -> dict[str, str]:
    """Give every file of the project with its text."""
    found = (path for path in project.rglob("*") if path.is_file())
    return {
        str(path.relative_to(project)): path.read_text()
        for path in found
        if path.name != "pyproject.toml"
    }


def test_copying_keeps_the_file(ctx: Context, project: Path) -> None:
    """A copy has the content and the permissions; folders on the way are made."""
    (project / "a").write_text("x")
    (project / "a").chmod(0o751)
    outputs = do(COPY_FILE, ctx, path="a", to="new/b")
    assert outputs == {"path": str(project.resolve() / "new/b"), "bytes": 1}
    assert files(project) == {"a": "x", "new/b": "x"}
    assert stat.S_IMODE((project / "new/b").stat().st_mode) == 0o751


def test_moving_leaves_nothing_behind(ctx: Context, project: Path) -> None:
    """The file bears its new name only; the outputs say where it was."""
    (project / "a").write_text("xy")
    real = project.resolve()
    outputs = do(MOVE_FILE, ctx, path="a", to="new/b")
    assert outputs == {"path": str(real / "new/b"), "source": str(real / "a"), "bytes": 2}
    assert files(project) == {"new/b": "xy"}


def test_deleting_takes_the_file_away(ctx: Context, project: Path) -> None:
    """The outputs say what was deleted."""
    (project / "a").write_text("xyz")
    outputs = do(DELETE_FILE, ctx, path="a")
    assert outputs == {"path": str(project.resolve() / "a"), "bytes": 3, "deleted": True}
    assert files(project) == {}


@BOTH
@pytest.mark.parametrize("folder", ["out", "new/"])
def test_in_a_folder_the_name_is_kept(
    ctx: Context, project: Path, type: NodeType, folder: str
) -> None:
    """A target that is a folder, or ends with a slash, takes the file under its own name."""
    (project / "a").write_text("x")
    (project / "out").mkdir()
    assert do(type, ctx, path="a", to=folder)["path"].endswith(f"{folder.strip('/')}/a")


@ALL
def test_a_missing_file_is_told_with_those_near_it(
    ctx: Context, project: Path, type: NodeType
) -> None:
    """The message names what is there instead, and nothing is made."""
    (project / "notes.md").write_text("x")
    with pytest.raises(BadParam, match=r"no `note.md` in .*near: `notes.md`") as caught:
        do(type, ctx, path="note.md", **to(type))
    assert caught.value.param == "path"
    assert files(project) == {"notes.md": "x"}


def test_a_missing_file_may_be_none_to_delete(ctx: Context, project: Path) -> None:
    """With `missing_ok` there is nothing to do, and the outputs say so."""
    outputs = do(DELETE_FILE, ctx, path="a", missing_ok=True)
    assert outputs == {"path": str(project.resolve() / "a"), "bytes": 0, "deleted": False}


@ALL
def test_only_files_are_touched(ctx: Context, project: Path, type: NodeType) -> None:
    """A folder or a pipe is refused, and stays."""
    (project / "folder").mkdir()
    os.mkfifo(project / "pipe")
    for path, words in [("folder", "is a folder"), ("pipe", "is no plain file")]:
        with pytest.raises(BadParam, match=words):
            do(type, ctx, path=path, **to(type))
        assert (project / path).exists()


@BOTH
def test_another_file_is_replaced_only_when_that_is_said(
    ctx: Context, project: Path, type: NodeType
) -> None:
    """A target with other content is refused with the way out, which keeps its permissions."""
    (project / "a").write_text("new")
    (project / "b").write_text("old")
    with pytest.raises(BadParam, match="is there already; `overwrite: true` replaces") as caught:
        do(type, ctx, path="a", to="b")
    assert caught.value.param == "to"
    assert files(project) == {"a": "new", "b": "old"}
    do(type, ctx, path="a", to="b", overwrite=True)
    assert (project / "b").read_text() == "new"


@BOTH
def test_a_target_that_comes_meanwhile_is_left_alone(
    ctx: Context, project: Path, type: NodeType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look and the rename somebody else may take the name: theirs stays."""
    (project / "a").write_text("mine")
    link = os.link

    def slow(source: Path, target: Path, **keywords: Any) -> None:
        (project / "b").write_text("theirs")
        link(source, target, **keywords)

    monkeypatch.setattr(os, "link", slow)
    with pytest.raises(BadParam, match="is there already"):
        do(type, ctx, path="a", to="b")
    assert files(project) == {"a": "mine", "b": "theirs"}


@BOTH
def test_a_disk_without_hard_links_will_do(
    ctx: Context, project: Path, type: NodeType, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no second name can be made, the file is renamed after a look."""

    def none(*names: Any, **keywords: Any) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", none)
    (project / "a").write_text("x")
    do(type, ctx, path="a", to="b")
    assert (project / "b").read_text() == "x"


@BOTH
def test_the_same_content_is_there_already(ctx: Context, project: Path, type: NodeType) -> None:
    """What an earlier attempt has half done is finished, not refused."""
    for name in ("a", "b"):
        (project / name).write_text("x")
    do(type, ctx, path="a", to="b")
    assert files(project) == ({"a": "x", "b": "x"} if type is COPY_FILE else {"b": "x"})


@BOTH
def test_a_file_onto_itself_is_refused(ctx: Context, project: Path, type: NodeType) -> None:
    """Neither a copy nor a move of a file to where it is destroys it."""
    (project / "a").write_text("x")
    (project / "link").symlink_to(project / "a")
    for target in ("a", "./a", "link"):
        with pytest.raises(BadParam, match="is the file itself"):
            do(type, ctx, path="a", to=target, overwrite=True)
    assert files(project) == {"a": "x", "link": "x"}


def test_links(ctx: Context, project: Path) -> None:
    """A copy follows a link, a deletion takes the link alone, and no link is moved."""
    (project / "a").write_text("x")
    (project / "link").symlink_to("a")
    (project / "out").symlink_to(project.parent / "outside")
    do(COPY_FILE, ctx, path="link", to="b")
    assert not (project / "b").is_symlink()
    with pytest.raises(BadParam, match="is a link; name the file that it leads to"):
        do(MOVE_FILE, ctx, path="link", to="c")
    for link in ("link", "out"):
        assert do(DELETE_FILE, ctx, path=link)["deleted"]
    assert files(project) == {"a": "x", "b": "x"}
    assert (project.parent / "outside").is_dir()


@ALL
def test_nothing_outside_is_touched(ctx: Context, project: Path, type: NodeType) -> None:
    """Neither a path nor a target leads out of the project or into the store."""
    outside = project.parent / "outside"
    (outside / "x").write_text("theirs")
    (project / "out").symlink_to(outside)
    (project / ".wfrepair").mkdir()
    (project / ".wfrepair/ledger.db").write_text("receipts")
    (project / "a").write_text("x")
    for path in ("out/x", "../outside/x", str(outside / "x"), ".wfrepair/ledger.db"):
        with pytest.raises(BadParam):
            do(type, ctx, path=path, **to(type))
        if type is not DELETE_FILE:
            with pytest.raises(BadParam):
                do(type, ctx, path="a", to=path, overwrite=True)
    assert (outside / "x").read_text() == "theirs"
    assert files(project)["a"] == "x"
    assert (project / ".wfrepair/ledger.db").read_text() == "receipts"


def test_to_another_disk_a_file_is_copied_first(
    ctx: Context, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no rename is possible, the old name goes only once the new file is whole."""
    (project / "a").write_text("x")
    link, rename = os.link, os.rename

    def refuse_source(source: Path, target: Path, **keywords: Any) -> None:
        if Path(source).name == "a":
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        link(source, target, **keywords)

    def refuse_rename(source: Path, target: Path, **keywords: Any) -> None:
        refuse_source(source, target, **keywords)
        rename(source, target, **keywords)

    monkeypatch.setattr(os, "link", refuse_source)
    monkeypatch.setattr(os, "rename", refuse_rename)
    do(MOVE_FILE, ctx, path="a", to="b")
    assert files(project) == {"b": "x"}


def test_an_interrupt_stops_a_copy_and_leaves_no_part(ctx: Context, project: Path) -> None:
    """A copy that is cut off leaves neither a target nor a temporary file."""
    (project / "a").write_bytes(b"x" * 3_000_000)
    stopped = threading.Event()
    stopped.set()
    with pytest.raises(Cancelled):
        do(COPY_FILE, dataclasses.replace(ctx, cancelled=stopped), path="a", to="b")
    assert set(files(project)) == {"a"}


KILLED = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from wfrepair_magic.nodes.base import Context
    from wfrepair_magic.nodes.invoke import invoke
    from wfrepair_magic.nodes import registry

    project, name, far = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "far"
    calls = ("open", "write", "fsync", "link", "rename", "replace", "unlink")
    kept = {call: getattr(os, call) for call in calls}

    def attempt(last):
        count = 0
        def counted(call):
            def run(*args, **keywords):
                nonlocal count
                count += 1
                if count == last:
                    os.kill(os.getpid(), signal.SIGKILL)
                if far and call in ("link", "rename") and args[0] == "a":
                    raise OSError(18, "Invalid cross-device link")
                return kept[call](*args, **keywords)
            return run
        for call in calls:
            setattr(os, call, counted(call))
        params = {"path": "a"} if name == "delete-file" else {"path": "a", "to": "b"}
        invoke(registry.find(name), params, Context("n", project))

    for last in range(1, 100):
        for file in project.iterdir():
            file.unlink()
        (project / "pyproject.toml").write_text("")
        (project / "a").write_text("content")
        child = os.fork()
        if not child:
            attempt(last)
            os._exit(0)
        ended = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(ended, *(f"{p.name}={p.read_text()}" for p in sorted(project.glob("[ab]"))))
        if ended == 0:
            break
""")


@pytest.mark.parametrize(
    ("name", "where", "allowed", "last"),
    [
        ("copy-file", "near", {"a=content", "a=content b=content"}, "a=content b=content"),
        ("move-file", "near", {"a=content", "a=content b=content", "b=content"}, "b=content"),
        ("move-file", "far", {"a=content", "a=content b=content", "b=content"}, "b=content"),
        ("delete-file", "near", {"a=content", ""}, ""),
    ],
)
def test_a_kill_at_any_call_loses_no_content(
    project: Path, name: str, where: str, allowed: set[str], last: str
) -> None:
    """Killed before each call to the system in turn, the file stands whole where it was or is."""
    command = [sys.executable, "-c", KILLED, str(project), name, where]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = [line.partition(" ") for line in done.stdout.splitlines()]
    assert lines[-1][::2] == ("0", last)
    assert {code for code, _, _ in lines[:-1]} == {"-9"}
    assert {found for _, _, found in lines} <= allowed


@pytest.mark.parametrize(
    ("type", "written", "name"),
    [
        (COPY_FILE, "source", "path"), (COPY_FILE, "destination", "to"),
        (MOVE_FILE, "source_path", "path"), (MOVE_FILE, "dest_path", "to"),
        (DELETE_FILE, "file_path", "path"),
    ],
)  # fmt: skip
def test_other_spellings_are_known(type: NodeType, written: str, name: str) -> None:
    """What other tools call the params is correct here, too."""
    param = type.spec.param(written)
    assert param is not None
    assert param.name == name


def test_whether_it_stands_can_be_told(ctx: Context, project: Path) -> None:
    """A copy equals its source, a moved file is where it went, a deleted one is gone."""
    assert COPY_FILE.stands and MOVE_FILE.stands and DELETE_FILE.stands
    both = {"path": "a", "to": "b"}
    (project / "a").write_text("x")
    assert not any(type.stands(both, ctx) for type in (COPY_FILE, MOVE_FILE))
    do(COPY_FILE, ctx, **both)
    assert COPY_FILE.stands(both, ctx)
    (project / "b").write_text("y")
    assert not COPY_FILE.stands(both, ctx)
    (project / "b").unlink()
    do(MOVE_FILE, ctx, **both)
    assert MOVE_FILE.stands(both, ctx) and COPY_FILE.stands(both, ctx)
    assert DELETE_FILE.stands({"path": "a"}, ctx) and not DELETE_FILE.stands({"path": "b"}, ctx)
