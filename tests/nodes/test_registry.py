"""The one door: names, origins, collisions, third parties."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.ir.spec import NodeSpec, catalogue
from wfrepair_magic.nodes import registry
from wfrepair_magic.nodes.base import NodeType

BUILT_IN = (
    "copy-file", "delete-file", "http", "move-file", "read-file", "shell", "value", "write-file",
)  # fmt: skip


def _answer() -> int:
    return 42


def _other_answer() -> int:
    return 43


def test_built_in_types_are_there_after_import() -> None:
    """Every built-in type stands in the registry, and its spec in the catalogue of the check."""
    found = {t.name: t.spec.origin for t in registry.all_types()}
    assert {name: found[name] for name in BUILT_IN} == dict.fromkeys(BUILT_IN, "built-in")
    assert all(catalogue[name] is registry.find(name).spec for name in BUILT_IN)


def test_every_built_in_type_and_param_says_what_it_is_for() -> None:
    """Usage can be printed from the specs alone: nothing is without a description."""
    for name in BUILT_IN:
        spec = registry.find(name).spec
        assert spec.description.endswith(".")
        assert all(param.description.endswith(".") for param in spec.params.values())


def test_no_spelling_of_a_built_in_type_means_two_params() -> None:
    """A param's name, what it accepts and its aliases are nowhere another param's."""
    for name in BUILT_IN:
        params = registry.find(name).spec.params.values()
        spellings = [word for p in params for word in (p.name, *p.accepts, *p.aliases)]
        assert len(spellings) == len(set(spellings))


def test_a_registered_type_can_be_found() -> None:
    """What was registered is found under its name, and is of the notebook."""
    made = registry.register(NodeType(NodeSpec("answer"), _answer))
    assert registry.find("answer") is made
    assert made.spec.origin == "notebook"
    assert catalogue["answer"] is made.spec


def test_registering_again_replaces() -> None:
    """A cell that is executed again leaves the new type, and no trace of the old one."""
    registry.register(NodeType(NodeSpec("answer", description="old"), _answer))
    registry.register(NodeType(NodeSpec("answer", description="new"), _other_answer))
    assert registry.find("answer").run is _other_answer
    assert catalogue["answer"].description == "new"


def test_forgetting_takes_a_type_out() -> None:
    """A forgotten type is gone from registry and catalogue; forgetting twice is harmless."""
    registry.register(NodeType(NodeSpec("answer"), _answer))
    registry.forget("answer")
    registry.forget("answer")
    assert "answer" not in catalogue
    with pytest.raises(BadWorkflow):
        registry.find("answer")


@pytest.mark.parametrize("name", [*BUILT_IN, "code", "llm", "workflow", "wait"])
def test_built_in_names_cannot_be_taken(name: str) -> None:
    """A function named like a built-in type, also one still to come, is refused with a way out."""
    before = catalogue.get(name)
    with pytest.raises(BadWorkflow, match=f"`{name}` is a built-in node type.*@node.name="):
        registry.register(NodeType(NodeSpec(name), _answer))
    assert catalogue.get(name) is before


def test_built_in_types_cannot_be_forgotten() -> None:
    """Nothing takes a built-in type out."""
    with pytest.raises(BadWorkflow, match="built-in"):
        registry.forget("shell")


@pytest.mark.parametrize("name", ["", "two words", "1st", "-x", "a${b}"])
def test_a_name_that_no_workflow_could_write_is_refused(name: str) -> None:
    """A type's name is a word."""
    with pytest.raises(BadWorkflow, match="cannot name a node type"):
        registry.register(NodeType(NodeSpec(name), _answer))


def test_an_unknown_name_tells_the_nearest() -> None:
    """A misspelt type is answered with the nearest one that exists."""
    with pytest.raises(BadWorkflow, match="no node type `shel`; did you mean `shell`"):
        registry.find("shel")


def test_a_name_like_no_other_lists_what_there_is() -> None:
    """Where nothing is near, the answer names all types."""
    with pytest.raises(BadWorkflow, match=r"there are: .*http.*value"):
        registry.find("zzzzzz")


PLUGINS = """
[wfrepair_magic.nodes]
good = goodplugin:NODE
several = severalplugin
taken = takenplugin:NODE
broken = brokenplugin
"""

MODULES = {
    "goodplugin": """
from wfrepair_magic.nodes.base import NodeType
from wfrepair_magic.ir.spec import NodeSpec
def run(): return {}
NODE = NodeType(NodeSpec("shout"), run)
""",
    "severalplugin": """
from wfrepair_magic.nodes.function import node
@node
def whisper(text: str): return text
@node
def sing(text: str): return text
""",
    "takenplugin": """
from wfrepair_magic.nodes.base import NodeType
from wfrepair_magic.ir.spec import NodeSpec
def run(): return {}
NODE = NodeType(NodeSpec("mine"), run)
""",
    "brokenplugin": "raise RuntimeError('no licence')",
}

SCRIPT = """
from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.nodes import registry
from wfrepair_magic.nodes.function import node
import sys
@node
def mine(): return 1
registry.find("shell")
assert "goodplugin" not in sys.modules, "read before it was asked for"
print(registry.find("shout").spec.origin)
print(registry.find("sing").spec.origin)
print(registry.find("mine").spec.origin)
print(registry.broken_plugins()["broken"])
print(registry.broken_plugins()["taken"])
try:
    registry.find("nothing")
except BadWorkflow as error:
    print(error.message)
"""


def test_third_parties_are_read_when_a_name_is_unknown(tmp_path: Path) -> None:
    """Entry points load on the first unknown name; one that breaks is named and harms nobody."""
    info = tmp_path / "loud-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: loud\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(PLUGINS)
    for name, source in MODULES.items():
        (tmp_path / f"{name}.py").write_text(source)
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\n{SCRIPT}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stderr == ""
    *lines, unknown = done.stdout.splitlines()
    assert lines == [
        "loud",
        "loud",
        "notebook",
        "loud: RuntimeError: no licence",
        "loud: BadWorkflow: `mine` is taken already (by notebook)",
    ]
    assert "no node type `nothing`" in unknown
    assert "`broken` (loud: RuntimeError: no licence)" in unknown
