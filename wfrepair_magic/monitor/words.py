"""How states, times and people's texts are written in every report."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from ..events import FixApplied, Suggestion
from ..failure import Failure
from ..problem import CODES, Problem
from .rows import NodeState
from .state import RunState

ICONS: Final[Mapping[str, str]] = {
    "pending": "○",
    "running": "◐",
    "done": "✓",
    "reused": "↻",
    "failed": "✗",
    "skipped": "–",
    "cancelled": "■",
    "waiting": "?",
    "in_doubt": "?",
    "RUNNING": "◐",
    "SUCCESS": "✓",
    "DEGRADED": "!",
    "FAILED": "✗",
    "CANCELLED": "■",
    "WAITING": "?",
    "UNFINISHED": "…",
}
HELPS: Final[Mapping[str, str]] = {
    "wait": "time: it may pass by itself",
    "change": "an edit of the workflow",
    "human": "a person",
    "nothing": "nothing that is known",
}
HAPPENED: Final[Mapping[str, str]] = {
    "no": "did not happen",
    "yes": "happened",
    "reported": "the node says that it failed",
    "in_doubt": "in doubt",
}
RUNGS: Final[Mapping[str, str]] = {
    "V0": "it can be read",
    "V1": "the static check finds nothing new",
    "V2": "its templates resolve on the stored results",
    "V3": "the failed node ran",
    "V4": "all that was done stays as it was",
}
ASKING: Final = frozenset({"waiting", "in_doubt"})
"""The states of nodes that wait for a person's word."""

NAMED: Final = 3
"""How many running nodes are named where a run is told in one line."""

RAN: Final = frozenset({"running", "done", "failed"})
"""The states of nodes whose own code ran, or runs."""

OVER: Final = 1.2
"""From this many times the usual duration on, a run takes longer than usual."""

MATTERS: Final = 0.1
"""Fewer seconds than this are not worth telling as saved."""

UNITS: Final = ((86400.0, "d", "h", 3600.0), (3600.0, "h", "min", 60.0), (60.0, "min", "s", 1.0))


ABSTENTION: Final = 160
"""So many columns tell why there is no fix."""

SIZES: Final = ("bytes", "kB", "MB", "GB")

_SEQUENCE = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # colours, moves of the cursor
    r"|(?:\x1b[]PX^_]|[\x90\x98\x9d-\x9f])[^\x1b\x07\x9c]*(?:\x1b\\|[\x07\x9c])"  # titles, links
    r"|\x1b[ -/]+[0-~]|\x1b[0-OQ-WYZ\\`-~]"  # character sets, resets
)
"""A sequence by which a program steers its terminal (ECMA-48)."""


def icon(state: str) -> str:
    """Give the sign of a state; it always stands beside the word."""
    return ICONS.get(state, "·")


def word(state: str) -> str:
    """Give a state as people read it: ``in doubt``."""
    return state.replace("_", " ") or "starting"


def duration(seconds: float) -> str:
    """Write a length of time with two figures that matter: ``40 ms``, ``1.2 s``, ``3 min 20 s``."""
    for size, unit, lower, step in UNITS:
        if seconds >= size:
            whole, rest = divmod(round(seconds / step), round(size / step))
            return f"{whole} {unit} {rest} {lower}" if rest else f"{whole} {unit}"
    if seconds >= 10:
        return f"{seconds:.0f} s"
    if seconds >= 0.1:
        return f"{seconds:.1f} s"
    if seconds >= 0.001:
        return f"{seconds * 1000:.0f} ms"
    return "under 1 ms" if seconds > 0 else "0 s"


def size(count: float) -> str:
    """Write a number of bytes: ``12 bytes``, ``3.4 MB``."""
    for unit in SIZES:
        if count < 1000 or unit == SIZES[-1]:
            break
        count /= 1000
    return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"


def ago(seconds: float) -> str:
    """Write an age in one unit: ``just now``, ``40 s ago``, ``3 h ago``."""
    if seconds < 5:
        return "just now"
    for size, unit, _, _ in UNITS:
        if seconds >= size:
            return f"{int(seconds // size)} {unit} ago"
    return f"{int(seconds)} s ago"


