"""Lists as one bundle: a plain HTML table and the same in columns of text."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Protocol

from ..engine.receipts import Receipt
from ..engine.result import Preview
from ..ir.model import MISSING, Definition
from ..ir.spec import NodeSpec, Param
from ..monitor import effects as ledger
from ..monitor import foreseen, words
from ..monitor.metrics import Metrics
from ..monitor.text import align
from .style import STYLE


class Record(Protocol):
    """A run in a list; `session.recent_runs` gives such."""

    @property
    def id(self) -> str:
        """The run's id."""
        ...

    @property
    def workflow(self) -> str:
        """The workflow's name."""
        ...

    @property
    def state(self) -> str:
        """How it ended."""
        ...

    @property
    def started(self) -> float:
        """When it began, in Unix time."""
        ...

    @property
    def seconds(self) -> float | None:
        """How long it took; None where no end is known."""
        ...


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], title: str = "") -> dict[str, str]:
    """Give a table as text and as HTML; every cell is escaped, and shown on one line."""
    cells = [[words.one_line(cell) for cell in row] for row in rows]
    lines = align([list(heads), *cells], width=120)
    top = f"<p><strong>{escape(title)}</strong></p>" if title else ""
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells
    )
    return {
        "text/plain": "\n".join([title, *lines] if title else lines),
        "text/html": f'<div class="wfr">{STYLE}{top}<table><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>",
    }


def facts(rows: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """List facts: what each is about, what was found, what is to be said to it."""
    cells = [(what, words.one_line(found), words.one_line(said)) for what, found, said in rows]
    wide = max((words.columns(what) for what, _, _ in cells), default=0)
    lines = [
        f"{words.padded(what, wide)}  {' – '.join(part for part in rest if part)}"
        for what, *rest in cells
    ]
    shown = table(("", "found", ""), cells)
    return {"text/plain": "\n".join(lines), "text/html": shown["text/html"]}


def runs(records: Iterable[Record], now: float) -> dict[str, str]:
    """List runs: when, which workflow, how it ended, how long it took, its id."""
    return table(("state", "workflow", "began", "took", "run"), [_run(r, now) for r in records])


def _run(record: Record, now: float) -> tuple[str, ...]:
    began = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.started))
    return (
        f"{words.icon(record.state)} {words.word(record.state)}",
        record.workflow,
        f"{began} ({words.ago(now - record.started)})",
        words.duration(record.seconds) if record.seconds is not None else "",
        record.id,
    )


def plan(definition: Definition, name: str, plan: Preview) -> dict[str, str]:
    """Show what a run would do with each node, and what would fail."""
    rows = foreseen.rows(definition.nodes, plan)
    title = f"{name}: {foreseen.headline(plan)}"
    lines = "".join(f"<p>{escape(line)}</p>" for line in foreseen.problems(plan))
    shown = table(foreseen.HEADS, rows, title)
    return {
        "text/plain": foreseen.draw(definition.nodes, plan, name),
        "text/html": f"{shown['text/html'].removesuffix('</div>')}{lines}</div>",
    }


def metrics(measured: Iterable[Metrics], now: float) -> dict[str, str]:
    """Show what the runs of each workflow came to."""
    heads = ("workflow", "runs", "", "executed", "reused", "fixed", "took", "saved", "last")
    return table(heads, [_metrics(each, now) for each in measured])


def _metrics(each: Metrics, now: float) -> tuple[str, ...]:
    return (
        each.workflow,
        str(each.runs),
        words.counted(each.states),
        str(each.executions),
        str(each.reused),
        str(each.fixes),
        words.duration(each.seconds),
        words.duration(each.saved),
        words.ago(now - each.last),
    )


def effects(receipts: Sequence[Receipt], now: float, everything: bool, name: str) -> dict[str, str]:
    """Show what the ledger knows of effects; `name` is the workflow's, empty for all."""
    rows = ledger.rows(receipts, now, everything)
    title = f"{name}: the effects of its session" if name else "the effects of all sessions"
    return table(ledger.HEADS, rows, title)


def changes(title: str, diff: str) -> dict[str, str]:
    """Show a unified diff under a title."""
    text = words.clean(diff) or "nothing differs\n"
    lines = "".join(map(_diff_line, text.splitlines()))
    head = escape(words.one_line(title))
    return {
        "text/plain": f"{words.one_line(title)}\n{text}".rstrip("\n"),
        "text/html": f'<div class="wfr">{STYLE}<p><strong>{head}</strong></p>'
        f"<pre>{lines}</pre></div>",
    }


def _diff_line(line: str) -> str:
    mark = {"+": "ins", "-": "del"}.get(line[:1])
    if mark is None or line.startswith(("+++", "---")):
        return f"{escape(line)}\n"
    return f"<{mark}>{escape(line)}</{mark}>\n"


def node_types(specs: Iterable[NodeSpec]) -> dict[str, str]:
    """List node types with their effects and params."""
    rows = [(s.name, s.effect, _params(s), s.origin, s.description) for s in specs]
    return table(("type", "effect", "params (* required)", "from", ""), rows)


def _params(spec: NodeSpec) -> str:
    ordered = sorted(spec.params.values(), key=lambda param: not param.required)
    names = [f"{param.name}{'*' if param.required else ''}" for param in ordered]
    return ", ".join([*names, "…"] if spec.open else names)


def node_type(spec: NodeSpec) -> dict[str, str]:
    """Show the params of one node type."""
    ordered = sorted(spec.params.values(), key=lambda param: not param.required)
    outputs = _outputs(spec.outputs)
    title = f"{spec.name} ({spec.effect}): {spec.description}" if spec.description else spec.name
    bundle = table(
        ("param", "type", "default", ""), [_param(param) for param in ordered], title=title
    )
    return {**bundle, "text/plain": f"{bundle['text/plain']}\n{outputs}"} if outputs else bundle


def _param(param: Param) -> tuple[str, ...]:
    types = " or ".join(param.types) or "any"
    default = "required" if param.required else _default(param)
    known = f" one of {', '.join(map(str, param.enum))}." if param.enum else ""
    also = f" Also {', '.join(param.accepts)}." if param.accepts else ""
    return (param.name, types, default, f"{param.description}{known}{also}".strip())


def _default(param: Param) -> str:
    return "" if param.default is MISSING or param.default is None else repr(param.default)


def _outputs(outputs: Mapping[str, str] | None) -> str:
    if not outputs:
        return ""
    return "outputs: " + ", ".join(f"{name} ({type})" for name, type in outputs.items())
