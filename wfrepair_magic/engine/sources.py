"""The source of a code object, and only if the source says what the code does.

A file may have been edited since it was imported, a cell may have been run again.  So the text
is compiled once more, and counts only where it gives the very instructions that are in memory.
"""

from __future__ import annotations
import __future__

import ast
import inspect
import linecache
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from types import CodeType
from typing import Any

from .ast_form import FunctionNode, function_digest
from .keys import digest

_FUTURE = sum(
    getattr(__future__, name).compiler_flag
    for name in __future__.all_feature_names
    if getattr(__future__, name).compiler_flag > 0xFFFF  # the lower ones mean something else
)
"""The bits of a code object's flags that stand for imports from __future__."""

_LOADER = ("__name__", "__loader__", "__spec__")
_SHAPE = (
    "co_name", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_flags", "co_names",
    "co_varnames", "co_freevars", "co_cellvars", "co_code", "co_exceptiontable",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a function's source says, by its digest, and the lines of it, decorators included."""

    digest: str
    text: str


def said_by(code: CodeType, namespace: Mapping[str, Any]) -> Said | None:
    """Give what a function's source says; None where there is no true source.

    `namespace` is the function's globals: a loader in it may know the source.  Where several
    functions of the file compile to the same code, the one on the same line counts, or any if
    they say the same.
    """
    linecache.checkcache(code.co_filename)
    loader = {name: namespace[name] for name in _LOADER if name in namespace}
    text = "".join(linecache.getlines(code.co_filename, loader))
    if not text:
        return None
    twins = _functions(text, code.co_flags & _FUTURE).get(done_by(code), ())
    in_place = [pair for pair in twins if _place(pair[0]) == _place(code)]
    said = {function_digest(node): node for _, node in in_place or twins}
    if len(said) != 1:
        return None
    ((found, node),) = said.items()
    return Said(found, _lines_of(node, text))


def _lines_of(node: FunctionNode, text: str) -> str:
    first, _ = _key(node)
    return inspect.cleandoc("\n" + "\n".join(_lines(text)[first - 1 : node.end_lineno]))


@lru_cache(maxsize=32)
def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")  # as Python counts them


def done_by(code: CodeType) -> str:
    """Give the digest of what a code object does, wherever it stands; it differs by Python."""
    return digest(code, _instructions)


def _instructions(value: object) -> object:
    if not isinstance(value, CodeType):
        return NotImplemented
    return ([getattr(value, name) for name in _SHAPE], list(value.co_consts))


def _place(code: CodeType) -> tuple[object, ...]:
    return (code.co_firstlineno, code.co_qualname, tuple(code.co_positions()))


@lru_cache(maxsize=32)
def _functions(text: str, flags: int) -> Mapping[str, list[tuple[CodeType, FunctionNode]]]:
    """Give every function of a text by what it does, as code and tree; none if it is no Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the author has seen them at the first compilation
            tree = ast.parse(text)
            module = compile(
                text, "<key>", "exec", flags | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True
            )
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    nodes: dict[tuple[int, str], list[FunctionNode]] = {}
    for node in ast.walk(tree):
        if isinstance(node, FunctionNode):
            nodes.setdefault(_key(node), []).append(node)
    found: dict[str, list[tuple[CodeType, FunctionNode]]] = {}
    for code in codes(module):
        candidates = nodes.get((code.co_firstlineno, code.co_name), [])
        node_of = _around(code, candidates)
        if node_of is not None:
            found.setdefault(done_by(code), []).append((code, node_of))
    return found


def codes(code: CodeType) -> Iterator[CodeType]:
    """Give every code object within a code object."""
    waiting = [code]
    while waiting:
        for constant in waiting.pop().co_consts:
            if isinstance(constant, CodeType):
                waiting.append(constant)
                yield constant


def _key(node: FunctionNode) -> tuple[int, str]:
    if isinstance(node, ast.Lambda):
        return node.lineno, "<lambda>"
    first = node.decorator_list[0].lineno if node.decorator_list else node.lineno
    return first, node.name


def _around(code: CodeType, nodes: Sequence[FunctionNode]) -> FunctionNode | None:
    """Choose, among the functions that begin on one line, the one that this code is made from."""
    if len(nodes) < 2:
        return nodes[0] if nodes else None
    spans = [
        (line, column, end_line, end_column)
        for line, end_line, column, end_column in code.co_positions()
        if None not in (line, column, end_line, end_column) and end_column
    ]
    fitting = [node for node in nodes if spans and all(_within(span, node) for span in spans)]
    return min(fitting, key=_extent, default=None)


def _within(span: tuple[Any, ...], node: FunctionNode) -> bool:
    body = node.body if isinstance(node, ast.Lambda) else node
    end = (body.end_lineno or 0, body.end_col_offset or 0)
    return (body.lineno, body.col_offset) <= span[:2] and span[2:] <= end


def _extent(node: FunctionNode) -> tuple[int, int]:
    lines = (node.end_lineno or 0) - node.lineno
    return lines, (node.end_col_offset or 0) - node.col_offset
