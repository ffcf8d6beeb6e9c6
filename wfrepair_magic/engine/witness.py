"""A count of the ledger's commits beside the ledger, which tells when some of them are missing.

A database that was deleted, cut to an older state or robbed of its ``-wal`` file looks whole:
its receipts are just not there, and effects would be repeated.  The witness is written after
each commit and read before the database, so it is never ahead unless commits were lost.  It is
not forced to disk: after a power cut it may be behind, which is harmless.
"""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from .faults import said
from .folder import make_file


class Witness:
    """The open file that holds the number of the last commit seen by anybody."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with said(path):
            make_file(path)
            self._handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)

    def read(self) -> int:
        """Give the number that was noted last; 0 where none was, or where it is unreadable."""
        with said(self.path):
            line = os.pread(self._handle, 64, 0)
        digits, _, checksum = line.strip().partition(b" ")
        return int(digits) if digits and checksum == _checksum(digits) else 0

    def note(self, commit: int) -> None:
        """Write a commit's number down."""
        digits = b"%020d" % commit
        with said(self.path):
            os.pwrite(self._handle, digits + b" " + _checksum(digits) + b"\n", 0)

    def close(self) -> None:
        """Close the file; twice is harmless."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1


def _checksum(digits: bytes) -> bytes:
    return b"%08x" % zlib.crc32(digits)
