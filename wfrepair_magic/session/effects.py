"""What a project store knows of effects: those of a workflow's session, or all."""

from __future__ import annotations

from pathlib import Path

from ..engine import sessions
from ..engine.ledger import Receipt
from ..engine.thread import on_own_thread
from ..errors import BadWorkflow
from .desk import open_desk


def effects(
    store: str | Path, name: str | None = None, everything: bool = False
) -> tuple[str, list[Receipt]]:
    """List effects, oldest first, with the name of the workflow whose session they are of.

    Without a name it is the workflow that ran last; with `everything` they are those of all
    workflows and sessions, and the name is empty.  Raises BadWorkflow, with the nearest name,
    for a workflow that the store does not know.
    """
    if not Path(store).exists():
        raise BadWorkflow(f"there is no store {store}")

    def look() -> tuple[str, list[Receipt]]:
        with open_desk(Path(store)) as desk:
            if everything:
                return "", _written(desk.ledger.receipts())
            found = sessions.find(desk.ledger, name)
            return found.workflow, _written(desk.ledger.receipts(found.id))

    return on_own_thread(look)


def _written(receipts: list[Receipt]) -> list[Receipt]:
    """Leave out what was only read."""
    return [receipt for receipt in receipts if receipt.idempotency_key]
