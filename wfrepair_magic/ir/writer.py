"""Writes plain data as YAML or JSON that reads back as the same data."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
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
    if isinstance(data, dict) and data:
        return "\n".join(mapping_lines(data, "")) + "\n"
    if isinstance(data, (list, tuple)) and data:
        return "\n".join(list_lines(data, "")) + "\n"
    first, *rest = value_lines(data, "")
    return "\n".join([first[1:], *rest]) + "\n"


def to_json(data: Any, indent: int | None = 2) -> str:
    """Write a plain tree as strict JSON, non-ASCII text kept.

    Raises BadWorkflow for what JSON cannot hold: other types, NaN, infinities, half characters.
    """
    checked(data, json_only=True)
    return json.dumps(data, ensure_ascii=False, indent=indent, allow_nan=False)


def json_text(text: str) -> str:
    """Write text as a JSON string on one line, non-ASCII kept."""
    scalars.check(text)
    return json.dumps(text, ensure_ascii=False)


def mapping_lines(data: Mapping[str, Any], margin: str) -> list[str]:
    """Write a mapping that is not empty as lines of block YAML, each behind `margin`."""
    lines: list[str] = []
    for name, value in data.items():
        lines += entry_lines(name, value, margin)
    return lines


def entry_lines(name: str, value: Any, margin: str) -> list[str]:
    """Write one key and its value as lines of block YAML."""
    written = scalars.key(name)
    first, *rest = value_lines(value, margin)
    if len(written) > _LONG_KEY:
        return [f"{margin}? {written}", f"{margin}:{first}", *rest]
    return [f"{margin}{written}:{first}", *rest]


def list_lines(data: list[Any] | tuple[Any, ...], margin: str) -> list[str]:
    """Write a list that is not empty as lines of block YAML, each behind `margin`."""
    lines: list[str] = []
    for item in data:
        lines += item_lines(item, margin)
    return lines


def item_lines(item: Any, margin: str) -> list[str]:
    """Write one item of a list as lines of block YAML, beginning with its dash."""
    deeper = margin + _STEP
    if isinstance(item, dict) and item:
        first, *rest = mapping_lines(item, deeper)
        return [f"{margin}- {first[len(deeper) :]}", *rest]
    if isinstance(item, (list, tuple)) and item:
        first, *rest = list_lines(item, deeper)
        return [f"{margin}- {first[len(deeper) :]}", *rest]
    first, *rest = value_lines(item, margin)
    return [f"{margin}-{first}", *rest]


def value_lines(value: Any, margin: str) -> list[str]:
    """Write what follows a `key:` at `margin`: the rest of its line, then lines below it."""
    if isinstance(value, dict) and value:
        return ["", *mapping_lines(value, margin + _STEP)]
    if isinstance(value, (list, tuple)) and value:
        return ["", *list_lines(value, margin + _STEP)]
    if isinstance(value, str) and "\n" in value:
        block = literal(value, margin + _STEP)
        if block is not None:
            return [f" {block[0]}", *block[1:]]
    return [f" {flow(value, inside=False)}"]


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
    else:
        _checked_scalar(data, json_only)


def _checked_scalar(value: scalars.Scalar, json_only: bool) -> None:
    if json_only and isinstance(value, float) and not math.isfinite(value):
        raise BadWorkflow(f"JSON has no number {value}")
    if isinstance(value, str):
        scalars.check(value)
    else:
        scalars.plain(value)


def _flow_key(name: str) -> str:
    written = scalars.key(name, flow=True)
    return f"? {written} " if len(written) > _LONG_KEY else written
