"""Programs in processes of their own, with this tree's package and no profile of a user's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import wfrepair_magic

PATIENCE = 120


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Give the environment of a process that keeps its own things in a folder.

    It can import the product and what stands beside this file.
    """
    roots = (Path(wfrepair_magic.__file__).parents[1], Path(__file__).parent)
    path = os.pathsep.join(map(str, roots))
    return {**os.environ, "PYTHONPATH": path, "IPYTHONDIR": str(folder / "ipython"), **more}


def python(words: Sequence[str], folder: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Run Python in a folder to its end."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder, env=environment(folder), input=stdin, capture_output=True, text=True,
        timeout=PATIENCE,
    )  # fmt: skip
