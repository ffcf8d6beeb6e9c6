"""The node types `read-file` and `write-file`."""

from __future__ import annotations

import json
import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic.nodes import registry
from wfrepair_magic.nodes.base import BadParam, Context
from wfrepair_magic.nodes.files import READ_FILE, WRITE_FILE
from wfrepair_magic.nodes.invoke import invoke


def _read(ctx: Context, **params: Any) -> dict[str, Any]:
    return dict(invoke(READ_FILE, params, ctx).outputs)


def _write(ctx: Context, **params: Any) -> dict[str, Any]:
    return dict(invoke(WRITE_FILE, params, ctx).outputs)


def _names(folder: Path) -> set[str]:
    return {entry.name for entry in folder.iterdir()}


def test_reading_gives_the_text_as_it_stands(ctx: Context, project: Path) -> None:
    """Content, absolute path and size; line ends stay what they are."""
    data = "é\r\nb\n".encode()
    (project / "a.txt").write_bytes(data)
    assert _read(ctx, path="a.txt") == {
        "content": "é\r\nb\n",
        "path": str(project.resolve() / "a.txt"),
        "bytes": 6,
    }


def test_another_encoding_can_be_named(ctx: Context, project: Path) -> None:
    """Text of any encoding is read by its name, and bytes as `binary`."""
    (project / "a.txt").write_bytes(b"\xe9")
    assert _read(ctx, path="a.txt", encoding="latin-1")["content"] == "é"
    assert _read(ctx, path="a.txt", encoding="binary")["content"] == b"\xe9"


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8", r"`a.txt` is not utf-8 \(byte 1 is 0xe9\); name its encoding, or `binary`"),
        ("utf8x", "no text encoding `utf8x`"),
        ("hex", "no text encoding `hex`"),
    ],
)
def test_a_wrong_encoding_is_told(ctx: Context, project: Path, encoding: str, words: str) -> None:
    """Content that is not in the encoding is the workflow's fault, with the encoding's name."""
    (project / "a.txt").write_bytes(b"a\xe9b")
    with pytest.raises(BadParam, match=words) as caught:
        _read(ctx, path="a.txt", encoding=encoding)
    assert caught.value.param == "encoding"


def test_a_missing_file_is_a_wrong_path(ctx: Context, project: Path) -> None:
    """A file that is not there is told with those near it."""
    (project / "notes.md").write_text("")
    with pytest.raises(BadParam, match=r"no `note.md` in .*near: `notes.md`") as caught:
        _read(ctx, path="note.md")
    assert caught.value.param == "path"


def test_what_is_no_file_is_refused(ctx: Context, project: Path) -> None:
    """A folder or a pipe is neither read nor written, and never waited for."""
    (project / "folder").mkdir()
    os.mkfifo(project / "pipe")
    for path, words in [("folder", "is a folder"), ("pipe", "is no plain file")]:
        with pytest.raises(BadParam, match=words):
            _read(ctx, path=path)
        with pytest.raises(BadParam, match=words):
            _write(ctx, path=path, content="x")


def test_the_file_belongs_to_the_key(ctx: Context, project: Path) -> None:
    """A read-file node names the file that its result depends on."""
    assert READ_FILE.files is not None
    assert READ_FILE.files({"path": "a.txt"}, ctx) == (project.resolve() / "a.txt",)


def test_both_spellings_of_the_path_are_known() -> None:
    """`path` and `file_path` mean one param, and both are correct."""
    for name in ("read-file", "write-file"):
        param = registry.find(name).spec.param("file_path")
        assert param is not None
        assert param.name == "path"


@pytest.mark.parametrize(
    ("content", "data"),
    [
        ("é\n", "é\n".encode()),
        ("", b""),
        (b"\xff", b"\xff"),
        (42, b"42\n"),
        ([], b"[]\n"),
        ({"é": [1]}, '{\n  "é": [\n    1\n  ]\n}\n'.encode()),
    ],
)
def test_content_is_written_as_what_it_is(
    ctx: Context, project: Path, content: Any, data: bytes
) -> None:
    """Text and bytes stand in the file exactly, other data as JSON."""
    outputs = _write(ctx, path="new/deep/a", content=content)
    target = project.resolve() / "new/deep/a"
    assert target.read_bytes() == data
    assert outputs == {"path": str(target), "bytes": len(data)}
    assert _names(target.parent) == {"a"}


def test_what_was_written_can_be_read(ctx: Context) -> None:
    """Writing and reading with one encoding give the text back."""
    _write(ctx, path="a", content="naïve\r\n", encoding="utf-16")
    assert _read(ctx, path="a", encoding="utf-16")["content"] == "naïve\r\n"


