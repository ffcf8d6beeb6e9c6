"""Defaults of the notebook and of the project: who settles what, and how slips are told."""

from __future__ import annotations

from pathlib import Path

from kernels import Notebook
from pages import Page
from processes import python

CELL = """\
nodes:
  - {id: fetch, type: value, params: {user_name: ann}}
  - {id: show, type: value, params: {name: "${fetch.userName}"}}
"""
SETTLED = "(_wf.options.policy.mode, _wf.options.session, _wf.options.max_workers, _wf.state)"


def table(notebook: Notebook, text: str) -> None:
    """Write the project's table."""
    (notebook.folder / "pyproject.toml").write_text(f"[tool.wfrepair]\n{text}\n")


def test_every_default_is_a_trait_with_help(notebook: Notebook) -> None:
    """`%config WorkflowMagics` lists each with what it means and may be."""
    shown = notebook.run("%config WorkflowMagics").text
    for name in ("repair", "store", "session", "on_failure", "max_workers", "quiet", "strict"):
        assert f"WorkflowMagics.{name}=" in shown
    assert "how far repair may go (suggest): off, explain, suggest, safe, auto" in shown


def test_option_over_trait_over_project_over_built_in(notebook: Notebook) -> None:
    """Each layer wins over the one below it, for each setting by itself."""
    notebook.run(f"%%workflow built-in\n{CELL}")
    assert notebook.value(SETTLED) == "('suggest', 'open', None, 'FAILED')"
    table(notebook, 'repair = "explain"\nsession = "per-run"\nmax_workers = 2')
    notebook.run(f"%%workflow project\n{CELL}")
    assert notebook.value(SETTLED) == "('explain', 'per-run', 2, 'FAILED')"
    notebook.run("%config WorkflowMagics.repair = 'safe'\n%config WorkflowMagics.max_workers = 3")
    notebook.run(f"%%workflow trait\n{CELL}")
    assert notebook.value(SETTLED) == "('safe', 'per-run', 3, 'SUCCESS')"
    notebook.run(f"%%workflow option --repair off --session open --workers 1\n{CELL}")
    assert notebook.value(SETTLED) == "('off', 'open', 1, 'FAILED')"


def test_what_the_text_says_wins_over_the_notebook(notebook: Notebook) -> None:
    """A workflow that says `session` or `defaults` keeps them, unless an option says otherwise."""
    table(notebook, 'session = "per-run"\nmax_workers = 2')
    text = f"session: open\ndefaults: {{max_workers: 5}}\n{CELL}"
    notebook.run(f"%%workflow said\n{text}")
    assert notebook.value(SETTLED) == "('suggest', 'open', None, 'FAILED')"


def test_quiet_strict_and_store_can_be_settled(notebook: Notebook) -> None:
    """A project that is quiet and strict raises without a report; `--no-…` takes both back."""
    table(notebook, 'quiet = true\nstrict = true\nstore = "kept"')
    ended = notebook.run(f"%%workflow x\n{CELL}")
    assert (ended.displays, ended.error and ended.error[0]) == ([], "NodeFailed")
    assert (notebook.folder / "kept" / "store.json").is_file()
    shown = notebook.run(f"%%workflow x --no-quiet --no-strict\n{CELL}")
    assert (shown.status, len(shown.displays)) == ("ok", 1)
    notebook.run("%config WorkflowMagics.store = 'other'")
    notebook.run(f"%%workflow x --no-strict\n{CELL}")
    assert (notebook.folder / "other" / "store.json").is_file()


def test_slips_are_told_with_the_nearest_name(notebook: Notebook) -> None:
    """A misspelt key or trait warns once, a bad value is one sentence without a traceback."""
    table(notebook, 'repiar = "safe"')
    first = notebook.run(f"%%workflow x\n{CELL}")
    assert "[tool.wfrepair] has no key repiar; did you mean 'repair'?" in first.errors
    assert first.status == "ok"
    assert "repiar" not in notebook.run(f"%%workflow x\n{CELL}").errors
    trait = notebook.run("%config WorkflowMagics.repiar = 'safe'").errors
    assert "Did you mean `repair`?" in trait
    bad = notebook.run("%config WorkflowMagics.repair = 'saef'").errors
    assert "WorkflowMagics.repair cannot be 'saef'; did you mean 'safe'?" in bad
    assert "Traceback" not in bad
    table(notebook, "max_workers = 0")
    refused = notebook.run(f"%%workflow x\n{CELL}")
    assert refused.error is not None
    assert "max_workers must be a whole number from 1, not 0" in refused.error[1]
    assert len(refused.trace.splitlines()) <= 6


def test_a_page_that_asks_is_not_told_of_slips_in_the_notebook(notebook: Notebook) -> None:
    """An ask from a page prints nothing under the cell that runs; the next cell is told."""
    table(notebook, 'repiar = "safe"')
    assert Page(notebook).ask(ask="runs")["ok"]
    notebook.value("1")
    assert not any("repiar" in str(message["content"]) for message in notebook.kept)
    assert "has no key repiar" in notebook.run(f"%%workflow x\n{CELL}").errors


def test_configuration_reaches_the_magics_while_they_load(tmp_path: Path) -> None:
    """What IPython's configuration says holds at once; a bad value says so and loads nothing."""
    code = (
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "from traitlets.config import Config\n"
        "import sys\n"
        "config = Config(); config.WorkflowMagics.repair = sys.argv[1]\n"
        "shell = InteractiveShell.instance(config=config)\n"
        "shell.run_cell('%load_ext wfrepair_magic')\n"
        "print([c.repair for c in shell.configurables if type(c).__name__ == 'WorkflowMagics'])\n"
    )
    shown = [python(["-c", code, value], tmp_path) for value in ("safe", "saef")]
    assert shown[0].stdout == "['safe']\n"
    assert shown[1].stdout.endswith("[]\n")
    assert "did you mean 'safe'?" in shown[1].stdout + shown[1].stderr
