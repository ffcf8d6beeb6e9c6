"""A run as snapshot, as script-free HTML and as text: one bundle for every front end."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from html import escape
from typing import Any, Final

from ..events import FixApplied, Suggestion
from ..failure import Failure
from ..monitor import words
from ..monitor.changes import inside
from ..monitor.reasons import listed
from ..monitor.rows import NodeState, shown_nodes
from ..monitor.state import RunState
from ..monitor.text import Commands, asking, draw, other_problems, preview, ways_on
from ..problem import Problem
from ..wire.measure import FEW, LAST, LIVE, OPEN
from ..wire.snapshot import MIME, NOWHERE, Origin, snapshot
from .graph import LAST_SIZES, LIVE_SIZES, graph
from .style import kind, marked, page

COMMANDS: Final = Commands(
    apply="%workflow apply {number}",
    resolve="%workflow resolve {node} sent|not-sent",
    resume="%workflow resume",
    dismiss="%workflow dismiss {number}",
)
LIVE_LINES: Final = 4
LAST_NODES: Final = 1000
"""How many rows stand in the text that nobody sees beside a report under way; and at the end, there
and, on demand, in the table.  What else is told there is what the snapshot tells (`measure`)."""

LAST_MESSAGE: Final = 76
"""So many columns of a message stand on a line of the table at the end."""

HEADS: Final = ("state", "node", "type", "tries", "time", "note")
NUMBERS: Final = frozenset({"tries", "time"})


def bundle(
    state: RunState, now: float, commands: Commands, last: bool, origin: Origin = NOWHERE
) -> dict[str, Any]:
    """Draw a run for a display; `last` says that it has ended, so that all of it may be shown.

    A front end takes the first form that it knows: the snapshot where it has our renderer, which
    tells of the `origin` too.
    """
    limit = LAST_NODES if last else LIVE_LINES
    state = state if last else _shortened(state)
    return {
        MIME: snapshot(state, now, commands, last, origin),
        "text/plain": draw(state, now, commands, limit),
        "text/html": html(state, now, commands, last),
    }


def _shortened(state: RunState) -> RunState:
    """Leave out what an update can spare: all of it stands in the last drawing."""
    return dataclasses.replace(
        state,
        failures=tuple(
            dataclasses.replace(
                failure,
                message=words.clipped(words.one_line(failure.message), LIVE.cause),
                detail="",
                reported={},
                input_shapes={},
            )
            for failure in state.failures[: LIVE.findings]
        ),
        problems=state.problems[: LIVE.findings],
        notices=state.notices[-LIVE.findings :],
        applied=tuple(
            dataclasses.replace(fix, suggestion=dataclasses.replace(fix.suggestion, diff=""))
            for fix in state.applied[-LIVE.findings :]
        ),
    )


def html(state: RunState, now: float, commands: Commands, last: bool) -> str:
    """Draw a run as one HTML fragment; all text in it is escaped."""
    parts = [
        _header(state, now),
        graph(state, LAST_SIZES if last else LIVE_SIZES),
        _table(state, now, last),
        *(_small(f"· {text}") for text in state.notices),
        *map(_applied, state.applied),
        *map(_failure, state.failures),
        *map(_problem, other_problems(state)),
        *map(_question, asking(state)),
        *(_card(fix, commands) for fix in state.suggestions),
        *(_small(words.abstention(text)) for text in state.abstained),
        *(_command(*way) for way in ways_on(state, commands)),
    ]
    return page(*parts, short=not last)


def _header(state: RunState, now: float) -> str:
    _, *facts = words.headline(state, now)
    name = escape(words.one_line(state.workflow) or "workflow")
    place = f"run {escape(state.run)} · session {escape(state.session)}" if state.run else ""
    owner = escape(words.waits(state.owner, state.doing)) if state.owner else ""
    small = "".join(f'<div class="wfr-small">{text}</div>' for text in (place, owner) if text)
    return (
        f'<div><span class="wfr-state {kind(state.state)}">{_sign(state.state)}</span>'
        f" <strong>{name}</strong> · {' · '.join(map(escape, facts))}</div>"
        f"{'' if state.finished else _bar(state)}{small}"
    )


def _small(text: str) -> str:
    return f'<p class="wfr-small">{escape(words.one_line(text))}</p>'


def _sign(state: str) -> str:
    """Write a state as icon and word, so that nothing is told by colour alone."""
    return f"<b>{words.icon(state)}</b> {escape(words.word(state))}"


def _bar(state: RunState) -> str:
    return (
        f'<progress role="progressbar" aria-label="progress of the run" aria-valuemin="0"'
        f' aria-valuemax="100" aria-valuenow="{state.percent}" max="100"'
        f' value="{state.percent}">{state.percent} %</progress>'
    )


def _table(state: RunState, now: float, last: bool) -> str:
    """Lay out the nodes: at the end what the first rows leave out can be unfolded."""
    whole = last and len(state.nodes) <= OPEN
    nodes, rest = shown_nodes(state.nodes, OPEN if whole else FEW)
    if not nodes:
        return ""
    clip = LAST_MESSAGE if last else LIVE.text
    shown = _rows(nodes, now, clip)
    if not rest:
        return shown
    more = f"… and {sum(rest.values())} more: {words.counted(rest)}"
    if not last:
        return shown + _small(more)
    first = {node.id for node in nodes}
    others = [node for node in state.nodes.values() if node.id not in first][:LAST_NODES]
    summary = f'<summary class="wfr-small">{escape(more)}</summary>'
    return f"{shown}<details>{summary}{_rows(others, now, clip)}</details>"


def _rows(nodes: Iterable[NodeState], now: float, clip: int) -> str:
    heads = "".join(
        f'<th scope="col"{" class=n" if name in NUMBERS else ""}>{name}</th>' for name in HEADS
    )
    rows = "".join(_row(node, now, clip) for node in nodes)
    table = f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="wfr-wide" tabindex="0">{table}</div>'


def _row(node: NodeState, now: float, clip: int) -> str:
    says = _says(node, clip)
    title = f' title="{escape(node.info.purpose)}"' if node.info.purpose else ""
    took = words.took(node, now)
    return (
        f"<tr><td class={kind(node.state)}>{_state(node)}</td>"
        f"<th scope=row{title}>{escape(node.id)}</th><td>{escape(node.info.type)}</td>"
        f"<td class=n>{node.attempts or ''}</td><td class=n>{took}</td><td>{says}</td></tr>"
    )


def _says(node: NodeState, clip: int) -> str:
    """Write a node's last column; why it ran again is folded away where that is long."""
    text = words.clipped(words.says(node), clip)
    whole = listed(node.why) if clip == LAST_MESSAGE and node.state in words.RAN else ""
    if whole.strip() in text:
        return escape(text)
    folded = f"<pre>{escape(words.clean(whole))}</pre>"
    return f"<details><summary>{escape(text)}</summary>{folded}</details>"


