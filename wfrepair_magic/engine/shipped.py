"""How a key names what somebody else maintains: by name, and a library's by its version."""

from __future__ import annotations

import importlib.metadata
import sys
from functools import lru_cache
from typing import Any

from .origins import origin_of_module
from .project import file_digest

Reference = list[Any]


def shipped(module: str, what: str) -> Reference:
    """Give the reference to something in a module that is not the user's; "" is the module."""
    origin = origin_of_module(module)
    if origin == "library":
        top = module.split(".")[0]
        return ["library", top, version_of(top), f"{module}:{what}"]
    if origin == "ours":
        return ["ours", what]  # our own modules move
    first, *rest = module.split(".")
    public = [part for part in rest if not part.startswith("_")]  # private modules move
    return [origin, ".".join([first, *public, *filter(None, [what])])]


def published(value: object) -> Reference | None:
    """Refer to an object that a library holds under the object's own name (``numpy.add``)."""
    name = getattr(value, "__name__", None)
    owner = getattr(value, "__module__", None) or type(value).__module__
    if not isinstance(name, str) or not isinstance(owner, str) or not callable(value):
        return None
    for module in (owner, owner.split(".")[0]):
        held = sys.modules.get(module)
        if held is not None and vars(held).get(name) is value:
            return None if origin_of_module(module) == "user" else shipped(module, name)
    return None


@lru_cache(maxsize=1024)
def version_of(top: str) -> str:
    """Give the version of an installed package; what has none is known by its file.

    Asked once per process: a package that is upgraded while it is loaded runs as it was.
    """
    try:
        return importlib.metadata.version(top)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        pass
    names = sorted(set(_distributions().get(top, ())))
    if names:
        return " ".join(f"{name} {importlib.metadata.version(name)}" for name in names)
    own = getattr(sys.modules.get(top), "__dict__", {}).get("__version__")
    return own if isinstance(own, str) else f"file {file_digest(top)}"


@lru_cache(maxsize=1)
def _distributions() -> dict[str, list[str]]:
    return dict(importlib.metadata.packages_distributions())
