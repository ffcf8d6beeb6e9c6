"""Rules for the paths of templates: their fields and indexes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from ...ir.names import nearest
from ...ir.templates import BadIndex, Unresolved
from ...problem import path_text
from .base import Answer, Case, Fact, Rule, certain
from .examples import Scene
from .matching import listing, meant
from .steps import Step, applied, candidate, next_miss, other_type, own_miss

MOST_STEPS: Final = 8
"""So many segments of one path are mended together."""

_REASONS: Final = {
    "TPL02": "The field is there, written with another case or separator.",
    "TPL03": "The field that is meant is there; its name is misspelt.",
    "TPL09": "What was expected to be an object is a list of one.",
    "TPL10": "What was expected to be a list is one object.",
    "TPL12": "The item is there; its index is written in another notation.",
}

_KEY: Final = re.compile(r"[\w-]+")


def path(case: Case) -> Answer:
    """TPL02, 03, 05 and 09 to 12: a path is mended segment by segment, until it resolves.

    One segment that cannot be mended with strong evidence, and the whole path is left alone.
    A value of another type than in the last good run is for a person to judge.
    """
    miss = own_miss(case)
    text = str(case.written)
    steps: list[Step] = []
    while miss is not None and len(steps) < MOST_STEPS:
        step = _MENDS.get(miss.kind, _nothing_inside)(case, miss, text)
        if isinstance(step, str):
            return step
        steps.append(step)
        text = applied(text, [step])
        miss = next_miss(case, text, step)
    doubt = other_type(case, text, steps[-1].start) if steps and miss is None else ""
    if doubt:
        steps = [replace(step, fact=Fact(f"{step.fact.text}; {doubt}")) for step in steps]
    why = _REASONS.get(case.code, "What the path means is there, written otherwise.")
    return candidate(case, steps, why) if steps else ""


def _rename(case: Case, miss: Unresolved, text: str) -> Step | str:
    """Take the one key that the written one stands for."""
    start, end = miss.segment_span
    written = text[start:end]
    found = meant(written, miss.known, f"keys of {miss.reached}")
    if found is None:
        close = nearest(written, miss.known)
        lacks = f"no field near `{written}`"
        if close is not None:
            lacks = f"no `{written}`, and it is not sure that `{close}` is meant"
        has = f"it has {listing(miss.known)}"
        return f"{miss.reached} has {lacks}; {has} – say where it should come from"
    if not _KEY.fullmatch(found.name):
        return f"{miss.reached} has {found.name!r}, a name that no template can write"
    return Step(start, end, found.name, found.fact)


def _as_index(case: Case, miss: Unresolved, text: str) -> Step | str:
    """Write an index as the language does; nothing is chosen, so nothing can be chosen wrong."""
    start, end = miss.segment_span
    written, segment = text[start:end], miss.rest[0]
    if isinstance(segment, BadIndex) and segment.form:
        fact = f"a key is written `{segment.form}`, not `{written}`"
        return Step(start, end, segment.form, certain(fact))
    if not written.isdecimal() or miss.length is None:
        return "say which item is meant, counted from 0"
    number = int(written)
    if number >= miss.length:
        return _out_of_range(case, miss, text)
    items = "1 item" if miss.length == 1 else f"{miss.length} items"
    fact = f"{miss.reached} is a list of {items}, and an item of a list is written `[{number}]`"
    return Step(start - 1, end, f"[{number}]", certain(fact))


def _only_item(case: Case, miss: Unresolved, text: str) -> Step | str:
    """Name the one item of a list; of several nobody knows which is meant."""
    start, end = miss.segment_span
    written = text[start:end]
    if miss.length != 1:
        items = f"a list of {miss.length} items" if miss.length else "an empty list"
        return f"{miss.reached} is {items} – say which item's `{written}` is meant"
    one = f"{miss.reached} is a list of 1 item"
    step = Step(start - 1, end, f"[0].{written}", Fact(f"{one}, and that item has `{written}`"))
    resolves = next_miss(case, applied(text, [step]), step) is None
    return step if resolves else f"{one}, which has no `{written}`"


def _without_index(case: Case, miss: Unresolved, text: str) -> Step | str:
    """Leave an index out where an object stands in the place of the list."""
    rest = path_text(tuple(part for part in miss.rest[1:] if isinstance(part, str | int)))
    has = f"and it has `{rest}`" if rest else "and has no indexes"
    step = Step(*miss.segment_span, "", Fact(f"{miss.reached} is one object, not a list, {has}"))
    resolves = next_miss(case, applied(text, [step]), step) is None
    return step if resolves else f"say which field of {miss.reached} is meant"


def _out_of_range(case: Case, miss: Unresolved, text: str) -> str:
    length = miss.length or 0
    has = f"[0] to [{length - 1}]" if length > 1 else "only [0]" if length else "no item"
    return f"there is {has} – say which item is meant"


def _nothing_inside(case: Case, miss: Unresolved, text: str) -> str:
    return "say where the value should come from"


_MENDS: Final[Mapping[str, Callable[[Case, Unresolved, str], Step | str]]] = {
    "absent": _rename,
    "bad_index": _as_index,
    "key_on_list": _only_item,
    "index_on_object": _without_index,
    "index_range": _out_of_range,
}
"""By the kind of miss: what the segment at which a path ends must be, or why that is not sure."""


_SEND = Scene("""\
nodes:
  - id: fetch
    type: value
  - id: send
    type: value
    params:
      to: 'the team'
      text: "Hello ${fetch.id}, ${@@}!"  # as they like it
