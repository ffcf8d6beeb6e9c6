"""What a run makes of what earlier runs left: doubt, readings, lost values, consent."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fakes import EffectLog

from wfrepair_magic import Run, Workflow, events, node, run
from wfrepair_magic.engine import memory
from wfrepair_magic.nodes.base import ExitCode
from wfrepair_magic.session import preview


@pytest.fixture
def log(tmp_path: Path) -> EffectLog:
    """Give the log of what really happened."""
    return EffectLog(tmp_path / "log")


@pytest.fixture(autouse=True)
def types(log: EffectLog) -> None:
    """Register an effect that the world may spoil, a reading without a codec, and a sum."""
    path = str(log.path)  # the key of a pure function can hold a text, not the log

    @node
    def send(n: int) -> int:
        befall(path)
        EffectLog(Path(path)).append(f"send{n}")
        return n

    @node(effect="read")
    def reading(n: int) -> dict[str, Any]:
        EffectLog(Path(path)).append(f"read{n}")
        return {"n": n, "handle": threading.Lock()}

    @node
    def send_handle(n: int) -> dict[str, Any]:
        return {"n": n, "handle": threading.Lock()}

    @node(effect="pure")
    def plus(a: int, b: int = 0) -> int:
        EffectLog(Path(path)).append(f"plus{a}")
        return a + b

    @node(effect="pure")
    def fails(n: int) -> None:
        EffectLog(Path(path)).append("fails")
        raise ValueError(n)


def befall(path: str) -> None:
    """Let an effect fail as the world has it, which lies outside of its code."""
    if Path(f"{path}.loses").exists():
        raise ExitCode(-9, "cut off", {})
    if Path(f"{path}.refuses").exists():
        raise ValueError("no")


@contextlib.contextmanager
def world(log: EffectLog, mood: str) -> Iterator[None]:
    """Let the world be in a mood for a while."""
    Path(f"{log.path}.{mood}").touch()
    yield
    Path(f"{log.path}.{mood}").unlink()


def states(done: Run) -> dict[str, str]:
    """Give each node's state."""
    return {id: ran.state for id, ran in done.nodes.items()}


class Case:
    """Runs of one session of one workflow."""

    def __init__(self, store: Path) -> None:
        self.store = store
        self.notices: list[events.Notice] = []

    def run(self, *nodes: dict[str, Any], **options: Any) -> Run:
        """Run these nodes."""
        self.notices.clear()

        def sink(event: events.Event) -> None:
            if isinstance(event, events.Notice):
                self.notices.append(event)

        outputs = options.pop("outputs", {})
        workflow = Workflow.build(nodes, outputs=outputs)
        return run(workflow, name="w", store=self.store, sinks=[sink], **options)


@pytest.fixture
def case(store: Path) -> Case:
    """Give a session."""
    return Case(store)


def send(n: int, id: str = "s", **more: Any) -> dict[str, Any]:
    """Give a node that sends."""
    return {"id": id, "type": "send", "params": {"n": n}, **more}


def a_sum(id: str, a: Any, b: Any = 0, **more: Any) -> dict[str, Any]:
    """Give a node that adds."""
    return {"id": id, "type": "plus", "params": {"a": a, "b": b}, **more}


# --- doubt --------------------------------------------------------------------------------------


def lose(case: Case, log: EffectLog, n: int) -> None:
    """Let a sending lose its outcome."""
    with world(log, "loses"):
        assert states(case.run(send(n))) == {"s": "in_doubt"}


def test_a_fallback_is_no_way_out_of_doubt(case: Case, log: EffectLog) -> None:
    """What could do without a value waits all the same while it may yet come."""
    nodes = (send(1), a_sum("or", "${s.result ?? 5}"), a_sum("more", "${or.result ?? 6}"))
    with world(log, "loses"):
        done = case.run(*nodes)
    assert states(done) == {"s": "in_doubt", "or": "skipped", "more": "skipped"}
    assert {done.nodes[id].reason for id in ("or", "more")} == {"waits for a person"}
    done.resolve("s", "not-sent")
    assert case.run(*nodes).nodes["more"].outputs == {"result": 1}


def test_doubt_is_asked_about_before_a_failed_edit_is_tried_again(
    case: Case, log: EffectLog
) -> None:
    """An earlier failure under the node's present key is no leave to send over its doubt."""
    with world(log, "refuses"):
        case.run(send(1))
    lose(case, log, 2)
    done = case.run(send(1))
    assert (done.state, states(done)) == ("WAITING", {"s": "in_doubt"})


def test_doubt_is_asked_about_before_a_node_runs_again(case: Case, log: EffectLog) -> None:
    """`rerun` sends nothing over a doubt of the same node, and the receipt stays as it was."""
    case.run(send(1))
    lose(case, log, 2)
    done = case.run(send(1), rerun=["s"])
    assert (states(done), log.counts()) == ({"s": "in_doubt"}, {"send1": 1})
    done.resolve("s", "not-sent")
    assert states(case.run(send(1))) == {"s": "reused"}


@pytest.mark.parametrize(
    "nodes",
    [
        (send(1),),  # sent before the edit that is in doubt
        (send(3, effect="pure"),),
        (a_sum("t", 1),),
        ({"id": "f", "type": "fails", "params": {"n": 1}}, send(2, after=["f"])),
    ],
)
def test_doubt_that_no_node_asks_about_is_told(
    case: Case, log: EffectLog, nodes: tuple[Any, ...]
) -> None:
    """Whatever became of its node – edited back, made pure, gone, not reached – it is told."""
    case.run(send(1))
    lose(case, log, 2)
    case.run(*nodes)
    asked = ["then resolve s: it was sent, or it was not" in one.text for one in case.notices]
    assert asked == [True]


