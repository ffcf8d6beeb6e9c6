"""How a key names what somebody else maintains: by name, and a library's by its version."""

from __future__ import annotations

import importlib.metadata
import sys
from functools import lru_cache
from types import FunctionType, ModuleType
from typing import Any

from .origins import Origin, origin_of_class, origin_of_code, origin_of_module
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


def reference_to(value: object) -> Reference | None:
    """Refer to a module, function or class that is not the user's; None for anything else.

    A function with a closure may hold the user's code.  Any other object is known if a library
    holds it under the object's own name (``numpy.add``).
    """
    if isinstance(value, ModuleType):
        return _unless_users(origin_of_module(value.__name__), value.__name__, "")
    if isinstance(value, FunctionType):
        origin = origin_of_code(value.__code__, value.__globals__)
        held = "user" if value.__closure__ else origin
        return _unless_users(held, home_of(value), value.__qualname__)
    if isinstance(value, type):
        return _unless_users(origin_of_class(value), value.__module__, value.__qualname__)
    return _published(value)


def home_of(function: FunctionType) -> str:
    """Give the module that a function was made in; `wraps` cannot deceive it."""
    return str(function.__globals__.get("__name__", function.__module__))


def _unless_users(origin: Origin, module: str, what: str) -> Reference | None:
    return None if origin == "user" else shipped(module, what)


def _published(value: object) -> Reference | None:
    name = getattr(value, "__name__", None)
    owner = getattr(value, "__module__", None) or type(value).__module__
    if not isinstance(name, str) or not isinstance(owner, str) or not callable(value):
        return None
    for module in (owner, owner.split(".")[0]):
        held = sys.modules.get(module)
        if held is not None and vars(held).get(name) is value:
            return _unless_users(origin_of_module(module), module, name)
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
