"""How much a store holds, and how what is old goes; receipts of effects stay for ever."""

from __future__ import annotations

import time
from collections.abc import Container
from dataclasses import dataclass
from pathlib import Path

from . import blobs
from .results import Entry, Results
from .store import Store

UNFINISHED = 3600.0
"""Seconds for which a file that no row names is left alone: a live writer may be making it."""


@dataclass(frozen=True)
class Stock:
    """What a store holds; sizes in bytes, `oldest` in unix seconds (None: nothing is kept).

    `results` counts results, `files` those that lie in a file; `receipts_size` is what effects
    left, whose receipts are never purged.
    """

    folder: Path
    results: int
    results_size: int
    files: int
    files_size: int
    receipts_size: int
    oldest: float | None


@dataclass(frozen=True)
class Purged:
    """What went, or would go: results, files that nothing named, and bytes of both."""

    results: int
    stray_files: int
    size: int


def stock(store: Store) -> Stock:
    """Count what a store holds."""
    entries = store.ask(Results.entries)
    filed = [entry.size for entry in entries if entry.file is not None]
    results = [entry for entry in entries if not _is_note(entry)]
    effects = [store.folder / "ledger.db", *(store.folder / "effects").rglob("*.bin")]
    return Stock(
        folder=store.folder,
        results=len(results),
        results_size=sum(entry.size for entry in entries),
        files=len(filed),
        files_size=sum(filed),
        receipts_size=sum(path.stat().st_size for path in effects if path.exists()),
        oldest=min((entry.at for entry in results), default=None),
    )


def purge(store: Store, older_than: float, dry_run: bool) -> Purged:
    """Remove results that were kept more than `older_than` seconds ago, and stray files.

    The document of a key goes with its result.  `dry_run` removes nothing and says what would go.
    """

    def go(rows: Results) -> Purged:
        entries, now = rows.entries(), time.time()
        results_only = [entry for entry in entries if not _is_note(entry)]
        old = {entry.name for entry in results_only if entry.at < now - older_than}
        gone = [entry for entry in entries if entry.name.removeprefix(_NOTE) in old]
        kept = {entry.file for entry in entries if entry.file is not None}
        folder = store.folder / "results"

        def stray(named: Container[str]) -> dict[str, int]:
            files = blobs.old(folder, now - UNFINISHED)
            return {name: size for name, size in files.items() if name not in named}

        lost = stray(kept)
        if not dry_run:
            rows.forget([entry.name for entry in gone], lambda named: list(stray(named)))
        size = sum(entry.size for entry in gone) + sum(lost.values())
        return Purged(len(old), len(lost), size)

    return store.ask(go)


_NOTE = "about-"


def _is_note(entry: Entry) -> bool:
    return entry.name.startswith(_NOTE)
