"""Does what the reader of the first notebook does, headless, and says what came of it.

Runs 01-first-run.ipynb in a real kernel up to the accepted repair, kills that kernel with
SIGKILL, goes on in a new one, and shows the report, the repaired cell and the chat's log.  Ends
with exit code 1 where something is not as promised.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import chat
import nbformat
from jupyter_client.manager import KernelManager, start_new_kernel

HERE = Path(__file__).parent
CELL_SECONDS = 120


@dataclass
class Shown:
    """What one cell showed: its displays by id, its prints, the cell that it asked for."""

    displays: dict[str, str] = field(default_factory=dict)
    printed: str = ""
    next_cell: str = ""
    error: str = ""

    @property
    def text(self) -> str:
        """Everything, as the terminal shows it."""
        return "\n".join([*self.displays.values(), self.printed.rstrip()]).strip("\n")


class Kernel:
    """One real kernel in a folder."""

    def __init__(self, folder: Path) -> None:
        self.manager: KernelManager
        self.manager, self.client = start_new_kernel(kernel_name="python3", cwd=str(folder))

    def run(self, source: str) -> Shown:
        """Execute a cell to its end and give what it showed; raises RuntimeError on an error."""
        shown = Shown()
        reply = self.client.execute_interactive(
            source, timeout=CELL_SECONDS, output_hook=lambda message: _collect(message, shown)
        )
        for payload in reply["content"].get("payload", []):
            if payload.get("source") == "set_next_input":
                shown.next_cell = payload["text"]
        if shown.error:
            raise RuntimeError(shown.error)
        return shown

    def kill(self) -> None:
        """End the kernel's process with SIGKILL, as a crash would."""
        process = self.manager.provisioner.process
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        self.client.stop_channels()
        self.manager.cleanup_resources()

    def close(self) -> None:
        """End the kernel in order."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)


def _collect(message: dict[str, Any], shown: Shown) -> None:
    content, kind = message["content"], message["msg_type"]
    if kind == "stream":
        shown.printed += content["text"]
    elif kind in ("display_data", "update_display_data", "execute_result"):
        name = content.get("transient", {}).get("display_id", f"output {len(shown.displays)}")
        shown.displays[name] = content["data"].get("text/plain", "")
    elif kind == "error":
        shown.error = "\n".join(content["traceback"])


def cells() -> list[str]:
    """Give the notebook's code cells."""
    notebook = nbformat.read(HERE / "01-first-run.ipynb", as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def headed(title: str, text: str) -> None:
    """Print a part of the demonstration."""
    print(f"\n\033[1m{title}\033[0m" if sys.stdout.isatty() else f"\n{title}")
    print("─" * len(title))
    print(text)


def play(folder: Path) -> Iterator[str]:
    """Do what the reader does; yields a sentence for every promise that was not kept."""
    prepare, functions, workflow, apply, count, resume, again = cells()
    first = Kernel(folder)
    first.run(prepare)
    first.run(functions)
    headed("1 · The workflow as it was written", first.run(workflow).text)
    repaired = first.run(apply)
    headed("2 · The repair is accepted", repaired.text)
    headed("3 · The new cell", repaired.next_cell)
    headed("4 · What arrived", first.run(count).text)
    if len(chat.messages()) != 1:
        yield f"one message was promised, {len(chat.messages())} arrived"
    first.kill()
    second = Kernel(folder)
    try:
        second.run(prepare)
        second.run(functions)
        headed("5 · kill -9, a new kernel, and on", second.run(resume).text)
        headed("6 · What arrived by now", second.run(again).text)
        states = second.run("print({node.state for node in _wf.nodes.values()})").printed
    finally:
        second.close()
    if states.strip() != "{'reused'}":
        yield f"everything was to be reused, but the nodes are {states.strip()}"
    if len(chat.messages()) != 1:
        yield f"no second message was promised, {len(chat.messages())} arrived"
    headed("7 · The log of the chat", json.dumps(chat.messages(), indent=2, ensure_ascii=False))
    headed("8 · package-report.md", (folder / "package-report.md").read_text("utf-8"))


def main() -> int:
    """Play the notebook in a folder of its own; 0 where every promise was kept."""
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(HERE / "chat.py", folder)
        os.chdir(folder)
        chat.stop()  # one of an earlier demonstration writes to another log
        try:
            broken = list(play(folder))
        finally:
            chat.stop()
            os.chdir(HERE)
    for sentence in broken:
        print(f"\nNOT KEPT: {sentence}")
    verdict = "not as promised" if broken else "as promised"
    print(f"\n{verdict}, in {time.perf_counter() - begin:.0f} s")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