def status(node: NodeState) -> str:
    """Give a node's state as people read it, with the age of a reuse: ``reused · 3 h ago``."""
    if node.age is None or node.state != "reused":
        return word(node.state)
    return f"{word(node.state)} · {ago(node.age)}"


def says(node: NodeState) -> str:
    """Give what stands in a node's last column: progress, reason, question or kind of failure."""
    spared = f"saved {duration(node.saved)}" if node.saved >= MATTERS else ""
    parts = [spared, one_line(_message(node))]
    if node.fraction is not None and node.state == "running":
        parts.insert(0, f"{int(node.fraction * 100)} %")
    if node.state in ("done", "reused") and node.action != "default":
        parts.append(f"→ {one_line(node.action)}")
    if node.handled:
        parts.append("(handled)")
    if node.why and node.state in RAN:
        parts.append(again(node))
    return " · ".join(part for part in parts if part)


def again(node: NodeState) -> str:
    """Say in one line why a node ran that ran before: ``again: params.url: 'a' → 'b' (+1)``."""
    return f"again: {reason(node)}"


def reason(node: NodeState) -> str:
    """Give the first reason why a node ran that ran before, and how many more there are."""
    more = f" (+{len(node.why) - 1})" if len(node.why) > 1 else ""
    return f"{node.why[0].splitlines()[0].rstrip(':')}{more}"


def question(node: NodeState) -> str:
    """Give what a person is asked, without the node's name: it stands beside."""
    return one_line(node.message.removeprefix(f"{node.id}: "))


def _message(node: NodeState) -> str:
    """Name a failure by the meaning of its code: its own words stand below, like a question."""
    if node.state in ASKING:
        return "a person must say" if node.message else ""
    if node.failure is None or node.state != "failed":
        return node.message
    return CODES.get(node.failure.code, node.failure.cause)


def took(node: NodeState, now: float) -> str:
    """Give the time spent on a node, or nothing where none was; under way, in tenths of seconds."""
    spent = node.spent(now) if node.started is None else round(node.spent(now), 1)
    return duration(spent) if spent and node.attempts else ""


def waits(owner: str, doing: str) -> str:
    """Say whom a run waits for, and how far that one is."""
    return one_line(f"waits for {owner}, who holds this session{': ' if doing else ''}{doing}")


def doing(state: RunState) -> str:
    """Say how far a run is: ``3 of 12 nodes done, fetch running``; "" before it has begun."""
    if not state.nodes:
        return ""
    running = [row.id for row in state.nodes.values() if row.state == "running"]
    named = ", ".join(running[:NAMED]) + (" …" if len(running) > NAMED else "")
    done = f"{state.completed} of {len(state.nodes)} nodes done"
    return f"{done}, {named} running" if named else done


def counted(counts: Mapping[str, int]) -> str:
    """Write counts by state in the order of the states: ``2 done, 1 failed``."""
    return ", ".join(f"{counts[state]} {word(state)}" for state in ICONS if counts.get(state))


def headline(state: RunState, now: float) -> list[str]:
    """Give the facts of a run's first line: what has become of it, how far, how long."""
    total = len(state.nodes)
    facts = [f"{icon(state.state)} {word(state.state)}"]
    if total:
        facts.append(f"{state.completed} of {total} {'node' if total == 1 else 'nodes'} done")
    if not state.finished:
        facts.append(f"{state.percent} %")
    facts.append(_elapsed(state, now))
    if state.saved >= MATTERS:
        facts.append(f"reuse saved {duration(state.saved)}")
    if state.attempt > 1:
        facts.append(f"pass {state.attempt}")
    return facts


def _elapsed(state: RunState, now: float) -> str:
    """Write the time since the start; under way, beside what earlier runs took."""
    elapsed = state.elapsed(now)
    if state.finished or not state.usual:
        return duration(elapsed)
    usual = f"about {duration(state.usual)}"
    late = elapsed > OVER * state.usual
    return f"{duration(elapsed)}, usually {usual}" if late else f"{duration(elapsed)} of {usual}"


def told(applied: FixApplied) -> str:
    """Say in one line which fix went in, why, and who let it in."""
    fix = applied.suggestion
    return one_line(f"{fix.title} – {fix.why} ({fix.code}, by {applied.by})")


