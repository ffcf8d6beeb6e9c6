"""Offers: what the language, the node types and the last run let stand at a cursor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from wfrepair_magic.ir.cursor import find_cursor
from wfrepair_magic.ir.language import SECTIONS
from wfrepair_magic.ir.offers import Offers, find_offers, known_scope
from wfrepair_magic.ir.spec import NodeSpec, Param
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.nodes.http import HTTP, METHODS

CATALOGUE = {
    "get": NodeSpec(
        "get",
        {
            "query": Param("query", ("object",)),
            "url": Param("url", ("string",), required=True, accepts=("uri",)),
            "method": Param("method", ("string",), enum=("GET", "POST")),
            "verify": Param("verify", ("boolean",)),
        },
        outputs={"response": "any", "status_code": "integer"},
        actions=("empty",),
    ),
    "value": NodeSpec("value", open=True),
    "mine": NodeSpec("mine", {}, outputs=None),
}
REAL = {
    "fetch": {
        "response": {"user-name": "ann", "rows": [{"a": 1}, {"a": 2}], "not a key": 1},
        "stdout": '{"inside": {"deep": 1}}',
        "status_code": 200,
    },
    "many": {"user": "ann"},
}
HEAD = "inputs:\n  many: {type: object, env: MANY}\n  off: {type: boolean}\nnodes:\n"
NODES = (
    HEAD + "  - {id: fetch, type: get, group: g}\n"
    "  - {id: fixed, type: value, params: {body: {user_name: ann}}}\n"
)


def offers(text: str, real: Mapping[str, Any] | None = None) -> Offers:
    """Give what is offered where the bar stands."""
    cursor = find_cursor(text.replace("|>", "", 1), text.index("|>"))
    assert cursor is not None
    return find_offers(cursor, CATALOGUE, known_scope(cursor.data, CATALOGUE, real or {}))


def texts(text: str, real: Mapping[str, Any] | None = None) -> list[str]:
    """Give the offered texts."""
    return list(offers(text, real).texts)


def test_keys_of_each_level_come_from_the_table() -> None:
    """Every section offers its own keys, required ones first, none that is not built yet."""
    for text, section in (
        ("|>", "workflow"),
        ("nodes:\n  - |>", "node"),
        ("nodes:\n  - id: a\n    retry: {|>", "retry"),
        ("nodes:\n  - id: a\n    verify: {|>", "check"),
        ("edges:\n  - |>", "edge"),
        ("inputs:\n  a: {|>", "input"),
        ("outputs:\n  a:\n    |>", "output"),
        ("defaults:\n  |>", "defaults"),
    ):
        keys = SECTIONS[section].keys.values()
        expected = {key.name for key in keys if not key.later}
        found = offers(text)
        assert (set(found.texts) | ({"id"} if ": a" in text and section == "node" else set())) == (
            expected
        )
        assert found.kind == "key"
    assert texts("|>")[0] == "nodes"
    assert texts("nodes:\n  - |>")[:2] == ["id", "type"]


def test_what_is_written_is_not_offered_again() -> None:
    """Keys beside the cursor are left out, the one under it is not."""
    assert texts("nodes:\n  - id: a\n    type: get\n    t|>") == ["timeout"]
    assert texts("nodes:\n  - id: a\n    t|>ype: get") == ["type", "timeout"]


def test_case_and_separators_do_not_matter() -> None:
    """What begins alike but for case and separators is offered."""
    assert texts("onF|>\nnodes: []") == []
    assert texts("defaults:\n  onF|>") == ["on_failure"]


def test_node_types_params_and_values() -> None:
    """Types come from the catalogue, params with every correct spelling, values from enums."""
    assert texts("nodes:\n  - id: a\n    type: |>") == ["get", "value", "mine"]
    node = "nodes:\n  - id: a\n    type: get\n    params: "
    assert texts(node + "{|>}") == ["url", "uri", "query", "method", "verify"]
    assert texts(node + "{uri: x, |>}") == ["query", "method", "verify"]
    assert texts(node + "\n      m|>") == ["method"]
    assert texts(node + "{method: P|>") == ["POST"]
    assert texts(node + "{verify: |>") == ["true", "false"]
    assert texts(node + "{query: {|>") == []
    assert texts("nodes:\n  - id: a\n    type: other\n    params: {|>") == []
    assert texts("nodes:\n  - id: a\n    effect: |>") == ["pure", "read", "write"]
    assert texts("nodes:\n  - id: a\n    optional: |>") == ["true", "false"]
    assert texts("inputs: {a: {type: in|>") == ["integer"]


def test_the_usual_values_are_offered_where_others_are_allowed_too() -> None:
    """Of the methods of HTTP those that people use, although any may be written."""
    text = "nodes:\n  - id: a\n    type: http\n    params:\n      url: http://x\n      method: "
    for begun, offered in (("", list(METHODS)), ("p", ["POST", "PUT", "PATCH"]), ("x", [])):
        cursor = find_cursor(text + begun, len(text + begun))
        assert cursor is not None
        assert list(find_offers(cursor, {"http": HTTP.spec}, {}).texts) == offered
    assert not Workflow.parse(f"{text}PROPFIND").problems()


def test_ids_where_the_language_wants_them() -> None:
    """`after`, `from`, `to` and `start_node` offer ids, never the node's own."""
    assert texts(NODES + "  - id: c\n    after: [|>]") == ["fetch", "fixed"]
    assert texts(NODES + "  - id: c\n    after: fi|>") == ["fixed"]
    assert texts(NODES + "edges: [{from: |>}]") == ["fetch", "fixed"]
    assert texts(NODES + "edges:\n  - from: fetch\n    to: |>") == ["fetch", "fixed"]
    assert texts(NODES + "edges:\n  - from: fetch\n    action: |>") == ["default", "error", "empty"]
    assert texts(NODES + "start_node: f|>") == ["fetch", "fixed"]
    assert texts(NODES + "  - id: c\n    group: |>") == ["g"]


