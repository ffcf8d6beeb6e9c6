"""Whether what an effect did still stands, so that its receipt may stand in for doing it again.

The node type looks (`NodeType.stands`): the file that was written is there, and holds the same.
What a later node of the workflow did to the file on purpose – moved it, added to it – takes
nothing from the earlier effect, as long as that later node's own receipt counts, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from ..nodes.base import Context
from .plan import Plan, Step
from .prepare import Prepared, Site, prepare, resolve
from .receipts import DONE, Receipt


class Records(Protocol):
    """The receipts of one session, as a pass sees them."""

    def latest(self, node: str) -> Receipt | None:
        """Give the newest receipt of a node, under any key, whose effect happened."""

    def counting(self, prepared: Prepared) -> Receipt | None:
        """Give the receipt that counts for a node with these params; nothing is changed."""


class Standing:
    """What one pass knows of effects that leave something behind; `plan` is the pass's."""

    def __init__(self, plan: Plan, site: Site) -> None:
        self._site = site
        self._steps = {id: step for id, step in plan.steps.items() if step.type.touches}
        self._touched: dict[str, list[tuple[int, str]]] | None = None

    def holds(
        self,
        prepared: Prepared,
        receipt: Receipt | None,
        scope: Mapping[str, Any],
        records: Records,
    ) -> bool:
        """Say whether a completed effect stands, or could not be had again in any case.

        `scope` is what templates may see now; `receipt` is None for a result by content.
        """
        if self._stands(prepared, receipt, scope, records):
            return True
        repeatable = prepared.step.type.repeatable
        return repeatable is not None and not repeatable(*self._asked(prepared))

    def _asked(self, prepared: Prepared) -> tuple[Mapping[str, Any], Context]:
        params = self._site.redactor.reveal(prepared.params)
        return params, self._site.context(prepared.step.node.id)

    def _stands(
        self,
        prepared: Prepared,
        receipt: Receipt | None,
        scope: Mapping[str, Any],
        records: Records,
    ) -> bool:
        look = prepared.step.type.stands
        if look is None or look(*self._asked(prepared)):
            return True
        return receipt is not None and self._was_passed_on(prepared.step, receipt, scope, records)

    def _was_passed_on(
        self, step: Step, receipt: Receipt, scope: Mapping[str, Any], records: Records
    ) -> bool:
        if receipt.kept is None:
            return False
        if self._touched is None:
            self._touched = self._index(records)
        seen = {**scope, step.node.id: receipt.kept.outputs}
        return any(
            number > receipt.id and self._counts(self._steps[other], number, seen, records)
            for path in _paths(step, receipt)
            for number, other in self._touched.get(path, ())
        )

    def _index(self, records: Records) -> dict[str, list[tuple[int, str]]]:
        """Find for each file which receipts say that their node changed it; once a pass."""
        found: dict[str, list[tuple[int, str]]] = {}
        for id, step in self._steps.items():
            receipt = records.latest(id)
            if receipt is not None:
                for path in _paths(step, receipt):
                    found.setdefault(path, []).append((receipt.id, id))
        return found

    def _counts(self, other: Step, number: int, scope: Mapping[str, Any], records: Records) -> bool:
        """Whether a later node is what it was when it changed the file, and that still stands."""
        resolution = resolve(other, scope)
        if not resolution.complete:
            return False
        prepared = prepare(other, resolution, self._site)
        if not isinstance(prepared, Prepared) or prepared.key is None:
            return False
        receipt = records.counting(prepared)
        if receipt is None or receipt.id != number or receipt.state not in DONE:
            return False
        return self._stands(prepared, receipt, scope, records)


def _paths(step: Step, receipt: Receipt) -> tuple[str, ...]:
    if step.type.touches is None or receipt.kept is None:
        return ()
    return step.type.touches(receipt.kept.outputs)
