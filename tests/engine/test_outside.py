"""What a pure function reads by itself is told, because it is in no key."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic import Event, node, run
from wfrepair_magic.engine.code_keys import code_of
from wfrepair_magic.events import Notice
from wfrepair_magic.ir.model import Effect

sys.path.insert(0, str(Path(__file__).parent))  # the tables lie beside this file
code_pairs = importlib.import_module("code_pairs")


def read_by(source: str) -> list[tuple[str, str]]:
    """Give what the function `f` of a cell reads of the outside, and where."""
    names: dict[str, Any] = code_pairs.run_cell(source)
    return sorted((where, written) for where, written, _ in code_of(names["f"]).outside)


@pytest.mark.parametrize(
    ("before", "body", "found"),
    [
        ("import os", "os.environ['A']", "os.environ"),
        ("import os", "os.environ.get('A')", "os.environ.get"),
        ("import os as system", "system.getenv('A')", "system.getenv"),
        ("from os import getenv", "getenv('A')", "getenv"),
        ("from os import getenv as g", "g('A')", "g"),
        ("import importlib", "importlib.import_module('lib').h(x)", "importlib.import_module"),
        ("", "__import__('lib').h(x)", "__import__"),
        ("", "open('data').read()", "open"),
        ("import time", "time.time()", "time.time"),
        ("from time import time", "time()", "time"),
        ("import datetime", "datetime.datetime.now()", "datetime.datetime.now"),
        ("from datetime import date", "date.today()", "date.today"),
        ("import random", "random.random()", "random.random"),
        ("from random import choice", "choice([x])", "choice"),
        ("import uuid", "uuid.uuid4()", "uuid.uuid4"),
        ("import secrets", "secrets.token_hex()", "secrets.token_hex"),
        ("import os", "[os.getenv(name) for name in x]", "os.getenv"),
    ],
)
def test_what_the_code_reads_visibly_is_found(before: str, body: str, found: str) -> None:
    """Variables, modules by name, files, the clock and chance, however they were imported."""
    assert read_by(f"{before}\ndef f(x): return {body}") == [("f", found)]


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        ("import os; return os.environ['A']", "os.environ"),
        ("import os as o; return o.getenv('A')", "os.getenv"),
        ("import os.path; return os.getenv('A')", "os.getenv"),
        ("import importlib; return importlib.import_module('lib')", "importlib.import_module"),
        ("from time import time; return time()", "time"),
        ("import random; return lambda: random.random()", "random.random"),
    ],
)
def test_imports_within_the_function_hide_nothing(inside: str, found: str) -> None:
    """A module that is imported on the way is known by its name."""
    assert read_by(f"def f(x): {inside}") == [("f", found)]


@pytest.mark.parametrize(
    "source",
    [
        "import os\ndef f(x): return os.path.join(x, 'a')",
        "import time\ndef f(x): time.sleep(x)",
        "import random\ndef f(x): return random.Random(x).random()",
        "import datetime\ndef f(x): return datetime.datetime.fromisoformat(x)",
        "import uuid\ndef f(x): return uuid.uuid5(uuid.NAMESPACE_DNS, x)",
        "def open(x): return x\ndef f(x): return open(x)",
        "class os: environ = {}\ndef f(x): return os.environ",
        "def f(open, time): return open(time.time())",
        "def f(x):\n    import os\n    os = x\n    return os.environ",
        "def f(x):\n    import os\n    return lambda os: os.environ",
        "def f(x): return x.open().random.time()",
    ],
)
def test_what_only_looks_like_it_is_not(source: str) -> None:
    """Other names of the same modules, and the user's own things of the same name, are nothing."""
    assert read_by(source) == []


def test_helpers_are_looked_at_too() -> None:
    """What a helper reads is told with the way to it."""
    source = "import os\ndef g(): return os.getenv('A')\ndef f(x): return g()"
    assert read_by(source) == [("f → g", "os.getenv")]


def test_it_changes_no_key() -> None:
    """That something is told is no part of what the function says."""
    names = code_pairs.run_cell("def f(x):\n    import os\n    return os.environ['A']")
    assert "environ" not in str(code_of(names["f"]).document["parts"]["f"]["names"])


TEXT = "nodes: [{id: n, type: reader, reads: %s, params: {x: 1}}]"


@pytest.mark.parametrize(
    ("effect", "reads", "said"),
    [("pure", "[]", 1), ("read", "[]", 0), ("write", "[]", 0), ("pure", "[data]", 1)],
)
def test_only_a_pure_node_is_told(tmp_path: Path, effect: Effect, reads: str, said: int) -> None:
    """What reads or writes the world by declaration needs no notice."""
    (tmp_path / "data").write_text("1")

    @node(effect=effect)
    def reader(x: int) -> bool:
        return bool(open) and sys.maxsize > 0 and bool(importlib.import_module("os"))

    told: list[Event] = []
    options: dict[str, Any] = {"store": tmp_path / ".wfrepair", "folder": tmp_path}
    run(TEXT % reads, sinks=[told.append], **options)
    notices = [event.text for event in told if isinstance(event, Notice)]
    assert len(notices) == said
    for text in notices:
        assert "reader reads " in text and "`importlib.import_module`" in text
        assert ("`open`" in text) == (reads == "[]")
        assert "not in the key" in text and "effect: read" in text
