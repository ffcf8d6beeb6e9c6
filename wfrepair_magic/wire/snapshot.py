"""Makes the snapshot of a run from its state: whole at the end, short while it goes on."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from itertools import repeat
from typing import Any, Final, cast

from ..events import FixApplied
from ..failure import Failure
from ..monitor import words
from ..monitor.changes import inside
from ..monitor.layout import Layout, Place, lay_out, waiting, waves
from ..monitor.rows import NodeState, shown_nodes
from ..monitor.state import RunState
from ..monitor.text import Commands, asking, other_problems, ways_on
from ..problem import CODES
from .cards import card, with_edits
from .measure import FEW, LAST, LIVE, LOGS_WIDE, OPEN, Measure, line, lines
from .node_rows import row, spans
from .shown import (
    SNAPSHOT_VERSION,
    Applied,
    Box,
    CellNote,
    FailureNote,
    Finding,
    Graph,
    Question,
    Snapshot,
    WaveBox,
)

MIME: Final = "application/vnd.wfrepair.run+json"
"""The MIME type under which a front end gets a snapshot."""


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
    if len(state.nodes) > OPEN:
        most = dataclasses.replace(most, first=FEW)
    if last and len(state.nodes) > LOGS_WIDE:
        most = dataclasses.replace(most, log_lines=0, sources=0)
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
    same = most.first == most.rows
    first = {node.id for node in (rows if same else shown_nodes(state.nodes, most.first)[0])}
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
        doing=line(state.doing, most.long_text),
        counts=_ordered(state.counts),
        graph=_graph(list(state.nodes.values()), most),
        nodes=tuple(
            dataclasses.replace(
                row(node, now, most),
                spans=spans(node, state.started) if most.whole else (),
                folded=node.id not in first,
            )
            for node in rows
        ),
        rest=_ordered(rest),
        notices=lines(state.notices[-most.findings :], most.long_text),
        applied=tuple(_applied(fix, most) for fix in state.applied[-most.findings :]),
        failures=tuple(_failure(failure, most) for failure in state.failures[several]),
        problems=tuple(
            Finding(problem.severity, line(problem.describe(), most.long_text))
            for problem in other_problems(state)[several]
        ),
        questions=tuple(
            Question(node.id, node.state, line(words.question(node), most.long_text))
            for node in asking(state)[several]
        ),
        fixes=tuple(card(fix, commands) for fix in state.suggestions[several]),
        abstained=lines(state.abstained, most.text),
        ways=tuple(line for way, _ in ways_on(state, commands)[several] for line in _choices(way)),
    )


def _choices(way: str) -> list[str]:
    """Give each command of a line that leaves a choice: what is copied must run as it is."""
    *head, last = way.split(" ")
    return [" ".join([*head, choice]) for choice in last.split("|")]


def _ordered(counts: Mapping[str, int]) -> dict[str, int]:
    return {state: counts[state] for state in words.ICONS if counts.get(state)}


def _graph(nodes: Sequence[NodeState], most: Measure) -> Graph | None:
    """Lay out what waits for what; nothing where nothing does, or where there is no plan."""
    if not waiting(nodes):
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
    shapes = failure.input_shapes.items()
    return FailureNote(
        node=words.one_line(failure.node),
        code=words.one_line(failure.code),
        cause=line(failure.cause, most.cause),
        category=words.one_line(failure.category.replace("_", " ")),
        helps=failure.helps,
        effect=failure.effect,
        meaning=CODES.get(failure.code, ""),
        hint=line(words.hints(failure), most.long_text),
        error_type=words.one_line(failure.error_type),
        attempts=failure.attempts,
        places=lines(words.places(failure), most.long_text),
        inputs=lines((f"{name}: {shape}" for name, shape in shapes if shape != "null"), most.text)
        if whole
        else (),
        detail=words.detail(failure, most.cause)[: most.long_text] if whole else "",
    )


def _applied(applied: FixApplied, most: Measure) -> Applied:
    fix = applied.suggestion
    return Applied(
        title=words.one_line(fix.title),
        code=words.one_line(fix.code),
        by=words.one_line(applied.by),
        diff="\n".join(inside(fix.diff)) if most.whole else "",
        why=words.one_line(fix.why),
    )
