"""The table of the language, and that the check knows every key in it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from wfrepair_magic.ir.codec import to_yaml
from wfrepair_magic.ir.durations import seconds
from wfrepair_magic.ir.language import NAME, SECTIONS, Key, Section
from wfrepair_magic.ir.workflow import Workflow
from wfrepair_magic.problem import Problem, Slot

BASE: dict[str, Any] = {
    "inputs": {"channel": {"type": "string"}},
    "nodes": [
        {"id": "a", "type": "value", "params": {"x": "${channel}"}, "retry": {"attempts": 2},
         "verify": {"exists": "x"}},
        {"id": "b", "type": "value", "params": {"y": "${a.x}"}},
    ],
    "edges": [{"from": "a", "to": "b"}],
    "defaults": {"timeout": "5m"},
    "outputs": {"y": {"source": "b.y"}},
}  # fmt: skip
PLACES: dict[str, Slot] = {
    "workflow": (),
    "input": ("inputs", "channel"),
    "output": ("outputs", "y"),
    "node": ("nodes", 0),
    "check": ("nodes", 0, "verify"),
    "retry": ("nodes", 0, "retry"),
    "edge": ("edges", 0),
    "defaults": ("defaults",),
}
ENTRIES = [(section, key) for section in SECTIONS.values() for key in section.keys.values()]
NAMES = [f"{section.name}.{key.name}" for section, key in ENTRIES]
each_key = pytest.mark.parametrize(("section", "key"), ENTRIES, ids=NAMES)


def problems_with(section: Section, name: str, value: Any) -> list[Problem]:
    """Check a good workflow into which one key is put, written out as YAML and read again."""
    data = copy.deepcopy(BASE)
    place: Any = data
    for part in PLACES[section.name]:
        place = place[part]
    place[name] = value
    return Workflow.parse(to_yaml(data)).problems()


def test_the_ground_of_these_tests_is_sound() -> None:
    """The workflow into which keys are put has no problem of its own."""
    assert Workflow.build(**BASE).problems() == []


@each_key
def test_every_key_is_described(section: Section, key: Key) -> None:
    """A key says in a sentence what it means, holds something, and its section exists."""
    assert key.meaning.endswith(".")
    assert key.kinds
    assert not key.section or key.section in SECTIONS
    assert not (key.required and key.later)


def test_an_alias_means_one_key_and_is_none() -> None:
    """No alias is itself a key of its section, and none stands for two."""
    for section in SECTIONS.values():
        aliases = [alias for key in section.keys.values() for alias in key.aliases]
        assert len(set(aliases)) == len(aliases), section.name
        assert not set(aliases) & set(section.keys), section.name


def misspellings(key: Key) -> Iterator[str]:
    """Give the registered aliases of a key, and a slip where the name is long enough for one."""
    yield from key.aliases
    if len(key.name) >= 5:
        yield key.name + "x"


@each_key
def test_every_misspelt_key_is_told_with_what_was_meant(section: Section, key: Key) -> None:
    """Each alias and slip of each key is an error at that key which names the right one."""
    for written in misspellings(key):
        found = [
            problem
            for problem in problems_with(section, written, "zzz")
            if problem.slot == (*PLACES[section.name], written)
        ]
        assert len(found) == 1, written
        (problem,) = found
        assert problem.code == ("GRF05" if section.name == "edge" else "LNG01")
        assert problem.severity == "error"
        assert problem.line is not None and problem.column is not None
        assert f"`{key.name}`" in problem.hint
        assert problem.facts["written"] == written
        assert problem.facts["meant"] == key.name


@each_key
def test_every_key_refuses_another_kind(section: Section, key: Key) -> None:
    """A value of a kind that a key does not hold is an error at that value."""
    wrong: Any = [[1]] if key.kinds[0] != "items" else {"x": 1}
    codes = [
        problem.code
        for problem in problems_with(section, key.name, wrong)
        if problem.slot == (*PLACES[section.name], key.name)
    ]
    if key.later:
        assert codes == ["LNG03"]
    elif "any" in key.kinds:
        assert codes == ["PRM07"]  # the default of an input that is declared as text
    else:
        assert codes == ["LNG02"]


@pytest.mark.parametrize(
    ("items", "words", "hint"),
    [
        (["a", 3], "`reads[1]` must be text, not 3 (integer)", 'put it in quotes: `"3"`'),
        ([["a"]], "`reads[0]` must be text, not a list", ""),
        (["a", None], "`reads[1]` must be text, not empty", ""),
    ],
)
def test_an_item_that_is_no_text_is_named(items: list[Any], words: str, hint: str) -> None:
    """Where a list of text holds something else, the message says which item, and what it is."""
    (found,) = problems_with(SECTIONS["node"], "reads", items)
    assert found.message == f"node `a`: {words}"
    assert found.hint == hint


@each_key
def test_every_enumeration_refuses_what_it_does_not_list(section: Section, key: Key) -> None:
    """A word that is not one of those allowed is an error that names the nearest one."""
    for allowed in key.enum:
        found = problems_with(section, key.name, f"{allowed}x")
        problem = next(problem for problem in found if problem.code == "PRM06")
        assert problem.slot == (*PLACES[section.name], key.name)
        assert problem.hint == f"did you mean `{allowed}`?"
        assert problem.facts["allowed"] == key.enum


@each_key
def test_every_bound_holds(section: Section, key: Key) -> None:
    """A number on the wrong side of a bound is an error; one at an inclusive bound is none."""
    beyond: list[tuple[float | None, float]] = [
        (key.minimum, -1), (key.above, 0), (key.maximum, 1)
    ]  # fmt: skip
    for bound, step in beyond:
        if bound is not None:
            whole = int(bound + step)
            assert "PRM09" in {one.code for one in problems_with(section, key.name, whole)}
    if key.minimum is not None:
        assert "PRM09" not in {one.code for one in problems_with(section, key.name, 1)}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (30, 30.0), (1.5, 1.5), ("30s", 30.0), ("5m", 300.0), ("1h", 3600.0), ("1h30m", 5400.0),
        ("250ms", 0.25), ("2d", 172800.0), ("0.5s", 0.5), (0, 0.0), (-3, -3.0),
        ("30", None), ("", None), ("s", None), ("5 m", None), ("5 minutes", None), (True, None),
        (None, None), ([1], None), (float("nan"), None), ("1h30", None), ("٣s", None),
        (10**400, float("inf")), (-(10**400), float("-inf")),
    ],
)  # fmt: skip
def test_durations_are_read(written: object, expected: float | None) -> None:
    """Numbers are seconds, text has a unit, and nothing else is a duration."""
    assert seconds(written) == expected


@pytest.mark.parametrize("name", ["a", "_x", "fetch-all", "n1", "Ab_9-z"])
def test_names_that_are_allowed(name: str) -> None:
    """Letters, digits, underscore and hyphen make a name that begins with no digit."""
    assert NAME.fullmatch(name)


@pytest.mark.parametrize("name", ["", "1a", "a b", "a.b", "-a", "a$", "é"])
def test_names_that_are_not_allowed(name: str) -> None:
    """Blanks, dots, and a digit or hyphen in front make no name."""
    assert not NAME.fullmatch(name)
