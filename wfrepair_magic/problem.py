"""A Problem is a finding about a workflow: what is wrong, where, and what would be right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["error", "warning"]

Slot = tuple[str | int, ...]
"""The place of a value in a workflow: ``("nodes", 2, "params", "url")``."""

CODES: Mapping[str, str] = {
    "SRC01": "the text is almost JSON",
    "SRC02": "the text meets a trap of YAML",
    "SRC03": "the text cannot be read",
    "SRC04": "a key stands twice in one mapping",
    "SRC05": "anchors, aliases, merge keys and tags are not part of the language",
    "SRC06": "the text is over a limit",
    "LNG01": "no such key in the language",
    "LNG02": "a value of the wrong kind",
    "LNG03": "not supported yet",
    "LNG04": "a name that is not allowed or not unique",
    "LNG05": "a key that is needed is missing",
    "TPL00": "a template that cannot be read",
    "TPL01": "a template names an unknown node or input",
    "TPL02": "a field differs in case or separator",
    "TPL03": "a field is misspelt",
    "TPL04": "a field was renamed",
    "TPL05": "a field does not exist",
    "TPL06": "a field lies deeper",
    "TPL07": "a field lies higher",
    "TPL08": "a list is wrapped in pages",
    "TPL09": "a list stands where an object was expected",
    "TPL10": "an object stands where a list was expected",
    "TPL11": "an index is out of range",
    "TPL12": "an index is written in another notation",
    "TPL13": "a template names a node that gave no output",
    "TPL14": "an object stands where text was expected",
    "TPL15": "a path goes through null",
    "TPL16": "a scalar has another type",
    "TPL17": "a template is written in another dialect",
    "TPL18": "a filter cannot be applied",
    "TPL19": "a template refers to its own node or in a circle",
    "TPL20": "a shell variable is taken for a template",
    "TPL21": "a template stands where a shell cannot take a value",
    "PRM01": "a required param is missing that the last good run had",
    "PRM02": "a required param is missing",
    "PRM03": "an input has no value",
    "PRM04": "a param is misspelt",
    "PRM05": "a param that the type does not have",
    "PRM06": "a value is not one of those allowed",
    "PRM07": "a value has the wrong type",
    "PRM08": "a value has a unit or format of its own",
    "PRM09": "a value is out of range",
    "PRM10": "params exclude each other",
    "PRM11": "a param stands outside `params`",
    "PRM12": "a value that the node refuses",
    "GRF01": "no such node type",
    "GRF02": "params that fit another node type",
    "GRF03": "two nodes have one id",
    "GRF04": "an edge or `after` names an unknown node",
    "GRF05": "an edge uses another key",
    "GRF06": "an action that no node ends with",
    "GRF07": "the nodes wait for each other in a circle",
    "GRF08": "a node cannot be reached",
    "GRF10": "an input that nothing uses",
    "GRF11": "an output whose source does not resolve",
    "ENV02": "a file is not there",
}
"""Every code that a check or a rule may use, with one line that says what it means.

The TPL, PRM, GRF and SRC01/02 codes are the taxonomy of the repair rules; SRC03–06 and LNG are
findings about the text for which no rule exists.  PRM12 and ENV02 come from runs alone, and there
are more SH, PY and ENV codes of failures, which say what happened in their own words
(`engine.recovery`).
"""


def path_text(slot: Slot) -> str:
    """Write a slot the way people do: ``nodes[2].params.url``."""
    text = ""
    for part in slot:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.  `line` and `column` count from 1 in the workflow's own text.

    `path` is the readable form of `slot`; `facts` are what rules work from (names that exist,
    the template in question…) and take no part in comparison.
    """

    severity: Severity
    code: str
    path: str
    line: int | None
    column: int | None
    message: str
    hint: str = ""
    node: str | None = None
    slot: Slot = ()
    facts: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def place(self) -> str:
        """Say where: ``line 4, column 9 (nodes[0].type)``, or what of it is known."""
        position = f"line {self.line}, column {self.column}" if self.line else ""
        if position and self.path:
            return f"{position} ({self.path})"
        return position or self.path

    def describe(self) -> str:
        """Give the problem as one line: place, code, message, hint."""
        head = f"{self.place}: " if self.place else ""
        tail = f" – {self.hint}" if self.hint else ""
        return f"{head}{self.code} {self.message}{tail}"
