"""What the files of the user's own modules say, and what of it memory contradicts.

A module is keyed by its file – by what it says, not by its comments – together with the project
files that it imports.  Where a file was edited after it was loaded, the code in memory is another:
`files_of` finds what differs.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.util import resolve_name
from pathlib import Path
from types import FunctionType
from typing import Any

from .ast_form import form_digest
from .keys import Unkeyable, digest
from .origins import file_of_module, origin_of_module
from .sources import said_by

_LITERAL = (type(None), bool, int, float, complex, str, bytes, tuple)


def file_digest(module: str) -> str | None:
    """Give the digest of what a module's file says; None where there is no file to read."""
    data = _read(module)
    return None if data is None else _form(data)


def imported_name(level: int, module: str, package: str) -> str | None:
    """Give the full name of an imported module; None where it leads out of every package."""
    try:
        return resolve_name("." * level + module, package) if level else module
    except ImportError:
        return None


def files_of(module: str, names: Sequence[str] = ()) -> tuple[dict[str, str | None], Any]:
    """Give the file digests of a module of the user's and of all project modules it imports.

    Beside them stands what memory holds otherwise, by module.  `names` are taken from the module
    and may be modules themselves.
    """
    found: dict[str, str | None] = {}
    waiting = [module, *(f"{module}.{name}" for name in names)]
    while waiting:
        name = waiting.pop()
        if name in found or origin_of_module(name) != "user":
            continue
        data = _read(name)
        if data is None and name != module:
            continue  # a name in a module, or a package without a file
        found[name] = None if data is None else _form(data)
        package = name if _is_package(name) else name.rpartition(".")[0]
        waiting += _absolute(data or b"", package)
        waiting += [name.rpartition(".")[0]] if "." in name else []
    drifted = ((name, _drift(name)) for name in sorted(found))
    return dict(sorted(found.items())), {name: differs for name, differs in drifted if differs}


def _drift(module: str) -> dict[str, Any]:
    """Give what a loaded module holds otherwise than its file says: functions and constants."""
    loaded = sys.modules.get(module)
    held = {} if loaded is None else vars(loaded)
    edited = {
        name: value
        for name, value in held.items()
        if isinstance(value, FunctionType)
        and value.__globals__ is held
        and said_by(value.__code__, held) is None
    }
    changed = {
        name: held[name]
        for name, value in (_literals(_read(module) or b"") if held else {}).items()
        if name in held and not _equal(held[name], value)
    }
    return {**edited, **changed}


def _equal(held: object, written: object) -> bool:
    try:
        return digest(held) == digest(written)
    except Unkeyable:
        return False


def _read(module: str) -> bytes | None:
    file = file_of_module(module)
    try:
        return None if file is None else Path(file).read_bytes()
    except OSError:
        return None


def _is_package(module: str) -> bool:
    file = file_of_module(module)
    return file is not None and Path(file).stem == "__init__"


@lru_cache(maxsize=256)
def _form(data: bytes) -> str:
    tree = _tree(data)
    return digest(data) if tree is None else form_digest(tree)


@lru_cache(maxsize=16)
def _tree(data: bytes) -> ast.Module | None:
    try:
        return ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _absolute(data: bytes, package: str) -> Iterator[str]:
    for level, module, names in _imports(data):
        name = imported_name(level, module, package)
        if name is not None:
            yield name
            yield from (f"{name}.{each}" for each in names)


@lru_cache(maxsize=256)
def _imports(data: bytes) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
    found: set[tuple[int, str, tuple[str, ...]]] = set()
    for node in ast.walk(_tree(data) or ast.Module([], [])):
        if isinstance(node, ast.Import):
            found.update((0, alias.name, ()) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            found.add((node.level, node.module or "", names))
    return tuple(sorted(found))


@lru_cache(maxsize=256)
def _literals(data: bytes) -> Mapping[str, object]:
    """Give the constants that a file assigns as literals, and nowhere else, not in a function."""
    tree = _tree(data) or ast.Module([], [])
    nodes = list(ast.walk(tree))
    stored = Counter(
        node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    )
    return {
        name: value
        for name, value in map(_assignment, tree.body)
        if stored[name] == 1 and isinstance(value, _LITERAL)
    }


def _assignment(statement: ast.stmt) -> tuple[str, object]:
    """Give the name and the literal of an assignment; an empty name for anything else."""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        name, value = statement.targets[0].id, statement.value
    elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        name, value = statement.target.id, statement.value or ast.Name("")
    else:
        return "", None
    try:
        return name, ast.literal_eval(value)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return "", None
