"""Says what can stand at a cursor: keys, node types, params, values, ids and template paths."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from .cursor import Cursor
from .filters import FILTERS
from .names import folded
from .paths import Scope
from .sites import Site, at, node_of, nodes_in, site_of
from .spec import Catalogue, NodeSpec, Param
from .templates import resolve

_STEP: Final = re.compile(r"(?P<path>.*)(?:\.(?P<key>[\w-]*)|\[(?P<index>\d*))", re.DOTALL)
_HEAD: Final = re.compile(r"(?!-)[\w-]*")
_KEY: Final = re.compile(r"[\w-]+")
_NOTHING: Final = "__no_such_key__"
_MOST_INDEXES: Final = 10
_IDS: Final = frozenset(
    {("node", "after"), ("edge", "from"), ("edge", "to"), ("workflow", "start_node")}
)
_FLAGS: Final = ("true", "false")


@dataclass(frozen=True)
class Offers:
    """What may go in the place of `fragment`, the last piece before the cursor, best first.

    `kind` says what the texts are, for the front end's list: "key", "type", "param", "value",
    "node", "path", "filter"; on a magic line also "option", "command", "file".
    """

    fragment: str = ""
    texts: tuple[str, ...] = ()
    kind: str = ""


def find_offers(cursor: Cursor, catalogue: Catalogue, scope: Scope) -> Offers:
    """Give what fits at a cursor and begins with what is written there.

    `scope` holds what templates may name, as `known_scope` makes it.
    """
    if cursor.role == "template":
        return _template_offers(cursor.fragment, _without_own(cursor, scope))
    found = _offers(cursor, catalogue, scope)
    texts = tuple(
        f'"{text}"' if cursor.bare and text not in _FLAGS else text
        for text in _fitting(found.fragment, found.texts)
    )
    return replace(found, texts=texts)


def _fitting(fragment: str, texts: Iterable[str]) -> list[str]:
    """Keep what begins like the fragment, whatever its case and separators."""
    begin = folded(fragment)
    return [text for text in dict.fromkeys(texts) if folded(text).startswith(begin)]


def _offers(cursor: Cursor, catalogue: Catalogue, scope: Scope) -> Offers:
    site = site_of(cursor.slot)
    if site is None:
        return Offers()
    if cursor.role == "key" or (cursor.role == "item" and site.key is None):
        return _keys(cursor, site, catalogue)
    if site.key is None:
        return Offers()
    if site.key.kinds == ("template",):
        return _template_offers(cursor.fragment, scope)
    spec = _spec(cursor, catalogue)
    if "params" in site.key.kinds:
        param = spec.param(str(site.rest[0])) if spec and len(site.rest) == 1 else None
        return Offers(cursor.fragment, _values_of(param), "value")
    kind = "type" if site.key.name == "type" else "value"
    return Offers(cursor.fragment, tuple(_values(cursor, site, catalogue)), kind)


def _keys(cursor: Cursor, site: Site, catalogue: Catalogue) -> Offers:
    """Offer keys that are not written yet: of a section, or of the params of a node's type."""
    written = set(at(cursor.data, cursor.slot, dict)) - {cursor.word}
    if site.key is not None and "params" in site.key.kinds:
        spec = _spec(cursor, catalogue)
        if spec is None or site.rest:
            return Offers()
        taken = [spec.param(name) for name in written]
        texts = [name for name in spec.spellings() if spec.param(name) not in taken]
        return Offers(cursor.fragment, tuple(texts), "param")
    if site.inner is None:
        return Offers()
    keys = sorted(site.inner.keys.values(), key=lambda key: not key.required)
    names = [key.name for key in keys if not key.later and key.name not in written]
    return Offers(cursor.fragment, tuple(names), "key")


