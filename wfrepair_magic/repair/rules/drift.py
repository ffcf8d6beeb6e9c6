"""Rules for fields that moved: renamed, put deeper, put higher, wrapped in a page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import combinations
from typing import Any, Final, Literal

from ...ir.names import folded
from ...ir.paths import inside
from ...ir.spec import NodeSpec, Param
from ...ir.templates import Ref, resolve
from ...problem import path_text
from ..last_good import Path
from .base import Answer, Case, Fact, Rule, certain
from .examples import Scene
from .matching import listing
from .steps import Step, applied, candidate, next_miss, own_miss, own_ref, whole

_DEEPEST: Final = 3
_MOST: Final = 500

_CURSORS: Final = frozenset({
    "next", "previous", "prev", "count", "total", "totalcount", "totalresults", "page", "pages",
    "pagesize", "perpage", "cursor", "nextcursor", "nextpage", "nextpagetoken", "nextlink",
    "hasmore", "hasnext", "limit", "offset", "links", "paging", "pagination", "more", "start",
    "size", "incompleteresults",
})  # fmt: skip
"""Keys, folded, that stand beside the list of a page."""

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
    """TPL06, TPL07: the rest of the path resolves at exactly one other path of the same keys."""
    ref = own_ref(case)
    moves = _moves(case, ref) if ref is not None else {}
    if ref is None or [*moves.values()] != [how]:
        return ""
    (path,) = moves
    traced = _traced(case, ref)
    if traced and traced != [path]:
        return ""  # the value of the last good run stands elsewhere
    new, length = path_text((ref.head, *path)), "longer" if how == "deeper" else "shorter"
    fact = f"what `{ref.text}` names is found at exactly one {length} path, `{new}`"
    sole = how == "deeper" and _is_sole(case, ref, path)
    if sole:
        fact += "; nothing else is in what was put around it"
    if traced:
        fact += "; the value that it had in the last good run stands there"
    step = Step(ref.start, ref.end, new, certain(fact) if sole else Fact(fact))
    return candidate(case, [step], f"The field is there, and lies {how} than the path says.")


def _static(ref: Ref) -> Path | None:
    """Give a path of which every part is written out."""
    path = tuple(part for part in ref.path if isinstance(part, str | int))
    return path if len(path) == len(ref.path) else None


def _traced(case: Case, ref: Ref) -> list[Path]:
    """Give the paths at which the value stands that the path had in the last good run."""
    path = _static(ref)
    leaf = case.last_good.leaf(ref.head, path) if path is not None else None
    return case.last_good.found(leaf, case.outputs.get(ref.head)) if leaf is not None else []


def _moves(case: Case, ref: Ref) -> Mapping[Path, How]:
    """Give the paths that go through more keys, or fewer, and end as this one does."""
    path, miss = _static(ref), own_miss(case)
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


def _is_sole(case: Case, ref: Ref, path: Path) -> bool:
    """Whether every key that the path goes through more is the only one of its object."""
    miss = own_miss(case)
    rest = len(miss.rest) if miss is not None else 0
    added = range(len(ref.path) - rest, len(path) - rest)
    value = case.scope.get(ref.head)
    return all(len(_follow(value, path[:at])) == 1 for at in added)


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


def page(case: Case) -> Answer:
    """TPL08: where a list is wanted and a page of one is there, its list is named."""
    step = _into_param(case) or _into_index(case)
    why = "The list is there, wrapped in a page of an API."
    return candidate(case, [step], why) if step else ""


def _into_param(case: Case) -> Step | None:
    """Name the list of a page that a param was given, which wants a list."""
    found, types = whole(case), case.param.types if case.param is not None else ()
    if found is None or "array" not in types or "object" in types:
        return None
    refs = found.alternatives
    if len(refs) != 1 or not isinstance(refs[0], Ref):
        return None
    return _into_page(case, refs[0].text, refs[0].end)


def _into_index(case: Case) -> Step | None:
    """Name the list of a page that was given an index."""
    miss = own_miss(case)
    if miss is None or miss.kind != "index_on_object":
        return None
    step = _into_page(case, miss.reached, miss.segment_span[0])
    if step is None or next_miss(case, applied(str(case.written), [step]), step) is not None:
        return None
    return step


def _into_page(case: Case, reached: str, at: int) -> Step | None:
    found = resolve(f"${{{reached}}}", case.scope).value
    value = inside(found) if isinstance(found, str) else found
    key = _only_list(value)
    if key is None:
        return None
    beside = listing([name for name in value if name != key])
    fact = (
        f"{reached} is an object with one list, `{key}` ({len(value[key])} items), and {beside}"
        " beside it; this is the first page only: what follows it must be fetched by itself"
    )
    return Step(at, at, f".{key}", Fact(fact))


def _only_list(value: Any) -> str | None:
    """Give the key of the one list of a page; None for what is no page."""
    if not isinstance(value, Mapping):
        return None
    lists = [key for key, item in value.items() if isinstance(item, list | tuple)]
    cursors = [key for key in value if isinstance(key, str) and folded(key) in _CURSORS]
    return lists[0] if len(lists) == 1 and cursors and isinstance(lists[0], str) else None


_TEXT = """\
nodes:
  - id: user
    type: value
  - id: send
    type: value
    params:
      text: "Hello ${user.body@@}!"  # as they like it
"""
_SEND = Scene(
    _TEXT,
    last_text=_TEXT.replace("@@", ".login"),
    last_outputs={"user": {"body": {"id": 4711, "login": "ada", "team": "core"}}},
)
_SUM = Scene(
    """\
nodes:
  - {id: user, type: value}
  - {id: sum, type: sum-up, params: {items: "@@"}}  # all of them
""",
    types=(NodeSpec("sum-up", {"items": Param("items", ("array",))}, effect="pure"),),
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
            _SEND.having(user={"login": "ada", "body": {"login": "bob"}}).leave(
                ".profile.login", "user.body has no field near `profile`"
            ),
        ),
    ),
    Rule(
        "TPL08",
        page,
        of=("PRM07", "TPL10"),
        examples=(
            _SUM.having(user={"body": {"count": 2, "next": None, "results": [200, 201]}}).ask(
                "${user.body}",
                "${user.body.results}",
                "user.body is an object with one list, `results` (2 items), and `count`, `next`"
                " beside it; this is the first page only",
            ),
            _is(results=[{"id": 7}], next="/2").ask(
                "[0].id",
                ".results[0].id",
                "one list, `results` (1 items), and `next` beside it; this is the first page",
            ),
            # Two lists: which one is meant?
            _is(a=[{"id": 7}], b=[], next="/2").leave(
                "[0].id", "say which field of user.body is meant"
            ),
            # Nothing says that it is a page.
            _is(rows=[{"id": 7}], owner="ada").leave(
                "[0].id", "say which field of user.body is meant"
            ),
        ),
    ),
)
