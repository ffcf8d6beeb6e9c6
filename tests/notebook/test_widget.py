"""The widget: our view as one module, and nothing where it cannot be."""

from __future__ import annotations

import builtins
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from wfrepair_magic.notebook import widget


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    """Let each test find out for itself what is there."""
    widget._kind.cache_clear()
    yield
    widget._kind.cache_clear()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the module of a view."""
    path = tmp_path / "run.js"
    path.write_text("export default {render() {}};")
    path.with_suffix(".css").write_text("p {}")
    monkeypatch.setattr(widget, "MODULE", path)
    return path


def test_a_widget_carries_its_view_and_the_snapshot(module: Path) -> None:
    """Everything comes from the kernel: no address, no file that a front end would fetch."""
    made: Any = widget.begun({"state": "RUNNING"})
    assert made.get_state(["snapshot", "_esm", "_css"]) == {
        "snapshot": {"state": "RUNNING"}, "_esm": module.read_text(), "_css": "p {}",
    }  # fmt: skip
    assert widget.view(made)[widget.MIME]["model_id"] == made.model_id
    made.close()


def test_without_its_packages_there_is_no_widget(
    module: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is raised where anywidget, or what it needs, is missing."""
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name == "anywidget":
            raise ModuleNotFoundError(name)
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    assert widget.begun({}) is None


def test_without_its_module_there_is_no_widget(module: Path) -> None:
    """Where nobody built the page the report is HTML."""
    module.unlink()
    assert widget.begun({}) is None
