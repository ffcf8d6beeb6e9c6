"""What a project store keeps, what it was good for, and how what is old is thrown away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from ..engine.store import Store
from ..engine.thread import on_own_thread
from ..engine.upkeep import Stock, purge, stock
from ..errors import BadWorkflow
from ..ir.durations import seconds
from ..monitor import history, words

COUNTED = 200
"""So many runs, the latest, are asked for their hits and misses."""

Fact = tuple[str, str, str]
"""What it is about, what was found, and what is to be said to it."""


def cache(
    store: str | Path,
    *,
    purging: bool = False,
    older_than: str | None = None,
    dry_run: bool = False,
) -> list[Fact]:
    """Say what a store keeps; with `purging`, throw away results kept longer than `older_than` ago.

    A dry run says what would go.  Receipts of effects stay.  Raises BadWorkflow where there is no
    store, or where the options do not fit together.
    """
    age = _age(purging, older_than, dry_run)
    folder = Path(store)
    if not folder.exists():
        raise BadWorkflow(f"there is no store {folder}")

    def look() -> list[Fact]:
        with closing(Store.open(folder)) as opened:
            gone = [] if age is None else [_purged(opened, age, dry_run)]
            return [*_facts(stock(opened)), *_counted(folder), *gone]

    return on_own_thread(look)


def _age(purging: bool, older_than: str | None, dry_run: bool) -> float | None:
    if not purging:
        if older_than is not None or dry_run:
            raise BadWorkflow("--older-than and --dry-run belong to --purge")
        return None
    age = seconds(older_than)
    if age is None or age < 0:
        found = "nothing" if older_than is None else repr(older_than)
        raise BadWorkflow(f"--purge needs an age: `--older-than 30d`, not {found}")
    return age


def _purged(store: Store, age: float, dry_run: bool) -> Fact:
    told = purge(store, age, dry_run)
    count = f"{told.results} results and {told.stray_files} stray files, {words.size(told.size)}"
    said = "nothing was removed: this was a dry run" if dry_run else "receipts of effects stay"
    return "would go" if dry_run else "gone", count, said


def _facts(found: Stock) -> Iterator[Fact]:
    oldest = "" if found.oldest is None else f"the oldest {words.ago(time.time() - found.oldest)}"
    yield "folder", str(found.folder), ""
    yield "results", f"{found.results}, {words.size(found.results_size)}", oldest
    yield "in files", f"{found.files}, {words.size(found.files_size)}", ""
    yield "receipts", words.size(found.receipts_size), "what effects left is never purged"


def _counted(store: Path) -> Iterator[Fact]:
    """Count how often a result was there, and how often a node ran, as the history tells it."""
    ids = history.ids(store)[:COUNTED]
    nodes = [node for id in ids for node in history.recorded(store, id).nodes.values()]
    hits = sum(node.state == "reused" for node in nodes)
    misses = sum(node.attempts > 0 for node in nodes)
    share = f"{hits / (hits + misses):.0%} were reused" if hits + misses else ""
    yield f"last {len(ids)} runs", f"{hits} hits, {misses} misses", share
