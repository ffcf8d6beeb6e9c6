"""Rules for fields that moved: renamed, put deeper, put higher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any, Final

from ...ir.paths import inside
from ...ir.templates import Ref
from ...problem import path_text
from ..fix import Level
from ..last_good import Path
from .base import PLANTED, UNMEASURED, Abstain, Answer, Case, Example, Rule
from .matching import listing
from .steps import Step, candidate, own_miss, own_ref

_DEEPEST: Final = 3
_MOST: Final = 500


def renamed(case: Case) -> Answer:
    """TPL04: the value that stood there in the last good run stands once, at another path."""
    ref = own_ref(case)
    found = _traced(case, ref) if ref is not None else []
    if ref is None or len(found) != 1:
        where = listing([path_text((ref.head, *path)) for path in found]) if ref else "nothing"
        return Abstain(f"the value of the last good run stands at {where}, and not at one path")
    if found[0] in (*_deeper(case, ref), *_higher(case, ref)):
        return Abstain("the field was moved, not renamed")
    new = path_text((ref.head, *found[0]))
    fact = f"the value that `{ref.text}` had in the last good run stands at `{new}` alone now"
    step = Step(ref.start, ref.end, new, Level.ASK, UNMEASURED, fact)
    return candidate(case, [step], "The value that the field had is there, under another name.")


def deeper(case: Case) -> Answer:
    """TPL06: the rest of the path resolves at exactly one longer path."""
    return _moved(case, "deeper")


def higher(case: Case) -> Answer:
    """TPL07: the path resolves with exactly one part of it left out."""
    return _moved(case, "higher")


def _moved(case: Case, how: str) -> Answer:
    ref = own_ref(case)
    if ref is None:
        return Abstain(case.problem.message)
    below, above = _deeper(case, ref), _higher(case, ref)
    mine, others = (below, above) if how == "deeper" else (above, below)
    if len(mine) != 1 or others:
        paths = [path_text((ref.head, *path)) for path in (*mine, *others)]
        return Abstain(f"{_lacks(case)}; what is left of the path is found at {listing(paths)}")
    traced = _traced(case, ref)
    if traced and traced != mine:
        return Abstain("the value of the last good run stands elsewhere")
    return _to(case, ref, mine[0], how)


def _to(case: Case, ref: Ref, path: Path, how: str) -> Answer:
    new = path_text((ref.head, *path))
    sole = how == "deeper" and _is_sole(case, ref, path)
    fact = f"what `{ref.text}` names is found at exactly one {_LONGER[how]} path, `{new}`"
    if sole:
        fact += "; nothing else is in what was put around it"
    if _traced(case, ref):
        fact += "; the value that it had in the last good run stands there"
    level, confidence = (Level.SAFE, PLANTED) if sole else (Level.ASK, UNMEASURED)
    step = Step(ref.start, ref.end, new, level, confidence, fact)
    return candidate(case, [step], f"The field is there, and lies {how} than the path says.")


_LONGER: Final = {"deeper": "longer", "higher": "shorter"}


def _lacks(case: Case) -> str:
    miss = own_miss(case)
    return f"{miss.reached} has no such field" if miss is not None else case.problem.message


def _static(ref: Ref) -> Path | None:
    """Give a path of which every part is written out."""
    path = tuple(part for part in ref.path if isinstance(part, str | int))
    return path if len(path) == len(ref.path) else None


def _traced(case: Case, ref: Ref) -> list[Path]:
    """Give the paths at which the value stands that the path had in the last good run."""
    path = _static(ref)
    leaf = case.last_good.leaf(ref.head, path) if path is not None else None
    return case.last_good.found(leaf, case.outputs.get(ref.head)) if leaf is not None else []


def _deeper(case: Case, ref: Ref) -> list[Path]:
    """Give the paths that go through more keys and end as this one does."""
    path, miss = _static(ref), own_miss(case)
    if path is None or miss is None or miss.kind != "absent":
        return []
    at = len(path) - len(miss.rest)
    within = _follow(case.scope.get(ref.head), path[:at])
    return [
        (*path[:at], *more, *path[at:]) for more in _around(within) if _at(within, more, path[at:])
    ]


def _at(value: Any, *paths: Path) -> bool:
    for path in paths:
        value = _follow(value, path)
    return value is not _NOWHERE


def _around(value: Any) -> Iterator[Path]:
    """Give the paths of the objects inside an object, not far below it."""
    level: list[Path] = [()]
    count = 0
    for _ in range(_DEEPEST):
        below: list[Path] = []
        for path in level:
            found = _follow(value, path)
            for key in found if isinstance(found, Mapping) else ():
                count += 1
                if count <= _MOST and isinstance(_follow(found, (key,)), Mapping):
                    below.append((*path, key))
        yield from below
        level = below


def _higher(case: Case, ref: Ref) -> list[Path]:
    """Give the paths that leave out keys of this one, and end as it does."""
    path, miss = _static(ref), own_miss(case)
    if path is None or miss is None or miss.kind != "absent" or len(path) > _DEEPEST * 4:
        return []
    value = case.scope.get(ref.head)
    shorter = {
        (*path[:start], *path[end:])
        for start, end in combinations(range(len(path)), 2)
        if all(isinstance(part, str) for part in path[start:end])
    }
    return [one for one in shorter if _at(value, one)]


def _is_sole(case: Case, ref: Ref, path: Path) -> bool:
    """Whether every key that the path goes through more is the only one of its object."""
    miss = own_miss(case)
    rest = len(miss.rest) if miss is not None else 0
    start = len(ref.path) - rest
    value = case.scope.get(ref.head)
    return all(len(_follow(value, path[:at])) == 1 for at in range(start, len(path) - rest))


_NOWHERE: Final = object()


def _follow(value: Any, path: Path) -> Any:
    """Give what stands at a path inside a value, or `_NOWHERE`."""
    for part in path:
        value = inside(value) if isinstance(value, str) else value
        if isinstance(part, str):
            value = value.get(part, _NOWHERE) if isinstance(value, Mapping) else _NOWHERE
        else:
            items = value if isinstance(value, list | tuple) else ()
            value = items[part] if part < len(items) else _NOWHERE
    return inside(value) if isinstance(value, str) else value


def _send(template: str) -> str:
    return f"""\
