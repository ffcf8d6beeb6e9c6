"""Rules for the text itself: slips in JSON, traps of YAML."""

from __future__ import annotations

from ...ir.patch import Patch, SetValue
from ..fix import Level
from ..source import mend
from .base import PLANTED, UNMEASURED, Abstain, Answer, Candidate, Case, Example, Rule
from .types import wanted


def readable(case: Case) -> Answer:
    """SRC01, SRC02: all slips of a text that cannot be read are mended at once."""
    if not case.workflow.unread:
        return _as_written(case)
    found = mend(case.workflow.text)
    if isinstance(found, str):
        return Abstain(f"{case.problem.message}; {found}")
    level = Level.SAFE if found.sure else Level.ASK
    return Candidate(
        level=level,
        patch=Patch(splices=found.splices),
        title=f"{len(found.told)} slip{'s' * (len(found.told) > 1)} in the text mended",
        why="The text cannot be read as it stands, and there is one way to read it.",
        evidence=found.told,
        confidence=PLANTED if found.sure else UNMEASURED,
    )


def _as_written(case: Case) -> Answer:
    """Put quotes around a number whose writing says more than the number, where text is wanted."""
    value, source = case.written, case.workflow.source
    mark = source.marks.get(case.problem.slot) if source is not None else None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if source is None or mark is None or not number or "string" not in wanted(case):
        return Abstain(case.problem.message)
    text = source.text[mark.start : mark.end]
    if text == str(value):
        return Abstain(case.problem.message)
    return Candidate(
        level=Level.ASK,
        patch=Patch((SetValue(case.problem.slot, text, value),)),
        title=f"`{text}` in quotes at {case.spot}",
        why=f"Without quotes `{text}` is the number {value}, and text is wanted.",
        evidence=(f"`{text}` is read as the number {value}, which is written otherwise",),
        confidence=UNMEASURED,
    )


_JSON = '{{"nodes": [{{"id": "a", "type": "value"{0}}}]{1}}}\n'


def _yaml(line: str) -> str:
    return f"nodes:\n  - id: a\n    type: value\n    params:\n{line}\n"


RULES = (
    Rule(
        "SRC01",
        readable,
        examples=(
            Example(
                before=_JSON.format(",", ", // all"[:1]),
                after=_JSON.format("", ""),
                level="SAFE",
                says="line 1",
            ),
            Example(
                before=_JSON.format(", 'purpose': 'try'", " /* the end */"),
                after=_JSON.format(', "purpose": "try"', " "),
                level="SAFE",
                says="JSON has double quotes only",
            ),
            Example(
                before="```json\n" + _JSON.format("", "") + "```\n",
                after=_JSON.format("", ""),
                level="SAFE",
                says="a Markdown fence stands around the workflow",
            ),
            Example(
                before=_JSON.format(', "optional": True', ""),
                after=_JSON.format(', "optional": true', ""),
                level="ASK",
                says="JSON writes `True` as `true`",
            ),
            Example(  # a string that is not closed: where does it end?
                before=_JSON.format(', "purpose": "try', ""),
                after=None,
                says="this string is not closed on its line",
            ),
        ),
    ),
    Rule(
        "SRC02",
        readable,
        of=("PRM07",),
        examples=(
            Example(
                before=_yaml("    \tx: 1"),
                after=_yaml("      x: 1"),
                level="SAFE",
                says="a tab stands where the indentation is",
            ),
            Example(
                before=_yaml("      x: note: this"),
                after=_yaml('      x: "note: this"'),
                level="ASK",
                says="a `: ` stands inside a value that is not in quotes",
            ),
            Example(
                before="nodes:\n  - {id: a, type: read-file, params: {path: 1e3}}  # ours\n",
                after='nodes:\n  - {id: a, type: read-file, params: {path: "1e3"}}  # ours\n',
                level="ASK",
                says="`1e3` is read as the number 1000.0",
            ),
            Example(
                before="nodes:\n  - id: a\n    type: value\n      params: {}\n",
                after=None,
                says="the line above is not finished, or this line is indented too far",
            ),
        ),
    ),
)
