"""A sink that tells each event that matters as a line, and keeps the state."""

from __future__ import annotations

from collections.abc import Callable

from ..events import Event
from .state import RunState, fold
from .text import tell


class Teller:
    """The running report of a terminal; `say` prints a line, and nothing is told when `quiet`."""

    def __init__(self, say: Callable[[str], object], quiet: bool) -> None:
        self.say = say
        self.quiet = quiet
        self.state = RunState()

    def __call__(self, event: Event) -> None:
        """Take an event, on whichever thread the run has."""
        self.state = fold(self.state, event)
        if not self.quiet and (line := tell(event)):
            self.say(line)
