"""Writes plain data as YAML or JSON that reads back as the same data."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from ..errors import BadWorkflow
from . import scalars

_MOST_DEPTH = 200  # far beyond what text may have; a tree that contains itself ends here
_LONG_KEY = 500  # libyaml takes no longer `key:` than 1,024 characters, escapes included
_STEP = "  "
_LITERAL = re.compile(r"[^\n ][^\n]*(?:\n+[^\n]+)*\n*")
_BLANK_LINE = re.compile(r"(?m)^[ \t]+$")


def to_yaml(data: Any) -> str:
    """Write a plain tree as YAML in block style, with text of several lines as `|` blocks.

    Texts are quoted only where they would be read as something else.  Raises BadWorkflow for
    what a tree cannot hold.
    """
    checked(data)
    if isinstance(data, (dict, list, tuple)) and data:
        return "\n".join(_lines(data, "")) + "\n"
    return "\n".join(value_lines("", data, ""))[1:] + "\n"


def to_json(data: Any, indent: int | None = 2) -> str:
    """Write a plain tree as strict JSON, non-ASCII text kept.

    Raises BadWorkflow for what JSON cannot hold: other types, NaN, infinities, half characters.
    """
    checked(data, json_only=True)
    return json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False)


def entry_lines(part: str | int, value: Any, margin: str, short: bool = False) -> list[str]:
    """Write a key, or the dash of a list item, and its value as lines of block YAML.

    Where it is to be `short`, the whole value stands on one line.
    """
    written = [f" {flow(value, inside=False)}"] if short else value_lines(part, value, margin)
    first, *rest = written
    if isinstance(part, int):
        return [f"{margin}-{first}", *rest]
    key = scalars.key(part)
    if len(key) > _LONG_KEY:
        return [f"{margin}? {key}", f"{margin}:{first}", *rest]
    return [f"{margin}{key}:{first}", *rest]


def value_lines(part: str | int, value: Any, margin: str) -> list[str]:
    """Write what follows the key or dash `part` at `margin`: the rest of its line, lines below."""
    deeper = margin + _STEP
    if isinstance(value, (dict, list, tuple)) and value:
        first, *rest = _lines(value, deeper)
        on_dash = isinstance(part, int)
        return [" " + first[len(deeper) :], *rest] if on_dash else ["", first, *rest]
    if isinstance(value, str) and "\n" in value:
        block = literal(value, deeper)
        if block is not None:
            return [f" {block[0]}", *block[1:]]
    return [f" {flow(value, inside=False)}"]


def _lines(data: dict[str, Any] | list[Any] | tuple[Any, ...], margin: str) -> list[str]:
    """Write a container that is not empty as lines of block YAML, each behind `margin`."""
    entries = data.items() if isinstance(data, dict) else enumerate(data)
    return [line for part, value in entries for line in entry_lines(part, value, margin)]


def literal(text: str, margin: str) -> list[str] | None:
    """Write text as a `|` block: header, then lines behind `margin`; None where it cannot be."""
    body = text.rstrip("\n")
    shows = all(char.isprintable() or char in "\n\t" for char in body)
    if not (shows and _LITERAL.fullmatch(text)) or body[0] == "\t" or _BLANK_LINE.search(body):
        return None
    ends = len(text) - len(body)
    header = "|" + ("-" if ends == 0 else "" if ends == 1 else "+")
    lines = [margin + line if line else "" for line in body.split("\n")]
    return [header, *lines, *[""] * (ends - 1)]


def flow(value: Any, inside: bool = True, as_json: bool = False) -> str:
    """Write any value on one line; `inside` says that it stands within brackets."""
    if as_json:
        return to_json(value, None)
    if isinstance(value, dict):
        pairs = (f"{_flow_key(name)}: {flow(item)}" for name, item in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(flow(item) for item in value) + "]"
    return scalars.inline(value, inside)


def checked(data: Any, depth: int = 0, json_only: bool = False) -> None:
    """Raise BadWorkflow where data holds what a plain tree, or JSON, cannot."""
    if depth > _MOST_DEPTH:
        raise BadWorkflow(f"data nested more than {_MOST_DEPTH} deep cannot be written")
    if isinstance(data, dict):
        for name, value in data.items():
            if not isinstance(name, str):
                raise BadWorkflow(f"a key must be text to be written, not {name!r}")
            scalars.check(name)
            checked(value, depth + 1, json_only)
    elif isinstance(data, (list, tuple)):
        for item in data:
            checked(item, depth + 1, json_only)
    elif not (data is None or isinstance(data, (str, int, float))):
        raise BadWorkflow(f"a value of type {type(data).__name__} cannot be written as text")
    elif json_only and isinstance(data, float) and not math.isfinite(data):
        raise BadWorkflow(f"JSON has no number {data}")
    elif isinstance(data, str):
        scalars.check(data)
    else:
        scalars.plain(data)


def _flow_key(name: str) -> str:
    written = scalars.key(name, flow=True)
    return f"? {written} " if len(written) > _LONG_KEY else written
