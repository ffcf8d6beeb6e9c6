"""The rule for sources of outputs: what is wrong with one is repaired as in any template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import dialects, drift, ids, pages, templates, types
from .base import Answer, Case, Rule
from .examples import Scene

_TEMPLATES: Final[Mapping[str, Rule]] = {
    rule.code: rule
    for module in (templates, ids, drift, pages, types, dialects)
    for rule in module.RULES
}


def source(case: Case) -> Answer:
    """GRF11: the rule of the template's own code answers."""
    rule = _TEMPLATES.get(case.code)
    return rule.repair(case) if rule is not None else ""


_OUT = Scene(
    "nodes:\n  - {id: s, type: value}\noutputs:\n  total: {source: @@}  # all\n",
    {"s": {"user_total": 5, "data": {"rows": [1]}}},
)

RULES = (
    Rule(
        "GRF11",
        source,
        (
            _OUT.ask('"${s.usr_total}"', '"${s.user_total}"', "is at distance 1 from"),
            _OUT.safe("s.UserTotal", "s.user_total", "equals `UserTotal` after folding"),
            _OUT.ask('"${s.rows}"', '"${s.data.rows}"', "at exactly one longer path"),
            _OUT.safe("s.data.rows.0", '"s.data.rows[0]"', "is a list of 1 item"),
            _OUT.leave('"${x.rows}"', "no node or input can be taken for `x`"),
            _OUT.leave('"${s.phone}"', "s has no field near `phone`"),
        ),
    ),
)
