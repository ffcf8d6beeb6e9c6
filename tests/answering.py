"""A person who looks at the other side and answers what a run asks; and how often tests try."""

from __future__ import annotations

import os
from pathlib import Path

import twelve
from fakes import EffectLog

LONG = os.environ.get("WFREPAIR_TESTS") == "long"
"""Whether the tests run in their long form (`make test-long`)."""


def often(fast: int, long: int) -> int:
    """Give how often something is tried: each row of the test matrix has two numbers."""
    return long if LONG else fast


def answer_like_a_person(store: Path, log: EffectLog) -> list[str]:
    """Run once; answer every question by looking at the other side, and say what was asked."""
    done = twelve.work(store, log.path)
    asked = [id for id, ran in done.nodes.items() if ran.state == "in_doubt"]
    for id in asked:
        assert id in done.nodes[id].question
        if log.counts()[id]:
            done.resolve(id, "sent", {"name": id})
        else:
            done.resolve(id, "not-sent")
    return asked


def finish(store: Path, log: EffectLog) -> list[str]:
    """Go on until the twelve steps are done; gives every effect that was asked about."""
    asked: list[str] = []
    for _ in range(len(twelve.STEPS) + 1):
        asked += answer_like_a_person(store, log)
        if twelve.work(store, log.path).state == "SUCCESS":
            return asked
    raise AssertionError("the workflow did not come to its end")
