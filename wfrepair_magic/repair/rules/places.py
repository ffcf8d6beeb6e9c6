"""Rules for params that stand where none can: unknown, beside `params`, against another one."""

from __future__ import annotations

from collections.abc import Mapping

from ...ir.language import NODE
from ...ir.patch import Patch, Remove
from ..fix import Level
from .base import PLANTED, UNMEASURED, Abstain, Answer, Candidate, Case, Example, Rule
from .matching import listing, near
from .missing import given_too


def extra(case: Case) -> Answer:
    """PRM05: a param that the type does not have, and that means none that it has, goes."""
    slot = case.problem.slot
    if case.spec is None or case.node is None or slot[2:3] != ("params",):
        return Abstain(f"{case.problem.message} – {case.problem.hint}")
    name, names = str(slot[-1]), case.spec.spellings()
    if name in NODE.keys and not NODE.keys[name].later:
        return Abstain(
            f"`{name}` is a key of the node itself: move it out of `params`, beside `type`"
        )
    return Candidate(
        level=Level.ASK,
        patch=Patch((Remove(slot),)),
        title=f"`{name}` out of {case.node.id}.params",
        why=f"{case.spec.name} has no param `{name}`, and none that it may stand for.",
        evidence=(f"{case.spec.name} takes {listing(names)}{near(name, names)}",),
        confidence=UNMEASURED,
    )


def exclusive(case: Case) -> Answer:
    """PRM10: which of two params is meant is for a person to say."""
    return Abstain(f"{case.problem.message} – {case.problem.hint or 'keep the one that is meant'}")


def beside(case: Case) -> Answer:
    """PRM11: what the type knows as a param moves into `params`, all of one node at once."""
    node, spec = case.node, case.spec
    written = case.at(case.problem.slot[:2])
    if node is None or spec is None or not isinstance(written, Mapping):
        return Abstain(case.problem.message)
    found = {
        name: param for name in written if name not in NODE.keys and (param := spec.param(name))
    }
    taken = [spec.param(name) for name in node.params]
    meant = [*found.values(), *taken]
    double = next((param.name for param in found.values() if meant.count(param) > 1), None)
    if double is not None:
        return Abstain(f"`{double}` is given in more than one place – keep the one that is meant")
    names = ", ".join(f"`{name}`" for name in found)
    params = {name: written[name] for name in found}
    return Candidate(
        level=Level.SAFE,
        patch=Patch((
            *(Remove((*node.slot, name)) for name in found), *given_too(case, node, params),
        )),
        title=f"{names} into {node.id}.params",
        why=f"{names} of `{spec.name}` must stand in `params`.",
        evidence=(f"`{spec.name}` has {names} as params", "nothing stands there yet"),
        confidence=PLANTED,
    )  # fmt: skip


def _http(params: str) -> str:
    return f"""\
nodes:
  - id: get
    type: http  # ours
    params:
      url: https://example.org
{params}"""


_LOOSE = """\
nodes:
  - id: get
    type: http
    url: https://example.org  # ours
"""


def _flow(rest: str) -> str:
    return f"nodes:\n  - {{id: get, type: http, {rest}}}\n"


RULES = (
    Rule(
        "PRM05",
        extra,
        examples=(
            Example(
                before=_http("      retrys: 3\n      method: GET\n"),
                after=_http("      method: GET\n"),
                level="ASK",
                says="http takes `url`, `method`, `headers`",
            ),
            Example(  # meant for the node: to take it out would lose it
                before=_http("      retry: 3\n"),
                after=None,
                says="`retry` is a key of the node itself: move it out of `params`",
            ),
        ),
    ),
    Rule(
        "PRM10",
        exclusive,
        examples=(
            Example(
                before="nodes:\n  - id: r\n    type: read-file\n"
                "    params: {path: a, file_path: b}\n",
                after=None,
                says="are one param, given twice – take one of them out",
            ),
        ),
    ),
    Rule(
        "PRM11",
        beside,
        unveils=True,
        examples=(
            Example(
                before=_LOOSE,
                after="nodes:\n  - id: get\n    type: http\n"
                "    params:\n      url: https://example.org\n",
                level="SAFE",
                says="`http` has `url` as params",
            ),
            Example(
                before=_flow("url: http://a.b, method: GET, params: {query: {q: 1}}"),
                after=_flow("params: {query: {q: 1}, url: http://a.b, method: GET}"),
                level="SAFE",
                says="`http` has `url`, `method` as params",
            ),
            Example(
                before="nodes:\n  - {id: r, type: read-file, path: a, file_path: b}\n",
                after=None,
                says="`path` is given in more than one place",
            ),
        ),
    ),
)