def test_the_preview_holds_back_what_waits_for_a_person(
    case: Case, log: EffectLog, store: Path
) -> None:
    """A node that waits for doubt would be skipped, also while others are open, not fail."""
    lose(case, log, 2)
    nodes = [send(2), a_sum("new", 7), a_sum("both", "${new.result}", "${s.result}")]
    seen = preview(Workflow.build(nodes), name="w", store=store)
    assert seen.verdicts == {"s": "in doubt", "new": "runs", "both": "skipped"}


# --- consent ------------------------------------------------------------------------------------


def test_running_again_does_not_free_what_was_sent_before_an_edit(
    case: Case, log: EffectLog
) -> None:
    """Consent to send the edited message again is none to send the first one again."""
    case.run(send(1))
    case.run(send(2))
    case.run(send(2), rerun=["s"])
    assert states(case.run(send(1))) == {"s": "reused"}
    assert log.counts() == {"send1": 1, "send2": 2}


# --- what has no codec --------------------------------------------------------------------------


READ = {"id": "r", "type": "reading", "params": {"n": 4}}


def in_another_process(monkeypatch: pytest.MonkeyPatch, known: dict[Any, Any]) -> None:
    """Let what lives in memory only be that of another process."""
    monkeypatch.setattr(memory, "UNKEPT", known)


def test_a_reading_that_could_not_be_kept_is_read_again(
    case: Case, log: EffectLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a new process nobody is asked for what can simply be read once more."""
    nodes = (READ, a_sum("use", "${r.n}"))
    case.run(*nodes)
    in_another_process(monkeypatch, {})
    done = case.run(*nodes)
    assert (states(done), log.counts()) == (
        {"r": "done", "use": "reused"},
        {"read4": 2, "plus4": 1},
    )


def test_a_reading_that_another_process_replaced_does_not_come_back(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest reading of the session counts, even if only an older one is at hand."""
    case.run(READ)
    here = memory.UNKEPT
    in_another_process(monkeypatch, {})
    case.run(READ)
    in_another_process(monkeypatch, here)
    assert states(case.run(READ)) == {"r": "done"}
    assert states(case.run(READ)) == {"r": "reused"}


HANDLE = {"id": "h", "type": "send_handle", "params": {"n": 4}}


@pytest.mark.parametrize(
    ("nodes", "outputs"),
    [
        ((HANDLE, a_sum("use", "${h.n ?? 9}")), {}),
        ((HANDLE,), {"n": {"source": "${h.n}"}}),
    ],
)
def test_a_lost_value_is_waited_for_wherever_it_is_named(
    case: Case, monkeypatch: pytest.MonkeyPatch, nodes: tuple[Any, ...], outputs: dict[str, Any]
) -> None:
    """A fallback does not replace the value of a done effect, nor does a declared output fail."""
    case.run(*nodes, outputs=outputs)
    in_another_process(monkeypatch, {})
    done = case.run(*nodes, outputs=outputs)
    assert (done.state, states(done)["h"], done.failures) == ("WAITING", "waiting", [])
    done.resolve("h", "sent", {"n": 4})
    assert states(case.run(*nodes, outputs=outputs))["h"] == "reused"


# --- equal nodes --------------------------------------------------------------------------------


def test_equal_pure_nodes_of_one_run_execute_once(case: Case, log: EffectLog) -> None:
    """Two nodes that are ready together and ask the same share one execution."""

    nodes = [a_sum(id, 1) for id in ("a", "b", "c")]
    done = case.run(*nodes, max_workers=3)
    assert (states(done), log.counts()) == (
        {"a": "done", "b": "reused", "c": "reused"}, {"plus1": 1},
    )  # fmt: skip


def test_an_equal_node_runs_itself_where_its_twin_failed(case: Case, log: EffectLog) -> None:
    """A failure is no result: each of the twins says for itself how it ended."""

    nodes = [{"id": id, "type": "fails", "params": {"n": 1}} for id in ("a", "b")]
    assert states(case.run(*nodes)) == {"a": "failed", "b": "failed"}
    assert log.counts() == {"fails": 2}
    log.path.unlink()
    stopped = case.run(*nodes, on_failure="stop")
    assert (states(stopped), log.counts()) == ({"a": "failed", "b": "skipped"}, {"fails": 1})


@pytest.mark.parametrize(
    ("node", "options", "says"),
    [
        ("{id: a, type: value, params: {x: 1}}", {"rerun": ["a"]}, "you asked for it again"),
        ("{id: a, type: shell, params: {command: 'true'}}", {"fresh": True}, "a new session"),
        (
            "{id: a, type: shell, effect: read, cache: 1ms, params: {command: 'true'}}", {},
            "what it gave lasts 1ms",
        ),
        (
            "{id: a, type: write-file, params: {path: gone.txt, content: x}}", {},
            "is not there any more",
        ),
    ],
)  # fmt: skip
def test_a_node_that_runs_again_says_why(
    store: Path, tmp_path: Path, node: str, options: dict[str, Any], says: str
) -> None:
    """With the same key: asked for, in a new session, too old, or undone on disk."""
    text = f"nodes: [{node}]"
    first = run(text, name="w", store=store, folder=tmp_path)
    assert first.nodes["a"].why == ()
    (tmp_path / "gone.txt").unlink(missing_ok=True)
    time.sleep(0.002)
    again = run(text, name="w", store=store, folder=tmp_path, **options)
    (why,) = again.nodes["a"].why
    assert again.nodes["a"].state == "done" and says in why
