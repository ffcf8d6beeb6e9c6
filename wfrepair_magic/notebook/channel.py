"""The comms that pages have opened to this kernel: each is answered, and told of every run."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from ..settings import CHANNEL
from .front import page_came, page_went

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from ..wire.asked import RunTold
    from .kernel import Kernel
    from .underway import Underway

INTERVAL: Final = 1.0
"""Seconds between two words about a run under way, at least."""


class Page:
    """One comm that a page has opened.

    Only a page's own messages say on which thread the kernel takes its next ones (ipykernel 7.4
    takes them where it last sent from), so that everything is sent in the context of its opening.
    `known` is what it was last told of each run under way.
    """

    def __init__(self, comm: Any) -> None:
        self.known: dict[str, RunTold] = {}
        self._comm = comm
        self._context = contextvars.copy_context()

    def send(self, message: Mapping[str, Any]) -> None:
        """Send a message, from any thread."""
        self._context.copy().run(self._comm.send, dict(message))

    def close(self) -> None:
        """Close the comm; the page sees that nobody answers here any more."""
        self._context.copy().run(self._comm.close)


class Channel:
    """The kernel's end of what `wire.asked` declares, from `%load_ext` to `%unload_ext`.

    `kernel` gives the memory that asks are answered from; loading it may take a moment, so that
    it is asked for when the first message comes.
    """

    def __init__(self, shell: InteractiveShell, kernel: Callable[[], Kernel]) -> None:
        self._kernel = kernel
        self._comms = getattr(getattr(shell, "kernel", None), "comm_manager", None)
        self._pages: dict[str, Page] = {}
        self._followed: list[Underway] = []
        self._telling = threading.Lock()  # so that nothing older is told after it

    def open(self) -> None:
        """Let pages open comms; without a kernel around the shell there is nobody to."""
        if self._comms is not None:
            self._comms.register_target(CHANNEL, self._opened)

    def close(self) -> None:
        """Close what is open, and let no page open another."""
        if self._comms is not None:
            self._comms.targets.pop(CHANNEL, None)
        for id, page in [*self._pages.items()]:
            page.close()
            self._left(id)

    def follow(self, underway: Underway) -> None:
        """Tell all pages how far a run is: at its start, once a second, and at its end."""

        def tell_on() -> None:
            underway.begun.wait()
            try:
                while not underway.ended.is_set():
                    self._tell(underway, *self._pages.values())
                    underway.ended.wait(INTERVAL)
                self._tell(underway, *self._pages.values())
            finally:
                self._followed.remove(underway)
                for page in [*self._pages.values()]:
                    page.known.pop(underway.state.run, None)

        if self._comms is not None:
            self._followed.append(underway)
            threading.Thread(target=tell_on, name="wfrepair-channel", daemon=True).start()

    def _tell(self, underway: Underway, *pages: Page) -> None:
        """Tell pages what a run is by now, unless they know; one that is refused is no run."""
        from ..wire.snapshot import written

        with self._telling:
            state = underway.told()
            for page in pages if state.run else ():
                if page.known.get(state.run) != state:
                    page.known[state.run] = state
                    page.send(written(state))

    def _opened(self, comm: Any, message: Mapping[str, Any]) -> None:
        """Take a page in, and tell it of the runs under way."""
        page = self._pages[comm.comm_id] = Page(comm)
        page_came(comm.comm_id)

        def heard(message: Mapping[str, Any]) -> None:
            from .answers import answer

            page.send(answer(self._kernel(), message["content"].get("data")))

        # Not `on_msg`: around what that calls IPython runs the hooks of a cell, one of which would
        # take the figures of the cell that is under way and show them with this message.
        comm.handle_msg = heard
        comm.on_close(lambda message: self._left(comm.comm_id))
        for underway in [*self._followed]:
            self._tell(underway, page)

    def _left(self, id: str) -> None:
        self._pages.pop(id, None)
        page_went(id)
