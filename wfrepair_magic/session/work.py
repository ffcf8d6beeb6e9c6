"""One run from end to end, on a thread of its own: open, hold the session, loop, close."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import os
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import events
from ..engine import passes
from ..engine.backend import Backend, DaemonThreads
from ..engine.doubts import doubt_text
from ..engine.ledger import Receipt
from ..engine.owner import me
from ..engine.passes import Request, Tools
from ..engine.plan import WHOLE
from ..engine.result import NodeRun, Outcome, Preview
from ..engine.thread import on_own_thread
from ..errors import BadWorkflow
from ..ir.workflow import Workflow
from ..monitor.history import HistoryWriter
from ..monitor.words import ASKING
from ..repair.fix import Fix, suggestion
from ..repair.loop import Means, Repaired, repair_loop
from .ahead import Ahead
from .desk import Desk, RunAsked, open_desk
from .options import Options

LEASE_LOOK = 0.1
"""Seconds between looks at whether the owner of a session has let go of it."""

Emit = Callable[[events.Event], None]
Stop = threading.Event

_inside: ContextVar[frozenset[tuple[str, str]]] = ContextVar("wfrepair_inside", default=frozenset())
"""The sessions that the current code is a node of."""


@dataclass(frozen=True)
class Asked:
    """What a run is of: a workflow, its inputs as given, the options, who wants its events.

    `chosen` is the fix that a person took, and that the workflow has already.  `stop` ends the run
    in order.
    """

    workflow: Workflow
    inputs: Mapping[str, Any]
    options: Options
    sinks: tuple[events.Sink, ...] = ()
    chosen: Fix | None = None
    stop: Stop = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Left:
    """What a run left: its id and its session's, the end of the loop, its time in seconds."""

    run: str
    session: str
    repaired: Repaired
    seconds: float


@dataclass
class _Emitter:
    """Numbers events and hands them to the sinks; says once where a sink broke."""

    run: str
    sinks: tuple[events.Sink, ...]
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    broken: set[int] = field(default_factory=set)

    def __call__(self, event: events.Event) -> None:
        numbered = dataclasses.replace(event, run=self.run, seq=next(self.numbers), at=time.time())
        for sink, error in events.fan_out(*self.sinks)(numbered):
            if id(sink) not in self.broken:
                self.broken.add(id(sink))
                self(events.Notice(text=f"a sink broke and misses events: {error!r}"))


def work(asked: Asked) -> Left:
    """Do the run and wait for it; an interrupt ends it in order.

    Raises BadWorkflow inside a node of the same workflow: it would wait for itself for ever.
    """
    options = asked.options
    here = (str(options.store), options.name)
    if here in _inside.get():
        raise BadWorkflow(f"{options.name}: a node of a workflow cannot run that workflow itself")
    return on_own_thread(lambda: _do(asked), asked.stop)


def foresee(asked: Asked) -> Preview:
    """Say what a run would do, executing nothing; a store that is not there yet is not made."""
    store = asked.options.store

    def look() -> Preview:
        with tempfile.TemporaryDirectory() as empty, open_desk(_existing(store, empty)) as desk:
            session = desk.peek(asked.options)
            tools = _tools(desk, asked.options, (session, ""), _tell_nobody, threading.Event())
            return passes.look(asked.workflow, _request(asked), tools)

    return on_own_thread(look)


def _existing(store: Path, empty: str) -> Path:
    return store if store.exists() else Path(empty) / store.name


def _tell_nobody(event: events.Event) -> None:
    """Take the events of a look ahead, which has none to tell."""


def _do(asked: Asked) -> Left:
    options = asked.options
    _inside.set(_inside.get() | {(str(options.store), options.name)})
    begin = time.perf_counter()
    run = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid.uuid4().hex[:8]}"
    with contextlib.ExitStack() as stack:
        desk = stack.enter_context(open_desk(options.store))
        history = stack.enter_context(contextlib.closing(HistoryWriter(options.store)))
        emit = _Emitter(run, (history, *asked.sinks))
        session, doubts = desk.enter(options)
        _record(desk, asked, session, run)
        if asked.chosen is not None:
            emit(events.FixApplied(suggestion=suggestion(asked.chosen, 1), by="a person"))
        tools = _tools(desk, options, (session, run), emit, asked.stop)
        stack.callback(tools.backend.shutdown)
        done = _not_begun(asked, tools, doubts) if doubts else _with_lease(asked, desk, tools)
        seconds = time.perf_counter() - begin
        state, outcome = done.outcome.state, done.outcome
        emit(
            events.RunFinished(
                state=state, seconds=seconds, failures=outcome.failures, action=outcome.action
            )
        )
        desk.repaired(run, asked.workflow, done.applied)
        desk.finish(run, session, state, options.scope == WHOLE)
        if state == "SUCCESS":
            desk.went_well(options.name, done.workflow, outcome)
    return Left(run, session, done, seconds)


