"""Rules for the graph: keys of edges, actions, circles, lost nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...ir.graph import dependencies, followers_of, reach
from ...ir.language import EDGE
from ...ir.model import MISSING
from ...ir.patch import Edit, Insert, Patch, RenameKey, SetValue
from ...ir.spec import NodeSpec
from ...ir.templates import heads
from ...problem import path_text
from ..fix import Level
from .base import PLANTED, Answer, Candidate, Case, Fact, Rule, swap
from .examples import THREE, Scene
from .matching import Meant, listing, meant, no_match


def own_output(case: Case) -> Answer:
    """TPL19: a node cannot read what it gives; what it may read is listed."""
    return f"{case.problem.node} may read {listing(case.heads)} – say which is meant"


def action(case: Case) -> Answer:
    """GRF06: an action that a node never ends with becomes the one of its actions that is meant.

    It decides what runs: only what is equal but for case and separators is put right unasked.
    """
    names, written = [*case.problem.facts.get("actions", ())], str(case.written)
    if not names:
        return ""
    found = meant(written, names, "actions of the node")
    if found is None:
        return no_match(written, names, "action of the node")
    why = (
        f"There is no action of the node `{written}`, and `{found.name}` is the one it stands for."
    )
    return swap(case, found.name, why, found.fact)


def edge_keys(case: Case) -> Answer:
    """GRF05: the keys of an edge get their names, all of one edge at once."""
    slot = case.problem.slot[:2]
    edge = case.at(slot)
    if not isinstance(edge, Mapping):
        return "an edge is a mapping with `from` and `to`"
    renames = {key: found for key in edge if (found := _edge_key(key, edge)) is not None}
    names = [*edge, *(found.name for found in renames.values())]
    twice = next((name for name in EDGE.keys if names.count(name) > 1), None)
    if not renames:
        return f"the edge has {listing(list(edge))}; it needs `from` and `to`"
    if twice is not None:
        return f"the edge says `{twice}` in more than one way – keep the one that is meant"
    changes = ", ".join(f"`{key}` → `{found.name}`" for key, found in renames.items())
    return Candidate(
        Patch(tuple(RenameKey((*slot, key), found.name) for key, found in renames.items())),
        f"{changes} in {path_text(slot)}",
        "The edge uses other words than `from`, `to` and `action` for its keys.",
        tuple(found.fact for found in renames.values()),
    )


def _edge_key(key: str, edge: Mapping[str, Any]) -> Meant | None:
    """Say what a wrong key stands for; only the words for its two ends have one meaning."""
    if key in EDGE.keys:
        return None
    alias = EDGE.meant(key)
    if alias is not None:
        level = Level.SAFE if alias.required else Level.ASK
        text = f"`{key}` is a registered other word for `{alias.name}`"
        return Meant(alias.name, Fact(text, level, PLANTED))
    lacking = [name for name in EDGE.keys if name not in edge]
    return meant(key, lacking, "keys that it lacks", Level.ASK)


def circle(case: Case) -> Answer:
    """GRF07: the smallest circle is shown, link by link."""
    ids = [str(id) for id in case.problem.facts.get("cycle", ())]
    return f"take out the one link of {' → '.join([*ids, *ids[:1]])} that is not meant"


def unreached(case: Case) -> Answer:
    """GRF08: a node whose outputs a reached node reads gets an edge from the first node."""
    workflow, id = case.workflow, case.problem.node
    start = workflow.start_node
    if id is None or start is None:
        return ""
    reached = reach([start], followers_of(dependencies(workflow)))
    readers = [n.id for n in workflow.nodes if n.id in reached and id in heads(n.params)]
    if not readers:
        return "nothing that runs reads it"
    return Candidate(
        Patch((_with_edge(case.at(("edges",)), {"from": start, "to": id}),)),
        f"edge from `{start}` to `{id}`",
        f"Nothing leads to `{id}`, and a node that runs needs what it gives.",
        (Fact(f"{listing(readers)} reads the outputs of `{id}` and can be reached"),),
    )


def _with_edge(edges: Any, new: dict[str, str]) -> Edit:
    """Give the edit that adds an edge, whatever stands at `edges` now."""
    if isinstance(edges, list) and edges:
        return Insert(("edges", len(edges)), new)
    return Insert(("edges",), [new]) if edges is MISSING else SetValue(("edges",), [new], edges)


_VOTED = Scene(
    """\
