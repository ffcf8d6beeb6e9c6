"""What each ask of a page gives: never an exception, nothing printed, no lock held."""

from __future__ import annotations

import contextlib
import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from .. import session
from ..engine.receipts import Receipt
from ..errors import WorkflowError
from ..ir.workflow import Workflow
from ..monitor import history
from ..monitor.effects import in_doubt, state_in_words
from ..monitor.text import Commands
from ..usage import BadUsage, HelpAsked
from ..wire.asked import (
    Answer,
    AskCache,
    AskCheck,
    AskEffects,
    AskHover,
    AskLine,
    AskRun,
    AskRuns,
    EffectLine,
    Fact,
    Hover,
    id_of,
    read_ask,
)
from ..wire.shown import CellNote
from ..wire.snapshot import Origin, make_snapshot, written
from .asking import words
from .cells import head_of, line_for
from .descent import name_of, run_lines
from .front import Front, Mode
from .kernel import Kernel
from .marking import marks
from .pointing import point
from .report import COMMANDS
from .running import run_line

RUN_THINGS: Final = frozenset({"apply", "resume", "run"})
"""Commands that a page carries out in a cell: here a run would keep all others waiting."""


class Heard(Front):
    """A front that keeps what it is told, for an answer."""

    def __init__(self, front: Front) -> None:
        super().__init__(front.shell)
        self.said: list[str] = []

    @property
    def mode(self) -> Mode:
        """Say what a page is."""
        return "live"

    def say(self, text: str) -> None:
        """Keep a sentence."""
        self.said.append(text)

    def show(self, bundle: Mapping[str, Any]) -> None:
        """Keep a bundle as text."""
        self.said.append(bundle["text/plain"])


def answer(kernel: Kernel, data: object) -> dict[str, Any]:
    """Answer a message from a page, whatever it is; plain JSON as `wire.asked.Answer` says."""
    id = id_of(data)
    try:
        ask = read_ask(data)
        made = ANSWERS[type(ask)](kernel, ask)
    except HelpAsked as help:
        made = Answer(id, True, help.text)
    except (WorkflowError, OSError) as error:
        made = Answer(id, False, str(error))
    except Exception as error:  # a page that waits for an answer gets one, also of a bug of ours
        made = Answer(id, False, f"{type(error).__name__}: {error}")
    plain: dict[str, Any] = written(made)
    return plain


def _line(kernel: Kernel, ask: AskLine) -> Answer:
    """Obey a line as a cell does, but for what runs a workflow."""
    magic, *rest = words(ask.line) or [""]
    if magic != "%workflow":
        raise BadUsage(f"a line begins with %workflow, not with {magic!r}")
    if rest and rest[0] in RUN_THINGS:
        raise BadUsage(f"%workflow {rest[0]} runs a workflow: it belongs in a cell")
    heard = Heard(kernel.front)
    run_line(kernel.through(heard, ask.run), ask.line.strip().removeprefix("%workflow"))
    return Answer(ask.id, True, "\n".join(heard.said))


def _check(kernel: Kernel, ask: AskCheck) -> Answer:
    return Answer(ask.id, True, marks=marks(ask.text))


def _hover(kernel: Kernel, ask: AskHover) -> Answer:
    hint = point(kernel, ask.text, ask.line, ask.column)
    found = None if hint is None else Hover(hint.lines, hint.line, hint.column, hint.length)
    return Answer(ask.id, True, hover=found)


def _runs(kernel: Kernel, ask: AskRuns) -> Answer:
    """List runs, each with the run or text that its own text was made from."""
    store = kernel.store(None)
    records = session.recent_runs(store, max(ask.limit, 1))
    if not records:
        return Answer(ask.id, True)
    texts = session.descents(store, [record.digest for record in records])
    bare = session.descents(store, [name_of(chain[0]) for chain in texts.values() if chain])
    here = {each.state.run for each in kernel.underway}
    return Answer(ask.id, True, runs=tuple(run_lines(records, {**bare, **texts}, here)))


def _run(kernel: Kernel, ask: AskRun) -> Answer:
    """Rebuild a run's last snapshot, with what its cards need where the store has its text."""
    store = kernel.store(None)
    ids = history.ids(store)
    if not ids:
        raise BadUsage(f"no runs in {store}")
    state = history.recorded(store, history.find(store, ask.run) if ask.run else ids[0])
    underway = next((each for each in kernel.underway if each.state.run == state.run), None)
    if underway is not None:
        state = underway.state
    last = underway is None
    commands = _commands(kernel, state.run, ids[0])
    made = make_snapshot(state, state.last, commands, last, _origin(kernel, state.run))
    return Answer(ask.id, True, run=made)


def _commands(kernel: Kernel, run: str, latest: str) -> Commands:
    """Give the lines of a run's report: typed, most of them mean the last run of this kernel.

    Of an earlier one a page can dismiss fixes, for it says whose; in a new kernel the store's
    latest run is the one to go on with.
    """
    if kernel.last is None:
        return replace(COMMANDS, apply="", dismiss="") if run == latest else Commands()
    return COMMANDS if kernel.last.run.id == run else Commands(dismiss=COMMANDS.dismiss)


def _origin(kernel: Kernel, run: str) -> Origin:
    if kernel.last is not None and kernel.last.run.id == run:
        return kernel.last.origin
    with contextlib.suppress(WorkflowError):  # a store that was copied may lack the text
        past = session.past_run(kernel.store(None), run)
        line = line_for(Workflow.accept(past.text), past.name, past.inputs)
        return Origin(CellNote("", head_of(line), ""), past.text)
    return Origin()


def _effects(kernel: Kernel, ask: AskEffects) -> Answer:
    store = kernel.store(None)
    if not store.exists():
        return Answer(ask.id, True)
    _, receipts = session.effects(store, everything=True)
    return Answer(ask.id, True, effects=tuple(map(_effect, receipts)))


def _effect(receipt: Receipt) -> EffectLine:
    doubt = in_doubt(receipt)
    by = receipt.resolution["by"] if receipt.resolution else ""
    return EffectLine(
        node=receipt.slot,
        workflow=receipt.workflow,
        session=receipt.session,
        words=state_in_words(receipt),
        run=receipt.run,
        began=receipt.started,
        took=None if receipt.ended is None else receipt.ended - receipt.started,
        doubt=doubt,
        question=receipt.question if doubt else "",
        said=str(by),
        lines=tuple(_verdicts(receipt)) if doubt else (),
    )


def _verdicts(receipt: Receipt) -> Iterator[str]:
    for verdict in ("sent", "not-sent"):
        name, node = shlex.quote(receipt.workflow), shlex.quote(receipt.slot)
        yield f"%workflow resolve {node} {verdict} --name {name}"


def _cache(kernel: Kernel, ask: AskCache) -> Answer:
    store = kernel.store(None)
    facts = session.cache(store) if store.exists() else []
    return Answer(ask.id, True, cache=tuple(Fact(*fact) for fact in facts))


ANSWERS: Final[Mapping[type, Callable[[Kernel, Any], Answer]]] = {
    AskLine: _line,
    AskCheck: _check,
    AskHover: _hover,
    AskRuns: _runs,
    AskRun: _run,
    AskEffects: _effects,
    AskCache: _cache,
}
