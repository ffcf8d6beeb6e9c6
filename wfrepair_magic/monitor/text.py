"""Draw a RunState as text in columns, and each event that matters as one line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from .. import events
from ..events import Event, FixApplied, Suggestion
from ..failure import Failure
from ..problem import Problem
from . import changes, words
from .rows import NodeState, shown_nodes
from .state import RunState, fold

WIDTH = 100
HEADS = ("", "node", "type", "state", "tries", "time", "")


@dataclass(frozen=True)
class Commands:
    """The lines with which a person goes on, in the face that shows the report.

    `{number}` and `{node}` are filled in; an empty line is not shown.
    """

    apply: str = ""
    resolve: str = ""
    resume: str = ""
    dismiss: str = ""

    def for_fix(self, number: int) -> str:
        """Give the line that applies a fix."""
        return self.apply.replace("{number}", str(number))

    def for_dismissal(self, number: int) -> str:
        """Give the line that says no to a fix."""
        return self.dismiss.replace("{number}", str(number))

    def for_doubt(self, node: str) -> str:
        """Give the line that says what became of a node's effect."""
        return self.resolve.replace("{node}", node)

    def for_value(self, node: str) -> str:
        """Give the line that gives the lost value of a node's effect."""
        return self.for_doubt(node).replace("sent|not-sent", "--value …")


def draw(state: RunState, now: float, commands: Commands, limit: int = 200) -> str:
    """Draw a run: header, node table, failures, problems, fixes, and how to go on.

    At most `limit` nodes are listed; the others are counted.
    """
    blocks = [
        _header(state, now),
        _nodes(state, now, limit),
        "\n".join(f"· {words.one_line(text)}" for text in state.notices),
        *map(_applied, state.applied),
        "\n".join(line for failure in state.failures for line in _failure(failure)),
        "\n".join(f"? {node.id}: {words.question(node)}" for node in asking(state) if node.message),
        listed(other_problems(state)),
        *(_fix(fix, commands) for fix in state.suggestions),
        "\n".join(map(words.abstention, state.abstained)),
        "\n".join(f"→ {command}{remark}" for command, remark in ways_on(state, commands)),
    ]
    return "\n\n".join(block for block in blocks if block)


def _header(state: RunState, now: float) -> str:
    name = words.one_line(state.workflow) or "workflow"
    lines = [" · ".join([name, *words.headline(state, now)])]
    if state.run:
        lines.append(f"run {state.run}" + (f" · session {state.session}" if state.session else ""))
    if state.owner:
        lines.append(words.waits(state.owner, state.doing))
    return "\n".join(lines)


def _nodes(state: RunState, now: float, limit: int) -> str:
    nodes, rest = shown_nodes(state.nodes, limit)
    if not nodes:
        return ""
    lines = align([HEADS, *(_row(node, now) for node in nodes)])
    if rest:
        lines.append(f"… and {sum(rest.values())} more: {words.counted(rest)}")
    return "\n".join(lines)


def _row(node: NodeState, now: float) -> tuple[str, ...]:
    return (
        words.icon(node.state),
        words.clipped(node.id, 32),
        words.clipped(node.info.type, 24),
        words.status(node),
        str(node.attempts or ""),
        words.took(node, now),
        words.says(node),
    )


def align(table: Sequence[Sequence[str]], width: int = WIDTH) -> list[str]:
    """Set a table in columns with two blanks between; the last column is clipped to `width`."""
    widths = [max(words.columns(cell) for cell in column) for column in zip(*table, strict=True)]
    lines = []
    for row in table:
        cells = [words.padded(cell, size) for cell, size in zip(row, widths, strict=True)]
        left = "  ".join(cells[:-1])
        room = max(width - words.columns(left) - 2, 20)
        lines.append(f"{left}  {words.clipped(row[-1], room)}".rstrip())
    return lines


def _failure(failure: Failure) -> Iterable[str]:
    yield f"✗ {failure.node}: {words.one_line(failure.cause)} ({failure.code})"
    yield from (f"  {line}" for line in words.details(failure))
    facts = (f"{label}: {text}" for label, text in words.facts(failure) if label != "code")
    yield f"  {' · '.join(facts)}"


def asking(state: RunState) -> list[NodeState]:
    """Give the nodes that wait for a person's word."""
    return [node for node in state.nodes.values() if node.state in words.ASKING]


def other_problems(state: RunState) -> list[Problem]:
    """Give the problems that no failure tells already."""
    told = {problem for failure in state.failures for problem in failure.problems}
    return [problem for problem in state.problems if problem not in told]


