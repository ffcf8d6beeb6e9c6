"""Rules for names in the graph: ids that stand twice, ends of edges, actions, lost nodes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...ir.graph import dependencies, followers_of, reach
from ...ir.model import MISSING
from ...ir.patch import Edit, Insert, Patch, SetValue
from ...ir.spec import NodeSpec
from ...ir.templates import heads, source_template
from ...ir.workflow import Workflow
from ...problem import path_text
from ..fix import Level
from .base import UNMEASURED, Abstain, Answer, Candidate, Case, Example, Rule
from .matching import listing, meant, near


def twice(case: Case) -> Answer:
    """GRF03: the second node of an id gets another one, if nothing says the id."""
    id = case.written
    if not isinstance(id, str):
        return Abstain(case.problem.message)
    said = list(_mentions(case.workflow, id))
    if said:
        return Abstain(f"{case.problem.message}, and {said[0]} says `{id}`: which one is meant?")
    taken = {*(node.id for node in case.workflow.nodes), *case.workflow.inputs}
    number = next(n for n in range(2, len(taken) + 3) if f"{id}_{n}" not in taken)
    return Candidate(
        level=Level.ASK,
        patch=Patch((SetValue(case.problem.slot, f"{id}_{number}", id),)),
        title=f"`{id}` → `{id}_{number}` in {path_text(case.problem.slot)}",
        why=f"Two nodes are called `{id}`; the second one gets a name of its own.",
        evidence=(f"no template, edge, `after` or output says `{id}`",),
        confidence=UNMEASURED,
    )


def _mentions(workflow: Workflow, id: str) -> Iterator[str]:
    """Say where an id is used."""
    for node in workflow.nodes:
        if id in heads(node.params) or id in node.after:
            yield f"`{node.id}`"
    for edge in workflow.edges:
        if id in (edge.source, edge.to):
            yield path_text(edge.slot)
    for name, output in workflow.outputs.items():
        if id in heads(source_template(output.source)):
            yield f"the output `{name}`"
    if workflow.start_node == id:
        yield "`start_node`"


def end(case: Case) -> Answer:
    """GRF04: an unknown id in an edge, an `after` or `start_node` becomes the one it stands for."""
    written, ids = case.written, case.problem.facts.get("ids", ())
    names = [id for id in ids if id not in (case.problem.node, _other_end(case))]
    return _named(case, written, names, "node ids")


def _other_end(case: Case) -> Any:
    slot = case.problem.slot
    other = {"from": "to", "to": "from"}.get(str(slot[-1]), "")
    return case.at((*slot[:-1], other)) if slot[:1] == ("edges",) else None


def action(case: Case) -> Answer:
    """GRF06: an action that a node never ends with becomes the one of its actions that is meant."""
    names = [*case.problem.facts.get("actions", ())]
    if not names:
        return Abstain(f"{case.problem.message} – {case.problem.hint}".rstrip(" –"))
    return _named(case, case.written, names, "actions of the node")


def _named(case: Case, written: Any, names: list[str], whose: str) -> Answer:
    found = meant(written, names, whose) if isinstance(written, str) else None
    if found is None:
        lacks = near(str(written), names)
        return Abstain(f"{case.problem.message}{lacks}; there are {listing(names)}")
    return Candidate(
        level=Level.SAFE,
        patch=Patch((SetValue(case.problem.slot, found.name, written),)),
        title=f"`{written}` → `{found.name}` in {path_text(case.problem.slot)}",
        why=f"`{written}` is none of the {whose}, and `{found.name}` is the one it stands for.",
        evidence=(found.fact,),
        confidence=found.confidence,
    )


def unreached(case: Case) -> Answer:
    """GRF08: a node whose outputs a reached node reads gets an edge from the first node."""
    workflow, id = case.workflow, case.problem.node
    start = workflow.start_node
    if id is None or start is None:
        return Abstain(case.problem.message)
    reached = reach([start], followers_of(dependencies(workflow)))
    readers = [n.id for n in workflow.nodes if n.id in reached and id in heads(n.params)]
    if not readers:
        return Abstain(f"{case.problem.message}; nothing that runs reads it – {case.problem.hint}")
    new = {"from": start, "to": id}
    return Candidate(
        level=Level.ASK,
        patch=Patch((_with_edge(case.at(("edges",)), new),)),
        title=f"edge from `{start}` to `{id}`",
        why=f"Nothing leads to `{id}`, and a node that runs needs what it gives.",
        evidence=(f"{listing(readers)} reads the outputs of `{id}` and can be reached",),
        confidence=UNMEASURED,
    )


def _with_edge(edges: Any, new: Mapping[str, str]) -> Edit:
    """Give the edit that adds an edge, whatever stands at `edges` now."""
    if isinstance(edges, list) and edges:
        return Insert(("edges", len(edges)), dict(new))
    if edges is MISSING:
        return Insert(("edges",), [dict(new)])
    return SetValue(("edges",), [dict(new)], edges)


def _two(rest: str = "", second: str = "fetch") -> str:
    nodes = f"  - {{id: fetch, type: value}}\n  - {{id: {second}, type: value}}  # again\n"
    return f"nodes:\n{nodes}{rest}"


def _three(edge: str) -> str:
    nodes = "".join(f"  - {{id: {id}, type: shell, params: {{command: ls}}}}\n" for id in _IDS)
    return f"nodes:\n{nodes}edges:\n  - {edge}  # then\n"


_IDS = ("fetch", "summarize", "notify")


def _lost(edges: str, reads: str = "look") -> str:
    return f"""\
