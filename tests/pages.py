"""A page's end of the channel to a kernel, as the labextension opens it."""

from __future__ import annotations

import uuid
from typing import Any

from kernels import PATIENCE, Notebook


class Page:
    """A comm that a page has opened; `told` is what the kernel said unasked, `closed` its end.

    With a `subshell` the kernel takes messages on a thread of their own, as JupyterLab asks it to.
    """

    def __init__(self, notebook: Notebook, subshell: bool = True) -> None:
        self.notebook = notebook
        self.told: list[dict[str, Any]] = []
        self.closed = False
        self.id = uuid.uuid4().hex
        self.asked = 0
        self._answers: dict[int, dict[str, Any]] = {}
        self._subshell = self._make_subshell() if subshell else None
        opening = {"comm_id": self.id, "target_name": "wfrepair", "data": {}}
        self._until_idle(self._send("comm_open", opening))

    def ask(self, **data: Any) -> dict[str, Any]:
        """Ask, and wait for the answer."""
        return self.answer(self.put(**data))

    def put(self, **data: Any) -> int:
        """Ask without waiting; give the id."""
        self.asked += 1
        self.say({"id": self.asked, **data})
        return self.asked

    def say(self, data: Any) -> None:
        """Send a message, whatever it is."""
        self._send("comm_msg", {"comm_id": self.id, "data": data})

    def answer(self, id: int) -> dict[str, Any]:
        """Wait for the answer to an ask."""
        while id not in self._answers:
            self._hear()
        return self._answers.pop(id)

    def wait_for(self, **wanted: Any) -> dict[str, Any]:
        """Wait until the kernel says, unasked, something with these values."""
        while True:
            for told in self.told:
                if wanted.items() <= told.items():
                    return told
            self._hear()

    def wait_for_end(self) -> None:
        """Wait until the kernel has closed the comm."""
        while not self.closed:
            self._hear()

    def _make_subshell(self) -> str:
        client = self.notebook.client
        client.control_channel.send(client.session.msg("create_subshell_request", {}))
        reply = client.get_control_msg(timeout=PATIENCE)
        return str(reply["content"]["subshell_id"])

    def _send(self, kind: str, content: dict[str, Any]) -> str:
        message = self.notebook.client.session.msg(kind, content)
        if self._subshell is not None:
            message["header"]["subshell_id"] = self._subshell
        self.notebook.client.shell_channel.send(message)
        return str(message["header"]["msg_id"])

    def _until_idle(self, sent: str) -> None:
        while True:
            message = self._hear()
            idle = message["content"].get("execution_state") == "idle"
            if idle and message["parent_header"].get("msg_id") == sent:
                return

    def _hear(self) -> dict[str, Any]:
        """Take the next message; one that is not for this page is kept for its cell or page."""
        comms = self.notebook.comms
        mine = [message for message in comms if message["content"]["comm_id"] == self.id]
        message = mine[0] if mine else self.notebook.read()
        if message in comms:
            if message["content"]["comm_id"] == self.id:
                comms.remove(message)
                self._take(message["msg_type"], message["content"].get("data"))
        else:
            self.notebook.kept.append(message)
        return message

    def _take(self, kind: str, data: Any) -> None:
        if kind == "comm_close":
            self.closed = True
        elif "event" in data:
            self.told.append(data)
        else:
            self._answers[data["id"]] = data
