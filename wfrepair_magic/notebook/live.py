"""Keeps one display up to date while a run goes on: at most ten drawings a second, and the last."""

from __future__ import annotations

import contextvars
import dataclasses
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from types import TracebackType
from typing import Any, Final

from ..events import Event, Notice
from ..monitor import paint
from ..monitor.state import RunState, fold
from ..monitor.text import Teller
from ..settings import LIMITS
from ..wire import MIME, snapshot
from ..wire.snapshot import NOWHERE
from . import widget
from .front import Display, Front, page_is_here
from .report import COMMANDS, bundle

INTERVAL: Final = 1 / LIMITS.updates_per_second
TICK: Final = 1.0
"""The elapsed time moves on at least this often, in seconds."""

Usual = Callable[[str], float | None]
"""From a workflow's name to how long earlier runs of it took, in seconds."""

EMPTY: Final = {"text/plain": "", "text/html": ""}


class LiveReport(Teller):
    """A run's report, from before its first event to after its last; a sink and a context.

    The sink only folds and wakes the drawing thread: a slow front end cannot slow the run, and
    no drawing is owed when the context is left.  What is shown follows the screen's mode: `live`
    one output that is redrawn, `batch` the last drawing only, `terminal` a line for each event
    and the last drawing.  Nothing is shown when `quiet`.  `usual` is asked once, by the thread
    that draws.  `origin` is told in the last drawing.

    Where no page of ours is there, and the front end has said that it draws widgets, a widget in
    the output is redrawn instead of the output: its view is made anew when its output changes.  It
    goes when a page comes, and when the run has ended, for a widget that is saved does not work
    again.
    """

    def __init__(
        self, screen: Front, quiet: bool = False, usual: Usual = lambda workflow: None
    ) -> None:
        self.screen = screen
        self.mode = "quiet" if quiet else screen.mode
        super().__init__(paint.show, quiet=self.mode != "terminal")
        self.origin = NOWHERE
        self._usual = cache(usual)
        self._display: Display | None = None
        self._widget: widget.Widget | None = None
        self._changed = threading.Event()
        self._over = threading.Event()
        draw_on = partial(contextvars.copy_context().run, self._draw_on)  # for this cell
        self._drawer = threading.Thread(target=draw_on, name="wfrepair-report", daemon=True)

    def __call__(self, event: Event) -> None:
        """Take an event, on whichever thread the run has."""
        super().__call__(event)
        self._changed.set()

    def __enter__(self) -> LiveReport:
        if self.mode == "live":
            if self._wants_widget():
                self.screen.ask_for_widgets()
            self._display = self.screen.begin(self._begun())
            self._drawer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and self.state.run and not self.state.finished:
            self.state = fold(self.state, Notice(run=self.state.run, text=_broke_off(error)))
        self._over.set()
        self._changed.set()
        if self._drawer.ident is not None:
            self._drawer.join()
        self._end()

    def _end(self) -> None:
        """Draw once more; what never began, because the run was refused, leaves nothing behind."""
        begun = bool(self.state.run)
        drawing = self._drawing(last=True) if begun else EMPTY
        if self._display is not None:
            self._redraw(self._display, drawing)
        elif begun and self.mode == "terminal":
            paint.show(drawing["text/plain"])
        elif begun and self.mode == "batch":
            self.screen.begin(drawing)

    def _draw_on(self) -> None:
        """Draw after every change, waiting `INTERVAL` between drawings, until the run is over."""
        while not self._over.is_set():
            self._changed.wait(TICK)
            self._changed.clear()
            if self._display is not None and not self._over.is_set():
                self._draw(self._display)
            self._over.wait(INTERVAL)

    def _draw(self, display: Display) -> None:
        if self._widget is None:
            display.update(self._begun())
        elif page_is_here():
            self._redraw(display, self._drawing(last=False))
        else:
            self._widget.snapshot = snapshot(self._estimated(), time.time(), COMMANDS, last=False)

    def _begun(self) -> Mapping[str, Any]:
        """Draw for an output in which no widget is; from now on one is, where that is of use."""
        drawing = self._drawing(last=False)
        if self._wants_widget() and widget.works():
            self._widget = widget.begun(drawing[MIME])
        return {**drawing, **(widget.view(self._widget) if self._widget else {})}

    def _wants_widget(self) -> bool:
        return self.screen.widgets and not page_is_here()

    def _redraw(self, display: Display, drawing: Mapping[str, Any]) -> None:
        """Replace what the output holds; the widget that was in it goes."""
        display.update(drawing)
        if self._widget is not None:
            self._widget.close()
            self._widget = None

    def _drawing(self, last: bool) -> Mapping[str, Any]:
        state = self.state if last else self._estimated()
        return bundle(state, time.time(), COMMANDS, last, self.origin)

    def _estimated(self) -> RunState:
        """Give the state with how long earlier runs took."""
        if not self.state.workflow:
            return self.state
        return dataclasses.replace(self.state, usual=self._usual(self.state.workflow))


def _broke_off(error: BaseException) -> str:
    return f"the run broke off: {type(error).__name__}: {error}"
