"""What reaches a run that is under way: a stop, and answers to effects in doubt."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic import events, node, run
from wfrepair_magic.events import Event
from wfrepair_magic.nodes.base import ConnectionLost
from wfrepair_magic.session import recent_runs, resolve

TWO = "nodes: [{id: a, type: a_step}, {id: b, type: b_step, after: a}]"


def test_a_stop_from_another_thread_ends_the_run_in_order(store: Path) -> None:
    """What completed stays, the run is CANCELLED, and the next one goes on from there."""
    stop, ran = threading.Event(), []

    @node(name="a_step", effect="write")
    def a_step() -> None:
        ran.append("a")
        stop.set()

    @node(name="b_step", effect="write")
    def b_step() -> None:
        ran.append("b")

    stopped = run(TWO, name="w", store=store, stop=stop)
    assert (stopped.state, stopped.nodes["b"].state) == ("CANCELLED", "skipped")
    assert stopped.resume().state == "SUCCESS"
    assert ran == ["a", "b"]


def test_a_stop_that_came_before_runs_nothing(store: Path) -> None:
    """A run that is stopped already begins no node."""
    stop = threading.Event()
    stop.set()
    stopped = run("nodes: [{id: a, type: value}]", name="w", store=store, stop=stop)
    assert stopped.state == "CANCELLED"
    assert not stopped.metrics["executions"]


@pytest.fixture
def sent() -> list[str]:
    """Register `send`, of which the first try is lost on its way; give what arrived."""
    arrived: list[str] = []

    @node(effect="write")
    def send() -> str:
        arrived.append("sent")
        if len(arrived) == 1:
            raise ConnectionLost("reset", "cut off")
        return "fine"

    return arrived


ASKS = """\
nodes: [{id: s, type: send}, {id: after, type: value, params: {x: "${s.result}"}}]
outputs: {x: {source: "${after.x}"}}
"""


class Person:
    """A sink that answers the first question at once, in these words."""

    def __init__(self, store: Path, *words: Any, **more: Any) -> None:
        self.store, self.words, self.more = store, words, more
        self.asked: list[str] = []
        self.passes = 0

    def __call__(self, event: Event) -> None:
        """Take an event of the run."""
        self.passes += isinstance(event, events.RunStarted)
        if isinstance(event, events.NodeInDoubt):
            self.asked.append(event.node)
            if len(self.asked) == 1 and self.words:
                resolve("w", event.node, *self.words, store=self.store, **self.more)


def test_not_sent_is_sent_in_the_same_run(store: Path, sent: list[str]) -> None:
    """An answer that comes while the run is under way is taken: it goes on by itself."""
    person = Person(store, "not-sent")
    done = run(ASKS, name="w", store=store, sinks=[person])
    assert (done.state, done.outputs, len(sent)) == ("SUCCESS", {"x": "fine"}, 2)
    assert (person.asked, person.passes) == (["s"], 2)
    assert [record.state for record in recent_runs(store)] == ["SUCCESS"]


def test_sent_counts_as_done_in_the_same_run(store: Path, sent: list[str]) -> None:
    """Answered with its value the effect is not repeated, and what needs it runs."""
    person = Person(store, "sent", value="looked up")
    done = run(ASKS, name="w", store=store, sinks=[person])
    assert (done.state, done.outputs, len(sent)) == ("SUCCESS", {"x": "looked up"}, 1)


def test_sent_without_its_value_ends_and_asks_for_it(store: Path, sent: list[str]) -> None:
    """What is still missing ends the run as before; it does not go round."""
    person = Person(store, "sent")
    done = run(ASKS, name="w", store=store, sinks=[person])
    assert (done.state, done.nodes["after"].state, len(sent)) == ("WAITING", "skipped", 1)
    assert person.passes <= 3


def test_what_nobody_answers_ends_waiting(store: Path, sent: list[str]) -> None:
    """Without a word there is one pass; an answer of an earlier run is no reason for another."""
    person = Person(store)
    assert run(ASKS, name="w", store=store, sinks=[person]).state == "WAITING"
    assert run(ASKS, name="w", store=store, sinks=[person]).state == "WAITING"
    assert (person.passes, len(sent)) == (2, 1)


def test_a_stop_after_the_answer_is_heard(store: Path, sent: list[str]) -> None:
    """Who answers and then stops has said the last word: there is no further pass."""
    stop = threading.Event()
    person = Person(store, "not-sent")

    def then_stop(event: Event) -> None:
        person(event)
        if person.asked:
            stop.set()

    done = run(ASKS, name="w", store=store, sinks=[then_stop], stop=stop)
    assert done.state in ("WAITING", "CANCELLED") and len(sent) == 1
    assert done.resume().state == "SUCCESS"
