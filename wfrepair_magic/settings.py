"""Where things lie on disk and which limits hold, read once."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from .errors import BadWorkflow

STORE_NAME = ".wfrepair"


@dataclass(frozen=True)
class Limits:
    """The limits of the language and of what is shown.  Sizes in bytes, times in seconds."""

    text_bytes: int = 1_000_000
    depth: int = 64
    nodes: int = 10_000
    parsed_text_bytes: int = 10_000_000  # a path goes through JSON text up to this size
    shell_value_bytes: int = 100_000  # one value in an environment variable
    shell_seconds: float = 30.0
    http_seconds: float = 30.0
    output_bytes: int = 10_000_000
    retry_wait: float = 2.0  # first wait; doubles (2, 4, 8 s)
    retry_wait_max: float = 60.0
    retry_after_max: float = 60.0
    cancel_seconds: float = 5.0  # how long an interrupt waits for nodes to end
    updates_per_second: float = 10.0
    workers: int = 8
    repair_attempts: int = 3


LIMITS = Limits()


def project_root(start: Path) -> Path:
    """Find the nearest folder, from `start` upwards, that holds a pyproject.toml; else `start`."""
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "pyproject.toml").is_file():
            return folder
    return start


def project_table(start: Path) -> dict[str, object]:
    """Read ``[tool.wfrepair]`` of the project that `start` lies in; empty where there is none.

    Raises BadWorkflow where the file is there but is not TOML.
    """
    file = project_root(start) / "pyproject.toml"
    if not file.is_file():
        return {}
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadWorkflow(f"{file} cannot be read: {error}") from error
    table = document.get("tool", {}).get("wfrepair", {})
    if not isinstance(table, dict):
        raise BadWorkflow(f"{file}: [tool.wfrepair] must be a table")
    return table


def find_store(start: Path) -> Path:
    """Say where the store of the work in folder `start` lies; it need not exist yet.

    ``[tool.wfrepair] store`` of the project counts from the pyproject.toml that names it;
    without it the store is `.wfrepair/` in `start` itself, beside the notebook.
    """
    configured = project_table(start).get("store")
    if configured is None:
        return start.resolve() / STORE_NAME
    if not isinstance(configured, str):
        raise BadWorkflow("[tool.wfrepair] store must be a path")
    return project_root(start) / configured
