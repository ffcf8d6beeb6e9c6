"""Which names outside of itself a piece of code asks for, read from its instructions.

The compiler has already settled what is local, global or mangled; the instructions are also
there where there is no source.
"""

from __future__ import annotations

import dis
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType

from .sources import codes

_GLOBAL = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_ATTRIBUTE = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_NOISE = frozenset({"CACHE", "EXTENDED_ARG", "NOP"})
_OF_EVERY_CLASS = "__name__"


@dataclass(frozen=True)
class References:
    """What a function asks for by name.

    `names` are dotted (``helpers.LIMIT``): a global and the attributes that are taken from it.
    `imports` are imports within the function: how many packages up (0: absolute), the module,
    and the names taken from it.
    """

    names: tuple[tuple[str, ...], ...]
    imports: tuple[tuple[int, str, tuple[str, ...]], ...]


def references_of(code: CodeType) -> References:
    """Read what a code object and all code within it ask for, sorted."""
    names: set[tuple[str, ...]] = set()
    imports: set[tuple[int, str, tuple[str, ...]]] = set()
    for each in (code, *codes(code)):
        steps = [step for step in dis.get_instructions(each) if step.opname not in _NOISE]
        names.update(_names(steps))
        imports.update(_imports(steps))
    return References(tuple(sorted(names)), tuple(sorted(imports)))


def _names(steps: Sequence[dis.Instruction]) -> Iterator[tuple[str, ...]]:
    for at, step in enumerate(steps):
        if step.opname not in _GLOBAL:
            continue
        if step.opname == "LOAD_NAME" and step.argval == _OF_EVERY_CLASS:
            continue
        chain = [str(step.argval)]
        for after in steps[at + 1 :]:
            if after.opname not in _ATTRIBUTE:
                break
            chain.append(str(after.argval))
        yield tuple(chain)


def _imports(steps: Sequence[dis.Instruction]) -> Iterator[tuple[int, str, tuple[str, ...]]]:
    for at, step in enumerate(steps):
        if step.opname == "IMPORT_NAME":
            level, names = steps[at - 2].argval, steps[at - 1].argval
            yield int(level or 0), str(step.argval), tuple(names or ())
