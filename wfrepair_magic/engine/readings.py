"""The files whose content belongs to a node's key: those of its type, and those it declares."""

from __future__ import annotations

import difflib
import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..ir.values import json_type
from ..nodes.base import BadParam, Context, NodeType
from ..nodes.disk import opened
from ..nodes.paths import matching

READS = "reads"


@dataclass(frozen=True)
class FilesRead:
    """Where the files lie whose content belongs to a node's key, by name.

    `unfound` says of each declared path and pattern that finds no file: misspelt, it is a part
    of the key that never changes.
    """

    paths: Mapping[str, Path]
    unfound: tuple[str, ...] = ()


def files_of(node_type: NodeType, params: Mapping[str, Any], reads: Any, ctx: Context) -> FilesRead:
    """Find the files whose content belongs to a node's key.

    `reads` is a path or pattern, or a list of them, resolved.  A file of the type bears its
    number (``file 0/``, which is no name), because its path stands in the params; one that is
    declared bears its name as it is written from the working folder on.
    Raises BadParam for what may not be read.
    """
    files = node_type.files(params, ctx) if node_type.files is not None else ()
    paths, unfound = {f"file {number}/": path for number, path in enumerate(files)}, []
    for written in _flat(reads):
        if not isinstance(written, str):
            raise BadParam(READS, f"`{READS}` names files as text, not as {json_type(written)}")
        found = matching(written, ctx, READS)
        paths |= found
        if not any(map(os.path.lexists, found.values())):
            unfound.append(_unfound(written, found))
    return FilesRead(paths, tuple(unfound))


def _unfound(written: str, found: Mapping[str, Path]) -> str:
    """Say that a path or pattern finds no file; the name stays whole, so that it can be hidden."""
    near = [name for path in found.values() for name in _near(path)]
    shown = f" (near: {', '.join(f'`{name}`' for name in near)})" if near else ""
    what = f"there is no `{written}`{shown}" if found else f"nothing matches `{written}`"
    return f"`{READS}`: {what}, so nothing is watched for it"


def _near(path: Path) -> list[str]:
    try:
        names = os.listdir(path.parent)
    except OSError:
        return []
    return difflib.get_close_matches(path.name, names, n=3, cutoff=0.6)


def _flat(reads: Any) -> Iterator[Any]:
    """Give each path: a template may stand for a list of them."""
    if isinstance(reads, list | tuple):
        for item in reads:
            yield from _flat(item)
    else:
        yield reads


def content(path: Path) -> str | None:
    """Give the SHA-256 of a file's content; None where there is none (the node will say so).

    Raises BadParam for what is no plain file: a pipe would keep the reader for ever.
    """
    if not os.path.lexists(path):
        return None
    try:
        with opened(path) as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except PermissionError:
        return None
