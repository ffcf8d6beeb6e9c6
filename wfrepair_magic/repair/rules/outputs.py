"""The rule for sources of outputs: what is wrong with one is repaired as in any template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from . import dialects, drift, heads, lists, templates, types
from .base import Abstain, Answer, Case, Example, Rule

_TEMPLATES: Final[Mapping[str, Rule]] = {
    rule.code: rule
    for module in (heads, templates, drift, lists, types, dialects)
    for rule in module.RULES
}


def source(case: Case) -> Answer:
    """GRF11: the rule of the template's own code answers."""
    rule = _TEMPLATES.get(case.code)
    if rule is None:
        hint = f" – {case.problem.hint}" if case.problem.hint else ""
        return Abstain(f"{case.problem.message}{hint}")
    return rule.repair(replace(case, problem=replace(case.problem, code=case.code)))


def _out(source: str) -> str:
    return f"nodes:\n  - {{id: s, type: value}}\noutputs:\n  total: {{source: {source}}}  # all\n"


def _example(written: str, new: str | None, says: str, level: str = "ASK") -> Example:
    return Example(
        before=_out(written),
        after=None if new is None else _out(new),
        outputs={"s": {"user_total": 5, "data": {"rows": [1]}}},
        level=None if new is None else "ASK" if level == "ASK" else "SAFE",
        says=says,
    )


RULES = (
    Rule(
        "GRF11",
        source,
        examples=(
            _example('"${s.usr_total}"', '"${s.user_total}"', "is at distance 1 from"),
            _example("s.UserTotal", "s.user_total", "equals `UserTotal` after folding", "SAFE"),
            _example('"${s.rows}"', '"${s.data.rows}"', "at exactly one longer path"),
            _example("s.data.rows.0", '"s.data.rows[0]"', "is a list of 1 item", "SAFE"),
            _example('"${x.rows}"', None, "no node or input can be taken for `x`"),
            _example('"${s.phone}"', None, "s has no field near `phone`"),
        ),
    ),
)
