"""Real stand-ins for what lies outside: an effect log on disk."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path


class EffectLog:
    """A file outside of every store to which effects append a line each, durably.

    It plays the other side: what stands in it has happened, whatever the engine believes.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def append(self, name: str) -> None:
        """Write a line in one piece and wait until it is on disk."""
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, f"{name}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    def counts(self) -> Counter[str]:
        """Count the lines by name."""
        return Counter(self.path.read_text().split()) if self.path.exists() else Counter()
