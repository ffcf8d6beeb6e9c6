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
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from model import LAPSED, Asked, End, Killed, Model, Told, by_content, given_for, references_of

from wfrepair_magic import Run, events, run
from wfrepair_magic.session import preview, resolve

LONG = os.environ.get("WFREPAIR_TESTS") == "long"
EXAMPLES, STEPS = (10_000, 50) if LONG else (200, 20)
MEMORY = Path("/dev/shm")
"""Where files need not reach a disk; that they do is tested elsewhere."""

TYPES = ("plus", "minus", "odd")
NAMES = tuple(f"n{number}" for number in range(8))
BEFALLS = (
    ("works", ""), ("refuses", "before"), ("is down", "before"), ("garbles", "after"),
    ("loses", "before"), ("loses", "after"),
)  # fmt: skip
OPEN = {"done", "reused", "failed", "skipped", "in_doubt"}
COMES_TRUE = {
    "reused": {"reused", "waiting"}, "in doubt": {"in_doubt"}, "failed": {"failed"},
    "skipped": {"skipped", "failed"}, "runs": OPEN, "would send": OPEN, "would send again": OPEN,
}  # fmt: skip
CHANGES = {
    "type": st.sampled_from(TYPES),
    "effect": st.sampled_from(("pure", "read", "write")),
    "cache": st.sampled_from((None, None, True, False, "1h", LAPSED)),
    "optional": st.booleans(),
    "retry": st.sampled_from(({"attempts": 1}, {"attempts": 2, "wait": 0})),
}
some = st.integers(0, 7)


