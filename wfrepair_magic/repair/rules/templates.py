"""Rules for the paths of templates: fields and indexes."""

from __future__ import annotations

from typing import Final

from .base import Abstain, Answer, Case, Example, Rule
from .segments import mend
from .steps import Step, applied, candidate, next_miss, own_miss

MOST_STEPS: Final = 8
"""So many segments of one path are mended together."""

_REASONS: Final = {
    "TPL02": "The field is there, written with another case or separator.",
    "TPL03": "The field that is meant is there; its name is misspelt.",
    "TPL09": "What was expected to be an object is a list of one.",
    "TPL10": "What was expected to be a list is one object.",
    "TPL12": "The item is there; its index is written in another notation.",
}


def path(case: Case) -> Answer:
    """TPL02, 03, 05 and 09 to 12: a path is mended segment by segment, until it resolves.

    One segment that cannot be mended with strong evidence, and the whole path is left alone.
    """
    miss = own_miss(case)
    steps: list[Step] = []
    while miss is not None and len(steps) < MOST_STEPS:
        step = mend(case, miss, applied(str(case.written), steps))
        if isinstance(step, Abstain):
            return step
        steps.append(step)
        miss = next_miss(case, applied(str(case.written), steps), step)
    if not steps:
        return Abstain(case.problem.message)
    return candidate(case, steps, _reason(case))


def _reason(case: Case) -> str:
    return _REASONS.get(case.code, "What the path means is there, written otherwise.")


def _send(template: str) -> str:
    return f"""\
nodes:
  - id: fetch
    type: value
  - id: send
    type: value
    params:
      to: 'the team'
      text: "Hello ${{fetch.id}}, {template}!"  # as they like it
"""


_USER = {"id": 7, "user_name": "ada", "email": "ada@example.org", "rows": [{"n": 1}, {"n": 2}]}
_GIVEN = {"fetch": _USER}

RULES = (
    Rule(
        "TPL02",
        path,
        examples=(
            Example(
                before=_send("${fetch.userName}"),
                after=_send("${fetch.user_name}"),
                outputs=_GIVEN,
                level="SAFE",
                says="`user_name` is the only one of 4 keys of fetch that equals `userName`",
            ),
            Example(  # and further on, in the same path, another one
                before=_send("${fetch.Data.User-Name}"),
                after=_send("${fetch.data.user_name}"),
                outputs={"fetch": {"id": 7, "data": _USER}},
                level="SAFE",
                says="keys of fetch.data that equals `User-Name`",
            ),
            Example(  # the first segment is sure, the second is not
                before=_send("${fetch.Data.emial}"),
                after=_send("${fetch.data.email}"),
                outputs={"fetch": {"id": 7, "data": _USER}},
                level="ASK",
                says="`email` is at distance 1 from `emial`",
            ),
            Example(
                before=_send("${fetch.Data.phone}"),
                after=None,
                outputs={"fetch": {"id": 7, "data": _USER}},
                says="fetch.data has no field near `phone`",
            ),
        ),
    ),
    Rule(
        "TPL03",
        path,
        examples=(
            Example(
                before=_send("${fetch.emial}"),
                after=_send("${fetch.email}"),
                outputs=_GIVEN,
                level="ASK",
                says="`email` is at distance 1 from `emial`; the next nearest of 4 keys of fetch",
            ),
            Example(
                before=_send("${fetch.usr_name}"),
                after=_send("${fetch.user_name}"),
                outputs=_GIVEN,
                level="ASK",
                says="`user_name` is at distance 1 from `usr_name`",
            ),
            Example(  # the first segment could be mended, and leads nowhere
                before=_send("${fetch.dataa.phone}"),
                after=None,
                outputs={"fetch": {"id": 7, "data": _USER}},
                says="fetch.data has no field near `phone`",
            ),
        ),
    ),
    Rule(
        "TPL05",
        path,
        examples=(
            Example(
                before=_send("${fetch.phone}"),
                after=None,
                outputs=_GIVEN,
                says="fetch has no field near `phone`; it has `id`, `user_name`, `email`, `rows`"
                " – say where it should come from",
            ),
            Example(  # two that are equal after folding: which one?
                before=_send("${fetch.userName}"),
                after=None,
                outputs={"fetch": {"id": 7, "user_name": "a", "username": "b"}},
                says="fetch has no `userName`, and it is not sure that `user_name` is meant",
            ),
            Example(  # two that are one edit away
                before=_send("${fetch.naem1}"),
                after=None,
                outputs={"fetch": {"id": 7, "name1": "a", "naem2": "b"}},
                says="fetch has no `naem1`, and it is not sure that",
            ),
        ),
    ),
    Rule(
        "TPL12",
        path,
        examples=(
            Example(
                before=_send("${fetch.rows.0.n}"),
                after=_send("${fetch.rows[0].n}"),
                outputs=_GIVEN,
                level="SAFE",
                says="fetch.rows is a list of 2 items, and an item of a list is written `[0]`",
            ),
            Example(
                before=_send("${fetch.rows.1.cells.0}"),
                after=_send("${fetch.rows[1].cells[0]}"),
                outputs={"fetch": {"id": 7, "rows": [{}, {"cells": ["x"]}]}},
                level="SAFE",
                says="fetch.rows[1].cells is a list of 1 item",
            ),
            Example(
                before=_send("${fetch['email']}"),
                after=_send("${fetch.email}"),
                outputs=_GIVEN,
                level="SAFE",
                says="a key is written `.email`, not `['email']`",
            ),
            Example(  # counting from the end is another wish, not another notation
                before=_send("${fetch.rows[-1].n}"),
                after=None,
                outputs=_GIVEN,
                says="`[-1]` is no index",
            ),
            Example(
                before=_send("${fetch.rows.5.n}"),
                after=None,
                outputs=_GIVEN,
                says="say which item is meant",
            ),
        ),
    ),
)
