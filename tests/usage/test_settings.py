"""`[tool.wfrepair]`: what a project may settle, and how slips in it are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfrepair_magic.errors import BadWorkflow
from wfrepair_magic.repair.policy import MODES
from wfrepair_magic.session.options import Options
from wfrepair_magic.settings import POLICIES, SETTINGS, find_store, project_settings


def project(folder: Path, table: str) -> Path:
    """Make a project whose table holds that, and give a folder inside of it."""
    (folder / "pyproject.toml").write_text(f"[tool.wfrepair]\n{table}\n")
    inside = folder / "notebooks"
    inside.mkdir()
    return inside


def test_a_project_settles_what_it_says(tmp_path: Path) -> None:
    """Every setting is read from the pyproject.toml above; its store counts from there."""
    inside = project(
        tmp_path,
        'repair = "safe"\nstore = "data/store"\nsession = "per-run"\non_failure = "stop"\n'
        "max_workers = 2\nquiet = true\nstrict = false",
    )
    settled, unknown = project_settings(inside)
    assert settled == {
        "repair": "safe", "store": str(tmp_path / "data/store"), "session": "per-run",
        "on_failure": "stop", "max_workers": 2, "quiet": True, "strict": False,
    }  # fmt: skip
    assert settled.keys() == SETTINGS.keys()
    assert unknown == ()
    assert find_store(inside) == tmp_path / "data/store"


def test_without_a_table_nothing_is_settled(tmp_path: Path) -> None:
    """A folder of no project, and a project that says nothing, leave all to what is built in."""
    assert project_settings(tmp_path) == ({}, ())
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert project_settings(tmp_path) == ({}, ())


def test_a_misspelt_key_is_told_with_the_nearest(tmp_path: Path) -> None:
    """A key that is none changes nothing and is told in a sentence with its file."""
    settled, unknown = project_settings(
        project(tmp_path, 'repiar = "safe"\non-failure = 1\nzz = 1')
    )
    assert settled == {}
    file = tmp_path / "pyproject.toml"
    assert unknown[:2] == (
        f"{file}: [tool.wfrepair] has no key repiar; did you mean 'repair'?",
        f"{file}: [tool.wfrepair] has no key on-failure; did you mean 'on_failure'?",
    )
    assert "has no key zz; there are repair, store, session" in unknown[2]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ('repair = "saef"', "repair cannot be 'saef'; did you mean 'safe'?"),
        ('session = "x"', "session cannot be 'x'; there are open, per-run"),
        ("max_workers = 0", "max_workers must be a whole number from 1, not 0"),
        ("max_workers = true", "max_workers must be a whole number from 1, not True"),
        ('quiet = "yes"', "quiet must be true or false, not 'yes'"),
        ("store = 3", "store must be text, not 3"),
        ("repair =", "cannot be read"),
    ],
)
def test_a_value_that_cannot_be_is_refused(tmp_path: Path, table: str, told: str) -> None:
    """A bad value is one readable sentence that names the file."""
    with pytest.raises(BadWorkflow, match="pyproject") as caught:
        project_settings(project(tmp_path, table))
    assert told in str(caught.value)


def test_settings_are_options_of_a_run() -> None:
    """The names agree with those of `run`, and the policies with those that repair knows."""
    shown_only = {"quiet", "strict"}
    fields = {*Options.__dataclass_fields__, "repair"}
    assert SETTINGS.keys() - shown_only <= fields
    assert [mode for mode in MODES if mode != "hint"] == list(POLICIES)
