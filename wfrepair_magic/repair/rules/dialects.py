"""Rules for templates of other tools, and for variables of the shell that look like ours."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from ...ir.dialects import foreign
from ...ir.templates import TemplateError, parse, references, resolve
from .base import Answer, Case, Fact, Rule, certain
from .examples import Scene
from .matching import listing
from .steps import Step, applied, braced, candidate


def ours(case: Case) -> Answer:
    """TPL17: a template of another dialect is written as one of ours, where it then resolves.

    Among other text, and where it is the bare name of something, it may be meant for another
    tool, so there a person is asked.
    """
    text = case.written
    found = [one for one in foreign(text) if _is_meant(case, one.text)] if text else []
    spans = [(one.start, one.end, one.ours) for one in found]
    sure = case.problem.severity == "error"
    read = f"{listing(list(dict.fromkeys(one.path for one in found)))} can be read here"
    steps = _steps(spans, certain(read) if sure else Fact(read))
    reason = _unsound(case, applied(text, steps)) if found else ""
    why = "The template is written as another tool would have it, and would stay plain text."
    return candidate(case, steps, why) if found and not reason else reason


def _is_meant(case: Case, text: str) -> bool:
    """Whether a template is one that the problem speaks of."""
    written = case.problem.facts.get("written")
    return text == written if isinstance(written, str) else text.startswith(("${{", "{{"))


def _steps(spans: Iterable[tuple[int, int, str]], fact: Fact) -> list[Step]:
    """Make a step of each change of one text, given from its beginning to its end."""
    steps: list[Step] = []
    shift = 0
    for start, end, new in spans:
        steps.append(Step(start + shift, end + shift, new, fact))
        shift += len(new) - (end - start)
    return steps


def _unsound(case: Case, text: str) -> str:
    """Say why a text cannot be right; "" where all its templates resolve or may yet do so."""
    template, _ = braced(case, text)
    try:
        unknown = [ref.head for ref, _ in references(parse(template)) if ref.head not in case.scope]
    except TemplateError as error:
        return f"what it would be cannot be read: {error.message}"
    if unknown:
        return f"there is no node or input {listing(unknown)}"
    missed = resolve(template, case.scope, case.problem.slot).unresolved
    return missed[0].message if missed else ""


def shell_variable(case: Case) -> Answer:
    """TPL20: a variable that the shell is known to have is left to the shell.

    Any other one would be empty there, and nobody would see it.
    """
    text, name = case.written, str(case.problem.facts.get("written"))
    known = _known_to_shell(case, name)
    if not known:
        return (
            f"nothing says that the shell has a variable `{name}` – declare an input `{name}`, or"
            f" write `$${{{name}}}` if the shell has it"
        )
    refs = [ref for ref, _ in references(parse(text)) if ref.text == name]
    spans = [(ref.start - len("${"), ref.end + 1, f"$${{{name}}}") for ref in refs]
    steps = _steps(spans, Fact(f"{known}; `$${{{name}}}` leaves it to the shell"))
    why = f"No node and no input is called `{name}`; the shell has such a variable."
    return candidate(case, steps, why)


def _known_to_shell(case: Case, name: str) -> str:
    """Say how it is known that the shell has a variable; "" where it is not."""
    given = case.node.params.get("env") if case.node is not None else None
    if isinstance(given, Mapping) and name in given:
        return f"the node's `env` gives `{name}`"
    if re.search(rf"\b{name}=|\b(?:for|read)\b[^;\n$]*\b{name}\b", case.written):
        return f"the command sets `{name}` itself"
    return f"`{name}` is a variable that shells have" if name in _USUAL else ""


_USUAL: Final = frozenset({
    "HOME", "USER", "LOGNAME", "PATH", "PWD", "OLDPWD", "SHELL", "TERM", "LANG", "LC_ALL", "TZ",
    "TMPDIR", "HOSTNAME", "HOSTTYPE", "OSTYPE", "EDITOR", "PAGER", "MAIL", "UID", "EUID",
    "PPID", "RANDOM", "SECONDS", "LINENO", "IFS", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
    "XDG_DATA_HOME", "VIRTUAL_ENV", "CONDA_PREFIX", "PYTHONPATH",
})  # fmt: skip
"""Variables that a shell sets itself, or that a session usually has."""

_SEND = Scene(
    """\
inputs: {channel: {}}
nodes:
  - {id: fetch, type: value}
  - id: send
    type: value
    params:
      to: ${channel}
      text: '@@'  # as they like it
""",
    {"fetch": {"body": "hello", "rows": [{"n": 1}]}},
    {"channel": "general"},
)
_LS = Scene("nodes:\n  - id: ls\n    type: shell\n    params:\n      command: @@\n")

RULES = (
    Rule(
        "TPL17",
        ours,
        warns=True,
        unveils=True,
        examples=(
            _SEND.safe("{{fetch.body}}", "${fetch.body}", "`fetch.body` can be read here"),
            _SEND.safe("{{ fetch.rows[0].n }}", "${fetch.rows[0].n}", "can be read here"),
            _SEND.safe("$fetch.body", "${fetch.body}", "`fetch.body` can be read here"),
            _SEND.safe("${{fetch.body}}", "${fetch.body}", "`fetch.body` can be read here"),
            _SEND.leave("${{fecth.body}}", "there is no node or input `fecth`"),
        ),
    ),
    Rule(
        "TPL20",
        shell_variable,
        examples=(
            _LS.ask(
                '"ls ${HOME}/a ${HOME}/b"',
                '"ls $${HOME}/a $${HOME}/b"',
                "`$${HOME}` leaves it to the shell",
            ),
            _LS.ask(
                "for NAME in a b; do echo ${NAME}; done",
                "for NAME in a b; do echo $${NAME}; done",
                "the command sets `NAME` itself",
            ),
            # Left to the shell it would be nothing, and the run green.
            _LS.leave(
                '"git clone ${REPO}"',
                "nothing says that the shell has a variable `REPO` – declare an input",
            ),
        ),
    ),
)