nodes:
  - id: user
    type: value
  - id: send
    type: value
    params:
      text: "Hello {template}!"  # as they like it
"""


_WAS = {"user": {"body": {"id": 4711, "login": "ada", "team": "core"}}}


def _is(**body: Any) -> Mapping[str, Mapping[str, Any]]:
    return {"user": {"status": 200, "body": body}}


RULES = (
    Rule(
        "TPL04",
        renamed,
        of=("TPL05",),
        examples=(
            Example(
                before=_send("${user.body.login}"),
                after=_send("${user.body.username}"),
                outputs=_is(id=4711, username="ada", team="core"),
                last_text=_send("${user.body.login}"),
                last_outputs=_WAS,
                level="ASK",
                says="the value that `user.body.login` had in the last good run stands at"
                " `user.body.username` alone now",
            ),
            Example(  # a twin: which of the two is it?
                before=_send("${user.body.login}"),
                after=None,
                outputs=_is(id=4711, username="ada", owner="ada"),
                last_text=_send("${user.body.login}"),
                last_outputs=_WAS,
                says="user.body has no field near `login`",
            ),
            Example(  # gone, with a value that nothing has now
                before=_send("${user.body.login}"),
                after=None,
                outputs=_is(id=4711, username="grace"),
                last_text=_send("${user.body.login}"),
                last_outputs=_WAS,
                says="user.body has no field near `login`",
            ),
        ),
    ),
    Rule(
        "TPL06",
        deeper,
        of=("TPL05",),
        examples=(
            Example(
                before=_send("${user.body.items}"),
                after=_send("${user.body.data.items}"),
                outputs=_is(data={"items": [1, 2]}),
                level="SAFE",
                says="at exactly one longer path, `user.body.data.items`; nothing else",
            ),
            Example(
                before=_send("${user.body.items[1]}"),
                after=_send("${user.body.data.items[1]}"),
                outputs=_is(data={"items": [1, 2], "total": 2}, ok=True),
                level="ASK",
                says="at exactly one longer path, `user.body.data.items[1]`",
            ),
            Example(  # two objects hold it
                before=_send("${user.body.items}"),
                after=None,
                outputs=_is(open={"items": [1]}, closed={"items": [2]}),
                says="user.body has no field near `items`",
            ),
        ),
    ),
    Rule(
        "TPL07",
        higher,
        of=("TPL05",),
        examples=(
            Example(
                before=_send("${user.body.profile.login}"),
                after=_send("${user.body.login}"),
                outputs=_is(id=4711, login="ada"),
                level="ASK",
                says="at exactly one shorter path, `user.body.login`",
            ),
            Example(
                before=_send("${user.body.profile.login}"),
                after=None,
                outputs={"user": {"login": "ada", "body": {"login": "bob"}}},
                says="user.body has no field near `profile`",
            ),
        ),
    ),
)
