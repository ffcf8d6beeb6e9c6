"""What was run: each run with its text and inputs, and where each text came from."""

from __future__ import annotations

import time
from dataclasses import dataclass

from ..errors import EngineBug, StoreError
from .ledger import Ledger
from .ledger_file import RUNS, TEXTS
from .owner import Owner
from .rows import Row, insert, select, storable, update


@dataclass(frozen=True)
class Text:
    """A workflow's text and its descent.

    `digest` names the text; `parent` is the digest of the text that it was made from by `patch`
    (JSON), "" where a person wrote it; `origin` says who did: "author", a rule's code, a model.
    """

    digest: str
    text: str
    parent: str = ""
    patch: str = ""
    origin: str = "author"


@dataclass(frozen=True)
class RunRecord:
    """One run as it is remembered across kernels.

    `digest` names its text in `Text`; `inputs` and `options` are JSON; times are in unix
    seconds.  `state` is how it ended, "" where it never said so: look whether `owner` lives.
    """

    id: str
    workflow: str
    session: str
    digest: str
    inputs: str
    options: str
    owner: Owner
    started: float
    ended: float | None = None
    state: str = ""


def record_run(ledger: Ledger, run: RunRecord, text: Text) -> None:
    """Write down that a run begins, and with which text."""
    if run.digest != text.digest:
        raise EngineBug(f"run {run.id} is of text {run.digest}, not of {text.digest}")
    with ledger.file.transaction():
        _keep(ledger, text)
        insert(ledger.file.sqlite, RUNS, _row_of(run))


def repaired_run(ledger: Ledger, id: str, text: Text) -> None:
    """Write down that a run went on with another text: whoever resumes it resumes that."""
    with ledger.file.transaction():
        rows = select(ledger.file.sqlite, RUNS, "WHERE name = ?", (id,))
        if not rows:
            raise EngineBug(f"there is no run {id}")
        _keep(ledger, text)
        update(ledger.file.sqlite, RUNS, {**rows[0], "digest": text.digest})


def finish_run(ledger: Ledger, id: str, state: str) -> None:
    """Write down how a run ended."""
    with ledger.file.transaction():
        rows = select(ledger.file.sqlite, RUNS, "WHERE name = ?", (id,))
        if not rows:
            raise EngineBug(f"there is no run {id}")
        update(ledger.file.sqlite, RUNS, {**rows[0], "state": state, "ended": time.time()})


def find_run(ledger: Ledger, id: str) -> RunRecord | None:
    """Give the run of that id; None where there is none."""
    rows = select(ledger.file.sqlite, RUNS, "WHERE name = ?", (id,))
    return _run_of(rows[0]) if rows else None


def last_run(ledger: Ledger, workflow: str) -> RunRecord | None:
    """Give the run of a workflow that began last; None where it never ran."""
    rest = "WHERE workflow = ? ORDER BY id DESC LIMIT 1"
    rows = select(ledger.file.sqlite, RUNS, rest, (workflow,))
    return _run_of(rows[0]) if rows else None


def runs(ledger: Ledger, limit: int) -> list[RunRecord]:
    """List the runs of this store that began last, newest first."""
    rows = select(ledger.file.sqlite, RUNS, "ORDER BY id DESC LIMIT ?", (limit,))
    return [_run_of(row) for row in rows]


def underway(ledger: Ledger, session: str, owner: Owner) -> list[str]:
    """List the runs of a session that a process began and has not ended, newest first."""
    rest = "WHERE session = ? AND owner = ? AND ended IS NULL ORDER BY id DESC"
    rows = select(ledger.file.sqlite, RUNS, rest, (session, owner.to_json()))
    return [str(row["name"]) for row in rows]


def text_of(ledger: Ledger, digest: str) -> Text:
    """Give the text that a digest names.  Raises StoreError where it was never kept."""
    found = _find_text(ledger, digest)
    if found is None:
        raise StoreError(f"{ledger.file.sqlite.path} does not hold the text {digest}")
    return found


def lineage(ledger: Ledger, digest: str) -> list[Text]:
    """List a text and those it was made from, youngest first, as far as they are known."""
    texts: dict[str, Text] = {}
    while digest not in texts:
        found = _find_text(ledger, digest)
        if found is None:
            break
        texts[digest] = found
        digest = found.parent
    return list(texts.values())


def _keep(ledger: Ledger, text: Text) -> None:
    """Remember a text and its descent; what was said of it first stays."""
    if _find_text(ledger, text.digest) is None:
        row = {name: storable(getattr(text, name)) for name in _TEXT}
        insert(ledger.file.sqlite, TEXTS, {**row, "at": time.time()})


def _find_text(ledger: Ledger, digest: str) -> Text | None:
    rows = select(ledger.file.sqlite, TEXTS, "WHERE digest = ?", (digest,))
    return Text(**{name: rows[0][name] for name in _TEXT}) if rows else None


def _row_of(run: RunRecord) -> Row:
    row = {name: getattr(run, name) for name in RUNS.columns if name != "name"}
    return {**row, "name": run.id, "owner": run.owner.to_json()}


def _run_of(row: Row) -> RunRecord:
    plain = {name: row[name] for name in RUNS.columns if name not in ("name", "owner")}
    return RunRecord(id=row["name"], owner=Owner.from_json(row["owner"]), **plain)


_TEXT = ("digest", "text", "parent", "patch", "origin")
