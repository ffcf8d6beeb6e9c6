"""The JSON Schema of the language says what the check says, as far as a schema can."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ir.test_check import CASES, SOUND, TYPES, WARNINGS
from ir.test_language import BASE, PLACES, each_key, misspellings
from ir.test_reader import FULL
from jsonschema import Draft202012Validator

import wfrepair_magic
from wfrepair_magic.ir.codec import read
from wfrepair_magic.ir.language import LATER_TYPES, SECTIONS, Key, Section
from wfrepair_magic.ir.schema import FILE, ID, language_schema
from wfrepair_magic.ir.spec import NodeSpec, Param
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.nodes import registry
from wfrepair_magic.problem import Slot
from wfrepair_magic.repair.rules import RULES

ROOT = Path(wfrepair_magic.__file__).parents[1]
CHECK_ONLY = {
    "default that does not fit", "cache of an effect", "two inputs from stdin",
    "input named like a node", "duplicate id", "unknown type",
}  # fmt: skip
"""Mistakes that join two places, or depend on what is registered."""


def built_in() -> dict[str, NodeSpec]:
    """Give the specs of the built-in node types."""
    specs = [one.spec for one in registry.all_types()]
    return {spec.name: spec for spec in specs if spec.origin == registry.BUILT_IN}


def accepts(schema: dict[str, Any], data: Any) -> bool:
    """Whether a schema holds for a tree."""
    return bool(Draft202012Validator(schema).is_valid(data))


def published() -> Iterator[tuple[str, str]]:
    """Give every workflow of the README and the notebooks, with where it stands."""
    readme = (ROOT / "README.md").read_text("utf-8")
    for number, text in enumerate(re.findall(r"```yaml\n%%workflow.*\n([\s\S]*?)```", readme)):
        yield f"README {number}", text
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for number, cell in enumerate(json.loads(path.read_text("utf-8"))["cells"]):
            source = "".join(cell["source"])
            if source.startswith("%%workflow"):
                yield f"{path.name} {number}", source.partition("\n")[2]


PUBLISHED = dict(published())
REPAIRED = {
    f"{rule.code} {number}": example.after
    for rule in RULES.values()
    for number, example in enumerate(rule.examples)
    if example.after is not None
}


def test_the_shipped_file_is_the_schema_of_the_built_in_types() -> None:
    """The file says what the table says; `wfrepair schema > wfrepair_magic/ir/schema.json`."""
    text = json.dumps(language_schema(built_in()), ensure_ascii=False, indent=2) + "\n"
    assert FILE.read_text("utf-8") == text


def test_it_is_a_schema_with_a_name_and_a_version() -> None:
    """It is valid as JSON Schema 2020-12, and its `$id` ends with the language's version."""
    schema = language_schema(built_in())
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == ID == f"urn:wfrepair-magic:workflow:{wfrepair_magic.__version__}"


def test_every_part_is_described() -> None:
    """Each section has a title, and each key and param a description."""
    schema = language_schema(built_in())
    for name, part in {"workflow": schema, **schema["$defs"]}.items():
        assert part["title"], name
        for key, value in part["properties"].items():
            assert value["description"].endswith("."), f"{name}.{key}"


@pytest.mark.parametrize("text", [*PUBLISHED.values(), FULL], ids=[*PUBLISHED, "all keys"])
def test_published_workflows_are_accepted(text: str) -> None:
    """What README and notebooks show, and a text with every key, is valid."""
    assert accepts(language_schema(built_in()), read(text).data)


@pytest.mark.parametrize("text", REPAIRED.values(), ids=REPAIRED.keys())
def test_repaired_workflows_are_accepted(text: str) -> None:
    """What a rule makes of its example is valid."""
    assert accepts(language_schema(built_in()), read(text).data)


@pytest.mark.parametrize("name", [*SOUND, *WARNINGS])
def test_what_the_check_lets_run_is_accepted(name: str) -> None:
    """A workflow without errors is valid, however unusual."""
    text = SOUND[name] if name in SOUND else WARNINGS[name][0]
    assert accepts(language_schema(TYPES), read(text).data)


