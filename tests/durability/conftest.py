"""What the tests share in which processes end at bad moments."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def context() -> Any:
    """Give a way to start processes quickly: forked off one that has imported all."""
    patch = pytest.MonkeyPatch()
    patch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))  # for the preload
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(["twelve", "durability.failpoints"])
    process = found.Process(target=len, args=("",))
    process.start()
    process.join()
    patch.undo()
    return found


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder whose files need not reach a disk: what a kill leaves is the same there."""
    found = Path(tempfile.mkdtemp(prefix="wfrepair-", dir=MEMORY if MEMORY.is_dir() else None))
    yield found
    shutil.rmtree(found)
