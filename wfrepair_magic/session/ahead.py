"""How far the run is that holds the session which another one waits for."""

from __future__ import annotations

import time
from pathlib import Path

from ..engine import runs
from ..engine.ledger import Ledger
from ..engine.owner import Owner
from ..monitor import words
from ..monitor.history import Follower

LOOK = 1.0
"""Seconds between looks at the history of the run ahead."""


class Ahead:
    """The run that `owner` works on in a session, told from what it has written down.

    `run` is the one that waits: it may be of the same process.
    """

    def __init__(self, ledger: Ledger, session: str, owner: Owner, run: str) -> None:
        self.owner = owner
        others = [id for id in runs.underway(ledger, session, owner) if id != run]
        self._followers = [Follower(Path(ledger.folder), id) for id in others]
        self._doing = ""
        self._next = 0.0

    def doing(self) -> str:
        """Say how far it is, looked up at most once a second; "" before it has begun.

        Of the runs that wait for the session only one has begun: the one that holds it.
        """
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + LOOK
            told = (words.doing(follower.look()) for follower in self._followers)
            self._doing = next((text for text in told if text), self._doing)
        return self._doing
