"""Real kernels for tests, and cells that run in them as a front end runs them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from processes import environment

PATIENCE = 60.0


@dataclass
class Ended:
    """What came of a cell: its status, what it showed, and the cell it asked for."""

    status: str = ""
    text: str = ""
    errors: str = ""
    displays: list[dict[str, str]] = field(default_factory=list)
    updates: list[dict[str, str]] = field(default_factory=list)
    result: str | None = None
    error: tuple[str, str] | None = None
    trace: str = ""
    new_cells: list[str] = field(default_factory=list)

    @property
    def last(self) -> dict[str, str]:
        """Give the report as it stood in the end."""
        return (self.displays + self.updates)[-1]


NO_WIDGETS = "c = get_config()\nc.WorkflowMagics.widget = False\n"


class Notebook:
    """A kernel and its client.  `run` sends a cell and waits for all that comes of it.

    The client has no widgets: what it is shown are outputs and their updates.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        profile = folder / "ipython" / "profile_default"
        profile.mkdir(parents=True, exist_ok=True)
        (profile / "ipython_config.py").write_text(NO_WIDGETS)
        # Files, not ports: another kernel could take a port between its choice and its use.
        self.place = Path(tempfile.mkdtemp(prefix="k"))  # a short path, as sockets want it
        file = str(self.place / "k.json")
        self.manager = KernelManager(kernel_name="python3", transport="ipc", connection_file=file)
        self.manager.start_kernel(env=environment(folder), cwd=str(folder))
        self.client: BlockingKernelClient = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=PATIENCE)
        self.kept: list[dict[str, Any]] = []
        self.comms: list[dict[str, Any]] = []

    def send(self, code: str, live: bool = False) -> str:
        """Send a cell, as JupyterLab (`live`) or as nbclient sends it; give the message's id."""
        content = {
            "code": code, "silent": False, "store_history": True, "user_expressions": {},
            "allow_stdin": live, "stop_on_error": True,
        }  # fmt: skip
        metadata = {"cellId": "c0ffee"} if live else {}
        message = self.client.session.msg("execute_request", content, metadata=metadata)
        self.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def run(self, code: str, live: bool = False) -> Ended:
        """Run a cell to its end."""
        return self.wait(self.send(code, live))

    def wait(self, sent: str) -> Ended:
        """Collect everything that a cell gives until the kernel is idle again."""
        ended = Ended()
        for message in self._messages():
            if message["parent_header"].get("msg_id") != sent:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                break
            _collect(ended, message["msg_type"], message["content"])
        self._reply(sent, ended)
        return ended

    def _messages(self) -> Iterator[dict[str, Any]]:
        """Give what was kept for a cell while somebody waited for something else, then the rest."""
        while self.kept:
            yield self.kept.pop(0)
        while True:
            message = self.read()
            if message not in self.comms:
                yield message

    def read(self) -> dict[str, Any]:
        """Give the next message; one of a comm is kept for whoever has opened that."""
        message: dict[str, Any] = self.client.get_iopub_msg(timeout=PATIENCE)
        if message["msg_type"] in ("comm_msg", "comm_close"):
            self.comms.append(message)
        return message

    def wait_for_output(self, sent: str, wanted: str) -> None:
        """Wait until a cell under way has printed something."""
        for message in self._messages():
            if message["parent_header"].get("msg_id") == sent and wanted in str(message["content"]):
                return

    def _reply(self, sent: str, ended: Ended) -> None:
        while True:
            reply = self.client.get_shell_msg(timeout=PATIENCE)
            if reply["parent_header"].get("msg_id") == sent:
                break
        ended.status = reply["content"]["status"]
        ended.new_cells = [
            payload["text"]
            for payload in reply["content"].get("payload", [])
            if payload["source"] == "set_next_input"
        ]

    def value(self, expression: str) -> str:
        """Give the repr of an expression."""
        ended = self.run(expression)
        assert ended.result is not None, ended
        return ended.result

    def interrupt(self) -> None:
        """Interrupt the kernel, as the stop button does."""
        self.manager.interrupt_kernel()

    def kill(self) -> None:
        """End the kernel at once, as a crash does."""
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=True)
        shutil.rmtree(self.place, ignore_errors=True)


def _collect(ended: Ended, kind: str, content: dict[str, Any]) -> None:
    match kind:
        case "stream" if content["name"] == "stdout":
            ended.text += content["text"]
        case "stream":
            ended.errors += content["text"]
        case "display_data":
            ended.displays.append(content["data"])
        case "update_display_data":
            ended.updates.append(content["data"])
        case "execute_result":
            ended.result = content["data"]["text/plain"]
        case "error":
            ended.error = (content["ename"], content["evalue"])
            ended.trace = "\n".join(content["traceback"])
