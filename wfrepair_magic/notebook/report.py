"""A run as script-free HTML and the same facts as text, in one bundle for every front end."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Final

from ..events import Suggestion
from ..failure import Failure
from ..monitor import words
from ..monitor.rows import NodeState, shown_nodes
from ..monitor.state import Applied, RunState
from ..monitor.text import Commands, draw, other_problems, preview, ways_on
from ..problem import Problem
from .style import STYLE

COMMANDS: Final = Commands(
    apply="%workflow apply {number}",
    resolve="%workflow resolve {node} sent|not-sent",
    resume="%workflow resume",
)
LIVE_NODES: Final = 40
LAST_NODES: Final = 1000
LIVE_MESSAGE: Final = 80
LAST_MESSAGE: Final = 400
KIND: Final[Mapping[str, str]] = {
    "done": "good", "reused": "good", "SUCCESS": "good",
    "failed": "bad", "FAILED": "bad",
    "running": "busy", "RUNNING": "busy",
    "waiting": "warn", "in_doubt": "warn", "WAITING": "warn", "DEGRADED": "warn",
    "cancelled": "warn", "CANCELLED": "warn",
}  # fmt: skip
"""The colour of a state; icon and word say the same without it."""


def bundle(state: RunState, now: float, commands: Commands, last: bool) -> dict[str, str]:
    """Draw a run for a display; `last` says that it has ended, so that all of it may be shown."""
    limit = LAST_NODES if last else LIVE_NODES
    return {
        "text/plain": draw(state, now, commands, limit),
        "text/html": html(state, now, commands, last),
    }


def html(state: RunState, now: float, commands: Commands, last: bool) -> str:
    """Draw a run as one HTML fragment; all text in it is escaped."""
    parts = [
        _header(state, now),
        _table(state, now, last),
        *(f'<p class="wfr-note">· {escape(text)}</p>' for text in state.notices),
        *map(_applied, state.applied),
        *map(_failure, state.failures),
        *map(_problem, other_problems(state)),
        *(_card(fix, commands) for fix in state.suggestions),
        *(f'<p class="wfr-note">no fix: {escape(text)}</p>' for text in state.abstained),
        *(_command(*way) for way in ways_on(state, commands)),
    ]
    return f'<div class="wfr">{STYLE}{"".join(parts)}</div>'


def _header(state: RunState, now: float) -> str:
    _, *facts = words.headline(state, now)
    status = f"<b>{words.icon(state.state)}</b> {escape(words.word(state.state))}"
    name = escape(words.one_line(state.workflow) or "workflow")
    line = " · ".join(map(escape, facts))
    bar = "" if state.finished else _bar(state)
    place = f"run {escape(state.run)} · session {escape(state.session)}" if state.run else ""
    owner = f"waits for {escape(state.owner)}, who holds this session" if state.owner else ""
    small = "".join(f'<div class="wfr-small">{text}</div>' for text in (place, owner) if text)
    return (
        f'<div class="wfr-head"><span class="wfr-state wfr-{_kind(state.state)}">{status}</span>'
        f" <strong>{name}</strong> <span>{line}</span></div>{bar}{small}"
    )


def _bar(state: RunState) -> str:
    return (
        f'<progress max="100" value="{state.percent}" aria-label="progress of the run">'
        f"{state.percent} %</progress>"
    )


def _kind(state: str) -> str:
    return KIND.get(state, "calm")


def _table(state: RunState, now: float, last: bool) -> str:
    nodes, rest = shown_nodes(state.nodes, LAST_NODES if last else LIVE_NODES)
    if not nodes:
        return ""
    clip = LAST_MESSAGE if last else LIVE_MESSAGE
    rows = "".join(_row(node, now, clip) for node in nodes)
    more = f"… and {sum(rest.values())} more: {escape(words.counted(rest))}" if rest else ""
    foot = f'<p class="wfr-small">{more}</p>' if more else ""
    heads = "".join(
        f'<th scope="col"{" class=n" if name in ("tries", "time") else ""}>{name}</th>'
        for name in ("state", "node", "type", "tries", "time", "")
    )
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{foot}"


def _row(node: NodeState, now: float, clip: int) -> str:
    says = escape(words.clipped(words.says(node), clip))
    reused = words.badge(node)
    if reused:
        says = says.replace(escape(reused), f"<i>{escape(reused)}</i>", 1)
    title = f' title="{escape(node.info.purpose)}"' if node.info.purpose else ""
    took = words.took(node, now)
    return (
        f"<tr><td class=wfr-{_kind(node.state)}><b>{words.icon(node.state)}</b>"
        f" {words.word(node.state)}</td>"
        f"<th scope=row{title}>{escape(node.id)}</th><td>{escape(node.info.type)}</td>"
        f"<td class=n>{node.attempts or ''}</td><td class=n>{took}</td><td>{says}</td></tr>"
    )


def _failure(failure: Failure) -> str:
    details = "".join(f"<div>{escape(line)}</div>" for line in words.details(failure))
    return (
        f'<div class="wfr-fail"><div><b>✗</b> <strong>{escape(failure.node)}</strong>'
        f" {escape(words.one_line(failure.message))} <code>{escape(failure.code)}</code></div>"
        f"<div>{details}</div></div>"
    )


def _problem(problem: Problem) -> str:
    error = problem.severity == "error"
    return (
        f'<div class="{"wfr-fail" if error else "wfr-warning"}"><b>{"✗" if error else "!"}</b>'
        f" {escape(words.one_line(problem.describe()))}</div>"
    )


def _applied(applied: Applied) -> str:
    fix = applied.suggestion
    return (
        f'<details class="wfr-fix"><summary><span class="wfr-good"><b>✓</b></span>'
        f" fixed: {escape(words.told(applied))}</summary>{_diff(fix.diff)}</details>"
    )


def _card(fix: Suggestion, commands: Commands) -> str:
    facts = " · ".join(
        escape(text) for text in (fix.code, fix.level, fix.origin, f"checked to {fix.rung}")
    )
    why = f"<p>{escape(words.one_line(fix.why))}</p>" if fix.why else ""
    evidence = "".join(f"<li>{escape(words.one_line(line))}</li>" for line in fix.evidence)
    return (
        f'<details class="wfr-fix"{" open" if fix.number == 1 else ""}>'
        f"<summary><b>Fix {fix.number}</b> {escape(words.one_line(fix.title))}"
        f' <span class="wfr-small">{facts}</span></summary>'
        f"{why}{f'<ul>{evidence}</ul>' if evidence else ''}{_diff(fix.diff)}{_preview(fix)}"
        f"{_command(commands.for_fix(fix.number))}</details>"
    )


def _preview(fix: Suggestion) -> str:
    lines = "".join(f"<li{_again(line)}>{escape(line)}</li>" for line in preview(fix))
    return f'<div class="wfr-small">if applied:</div><ul>{lines}</ul>' if lines else ""


def _again(line: str) -> str:
    return " class=wfr-again" if line.startswith("would send again") else ""


def _diff(diff: str) -> str:
    lines = (_diff_line(line) for line in words.clean(diff).splitlines())
    return f"<pre>{''.join(lines)}</pre>" if diff else ""


def _diff_line(line: str) -> str:
    text = escape(line)
    if line.startswith(("+++", "---", "@@")):
        return f'<span class="wfr-small">{text}</span>\n'
    if line.startswith("+"):
        return f"<ins>{text}</ins>\n"
    return f"<del>{text}</del>\n" if line.startswith("-") else f"{text}\n"


def _command(line: str, remark: str = "") -> str:
    if not line:
        return ""
    return f'<div class="wfr-do">→ <code>{escape(line)}</code>{escape(remark)}</div>'