def _state(node: NodeState) -> str:
    """Write a node's state; the age of a reused result stands with it, faintly."""
    age = words.status(node).removeprefix(words.word(node.state))
    return f"{_sign(node.state)}{f'<i>{escape(age)}</i>' if age else ''}"


def _failure(failure: Failure) -> str:
    """Tell a failure: node, cause and hint in one red line, then the facts."""
    hint, places = words.hints(failure), words.places(failure)
    cause = words.clipped(words.one_line(failure.cause), LAST.cause)
    facts = [*words.facts(failure), *(("place", place) for place in places)]
    pairs = "".join(f"<div><dt>{label}</dt> <dd>{escape(text)}</dd></div>" for label, text in facts)
    return (
        f'<div class="wfr-box wfr-bad"><p class="wfr-red"><b>✗</b>'
        f" <strong>{escape(failure.node)}</strong> · {escape(cause)}"
        f"{escape(f' → {hint}' if hint else '')}</p><dl>{pairs}</dl>{_detail(failure)}</div>"
    )


def _detail(failure: Failure) -> str:
    """Fold away what is long: a message, what the node reported, and where its code broke."""
    text = words.detail(failure, LAST.cause)
    if not text:
        return ""
    return (
        f'<details><summary class="wfr-small">detail</summary><pre>{escape(text)}</pre></details>'
    )


def _problem(problem: Problem) -> str:
    error = problem.severity == "error"
    told = escape(words.one_line(problem.describe()))
    return _box("bad" if error else "warn", f"<p><b>{'✗' if error else '!'}</b> {told}</p>")


def _box(colour: str, inside: str) -> str:
    return f'<div class="wfr-box wfr-{colour}">{inside}</div>'


def _question(node: NodeState) -> str:
    asked = escape(words.question(node))
    name = f"<strong>{escape(node.id)}</strong>"
    return _box("warn", f"<p><b>{words.icon(node.state)}</b> {name} · {asked}</p>")


def _applied(applied: FixApplied) -> str:
    told = f'<span class="wfr-good"><b>✓</b></span> fixed: {escape(words.told(applied))}'
    diff = _diff(applied.suggestion.diff)
    if not diff:
        return f"<p>{told}</p>"
    return f'<details class="wfr-fix"><summary>{told}</summary>{diff}</details>'


def _card(fix: Suggestion, commands: Commands) -> str:
    """Offer a fix; the first, which is the best, is open."""
    title = escape(words.one_line(fix.title))
    evidence = "".join(f"<li>{escape(words.one_line(line))}</li>" for line in fix.evidence)
    parts = [
        f"<summary><strong>Fix {fix.number}</strong> {title}</summary>",
        _small(" · ".join((fix.code, fix.level, fix.origin, words.checked(fix)))),
        f"<p>{escape(words.one_line(fix.why))}</p>" if fix.why else "",
        f"<ul>{evidence}</ul>" if evidence else "",
        _diff(fix.diff),
        _preview(fix),
        _command(commands.for_fix(fix.number)),
    ]
    opened = " open" if fix.number == 1 else ""
    return f'<details class="wfr-fix"{opened}>{"".join(parts)}</details>'


def _preview(fix: Suggestion) -> str:
    lines = "".join(f"<li>{_foreseen(line)}</li>" for line in preview(fix))
    return f'<p class="wfr-small">if applied:</p><ul>{lines}</ul>' if lines else ""


def _foreseen(line: str) -> str:
    """Mark what happens a second time."""
    text = escape(line)
    again = line.startswith("would send again")
    return f'<span class="wfr-warn"><b>!</b></span> <strong>{text}</strong>' if again else text


def _diff(diff: str) -> str:
    return marked(inside(diff))


def _command(line: str, remark: str = "") -> str:
    if not line:
        return ""
    return f'<div class="wfr-do">→ <code>{escape(line)}</code>{escape(remark)}</div>'
