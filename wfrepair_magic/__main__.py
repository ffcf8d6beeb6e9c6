"""``wfrepair`` and ``python -m wfrepair_magic``: the program, quiet while it is being loaded."""

from __future__ import annotations

import os
import signal
import sys

INTERRUPTED = 130


def main() -> int:
    """Load the command line and obey it; an interrupt before it is there ends the process."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
    from .cli import main as obey  # takes a third of a second: what can be interrupted here

    if callable(signal.getsignal(signal.SIGINT)):
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return obey()


if __name__ == "__main__":
    sys.exit(main())
