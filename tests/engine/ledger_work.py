"""The numbered effects that the ledger's tests do, also in processes that know no pytest."""

from __future__ import annotations

import hashlib

from wfrepair_magic.engine.envelope import Kept, pack
from wfrepair_magic.engine.ledger import Place


def place(number: int) -> Place:
    """Give the place of an effect by its number."""
    key = hashlib.sha256(str(number).encode()).hexdigest()
    return Place("w", "s", key, f"node{number}")


def raw(number: int) -> bytes:
    """Pack the result of an effect by its number."""
    packed = pack(Kept({"number": number}, "default", 1.0, 0.0, {}), place(number).key)
    assert packed is not None
    return packed
