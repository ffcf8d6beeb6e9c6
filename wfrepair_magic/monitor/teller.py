"""A sink that tells each event that matters as a line on a stream, and keeps the state."""

from __future__ import annotations

from typing import IO

from ..events import Event
from .state import RunState, fold
from .text import tell


class Teller:
    """The running report of a terminal; nothing is told when `quiet`."""

    def __init__(self, stream: IO[str], quiet: bool) -> None:
        self.stream = stream
        self.quiet = quiet
        self.state = RunState()

    def __call__(self, event: Event) -> None:
        """Take an event, on whichever thread the run has."""
        self.state = fold(self.state, event)
        if not self.quiet and (line := tell(event)):
            print(line, file=self.stream, flush=True)
