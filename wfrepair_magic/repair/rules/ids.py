"""Rules for ids that name nothing, or two nodes: in templates, edges, `after`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from ...ir.patch import Patch, SetValue
from ...ir.templates import Template, references, source_template, walk
from ...ir.workflow import Workflow
from ...problem import Slot, path_text
from ..fix import Level
from .base import Answer, Candidate, Case, Fact, Rule, swap
from .examples import THREE, Scene
from .matching import Meant, meant, near, no_match
from .steps import Step, candidate, own_miss


def head(case: Case) -> Answer:
    """TPL01: an unknown head becomes the node or input that it stands for.

    Only what may come before the node counts: no other can be what its author meant.  Where
    several places say the unknown id and none says the known one, the slip is in the node's id.
    """
    miss = own_miss(case)
    if miss is None:
        return ""
    if miss.ref.startswith("env."):
        close = near(miss.head, miss.known)
        return f"no input declares the environment variable{close}; declare it under `inputs`"
    reader = case.problem.node or "the output"
    found = meant(miss.head, miss.known, f"nodes and inputs that {reader} may read", Level.ASK)
    if found is None:
        return no_match(miss.head, miss.known, "node or input", f"{reader} may read")
    definition = _definition(case, miss.head, found)
    if definition is not None:
        return definition
    step = Step(*miss.segment_span, found.name, found.fact)
    why = f"No node or input is called `{miss.head}`, and `{found.name}` is the one it stands for."
    return candidate(case, [step], why)


def twice(case: Case) -> Answer:
    """GRF03: the second node of an id gets another one, if nothing says the id."""
    id, workflow = str(case.written), case.workflow
    said = next(mentions(workflow, id), None)
    if said is not None:
        return f"{_place(workflow, said)} says `{id}`: which one is meant?"
    taken = {*(node.id for node in workflow.nodes), *workflow.inputs}
    new = next(one for n in range(2, len(taken) + 3) if (one := f"{id}_{n}") not in taken)
    why = f"Two nodes are called `{id}`; the second one gets a name of its own."
    return swap(case, new, why, Fact(f"no template, edge, `after` or output says `{id}`"))


def end(case: Case) -> Answer:
    """GRF04: an unknown id in an edge, an `after` or `start_node` becomes the one it stands for.

    It decides what runs: only what is equal but for case and separators is put right unasked.
    Where other places say it too, the slip may be in the node's id, and a person is asked.
    """
    slot, written = case.problem.slot, str(case.written)
    other = {"from": "to", "to": "from"}.get(str(slot[-1]), "")
    barred = [case.problem.node, case.at((*slot[:-1], other)) if slot[0] == "edges" else None]
    ids = [id for id in case.problem.facts.get("ids", ()) if id not in barred]
    found = meant(written, ids, "node ids")
    if found is None:
        return no_match(written, ids, "node id")
    also = _elsewhere(case, written)
    definition = _definition(case, written, found)
    if definition is not None:
        return definition
    why = f"There is no node id `{written}`, and `{found.name}` is the one it stands for."
    says = f"; {_place(case.workflow, also[0])} says `{written}` too" if also else ""
    level = Level.ASK if also else found.fact.level
    fact = replace(found.fact, text=found.fact.text + says, level=level)
    return swap(case, found.name, why, fact)


def _definition(case: Case, written: str, found: Meant) -> Candidate | None:
    """Give the node of the found id the id that all say; None where not all do, or only one."""
    workflow = case.workflow
    nodes = [node for node in workflow.nodes if node.id == found.name]
    said = list(mentions(workflow, written))
    if len(nodes) != 1 or not _elsewhere(case, written) or any(mentions(workflow, found.name)):
        return None
    slot = (*nodes[0].slot, "id")
    places = ", ".join(dict.fromkeys(_place(workflow, one) for one in said))
    return Candidate(
        Patch((SetValue(slot, written, found.name),)),
        f"`{found.name}` → `{written}` in {path_text(slot)}",
        f"Everything says `{written}`, and the node that comes near it is called `{found.name}`.",
        (Fact(f"{places} say `{written}`, and nothing says `{found.name}`"),),
    )


def _elsewhere(case: Case, id: str) -> list[Slot]:
    """Give the places that say an id, without the one at which the problem lies."""
    own = case.problem.slot
    return [slot for slot in mentions(case.workflow, id) if own[: len(slot)] != slot]


def mentions(workflow: Workflow, id: str) -> Iterator[Slot]:
    """Give the places at which a workflow names a node: templates, `after`, edges, the start."""
    for node in workflow.nodes:
        for key, value in node.templated.items():
            yield from _naming(id, value, (*node.slot, key))
        if id in node.after:
            yield (*node.slot, "after")
    for edge in workflow.edges:
        ends = {"from": edge.source, "to": edge.to}
        yield from ((*edge.slot, key) for key, named in ends.items() if named == id)
    for name, output in workflow.outputs.items():
        yield from _naming(id, source_template(output.source), ("outputs", name, "source"))
    if workflow.start_node == id:
        yield ("start_node",)


def _naming(id: str, value: Any, slot: Slot) -> Iterator[Slot]:
    """Give the places of the templates inside a value that name a node."""
    for place, template in walk(value, slot):
        if isinstance(template, Template) and any(
            ref.head == id for ref, _ in references(template)
        ):
            yield place


def _place(workflow: Workflow, slot: Slot) -> str:
    """Say where a mention stands."""
    if slot[0] == "outputs":
        return f"the output `{slot[1]}`"
    node = next((node.id for node in workflow.nodes if node.slot == slot[:2]), None)
    return f"`{node}`" if node is not None else f"`{path_text(slot[:2])}`"


_NODES = "nodes:\n  - {id: fetch, type: value}\n"
_READING = Scene(
    _NODES
    + """\
  - id: send
    type: value
    params:
      to: 'the team'
      text: "Hello ${fetch.id}, ${@@}!"  # as they like it
