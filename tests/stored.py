"""Results that a test puts into a store."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from wfrepair_magic.engine import blobs
from wfrepair_magic.engine.envelope import Kept
from wfrepair_magic.engine.store import Store


def key(name: object) -> str:
    """Make a key of any name."""
    return hashlib.sha256(str(name).encode()).hexdigest()


def kept(value: Any) -> Kept:
    """Make a result with one output."""
    return Kept({"result": value}, "default", 1700000000.5, 0.25, {"p": key("p")})


BIG = b"\xab" * (blobs.SMALLEST + 1)


def filled(folder: Path, count: int) -> dict[str, Kept]:
    """Keep some results, and give them by key."""
    results = {key(number): kept({"number": number, "text": "x" * 200}) for number in range(count)}
    store = Store.open(folder)
    assert all(store.put(name, result) for name, result in results.items())
    store.close()
    return results
