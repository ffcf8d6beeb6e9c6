"""Finds what of the language a place of an outline is: the section, the key, the node around it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from ..problem import Slot
from .cursor import Cursor
from .language import SECTIONS, Key, Section


@dataclass(frozen=True)
class Site:
    """The section that a slot leads into or through, and the key in it that the slot names.

    `rest` is what of the slot leads on into params.
    """

    section: Section
    key: Key | None = None
    rest: Slot = ()

    @property
    def inner(self) -> Section | None:
        """The section whose keys stand here; None where a key's value is none."""
        if self.key is None:
            return self.section
        return SECTIONS[self.key.section] if "section" in self.key.kinds else None


def site_of(slot: Slot) -> Site | None:
    """Follow a slot through the language; None where it leads out of it."""
    site = Site(SECTIONS["workflow"])
    for number, part in enumerate(slot):
        key = site.key
        if key is not None and "params" in key.kinds:
            return replace(site, rest=slot[number:])
        if key is not None and ("items" in key.kinds or "entries" in key.kinds):
            site = Site(SECTIONS[key.section])
        elif key is not None and isinstance(part, int):
            continue
        else:
            section = site.inner
            found = section.keys.get(str(part)) if section is not None else None
            if section is None or found is None:
                return None
            site = Site(section, found)
    return site


def nodes_in(data: Any) -> list[dict[str, Any]]:
    """List what is written of the nodes of an outline."""
    return [node for node in at(data, ("nodes",), list) if isinstance(node, dict)]


def node_of(cursor: Cursor) -> Any:
    """Give what is written of the node that a cursor is in; None outside of nodes."""
    return at(cursor.data, cursor.slot[:2], dict) if cursor.slot[:1] == ("nodes",) else None


def at(data: Any, slot: Slot, kind: type[Any]) -> Any:
    """Give the container at a slot of an outline; an empty one where there is none of that kind."""
    for part in slot:
        inside = isinstance(data, dict) if isinstance(part, str) else isinstance(data, list)
        if not inside or (isinstance(part, int) and part >= len(data)):
            return kind()
        data = data.get(part) if isinstance(data, dict) else data[part]
    return data if isinstance(data, kind) else kind()