""",
    {"fetch": {"id": 7, "email": "ada@example.org"}},
)
_TWO = Scene(_NODES + "  - {id: @@")
_SAID = ", type: value}\n  - {id: c, type: value, after: [finish]}\n"
_EDGE = "edges:\n  - {from: fetch, to: finish}\n"


def _declaring(inputs: str, **given: str) -> Scene:
    return replace(_READING, text=f"inputs: {inputs}\n{_READING.text}", inputs=given)


RULES = (
    Rule(
        "TPL01",
        head,
        (
            _READING.ask("fecth.email", "fetch.email", "`fetch` is at distance 1 from"),
            _READING.ask("Fetch.email", "fetch.email", "equals `Fetch` after folding case"),
            _declaring("{channel: {}}", channel="general").ask(
                "chanel", "channel", "`channel` is at distance 1 from `chanel`"
            ),
            _READING.leave("analyse.email", "no node or input can be taken for `analyse`"),
            # A variable that nobody declares is a matter for a person.
            _declaring("{token: {env: CHAT_TOKEN}}", token="t").leave(
                "env.CHAT_TOKN", "the nearest is `CHAT_TOKEN`, and that is not sure"
            ),
            # `send` is near, and is the very node that reads.
            _READING.leave("sendd.text", "send may read `fetch`"),
        ),
    ),
    Rule(
        "GRF03",
        twice,
        unveils=True,
        examples=(
            _TWO.ask(
                "fetch, type: value}  # again\n",
                "fetch_2, type: value}  # again\n",
                "no template, edge, `after` or output says `fetch`",
            ),
            _TWO.leave(
                'fetch, type: value}\n  - {id: use, type: value, params: {x: "${fetch.y}"}}\n',
                "`use` says `fetch`: which one is meant?",
            ),
        ),
    ),
    Rule(
        "GRF04",
        end,
        unveils=True,
        examples=(
            THREE.ask(
                "{from: fetch, to: sumarize}",
                "{from: fetch, to: summarize}",
                "`summarize` is at distance 1 from `sumarize`",
            ),
            THREE.safe(
                "{from: Fetch, to: notify}",
                "{from: fetch, to: notify}",
                "equals `Fetch` after folding case",
            ),
            _TWO.ask(
                "b, type: value, after: [fecth]}",
                "b, type: value, after: [fetch]}",
                "`fetch` is at distance 1 from `fecth`",
            ),
            # All say `finish`: the slip is in the node's own id.
            _TWO.ask(
                f"finsh{_SAID}{_EDGE}",
                f"finish{_SAID}{_EDGE}",
                "`c`, `edges[0]` say `finish`, and nothing says `finsh`",
            ),
            # The other way round.
            THREE.leave("{from: fetch, to: unnotify}", "there are `summarize`, `notify`"),
            THREE.leave("{from: fetch, to: publish}", "there are `summarize`, `notify`"),
        ),
    ),
)
