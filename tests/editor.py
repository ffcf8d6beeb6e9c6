"""A person who edits a workflow, changes code and inputs, and breaks and heals the world."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import acted
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from model import Asked
from model_nodes import LAPSED

TYPES = ("plus", "minus", "odd")
NAMES = tuple(f"n{number}" for number in range(8))
BEFALLS = (
    ("works", ""), ("refuses", "before"), ("is down", "before"), ("garbles", "after"),
    ("loses", "before"), ("loses", "after"),
)  # fmt: skip
CHANGES = {
    "type": st.sampled_from(TYPES),
    "effect": st.sampled_from(("pure", "read", "write")),
    "cache": st.sampled_from((None, None, True, False, "1h", LAPSED)),
    "optional": st.booleans(),
    "retry": st.sampled_from(({"attempts": 1}, {"attempts": 2, "wait": 0})),
}
some = st.integers(0, 7)


class Editor(RuleBasedStateMachine):
    """Holds what the next run is asked for, and changes it step by step."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = Asked(nodes=[])
        self.moods: dict[str, tuple[str, str]] = {}

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


def without(node: Mapping[str, Any], gone: str) -> dict[str, Any]:
    """Give a node that refers to another one no more."""
    params = {name: 1 if gone in str(value) else value for name, value in node["params"].items()}
    return {**node, "params": params, "after": [id for id in node["after"] if id != gone]}
