"""Makes the snapshot of a run from its state: whole at the end, short while it goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import Any, Final, cast

from ..events import FixApplied
from ..failure import Failure
from ..monitor import words
from ..monitor.layout import Layout, Place, arrows, lay_out, waves
from ..monitor.reasons import listed
from ..monitor.rows import NodeState, shown_nodes
from ..monitor.state import RunState
from ..monitor.text import Commands, asking, other_problems, ways_on
from ..problem import CODES
from .cards import card, unified, with_edits
from .shown import (
    SNAPSHOT_VERSION,
    Applied,
    Box,
    CellNote,
    FailureNote,
    Finding,
    Graph,
    NodeRow,
    Question,
    Snapshot,
    WaveBox,
)

MIME: Final = "application/vnd.wfrepair.run+json"
"""The MIME type under which a front end gets a snapshot."""


@dataclasses.dataclass(frozen=True)
class Measure:
    """How much a snapshot may tell: rows in all and unfolded, boxes, waves, texts, logs.

    `whole`: what is long is told too, for a reader to unfold.
    """

    whole: bool
    rows: int
    first: int
    boxes: int
    stages: int
    findings: int
    text: int
    cause: int
    long_text: int
    log_lines: int


LIVE: Final = Measure(
    whole=False, rows=16, first=16, boxes=20, stages=8, findings=3, text=50, cause=100,
    long_text=100, log_lines=1,
)  # fmt: skip
LAST: Final = Measure(
    whole=True, rows=2000, first=40, boxes=200, stages=24, findings=1000, text=200, cause=1200,
    long_text=20_000, log_lines=20,
)  # fmt: skip
LOGS_WIDE: Final = 200
"""Above this many nodes logs are left out, so that a saved notebook stays small."""

LEAST: Final = 16
"""Where a message leaves fewer columns than this, why a node ran again has no room beside it."""

COLUMNS: Final = 24
"""From how many waves on a drawing node by node would be too wide."""


@dataclasses.dataclass(frozen=True)
class Origin:
    """Where a run came from: the cell that it ran in, and the text that its fixes are made for."""

    cell: CellNote | None = None
    source: str = ""


NOWHERE: Final = Origin()


def snapshot(
    state: RunState, now: float, commands: Commands, last: bool, origin: Origin = NOWHERE
) -> dict[str, Any]:
    """Give what a page needs to draw a run; `last` says that it has ended, so that all is told.

    Plain JSON as `shown.Snapshot` declares it.  While a run goes on it stays below 8 kB, and
    `origin` is not told.
    """
    return cast(dict[str, Any], written(make_snapshot(state, now, commands, last, origin)))


def make_snapshot(
    state: RunState, now: float, commands: Commands, last: bool, origin: Origin = NOWHERE
) -> Snapshot:
    """Give the snapshot as a value."""
    most = LAST if last else LIVE
    if last and len(state.nodes) > LOGS_WIDE:
        most = dataclasses.replace(most, log_lines=0)
    made = _snapshot(state, now, commands, most)
    if not last:
        return made
    fixes = tuple(map(with_edits, made.fixes, state.suggestions, repeat(origin.source)))
    editable = any(card.edits for card in fixes)
    source = origin.source if editable else ""
    return dataclasses.replace(made, fixes=fixes, cell=origin.cell, source=source)


def written(value: Any) -> Any:
    """Write a declared value as plain JSON, less the fields that have their default."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        found = ((item, getattr(value, item.name)) for item in dataclasses.fields(value))
        return {item.name: written(part) for item, part in found if part != _default(item)}
    if isinstance(value, tuple):
        return [written(item) for item in value]
    return round(value, 3) if isinstance(value, float) else value


def _default(item: dataclasses.Field[Any]) -> object:
    made = item.default_factory
    return item.default if made is dataclasses.MISSING else made()


def _snapshot(state: RunState, now: float, commands: Commands, most: Measure) -> Snapshot:
    rows, rest = shown_nodes(state.nodes, most.rows)
    first = {node.id for node in shown_nodes(state.nodes, most.first)[0]}
    several = slice(most.findings)
    return Snapshot(
        version=SNAPSHOT_VERSION,
        run=words.one_line(state.run),
        workflow=words.one_line(state.workflow),
        session=words.one_line(state.session),
        state=state.state,
        at=now,
        elapsed=state.elapsed(now),
        percent=state.percent,
        done=state.completed,
        total=len(state.nodes),
        attempt=state.attempt,
        finished=state.finished,
        usual=state.usual,
        saved=state.saved if state.saved >= words.MATTERS else 0.0,
        owner=words.one_line(state.owner),
        doing=_line(state.doing, most.long_text),
        counts=_ordered(state.counts),
        graph=_graph(list(state.nodes.values()), most),
        nodes=tuple(_row(node, now, most, node.id not in first) for node in rows),
        rest=_ordered(rest),
        notices=_lines(state.notices[-most.findings :], most.long_text),
        applied=tuple(_applied(fix, most) for fix in state.applied[-most.findings :]),
        failures=tuple(_failure(failure, most) for failure in state.failures[several]),
        problems=tuple(
            Finding(problem.severity, _line(problem.describe(), most.long_text))
            for problem in other_problems(state)[several]
        ),
        questions=tuple(
            Question(node.id, node.state, _line(words.question(node), most.long_text))
            for node in asking(state)[several]
        ),
        fixes=tuple(card(fix, commands) for fix in state.suggestions[several]),
        abstained=_lines(state.abstained, most.text),
        ways=tuple(line for way, _ in ways_on(state, commands)[several] for line in _choices(way)),
    )


