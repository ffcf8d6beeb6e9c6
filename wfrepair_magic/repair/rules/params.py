"""Rules for params that are named wrongly, or stand where none can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ...ir.language import NODE
from ...ir.patch import Patch, Remove, RenameKey
from ...ir.spec import NodeSpec
from ..fix import Level
from .base import Answer, Candidate, Case, Fact, Rule, certain
from .examples import Scene
from .matching import Meant, listing, meant, near, no_match
from .missing import added


def param_name(case: Case) -> Answer:
    """PRM04: a misspelt param gets its name, unless the type's param is given already."""
    spec, slot = case.spec, case.problem.slot
    written, given = str(slot[-1]), case.at(slot[:-1])
    if spec is None or not isinstance(given, Mapping):
        return ""
    found = _registered(spec, written)
    if found is None:
        found = meant(written, spec.spellings(), f"params of {spec.name}", Level.ASK)
    param = spec.param(found.name) if found is not None else None
    if found is None or param is None:
        return no_match(written, spec.spellings(), f"param of {spec.name}", "it has")
    name = found.name
    if any(one != written and one in given for one in (param.name, *param.accepts, *param.aliases)):
        return f"`{written}` would be `{name}`, which is given already – keep the one meant"
    return Candidate(
        Patch((RenameKey(slot, name),)),
        f"`{written}` → `{name}` in {case.problem.node}.params",
        f"{spec.name} has no param `{written}`, and `{name}` is the one it stands for.",
        (replace(found.fact, text=f"{found.fact.text}; `{name}` is not given yet"),),
    )


def _registered(spec: NodeSpec, written: str) -> Meant | None:
    """Find the param of which the type knows this wrong name."""
    name = next((one.name for one in spec.params.values() if written in one.aliases), None)
    fact = certain(f"the node type registers `{written}` as another name of `{name}`")
    return Meant(name, fact) if name is not None else None


def extra(case: Case) -> Answer:
    """PRM05: a param that the type does not have, and that means none that it has, goes."""
    slot = case.problem.slot
    if case.spec is None or case.node is None or slot[2:3] != ("params",):
        return ""
    name, names = str(slot[-1]), case.spec.spellings()
    if name in NODE.keys and not NODE.keys[name].later:
        return f"`{name}` is a key of the node itself: move it out of `params`, beside `type`"
    return Candidate(
        Patch((Remove(slot),)),
        f"`{name}` out of {case.node.id}.params",
        f"{case.spec.name} has no param `{name}`, and none that it may stand for.",
        (Fact(f"{case.spec.name} takes {listing(names)}{near(name, names)}"),),
    )


def exclusive(case: Case) -> Answer:
    """PRM10: which of two params is meant is for a person to say."""
    return "keep the one that is meant"


def beside(case: Case) -> Answer:
    """PRM11: what the type knows as a param moves into `params`, all of one node at once."""
    node, spec = case.node, case.spec
    written = case.at(case.problem.slot[:2])
    if node is None or spec is None or not isinstance(written, Mapping):
        return ""
    found = {
        name: param for name in written if name not in NODE.keys and (param := spec.param(name))
    }
    given = [*found.values(), *(spec.param(name) for name in node.params)]
    double = next((param.name for param in found.values() if given.count(param) > 1), None)
    if double is not None:
        return f"`{double}` is given in more than one place – keep the one that is meant"
    names = listing(list(found))
    out = (Remove((*node.slot, name)) for name in found)
    into = added(case, node, {name: written[name] for name in found})
    return Candidate(
        Patch((*out, *into)),
        f"{names} into {node.id}.params",
        f"{names} of `{spec.name}` must stand in `params`.",
        (certain(f"`{spec.name}` has {names} as params, and nothing stands there yet"),),
    )


_SAVE = Scene("""\
nodes:
  - id: save
    type: write-file
    params:
      @@: out/report.md  # for the team
      content: text
""")
_HTTP = Scene("nodes:\n  - id: get\n    type: http  # ours\n@@")
_FLOW = Scene("nodes:\n  - {id: get, type: http, @@}\n")
_READ = Scene("nodes:\n  - {id: r, type: read-file, @@}\n")
_URL = "    params:\n      url: https://example.org\n"

RULES = (
    Rule(
        "PRM04",
        param_name,
        (
            _SAVE.ask("file_pth", "file_path", "`file_path` is at distance 1 from `file_pth`"),
            _SAVE.safe(
                "filename", "path", "the node type registers `filename` as another name of `path`"
            ),
            _SAVE.ask("File-Path", "file_path", "equals `File-Path` after folding case"),
            _SAVE.leave(
                "path: a.md\n      filename", "`filename` would be `path`, which is given already"
            ),
            _SAVE.leave(
                "path: a.md\n      contnet", "`contnet` would be `content`, which is given already"
            ),
        ),
    ),
    Rule(
        "PRM05",
        extra,
        (
            _HTTP.ask(
                f"{_URL}      retrys: 3\n      method: GET\n",
                f"{_URL}      method: GET\n",
                "http takes `url`, `method`, `headers`",
            ),
            # Meant for the node: to take it out would lose it.
            _HTTP.leave(
                f"{_URL}      retry: 3\n",
                "`retry` is a key of the node itself: move it out of `params`",
            ),
        ),
    ),
    Rule(
        "PRM10",
        exclusive,
        (_READ.leave("params: {path: a, file_path: b}", "keep the one that is meant"),),
    ),
    Rule(
        "PRM11",
        beside,
        unveils=True,
        examples=(
            _HTTP.safe("    url: https://example.org  # ours\n", _URL, "`http` has `url` as param"),
            _FLOW.safe(
                "url: http://a.b, method: GET, params: {query: {q: 1}}",
                "params: {query: {q: 1}, url: http://a.b, method: GET}",
                "`http` has `url`, `method` as params",
            ),
            _READ.leave("path: a, file_path: b", "`path` is given in more than one place"),
        ),
    ),
)
