"""Says which paths a node may reach: those below the project, or where `allow_paths` points."""

from __future__ import annotations

import difflib
import glob
import itertools
import os
from collections.abc import Iterator
from pathlib import Path

from ..settings import STORE_NAME, find_store, project_root
from .base import BadParam, Context

PARAM = "path"


def reachable(written: object, ctx: Context, param: str = PARAM) -> Path:
    """Give the real, absolute path that a node's `path` (or another `param`) means.

    A relative path counts from `ctx.folder`.  The path, with every link in it followed, must
    lie below the project's folder or below one of `ctx.allow_paths` (which count from
    `ctx.folder` too), and not in a store.  It need not exist.  Raises BadParam.
    """
    path = _as_path(written, param)
    real = _real(ctx.folder / path, str(path), param)
    root = project_root(ctx.folder)
    if not any(real.is_relative_to(allowed) for allowed in (root, *_allowed(ctx))):
        raise BadParam(param, _outside(str(path), real, root))
    if _in_store(real, ctx):
        raise BadParam(param, f"`{path}` lies in the store of the runs, which no node may touch")
    return real


def named(written: object, ctx: Context, param: str = PARAM) -> Path:
    """Give the absolute path of a name itself: if it is a link, the link and not its end.

    The same holds for it as for `reachable`.  Raises BadParam.
    """
    path = _as_path(written, param)
    if not (ctx.folder / path).is_symlink():
        return reachable(written, ctx, param)
    name = reachable(path.parent, ctx, param) / path.name
    if _in_store(name, ctx):
        raise BadParam(param, f"`{path}` is the store of the runs, which no node may touch")
    return name


def matching(written: object, ctx: Context, param: str) -> dict[str, Path]:
    """Find the files that a path, or a pattern with ``*``, ``?``, ``[…]`` and ``**``, means.

    They come by name, as it is written from `ctx.folder` on.  A pattern finds no folders,
    nothing in a store, and hidden files only where it writes the dot.  A path without a pattern
    is given whether or not there is such a file.  Raises BadParam.
    """
    pattern = _as_path(written, param)
    if not glob.has_magic(str(pattern)):
        path = reachable(pattern, ctx, param)
        if path.is_dir():
            raise BadParam(param, f"`{pattern}` is a folder; all files in it are `{pattern}/**`")
        return {str(pattern): path}
    fixed = itertools.takewhile(lambda part: not glob.has_magic(part), pattern.parts)
    reachable(Path(*fixed), ctx, param)  # before a search goes through what it may not see
    names = sorted(glob.iglob(str(pattern), root_dir=ctx.folder, recursive=True))
    files = [name for name in names if (ctx.folder / name).is_file()]
    return {
        name: reachable(name, ctx, param)
        for name in files
        if not _in_store((ctx.folder / name).resolve(), ctx)
    }


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


def _in_store(real: Path, ctx: Context) -> bool:
    store = find_store(ctx.folder).resolve()
    return real.is_relative_to(store) or STORE_NAME in [part.casefold() for part in real.parts]


def _as_path(written: object, param: str) -> Path:
    if not isinstance(written, (str, os.PathLike)):
        raise BadParam(param, f"is a path, as text, not {type(written).__name__}")
    text = os.fspath(written)
    if not isinstance(text, str) or not text.strip():
        raise BadParam(param, "is empty")
    if "\0" in text:
        raise BadParam(param, "holds a NUL character")
    path = Path(text)
    if ".." in path.parts:
        raise BadParam(param, f"`{text}` goes up by `..`; write where the file lies")
    if path.parts and path.parts[0].startswith("~"):
        raise BadParam(param, f"`{text}` begins with `~`, which is not expanded; write it in full")
    return path


def _real(path: Path, written: str, param: str) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, before 3.13
        raise BadParam(param, f"`{written}` cannot be followed: {error}") from error


def _allowed(ctx: Context) -> Iterator[Path]:
    for written in ctx.allow_paths:
        yield _real(ctx.folder / Path(written).expanduser(), written, "allow_paths")


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
