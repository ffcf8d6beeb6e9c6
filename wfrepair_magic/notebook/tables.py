"""Lists as one bundle: a plain HTML table and the same in columns of text."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from html import escape

from ..engine.receipts import Receipt
from ..engine.result import Preview
from ..engine.runs import RunRecord
from ..ir.model import MISSING, Definition
from ..ir.spec import NodeSpec, Param
from ..monitor import effects as ledger
from ..monitor import foreseen, words
from ..monitor.changes import shown
from ..monitor.history import UNFINISHED
from ..monitor.metrics import Metrics
from ..monitor.text import align
from .style import marked, page


def table(
    heads: Sequence[str],
    rows: Iterable[Sequence[str]],
    title: str = "",
    below: Sequence[str] = (),
) -> dict[str, str]:
    """Give a table as text and as HTML; every cell is escaped, and shown on one line.

    A title stands above, lines `below` it; where there are no rows nothing stands between.
    """
    cells = [[words.one_line(cell) for cell in row] for row in rows]
    lines = align([list(heads), *cells], width=120) if cells else []
    return {
        "text/plain": "\n".join([title, *lines, *below] if title else [*lines, *below]),
        "text/html": page(
            _title(title) if title else "",
            _grid(heads, cells) if cells else "",
            *(f"<p>{escape(line)}</p>" for line in below),
        ),
    }


def _title(text: str) -> str:
    return f"<p><strong>{escape(text)}</strong></p>"


def _grid(heads: Iterable[str], cells: Iterable[Iterable[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def facts(rows: Iterable[tuple[str, str, str]]) -> dict[str, str]:
    """List facts: what each is about, what was found, what is to be said to it."""
    cells = [(what, words.one_line(found), words.one_line(said)) for what, found, said in rows]
    wide = max((words.columns(what) for what, _, _ in cells), default=0)
    lines = [
        f"{words.padded(what, wide)}  {' – '.join(part for part in rest if part)}"
        for what, *rest in cells
    ]
    return {"text/plain": "\n".join(lines), "text/html": page(_grid(("", "found", ""), cells))}


def runs(records: Iterable[RunRecord], now: float) -> dict[str, str]:
    """List runs: when, which workflow, how it ended, how long it took, its id."""
    return table(("state", "workflow", "began", "took", "run"), [_run(r, now) for r in records])


def _run(record: RunRecord, now: float) -> tuple[str, ...]:
    state = record.state or UNFINISHED
    began = time.strftime("%Y-%m-%d %H:%M", time.localtime(record.started))
    return (
        f"{words.icon(state)} {words.word(state)}",
        record.workflow,
        f"{began} ({words.ago(now - record.started)})",
        words.duration(record.ended - record.started) if record.ended is not None else "",
        record.id,
    )


def plan(definition: Definition, name: str, plan: Preview) -> dict[str, str]:
    """Show what a run would do with each node, and what would fail."""
    title = f"{name}: {foreseen.headline(plan)}"
    rows = foreseen.rows(definition.nodes, plan)
    return table(foreseen.HEADS, rows, title, foreseen.problems(plan))


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
    lines, head = shown(diff) or ["nothing differs"], words.one_line(title)
    return {
        "text/plain": "\n".join([head, *lines]),
        "text/html": page(_title(head), marked(lines)),
    }


def node_types(specs: Iterable[NodeSpec]) -> dict[str, str]:
    """List node types with their effects and params."""
    rows = [(s.name, s.effect, _params(s), s.origin, s.description) for s in specs]
    return table(("type", "effect", "params (* required)", "from", ""), rows)


def _params(spec: NodeSpec) -> str:
    ordered = sorted(spec.params.values(), key=lambda param: not param.required)
    names = [f"{param.name}{'*' if param.required else ''}" for param in ordered]
    return ", ".join([*names, "…"] if spec.open else names)


def node_type(spec: NodeSpec) -> dict[str, str]:
    """Show the params of one node type, and its outputs."""
    ordered = sorted(spec.params.values(), key=lambda param: not param.required)
    title = f"{spec.name} ({spec.effect}): {spec.description}" if spec.description else spec.name
    outputs = ", ".join(f"{name} ({type})" for name, type in (spec.outputs or {}).items())
    below = [f"outputs: {outputs}"] if outputs else []
    return table(("param", "type", "default", ""), map(_param, ordered), title, below)


def _param(param: Param) -> tuple[str, ...]:
    types = " or ".join(param.types) or "any"
    default = "required" if param.required else _default(param)
    known = f" One of {', '.join(map(str, param.enum))}." if param.enum else ""
    also = f" Also {', '.join(param.accepts)}." if param.accepts else ""
    return (param.name, types, default, f"{param.description}{known}{also}".strip())


def _default(param: Param) -> str:
    return "" if param.default is MISSING or param.default is None else repr(param.default)