nodes:
  - {{id: fetch, type: value}}
  - {{id: look, type: value}}
  - {{id: send, type: value, params: {{x: "${{{reads}.x ?? fetch.y}}"}}}}
start_node: fetch
{edges}"""


def _voted(action: str) -> str:
    nodes = "  - {id: ask, type: vote}\n  - {id: send, type: value}\n"
    return f"nodes:\n{nodes}edges:\n  - {{from: ask, to: send, action: {action}}}  # then\n"


_VOTE = NodeSpec("vote", effect="pure", actions=("approve", "reject"))

RULES = (
    Rule(
        "GRF03",
        twice,
        unveils=True,
        examples=(
            Example(
                before=_two(),
                after=_two(second="fetch_2"),
                level="ASK",
                says="no template, edge, `after` or output says `fetch`",
            ),
            Example(
                before=_two('  - {id: use, type: value, params: {x: "${fetch.y}"}}\n'),
                after=None,
                says="`use` says `fetch`: which one is meant?",
            ),
        ),
    ),
    Rule(
        "GRF04",
        end,
        unveils=True,
        examples=(
            Example(
                before=_three("{from: fetch, to: sumarize}"),
                after=_three("{from: fetch, to: summarize}"),
                level="SAFE",
                says="`summarize` is at distance 1 from `sumarize`",
            ),
            Example(
                before=_three("{from: Fetch, to: notify}"),
                after=_three("{from: fetch, to: notify}"),
                level="SAFE",
                says="equals `Fetch` after folding case",
            ),
            Example(
                before=_two("  - {id: b, type: value, after: [fecth]}\n", "other"),
                after=_two("  - {id: b, type: value, after: [fetch]}\n", "other"),
                level="SAFE",
                says="`fetch` is at distance 1 from `fecth`",
            ),
            Example(
                before=_three("{from: fetch, to: publish}"),
                after=None,
                says="there are `summarize`, `notify`",
            ),
        ),
    ),
    Rule(
        "GRF06",
        action,
        examples=(
            Example(
                before=_voted("aprove"),
                after=_voted("approve"),
                types=(_VOTE,),
                level="SAFE",
                says="`approve` is at distance 1 from `aprove`",
            ),
            Example(
                before=_voted("yes"),
                after=None,
                types=(_VOTE,),
                says="there are `default`, `error`, `approve`, `reject`",
            ),
        ),
    ),
    Rule(
        "GRF08",
        unreached,
        warns=True,
        examples=(
            Example(
                before=_lost("edges:\n  - {from: fetch, to: send}\n"),
                after=_lost("edges:\n  - {from: fetch, to: send}\n  - {from: fetch, to: look}\n"),
                outputs={"fetch": {"y": 1}, "look": {"x": 1}},
                level="ASK",
                says="`send` reads the outputs of `look` and can be reached",
            ),
            Example(
                before=_lost("", "fetch"),
                after=None,
                outputs={"fetch": {"x": 1}},
                says="nothing that runs reads it",
            ),
        ),
    ),
)
