"""The notebooks do what they tell their reader."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import chat
import nbformat
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


@pytest.fixture
def service() -> Iterator[None]:
    """Make sure that no chat service of another test is left, before and after."""
    chat.stop()
    yield
    chat.stop()


@pytest.mark.usefixtures("service")
def test_the_demonstration_keeps_its_promises() -> None:
    """Fail, evidence, accept, kill -9, a new kernel, and on: one message, all as promised."""
    command = [sys.executable, str(NOTEBOOKS / "demo.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOT KEPT" not in done.stdout
    assert "${inspect.stdout.pip_version}" in done.stdout


@pytest.mark.usefixtures("service")
def test_the_committed_outputs_are_those_of_a_run(tmp_path: Path) -> None:
    """nbval compares what the notebook shows where that is the same on every machine."""
    for file in NOTEBOOKS.iterdir():
        if file.suffix in (".py", ".ipynb"):
            shutil.copy(file, tmp_path)
    command = [
        sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider",
        "--nbval-lax", "--nbval-current-env", "-q", "-c", "/dev/null", "--rootdir", ".",
        "01-first-run.ipynb",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_notebook_is_fit_to_be_committed(path: Path) -> None:
    """Valid, without widget state, and without a path of the machine that ran it."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert "widgets" not in notebook.metadata
    text = path.read_text("utf-8")
    assert str(Path.home()) not in text and str(NOTEBOOKS.parent) not in text
