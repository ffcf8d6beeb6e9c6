"""Rules for lists and objects that stand in each other's place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ...ir.names import folded
from ...ir.spec import NodeSpec, Param
from ...ir.templates import Ref
from ..fix import Level
from .base import UNMEASURED, Abstain, Answer, Case, Example, Rule
from .matching import listing
from .steps import Step, applied, candidate, next_miss, own_miss, value_at, whole
from .templates import path

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
    if step is None:
        return Abstain(case.problem.message)
    return candidate(case, [step], "The list is there, wrapped in a page of an API.")


def _into_param(case: Case) -> Step | None:
    """Name the list of a page that a param was given, which wants a list."""
    found, param = whole(case), case.param
    if found is None or param is None or "array" not in param.types or "object" in param.types:
        return None
    refs = found.alternatives
    if len(refs) != 1 or not isinstance(refs[0], Ref):
        return None
    return _step(case, refs[0].text, refs[0].end)


def _into_index(case: Case) -> Step | None:
    """Name the list of a page that was given an index."""
    miss = own_miss(case)
    if miss is None or miss.kind != "index_on_object":
        return None
    step = _step(case, miss.reached, miss.segment_span[0])
    if step is None or next_miss(case, applied(str(case.written), [step]), step) is not None:
        return None
    return step


def _step(case: Case, reached: str, at: int) -> Step | None:
    value = value_at(case, reached)
    key = _only_list(value)
    if key is None:
        return None
    beside = listing([name for name in value if name != key])
    count = len(value[key])
    fact = (
        f"{reached} is an object with one list, `{key}` ({count} items), and {beside} beside it;"
        " this is the first page only: what follows it must be fetched by itself"
    )
    return Step(at, at, f".{key}", Level.ASK, UNMEASURED, fact)


def _only_list(value: Any) -> str | None:
    """Give the key of the one list of a page; None for what is no page."""
    if not isinstance(value, Mapping):
        return None
    lists = [key for key, item in value.items() if isinstance(item, list | tuple)]
    cursors = [key for key in value if isinstance(key, str) and folded(key) in _CURSORS]
    return lists[0] if len(lists) == 1 and cursors and isinstance(lists[0], str) else None


def _use(template: str) -> str:
    return f"""\
nodes:
  - {{id: q, type: value}}
  - {{id: sum, type: sum-up, params: {{items: "{template}"}}}}  # all of them
"""


def _send(template: str) -> str:
    return f"""\
nodes:
  - {{id: q, type: value}}
  - id: send
    type: value
    params:
      text: "Hello {template}!"  # as they like it
"""


_SUM = NodeSpec("sum-up", {"items": Param("items", ("array",), required=True)}, effect="pure")
_PAGE = {"count": 2, "next": None, "results": [200, 201]}

RULES = (
    Rule(
        "TPL08",
        page,
        of=("PRM07", "TPL10"),
        examples=(
            Example(
                before=_use("${q.body}"),
                after=_use("${q.body.results}"),
                outputs={"q": {"body": _PAGE}},
                types=(_SUM,),
                level="ASK",
                says="q.body is an object with one list, `results` (2 items), and `count`, `next`"
                " beside it; this is the first page only",
            ),
            Example(
                before=_send("${q.body[0].id}"),
                after=_send("${q.body.results[0].id}"),
                outputs={"q": {"body": {"results": [{"id": 7}], "next": "/2"}}},
                level="ASK",
                says="one list, `results` (1 items), and `next` beside it; this is the first page",
            ),
            Example(  # two lists: which one is meant?
                before=_send("${q.body[0].id}"),
                after=None,
                outputs={"q": {"body": {"a": [{"id": 7}], "b": [], "next": "/2"}}},
                says="say which field is meant",
            ),
            Example(  # nothing says that it is a page
                before=_send("${q.body[0].id}"),
                after=None,
                outputs={"q": {"body": {"rows": [{"id": 7}], "owner": "ada"}}},
                says="say which field is meant",
            ),
        ),
    ),
    Rule(
        "TPL09",
        path,
        examples=(
            Example(
                before=_send("${q.rows.name}"),
                after=_send("${q.rows[0].name}"),
                outputs={"q": {"rows": [{"name": "ada"}]}},
                level="ASK",
                says="q.rows is a list of 1 item, and that item has `name`",
            ),
            Example(
                before=_send("${q.rows.name}"),
                after=None,
                outputs={"q": {"rows": [{"name": "ada"}, {"name": "bob"}]}},
                says="q.rows is a list of 2 items – say which item's `name` is meant",
            ),
            Example(
                before=_send("${q.rows.phone}"),
                after=None,
                outputs={"q": {"rows": [{"name": "ada"}]}},
                says="q.rows is a list of 1 item, which has no `phone`",
            ),
        ),
    ),
    Rule(
        "TPL10",
        path,
        examples=(
            Example(
                before=_send("${q.row[0].name}"),
                after=_send("${q.row.name}"),
                outputs={"q": {"row": {"name": "ada"}}},
                level="ASK",
                says="q.row is one object, not a list, and it has `name`",
            ),
            Example(
                before=_send("${q.row[0].phone}"),
                after=None,
                outputs={"q": {"row": {"name": "ada"}}},
                says="say which field is meant",
            ),
        ),
    ),
    Rule(
        "TPL11",
        path,
        examples=(
            Example(
                before=_send("${q.rows[5].id}"),
                after=None,
                outputs={"q": {"rows": [{"id": 1}, {"id": 2}]}},
                says="`q.rows` has 2 items, so there is no [5]; there is [0] to [1]"
                " – say which item is meant",
            ),
            Example(
                before=_send("${q.rows[0].id}"),
                after=None,
                outputs={"q": {"rows": []}},
                says="there is no item",
            ),
        ),
    ),
)
