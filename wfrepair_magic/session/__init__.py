"""The joiner: builds store, ledger, backend, sinks and policy once, and offers the one verb.

`run` gives a `Run`; `preview` says beforehand what it would do; `resolve` answers for an effect
in doubt, `dismiss` for a fix that is not wanted.  `last_run`, `past_run`, `recent_runs`,
`descents`, `text_of_run`, `effects` and `cache` say what a store remembers.  The faces (notebook,
command line, server) say the same verb and add nothing to it.  Deliberately absent: display.
"""

from __future__ import annotations

from .cache import cache
from .desk import dismiss, resolve
from .effects import effects
from .options import Options, read_workflow
from .past import LastRun, descents, last_run, past_run, recent_runs, text_of_run
from .run import Run, preview, run

__all__ = [
    "LastRun", "Options", "Run", "cache", "descents", "dismiss", "effects", "last_run", "past_run",
    "preview", "read_workflow", "recent_runs", "resolve", "run", "text_of_run",
]  # fmt: skip
