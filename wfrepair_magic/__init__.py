"""The doorway: the public names, each imported when it is first asked for, and the Jupyter hooks.

    from wfrepair_magic import Workflow, run, node

or, in a notebook, ``%load_ext wfrepair_magic`` and then ``%%workflow``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from .errors import BadWorkflow as BadWorkflow
    from .errors import EngineBug as EngineBug
    from .errors import NodeFailed as NodeFailed
    from .errors import StoreError as StoreError
    from .errors import WorkflowError as WorkflowError
    from .events import Event as Event
    from .failure import Failure as Failure
    from .ir.patch import Patch as Patch
    from .ir.workflow import Workflow as Workflow
    from .nodes.base import Action as Action
    from .nodes.base import Context as Context
    from .nodes.base import NeedsHuman as NeedsHuman
    from .nodes.base import NodeType as NodeType
    from .nodes.base import Permanent as Permanent
    from .nodes.base import Transient as Transient
    from .nodes.function import node as node
    from .repair.policy import Policy as Policy
    from .session.run import Run as Run
    from .session.run import run as run

    __version__: str

_HOMES = {
    "Action": "nodes.base",
    "BadWorkflow": "errors",
    "Context": "nodes.base",
    "EngineBug": "errors",
    "Event": "events",
    "Failure": "failure",
    "NeedsHuman": "nodes.base",
    "NodeFailed": "errors",
    "NodeType": "nodes.base",
    "Patch": "ir.patch",
    "Permanent": "nodes.base",
    "Policy": "repair.policy",
    "Run": "session",
    "StoreError": "errors",
    "Transient": "nodes.base",
    "Workflow": "ir.workflow",
    "WorkflowError": "errors",
    "node": "nodes.function",
    "run": "session",
}
_NEED_NODE_TYPES = frozenset({"Workflow", "run", "Run", "Patch"})

__all__ = [*_HOMES, "__version__", "load_ipython_extension", "unload_ipython_extension"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Say where JupyterLab's tools find the built extension of a source tree."""
    return [{"src": "labextension", "dest": "wfrepair-magic"}]


def __getattr__(name: str) -> object:
    """Import a public name's room and give the name; later look-ups find it at once (PEP 562)."""
    if name == "__version__":
        found: object = _version()
    elif name in _HOMES:
        if name in _NEED_NODE_TYPES:
            import_module(".nodes", __name__)  # registers the built-in types, which checks ask for
        found = getattr(import_module(f".{_HOMES[name]}", __name__), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted(__all__)


def _version() -> str:
    metadata = import_module("importlib.metadata")
    try:
        return str(metadata.version("wfrepair-magic"))
    except metadata.PackageNotFoundError:
        return "0+unknown"  # run from a source tree that was never installed


def load_ipython_extension(ipython: InteractiveShell) -> None:
    """Add ``%%workflow`` and ``%workflow`` to a notebook; loading twice is harmless."""
    from .notebook.magic import load

    load(ipython)


def unload_ipython_extension(ipython: InteractiveShell) -> None:
    """Take everything away again that loading added."""
    from .notebook.magic import unload

    unload(ipython)
