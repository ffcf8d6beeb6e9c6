"""Saying no to a fix: it is not offered again, in this kernel or another, until it changes."""

from __future__ import annotations

from pathlib import Path

from kernels import Ended, Notebook

BODY = """\
nodes:
  - {id: user, type: value, params: {user_name: ann}}
  - {id: said, type: value, params: {text: "${user.userName}"}}
"""


def offered(ended: Ended) -> list[str]:
    """Give the lines that tell of fixes."""
    lines = ended.last["text/plain"].splitlines()
    return [line.strip("· ") for line in lines if line.startswith(("fix ", "·")) and "fix" in line]


def cell(notebook: Notebook, body: str = BODY, line: str = "digest") -> Ended:
    """Run the workflow."""
    return notebook.run(f"%%workflow {line}\n{body}", live=True)


def test_a_dismissed_fix_stays_away(notebook: Notebook, tmp_path: Path) -> None:
    """It is not shown again, not applied either; one line says so; and so in the next kernel."""
    (first,) = offered(cell(notebook))
    assert first.startswith("fix 1")
    said = notebook.run("%workflow dismiss 1", live=True)
    assert said.text.startswith("dismissed: ") and "TPL02" in said.text
    assert offered(cell(notebook)) == ["1 dismissed fix is not shown"]
    auto = cell(notebook, line="digest --repair auto")
    assert "✗ FAILED" in auto.last["text/plain"]
    other = Notebook(tmp_path)
    other.run("%load_ext wfrepair_magic")
    assert offered(cell(other)) == ["1 dismissed fix is not shown"]
    other.kill()


def test_what_changes_is_offered_again(notebook: Notebook) -> None:
    """Text edited elsewhere leaves it dismissed; another fix, or a fresh session, does not."""
    cell(notebook)
    notebook.run("%workflow dismiss", live=True)
    further = BODY.replace("ann}", "ann, age: 3}").replace("nodes:", "# ours\nnodes:")
    assert offered(cell(notebook, further)) == ["1 dismissed fix is not shown"]
    other = BODY.replace("userName", "UserName")
    assert offered(cell(notebook, other))[0].startswith("fix 1")
    assert offered(cell(notebook, line="digest --fresh"))[0].startswith("fix 1")


def test_dismissed_or_not_a_fix_of_the_last_run_can_be_applied(notebook: Notebook) -> None:
    """Numbers do not move under the reader: who thinks again applies what is in sight."""
    cell(notebook)
    notebook.run("%workflow dismiss", live=True)
    ended = notebook.run("%workflow apply 1", live=True)
    assert "✓ SUCCESS" in ended.last["text/plain"]


def test_what_is_not_offered_cannot_be_dismissed(notebook: Notebook) -> None:
    """A number too high, a run without fixes, and no run at all are said in a sentence."""
    assert "no runs in" in notebook.run("%workflow dismiss").errors
    cell(notebook)
    assert "no fix 2; the last is 1" in notebook.run("%workflow dismiss 2").errors
    cell(notebook, "nodes: [{id: a, type: value, params: {x: 1}}]")
    assert "there is no fix to dismiss" in notebook.run("%workflow dismiss").errors
