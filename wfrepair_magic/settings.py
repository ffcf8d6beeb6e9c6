"""Where things lie on disk, which limits hold, and what holds where a person says nothing.

What a run does is settled by the first that speaks: an option on its line; the workflow's own
text; the configuration of the notebook (`%config WorkflowMagics`); ``[tool.wfrepair]`` in the
project's pyproject.toml; what is built in.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .errors import BadWorkflow

STORE_NAME = ".wfrepair"

CHANNEL: Final = "wfrepair"
"""The name of the comm over which a page and a kernel speak."""


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
    idempotent_seconds: float = 86_400.0  # how long a service remembers an idempotency key
    cancel_seconds: float = 5.0  # how long an interrupt waits for nodes to end
    updates_per_second: float = 10.0
    workers: int = 8
    repair_attempts: int = 3


LIMITS = Limits()


@dataclass(frozen=True)
class Setting:
    """One thing that a project or a notebook may settle for all its runs.

    `choices` are its values where only some are allowed; else `kind` is their type.
    """

    name: str
    meaning: str
    kind: type = str
    choices: tuple[str, ...] = ()

    def checked(self, value: Any) -> Any:
        """Give a value back.  Raises BadWorkflow that says what is right, with the nearest."""
        if self.choices and isinstance(value, str) and value not in self.choices:
            hint = near(value, self.choices) or f"there are {', '.join(self.choices)}"
            raise BadWorkflow(f"{self.name} cannot be {value!r}; {hint}")
        small = isinstance(value, int) and self.kind is int and value < 1
        if type(value) is not self.kind or small:
            raise BadWorkflow(f"{self.name} must be {_KINDS[self.kind]}, not {value!r}")
        return value


_KINDS: Final = {str: "text", int: "a whole number from 1", bool: "true or false"}

POLICIES: Final = ("off", "explain", "suggest", "safe", "auto")
"""How far repair may go; `repair.policy` says what each means."""

SETTINGS: Final[Mapping[str, Setting]] = {
    setting.name: setting
    for setting in (
        Setting("repair", "how far repair may go (suggest)", choices=POLICIES),
        Setting("store", "the folder of the project store (`.wfrepair` beside the notebook)"),
        Setting(
            "session",
            "keep one session until --fresh, or begin one after each success"
            " (open in a notebook, per-run in a terminal)",
            choices=("open", "per-run"),
        ),
        Setting(
            "on_failure",
            "after a failure start nothing more, or finish what does not depend on it (continue)",
            choices=("stop", "continue"),
        ),
        Setting("max_workers", f"how many nodes run at once, at most ({LIMITS.workers})", int),
        Setting("quiet", "show no report, tell no progress (false)", bool),
        Setting("strict", "raise where a run fails, and write no cell (false)", bool),
    )
}
"""What may be settled: in ``[tool.wfrepair]`` and, under the same names, by traits."""


def near(word: str, names: Collection[str]) -> str:
    """Write the hint that names what is most like a word; "" where nothing is."""
    found = difflib.get_close_matches(word.replace("-", "_"), names, 1, 0.6)
    return f"did you mean {found[0]!r}?" if found else ""


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
    import tomllib  # a tenth of what `%load_ext` costs, and only needed once something runs

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


def project_settings(start: Path) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Give what ``[tool.wfrepair]`` settles, and a sentence for each of its keys that is none.

    `store` comes as an absolute path.  Raises BadWorkflow for a value that cannot be.
    """
    table, file = project_table(start), project_root(start) / "pyproject.toml"
    settled = {}
    for name in table.keys() & SETTINGS.keys():
        try:
            settled[name] = SETTINGS[name].checked(table[name])
        except BadWorkflow as error:
            raise BadWorkflow(f"{file}: [tool.wfrepair] {error}") from None
    if "store" in settled:
        settled["store"] = str(file.parent / settled["store"])
    unknown = [
        f"{file}: [tool.wfrepair] has no key {name}; "
        + (near(name, SETTINGS) or f"there are {', '.join(SETTINGS)}")
        for name in table
        if name not in SETTINGS
    ]
    return settled, tuple(unknown)


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
