"""The one door through which node types come in: built-in, a notebook's, third parties'."""

from __future__ import annotations

import difflib
import importlib.metadata
import re
import threading
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import replace
from types import MappingProxyType

from ..errors import BadWorkflow
from ..ir.spec import catalogue, fillers
from .base import NodeType

GROUP = "wfrepair_magic.nodes"
"""The entry-point group of third-party node types."""

BUILT_IN = "built-in"
NOTEBOOK = "notebook"

RESERVED = frozenset(("code", "llm", "workflow", "wait"))
"""Names of the language whose types are still to come; nobody else may take them."""

_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_types: dict[str, NodeType] = {}
_broken: dict[str, str] = {}
_plugins_read = threading.Event()
_reading = threading.RLock()
_plugin: ContextVar[str | None] = ContextVar("plugin", default=None)


def register(node_type: NodeType) -> NodeType:
    """Make a node type known to every workflow, and give it back with its origin set.

    A type of the notebook or of a script replaces its own earlier version.  Raises BadWorkflow
    for a name that cannot stand in a workflow, that a built-in type bears, or that a third
    party wants although another has it.
    """
    found = replace(node_type, spec=replace(node_type.spec, origin=_origin(node_type)))
    if not _NAME.fullmatch(found.name):
        raise BadWorkflow(
            f"`{found.name}` cannot name a node type: use letters, digits, `_`, `-` and `.`,"
            " beginning with a letter or `_`"
        )
    _refuse_collision(found)
    _types[found.name] = found
    catalogue[found.name] = found.spec
    return found


def forget(name: str) -> None:
    """Take a type of the notebook out again; an unknown name is no error, a built-in one is."""
    found = _types.get(name)
    if found is None:
        return
    if found.spec.origin == BUILT_IN:
        raise BadWorkflow(f"`{name}` is a built-in node type and stays")
    del _types[name]
    catalogue.pop(name, None)


def find(name: str) -> NodeType:
    """Give the node type of that name; third parties are asked once a name is unknown.

    Raises BadWorkflow with the nearest name, and with the third parties that could not be read.
    """
    ensure([name])
    found = _types.get(name)
    if found is None:
        raise BadWorkflow(_unknown(name))
    return found


def ensure(names: Iterable[str]) -> None:
    """Read third-party types if one of `names` is unknown, so that a check can see them."""
    if any(name not in _types for name in names):
        _read_plugins()


def all_types() -> tuple[NodeType, ...]:
    """Give every node type there is, third parties' included, by name."""
    _read_plugins()
    return tuple(_types[name] for name in sorted(_types.copy()))


def broken_plugins() -> Mapping[str, str]:
    """Say which third parties could not be read so far, and why: entry point → reason."""
    return MappingProxyType(_broken)


def _origin(node_type: NodeType) -> str:
    """Tell where a type comes from; only this package's own code is built in."""
    plugin = _plugin.get()
    if plugin is not None:
        return plugin
    if (node_type.run.__module__ or "").startswith(f"{__package__}."):
        return BUILT_IN
    return NOTEBOOK if node_type.spec.origin == BUILT_IN else node_type.spec.origin


def _refuse_collision(new: NodeType) -> None:
    old = _types.get(new.name)
    if new.spec.origin == BUILT_IN:
        return
    if new.name in RESERVED or (old is not None and old.spec.origin == BUILT_IN):
        other = f"my_{new.name.replace('-', '_')}"
        raise BadWorkflow(
            f"`{new.name}` is a built-in node type; give yours another name:"
            f' `@node(name="{other}")`'
        )
    if old is not None and _plugin.get() not in (None, old.spec.origin):
        raise BadWorkflow(f"`{new.name}` is taken already (by {old.spec.origin})")


def _read_plugins() -> None:
    """Load every entry point once; one that breaks is noted by name and breaks nothing else."""
    with _reading:
        if _plugins_read.is_set():
            return
        _plugins_read.set()
        for entry in importlib.metadata.entry_points(group=GROUP):
            _read_plugin(entry)


def _read_plugin(entry: importlib.metadata.EntryPoint) -> None:
    owner = entry.dist.name if entry.dist is not None else entry.value
    token = _plugin.set(owner)
    try:
        _register_loaded(entry.load())
    except Exception as error:  # noted, and told with every unknown name and by `doctor`
        _broken[entry.name] = f"{owner}: {type(error).__name__}: {error}"
    finally:
        _plugin.reset(token)


def _register_loaded(loaded: object) -> None:
    """Register a NodeType or several; a module has done it itself while it was imported."""
    for item in loaded if isinstance(loaded, (list, tuple)) else [loaded]:
        if isinstance(item, NodeType):
            register(item)


def _unknown(name: str) -> str:
    near = difflib.get_close_matches(name, _types, n=1, cutoff=0.6)
    hint = f"; did you mean `{near[0]}`?" if near else f"; there are: {', '.join(sorted(_types))}"
    broken = "".join(f"; not read: `{key}` ({why})" for key, why in sorted(_broken.items()))
    return f"there is no node type `{name}`{hint}{broken}"


fillers.append(ensure)
