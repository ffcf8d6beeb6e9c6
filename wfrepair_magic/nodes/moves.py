"""The node types `copy-file`, `move-file` and `delete-file`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ..ir.spec import NodeSpec, Param
from .base import BadParam, Context, NoSuchFile, built_in, by_name
from .disk import copy, move, opened, refuse_special, remove, same_content, taken
from .files import PATH, files_touched
from .paths import missing, named, reachable
from .registry import register


def copy_file(params: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """Copy a file; give `path` (absolute) of the copy and `bytes`, how many it has.

    Folders that are missing are made.  Where the target holds the same content already, nothing
    is done; other content is replaced only with `overwrite`.  Raises BadParam for a path that is
    not allowed, for a source that is not there and a target that is taken.
    """
    source = reachable(params["path"], ctx)
    target, size = _target(params, ctx, source), _size(source)
    if _must_write(source, target, params):
        copy(source, target, overwrite=params.get("overwrite", False), check=ctx.check)
    return {"path": str(target), "bytes": size}


def move_file(params: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """Move a file; give `path` and `source` (absolute: where it is, and was) and `bytes`.

    The rules are those of `copy_file`.  A target with the same content is taken for the file
    itself, of which an earlier attempt left the old name behind: only that is taken away.
    """
    source = named(params["path"], ctx)
    if source.is_symlink():
        raise BadParam("path", f"`{source}` is a link; name the file that it leads to")
    target, size = _target(params, ctx, source), _size(source)
    if _must_write(source, target, params):
        move(source, target, overwrite=params.get("overwrite", False), check=ctx.check)
    else:
        remove(source)
    return {"path": str(target), "source": str(source), "bytes": size}


def delete_file(params: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    """Delete a file, or a link and not what it leads to; give `path`, `bytes` and `deleted`.

    A file that is not there is an error with the names near it, unless `missing_ok`: then
    `deleted` is false.  Raises BadParam.
    """
    path = named(params["path"], ctx)
    if not os.path.lexists(path):
        if not params.get("missing_ok", False):
            raise NoSuchFile("path", missing(path))
        return {"path": str(path), "bytes": 0, "deleted": False}
    if not path.is_symlink():
        refuse_special(path)
    size = path.lstat().st_size
    remove(path)
    return {"path": str(path), "bytes": size, "deleted": True}


# --- whether it stands --------------------------------------------------------------------------


def still_copied(params: Mapping[str, Any], ctx: Context) -> bool:
    """Tell whether the copy is there, and is one of the source as far as that is there."""
    try:
        source = reachable(params["path"], ctx)
        target = _place(params, ctx, source)
        return target.is_file() and (not source.is_file() or same_content(source, target))
    except (BadParam, OSError):
        return False


def still_moved(params: Mapping[str, Any], ctx: Context) -> bool:
    """Tell whether the file is where it was moved to, and none is where it was."""
    try:
        source = named(params["path"], ctx)
        return not os.path.lexists(source) and _place(params, ctx, source).is_file()
    except BadParam:
        return False


def is_there(params: Mapping[str, Any], ctx: Context) -> bool:
    """Tell whether there is a file to copy, to move or to delete."""
    try:
        return os.path.lexists(named(params["path"], ctx))
    except BadParam:
        return True


def still_deleted(params: Mapping[str, Any], ctx: Context) -> bool:
    """Tell whether the file is gone."""
    return not is_there(params, ctx)


# --- paths --------------------------------------------------------------------------------------


def _place(params: Mapping[str, Any], ctx: Context, source: Path) -> Path:
    """Give the target: `to`, or in a folder the same name there."""
    written = params["to"]
    path = reachable(written, ctx, "to")
    if path.is_dir() or str(written).endswith("/"):
        path = reachable(Path(written) / source.name, ctx, "to")
    return path


def _target(params: Mapping[str, Any], ctx: Context, source: Path) -> Path:
    target = _place(params, ctx, source)
    if target == source:
        raise BadParam("to", f"`{target}` is the file itself")
    refuse_special(target, "to")
    return target


def _size(source: Path) -> int:
    with opened(source) as file:
        return os.fstat(file.fileno()).st_size


def _must_write(source: Path, target: Path, params: Mapping[str, Any]) -> bool:
    """Look what stands at the target; raises BadParam for a file that nobody said to replace."""
    if not target.exists():
        return True
    if same_content(source, target):
        return False
    if not params.get("overwrite", False):
        raise taken(target)
    return True


# --- the types ----------------------------------------------------------------------------------

_SOURCE = replace(
    PATH,
    accepts=("file_path", "source", "source_path"),
    aliases=(*PATH.aliases, "from", "src", "input", "original"),
    description="The file as it is, from the workflow's own folder.",
)
_DELETED = replace(PATH, description="The file; a link, not what it leads to.")
_TO = Param(
    "to", ("string",), required=True, accepts=("destination", "target", "dest_path"),
    aliases=("dest", "dst", "output", "to_path", "target_path", "destination_path", "new_path"),
    description="Where it shall be; in a folder that is there, or with `/` at its end, it keeps"
    " its name.",
)  # fmt: skip
_OVERWRITE = Param(
    "overwrite", ("boolean",), default=False, aliases=("force", "replace"),
    description="Replace another file that is there already.",
)  # fmt: skip
_MISSING_OK = Param(
    "missing_ok", ("boolean",), default=False, aliases=("ignore_missing", "force"),
    description="Let it be no error if there is no such file.",
)  # fmt: skip

COPY_FILE = register(
    built_in(
        NodeSpec(
            "copy-file",
            by_name(_SOURCE, _TO, _OVERWRITE),
            outputs={"path": "string", "bytes": "integer"},
            actions=(),
            description="Copy a file of the project, whole or not at all.",
        ),
        copy_file,
        stands=still_copied,
        repeatable=is_there,
        touches=files_touched,
    )
)

MOVE_FILE = register(
    built_in(
        NodeSpec(
            "move-file",
            by_name(_SOURCE, _TO, _OVERWRITE),
            outputs={"path": "string", "source": "string", "bytes": "integer"},
            actions=(),
            description="Move or rename a file of the project.",
        ),
        move_file,
        stands=still_moved,
        repeatable=is_there,
        touches=files_touched,
    )
)

DELETE_FILE = register(
    built_in(
        NodeSpec(
            "delete-file",
            by_name(_DELETED, _MISSING_OK),
            outputs={"path": "string", "bytes": "integer", "deleted": "boolean"},
            actions=(),
            description="Delete a file of the project.",
        ),
        delete_file,
        stands=still_deleted,
        touches=files_touched,
    )
)
