"""A model of what a run promises: which nodes execute, what they give and how each of them ends.

It knows no disk, no threads and no text: a session is a dict of receipts, a key is a tuple.  Its
nodes run one at a time, as with `max_workers=1`; what the nodes do lies in `acted`.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from acted import HELPERS
from model_nodes import LAPSED, REFERENCE, Node, by_content, in_turn, references_of, upstream

Key = tuple[Any, ...]

DISK = "disk"
PERSON, FAILED, STOPPED, LEFT_OUT = "person", "failed", "stopped", "left out"


class Killed(Exception):
    """The process was killed inside a node: this run says nothing any more."""


@dataclass(frozen=True)
class Receipt:
    """What a session knows of one key in one slot; `where` its value lies: DISK or a process."""

    state: str  # "done", "unread", "doubt", "failed", "superseded"
    number: int
    value: int | None = None
    where: str = DISK
    happened: bool = True


@dataclass
class Session:
    """One line of work: its receipts by key and slot, and how its last run ended."""

    receipts: dict[tuple[Key, str], Receipt] = field(default_factory=dict)
    state: str = ""

    def doubts(self) -> dict[str, tuple[Key, Receipt]]:
        """Give what is in doubt by slot; of several in one slot the newest."""
        found = sorted(self.receipts.items(), key=lambda item: item[1].number)
        return {slot: (key, receipt) for (key, slot), receipt in found if receipt.state == "doubt"}

    def is_over(self) -> bool:
        """Whether its last run was of the whole workflow and went well, with nothing in doubt."""
        return self.state in ("SUCCESS", "DEGRADED") and not self.doubts()

    def take(self, key: Key, slot: str, slots: set[str], others: set[str]) -> Receipt | None:
        """Give the receipt of a slot, else the best known of a slot that has left the workflow.

        Failing that, one of a slot among `others`: their nodes are of another key by now.
        """
        for free in (set(self.held(key, slot)) - slots, others):
            left = [entry for old, entry in self.held(key, slot).items() if old in free]
            if left:
                self.receipts[key, slot] = self.receipts.pop((key, min(left)[2]))
        return self.receipts.get((key, slot))

    def held(self, key: Key, slot: str) -> dict[str, tuple[int, int, str]]:
        """Give what other slots hold of a key, to be ordered; nothing if the slot has its own."""
        rank = {"done": 0, "unread": 0, "doubt": 1, "failed": 2}
        if (key, slot) in self.receipts:
            return {}
        return {
            old: (rank[receipt.state], receipt.number, old)
            for (its, old), receipt in self.receipts.items()
            if its == key and receipt.state in rank
        }


@dataclass(frozen=True)
class Asked:
    """How a run is asked for; `moods` says for each type what befalls it, and when."""

    nodes: Sequence[Node]
    x: int = 0
    bonus: int = 0
    helper: str = "same"
    moods: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    name: str = "w"
    process: str = "here"
    fresh: bool = False
    mode: str = "open"
    rerun: frozenset[str] = frozenset()
    until: str | None = None
    stop: bool = False


@dataclass(frozen=True)
class End:
    """How a node ends; `why` says what that means to those that wait for it."""

    state: str
    value: int | None = None
    why: str = ""
    handled: bool = False

    @property
    def completed(self) -> bool:
        """Whether there are outputs."""
        return self.state in ("done", "reused")


@dataclass(frozen=True)
class Told:
    """What a run tells: its state and each node's end; `keys` are those that were looked up.

    `crossed`: some node has the key that another one of the workflow had before; whether it takes
    what that one left depends on which of them is looked at first.
    """

    state: str
    ends: Mapping[str, End]
    keys: Mapping[str, Key] = field(default_factory=dict)
    crossed: bool = False


class Model:
    """What is remembered between runs, and how often each node function should have run."""

    def __init__(self) -> None:
        self.results: dict[tuple[Key, str], int] = {}
        self.sessions: dict[str, Session] = {}
        self.ran: Counter[str] = Counter()
        self.sent: Counter[str] = Counter()
        self.numbers = itertools.count()

    def run(self, asked: Asked, failed: set[tuple[Key, str]] | None = None) -> Told:
        """Do the run; raises Killed where a node kills it.

        `failed` holds the effects that reported a failure in this run; its passes share it.
        """
        old = self.sessions.get(asked.name)
        if asked.fresh and old is not None and old.doubts():
            old.state = "WAITING"
            slots = old.doubts().keys()
            ends = {n["id"]: "in_doubt" if n["id"] in slots else "skipped" for n in asked.nodes}
            return Told("WAITING", {id: End(state) for id, state in ends.items()})
        over = asked.mode == "per-run" and old is not None and old.is_over()
        if old is None or asked.fresh or over:
            self.sessions[asked.name] = Session()
        self.sessions[asked.name].state = ""
        return self.go_on(asked, set() if failed is None else failed)

    def go_on(self, asked: Asked, failed: set[tuple[Key, str]]) -> Told:
        """Do one pass of a run."""
        told = Pass(self, self.sessions[asked.name], asked, failed).tell()
        self.sessions[asked.name].state = told.state if asked.until is None else "PART"
        return told

    def resolve(self, name: str, slot: str, value: int | None) -> None:
        """Take a person's word, who has looked, on what is in doubt in a slot."""
        session = self.sessions[name]
        key, receipt = session.doubts()[slot]
        state = "done" if receipt.happened else "failed"
        where = DISK if value is not None else "nowhere"
        session.receipts[key, slot] = replace(receipt, state=state, value=value, where=where)


