"""Every message that leaves the process as JSON, made by pure functions from values.

`documents` are for programs: a run, a check, effects, under the names of the Python API.
`snapshot` says what a page needs to draw a run at one moment, declared as dataclasses; `asked`
says so of what page and kernel tell each other.  `shape` makes from both the JSON Schema and the
TypeScript types that the page is built against.

What holds: one declaration, from which both sides are made; fields are added, and `VERSION`
rises when one goes away or changes its meaning.  Deliberately absent: drawing, HTML, sockets.
"""

from .documents import (
    EFFECT,
    FAILURE,
    FIX,
    NODE,
    PROBLEM,
    RUN,
    VERSION,
    check_document,
    effects_document,
    error_document,
    plan_document,
    problem_documents,
    run_document,
)
from .snapshot import MIME, snapshot

__all__ = [
    "EFFECT",
    "FAILURE",
    "FIX",
    "MIME",
    "NODE",
    "PROBLEM",
    "RUN",
    "VERSION",
    "check_document",
    "effects_document",
    "error_document",
    "plan_document",
    "problem_documents",
    "run_document",
    "snapshot",
]
