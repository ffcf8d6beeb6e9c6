"""Rules for the graph: node types and edges."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...ir.language import EDGE
from ...ir.patch import Patch, RenameKey, SetValue
from ..fix import Level
from .base import PLANTED, Abstain, Answer, Candidate, Case, Example, Rule
from .matching import listing, meant, near


def node_type(case: Case) -> Answer:
    """GRF01: an unknown node type becomes the registered one that it stands for."""
    written, names = case.written, sorted(case.catalogue)
    if not isinstance(written, str):
        return Abstain("the type of a node must be a name")
    found = meant(written, names, "node types")
    if found is None:
        return Abstain(
            f"no node type can be taken for `{written}`{near(written, names)}"
            f"; there are {listing(names)} – name one of them, or register it with @node"
        )
    return Candidate(
        level=Level.SAFE if found.folded else Level.ASK,
        patch=Patch((SetValue(case.problem.slot, found.name, written),)),
        title=f"`{written}` → `{found.name}` in {case.spot}",
        why=f"`{written}` is no node type, and `{found.name}` is the one it stands for.",
        evidence=(found.fact,),
        confidence=found.confidence,
    )


def edge_keys(case: Case) -> Answer:
    """GRF05: the keys of an edge get their names, all of one edge at once."""
    slot = case.problem.slot[:2]
    edge = case.at(slot)
    if not isinstance(edge, Mapping):
        return Abstain("an edge is a mapping with `from` and `to`")
    renames = [found for key in edge if (found := _edge_key(key, edge)) is not None]
    names = [*edge, *(rename.name for rename in renames)]
    twice = next((name for name in EDGE.keys if names.count(name) > 1), None)
    if not renames:
        return Abstain(f"the edge has {listing(list(edge))}; it needs `from` and `to`")
    if twice is not None:
        return Abstain(f"the edge says `{twice}` in more than one way – keep the one that is meant")
    return Candidate(
        level=min(rename.level for rename in renames),
        patch=Patch(tuple(RenameKey((*slot, one.key), one.name) for one in renames)),
        title=f"{', '.join(f'`{one.key}` → `{one.name}`' for one in renames)} in {case.spot}",
        why="The edge uses other words than `from`, `to` and `action` for its keys.",
        evidence=tuple(rename.fact for rename in renames),
        confidence=min(rename.confidence for rename in renames),
    )


@dataclass(frozen=True)
class _Rename:
    """What one wrong key of an edge stands for, and the fact that says so."""

    key: str
    name: str
    level: Level
    confidence: float
    fact: str


def _edge_key(key: str, edge: Mapping[str, Any]) -> _Rename | None:
    """Say what a wrong key stands for; only the words for its two ends have one meaning."""
    if key in EDGE.keys:
        return None
    alias = EDGE.meant(key)
    if alias is not None:
        level = Level.SAFE if alias.required else Level.ASK
        fact = f"`{key}` is a registered other word for `{alias.name}`"
        return _Rename(key, alias.name, level, PLANTED, fact)
    found = meant(key, [name for name in EDGE.keys if name not in edge], "keys that it lacks")
    if found is None:
        return None
    return _Rename(key, found.name, Level.ASK, found.confidence, found.fact)


def _typed(name: str) -> str:
    return f"nodes:\n  - id: load\n    type: {name}\n    params: {{path: a.txt}}\n"


def _edge(edge: str) -> str:
    nodes = "  - {id: a, type: value}\n  - {id: b, type: value}\n"
    return f"nodes:\n{nodes}edges:\n  - {edge}  # a first\n"


RULES = (
    Rule(
        "GRF01",
        node_type,
        unveils=True,
        examples=(
            Example(
                before=_typed("readFile"),
                after=_typed("read-file"),
                level="SAFE",
                says="equals `readFile` after folding case and separators",
            ),
            Example(
                before=_typed('"Read_File"  # ours'),
                after=_typed('"read-file"  # ours'),
                level="SAFE",
                says="equals `Read_File` after folding",
            ),
            Example(
                before=_typed("read-flie"),
                after=_typed("read-file"),
                level="ASK",
                says="`read-file` is at distance 1 from `read-flie`; the next nearest",
            ),
            Example(before=_typed("fetch_url"), after=None, says="register it with @node"),
            Example(before=_typed("htp"), after=None, says="the nearest is `http`"),
        ),
    ),
    Rule(
        "GRF05",
        edge_keys,
        unveils=True,
        examples=(
            Example(
                before=_edge("{from_node: a, to_node: b}"),
                after=_edge("{from: a, to: b}"),
                level="SAFE",
                says="`from_node` is a registered other word for `from`",
            ),
            Example(
                before=_edge("{source: a, target: b, action: default}"),
                after=_edge("{from: a, to: b, action: default}"),
                level="SAFE",
                says="`target` is a registered other word for `to`",
            ),
            Example(
                before=_edge("{from: a, target: b}"),
                after=_edge("{from: a, to: b}"),
                level="SAFE",
                says="`target` is a registered other word for `to`",
            ),
            Example(
                before=_edge("{form: a, to: b}"),
                after=_edge("{from: a, to: b}"),
                level="ASK",
                says="`from` is at distance 1 from `form`",
            ),
            Example(
                before=_edge("{from: a, to: b, when: default}"),
                after=_edge("{from: a, to: b, action: default}"),
                level="ASK",
                says="`when` is a registered other word for `action`",
            ),
            Example(
                before=_edge("{source: a, src: a, to: b}"),
                after=None,
                says="the edge says `from` in more than one way",
            ),
        ),
    ),
)
