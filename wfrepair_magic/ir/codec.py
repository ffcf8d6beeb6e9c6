"""Reads a workflow's text, YAML or JSON, into a Source, and writes data as either."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..errors import BadWorkflow
from ..settings import LIMITS
from .json_slips import fence
from .json_text import read_json
from .source import Dialect, Fault, Lines, Mark, Marks, Reading, Source, Unreadable
from .writer import to_json, to_yaml
from .yaml_text import read_yaml

__all__ = ["Mark", "Source", "read", "to_json", "to_yaml"]

_BEFORE_BODY = "\ufeff \t\r\n"


def read(text: str, first_line: int = 1) -> Source:
    """Read a text: strict JSON where it begins with `{`, else YAML 1.2.

    `first_line` is the line of the cell or file on which the text begins.  Raises BadWorkflow
    whose problems (SRC01–SRC06) each have a line and a column; their facts hold `offset` and,
    for SRC01 and SRC02 where the reading is clear, `replacements`: spans of the text with what
    should stand there.
    """
    lines = Lines(text, first_line)
    too_much = _too_large(text) or fence(text)
    if too_much is not None:
        raise _refusal([too_much], lines)
    dialect: Dialect = "json" if text.lstrip(_BEFORE_BODY).startswith("{") else "yaml"
    reading = Reading(lines)
    try:
        data = (read_json if dialect == "json" else read_yaml)(text, reading)
    except Unreadable as stop:
        raise _refusal([*reading.faults, stop.fault], lines) from stop
    faults = reading.faults or _too_many(data, reading)
    if faults:
        raise _refusal(faults, lines)
    return Source(text, dialect, data, Marks(reading.spots, lines), first_line)


def _too_large(text: str) -> Fault | None:
    # A character has at most four bytes: most texts need not be encoded to be measured.
    most = LIMITS.text_bytes
    size = len(text)
    if most // 4 < size <= most:
        size = len(text.encode("utf-8", "surrogatepass"))
    if size <= most:
        return None
    message = f"the text is larger than {most:,} bytes"
    hint = "make a workflow of this size with Workflow.build"
    return Fault("SRC06", 0, message, hint, facts={"limit": most})


def _too_many(data: Any, reading: Reading) -> list[Fault]:
    nodes = data.get("nodes") if isinstance(data, dict) else None
    if not isinstance(nodes, list) or len(nodes) <= LIMITS.nodes:
        return []
    slot = ("nodes", LIMITS.nodes)
    message = f"the workflow has {len(nodes):,} nodes; text may have {LIMITS.nodes:,}"
    hint = "make a workflow of this size with Workflow.build"
    at = reading.spots[slot][0]
    return [Fault("SRC06", at, message, hint, slot, {"limit": LIMITS.nodes})]


def _refusal(faults: Iterable[Fault], lines: Lines) -> BadWorkflow:
    ordered = sorted(faults, key=lambda fault: fault.at)
    problems = [fault.problem(lines) for fault in ordered]
    return BadWorkflow(problems[0].describe(), problems)
