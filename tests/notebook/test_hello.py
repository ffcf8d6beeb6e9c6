"""The question whether a front end draws widgets: sent once, and true only when it was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import comm
import pytest

from wfrepair_magic.notebook import hello

TRAITS = {"_model_module": "anywidget"}
ANSWER = {"content": {"data": {"method": "custom", "content": {}}}}


class Session:
    """A kernel's session, which remembers what was sent with which parent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any, Any]] = []

    def send(
        self, socket: object, kind: str, content: Any, parent: Any = None, **rest: Any
    ) -> None:
        """Remember a message."""
        self.sent.append((kind, content, parent))


class Comm(comm.base_comm.BaseComm):
    """A comm that speaks through its kernel, as ipykernel's do."""

    kernel: Any = None

    def publish_msg(self, msg_type: str, data: Any = None, *rest: Any, **more: Any) -> None:
        """Send a message in the midst of the request that the kernel is at."""
        parent = self.kernel.get_parent()
        self.kernel.session.send(self.kernel.iopub_socket, msg_type, data, parent=parent)


class Kernel:
    """A kernel in memory, which is at a request."""

    iopub_socket = None

    def __init__(self) -> None:
        self.session = Session()

    def get_parent(self) -> dict[str, Any]:
        """Give the cell under way."""
        return {"header": {"msg_id": "a cell"}}


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Comm]]:
    """Let nobody have answered yet; give the comms that are opened."""
    comms: list[Comm] = []

    def create(**said: Any) -> Comm:
        comms.append(Comm(**said))
        return comms[-1]

    monkeypatch.setattr(comm, "create_comm", create)
    monkeypatch.setattr(hello, "_heard", type(hello._heard)())
    hello._sent.clear()
    yield comms
    hello._sent.clear()


def test_a_front_end_is_asked_once_and_in_no_cell_s_name(made: list[Comm]) -> None:
    """An answer need not wait for the cell; a second run does not ask while none has come."""
    kernel = Kernel()
    hello.ask(kernel, TRAITS)
    hello.ask(kernel, TRAITS)
    ((kind, content, parent),) = kernel.session.sent
    assert (kind, parent) == ("comm_open", {})
    assert content["state"]["_model_module"] == "anywidget"
    assert not hello.heard()


def test_an_answer_ends_the_question(made: list[Comm]) -> None:
    """Only the view's own hello counts, and nothing is left open then."""
    kernel = Kernel()
    hello.ask(kernel, TRAITS)
    made[0].handle_msg({"content": {"data": {"method": "request_state"}}})
    assert not hello.heard()
    made[0].handle_msg(ANSWER)
    assert hello.heard()
    assert [kind for kind, *_ in kernel.session.sent] == ["comm_open", "comm_close"]
    hello.ask(kernel, TRAITS)
    assert len(made) == 1


def test_a_front_end_that_closes_it_is_asked_again(made: list[Comm]) -> None:
    """A page without widgets says no; another may come."""
    hello.ask(Kernel(), TRAITS)
    made[0].handle_close({})
    assert not hello.heard()
    hello.ask(Kernel(), TRAITS)
    assert len(made) == 2
