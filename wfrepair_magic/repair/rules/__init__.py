"""The rules, one entry for each code of the taxonomy that has one.

A new rule is one `Rule` in one of these files: a function from a Case to a Candidate or to an
Abstain, and its examples, before and after, from which its tests are made.  A rule starts at
ASK; it becomes SAFE when the benchmark has shown 600 trials with no wrong edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import graph, heads, params, templates
from .base import Rule

RULES: Final[Mapping[str, Rule]] = {
    rule.code: rule for rule in (*heads.RULES, *templates.RULES, *params.RULES, *graph.RULES)
}
