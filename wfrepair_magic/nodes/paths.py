"""Says which paths a node may reach: those below the project, or where `allow_paths` points."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator
from pathlib import Path

from ..settings import STORE_NAME, find_store, project_root
from .base import BadParam, Context

PARAM = "path"


def reachable(written: object, ctx: Context) -> Path:
    """Give the real, absolute path that a node's `path` means.

    A relative path counts from `ctx.folder`.  The path, with every link in it followed, must
    lie below the project's folder or below one of `ctx.allow_paths` (which count from
    `ctx.folder` too), and not in a store.  It need not exist.  Raises BadParam.
    """
    path = _as_path(written)
    real = _real(ctx.folder / path, str(path))
    root = project_root(ctx.folder)
    if not any(real.is_relative_to(allowed) for allowed in (root, *_allowed(ctx))):
        raise BadParam(PARAM, _outside(str(path), real, root))
    store = _real(find_store(ctx.folder), STORE_NAME)
    if real.is_relative_to(store) or STORE_NAME in [part.casefold() for part in real.parts]:
        raise BadParam(PARAM, f"`{path}` lies in the store of the runs, which no node may touch")
    return real


def missing(real: Path) -> str:
    """Say in words that a file is not there, with the nearest names that are."""
    folder = real.parent
    while not folder.exists():
        real, folder = folder, folder.parent
    if not folder.is_dir():
        return f"`{folder}` is a file, so it holds no `{real.name}`"
    names = sorted(_names(folder))
    near = difflib.get_close_matches(real.name, names, n=3, cutoff=0.6)
    alike = [name for name in names if name.casefold() == real.name.casefold()]
    shown = ", ".join(f"`{name}`" for name in dict.fromkeys(alike + near))
    return f"there is no `{real.name}` in {folder}" + (f"; near: {shown}" if shown else "")


def _as_path(written: object) -> Path:
    if not isinstance(written, (str, os.PathLike)):
        raise BadParam(PARAM, f"is a path, as text, not {type(written).__name__}")
    text = os.fspath(written)
    if not isinstance(text, str) or not text.strip():
        raise BadParam(PARAM, "is empty")
    if "\0" in text:
        raise BadParam(PARAM, "holds a NUL character")
    path = Path(text)
    if ".." in path.parts:
        raise BadParam(PARAM, f"`{text}` goes up by `..`; write where the file lies")
    if path.parts and path.parts[0].startswith("~"):
        raise BadParam(PARAM, f"`{text}` begins with `~`, which is not expanded; write it in full")
    return path


def _real(path: Path, written: str) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before 3.13
        raise BadParam(PARAM, f"`{written}` cannot be followed: {error}") from error


def _allowed(ctx: Context) -> Iterator[Path]:
    for written in ctx.allow_paths:
        yield _real(ctx.folder / Path(written).expanduser(), written)


def _outside(written: str, real: Path, root: Path) -> str:
    target = "" if written == str(real) else f" ({real})"
    return (
        f"`{written}`{target} lies outside of the project, {root};"
        " name its folder in `allow_paths` to allow it"
    )


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:  # only a hint is lost
        return []
