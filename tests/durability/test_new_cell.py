"""Ended around the new cell: the repaired run is kept, and the next kernel repeats nothing."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from durability.failpoints import WAYS
from kernels import Notebook

CELL = """\
%%workflow chat --repair safe
nodes:
  - {id: send, type: shell, params: {command: "echo send >> log; echo hi"}}
  - {id: last, type: value, params: {said: "${send.stdOut}"}}
"""

ARMED = """
import os, pathlib, signal
from wfrepair_magic.notebook.front import Front

def end():
    pathlib.Path("point").touch()
    if WAY == "raise":
        raise RuntimeError("failpoint")
    os.kill(os.getpid(), getattr(signal, {"kill": "SIGKILL"}.get(WAY, WAY)))

def armed(self, text, write=Front.write_cell):
    if WHEN == "before":
        end()
    said = write(self, text)
    if WHEN == "after":
        end()
    return said

Front.write_cell = armed
"""


def opened(folder: Path) -> Notebook:
    """Start a kernel with the extension loaded."""
    notebook = Notebook(folder)
    assert notebook.run("%load_ext wfrepair_magic").status == "ok"
    return notebook


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_what_ends_a_kernel_at_its_new_cell_repeats_nothing(
    tmp_path: Path, when: str, way: str
) -> None:
    """The effect happened once, is reused afterwards, and the cell is written then."""
    first = opened(tmp_path)
    first.run(f"WHEN, WAY = {when!r}, {way!r}\n{ARMED}")
    sent = first.send(CELL)
    while not (tmp_path / "point").exists():
        time.sleep(0.01)
    if way in ("raise", "SIGINT"):
        assert first.wait(sent).status == "error"
    first.kill()
    second = opened(tmp_path)
    again = second.run(CELL)
    ends = second.value("(_wf.state, {id: ran.state for id, ran in _wf.nodes.items()})")
    second.kill()
    assert ends == "('SUCCESS', {'send': 'reused', 'last': 'reused'})"
    assert "${send.stdout}" in again.new_cells[0]
    assert (tmp_path / "log").read_text().split() == ["send"]