@pytest.mark.parametrize("name", CASES)
def test_a_single_mistake_of_shape_is_refused(name: str) -> None:
    """Every mistake that the check finds is refused, unless it is about templates or the graph."""
    text, (code, *_) = CASES[name]
    beyond = name in CHECK_ONLY or code[:3] == "TPL" or (code[:3] == "GRF" and code != "GRF05")
    assert accepts(language_schema(TYPES), read(text).data) == beyond


def changed(section: Section, name: str, value: Any) -> dict[str, Any]:
    """Give a good workflow into which one key is put."""
    data = json.loads(json.dumps(BASE))
    place: Any = data
    slot: Slot = PLACES[section.name]
    for part in slot:
        place = place[part]
    place[name] = value
    return dict(data)


@each_key
def test_the_table_and_the_schema_agree(section: Section, key: Key) -> None:
    """Misspelt keys, values of another kind and what is not built yet are refused."""
    schema = language_schema(built_in())
    assert accepts(schema, BASE)
    for written in misspellings(key):
        assert not accepts(schema, changed(section, written, "zzz"))
    wrong: Any = [[1]] if key.kinds[0] != "items" else {"x": 1}
    assert accepts(schema, changed(section, key.name, wrong)) == (
        "any" in key.kinds and not key.later
    )


@pytest.mark.parametrize(
    ("section", "name", "value", "good"),
    [
        ("input", "env", "__x", True),
        ("input", "env", "env", True),
        ("input", "env", "a b", False),
        ("node", "id", "__x", False),
        ("node", "id", "true", False),
        *(("node", name, value, value == "0.5s") for name in ("cache", "timeout")
          for value in ("0s", "0h0.0m", "0.5s")),
        ("retry", "wait", "0s", True),
        ("defaults", "timeout", "0ms", False),
    ],
)  # fmt: skip
def test_names_and_durations_are_as_the_check_has_them(
    section: str, name: str, value: str, good: bool
) -> None:
    """A variable may be called what no node may be, and no time but a wait may be zero."""
    data = changed(SECTIONS[section], name, value)
    if section == "node" and name == "id":
        data |= {"edges": [], "outputs": {}}
    assert accepts(language_schema(built_in()), data) == good
    found = Workflow.parse(json.dumps(data)).problems()
    wrong = [problem for problem in found if problem.code in ("LNG02", "LNG04", "PRM09")]
    assert (not wrong) == good


@pytest.mark.parametrize("name", sorted(LATER_TYPES))
def test_types_that_are_not_built_yet_are_refused(name: str) -> None:
    """A type of the language that does not exist yet is no function of the notebook."""
    assert not accepts(language_schema({}), {"nodes": [{"id": "a", "type": name}]})
    assert accepts(language_schema({}), {"nodes": [{"id": "a", "type": f"my_{name}"}]})


def test_what_a_param_may_hold() -> None:
    """A param takes its types, null where that is its default, and one template for all else."""
    spec = NodeSpec(
        "t",
        {
            "n": Param("n", ("integer",), default=1, minimum=0, maximum=9),
            "o": Param("o", ("object", "array"), default=None),
            "w": Param("w", ("string",), default="a", enum=("a", "b")),
            "c": Param("c", default={1, 2}),
        },
    )
    schema = language_schema({"t": spec})

    def fits(**params: Any) -> bool:
        return accepts(schema, {"nodes": [{"id": "a", "type": "t", "params": params}]})

    assert all(fits(n=value) for value in (0, 9, "${x.n}", "${x.n ?? 3 | int}"))
    assert not any(fits(n=value) for value in (-1, 10, "3", "1${x.n}", None, True, [1]))
    assert all(fits(o=value) for value in ({}, [], None, "${x}"))
    assert all(fits(w=value) for value in ("a", "b", "${x}", "a${x}"))
    assert not any(fits(w=value) for value in ("c", None, 1))
    assert fits(c=None) and not fits(d=1)
    Draft202012Validator.check_schema(schema)