def facts(failure: Failure) -> list[tuple[str, str]]:
    """Give what is known of a failure besides cause, hint and place, each with its label."""
    meaning = CODES.get(failure.code, "")
    tries = str(failure.attempts) if failure.attempts > 1 else ""
    given = [f"{name}: {shape}" for name, shape in failure.input_shapes.items() if shape != "null"]
    found = (
        ("code", f"{failure.code} – {meaning}" if meaning else failure.code),
        ("category", failure.category.replace("_", " ")),
        ("type", failure.error_type),
        ("helps", HELPS.get(failure.helps, failure.helps)),
        ("effect", HAPPENED.get(failure.effect, failure.effect)),
        ("tries", tries),
        ("inputs", ", ".join(given)),
    )
    return [(label, one_line(text)) for label, text in found if text]


def details(failure: Failure) -> list[str]:
    """Give what is to be said below a failure's message: hint and places, nothing twice.

    A single problem mostly is the failure itself, so that only its place is new.
    """
    hint = hints(failure)
    return [f"→ {hint}"] * bool(hint) + [f"at {place}" for place in places(failure)]


def abstention(text: str) -> str:
    """Give in one clipped line why there is no fix: the failure itself is told elsewhere."""
    return clipped(f"no fix: {one_line(text)}", ABSTENTION)


def hints(failure: Failure) -> str:
    """Give what would be right, as one line; nothing twice."""
    found = [failure.hint, *(problem.hint for problem in failure.problems)]
    return one_line("; ".join(hint for hint in dict.fromkeys(found) if hint))


def detail(failure: Failure, width: int) -> str:
    """Give what is long about a failure: a cause wider than `width`, reports, where it broke."""
    cause = failure.cause if columns(one_line(failure.cause)) > width else ""
    reported = (f"{name}: {value}" for name, value in failure.reported.items())
    return clean("\n".join(filter(None, (cause, *reported, failure.detail))))


def places(failure: Failure) -> list[str]:
    """Give where the findings lie, each with its own words where there are several."""
    single = len(failure.problems) == 1
    found = [problem.place if single else _placed(problem) for problem in failure.problems]
    return [one_line(place) for place in found if place]


def _placed(problem: Problem) -> str:
    return f"{problem.place}: {problem.message}" if problem.place else problem.message


def checked(fix: Suggestion) -> str:
    """Say how far a fix was checked before it was offered: ``checked to V2: templates resolve``."""
    reached = RUNGS.get(fix.rung, "")
    return f"checked to {fix.rung}" + (f": {reached}" if reached else "")


def one_line(text: str) -> str:
    """Make a text safe to show on one line: blanks joined, control characters dropped."""
    return clean(" ".join(text.split()))


def clean(text: str) -> str:
    """Drop what could steer a terminal or turn a line around; newlines and tabs stay.

    A sequence of control, such as a colour, goes as a whole; of one without an end, its beginning.
    """
    if text.isprintable():
        return text
    return "".join(char for char in _SEQUENCE.sub("", text) if char in "\n\t" or _harmless(char))


def _harmless(char: str) -> bool:
    return char.isprintable() or unicodedata.category(char) == "Zs"


def columns(text: str) -> int:
    """Count the columns that a text takes in a terminal."""
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    marks = sum(unicodedata.combining(char) > 0 for char in text)
    return len(text) + wide - marks


def padded(text: str, width: int) -> str:
    """Fill a text with blanks up to `width` columns."""
    return text + " " * (width - columns(text))


def clipped(text: str, width: int) -> str:
    """Cut a text to at most `width` columns; a cut shows as ``…``."""
    if columns(text) <= width:
        return text
    while text and columns(text) > width - 1:
        text = text[: -max(1, (columns(text) - width) // 2)]
    return text.rstrip() + "…"


def shortened(text: str, width: int) -> str:
    """Cut the middle out of a text to fit `width` columns: names differ at their ends."""
    if columns(text) <= width:
        return text
    half = max((width - 1) // 2, 0)
    tail = text[len(text) - half :]
    while columns(tail) > half:
        tail = tail[1:]
    return f"{clipped(text, width - half)}{tail}"