class Machine(RuleBasedStateMachine):
    """A person edits, runs, breaks and heals; the model does so too."""

    def __init__(self) -> None:
        super().__init__()
        place = str(MEMORY) if MEMORY.is_dir() else None
        self.folder = Path(tempfile.mkdtemp(prefix="wfrepair-", dir=place))
        self.model = Model()
        self.asked = Asked(nodes=[])
        self.ids: set[str] = set()
        self.moods: dict[str, tuple[str, str]] = {}
        self.processes = 0

    def teardown(self) -> None:
        """Take the world away again."""
        shutil.rmtree(self.folder)

    # --- the workflow is edited ---------------------------------------------------------------

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        """Begin with a few nodes."""
        for _ in range(data.draw(st.integers(1, 4))):
            self.add_a_node(data)

    def change(self, **changes: Any) -> None:
        """Let something differ from the next run on."""
        self.asked = replace(self.asked, **changes)

    def param(self, data: st.DataObject, before: Sequence[str]) -> int | str:
        """Draw what a param says: a number, the input, or one of the nodes before."""
        texts: list[int | str] = [0, 1, 2, "${x}"]
        for id in before:
            texts += [f"${{{id}.value}}", f"${{{id}.value ?? 3}}", f"${{{id}.Value}}"]
        weights = st.sampled_from(texts + [text for text in texts if str(text).endswith("value}")])
        return data.draw(weights)

    @rule(data=st.data())
    def add_a_node(self, data: st.DataObject) -> None:
        """A node is added somewhere; it may use those above it."""
        nodes = [*self.asked.nodes]
        ids = [id for id in NAMES if id not in {node["id"] for node in nodes}]
        if len(nodes) == 5:
            return
        at = data.draw(st.integers(0, len(nodes)))
        above = [node["id"] for node in nodes[:at]]
        new: dict[str, Any] = {"id": data.draw(st.sampled_from(ids))}
        new |= {key: data.draw(values) for key, values in CHANGES.items() if key != "cache"}
        new["params"] = {name: self.param(data, above) for name in "ab"}
        new["after"] = data.draw(st.lists(st.sampled_from(above), max_size=1)) if above else []
        self.change(nodes=[*nodes[:at], new, *nodes[at:]])

    @rule(at=some, what=st.sampled_from((*CHANGES, "params", "params")), data=st.data())
    def edit_a_node(self, at: int, what: str, data: st.DataObject) -> None:
        """One property of a node is changed."""
        nodes = [*self.asked.nodes]
        at %= len(nodes)
        if what == "params":
            above = [node["id"] for node in nodes[:at]]
            name = data.draw(st.sampled_from("ab"))
            new: Any = {**nodes[at]["params"], name: self.param(data, above)}
        else:
            new = data.draw(CHANGES[what])
        self.change(nodes=[*nodes[:at], {**nodes[at], what: new}, *nodes[at + 1 :]])

    @rule(at=some, to=st.sampled_from(NAMES))
    def rename_a_node(self, at: int, to: str) -> None:
        """A node and all references to it get another name; two may swap theirs."""
        old = self.asked.nodes[at % len(self.asked.nodes)]["id"]
        text = json.dumps(self.asked.nodes).replace(to, "@").replace(old, to).replace("@", old)
        self.change(nodes=json.loads(text))

    @rule(at=some)
    def remove_a_node(self, at: int) -> None:
        """A node is taken out; what referred to it takes a number."""
        nodes = [*self.asked.nodes]
        if len(nodes) == 1:
            return
        gone = nodes.pop(at % len(nodes))["id"]
        self.change(nodes=[without(node, gone) for node in nodes])

    @rule(at=some)
    def move_a_node(self, at: int) -> None:
        """A node changes places with the one below, unless that refers to it."""
        nodes = [*self.asked.nodes]
        at %= len(nodes)
        below = nodes[at + 1 : at + 2]
        if below and nodes[at]["id"] not in json.dumps(below):
            nodes[at : at + 2] = [*below, nodes[at]]
            self.change(nodes=nodes)

    @rule(x=st.integers(0, 2))
    def change_the_input(self, x: int) -> None:
        """The input gets another value."""
        self.change(x=x)

    @rule(bonus=st.integers(0, 1), helper=st.sampled_from(tuple(acted.HELPERS)))
    def change_the_code(self, bonus: int, helper: str) -> None:
        """A constant or a helper of the node functions becomes another."""
        self.change(bonus=bonus, helper=helper)

    @rule(type=st.sampled_from(TYPES), mood=st.sampled_from(BEFALLS))
    def change_the_world(self, type: str, mood: tuple[str, str]) -> None:
        """What a node function deals with breaks, or is mended."""
        self.moods[type] = mood

    @rule()
    def heal_the_world(self) -> None:
        """Everything works again."""
        self.moods.clear()

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
            assert told.ends[id].state in COMES_TRUE[verdict], (id, verdict, told.ends[id])

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
        shared: tuple[set[str], set[Any]] = (set(), set())
        told = self.model.run(replace(asked))
        workflow = acted.built(asked.nodes)
        for fix in done.applied:
            workflow = fix.apply(workflow)
            told = self.model.go_on(replace(asked, nodes=workflow.data["nodes"]), *shared)
        self.change(nodes=workflow.data["nodes"])
        self.compare(done, told)
        if told.state == "FAILED" and self.misspelt(told):
            assert done.fixes
            again = done.apply()
            self.change(nodes=again.workflow.data["nodes"])
            self.compare(again, self.model.run(self.ask()))

    def misspelt(self, told: Told) -> list[str]:
        """Name the nodes that failed for nothing but a planted fault."""
        return [
            node["id"]
            for node in self.asked.nodes
            if told.ends[node["id"]].state == "failed"
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
    return calm and (not shared or (plainly and not asked.rerun))


def without(node: Mapping[str, Any], gone: str) -> dict[str, Any]:
    """Give a node that refers to another one no more."""
    params = {name: 1 if gone in str(value) else value for name, value in node["params"].items()}
    return {**node, "params": params, "after": [id for id in node["after"] if id != gone]}


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
class TestModel(Machine.TestCase):  # type: ignore[name-defined, misc]
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
