"""Rules for fields that moved: renamed, put deeper, put higher."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import combinations
from typing import Any, Final, Literal

from ...ir.names import folded
from ...ir.paths import inside
from ...ir.templates import Ref
from ...problem import path_text
from ..last_good import Path
from .base import Answer, Case, Fact, Rule, certain
from .examples import GAP, GREETING, Scene
from .steps import Step, candidate, own_miss, own_ref, static

_DEEPEST: Final = 3
_MOST: Final = 500

_ENVELOPES: Final = frozenset({
    "data", "result", "results", "response", "body", "payload", "content", "value", "values",
    "output", "outputs", "item", "items", "json", "record", "records", "entry", "entries", "object",
    "document", "resource", "attributes", "fields", "properties", "envelope", "wrapper", "root",
})  # fmt: skip
"""Keys, folded, that mean nothing but what is in them: an answer may be wrapped in one."""

_ASIDE: Final = frozenset({
    "error", "errors", "fault", "exception", "failure", "warning", "warnings", "previous", "prev",
    "old", "last", "before", "original", "deleted", "archived", "draft", "cc", "bcc", "replyto",
    "meta", "metadata", "links", "debug", "example", "default", "defaults", "fallback",
})  # fmt: skip
"""Keys, folded, under which something else stands than what was asked for."""

How = Literal["deeper", "higher"]


def renamed(case: Case) -> Answer:
    """TPL04: the value that stood there in the last good run stands once, at another path."""
    ref = own_ref(case)
    found = _traced(case, ref) if ref is not None else []
    if ref is None or len(found) != 1 or found[0] in _moves(case, ref):
        return ""
    new = path_text((ref.head, *found[0]))
    fact = f"the value that `{ref.text}` had in the last good run stands at `{new}` alone now"
    step = Step(ref.start, ref.end, new, Fact(fact))
    return candidate(case, [step], "The value that the field had is there, under another name.")


def moved(how: How, case: Case) -> Answer:
    """TPL06, TPL07: the rest of the path resolves at exactly one other path of the same keys.

    Where the value there is another than that of the last good run, it is not what was meant.
    """
    ref = own_ref(case)
    moves = _moves(case, ref) if ref is not None else {}
    if ref is None or [*moves.values()] != [how]:
        return ""
    (path,) = moves
    traced, before = _traced(case, ref), static(ref)
    if (traced and traced != [path]) or before is None:
        return ""  # the value of the last good run stands elsewhere
    if case.last_good.contradicts(ref.head, before, _follow(case.scope.get(ref.head), path)):
        return ""
    new, length = path_text((ref.head, *path)), "longer" if how == "deeper" else "shorter"
    fact = f"what `{ref.text}` names is found at exactly one {length} path, `{new}`"
    sole, name = how == "deeper" and _is_sole(case, ref, path), _wrapping(case, ref, path)
    if sole:
        fact += "; nothing else is in what was put around it"
    if traced:
        fact += "; the value that it had in the last good run stands there"
    sure = sole and not name & _ASIDE and (bool(traced) or name <= _ENVELOPES)
    step = Step(ref.start, ref.end, new, certain(fact) if sure else Fact(fact))
    return candidate(case, [step], f"The field is there, and lies {how} than the path says.")


def _traced(case: Case, ref: Ref) -> list[Path]:
    """Give the paths at which the value stands that the path had in the last good run."""
    path = static(ref)
    leaf = case.last_good.leaf(ref.head, path) if path is not None else None
    return case.last_good.found(leaf, case.outputs.get(ref.head)) if leaf is not None else []


def _moves(case: Case, ref: Ref) -> Mapping[Path, How]:
    """Give the paths that go through more keys, or fewer, and end as this one does."""
    path, miss = static(ref), own_miss(case)
    if path is None or miss is None or miss.kind != "absent":
        return {}
    value = case.scope.get(ref.head)
    before, rest = path[: len(path) - len(miss.rest)], path[len(path) - len(miss.rest) :]
    longer = [(*before, *more, *rest) for more in _around(_follow(value, before))]
    shorter = [
        (*path[:start], *path[end:])
        for start, end in combinations(range(min(len(path), _DEEPEST * 4)), 2)
        if all(isinstance(part, str) for part in path[start:end])
    ]
    moves: dict[Path, How] = {
        **dict.fromkeys(shorter, "higher"), **dict.fromkeys(longer, "deeper"),
    }  # fmt: skip
    return {path: how for path, how in moves.items() if _follow(value, path) is not _NOWHERE}


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


def _added(case: Case, ref: Ref, path: Path) -> range:
    """Give the places, in a longer path, of the keys that it goes through more."""
    miss = own_miss(case)
    rest = len(miss.rest) if miss is not None else 0
    return range(len(ref.path) - rest, len(path) - rest)


def _is_sole(case: Case, ref: Ref, path: Path) -> bool:
    """Whether every key that the path goes through more is the only one of its object."""
    value = case.scope.get(ref.head)
    return all(len(_follow(value, path[:at])) == 1 for at in _added(case, ref, path))


def _wrapping(case: Case, ref: Ref, path: Path) -> frozenset[str]:
    """Give the keys, folded, that a path goes through more."""
    return frozenset(folded(str(path[at])) for at in _added(case, ref, path))


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


_SEND = replace(
    GREETING,
    last_text=GREETING.text.replace(GAP, ".login"),
    last_outputs={"user": {"body": {"id": 4711, "login": "ada", "team": "core"}}},
)


def _is(**body: Any) -> Scene:
    return _SEND.having(user={"status": 200, "body": body})


RULES = (
    Rule(
        "TPL04",
        renamed,
        of=("TPL05",),
        examples=(
            _is(id=4711, username="ada", team="core").ask(
                ".login",
                ".username",
                "the value that `user.body.login` had in the last good run stands at"
                " `user.body.username` alone now",
            ),
            # A twin: which of the two is it?
            _is(id=4711, username="ada", owner="ada").leave(
                ".login", "user.body has no field near `login`"
            ),
            # Gone, with a value that nothing has now.
            _is(id=4711, username="grace").leave(".login", "user.body has no field near `login`"),
        ),
    ),
    Rule(
        "TPL06",
        partial(moved, "deeper"),
        of=("TPL05",),
        examples=(
            _is(data={"items": [1, 2]}).safe(
                ".items",
                ".data.items",
                "at exactly one longer path, `user.body.data.items`; nothing else",
            ),
            # Under a name that is no envelope; and with the value of the last good run.
            _is(profile={"size": 5}).ask(
                ".size", ".profile.size", "one longer path, `user.body.profile.size`; nothing else"
            ),
            _is(profile={"login": "ada"}).safe(
                ".login", ".profile.login", "the value that it had in the last good run"
            ),
            # An API reports an error so, and says what was before.
            _is(error={"items": [1, 2]}).ask(
                ".items", ".error.items", "one longer path, `user.body.error.items`"
            ),
            _is(previous={"login": "ada"}).ask(
                ".login", ".previous.login", "one longer path, `user.body.previous.login`"
            ),
            # Another value than in the last good run, or one of another type.
            _is(data={"login": "grace"}).leave(".login", "user.body has no field near `login`"),
            _is(data={"id": "x"}).leave(".id", "user.body has no field near `id`"),
            _is(data={"items": [1, 2], "total": 2}, ok=True).ask(
                ".items[1]",
                ".data.items[1]",
                "at exactly one longer path, `user.body.data.items[1]`",
            ),
            # Two objects hold it.
            _is(open={"items": [1]}, closed={"items": [2]}).leave(
                ".items", "user.body has no field near `items`"
            ),
        ),
    ),
    Rule(
        "TPL07",
        partial(moved, "higher"),
        of=("TPL05",),
        examples=(
            _is(id=4711, login="ada").ask(
                ".profile.login", ".login", "at exactly one shorter path, `user.body.login`"
            ),
            # The name of another thing: it was another one in the last good run.
            replace(
                _is(name="corp ltd"),
                last_text=GREETING.text.replace(GAP, ".user.name"),
                last_outputs={"user": {"body": {"user": {"name": "ada"}}}},
            ).leave(".user.name", "user.body has no field near `user`"),
            _SEND.having(user={"login": "ada", "body": {"login": "bob"}}).leave(
                ".profile.login", "user.body has no field near `profile`"
            ),
        ),
    ),
)
