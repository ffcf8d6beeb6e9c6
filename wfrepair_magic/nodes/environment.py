"""Says which environment a command gets: the kernel's, less what looks like a secret."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .base import BadParam

_SECRET_NAME = re.compile(
    r"""SECRET | PASSWORD | PASSWD | PASSPHRASE | CREDENTIAL
      | TOKENS?(?:_|$)
      | (?:^|_)(?:\w*?(?:API|ACCESS|PRIVATE|SIGNING|MASTER|ACCOUNT|SSH|AUTH))?KEYS?(?:_|$)
      | (?:^|_)(?:PASS|PAT|JWT|BEARER|COOKIE)(?:_|$)
      | _(?:PWD|AUTH)$
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SECRET_VALUE = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s@]*:[^/\s@]+@", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")

_COLOURS = frozenset({"FORCE_COLOR", "CLICOLOR_FORCE"})
"""What a kernel sets to see colours from `!command`; in captured output they are no data."""


@dataclass(frozen=True)
class Environment:
    """The variables that a command gets, and the names that were kept from it."""

    variables: Mapping[str, str]
    removed: tuple[str, ...] = ()


def looks_secret(name: str, value: str = "") -> bool:
    """Tell whether a variable looks like a secret: by its name, or as a URL with a password."""
    return bool(_SECRET_NAME.search(name) or _SECRET_VALUE.search(value))


def environment_for(declared: Any, kernel: Mapping[str, str]) -> Environment:
    """Make a command's environment from the kernel's and from what its `env` declares.

    `declared` maps names to values, where null hands the kernel's own value over; a list of
    names does that for each.  Raises BadParam for what is no name or no value.
    """
    asked = _declared(declared)
    removed = tuple(
        name for name, value in kernel.items() if looks_secret(name, value) and name not in asked
    )
    kept_back = _COLOURS.union(removed)
    variables = {name: value for name, value in kernel.items() if name not in kept_back}
    for name, value in asked.items():
        variables[name] = _kernel_value(name, kernel) if value is None else _text(name, value)
    return Environment(variables, tuple(sorted(removed)))


def handed_over(declared: Any, kernel: Mapping[str, str]) -> dict[str, str]:
    """Give the kernel's variables that `env` hands over and that belong to a cache key.

    A secret's name stands in the key already; another value of it is no other command.
    """
    return {
        name: _kernel_value(name, kernel)
        for name, value in _declared(declared).items()
        if value is None and not looks_secret(name, kernel.get(name, ""))
    }


def relevant(removed: tuple[str, ...], command: str, stderr: str) -> tuple[str, ...]:
    """Give those removed names whose absence may explain a failure.

    They are named by the command or its messages, or begin with a word of the command
    (``gh`` and GH_TOKEN).
    """
    said = set(re.findall(r"\w+", command + " " + stderr))
    programs = {word.upper() for word in re.findall(r"\w+", command) if len(word) > 1}
    return tuple(
        name for name in removed if name in said or name.partition("_")[0].upper() in programs
    )


def _declared(declared: Any) -> dict[str, Any]:
    if declared is None:
        return {}
    if isinstance(declared, (list, tuple)):
        declared = {_checked_name(name): None for name in declared}
    if not isinstance(declared, Mapping):
        raise BadParam("env", f"is names with values, or a list of names, not {declared!r}")
    return {_checked_name(name): value for name, value in declared.items()}


def _checked_name(name: object) -> str:
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise BadParam("env", f"{name!r} cannot name an environment variable")
    return name


def _kernel_value(name: str, kernel: Mapping[str, str]) -> str:
    if name not in kernel:
        raise BadParam("env", f"asks for `{name}`, which is not set where the workflow runs")
    return kernel[name]


def _text(name: str, value: object) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        kind = type(value).__name__
        raise BadParam("env", f"`{name}` is {kind}; a variable is text: put it in quotes")
    if "\0" in value:
        raise BadParam("env", f"`{name}` holds a NUL character, which no variable can")
    return value