def listed(problems: Iterable[Problem]) -> str:
    """List problems, one a line, with a sign for how bad each is."""
    signs = {"error": "✗", "warning": "!"}
    return "\n".join(
        f"{signs[problem.severity]} {words.one_line(problem.describe())}" for problem in problems
    )


def _applied(applied: FixApplied) -> str:
    return "\n".join([f"✓ fixed: {words.told(applied)}", *_diff(applied.suggestion)])


def _diff(fix: Suggestion) -> list[str]:
    return [f"    {line}" for line in changes.shown(fix.diff)]


def _fix(fix: Suggestion, commands: Commands) -> str:
    lines = [
        f"fix {fix.number}: {words.one_line(fix.title)}",
        f"  {fix.code} · {fix.level} · {fix.origin} · {words.checked(fix)}",
        f"  {words.one_line(fix.why)}" if fix.why else "",
        *(f"  evidence: {words.one_line(line)}" for line in fix.evidence),
        *_diff(fix),
        f"  if applied: {' · '.join(preview(fix))}" if fix.preview else "",
        f"  → {commands.for_fix(fix.number)}" if commands.apply else "",
    ]
    return "\n".join(line for line in lines if line)


def preview(fix: Suggestion) -> list[str]:
    """Tell what applying a fix would do, verdict by verdict: ``reused: fetch, analyse``."""
    grouped: dict[str, list[str]] = {}
    for node, verdict in fix.preview.items():
        grouped.setdefault(verdict, []).append(node)
    return [f"{verdict}: {_some(nodes)}" for verdict, nodes in grouped.items()]


def _some(names: Sequence[str], limit: int = 12) -> str:
    more = f" … and {len(names) - limit} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more


def ways_on(state: RunState, commands: Commands) -> list[tuple[str, str]]:
    """Give the commands with which a waiting or interrupted run goes on, each with a remark."""
    doubtful = [node.id for node in state.nodes.values() if node.state == "in_doubt"]
    waiting = [node.id for node in state.nodes.values() if node.state == "waiting"]
    ways = [(commands.for_doubt(node), "") for node in doubtful if commands.resolve]
    ways += [(commands.for_value(node), "") for node in waiting if commands.resolve]
    if state.state in ("WAITING", "CANCELLED") and commands.resume:
        remark = " when that is answered" if doubtful or waiting else " to go on"
        ways.append((commands.resume, remark))
    return ways


def tell(event: Event) -> str:
    """Give an event as one line of a running report, or nothing where it is too small for one."""
    match event:
        case events.NodeDone():
            return _told(event, "done", words.duration(event.seconds))
        case events.NodeReused():
            return _told(event, "reused", words.ago(event.age))
        case events.NodeBroke():
            return _told(event, "failed", event.failure.cause)
        case events.NodeRetrying():
            return _told(event, "pending", f"tries again after {event.wait:g} s")
        case events.NodeInDoubt() | events.NodeWaiting():
            state = "waiting" if isinstance(event, events.NodeWaiting) else "in_doubt"
            return _told(event, state, event.question.removeprefix(f"{event.node}: "))
        case events.NodeStarted():
            return _told(event, "running", f"try {event.attempt}" if event.attempt > 1 else "")
        case events.NodeLog():
            return _told(event, "running", event.text)
    return _told_of_run(event)


def _told(event: events.NodeEvent, state: str, rest: str) -> str:
    tail = f" · {words.one_line(rest)}" if rest else ""
    return f"{words.icon(state)} {event.node} {words.word(state)}{tail}"


def _told_of_run(event: Event) -> str:
    match event:
        case events.RunStarted() if event.attempt > 1:
            return f"◐ pass {event.attempt}"
        case events.OwnerAwaited():
            return f"○ {words.waits(event.owner, event.doing)}"
        case events.FixApplied():
            return words.one_line(f"✓ fixed: {event.suggestion.title} ({event.suggestion.code})")
        case events.Notice():
            return words.one_line(f"· {event.text}")
    return ""


class Teller:
    """A sink that keeps the state and, unless `quiet`, says each event that matters as a line."""

    def __init__(self, say: Callable[[str], object], quiet: bool) -> None:
        self.say = say
        self.quiet = quiet
        self.state = RunState()

    def __call__(self, event: Event) -> None:
        """Take an event, on whichever thread the run has."""
        self.state = fold(self.state, event)
        if not self.quiet and (line := tell(event)):
            self.say(line)
