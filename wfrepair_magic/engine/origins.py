"""Whose code something is: the user's, a library's, Python's, or ours."""

from __future__ import annotations

import builtins
import sys
import sysconfig
from collections.abc import Mapping
from functools import lru_cache
from importlib.machinery import ModuleSpec
from pathlib import PurePath
from types import CodeType
from typing import Any, Literal

Origin = Literal["user", "library", "python", "ours"]

_OURS = __name__.split(".")[0]
_INSTALLED = frozenset({"site-packages", "dist-packages"})
_PYTHON = {PurePath(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")}


def origin_of_module(name: str) -> Origin:
    """Say whose code a module is; what is neither installed nor Python's is the user's.

    The file decides, so that a project may have a module named like one of Python's.
    """
    top = name.split(".")[0]
    if top == _OURS:
        return "ours"
    if top == "__main__":
        return "user"
    file = file_of_module(name)
    if file is not None:
        return _origin_of_file(file)
    return "python" if top in sys.stdlib_module_names else "user"


def origin_of_code(code: CodeType, namespace: Mapping[str, Any]) -> Origin:
    """Say whose code a function is: by its file, else by the module that it was made in."""
    name = namespace.get("__name__")
    if isinstance(name, str) and name.split(".")[0] == _OURS:
        return "ours"
    if code.co_filename.startswith("<frozen "):
        return "python"
    if PurePath(code.co_filename).is_absolute():
        return _origin_of_file(code.co_filename)
    return origin_of_module(name) if isinstance(name, str) else "user"


def origin_of_class(cls: type) -> Origin:
    """Say whose code a class is: by the module that it names.

    A class that was made where there is no module says that it is one of Python's.
    """
    module = str(cls.__module__)
    if module == "builtins":
        made = bool(cls.__flags__ & 1 << 9)  # on the heap: not compiled into Python
        return "user" if made and getattr(builtins, cls.__qualname__, None) is not cls else "python"
    return origin_of_module(module)


def file_of_module(name: str) -> str | None:
    """Give the file of a module, whether it is loaded or not; None for one without a file."""
    module = sys.modules.get(name)
    if module is not None:
        file = getattr(module, "__file__", None)
        return file if isinstance(file, str) else None
    spec = find_module(name)
    return spec.origin if spec is not None and spec.has_location else None


def find_module(name: str) -> ModuleSpec | None:
    """Find a module without importing it or its packages; None if there is none."""
    spec: ModuleSpec | None = None
    path = None
    whole = ""
    for part in name.split("."):
        whole = f"{whole}.{part}" if whole else part
        finders = (finder.find_spec(whole, path) for finder in sys.meta_path)
        spec = next((found for found in finders if found is not None), None)
        if spec is None:
            return None
        path = spec.submodule_search_locations
    return spec


@lru_cache(maxsize=4096)
def _origin_of_file(file: str) -> Origin:
    path = PurePath(file)
    if _INSTALLED.intersection(path.parts):
        return "library"
    return "python" if _PYTHON.intersection(path.parents) else "user"
