"""The rules of the house that a machine can hold."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "wfrepair_magic"
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))

ALLOWED_INSIDE = {"pandas"}
"""Optional modules that may be imported inside a function; house.md, rule 6."""

HEAVY = {
    "anthropic",
    "anywidget",
    "httpx2",
    "nbformat",
    "dask",
    "numpy",
    "pandas",
    "polars",
    "pyarrow",
}


def test_the_corridor_holds() -> None:
    """No room uses a room to its left, and no modules go in circles."""
    command = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function of a tree."""
    for item in ast.walk(tree):
        if isinstance(item, ast.FunctionDef | ast.AsyncFunctionDef):
            yield item


def imported(item: ast.stmt) -> str:
    """Name the top-level module that an import statement is of; "" for one of our own."""
    if isinstance(item, ast.Import):
        return item.names[0].name.split(".")[0]
    if isinstance(item, ast.ImportFrom):
        return (item.module or "").split(".")[0] if item.level == 0 else ""
    return ""


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_every_test_says_what_it_promises(path: Path) -> None:
    """Each test's docstring states the promise that it keeps."""
    tree = ast.parse(path.read_text("utf-8"))
    silent = [
        function.name
        for function in functions(tree)
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]
    assert silent == []


def test_heavy_imports_stand_in_one_file_each() -> None:
    """What is heavy or optional is imported inside a function, in a single file."""
    found: dict[str, set[str]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        top = [
            imported(item) for item in tree.body if isinstance(item, ast.Import | ast.ImportFrom)
        ]
        assert not HEAVY & set(top), f"{path.name} imports {HEAVY & set(top)} when it is imported"
        for item in ast.walk(tree):
            name = imported(item) if isinstance(item, ast.Import | ast.ImportFrom) else ""
            if name in HEAVY:
                found.setdefault(name, set()).add(path.relative_to(PACKAGE).as_posix())
    assert {name: files for name, files in found.items() if len(files) > 1} == {}


def test_loading_imports_nothing_heavy() -> None:
    """Loading the extension imports no web client, no server, no model client, no widgets."""
    code = (
        "import sys; from IPython.core.interactiveshell import InteractiveShell as S\n"
        "S.instance().run_line_magic('load_ext', 'wfrepair_magic')\n"
        "heavy = {'anthropic', 'httpx2', 'jupyter_server', 'nbformat', 'ipywidgets', 'tornado'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_machine_path_and_no_registry_host_is_in_the_tree() -> None:
    """What is committed names no machine and no package host."""
    pattern = r"https?://[^ \"]*/simple/|/home/[a-z]+/|\"resolved\": *\"http"
    command = ["git", "grep", "-nIE", pattern, "--", ".", ":!tests/contracts/test_house.py"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == ""
