"""What the tests of node types share: a Context in a project of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from wfrepair_magic.nodes.base import Context


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give the folder of a project, with a folder `outside` beside it."""
    (tmp_path / "outside").mkdir()
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "pyproject.toml").write_text("")
    return folder


@pytest.fixture
def ctx(project: Path) -> Context:
    """Give the Context of a node `step` of a workflow in the project."""
    return Context("step", project, idempotency_key="key-1")
