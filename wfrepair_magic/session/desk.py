"""What lies in a project store: opened together, asked and answered on the run's own thread."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ..engine import runs, sessions
from ..engine.keys import digest
from ..engine.ledger import Ledger, Receipt
from ..engine.owner import Owner, me
from ..engine.result import Outcome
from ..engine.store import Store
from ..engine.thread import on_own_thread
from ..errors import BadWorkflow
from ..events import Suggestion
from ..ir.model import MISSING
from ..ir.workflow import Workflow
from ..repair import last_good
from ..repair.fix import Fix, likeness
from ..repair.last_good import LastGood
from .options import Options

T = TypeVar("T")

_held: set[tuple[str, str]] = set()
_held_here = threading.Lock()


@dataclass(frozen=True)
class Desk:
    """The open store and ledger of one project, and what a run asks of them."""

    store: Store
    ledger: Ledger

    def enter(self, options: Options) -> tuple[str, tuple[Receipt, ...]]:
        """Give the id of the run's session, and the doubts that stand against a fresh one."""
        if options.fresh and not options.yes:
            before = sessions.current(self.ledger, options.name)
            doubts = tuple(self.ledger.open_questions(before.id)) if before else ()
            if before is not None and doubts:
                return before.id, doubts
        entered = sessions.enter(self.ledger, options.name, options.session, options.fresh)
        return entered.id, ()

    def peek(self, options: Options) -> str:
        """Give the id of the session that a run would go on with; "" where it would open one."""
        found = sessions.current(self.ledger, options.name)
        if found is None or options.fresh:
            return ""
        return found.id if sessions.goes_on(self.ledger, found, options.session) else ""

    def record(self, run: str, session: str, workflow: Workflow, asked: RunAsked) -> None:
        """Write down that a run begins, so that another process can go on with it."""
        record = runs.RunRecord(
            id=run,
            workflow=asked.options.name,
            session=session,
            digest=workflow.digest,
            inputs=json.dumps(_writable(workflow, asked.inputs)),
            options=json.dumps(_remembered(asked.options)),
            owner=me(),
            started=time.time(),
        )
        runs.record_run(self.ledger, record, runs.Text(workflow.digest, workflow.text))

    def repaired(self, run: str, author: Workflow, applied: Sequence[Fix]) -> None:
        """Write down the text that a run goes on with, and how it came from the author's."""
        parent = author
        for fix in applied:
            child = fix.apply(parent)
            patch = json.dumps(dataclasses.asdict(fix.patch), default=repr)
            text = runs.Text(child.digest, child.text, parent.digest, patch, fix.code)
            runs.repaired_run(self.ledger, run, text)
            parent = child

    def finish(self, run: str, session: str, state: str, whole: bool) -> None:
        """Write down how a run, and with it its session, ended.

        A part of the workflow that went well does not make the session complete.
        """
        part = not whole and state in sessions.COMPLETE
        sessions.ended(self.ledger, session, sessions.PART if part else state)
        runs.finish_run(self.ledger, run, state)

    def last_good(self, name: str) -> LastGood:
        """Give what is remembered of the last run of a workflow that went well."""
        return last_good.from_document(self.store.about(_last_good(name)))

    def went_well(self, name: str, workflow: Workflow, outcome: Outcome) -> None:
        """Remember a run that went well, for rules that ask what a field or a param was."""
        made = last_good.remember(workflow, outcome.outputs_of_nodes(), self.last_good(name))
        self.store.note(_last_good(name), last_good.to_document(made))

    def dismiss(self, session: str, fix: Fix | Suggestion) -> None:
        """Write down that a person does not want a fix in a session."""
        self.store.note(_dismissed(session, fix), True)

    def dismissed(self, session: str, fix: Fix | Suggestion) -> bool:
        """Say whether a fix that is equal to this one was dismissed in a session."""
        return self.store.about(_dismissed(session, fix)) is not None

    def acquire(self, session: str, owner: Owner) -> Owner | None:
        """Take the session's lease; gives the live holder where there is one.

        Two runs of one process have one owner, which the ledger cannot tell apart.
        """
        key = (str(self.ledger.folder), session)
        with _held_here:
            if key in _held:
                return owner
            holder = sessions.acquire(self.ledger, session, owner)
            if holder is None:
                _held.add(key)
            return holder

    def release(self, session: str, owner: Owner) -> None:
        """Give the session's lease back."""
        sessions.release(self.ledger, session, owner)
        with _held_here:
            _held.discard((str(self.ledger.folder), session))