@dataclass
class Pass:
    """One pass over the nodes."""

    model: Model
    session: Session
    asked: Asked
    failed: set[tuple[Key, str]]
    ends: dict[str, End] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    interrupted: bool = False
    crossed: bool = False

    def tell(self) -> Told:
        """Decide about every node in its turn."""
        nodes = in_turn(self.asked.nodes)
        until = self.asked.until
        wanted = set(self.slots) if until is None else upstream(self.asked.nodes, until)
        for node in nodes:
            left_out = End("skipped", why=LEFT_OUT)
            self.ends[node["id"]] = self._end(node) if node["id"] in wanted else left_out
        self._try_the_rest(nodes)
        return Told(self._state(), self.ends, self.keys, self.crossed)

    @property
    def slots(self) -> set[str]:
        """The ids of the workflow's nodes."""
        return {node["id"] for node in self.asked.nodes}

    @property
    def unhandled(self) -> bool:
        """Whether a failure so far is one that nothing takes."""
        return any(end.state == "failed" and not end.handled for end in self.ends.values())

    def _state(self) -> str:
        ends = {end.state for end in self.ends.values()}
        if self.interrupted:
            return "CANCELLED"
        if ends & {"waiting", "in_doubt"}:
            return "WAITING"
        return "FAILED" if self.unhandled else "DEGRADED" if "failed" in ends else "SUCCESS"

    def _end(self, node: Node) -> End:
        held = self._held_back(node)
        if held:
            return End("skipped", why=held)
        if self.interrupted or (self.asked.stop and self.unhandled):
            return End("skipped", why=STOPPED)
        key = self._key(node)
        if key is None:
            return fail(node)
        self.keys[node["id"]] = key
        return self._look(node, key) or self._execute(node, key)

    def _key(self, node: Node) -> Key | None:
        """Give a node's key; None where one of its params does not resolve."""
        args = [self._value(text) for text in node["params"].values()]
        asked, type = self.asked, node["type"]
        code = {"plus": (asked.bonus, asked.helper), "minus": (asked.helper,)}.get(type, ())
        return None if None in args else (type, *args, *code)

    def _others(self, key: Key, id: str) -> set[str]:
        """Name the nodes that hold receipts of a key and are surely of another one now."""
        held = self.session.held(key, id).keys() & self.slots
        self.crossed |= bool(held)
        return {
            node["id"]
            for node in self.asked.nodes
            if node["id"] in held and not self._is_open(node)
            and self._key(node) not in (None, key)
        }  # fmt: skip

    def _is_open(self, node: Node) -> bool:
        """Whether a node that it reads from has not been looked at yet."""
        return any(head not in self.ends for head, _, _ in references_of(node))

    def _held_back(self, node: Node) -> str:
        """Say why a node cannot run yet; "" if it can.  Doubt never gives way to a fallback."""
        found = set()
        references = list(references_of(node))
        for head, _, fallback in references:
            end = self.ends[head]
            if not end.completed and (fallback is None or end.why == PERSON):
                found.add(end.why)
        for id in set(node.get("after", ())) - {head for head, _, _ in references}:
            end = self.ends[id]
            if not end.completed and not (end.state == "failed" and end.handled):
                found.add(end.why)
        return next((why for why in (PERSON, FAILED, STOPPED) if why in found), "")

    def _value(self, text: str | int) -> int | None:
        """Give a param's value; None for what does not resolve."""
        match = REFERENCE.fullmatch(str(text))
        if match is None:
            return int(text)
        head, name, fallback = match.groups()
        if head == "x":
            return self.asked.x
        value = self.ends[head].value if name == "value" else None
        return int(fallback) if value is None and fallback is not None else value

    def _look(self, node: Node, key: Key) -> End | None:
        """Say what stands in for running a node; None where nothing does."""
        id = node["id"]
        if by_content(node):
            found = [self.model.results.get((key, w)) for w in (DISK, self.asked.process)]
            value = next((value for value in found if value is not None), None)
            kept = value is not None and id not in self.asked.rerun and node.get("cache") != LAPSED
            return End("reused", value) if kept else None
        receipt = self.session.take(key, id, self.slots, self._others(key, id))
        if receipt is not None and receipt.state == "done" and id not in self.asked.rerun:
            if receipt.where in (DISK, self.asked.process):
                return End("reused", receipt.value)
            if node["effect"] == "write":
                return End("waiting", why=PERSON) if self._is_needed(id) else End("reused")
        if receipt is not None and receipt.state == "unread" and id not in self.asked.rerun:
            return fail(node)  # it happened, and its answer stays what it was
        if receipt is not None and receipt.state == "doubt":
            return End("in_doubt", why=PERSON)
        if node["effect"] == "write" and id in self.session.doubts():
            return End("in_doubt", why=PERSON)
        if receipt is not None and receipt.state in ("done", "unread") and id in self.asked.rerun:
            self.session.receipts[key, id] = replace(receipt, state="superseded")
        return fail(node) if (key, id) in self.failed else None

    def _is_needed(self, id: str) -> bool:
        heads = (head for node in self.asked.nodes for head, _, _ in references_of(node))
        return id in heads

    def _execute(self, node: Node, key: Key) -> End:
        """Run a node: what befalls it decides what is remembered, and how it ends."""
        type, id, write = node["type"], node["id"], node["effect"] == "write"
        what, when = self.asked.moods.get(type, ("works", ""))
        name = "/".join(map(str, key[:3]))
        happened = what in ("works", "interrupts") or when == "after"
        self.model.ran[name] += node["retry"]["attempts"] if what == "is down" else 1
        self.model.sent[name] += write and happened
        self.interrupted |= what in ("interrupts", "cancels")
        value = given_for(key) if what in ("works", "interrupts") else None
        where = self.asked.process if type == "odd" and what != "garbles" else DISK
        state = {"refuses": "failed", "is down": "failed", "loses": "doubt", "kills": "doubt",
                 "cancels": "doubt", "garbles": "unread"}.get(what, "done")  # fmt: skip
        if by_content(node) and value is not None:
            self.model.results[key, where] = value
        elif write or (value is not None and not by_content(node)):
            number = next(self.model.numbers)
            self.session.receipts[key, id] = Receipt(state, number, value, where, happened)
        if what == "kills":
            raise Killed
        if value is not None:
            return End("done", value)
        if write and what == "refuses":
            self.failed.add((key, id))
        if write and state == "doubt":
            return End("in_doubt", why=PERSON)
        return End("cancelled", why=STOPPED) if what == "cancels" else fail(node)

    def _try_the_rest(self, nodes: Sequence[Node]) -> None:
        """After a failure, what was held back fails if its templates cannot resolve anyhow."""
        if not self.unhandled or self.interrupted:
            return
        for node in nodes:
            end = self.ends[node["id"]]
            kept_back = end.state == "skipped" and end.why in (FAILED, STOPPED)
            if kept_back and self._cannot_resolve(node):
                self.ends[node["id"]] = fail(node)

    def _cannot_resolve(self, node: Node) -> bool:
        return any(
            self.ends[head].completed and fallback is None
            and (self.ends[head].value is None or name != "value")
            for head, name, fallback in references_of(node)
        )  # fmt: skip


def given_for(key: Key) -> int:
    """Give what a node function gives: its arguments, its constant and its helper decide."""
    type, a, b, *code = key
    if type == "plus":
        return HELPERS[code[1]](a + b + code[0]) % 5
    return HELPERS[code[0]](a - b) % 5 if type == "minus" else (a * b) % 5


def fail(node: Node) -> End:
    """Give the end of a node that fails."""
    return End("failed", why=FAILED, handled=node.get("optional", False))
