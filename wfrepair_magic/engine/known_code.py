"""What a code object says and asks for, read at first sight and kept as long as it lives.

Which names outside of itself a piece of code asks for is read from its instructions: the compiler
has already settled what is local, global or mangled, and the instructions are also there where
there is no source.
"""

from __future__ import annotations

import dis
import re
import sys
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from types import CodeType
from typing import Any

from .sources import codes, done_by, said_by
from .why import ROOM

_GLOBAL = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_ATTRIBUTE = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_CLOSURE = frozenset({"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"})
_REBIND = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL", "STORE_DEREF", "DELETE_DEREF"})
_STORE = frozenset({"STORE_SUBSCR", "DELETE_SUBSCR", "STORE_ATTR", "DELETE_ATTR", "STORE_SLICE"})
_CHANGING = frozenset(
    {
        "add", "append", "appendleft", "clear", "difference_update", "discard", "extend",
        "extendleft", "insert", "intersection_update", "pop", "popitem", "popleft", "put",
        "put_nowait", "remove", "reverse", "rotate", "setdefault", "sort", "subtract",
        "symmetric_difference_update", "update",
    }
)  # fmt: skip
"""The methods of Python's own containers that change them."""
_NOISE = frozenset({"CACHE", "EXTENDED_ARG", "NOP"})
_OF_EVERY_CLASS = "__name__"
_PYTHON = f"{sys.implementation.name} {sys.version_info.major}.{sys.version_info.minor}"


@dataclass(frozen=True)
class References:
    """What a function asks for by name.

    `names` are dotted (``helpers.LIMIT``): a global and the attributes that are taken from it.
    `imports` are imports within the function: how many packages up (0: absolute), the module,
    and the names taken from it.  `changed` are the names, dotted likewise, that the code itself
    gives another value or another content (``CALLS.append(…)``, ``COUNTS[x] += 1``).  `inside`
    are the attributes taken from modules that are imported within, by the module's own name.
    """

    names: tuple[tuple[str, ...], ...]
    imports: tuple[tuple[int, str, tuple[str, ...]], ...]
    changed: tuple[tuple[str, ...], ...] = ()
    inside: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Known:
    """`says` is ["source", DIGEST] or, without a true source, ["bytecode", PYTHON, DIGEST].

    `text` is the beginning of the true source, "" where there is none.
    """

    says: list[str]
    references: References
    text: str


_seen: dict[int, tuple[weakref.ref[CodeType], Known]] = {}


def known(code: CodeType, namespace: Mapping[str, Any]) -> Known:
    """Give what a code object says and asks for; `namespace` is its function's globals.

    Kept by identity, because equal code may come from functions that say different things.
    """
    found = _seen.get(id(code))
    if found is not None and found[0]() is code:
        return found[1]
    said = said_by(code, namespace)
    says = ["bytecode", _PYTHON, done_by(code)] if said is None else ["source", said.digest]
    read = Known(says, references_of(code), "" if said is None else said.text[:ROOM])
    key = id(code)
    _seen[key] = (weakref.ref(code, lambda _: _seen.pop(key, None)), read)
    return read


def references_of(code: CodeType) -> References:
    """Read what a code object and all code within it ask for, sorted."""
    names: set[tuple[str, ...]] = set()
    imports: set[tuple[int, str, tuple[str, ...]]] = set()
    changed: set[tuple[str, ...]] = set()
    inside: set[tuple[str, ...]] = set()
    shared: dict[str, str] = {}
    for each in (code, *codes(code)):
        steps = [step for step in dis.get_instructions(each) if step.opname not in _NOISE]
        names.update(_names(steps))
        imports.update(_imports(steps))
        changed.update(_changes(steps))
        inside.update(_inside(steps, shared))
    first, last = tuple(sorted(names)), tuple(sorted(inside))
    return References(first, tuple(sorted(imports)), tuple(sorted(changed)), last)


def _names(steps: Sequence[dis.Instruction]) -> Iterator[tuple[str, ...]]:
    for at, step in enumerate(steps):
        if step.opname not in _GLOBAL:
            continue
        if step.opname == "LOAD_NAME" and step.argval == _OF_EVERY_CLASS:
            continue
        yield (str(step.argval), *_attributes(steps[at + 1 :]))


def _attributes(steps: Iterable[dis.Instruction]) -> Iterator[str]:
    return (str(step.argval) for step in takewhile(lambda it: it.opname in _ATTRIBUTE, steps))


def _changes(steps: Sequence[dis.Instruction]) -> Iterator[tuple[str, ...]]:
    """Find what is bound anew, stored into, or changed by a method of Python's containers.

    The name that stands at the beginning of what is stored into begins at the same place in the
    text; a call on the way (``LIMITS.copy().update(…)``) makes it another object.
    """
    begun: dict[tuple[int | None, int | None], tuple[str, ...] | None] = {}
    for step in steps:
        start = step.positions and (step.positions.lineno, step.positions.col_offset)
        if step.opname in _REBIND:
            yield (str(step.argval),)
        if not start or None in start:
            continue
        if step.opname in _GLOBAL or step.opname in _CLOSURE:
            begun[start] = (str(step.argval),)
        elif step.opname.startswith("CALL"):
            begun[start] = None
        elif (chain := begun.get(start)) is None:
            continue
        elif step.opname in ("STORE_ATTR", "DELETE_ATTR"):
            yield (*chain, str(step.argval))
        elif step.opname in _STORE or (step.opname in _ATTRIBUTE and step.argval in _CHANGING):
            yield chain
        elif step.opname in _ATTRIBUTE:
            begun[start] = (*chain, str(step.argval))


def _imports(steps: Sequence[dis.Instruction]) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    for at, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            level, names = steps[at - 2].argval, steps[at - 1].argval
            yield int(level or 0), str(step.argval), tuple(names or ())


def _inside(steps: Sequence[dis.Instruction], shared: dict[str, str]) -> Iterator[tuple[str, ...]]:
    """Find the attributes of modules that a local name was bound to by an import.

    `shared` are such names that code within this one sees too.
    """
    bound: dict[str, str] = {}
    for at, step in enumerate(steps):
        names = shared if step.opname.endswith("DEREF") else bound
        for move, name in _moves(step):
            if move == "LOAD":
                if name in names and (taken := tuple(_attributes(steps[at + 1 :]))):
                    yield (names[name], *taken)
            elif at and steps[at - 1].opname == "IMPORT_NAME":
                names[name] = _bound_module(str(steps[at - 1].argval), name)
            else:
                names.pop(name, None)


def _moves(step: dis.Instruction) -> Iterator[tuple[str, str]]:
    """Give what an instruction does with local names: newer Pythons do two things in one."""
    if "_FAST" in step.opname or step.opname.endswith("DEREF"):
        moved = step.argval if isinstance(step.argval, tuple) else (step.argval,)
        yield from zip(re.findall("LOAD|STORE", step.opname), map(str, moved), strict=False)


def _bound_module(imported: str, name: str) -> str:
    """Say what a name stands for: ``import os.path`` binds ``os``, with ``as`` the whole."""
    return name if imported.partition(".")[0] == name else imported