def _choices(way: str) -> list[str]:
    """Give each command of a line that leaves a choice: what is copied must run as it is."""
    *head, last = way.split(" ")
    return [" ".join([*head, choice]) for choice in last.split("|")]


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    return {state: counts[state] for state in words.ICONS if counts.get(state)}


def _line(text: str, width: int) -> str:
    return words.clipped(words.one_line(text), width)


def _lines(texts: Iterable[str], width: int) -> tuple[str, ...]:
    return tuple(_line(text, width) for text in texts)


def _row(node: NodeState, now: float, most: Measure, folded: bool) -> NodeRow:
    """Tell a node.  A failure or a question has a place of its own, so that it is named here."""
    failed = node.failure is not None and node.state == "failed"
    message = "" if node.state in words.ASKING else node.message
    told = CODES.get(node.failure.code, node.failure.cause) if failed and node.failure else message
    message = _line(told, most.text)
    again, why = _again(node, most, message)
    whole = most.whole
    return NodeRow(
        id=words.one_line(node.id),
        type=words.one_line(node.info.type),
        state=node.state,
        attempts=node.attempts,
        seconds=round(node.spent(now), 3) if node.attempts else 0.0,
        age=node.age if node.state == "reused" else None,
        saved=node.saved if node.saved >= words.MATTERS else 0.0,
        fraction=node.fraction if node.state == "running" else None,
        message=message,
        action="" if node.action == "default" else _line(node.action, most.text),
        handled=node.handled,
        purpose=_line(node.info.purpose, most.text) if whole else "",
        gave=_line(node.shape, most.text) if whole else "",
        again=again,
        why=why,
        logs=_logs(node, most),
        folded=folded,
    )


def _again(node: NodeState, most: Measure, message: str) -> tuple[str, tuple[str, ...]]:
    """Tell why a node ran again: in what room its message leaves, and whole where that is more."""
    if not node.why or node.state not in words.RAN:
        return "", ()
    room = most.text - words.columns(message)
    again = _line(words.reason(node), room) if room >= LEAST else ""
    more = most.whole and listed(node.why).strip() not in again
    return again, tuple(map(words.clean, node.why)) if more else ()


def _logs(node: NodeState, most: Measure) -> tuple[str, ...]:
    wanted = most.log_lines if most.whole or node.state == "running" else 0
    return _lines(node.logs[-wanted:], most.text) if wanted else ()


def _graph(nodes: Sequence[NodeState], most: Measure) -> Graph | None:
    """Lay out what waits for what; nothing where nothing does, or where there is no plan."""
    if not arrows(nodes):
        return None
    ranks = len(waves(nodes))
    if len(nodes) > most.boxes or ranks > COLUMNS:
        return Graph(0, 0.0, ranks, stages=_stages(nodes, most.stages))
    layout = lay_out(nodes)
    return Graph(
        columns=layout.columns,
        rows=layout.rows,
        waves=ranks,
        boxes=tuple(_box(node, layout) for node in nodes),
        lines=tuple(_path(line) for line in layout.lines),
    )


def _stages(nodes: Sequence[NodeState], most: int) -> tuple[WaveBox, ...]:
    return tuple(
        WaveBox(
            wave.first,
            wave.last,
            wave.state,
            dict(wave.counts),
            words.one_line(wave.nodes[0].id) if len(wave.nodes) == 1 else "",
        )
        for wave in waves(nodes, most)
    )


def _box(node: NodeState, layout: Layout) -> Box:
    place = layout.places[node.id]
    return Box(words.one_line(node.id), node.state, place.column, place.row)


def _path(line: Sequence[Place]) -> tuple[float, ...]:
    return tuple(number for place in line for number in (place.column, place.row))


def _failure(failure: Failure, most: Measure) -> FailureNote:
    whole = most.whole
    reported = (f"{name}: {value}" for name, value in failure.reported.items())
    rest = failure.cause if words.columns(words.one_line(failure.cause)) > most.cause else ""
    detail = words.clean("\n".join(filter(None, (rest, *reported, failure.detail))))
    shapes = failure.input_shapes.items()
    return FailureNote(
        node=words.one_line(failure.node),
        code=words.one_line(failure.code),
        cause=_line(failure.cause, most.cause),
        category=words.one_line(failure.category.replace("_", " ")),
        helps=failure.helps,
        effect=failure.effect,
        meaning=CODES.get(failure.code, ""),
        hint=_line(words.hints(failure), most.long_text),
        error_type=words.one_line(failure.error_type),
        attempts=failure.attempts,
        places=_lines(words.places(failure), most.long_text),
        inputs=_lines((f"{name}: {shape}" for name, shape in shapes if shape != "null"), most.text)
        if whole
        else (),
        detail=detail[: most.long_text] if whole else "",
    )


def _applied(applied: FixApplied, most: Measure) -> Applied:
    fix = applied.suggestion
    return Applied(
        title=words.one_line(fix.title),
        code=words.one_line(fix.code),
        by=words.one_line(applied.by),
        diff=unified(fix) if most.whole else "",
        why=words.one_line(fix.why),
    )
