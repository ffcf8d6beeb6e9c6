"""Sessions: which line of work a run belongs to, and which process may work on it now."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Final, Literal

from ..errors import BadWorkflow, EngineBug
from ..ir.names import nearest
from .ledger import Ledger
from .ledger_file import LEASES, SESSIONS
from .owner import Owner, alive
from .rows import Row, insert, select, update

Mode = Literal["open", "per-run"]

PART: Final = "PART"
"""How a session's last run ended that was of a part of the workflow, and went well."""

COMPLETE: Final = frozenset({"SUCCESS", "DEGRADED"})
"""A `per-run` session whose last run ended so is not gone on with."""


@dataclass(frozen=True)
class Session:
    """One line of work on a workflow: a first run, its failures, edits, repairs and resumes.

    `opened` is in unix seconds; `state` is how its last run ended, "" while none has.
    """

    id: str
    workflow: str
    opened: float
    state: str


def current(ledger: Ledger, workflow: str) -> Session | None:
    """Give the session that `enter` would go on with in mode `open`; None where there is none."""
    row = _newest(ledger, workflow)
    return None if row is None else _session(row)


def find(ledger: Ledger, workflow: str | None) -> Session:
    """Give the newest session of a workflow; None means the one whose session is the newest.

    Raises BadWorkflow, with the nearest name, where there is none.
    """
    rest = "SELECT workflow FROM sessions GROUP BY workflow ORDER BY max(id) DESC"
    known = [str(name) for (name,) in ledger.file.sqlite.run(rest)]
    if not known:
        raise BadWorkflow("nothing has run in this store")
    found = current(ledger, known[0] if workflow is None else workflow)
    if found is None:
        close = nearest(workflow or "", known)
        hint = f"did you mean {close!r}?" if close else f"it knows {', '.join(known)}"
        raise BadWorkflow(f"this store knows no workflow {workflow!r}; {hint}")
    return found


def goes_on(ledger: Ledger, found: Session, mode: Mode) -> bool:
    """Say whether a run in a mode goes on with a session.

    `per-run` does not where the workflow's last run ended well; it does where an effect is still
    in doubt, which a new session would send again unasked.
    """
    over = mode == "per-run" and found.state in COMPLETE
    return not over or bool(ledger.open_questions(found.id))


def enter(ledger: Ledger, workflow: str, mode: Mode, fresh: bool = False) -> Session:
    """Give the session that a run of this workflow belongs to, opening one where it is needed.

    `open` goes on with the newest session; `per-run` does so unless its last run ended SUCCESS
    or DEGRADED with nothing in doubt; `fresh` always opens a new one.  Two processes that enter
    at once get the same.  `state` is how the last run ended; from now on the session has none
    until the next has.
    """
    with ledger.file.transaction():
        row = None if fresh else _newest(ledger, workflow)
        if row is not None and goes_on(ledger, _session(row), mode):
            update(ledger.file.sqlite, SESSIONS, {**row, "state": ""})  # it may never say its end
            return _session(row)
        row = {
            "name": secrets.token_hex(8), "workflow": workflow, "opened": time.time(), "state": ""
        }  # fmt: skip
        insert(ledger.file.sqlite, SESSIONS, row)
    return _session(row)


def ended(ledger: Ledger, session: str, state: str) -> None:
    """Write down how a session's last run ended (SUCCESS, DEGRADED, FAILED, …, or PART)."""
    with ledger.file.transaction():
        rows = select(ledger.file.sqlite, SESSIONS, "WHERE name = ?", (session,))
        if not rows:
            raise EngineBug(f"there is no session {session}")
        update(ledger.file.sqlite, SESSIONS, {**rows[0], "state": state})


def acquire(ledger: Ledger, session: str, owner: Owner) -> Owner | None:
    """Take the session's lease.  None: it is yours; else its live holder, who keeps it.

    A holder that is gone is replaced at once; one that is only suspended never is.  Asking again
    and again disturbs nobody: only a lease that looks free is written for.
    """
    other = holder(ledger, session)
    if other is not None and other != owner:
        return other
    with ledger.file.transaction():
        row = _lease(ledger, session)
        held = _holder(row)
        if held is not None and held != owner and alive(held):
            return held
        mine = {"session": session, "owner": owner.to_json(), "since": time.time()}
        if row is None:
            insert(ledger.file.sqlite, LEASES, mine)
        else:
            update(ledger.file.sqlite, LEASES, {**row, **mine})
    return None


def holder(ledger: Ledger, session: str) -> Owner | None:
    """Give the live process that holds the session's lease; None where it is free."""
    held = _holder(_lease(ledger, session))
    return held if held is not None and alive(held) else None


def release(ledger: Ledger, session: str, owner: Owner) -> None:
    """Give the session's lease back; harmless where it is another's by now."""
    with ledger.file.transaction():
        row = _lease(ledger, session)
        if row is not None and _holder(row) == owner:
            update(ledger.file.sqlite, LEASES, {**row, "owner": None})


def _newest(ledger: Ledger, workflow: str) -> Row | None:
    rest = "WHERE workflow = ? ORDER BY id DESC LIMIT 1"  # by number: a clock can go back
    rows = select(ledger.file.sqlite, SESSIONS, rest, (workflow,))
    return rows[0] if rows else None


def _session(row: Row) -> Session:
    return Session(row["name"], row["workflow"], row["opened"], row["state"])


def _lease(ledger: Ledger, session: str) -> Row | None:
    rows = select(ledger.file.sqlite, LEASES, "WHERE session = ?", (session,))
    return rows[0] if rows else None


def _holder(row: Row | None) -> Owner | None:
    return None if row is None or row["owner"] is None else Owner.from_json(row["owner"])
