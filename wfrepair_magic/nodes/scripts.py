"""Imports Python files for the node types that they register."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from ..errors import BadWorkflow


def import_file(name: str) -> None:
    """Import a Python file under its stem, so that its @node functions are known.

    Raises BadWorkflow where there is no such file, and where it breaks while it is imported.
    """
    path = Path(name).resolve()
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if not path.is_file():
        raise BadWorkflow(f"there is no file {name}")
    if spec is None or spec.loader is None:
        raise BadWorkflow(f"{name} is not a Python file")
    if str(path.parent) not in sys.path:
        sys.path.insert(0, str(path.parent))  # as `python FILE.py` does
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadWorkflow(f"{name}: {type(error).__name__}: {error}") from error
