"""The numbered effects that the ledger's tests do, also in processes that know no pytest."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

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


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    """Start a process that may import from the tests; its pipes carry text."""
    head = f"import sys; sys.path.insert(0, {str(Path(__file__).parents[1])!r})\n"
    return subprocess.Popen(
        [sys.executable, "-c", head + code, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
