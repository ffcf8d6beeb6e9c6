"""Pointing at words of a cell: places count in the cell, values come from its last run."""

from __future__ import annotations

import pytest
from kernels import Notebook

from wfrepair_magic.notebook.pointing import point

CELL = """\

%%workflow digest --quiet
nodes:
  - {id: user, type: value, params: {user_name: ann}}
  - {id: said, type: shell, params: {command: "echo ${user.user_name}"}}
"""


def test_places_count_in_the_cell() -> None:
    """The magic line and blank lines before it count."""
    found = point(None, CELL, 5, 22)
    assert found is not None
    assert found.lines[0].startswith("shell: ")
    assert (found.line, found.column, found.length) == (5, 22, 5)


@pytest.mark.parametrize(("line", "column"), [(1, 1), (2, 1), (2, 13), (9, 1)])
def test_the_magic_line_tells_nothing(line: int, column: int) -> None:
    """Only the body is the language's."""
    assert point(None, CELL, line, column) is None


def test_other_cells_tell_nothing() -> None:
    """A word of Python that a workflow has too is left alone."""
    assert point(None, "type = 1\nnodes: list\n", 2, 2) is None


def test_the_last_run_gives_the_shape(notebook: Notebook) -> None:
    """After a run a template tells what its value looked like; the value itself is not told."""
    notebook.run(CELL.lstrip())
    asked = "from wfrepair_magic.notebook.pointing import point\nk = get_ipython()\n"
    line = CELL.split("\n")[4]
    column = line.index("user_name") + 1
    magics = "k.magics_manager.registry['WorkflowMagics'].kernel"
    told = notebook.run(f"{asked}print(*point({magics}, {CELL!r}, 5, {column}).lines, sep='\\n')")
    assert told.text == "user.user_name\nlast value: text(3)\n"
