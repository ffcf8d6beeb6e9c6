"""What the front end that runs a cell can show, and the one way to put a new cell into it."""

from __future__ import annotations

import sys
import threading
import uuid
from collections.abc import Mapping
from typing import Any, Final, Literal

from IPython.core.interactiveshell import InteractiveShell

from ..monitor import paint
from . import widget

Mode = Literal["live", "batch", "terminal"]

WRITTEN: Final[Mapping[Mode, str]] = {
    "live": "stands in a new cell below",
    "batch": "was offered as a new cell; a headless run shows none",
    "terminal": "stands at the prompt",
}

_pages: Final[set[str]] = set()
"""The open channels of pages that have our extension."""


def page_came(channel: str) -> None:
    """Know that a page with our extension has opened a channel to this kernel."""
    _pages.add(channel)


def page_went(channel: str) -> None:
    """Know that a page's channel is closed."""
    _pages.discard(channel)


def page_is_here() -> bool:
    """Say whether a page with our extension shows what this kernel shows."""
    return bool(_pages)


class Display:
    """One output of the cell under way, which can be redrawn, from any thread, ever after."""

    def __init__(self, shell: InteractiveShell, bundle: Mapping[str, Any]) -> None:
        self._publisher = shell.display_pub
        self._id = uuid.uuid4().hex
        self._send(bundle, update=False)

    def update(self, bundle: Mapping[str, Any]) -> None:
        """Replace what is shown."""
        self._send(bundle, update=True)

    def _send(self, bundle: Mapping[str, Any], update: bool) -> None:
        self._publisher.publish(
            data=dict(bundle), metadata={}, transient={"display_id": self._id}, update=update
        )


class Front:
    """The front end behind an IPython shell, asked anew for every cell.

    `live` shows updates of a display; `batch` (nbclient, papermill, a test) is given the last
    drawing only, for updates may be ignored there; `terminal` shows text.  `widgets` says whether
    a widget may be shown.
    """

    widgets = True

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self._written_in: object = None

    @property
    def mode(self) -> Mode:
        """Say how a report reaches its reader."""
        kernel = getattr(self.shell, "kernel", None)
        if kernel is None:
            return "terminal"
        answers = bool(getattr(kernel, "_allow_stdin", False))
        return "live" if answers and self.cell_id else "batch"

    @property
    def cell_id(self) -> str | None:
        """Give the id of the cell under way, where the front end sends one."""
        found = self._request().get("metadata", {}).get("cellId")
        return found if isinstance(found, str) and found else None

    @property
    def raw_cell(self) -> str | None:
        """Give the text of the cell under way exactly as the front end sent it, where known."""
        code = self._request().get("content", {}).get("code")
        return code if isinstance(code, str) else None

    def _request(self) -> Mapping[str, Any]:
        get_parent = getattr(self.shell, "get_parent", None)
        return (get_parent() if get_parent is not None else None) or {}

    def begin(self, bundle: Mapping[str, Any]) -> Display:
        """Begin an output of the cell under way."""
        return Display(self.shell, bundle)

    def ask_for_widgets(self) -> None:
        """Ask whether widgets are drawn here; `widget.works` knows when that was answered."""
        widget.ask(getattr(self.shell, "kernel", None))

    def say(self, text: str) -> None:
        """Say a sentence."""
        print(text)

    def show(self, bundle: Mapping[str, Any]) -> None:
        """Show a bundle once: as an output in a notebook, as text in a terminal."""
        if self.mode == "terminal":
            paint.show(bundle["text/plain"])
        else:
            self.begin(bundle)

    def write_cell(self, text: str) -> str:
        """Put a new cell under this one and say so; print the text where that is not possible.

        A front end takes one new cell from a cell, and only from the cell's own thread.
        """
        here = self._request().get("header", {}).get("msg_id") or self.shell.execution_count
        own_thread = threading.current_thread() is threading.main_thread()
        if not own_thread or here == self._written_in or "google.colab" in sys.modules:
            return f"The repaired workflow, to copy into a cell:\n\n{text}"
        self._written_in = here
        self.shell.set_next_input(text, replace=False)
        return f"The repaired workflow {WRITTEN[self.mode]}."
