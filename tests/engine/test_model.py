"""Whatever is done to a workflow and its runs, outputs and executions are those of the model."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import acted
import pytest
from answering import LONG
from editor import TYPES, Editor, some
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from model import Asked, End, Killed, Model, Told, given_for
from model_nodes import LAPSED, by_content, references_of

from wfrepair_magic import Run, events, run
from wfrepair_magic.session import preview, resolve

EXAMPLES, STEPS = (10_000, 50) if LONG else (200, 20)
MEMORY = Path("/dev/shm")
"""Where files need not reach a disk; that they do is tested elsewhere."""

OPEN = {"done", "reused", "failed", "skipped", "in_doubt"}
COMES_TRUE = {
    "reused": {"reused", "waiting"}, "in doubt": {"in_doubt"}, "failed": {"failed"},
    "skipped": {"skipped", "failed"}, "runs": OPEN, "would send": OPEN,
    "would send again": OPEN | {"waiting"},
}  # fmt: skip
"""How a node may end of which the preview said something.

One that is reused may wait for its value, which only a process had that is gone; and so may one
of which only its inputs were not known yet, because a node before it ran again.
"""


class Machine(Editor):
    """A person edits, runs, breaks and heals; the model does so too."""

    def __init__(self) -> None:
        super().__init__()
        place = str(MEMORY) if MEMORY.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="wfrepair-", dir=place))
        self.model = Model()
        self.processes = 0

    def teardown(self) -> None:
        """Take the world away again."""
        shutil.rmtree(self.folder)

    # --- it is run ----------------------------------------------------------------------------

    def ask(self, **options: Any) -> Asked:
        """Say what a run is asked for, and let the world be as it is."""
        asked = replace(self.asked, **{"moods": dict(self.moods), **options})
        (self.folder / "moods").write_text(json.dumps(asked.moods))
        return asked

    def call(self, asked: Asked, **more: Any) -> dict[str, Any]:
        """Give the call of `run` that a model's question stands for."""
        options = {
            "name": asked.name, "store": str(self.folder / ".wfrepair"), "fresh": asked.fresh,
            "session": asked.mode, "rerun": sorted(asked.rerun), "until": asked.until,
            "on_failure": "stop" if asked.stop else "continue", "max_workers": 1, **more,
        }  # fmt: skip
        return {
            "nodes": asked.nodes, "inputs": {"x": asked.x}, "folder": str(self.folder),
            "options": options, "code": (asked.bonus, asked.helper),
        }  # fmt: skip

    def here(self, asked: Asked, **more: Any) -> Run:
        """Run in this process."""
        acted.define(asked.bonus, asked.helper)
        call = self.call(asked, **more)
        workflow = acted.built(call["nodes"])
        return run(workflow, call["inputs"], folder=self.folder, **call["options"])

    def both(self, **options: Any) -> Told:
        """Run here, ask the model, and compare all that can be seen."""
        asked = self.ask(**options)
        seen: list[events.Event] = []
        told = self.model.run(asked)
        workers = 4 if runs_in_any_turn(asked, told) else 1
        done = self.here(asked, sinks=[seen.append], max_workers=workers)
        self.compare(done, told, workers > 1)
        self.all_doubts_are_told(done, seen)
        return told

    def compare(self, done: Run, told: Told, any_turn: bool = False) -> None:
        """Hold a run against what the model tells of it; of twins either may have done it."""
        found, expected = ends_of(done), plain(told.ends)
        for end in [*found.values(), *expected.values()] if any_turn else ():
            end[0] = end[0].replace("reused", "done")
        assert (done.state, found) == (told.state, expected)
        self.log_is_right()

    def log_is_right(self) -> None:
        """What really happened is what had to, and no effect happened twice."""
        lines = acted.look_at(self.folder)
        ran = Counter("/".join(line[1:]) for line in lines if line[0] == "ran")
        sent = Counter("/".join(line[1:4]) for line in lines if line[0] == "sent")
        assert (ran, sent) == (+self.model.ran, +self.model.sent)
        keys = Counter(line[4] for line in lines if line[0] == "sent")
        assert not [key for key, times in keys.items() if times > 1]

    def all_doubts_are_told(self, done: Run, seen: Sequence[events.Event]) -> None:
        """Every effect in doubt is asked about by its node, or told beside the nodes."""
        told = {id for id, ran in done.nodes.items() if ran.state == "in_doubt" and ran.question}
        told |= {e.node for e in seen if isinstance(e, events.Notice) and "resolve" in e.text}
        assert set(self.model.sessions[done.name].doubts()) <= told

    @rule(name=st.sampled_from("wwwv"), mode=st.sampled_from(("open", "open", "per-run")))
    def run_it(self, name: str, mode: str) -> None:
        """A plain run, sometimes under another name, sometimes as a daily one."""
        self.both(name=name, mode=mode)

    @rule()
    def just_run_it(self) -> None:
        """A plain run."""
        self.both()

    @rule()
    def look_before_running_it(self) -> None:
        """What the preview says of a node comes true, unless one above it ends otherwise."""
        asked = self.ask()
        acted.define(asked.bonus, asked.helper)
        call = self.call(asked)
        workflow = acted.built(asked.nodes)
        seen = preview(workflow, call["inputs"], folder=self.folder, **call["options"])
        told = self.both()
        for id, verdict in seen.verdicts.items():
            end = told.ends[id]
            cut_off = end.state == "skipped" and self.waits_in_vain(id, told)
            assert cut_off or end.state in COMES_TRUE[verdict], (id, verdict, end)

    def waits_in_vain(self, id: str, told: Told) -> bool:
        """Whether a node that this one waits for did not complete."""
        (node,) = (node for node in self.asked.nodes if node["id"] == id)
        heads = {head for head, _, _ in references_of(node)} | {*node["after"]}
        return any(head in told.ends and not told.ends[head].completed for head in heads)

    @rule()
    def run_it_afresh(self) -> None:
        """A new session; only what is kept by content is reused."""
        self.both(fresh=True)

    @rule(chosen=st.lists(some, min_size=1, max_size=2))
    def run_some_again(self, chosen: list[int]) -> None:
        """Some nodes are to run again."""
        ids = [node["id"] for node in self.asked.nodes]
        self.both(rerun=frozenset(ids[at % len(ids)] for at in chosen))

    @rule(at=some, stop=st.booleans())
    def run_a_part(self, at: int, stop: bool) -> None:
        """All up to a node; or all, but a failure stops the run."""
        ids = [node["id"] for node in self.asked.nodes]
        self.both(stop=True) if stop else self.both(until=ids[at % len(ids)])

    @rule(policy=st.sampled_from(("suggest", "safe")))
    def run_and_repair(self, policy: str) -> None:
        """A planted fault is mended: by policy, or by the person who accepts what is offered."""
        asked = self.ask()
        done = self.here(asked, repair=policy)
        failed: set[Any] = set()
        told = self.model.run(asked, failed)
        workflow = acted.built(asked.nodes)
        for fix in done.applied:
            workflow = fix.apply(workflow)
            told = self.model.go_on(replace(asked, nodes=workflow.data["nodes"]), failed)
        self.change(nodes=workflow.data["nodes"])
        self.compare(done, told)
        if told.state == "FAILED" and self.misspelt(told):
            assert done.fixes
            again = done.apply()
            self.change(nodes=again.workflow.data["nodes"])
            self.compare(again, self.model.run(self.ask()))

    def misspelt(self, told: Told) -> list[str]:
        """Name the nodes that failed for nothing but a planted fault, and that nothing handles."""
        return [
            node["id"]
            for node in self.asked.nodes
            if told.ends[node["id"]].state == "failed"
            and not told.ends[node["id"]].handled
            and all(
                told.ends[head].completed and told.ends[head].value is not None
                for head, _, _ in references_of(node)
            )
            and any(name == "Value" for _, name, _ in references_of(node))
        ]

    @rule(type=st.sampled_from(TYPES), what=st.sampled_from(("interrupts", "cancels")))
    def interrupt_it(self, type: str, what: str) -> None:
        """A person interrupts while a node of this type is under way."""
        when = "before"
        self.both(moods={**self.moods, type: (what, when)})

    @rule()
    def run_it_twice_at_once(self) -> None:
        """Two threads run it: one waits for the other, and takes what that has."""
        asked = self.ask()
        done: list[Run] = []
        threads = [threading.Thread(target=lambda: done.append(self.here(asked))) for _ in "12"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        told = [self.model.run(asked) for _ in "12"]
        self.compare_all([[one.state, ends_of(one)] for one in done], told)

    def compare_all(self, done: list[Any], told: list[Told]) -> None:
        """Hold runs that went on at once against the model's, one after the other."""
        expected = [[one.state, plain(one.ends)] for one in told]
        assert sorted(done, key=repr) == sorted(expected, key=repr)
        self.log_is_right()

    # --- a person answers ---------------------------------------------------------------------

    @precondition(lambda self: any(s.doubts() for s in self.model.sessions.values()))
    @rule(data=st.data(), with_value=st.booleans())
    def answer(self, data: st.DataObject, with_value: bool) -> None:
        """A person looks at the other side, and says whether an effect in doubt happened."""
        sessions = self.model.sessions
        doubts = [(name, slot) for name in sorted(sessions) for slot in sessions[name].doubts()]
        name, slot = data.draw(st.sampled_from(doubts))
        key, receipt = sessions[name].doubts()[slot]
        value = given_for(key) if with_value and receipt.happened else None
        more = {} if value is None else {"value": {"value": value}}
        verdict = "sent" if receipt.happened else "not-sent"
        resolve(name, slot, verdict, store=self.folder / ".wfrepair", **more)
        self.model.resolve(name, slot, value)

    # --- other processes ----------------------------------------------------------------------

    def elsewhere(self, asked: Asked, count: int = 1) -> list[Any]:
        """Run in new processes at once; gives what each tells, None for one that was killed."""
        others = elsewhere()
        assert others.stdin is not None and others.stdout is not None
        others.stdin.write(json.dumps([self.call(asked)] * count) + "\n")
        others.stdin.flush()
        return list(json.loads(others.stdout.readline()))

    def process(self) -> str:
        """Name a process that nobody was before."""
        self.processes += 1
        return f"process {self.processes}"

    @rule()
    def restart_and_run_it(self) -> None:
        """A run in a new process."""
        asked = self.ask(process=self.process())
        said = self.elsewhere(asked)
        self.compare_all(said, [self.model.run(asked)])

    @rule()
    def run_it_in_two_processes(self) -> None:
        """Two new processes run it at once."""
        asked = self.ask(process=self.process())
        said = self.elsewhere(asked, 2)
        told = [self.model.run(asked), self.model.run(replace(asked, process=self.process()))]
        self.compare_all(said, told)

    @rule(type=st.sampled_from(TYPES), when=st.sampled_from(("before", "after")))
    def kill_it(self, type: str, when: str) -> None:
        """The process is killed inside a node of this type, around its effect."""
        moods = {**self.moods, type: ("kills", when)}
        asked = self.ask(process=self.process(), moods=moods)
        said = self.elsewhere(asked)
        try:
            told = self.model.run(asked)
        except Killed:
            assert said == [None]
            self.log_is_right()
        else:
            self.compare_all(said, [told])


def runs_in_any_turn(asked: Asked, told: Told) -> bool:
    """Whether it does not matter in which turn the nodes run; equal pure nodes may share."""
    keys = Counter(told.keys.values())
    shared = [n for n in asked.nodes if keys[told.keys.get(n["id"], ())] > 1]
    plainly = all(by_content(node) and node.get("cache") != LAPSED for node in shared)
    moods = {what for what, _ in asked.moods.values()}
    calm = not asked.stop and not moods & {"interrupts", "cancels"}
    calm = calm and not told.crossed
    return calm and (not shared or (plainly and not asked.rerun))


def plain(ends: Mapping[str, End]) -> dict[str, list[Any]]:
    """Give ends as state and value."""
    return {id: [end.state, end.value] for id, end in ends.items()}


def ends_of(done: Run) -> dict[str, list[Any]]:
    """Give each node's state and value."""
    return {id: [ran.state, ran.outputs.get("value")] for id, ran in done.nodes.items()}


@cache
def elsewhere() -> subprocess.Popen[str]:
    """Give the process that starts other processes."""
    path = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-c", "import acted; acted.serve()"]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, env={**os.environ, **path})


@pytest.mark.timeout(0 if LONG else 600)
class TestModel(Machine.TestCase):
    """Runs the machine."""

    settings = settings(
        max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip

    @classmethod
    def tearDownClass(cls) -> None:
        """Let the other process end."""
        if elsewhere.cache_info().currsize:
            elsewhere().communicate()
            elsewhere.cache_clear()
