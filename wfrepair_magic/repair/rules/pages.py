"""The rule for lists that are wrapped in a page of an API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...ir.names import folded
from ...ir.paths import inside
from ...ir.spec import NodeSpec, Param
from ...ir.templates import Ref, resolve
from .base import Answer, Case, Fact, Rule
from .examples import GREETING, Scene
from .matching import listing
from .steps import Step, applied, candidate, next_miss, own_miss, whole

_CURSORS: Final = frozenset({
    "next", "previous", "prev", "count", "total", "totalcount", "totalresults", "page", "pages",
    "pagesize", "perpage", "cursor", "nextcursor", "nextpage", "nextpagetoken", "nextlink",
    "hasmore", "hasnext", "limit", "offset", "links", "paging", "pagination", "more", "start",
    "size", "incompleteresults",
})  # fmt: skip
"""Keys, folded, that stand beside the list of a page."""


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


_SUM = Scene(
    """\
nodes:
  - {id: user, type: value}
  - {id: sum, type: sum-up, params: {items: "@@"}}  # all of them
""",
    types=(NodeSpec("sum-up", {"items": Param("items", ("array",))}, effect="pure"),),
)


def _is(**body: Any) -> Scene:
    return GREETING.having(user={"status": 200, "body": body})


RULES = (
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