def test_json_gets_its_quotes() -> None:
    """In JSON a key or text comes with quotes where none is open."""
    assert texts('{"nodes": [{"id": "a", |>')[:1] == ['"type"']
    assert texts('{"nodes": [{"id": "a", "ty|>"}]}') == ["type"]
    assert texts('{"nodes": [{"id": "a", "type": |>}]}') == ['"get"', '"value"', '"mine"']
    assert texts('{"nodes": [{"id": "a", "optional": |>}]}') == ["true", "false"]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("", ["fetch", "fixed", "many", "off", "env"]),
        ("f", ["fetch", "fixed"]),
        ("fetch.", ["response", "stdout", "status_code"]),
        ("fetch.response.", ["user-name", "rows"]),
        ("fetch.response.userN", ["user-name"]),
        ("fetch.response.rows[", ["0]", "1]"]),
        ("fetch.response.rows[1].", ["a"]),
        ("fetch.response.rows.", []),
        ("fetch.stdout.", ["inside"]),
        ("fetch.stdout.inside.", ["deep"]),
        ("fetch.status_code.", []),
        ("fetch.nothing.", []),
        ("many.", ["user"]),
        ("env.", ["MANY"]),
        ("fixed.body.", ["user_name"]),
        ("fetch.x ?? fixed.b", ["body"]),
        ("fetch.stdout | ", ["json", "tojson", "int", "float", "str", "sh", "raw"]),
        ("fetch.stdout | to", ["tojson"]),
        ("nobody.", []),
        ("fetch..", []),
        ("-", []),
    ],
)
def test_templates_offer_what_the_last_run_gave(expression: str, expected: list[str]) -> None:
    """Heads, then the keys and indexes that were really there, through JSON text too."""
    node = '  - {id: own, type: get, params: {url: "${' + expression + '|>}"}}\n'
    assert sorted(texts(NODES + node, REAL)) == sorted(expected)


def test_where_nothing_ran_the_type_says_what_it_gives() -> None:
    """Declared outputs, and the params of a `value` node, stand in for a run."""
    assert texts(NODES + "outputs: {o: {source: |>") == ["fetch", "fixed", "many", "off", "env"]
    assert texts(NODES + "outputs: {o: {source: fetch.|>") == ["response", "status_code"]
    assert texts(NODES + 'outputs: {o: {source: "${fixed.|>') == ["body"]
    found = offers(NODES + "outputs: {o: {source: fetch.st|>")
    assert (found.fragment, found.texts, found.kind) == ("st", ("status_code",), "path")


def test_places_outside_of_the_language_offer_nothing() -> None:
    """Free text, unknown keys and what is inside of them are left alone."""
    for text in ("description: a|>", "nosuch: {|>", "nodes:\n  - id: |>", "inputs:\n  |>",
                 "outputs: {o: {source: {|>"):  # fmt: skip
        assert texts(text) == []
