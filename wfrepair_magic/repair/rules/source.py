"""Rules for the text itself: slips in JSON, traps of YAML."""

from __future__ import annotations

from ...ir.patch import Patch, SetValue
from ..source import mend
from .base import Answer, Candidate, Case, Fact, Rule, certain
from .examples import Scene


def readable(case: Case) -> Answer:
    """SRC01, SRC02: all slips of a text that cannot be read are mended at once."""
    if not case.workflow.unread:
        return _as_written(case)
    found = mend(case.workflow.text)
    if isinstance(found, str):
        return found
    return Candidate(
        Patch(splices=found.splices),
        f"{len(found.told)} slip{'s' * (len(found.told) > 1)} in the text mended",
        "The text cannot be read as it stands, and there is one way to read it.",
        tuple(map(certain if found.sure else Fact, found.told)),
    )


def _as_written(case: Case) -> Answer:
    """Put quotes around a number whose writing says more than the number, where text is wanted."""
    value, source = case.written, case.workflow.source
    mark = source.marks.get(case.problem.slot) if source is not None else None
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if source is None or mark is None or not number or "string" not in case.types:
        return ""
    text = source.text[mark.start : mark.end]
    if text == str(value):
        return ""
    return Candidate(
        Patch((SetValue(case.problem.slot, text, value),)),
        f"`{text}` in quotes at {case.spot}",
        f"Without quotes `{text}` is the number {value}, and text is wanted.",
        (Fact(f"`{text}` is read as the number {value}, which is written otherwise"),),
    )


_TEXT = Scene()
_JSON = Scene('{"nodes": [{"id": "a", "type": "value"@@]}\n')
_YAML = Scene("nodes:\n  - id: a\n    type: value\n    params:\n@@\n")
_READ = Scene("nodes:\n  - {id: a, type: read-file, params: {path: @@}}  # ours\n")
_MUSTACHE = Scene("""\
nodes:
  - {id: m, type: value}
  - id: a
    type: value
    params:
      @@
""")

RULES = (
    Rule(
        "SRC01",
        readable,
        (
            _JSON.safe(",}", "}", "line 1"),
            _JSON.safe(", 'purpose': 'try'}", ', "purpose": "try"}', "has double quotes only"),
            _JSON.safe("} /* the end */", "} ", "line 1"),
            _TEXT.safe(
                f"```json\n{_JSON.text.replace('@@', '}')}```\n",
                _JSON.text.replace("@@", "}"),
                "a Markdown fence stands around the workflow",
            ),
            _JSON.ask(', "optional": True}', ', "optional": true}', "JSON writes `True` as `true`"),
            # A string that is not closed: where does it end?
            _JSON.leave(', "purpose": "try}', "what is meant is not sure"),
        ),
    ),
    Rule(
        "SRC02",
        readable,
        of=("PRM07",),
        examples=(
            _YAML.safe("    \tx: 1", "      x: 1", "a tab stands where the indentation is"),
            _YAML.ask(
                "      x: note: this",
                '      x: "note: this"',
                "a `: ` stands inside a value that is not in quotes",
            ),
            # As other tools write templates, and without quotes.
            _MUSTACHE.ask(
                "x: {{ m.b[0].n }}\n      y: {z: {{m.b}}, t: 1}  # both",
                'x: "${m.b[0].n}"\n      y: {z: "${m.b}", t: 1}  # both',
                "a mapping or list cannot be a key",
            ),
            _MUSTACHE.leave("x: {{ m.b }} of them", "what is meant is not sure"),
            _READ.ask("1e3", '"1e3"', "`1e3` is read as the number 1000.0"),
            _TEXT.leave(
                "nodes:\n  - id: a\n    type: value\n      params: {}\n",
                "what is meant is not sure",
            ),
        ),
    ),
)
