"""Rules for values that the author wrote out and that do not fit their param."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any, Final

from ...ir.language import TYPE_ALIASES
from ...ir.model import MISSING
from ...ir.params import in_unit
from ...ir.patch import Patch, SetValue
from ...ir.templates import TemplateError, parse
from ..fix import Level
from .base import PLANTED, UNMEASURED, Abstain, Answer, Candidate, Case, Example, Rule
from .matching import listing, meant, near
from .types import wanted

_BOOLEANS: Final = {"true": True, "false": False}
_SIZES: Final = ("limit", "size", "count", "per_page", "page_size", "max_results", "top")


def one_of(case: Case) -> Answer:
    """PRM06: the value that is allowed and equal but for case, or strictly the nearest."""
    written = case.written
    allowed = [str(one) for one in _allowed(case)]
    if not isinstance(written, str) or not _is_literal(written):
        return Abstain(f"{case.problem.message} – mend where the value comes from")
    known = TYPE_ALIASES.get(written.lower()) if case.problem.slot[:1] == ("inputs",) else None
    if known in allowed and known is not None:
        fact = f"`{written}` is a known other word for `{known}`"
        return _set(case, known, Level.ASK, fact, UNMEASURED)
    found = meant(written, allowed, "values allowed")
    if found is None:
        return Abstain(
            f"{case.problem.message}{near(written, allowed)}; allowed: {listing(allowed)}"
        )
    level = Level.SAFE if found.folded else Level.ASK
    return _set(case, found.name, level, found.fact, found.confidence)


def retype(case: Case) -> Answer:
    """PRM07: what was written as another type is written as the one that is wanted."""
    written = case.written
    new, how = _lossless(written, wanted(case))
    if new is MISSING:
        hint = f" – {case.problem.hint}" if case.problem.hint else ""
        return Abstain(f"{case.problem.message}{hint}")
    fact = f"the param takes {' or '.join(wanted(case))}, and {how}"
    if isinstance(new, list):
        return _set(case, new, Level.ASK, fact, UNMEASURED)
    return _set(case, new, Level.SAFE, fact, PLANTED)


def convert(case: Case) -> Answer:
    """PRM08: an amount with its unit becomes the number that the param takes."""
    param, written = case.param, case.written
    amount = in_unit(param, written) if param is not None and isinstance(written, str) else None
    if param is None or amount is None:
        return Abstain(f"{case.problem.message} – say how many {_unit(case)} are meant")
    fact = f"`{param.name}` is a number of {param.unit}, and `{written}` is {amount} of them"
    return _set(case, amount, Level.SAFE, fact, PLANTED)


def bounds(case: Case) -> Answer:
    """PRM09: what is out of range is never pulled into it."""
    param = case.param
    name = param.name if param is not None else str(case.problem.slot[-1])
    paging = "; what is beyond a largest number comes page by page" if name in _SIZES else ""
    return Abstain(f"{case.problem.message} – say which value is meant{paging}")


def _unit(case: Case) -> str:
    return case.param.unit if case.param is not None and case.param.unit else "units"


def _allowed(case: Case) -> tuple[Any, ...]:
    found = case.problem.facts.get("allowed")
    return tuple(found) if found else case.param.enum if case.param is not None else ()


def _set(case: Case, new: Any, level: Level, fact: str, confidence: float) -> Candidate:
    return Candidate(
        level=level,
        patch=Patch((SetValue(case.problem.slot, new, case.written),)),
        title=f"`{case.written}` → `{_shown(new)}` in {case.spot}",
        why=f"`{case.written}` cannot stand there, and `{_shown(new)}` is what it means.",
        evidence=(fact,),
        confidence=confidence,
    )


def _shown(value: Any) -> str:
    return f"[{value[0]}]" if isinstance(value, list) else str(value)


def _is_literal(text: str) -> bool:
    try:
        return not parse(text).expressions
    except TemplateError:
        return False


def _lossless(value: Any, types: tuple[str, ...] | Any) -> tuple[Any, str]:
    """Give a written value as one of the types, with how; MISSING where something would go."""
    if isinstance(value, str):
        return _from_text(value, types) if _is_literal(value) else (MISSING, "")
    if isinstance(value, bool) and "string" in types:
        return str(value).lower(), "the word in quotes is text"
    if isinstance(value, float) and "integer" in types and value.is_integer():
        return int(value), "nothing stands behind its point"
    if isinstance(value, int | float) and "string" in types:
        return str(value), "in quotes it is text"
    return MISSING, ""


def _from_text(text: str, types: tuple[str, ...] | Any) -> tuple[Any, str]:
    how = "the text says nothing else"
    if "boolean" in types and text in _BOOLEANS:
        return _BOOLEANS[text], how
    if {"integer", "number"} & {*types}:
        number = _number(text)
        if number is not None and (isinstance(number, int) or "number" in types):
            return number, how
    if types and {*types} <= {"array", "null"} and text:
        return [text], "a list of one says the same"
    return MISSING, ""


def _number(text: str) -> int | float | None:
    """Read a number whose text says nothing beyond it: no sign, zero or blank more."""
    try:
        exact = Decimal(text)
        number = float(text)
    except (InvalidOperation, ValueError):
        return None
    if not exact.is_finite() or len(text) > 15 or str(exact) != text:
        return None
    whole = exact == exact.to_integral_value() and "." not in text
    return int(exact) if whole else number


def _get(params: str) -> str:
    return (
        f"nodes:\n  - id: a\n    type: http\n    params:\n      url: http://u.org\n      {params}\n"
    )


def _shell(params: str) -> str:
    return f"nodes:\n  - id: a\n    type: shell\n    params: {{command: ls, {params}}}  # here\n"


def _typed(name: str) -> str:
    nodes = "nodes:\n  - {id: b, type: value, params: {x: '${a}'}}\n"
    return f"inputs: {{a: {{type: {name}}}}}\n{nodes}"


RULES = (
    Rule(
        "PRM06",
        one_of,
        examples=(
            Example(
                before=_shell("shell: BASH"),
                after=_shell("shell: bash"),
                level="SAFE",
                says="equals `BASH` after folding case",
            ),
            Example(
                before=_typed("strng"),
                after=_typed("string"),
                inputs={"a": "x"},
                level="ASK",
                says="`string` is at distance 1 from `strng`",
            ),
            Example(
                before=_typed("int"),
                after=_typed("integer"),
                inputs={"a": 5},
                level="ASK",
                says="`int` is a known other word for `integer`",
            ),
            Example(before=_shell("shell: bsah"), after=None, says="the nearest is `bash`, and"),
            Example(before=_shell("shell: fish"), after=None, says="allowed: `sh`, `bash`"),
        ),
    ),
    Rule(
        "PRM07",
        retype,
        examples=(
            Example(
                before=_get('max_bytes: "10"  # few'),
                after=_get("max_bytes: 10  # few"),
                level="SAFE",
                says="the param takes integer, and the text says nothing else",
            ),
            Example(
                before="nodes:\n  - {id: r, type: read-file, params: {path: 4711}}\n",
                after='nodes:\n  - {id: r, type: read-file, params: {path: "4711"}}\n',
                level="SAFE",
                says="the param takes string, and in quotes it is text",
            ),
            Example(
                before=_shell('strip_newline: "false"'),
                after=_shell("strip_newline: false"),
                level="SAFE",
                says="the param takes boolean",
            ),
            Example(before=_get("max_bytes: many"), after=None, says="must be an integer"),
            Example(before=_get('max_bytes: "007"'), after=None, says="must be an integer"),
        ),
    ),
    Rule(
        "PRM08",
        convert,
        examples=(
            Example(
                before=_get('timeout: "30s"  # long'),
                after=_get("timeout: 30  # long"),
                level="SAFE",
                says="a number of seconds, and `30s` is 30 of them",
            ),
            Example(
                before=_get("max_bytes: 5 MB"),
                after=_get("max_bytes: 5000000"),
                level="SAFE",
                says="`5 MB` is 5000000 of them",
            ),
            Example(
                before=_get("timeout: 2 fortnights"),
                after=None,
                says="say how many seconds are meant",
            ),
        ),
    ),
    Rule(
        "PRM09",
        bounds,
        examples=(
            Example(
                before=_get("max_bytes: 0"),
                after=None,
                says="must be at least 1, and is 0 – say which value is meant",
            ),
        ),
    ),
)