def _record(desk: Desk, asked: Asked, session: str, run: str) -> None:
    """Write down that a run begins, with its text and where that came from."""
    author = asked.workflow if asked.chosen is None else asked.chosen.before
    desk.record(run, session, author, RunAsked(asked.inputs, asked.options))
    if asked.chosen is not None:
        desk.repaired(run, author, (asked.chosen,))


def _tools(desk: Desk, options: Options, names: tuple[str, str], emit: Emit, stop: Stop) -> Tools:
    """Gather what the passes of a run share; `names` are the ids of its session and the run."""
    session, run = names
    return Tools(
        store=desk.store,
        ledger=desk.ledger,
        backend=Backend(DaemonThreads()),
        owner=me(),
        workflow=options.name,
        session=session,
        run=run,
        emit=emit,
        stop=stop,
        rerun=set(options.rerun),
    )


def _request(asked: Asked) -> Request:
    options = asked.options
    return Request(
        given=asked.inputs,
        environ=os.environ,
        folder=options.folder,
        stdin=options.stdin,
        scope=options.scope,
        on_failure=options.on_failure,
        workers=options.max_workers,
        ask=options.ask,
    )


def _with_lease(asked: Asked, desk: Desk, tools: Tools) -> Repaired:
    """Run the loop as the session's owner; a live owner is waited for."""
    ahead: Ahead | None = None
    told = None
    while (holder := desk.acquire(tools.session, tools.owner)) is not None:
        if ahead is None or ahead.owner != holder:
            ahead = Ahead(desk.ledger, tools.session, holder, tools.run)
        if told != (tell := (f"process {holder.pid}", ahead.doing())):
            told = tell
            tools.emit(events.OwnerAwaited(owner=tell[0], doing=tell[1]))
        if tools.stop.wait(LEASE_LOOK):
            return _not_begun(asked, tools)
    try:
        return _loop(asked, desk, tools)
    finally:
        desk.release(tools.session, tools.owner)


def _loop(asked: Asked, desk: Desk, tools: Tools) -> Repaired:
    request = _request(asked)
    last: list[Outcome] = []

    def execute(workflow: Workflow, attempt: int) -> Outcome:
        while True:
            began = time.time()
            last[:] = [passes.execute(workflow, request, tools, last[0] if last else None)]
            if tools.stop.is_set() or not _answered(desk, tools.session, last[0], began):
                return last[0]

    def look(workflow: Workflow, outcome: Outcome) -> Preview:
        return passes.look(workflow, request, tools)

    means = Means(
        execute,
        look,
        tools.emit,
        desk.last_good(asked.options.name),
        dismissed=lambda fix: desk.dismissed(tools.session, fix),
    )
    return repair_loop(asked.workflow, means, asked.options.policy)


def _answered(desk: Desk, session: str, outcome: Outcome, since: float) -> bool:
    """Say whether a pass that ended WAITING asked something that was answered while it went on."""
    if outcome.state != "WAITING":
        return False
    asked = {id for id, node in outcome.nodes.items() if node.state in ASKING}
    asked -= {receipt.slot for receipt in desk.ledger.open_questions(session)}
    return any(
        receipt.slot in asked and receipt.resolution is not None
        and receipt.resolution["at"] >= since
        for receipt in desk.ledger.receipts(session)
    )  # fmt: skip


def _not_begun(asked: Asked, tools: Tools, doubts: tuple[Receipt, ...] = ()) -> Repaired:
    """Give, and tell, the end of a run that did not begin.

    It was interrupted while it waited for another process, or, with `doubts`, it asked for a
    fresh start over effects whose outcome is not known.
    """
    reason = "run stopped"
    if doubts:
        reason = "the earlier session holds effects in doubt: resolve them, or agree with `--yes`"
    lost = {receipt.slot: receipt for receipt in doubts}
    nodes = {}
    passes.announce(asked.workflow, (), tools)
    for node in asked.workflow.nodes:
        receipt = lost.get(node.id)
        if receipt is None:
            nodes[node.id] = NodeRun(node.id, node.type, "skipped", reason=reason)
            tools.emit(events.NodeSkipped(node=node.id, reason=reason))
            continue
        question = receipt.question or doubt_text(node.id, "the process that ran it is gone")
        nodes[node.id] = NodeRun(node.id, node.type, "in_doubt", reason=reason, question=question)
        tools.emit(events.NodeInDoubt(node=node.id, question=question))
    passes.tell_other_doubts(nodes, tools)
    return Repaired(asked.workflow, Outcome("WAITING" if doubts else "CANCELLED", nodes))
