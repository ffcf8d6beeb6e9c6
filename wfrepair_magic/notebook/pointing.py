"""What is known of the word at a place of a workflow cell, with the last run's values in mind."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ..engine.shapes import shape
from ..ir.hints import Hint, Known, find_hint
from ..ir.outline import outline
from ..ir.spec import catalogue
from ..nodes import registry
from .cells import parsed
from .complete import last_run, real_values

if TYPE_CHECKING:
    from .kernel import Kernel


def point(kernel: Kernel | None, text: str, line: int, column: int) -> Hint | None:
    """Tell of the word at a place of a cell's whole text; None where there is nothing to tell.

    Places count from 1 in the cell.  `kernel` remembers what ran; it is None where nothing did.
    """
    cell = parsed(text)
    if cell is None:
        return None
    before = cell.first_line - 1
    registry.all_types()  # third parties' too, who are asked once
    data = outline(cell.body, -1).data
    run = last_run(kernel, cell.line, data) if kernel is not None else None
    real = real_values(run, data) if run is not None else {}
    found = find_hint(cell.body, line - before, column, Known(catalogue, real, shape))
    return replace(found, line=found.line + before) if found is not None else None