@dataclass(frozen=True)
class RunAsked:
    """The inputs and options that a run is remembered with."""

    inputs: Mapping[str, Any]
    options: Options


@contextlib.contextmanager
def open_desk(folder: Path) -> Iterator[Desk]:
    """Open a project store, made first where there is none; for the calling thread only.

    What the store is given while it is open is on disk when it is closed, at the latest.
    """
    with (
        contextlib.closing(Ledger.open(folder)) as ledger,
        contextlib.closing(Store.open(folder, behind=True)) as store,
    ):
        yield Desk(store, ledger)


def resolve(  # noqa: PLR0913 – who, what, verdict; where, with which value and by whom
    name: str,
    node: str,
    verdict: str,
    *,
    store: str | Path,
    value: Any = MISSING,
    by: str = "a person",
) -> str:
    """Take a person's word on an effect in doubt, and say what follows from it.

    `verdict` is "sent" or "not-sent"; `value`, a mapping of outputs, is what the node would have
    returned.  Raises BadWorkflow where nothing of that name is in doubt.
    """
    if verdict not in ("sent", "not-sent"):
        raise BadWorkflow(f"say `sent` or `not-sent`, not {verdict!r}")
    outputs = None if value is MISSING else _outputs(value)

    def answer(ledger: Ledger) -> str:
        session = sessions.find(ledger, name).id
        ledger.resolve(session, node, verdict == "sent", by, outputs)
        others = [one for one in ledger.open_questions(session) if one.slot == node]
        follows = "counts as done" if verdict == "sent" else "runs with the next run"
        if verdict == "sent" and outputs is None:
            follows += "; what needs its value waits until that is given with --value"
        if others:
            follows += (
                f". From before an edit, {len(others)} more of {node} is in doubt: say that too"
            )
        return f"{node}: taken down as {verdict}; it {follows}"

    return ask(store, answer)


def dismiss(store: str | Path, session: str, fix: Fix | Suggestion) -> None:
    """Keep in a store that a fix is not to be offered again, unchanged, in a session."""

    def note() -> None:
        with open_desk(Path(store)) as desk:
            desk.dismiss(session, fix)

    on_own_thread(note)


def ask(store: str | Path, question: Callable[[Ledger], T]) -> T:
    """Ask the ledger of a store something, on a thread that an interrupt does not cut short."""

    def ask() -> T:
        with contextlib.closing(Ledger.open(Path(store))) as ledger:
            return question(ledger)

    return on_own_thread(ask)


def _last_good(name: str) -> str:
    """Give the key under which the store keeps what is remembered of a workflow's last good run."""
    return digest(["the last good run of", name])


def _dismissed(session: str, fix: Fix | Suggestion) -> str:
    return digest(["dismissed in", session, *likeness(fix)])


def _outputs(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {"result": value}


def _writable(workflow: Workflow, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Split inputs into those that can be written down as JSON and the names of the others."""
    values, lost = {}, []
    for name, value in inputs.items():
        declared = workflow.inputs.get(name)
        if (declared is not None and declared.secret) or not _is_json(value):
            lost.append(name)
        else:
            values[name] = value
    return {"values": values, "lost": lost}


def _is_json(value: Any) -> bool:
    try:
        return bool(json.loads(json.dumps(value)) == value)
    except (TypeError, ValueError, RecursionError):
        return False


def _remembered(options: Options) -> dict[str, Any]:
    """Give the options that a later run of the same session shall have, too."""
    return {
        "repair": options.policy.mode,
        "session": options.session,
        "on_failure": options.on_failure,
        "max_workers": options.max_workers,
        "output": options.output,
    }