nodes:
  - {id: ask, type: vote}
  - {id: send, type: value}
edges:
  - {from: ask, to: send, action: @@}  # then
""",
    types=(NodeSpec("vote", effect="pure", actions=("approve", "reject")),),
)
_FAILED = Scene("""\
nodes:
  - {id: a, type: shell, params: {command: "exit 3"}}
  - {id: rollback, type: shell, params: {command: ls}}
edges:
  - {from: a, to: rollback, action: @@}  # then
""")
_LOST = Scene(
    """\
nodes:
  - {id: fetch, type: value}
  - {id: look, type: value}
  - {id: send, type: value, params: {x: "${@@""",
    {"fetch": {"y": 1}, "look": {"x": 1}},
)
_LINK = 'look.x ?? fetch.y}"}}\nstart_node: fetch\nedges:\n  - {from: fetch, to: send}\n'
_B = Scene("nodes:\n  - {id: a, type: value}\n  - {id: b, type: value, params: {x: '@@\n")

RULES = (
    Rule("TPL19", own_output, (_B.leave("${b.out}'}}", "b may read `a` – say which is meant"),)),
    Rule(
        "GRF05",
        edge_keys,
        unveils=True,
        examples=(
            THREE.safe(
                "{from_node: fetch, to_node: notify}",
                "{from: fetch, to: notify}",
                "`from_node` is a registered other word for `from`",
            ),
            THREE.safe(
                "{source: fetch, target: notify, action: default}",
                "{from: fetch, to: notify, action: default}",
                "`target` is a registered other word for `to`",
            ),
            THREE.safe(
                "{from: fetch, target: notify}",
                "{from: fetch, to: notify}",
                "`target` is a registered other word for `to`",
            ),
            THREE.ask(
                "{form: fetch, to: notify}",
                "{from: fetch, to: notify}",
                "`from` is at distance 1 from `form`",
            ),
            THREE.ask(
                "{from: fetch, to: notify, when: default}",
                "{from: fetch, to: notify, action: default}",
                "`when` is a registered other word for `action`",
            ),
            THREE.leave(
                "{source: fetch, src: fetch, to: notify}",
                "the edge says `from` in more than one way",
            ),
        ),
    ),
    Rule(
        "GRF06",
        action,
        (
            _VOTED.safe("Approve", "approve", "equals `Approve` after folding case"),
            _VOTED.ask("aprove", "approve", "`approve` is at distance 1 from `aprove`"),
            _FAILED.ask("eror", "error", "`error` is at distance 1 from `eror`"),
            # The opposite of what was voted for: that branch must not run.
            _VOTED.leave("unreject", "the nearest is `reject`, and that is not sure"),
            _VOTED.leave("yes", "there are `default`, `error`, `approve`, `reject`"),
        ),
    ),
    Rule(
        "GRF07",
        circle,
        (
            _B.leave(
                "${a.x}'}}\n  - {id: c, type: value, after: [b]}\nedges:\n  - {from: b, to: a}",
                "take out the one link of a → b → a that is not meant",
            ),
        ),
    ),
    Rule(
        "GRF08",
        unreached,
        warns=True,
        examples=(
            _LOST.ask(
                _LINK,
                _LINK + "  - {from: fetch, to: look}\n",
                "`send` reads the outputs of `look` and can be reached",
            ),
            _LOST.leave('fetch.y}"}}\nstart_node: fetch\n', "nothing that runs reads it"),
        ),
    ),
)
