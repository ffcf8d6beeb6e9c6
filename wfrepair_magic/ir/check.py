"""The static check: what can be said of a workflow without running it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any, Final

from ..problem import Problem
from .check_graph import graph_flaws
from .check_inputs import input_flaws
from .check_params import param_flaws
from .check_shape import shape_flaws
from .check_templates import template_flaws
from .codec import Source
from .flaw import Flaw, placed
from .model import Definition
from .spec import Catalogue
from .subject import Subject

MOST_ERRORS: Final = 1_000
"""So many errors of one workflow are told."""


def check(
    definition: Definition, source_or_data: Source | Any, catalogue: Catalogue
) -> list[Problem]:
    """Give every mistake that can be seen in a workflow, in the order of its text.

    `source_or_data` is what the definition was read from: a Source, whose places the problems
    then carry, or a plain tree.  `catalogue` holds the node types by name.  Never raises,
    whatever the tree holds; with no problem of severity "error" the workflow may run.  After
    `MOST_ERRORS` errors it stops and says so.
    """
    source = source_or_data if isinstance(source_or_data, Source) else None
    data = source.data if source is not None else source_or_data
    subject = Subject(definition, data, catalogue, source)
    parts = (shape_flaws, input_flaws, graph_flaws, param_flaws, template_flaws)
    flaws = list(_first(chain.from_iterable(part(subject) for part in parts)))
    problems = placed(flaws, source)
    if sum(flaw.severity == "error" for flaw in flaws) == MOST_ERRORS:
        message = f"the check stopped after {MOST_ERRORS:,} errors; there may be more"
        problems.append(Problem("error", "SRC06", "", None, None, message))
    return problems


def _first(flaws: Iterable[Flaw]) -> Iterator[Flaw]:
    """Give flaws up to the last error that is told; warnings never take an error's place."""
    errors = 0
    for flaw in flaws:
        yield flaw
        errors += flaw.severity == "error"
        if errors == MOST_ERRORS:
            return
