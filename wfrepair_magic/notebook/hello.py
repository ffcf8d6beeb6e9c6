"""Whether a front end draws our widgets: one without a view is sent there, and says hello."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

TARGET: Final = "jupyter.widget"
PROTOCOL: Final = {"version": "2.1.0"}
ESM: Final = """\
export default {
  initialize({ model }) {
    const hello = () => model.send({ hello: true });
    const again = setInterval(hello, 250);
    const end = () => clearInterval(again);
    setTimeout(end, 15000);
    hello();
    return end;
  }
};
"""
"""What the front end runs where it has anywidget, without showing anything.

It says hello until it is heard, which ends it: what JupyterLab sends before its comm has a thread
of its own in the kernel is heard only when the cell under way has ended.
"""

_heard: Final = threading.Event()
_sent: dict[str, Any] = {}
"""The comm that hello is awaited on, by its id: it must be there as long as nobody answers."""


@dataclass(frozen=True)
class _Kernel:
    """The kernel as a comm needs it, but in the midst of no request.

    ipykernel 7.4 has the answers on a comm wait for the shell whose request opened it, which is
    the one that runs the cell.
    """

    session: Any
    iopub_socket: Any

    def get_parent(self) -> Mapping[str, Any]:
        """Give the request under way: none."""
        return {}


def ask(kernel: Any, traits: Mapping[str, Any]) -> None:
    """Ask the front end of a kernel whether it draws widgets of these traits; it may be silent.

    The answer comes while a cell runs (ipykernel 7.1 and later, a front end with subshells), or
    when it has ended.
    """
    if _heard.is_set() or _sent:
        return
    from comm import create_comm

    made: Any = create_comm(target_name=TARGET, primary=False)
    made.kernel = _Kernel(kernel.session, kernel.iopub_socket)
    made.handle_msg = _take  # not `on_msg`: around that IPython runs the hooks of a cell
    made.on_close(lambda message: _sent.clear())
    _sent[made.comm_id] = made
    made.open({"state": {**traits, "_esm": ESM}, "buffer_paths": []}, PROTOCOL)


def heard() -> bool:
    """Say whether it has answered."""
    return _heard.is_set()


def _take(message: Mapping[str, Any]) -> None:
    data = message["content"].get("data", {})
    if data.get("method") == "custom":
        _heard.set()
        for made in [*_sent.values()]:
            made.close()
        _sent.clear()
