"""Rules for nodes that wait for themselves: which link is wrong, only a person knows."""

from __future__ import annotations

from ...ir.subject import Subject
from .base import Abstain, Answer, Case, Example, Rule
from .matching import listing


def own_output(case: Case) -> Answer:
    """TPL19: a node cannot read what it gives; what it may read is listed."""
    node = case.problem.node
    subject = Subject(case.workflow, case.workflow.data, case.catalogue)
    heads = [head for head in subject.heads_for(node) if head != node]
    return Abstain(f"{case.problem.message}; {node} may read {listing(heads)} – say which is meant")


def circle(case: Case) -> Answer:
    """GRF07: the smallest circle is shown, link by link."""
    ids = [str(id) for id in case.problem.facts.get("cycle", ())]
    shown = " → ".join([*ids, *ids[:1]])
    return Abstain(f"{case.problem.message} ({shown}) – take out the one link that is not meant")


def _b(template: str) -> str:
    reader = f"{{id: b, type: value, params: {{x: '{template}'}}}}"
    return f"nodes:\n  - {{id: a, type: value}}\n  - {reader}\n"


RULES = (
    Rule(
        "TPL19",
        own_output,
        examples=(
            Example(
                before=_b("${b.out}"),
                after=None,
                says="`${b.out}` refers to its own node; b may read `a`",
            ),
        ),
    ),
    Rule(
        "GRF07",
        circle,
        examples=(
            Example(
                before=_b("${a.x}") + "  - {id: c, type: value, after: [b]}\nedges:\n"
                "  - {from: b, to: a}\n",
                after=None,
                says="`a` waits for `b` (an edge), `b` waits for `a` (a template) (a → b → a)",
            ),
        ),
    ),
)
