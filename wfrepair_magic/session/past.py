"""What a project store remembers of runs: how to go on with one, and their texts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..engine import runs
from ..engine.ledger import Ledger
from ..errors import BadWorkflow
from .desk import ask


@dataclass(frozen=True)
class LastRun:
    """What is needed to go on with a workflow in a new process: its text, inputs and options.

    `inputs` leaves out secrets, and `lost` names the inputs that could not be written down.
    """

    id: str
    name: str
    session: str
    text: str
    inputs: Mapping[str, Any]
    lost: tuple[str, ...]
    options: Mapping[str, Any]


def last_run(store: str | Path, name: str | None = None) -> LastRun | None:
    """Give what is needed to go on with the last run (of that name); None where there is none."""

    def look(ledger: Ledger) -> LastRun | None:
        newest = iter(runs.runs(ledger, 1))
        found = next(newest, None) if name is None else runs.last_run(ledger, name)
        return None if found is None else _past(ledger, found)

    return ask(store, look) if Path(store).exists() else None


def past_run(store: str | Path, run: str) -> LastRun:
    """Give what is needed to go on with a run.  Raises BadWorkflow where there is no such run."""

    def look(ledger: Ledger) -> LastRun:
        found = runs.find_run(ledger, run)
        if found is None:
            raise BadWorkflow(f"{store} does not hold run {run}")
        return _past(ledger, found)

    return ask(store, look)


def _past(ledger: Ledger, found: runs.RunRecord) -> LastRun:
    written = json.loads(found.inputs)
    return LastRun(
        id=found.id,
        name=found.workflow,
        session=found.session,
        text=runs.text_of(ledger, found.digest).text,
        inputs=written["values"],
        lost=tuple(written["lost"]),
        options=json.loads(found.options),
    )


def text_of_run(store: str | Path, run: str) -> str:
    """Give the text that a run ended with.  Raises BadWorkflow where there is no such run."""

    def look(ledger: Ledger) -> str:
        found = runs.find_run(ledger, run)
        if found is None:
            raise BadWorkflow(f"{store} does not hold the text of run {run}")
        return runs.text_of(ledger, found.digest).text

    return ask(store, look)


def recent_runs(store: str | Path, limit: int = 20) -> list[runs.RunRecord]:
    """List the runs of a store that began last, newest first; none where there is no store."""
    return ask(store, lambda ledger: runs.runs(ledger, limit)) if Path(store).exists() else []


def descents(store: str | Path, texts: Iterable[str]) -> dict[str, list[runs.Text]]:
    """Give for texts, by digest, each with those that it was made from, youngest first."""
    wanted = dict.fromkeys(texts)
    return ask(store, lambda ledger: {one: runs.lineage(ledger, one) for one in wanted})