@pytest.mark.parametrize(
    ("params", "param", "words"),
    [
        ({"content": None}, "content", "null"),
        ({"content": {1, 2}}, "content", "neither text nor bytes nor JSON"),
        ({"content": [float("nan")]}, "content", "JSON"),
        ({"content": "é", "encoding": "ascii"}, "encoding", r"ascii has no '\\xe9'"),
        ({"content": "a", "encoding": "nonsense"}, "encoding", "no text encoding"),
        ({"content": "a", "encoding": "binary"}, "content", "not bytes"),
    ],
)
def test_content_that_cannot_be_written_is_refused(
    ctx: Context, project: Path, params: dict[str, Any], param: str, words: str
) -> None:
    """A refused content leaves no file, no folder and no temporary behind."""
    with pytest.raises(BadParam, match=words) as caught:
        _write(ctx, path="new/a", **params)
    assert caught.value.param == param
    assert _names(project) == {"pyproject.toml"}


def test_replacing_keeps_permissions_and_links(ctx: Context, project: Path) -> None:
    """A replaced file keeps its mode, and a link to it stays a link."""
    target = project / "run.sh"
    target.write_text("old")
    target.chmod(0o750)
    (project / "link").symlink_to(target)
    _write(ctx, path="link", content="new")
    assert (project / "link").is_symlink()
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o750


def test_a_new_file_has_the_usual_permissions(ctx: Context, project: Path) -> None:
    """A file that a node makes is as readable as any that its user makes."""
    _write(ctx, path="a", content="x")
    (project / "b").write_text("x")
    assert (project / "a").stat().st_mode == (project / "b").stat().st_mode


def test_a_write_that_breaks_leaves_the_old_file(
    ctx: Context, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong before the rename, the old content stands and nothing lies beside."""
    (project / "a").write_text("old")

    def full(descriptor: int, data: memoryview) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space"):
        _write(ctx, path="a", content="new")
    monkeypatch.undo()
    assert (project / "a").read_text() == "old"
    assert _names(project) == {"a", "pyproject.toml"}


def test_short_writes_are_continued(
    ctx: Context, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A system that takes only a part of the data at a time still gets all of it."""
    write = os.write

    def short(descriptor: int, data: memoryview) -> int:
        return write(descriptor, data[:3])

    monkeypatch.setattr(os, "write", short)
    _write(ctx, path="a", content="0123456789")
    assert (project / "a").read_text() == "0123456789"


def test_appending_adds_to_the_end(ctx: Context, project: Path) -> None:
    """With append the old content stays; a file that is not there yet is made."""
    for line in ("a\n", "b\n"):
        assert _write(ctx, path="log", content=line, append=True)["bytes"] == 2
    assert (project / "log").read_text() == "a\nb\n"


def test_nodes_that_append_at_once_lose_nothing(ctx: Context, project: Path) -> None:
    """Several nodes may add to one file at the same time."""
    lines = [f"{n:04d}" * 20 + "\n" for n in range(40)]
    threads = [
        threading.Thread(
            target=lambda line=line: _write(ctx, path="log", content=line, append=True)
        )
        for line in lines
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted((project / "log").read_text().splitlines(keepends=True)) == lines


def test_a_file_on_the_way_is_told(ctx: Context, project: Path) -> None:
    """A path through a file cannot be, and the message names that file."""
    (project / "a").write_text("")
    with pytest.raises(BadParam, match="is a file, so it holds no `b`"):
        _write(ctx, path="a/b", content="x")
    with pytest.raises(BadParam, match="is a file, so it holds no `b`"):
        _read(ctx, path="a/b")


def test_a_reused_write_can_be_verified(ctx: Context, project: Path) -> None:
    """Whether the file still holds what was written can be told without writing."""
    assert WRITE_FILE.stands is not None
    params = {"path": "a", "content": {"n": 1}}
    assert not WRITE_FILE.stands(params, ctx)
    _write(ctx, **params)
    assert WRITE_FILE.stands(params, ctx)
    (project / "a").write_text(json.dumps({"n": 2}))
    assert not WRITE_FILE.stands(params, ctx)
    assert WRITE_FILE.stands({"path": "a", "content": '"n"', "append": True}, ctx)


def test_nothing_is_written_outside(ctx: Context, project: Path) -> None:
    """A refused path makes no file and no folder anywhere."""
    outside = project.parent / "outside"
    (project / "out").symlink_to(outside)
    for path in (str(outside / "x"), "out/new/x", "../outside/x", ".wfrepair/x"):
        with pytest.raises(BadParam):
            _write(ctx, path=path, content="x")
    assert not _names(outside)
    assert _names(project) == {"out", "pyproject.toml"}