def _values(cursor: Cursor, site: Site, catalogue: Catalogue) -> Iterable[str]:
    """Offer the values of a key of the language."""
    key = site.key
    if key is None:
        return ()
    place = (site.section.name, key.name)
    if place in _IDS:
        own = at(node_of(cursor), (), dict).get("id")
        return [id for id in node_ids(cursor.data) if id != own]
    if place == ("node", "type"):
        return catalogue
    if place == ("node", "group"):
        return [
            node["group"] for node in nodes_in(cursor.data) if isinstance(node.get("group"), str)
        ]
    if place == ("edge", "action"):
        return _actions(cursor, catalogue)
    return key.enum or (_FLAGS if key.kinds[0] == "flag" else ())


def _actions(cursor: Cursor, catalogue: Catalogue) -> list[str]:
    source = at(cursor.data, cursor.slot[:-1], dict).get("from")
    types = {node.get("id"): node.get("type") for node in nodes_in(cursor.data)}
    spec = catalogue.get(str(types.get(source)))
    return ["default", "error", *(spec.actions or () if spec else ())]


def _values_of(param: Param | None) -> tuple[str, ...]:
    if param is None:
        return ()
    known = tuple(map(str, param.enum)) or param.usual
    return known or (_FLAGS if param.types == ("boolean",) else ())


def _template_offers(expression: str, scope: Scope) -> Offers:
    """Offer what may go on an expression: a head, a key, an index, or a filter."""
    alternative = expression.rpartition("??")[2]
    before, bar, name = alternative.rpartition("|")
    if bar and before.strip():
        return Offers(name.strip(), tuple(_fitting(name.strip(), FILTERS)), "filter")
    path = alternative.strip()
    if _HEAD.fullmatch(path):
        return Offers(path, tuple(_fitting(path, scope)), "node")
    step = _STEP.fullmatch(path)
    if step is None:
        return Offers()
    stop = resolve(f"${{{step['path']}.{_NOTHING}}}", scope).unresolved
    if not stop or stop[0].rest != (_NOTHING,):
        return Offers()
    if step["index"] is not None:
        indexes = (f"{index}]" for index in range(min(stop[0].length or 0, _MOST_INDEXES)))
        fitting = tuple(text for text in indexes if text.startswith(step["index"]))
        return Offers(step["index"], fitting, "path")
    keys = stop[0].known if stop[0].kind == "absent" else ()
    known = [key for key in keys if _KEY.fullmatch(key)]
    return Offers(step["key"], tuple(_fitting(step["key"], known)), "path")


def _without_own(cursor: Cursor, scope: Scope) -> Scope:
    """Leave out the node that the template stands in: it cannot refer to itself."""
    own = at(node_of(cursor), (), dict).get("id")
    return {head: value for head, value in scope.items() if head != own}


def known_scope(data: Any, catalogue: Catalogue, real: Mapping[str, Any]) -> dict[str, Any]:
    """Give what templates of a text may name, with what is inside.

    `real` holds outputs of nodes and values of inputs as they were; of a node that is not in it
    the fields that its type declares are known, and of a `value` node its own params.
    """
    scope: dict[str, Any] = {}
    for node in nodes_in(data):
        id, spec = node.get("id"), catalogue.get(str(node.get("type")))
        if isinstance(id, str):
            scope[id] = real[id] if id in real else _declared(node, spec)
    declared = at(data, ("inputs",), dict)
    scope |= {name: real.get(name) for name in declared}
    names = [item.get("env") for item in declared.values() if isinstance(item, dict)]
    if any(names):
        scope["env"] = dict.fromkeys(filter(None, names))
    return scope


def _declared(node: Mapping[str, Any], spec: NodeSpec | None) -> Any:
    if spec is not None and spec.open:
        return node.get("params")
    return dict.fromkeys(spec.outputs or ()) if spec is not None else {}


def node_ids(data: Any) -> list[str]:
    """List the ids of the nodes of an outline."""
    return [node["id"] for node in nodes_in(data) if isinstance(node.get("id"), str)]


def _spec(cursor: Cursor, catalogue: Catalogue) -> NodeSpec | None:
    return catalogue.get(str(at(node_of(cursor), (), dict).get("type")))