""")
_USER = {"id": 7, "user_name": "ada", "email": "ada@example.org", "rows": [{"n": 1}, {"n": 2}]}
_FETCHED = _SEND.having(fetch=_USER)
_NESTED = _SEND.having(fetch={"id": 7, "data": _USER})


def _rows(*rows: object) -> Scene:
    return _SEND.having(fetch={"id": 7, "rows": list(rows)})


_LAST = replace(
    _FETCHED,
    last_text=_SEND.text.replace("@@", "fetch.user_id"),
    last_outputs={"fetch": {"id": 7, "user_id": 7}},
)


RULES = (
    Rule(
        "TPL02",
        path,
        (
            _FETCHED.safe(
                "fetch.userName",
                "fetch.user_name",
                "`user_name` is the only one of 4 keys of fetch that equals `userName`",
            ),
            _LAST.having(fetch={"id": 7, "userId": 8.5}).safe(
                "fetch.user_id", "fetch.userId", "equals `user_id` after folding case"
            ),
            # The name is right, and the value is of another kind: a person must look.
            _LAST.having(fetch={"id": 7, "userId": "x"}).ask(
                "fetch.user_id",
                "fetch.userId",
                "; its type is string now, and was number in the last good run",
            ),
            # And further on, in the same path, another one.
            _NESTED.safe(
                "fetch.Data.User-Name",
                "fetch.data.user_name",
                "of fetch.data that equals `User-Name`",
            ),
            # The first segment is sure, the second is not.
            _NESTED.ask("fetch.Data.emial", "fetch.data.email", "`email` is at distance 1 from"),
            _NESTED.leave("fetch.Data.phone", "fetch.data has no field near `phone`"),
        ),
    ),
    Rule(
        "TPL03",
        path,
        (
            _FETCHED.ask(
                "fetch.emial",
                "fetch.email",
                "`email` is at distance 1 from `emial`; the next nearest of 4 keys of fetch",
            ),
            _FETCHED.ask("fetch.usr_name", "fetch.user_name", "`user_name` is at distance 1 from"),
            # The first segment could be mended, and leads nowhere.
            _NESTED.leave("fetch.dataa.phone", "fetch.data has no field near `phone`"),
        ),
    ),
    Rule(
        "TPL05",
        path,
        (
            _FETCHED.leave(
                "fetch.phone",
                "fetch has no field near `phone`; it has `id`, `user_name`, `email`, `rows`"
                " – say where it should come from",
            ),
            # Two that are equal after folding: which one?
            _SEND.having(fetch={"id": 7, "user_name": "a", "username": "b"}).leave(
                "fetch.userName", "no `userName`, and it is not sure that `user_name` is meant"
            ),
            # Two that are one edit away.
            _SEND.having(fetch={"id": 7, "name1": "a", "naem2": "b"}).leave(
                "fetch.naem1", "fetch has no `naem1`, and it is not sure that"
            ),
        ),
    ),
    Rule(
        "TPL09",
        path,
        (
            _rows({"name": "ada"}).ask(
                "fetch.rows.name",
                "fetch.rows[0].name",
                "fetch.rows is a list of 1 item, and that item has `name`",
            ),
            _rows({"name": "ada"}, {"name": "bob"}).leave(
                "fetch.rows.name",
                "fetch.rows is a list of 2 items – say which item's `name` is meant",
            ),
            _rows({"name": "ada"}).leave(
                "fetch.rows.phone", "fetch.rows is a list of 1 item, which has no `phone`"
            ),
        ),
    ),
    Rule(
        "TPL10",
        path,
        (
            _NESTED.ask(
                "fetch.data[0].email",
                "fetch.data.email",
                "fetch.data is one object, not a list, and it has `email`",
            ),
            _NESTED.leave("fetch.data[0].phone", "say which field of fetch.data is meant"),
        ),
    ),
    Rule(
        "TPL11",
        path,
        (
            _FETCHED.leave("fetch.rows[5].n", "there is [0] to [1] – say which item is meant"),
            _rows().leave("fetch.rows[0].n", "there is no item"),
        ),
    ),
    Rule(
        "TPL12",
        path,
        (
            _FETCHED.safe(
                "fetch.rows.0.n",
                "fetch.rows[0].n",
                "fetch.rows is a list of 2 items, and an item of a list is written `[0]`",
            ),
            _rows({}, {"cells": ["x"]}).safe(
                "fetch.rows.1.cells.0",
                "fetch.rows[1].cells[0]",
                "fetch.rows[1].cells is a list of 1 item",
            ),
            _FETCHED.safe("fetch['email']", "fetch.email", "a key is written `.email`, not"),
            # Counting from the end is another wish, not another notation.
            _FETCHED.leave("fetch.rows[-1].n", "say which item is meant, counted from 0"),
            _FETCHED.leave("fetch.rows.5.n", "there is [0] to [1] – say which item is meant"),
        ),
    ),
)
