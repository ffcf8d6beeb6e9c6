"""Every message that leaves the process as JSON, made by pure functions from values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

from ..engine.receipts import Receipt
from ..engine.result import NodeRun, Preview
from ..errors import WorkflowError
from ..failure import Failure
from ..monitor.effects import state_in_words
from ..monitor.plain import plain
from ..problem import Problem
from ..repair.fix import Fix

VERSION: Final = 1
"""The version of the documents; it rises when a field goes away or changes its meaning."""

PROBLEM: Final = ("severity", "code", "path", "line", "column", "message", "hint", "node")
FAILURE: Final = (
    "node", "code", "category", "helps", "effect", "fixable", "message", "hint", "error_type",
    "detail", "attempts", "input_shapes",
)  # fmt: skip
NODE: Final = (
    "id", "type", "state", "outputs", "action", "attempts", "seconds", "saved_seconds", "age",
    "reason", "question", "why",
)  # fmt: skip
FIX: Final = (
    "title", "code", "level", "confidence", "origin", "why", "evidence", "diff", "rung", "preview",
    "node",
)  # fmt: skip
RUN: Final = (
    "id", "name", "session", "state", "action", "seconds", "node_count", "metrics", "outputs",
    "inputs", "abstained", "repaired_text",
)  # fmt: skip


EFFECT: Final = (
    "id", "workflow", "session", "slot", "state", "run", "started", "ended", "generation",
    "idempotency_key", "has_value", "failure", "question", "resolution",
)  # fmt: skip


def plan_document(plan: Preview) -> dict[str, Any]:
    """Give what a run would do as one JSON document; `ok` says that nothing in it would fail."""
    return {
        "version": VERSION,
        "ok": not plan.failures,
        "verdicts": dict(plan.verdicts),
        "changed": {node: list(params) for node, params in plan.changed.items()},
        "failures": _failures(plan.failures),
    }


def run_document(run: object) -> dict[str, Any]:
    """Give a finished run as one JSON document, under the names that `session.Run` uses.

    `run` is such a Run: the rooms do not know each other, so that it is read by these names.
    Outputs that JSON has no form for (data frames, bytes) stand as a text that names their type.
    """
    return {
        "version": VERSION,
        **_fields(run, RUN),
        **{name: write(getattr(run, name)) for name, write in PARTS.items()},
    }


def effects_document(receipts: Iterable[Receipt]) -> dict[str, Any]:
    """Give effects as the ledger knows them; times are in unix seconds."""
    return {
        "version": VERSION,
        "effects": [
            {**_fields(receipt, EFFECT), "words": state_in_words(receipt)} for receipt in receipts
        ],
    }


def check_document(problems: Sequence[Problem]) -> dict[str, Any]:
    """Give the result of a check; `ok` says that no error is among the problems."""
    return {
        "version": VERSION,
        "ok": all(problem.severity != "error" for problem in problems),
        "problems": problem_documents(problems),
    }


def error_document(error: WorkflowError) -> dict[str, Any]:
    """Give what was raised instead of a run, with the problems that it carries."""
    found = (problem for problem in error.problems if isinstance(problem, Problem))
    return {
        "version": VERSION,
        "error": {"type": type(error).__name__, "message": error.message},
        "problems": problem_documents(found),
    }


def problem_documents(problems: Iterable[Problem]) -> list[dict[str, Any]]:
    """Give problems with their places; lines and columns count from 1."""
    return [_fields(problem, PROBLEM) for problem in problems]


def _fixes(fixes: Iterable[Fix]) -> list[dict[str, Any]]:
    return [{"number": n, **_fields(fix, FIX)} for n, fix in enumerate(fixes, start=1)]


def _fields(value: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: plain(getattr(value, name)) for name in names}


def _nodes(nodes: Mapping[str, NodeRun]) -> dict[str, Any]:
    return {id: _fields(node, NODE) for id, node in nodes.items()}


def _failures(failures: Iterable[Failure]) -> list[dict[str, Any]]:
    return [
        {**_fields(failure, FAILURE), "problems": problem_documents(failure.problems)}
        for failure in failures
    ]


PARTS: Final[Mapping[str, Callable[[Any], object]]] = {
    "nodes": _nodes,
    "failures": _failures,
    "fixes": _fixes,
    "applied": _fixes,
    "problems": problem_documents,
}
"""The structured parts of a run, and what writes each."""
