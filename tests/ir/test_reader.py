"""From a plain tree to a Definition."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.ir.codec import read
from wfrepair_magic.ir.model import (
    MISSING,
    Check,
    Defaults,
    Definition,
    Edge,
    Input,
    Node,
    Output,
    Retry,
)
from wfrepair_magic.ir.reader import define

FULL = """
name: digest
description: what it does
request: in words
ir_version: "0.1.0"
inputs:
  channel: {type: string, default: general, description: where}
  token: {type: string, secret: true, env: CHAT_TOKEN}
  body: {required: false, stdin: true}
  free:
nodes:
  - id: fetch
    type: http
    purpose: get it
    params: {url: "http://x/${channel}"}
    group: in
    effect: read
    cache: 1h
    retry: {attempts: 3, wait: 2s, backoff: 3, jitter: 0.5, on: [ENV06]}
    timeout: 5m
    optional: true
    reads: ["data/*.csv", "${channel}.txt"]
    idempotent: 2h
    verify: {exists: "out/${channel}.txt"}
  - id: send
    type: chat
    after: fetch
    cache: false
    retry: 2
edges:
  - {from: fetch, to: send}
  - {from: fetch, to: send, action: error}
outputs:
  text: {source: "${fetch.response}", type: string, description: all of it}
start_node: fetch
defaults: {retry: {attempts: 2}, timeout: 60, on_failure: continue, max_workers: 4}
session: per-run
allow_hosts: [a.example, b.example]
allow_paths: /data
"""


def test_everything_that_is_built_is_read() -> None:
    """Each supported key of the language arrives as a value of the model, with its slot."""
    assert define(read(FULL).data) == Definition(
        name="digest",
        description="what it does",
        request="in words",
        inputs={
            "channel": Input("channel", "string", "where", "general", required=False),
            "token": Input("token", "string", secret=True, env="CHAT_TOKEN"),
            "body": Input("body", required=False, stdin=True),
            "free": Input("free"),
        },
        nodes=(
            Node(
                "fetch", "http", {"url": "http://x/${channel}"}, "get it", "in", (), "read", 3600.0,
                Retry(3, 2.0, 3.0, 0.5, ("ENV06",)), 300.0, True, ("nodes", 0),
                ("data/*.csv", "${channel}.txt"), 7200.0, Check("exists", "out/${channel}.txt"),
            ),
            Node("send", "chat", after=("fetch",), cache=False, retry=Retry(2), slot=("nodes", 1)),
        ),
        edges=(
            Edge("fetch", "send", "default", ("edges", 0)),
            Edge("fetch", "send", "error", ("edges", 1)),
        ),
        outputs={"text": Output("text", "${fetch.response}", "string", "all of it")},
        start_node="fetch",
        defaults=Defaults(Retry(2), 60.0, "continue", 4),
        session="per-run",
        allow_hosts=("a.example", "b.example"),
        allow_paths=("/data",),
    )  # fmt: skip


def test_what_is_not_said_stays_unsaid() -> None:
    """The smallest workflow has no defaults filled in: that is for those who know the type."""
    (node,) = define({"nodes": [{"id": "a", "type": "value"}]}).nodes
    assert node == Node("a", "value", slot=("nodes", 0))
    assert (node.effect, node.cache, node.retry, node.timeout) == (None, None, None, None)


def test_an_input_is_required_unless_it_has_a_default() -> None:
    """A default, even null, makes an input optional; `required` itself has the last word."""
    inputs = define(
        {"inputs": {"a": {}, "b": {"default": None}, "c": {"default": 1, "required": True}}}
    ).inputs
    assert [(one.required, one.default) for one in inputs.values()] == [
        (True, MISSING),
        (False, None),
        (True, 1),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timeout", "soon"), ("timeout", 0), ("timeout", -1), ("timeout", True), ("cache", "yes"),
        ("effect", "harmless"), ("retry", 0), ("retry", "often"), ("retry", True), ("after", 3),
        ("params", [1]), ("purpose", {}), ("optional", "true"),
    ],
)  # fmt: skip
def test_a_malformed_field_counts_as_not_given(field: str, value: Any) -> None:
    """A field that cannot be read leaves the rest of its node as it is."""
    (node,) = define({"nodes": [{"id": "a", "type": "value", field: value}]}).nodes
    assert node == Node("a", "value", slot=("nodes", 0))


def test_malformed_parts_are_left_out_and_slots_stay_true() -> None:
    """What is no node or edge is passed over, without moving the places of the others."""
    found = define(
        {
            "nodes": ["x", {"type": "value"}, {"id": "", "type": "t"}, {"id": "a"}],
            "edges": [{"from": "a"}, {"from": "a", "to": "b"}],
            "inputs": {"i": 3, "j": None},
            "outputs": {"o": "a.b", "p": {"source": 3}, "q": {"source": "a.b"}},
        }
    )
    assert found.nodes == (Node("a", "", slot=("nodes", 3)),)
    assert found.edges == (Edge("a", "b", "default", ("edges", 1)),)
    assert list(found.inputs) == ["j"]
    assert list(found.outputs) == ["q"]


TREES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=20,
)


@given(TREES)
def test_any_tree_can_be_read(tree: Any) -> None:
    """The reader raises nothing, whatever it is given."""
    assert isinstance(define(tree), Definition)
