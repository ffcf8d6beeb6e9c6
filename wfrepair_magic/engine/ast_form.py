"""What a piece of source says, apart from how it is written, the same on every Python.

`ast.dump` prints other fields in other versions; here a node is its class name and those of its
fields that say something.  Left out: positions, comments, docstrings, type comments, whether a
name is loaded or stored (its place says that), and fields that are empty.
"""

from __future__ import annotations

import ast

from .keys import digest

_SILENT = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def form_digest(node: ast.AST) -> str:
    """Give the digest of what a module, class or function says."""
    return digest(node, _form)


def function_digest(node: FunctionNode) -> str:
    """Give the digest of what a function says when it is called.

    Its decorators and defaults took effect when it was defined; they are keyed by what they
    made, so the expressions are left out.
    """
    names = [(field, value) for field, value in ast.iter_fields(node) if field != "decorator_list"]
    bare = type(node)(**dict(names))
    bare.args = ast.arguments(
        **{
            field: [] if field in ("defaults", "kw_defaults") else value
            for field, value in ast.iter_fields(node.args)
        }
    )
    return digest(bare, _form)


def _form(value: object) -> object:
    """Give a node's name and the fields that say something; nothing for what is no node."""
    if not isinstance(value, ast.AST):
        return NotImplemented
    if isinstance(value, ast.Constant):
        return ("Constant", value.value)
    fields: list[object] = [type(value).__name__]
    for name, held in ast.iter_fields(value):
        said = _said(value, name, held)
        if name not in _SILENT and said is not None and said != []:
            fields.append((name, said))
    return fields


def _said(node: ast.AST, name: str, held: object) -> object:
    if name == "body" and isinstance(node, _DOCUMENTED) and isinstance(held, list):
        return held[1:] if held and _is_docstring(held[0]) else held
    if name == "values" and isinstance(node, ast.JoinedStr):
        return _pieces(node.values)
    if name == "format_spec" and isinstance(held, ast.JoinedStr) and not _pieces(held.values):
        return None
    return held


def _is_docstring(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _pieces(values: list[ast.expr]) -> list[ast.expr]:
    """Join the text between the braces of an f-string: versions cut it differently."""
    joined: list[ast.expr] = []
    for value in values:
        text = value.value if isinstance(value, ast.Constant) else None
        before = joined[-1] if joined else None
        if not isinstance(text, str):
            joined.append(value)
        elif isinstance(before, ast.Constant) and isinstance(before.value, str):
            joined[-1] = ast.Constant(before.value + text)
        elif text:
            joined.append(value)
    return joined
