"""Files are reached by the way that was checked, and by no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic.nodes import disk
from wfrepair_magic.nodes.base import BadParam, Context
from wfrepair_magic.nodes.paths import reachable


def _calmly(**params: Any) -> dict[str, Any]:
    return {"overwrite": True, "check": lambda: None, **params}


@pytest.mark.parametrize(
    "act",
    [
        lambda path, own: disk.opened(path).close(),
        lambda path, own: disk.replace(path, b"new"),
        lambda path, own: disk.append(path, b"more"),
        lambda path, own: disk.append(path.parent / "new/deep/x", b"more"),
        lambda path, own: disk.remove(path),
        lambda path, own: disk.copy(path, own, **_calmly()),
        lambda path, own: disk.copy(own, path, **_calmly()),
        lambda path, own: disk.move(path, own, **_calmly()),
        lambda path, own: disk.move(own, path, **_calmly(overwrite=False)),
    ],
)
@pytest.mark.parametrize("depth", ["sub", "sub/deep"])
def test_a_link_that_takes_a_folders_place_leads_nowhere(
    ctx: Context, project: Path, act: Callable[[Path, Path], None], depth: str
) -> None:
    """Between check and use a folder on the way becomes a link: nothing outside is touched."""
    outside = project.parent / "outside"
    for folder in (project / depth, outside, outside / "deep"):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "x").write_text("theirs" if outside in (folder, folder.parent) else "ours")
    (project / "own").write_text("own")
    path, own = reachable(f"{depth}/x", ctx), reachable("own", ctx)
    (project / "sub").rename(project / "away")
    (project / "sub").symlink_to(outside)
    with pytest.raises(BadParam, match=r"`.*/sub` is a link by now"):
        act(path, own)
    assert {str(file.relative_to(outside)) for file in outside.rglob("*")} == {
        "x",
        "deep",
        "deep/x",
    }
    assert (outside / "x").read_text() == (outside / "deep/x").read_text() == "theirs"
    assert own.read_text() == "own"


def test_a_link_that_takes_a_files_place_is_not_followed(ctx: Context, project: Path) -> None:
    """A file that becomes a link after the check is neither read nor added to; it is replaced."""
    secret = project.parent / "outside/secret"
    secret.write_text("theirs")
    (project / "a").write_text("ours")
    path = reachable("a", ctx)
    path.unlink()
    path.symlink_to(secret)
    with pytest.raises(OSError, match="symbolic link"):
        disk.opened(path)
    with pytest.raises(OSError, match="symbolic link"):
        disk.append(path, b"more")
    disk.replace(path, b"new")
    assert (path.is_symlink(), path.read_text(), secret.read_text()) == (False, "new", "theirs")
