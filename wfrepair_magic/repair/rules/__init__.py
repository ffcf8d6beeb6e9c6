"""The rules, one entry for each code of the taxonomy that has one.

A new rule is one `Rule` in one of these files: a function from a Case to a Candidate, or to the
reason why there is none, and its examples, before and after, from which its tests are made.  A
rule starts at ASK; it becomes SAFE when the benchmark has shown 600 trials with no wrong edit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from . import (
    dialects,
    drift,
    graph,
    ids,
    missing,
    node_types,
    outputs,
    pages,
    params,
    source,
    templates,
    types,
    values,
)
from .base import Rule

_ROOMS: Final = (
    templates, drift, pages, types, dialects, missing, params, values, graph, ids, node_types,
    outputs, source,
)  # fmt: skip

RULES: Final[Mapping[str, Rule]] = {rule.code: rule for room in _ROOMS for rule in room.RULES}
"""Every rule by its code.  Where several take a wider code (`Rule.of`), the first one answers."""
