"""Says what is here and what is off: front end, versions, store, settings, node types."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from ..engine import folder
from ..errors import WorkflowError
from ..monitor import history, words
from ..nodes import registry
from ..settings import SETTINGS, project_root, project_settings
from . import widget
from .front import Front, Mode, page_is_here
from .kernel import Kernel

Row = tuple[str, str, str]

PACKAGES: Final = (
    "wfrepair-magic", "ipython", "ipykernel", "jupyterlab", "notebook", "ipywidgets", "anywidget",
    "httpx2", "diskcache", "anthropic", "nbclient", "papermill",
)  # fmt: skip
LATER: Final = (
    ("suggestions of a model", "not built yet: repair is by rules, and nothing leaves the machine"),
)
SHOWN: Final[Mapping[Mode, str]] = {
    "live": "a report is one output that is redrawn while a run goes on",
    "batch": "a report is one output, drawn when a run has ended",
    "terminal": "a report is text",
}
BATCH: Final = "a headless run takes no updates: each report is shown once, when it is complete"


def examine(kernel: Kernel, store: str | None) -> list[Row]:
    """Give a row for each fact: what it is about, what was found, what is to be said to it."""
    return [
        ("front end", front_end(kernel.front), SHOWN[kernel.front.mode]),
        *_view(kernel.front),
        *_versions(),
        *_store(kernel.store(store)),
        *_settings(kernel),
        *_node_types(),
        *_off(kernel.front),
    ]


def front_end(front: Front) -> str:
    """Guess which front end sends the cells."""
    if front.mode == "terminal":
        return "IPython in a terminal"
    if "google.colab" in sys.modules:
        return "Google Colab"
    if "__vsc_ipynb_file__" in front.shell.user_ns:
        return "VS Code"
    if front.mode == "batch":
        return "none: nbclient, papermill or another headless run"
    return "JupyterLab, Notebook 7 or another that names its cells"


def _view(front: Front) -> Iterator[Row]:
    """Say what draws a run while it goes on."""
    if front.mode != "live":
        return
    if page_is_here():
        yield "live view", "our extension", "it draws reports, and gives them buttons"
    elif front.widgets and widget.works():
        yield "live view", "a widget", "until a run has ended; then it is HTML"
    elif front.widgets and widget.ready():
        yield "live view", "HTML", "a widget, once the front end has answered that it draws them"
    else:
        yield "live view", "HTML", "for a widget: pip install anywidget, and the built package"


def _versions() -> Iterator[Row]:
    yield "Python", platform.python_version(), sys.platform
    found = {name: _version(name) for name in PACKAGES}
    present = [f"{name} {version}" for name, version in found.items() if version]
    absent = [name for name, version in found.items() if not version]
    yield "packages", ", ".join(present), f"not installed: {', '.join(absent)}" if absent else ""


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _store(path: Path) -> Iterator[Row]:
    if not path.exists():
        yield "store", str(path), "is not there yet: the first run makes it"
        return
    mode = stat.S_IMODE(path.stat().st_mode)
    try:
        notices = "; ".join(folder.make(path).notices)
    except WorkflowError as error:
        yield "store", str(path), f"cannot be used: {error.message}"
        return
    yield "store", str(path), notices
    private = "yours alone" if mode == 0o700 else "was not yours alone, and is now (0700)"
    yield "permissions", f"{mode:04o}", private
    files = [file.lstat().st_size for file in path.rglob("*") if file.is_file()]
    runs = len(history.ids(path))
    yield (
        "size",
        words.size(sum(files)),
        f"{len(files)} files, {runs} {'run' if runs == 1 else 'runs'}",
    )


def _settings(kernel: Kernel) -> Iterator[Row]:
    """Say what holds for each setting, and who settled it."""
    configured = kernel.configured()
    try:
        table, unknown = project_settings(Path.cwd())
    except WorkflowError as error:
        table, unknown = {}, (error.message,)
    for name, setting in SETTINGS.items():
        yield "setting", f"{name}: {_settled(name, configured, table)}", setting.meaning
    for sentence in unknown:
        yield "[tool.wfrepair]", "", sentence


def _settled(name: str, configured: Mapping[str, Any], table: Mapping[str, Any]) -> str:
    if name in configured:
        return f"{configured[name]} (%config WorkflowMagics)"
    if name in table:
        return f"{table[name]} ({project_root(Path.cwd()) / 'pyproject.toml'})"
    return "built in"


def _node_types() -> Iterator[Row]:
    specs = [known.spec for known in registry.all_types()]
    others = [f"{spec.name} ({spec.origin})" for spec in specs if spec.origin != registry.BUILT_IN]
    yield "node types", str(len(specs)), ", ".join(others)
    for entry, reason in registry.broken_plugins().items():
        yield "node types", f"{entry} was not read", reason


def _off(front: Front) -> Iterator[Row]:
    for what, why in LATER:
        yield "off", what, why
    if front.mode == "batch":
        yield "off", "updates while a run goes on", BATCH
    if "google.colab" in sys.modules:
        yield "off", "new cells", "Colab takes none from a kernel: the text is printed to copy"
    if front.mode != "live":
        yield "off", "the id of the cell", "a workflow without a name goes by its text's digest"
    if not os.access(Path.cwd(), os.W_OK):
        yield "off", "a new store here", f"{Path.cwd()} cannot be written"
