"""Rules for templates of other tools, and for variables of the shell that look like ours."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ...ir.dialects import foreign
from ...ir.patch import Patch, SetValue
from ...ir.templates import TemplateError, parse, references, resolve
from ..fix import Level
from .base import PLANTED, UNMEASURED, Abstain, Answer, Candidate, Case, Example, Rule
from .matching import listing
from .steps import braced


def ours(case: Case) -> Answer:
    """TPL17: a template of another dialect is written as one of ours, where it then resolves.

    The bare name of something may be meant as text, so there a person is asked.
    """
    text = case.written
    if not isinstance(text, str):
        return Abstain(case.problem.message)
    found = [one for one in foreign(text) if _is_meant(case, one.text)]
    new = text
    for one in reversed(found):
        new = new[: one.start] + one.ours + new[one.end :]
    reason = _unsound(case, new) if found else case.problem.message
    if reason:
        return Abstain(reason)
    bare = any(one.path == one.head and not one.text.startswith("${") for one in found)
    names = listing(list(dict.fromkeys(one.path for one in found)))
    shown = ", ".join(dict.fromkeys(f"`{one.text}` → `{one.ours}`" for one in found))
    return Candidate(
        level=Level.ASK if bare else Level.SAFE,
        patch=Patch((SetValue(case.problem.slot, new, text),)),
        title=f"{shown} in {case.spot}",
        why="The template is written as another tool would have it, and would stay plain text.",
        evidence=(f"{names} can be read here",),
        confidence=UNMEASURED if bare else PLANTED,
    )


def _is_meant(case: Case, text: str) -> bool:
    """Whether a template is one that the problem speaks of."""
    written = case.problem.facts.get("written")
    return text == written if isinstance(written, str) else text.startswith(("${{", "{{"))


def _unsound(case: Case, text: str) -> str:
    """Say why a text cannot be right; "" where all its templates resolve or may yet do so."""
    template, _ = braced(case, text)
    try:
        unknown = [ref.head for ref, _ in references(parse(template)) if ref.head not in case.scope]
    except TemplateError as error:
        return f"{case.problem.message}; what it would be cannot be read: {error.message}"
    if unknown:
        return f"there is no node or input {listing(unknown)}; {case.problem.message}"
    missed = resolve(template, case.scope, case.problem.slot).unresolved
    return missed[0].message if missed else ""


def shell_variable(case: Case) -> Answer:
    """TPL20: a variable that the shell is known to have is left to the shell.

    Any other one would be empty there, and nobody would see it.
    """
    text, name = case.written, str(case.problem.facts.get("written"))
    template = f"${{{name}}}"
    known = _known_to_shell(case, name) if isinstance(text, str) else ""
    if not known:
        return Abstain(
            f"nothing says that the shell has a variable `{name}` – declare an input `{name}`, or"
            f" write `${template}` if the shell has it"
        )
    return Candidate(
        level=Level.ASK,
        patch=Patch((SetValue(case.problem.slot, _escaped(text, name), text),)),
        title=f"`{template}` → `${template}` in {case.spot}",
        why=f"No node and no input is called `{name}`; the shell has such a variable.",
        evidence=(f"{known}; `${template}` leaves it to the shell",),
        confidence=UNMEASURED,
    )


def _escaped(text: str, name: str) -> str:
    """Double the dollar of every template that is this name alone."""
    refs = [ref for ref, _ in references(parse(text)) if ref.text == name]
    for ref in reversed(refs):
        at = ref.start - len("${")
        text = f"{text[:at]}${text[at:]}"
    return text


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


def _send(text: str) -> str:
    return f"""\
inputs: {{channel: {{}}}}
nodes:
  - {{id: fetch, type: value}}
  - id: send
    type: value
    params:
      to: ${{channel}}
      text: '{text}'  # as they like it
"""


def _ls(command: str) -> str:
    return f"nodes:\n  - id: ls\n    type: shell\n    params:\n      command: {command}\n"


_GIVEN = {"fetch": {"body": "hello", "rows": [{"n": 1}]}}


def _example(text: str, new: str | None, says: str) -> Example:
    return Example(
        before=_send(text),
        after=None if new is None else _send(new),
        outputs=_GIVEN,
        inputs={"channel": "general"},
        level=None if new is None else "SAFE",
        says=says,
    )


RULES = (
    Rule(
        "TPL17",
        ours,
        warns=True,
        unveils=True,
        examples=(
            _example("Dear {{fetch.body}},", "Dear ${fetch.body},", "`fetch.body` can be read"),
            _example("{{ fetch.rows[0].n }}", "${fetch.rows[0].n}", "can be read here"),
            _example("so $fetch.body", "so ${fetch.body}", "`fetch.body` can be read here"),
            _example("${{fetch.body}}!", "${fetch.body}!", "`fetch.body` can be read here"),
            _example("${{fecth.body}}", None, "there is no node or input `fecth`"),
        ),
    ),
    Rule(
        "TPL20",
        shell_variable,
        examples=(
            Example(
                before=_ls('"ls ${HOME}/a ${HOME}/b"'),
                after=_ls('"ls $${HOME}/a $${HOME}/b"'),
                level="ASK",
                says="`$${HOME}` leaves it to the shell",
            ),
            Example(
                before=_ls("for NAME in a b; do echo ${NAME}; done"),
                after=_ls("for NAME in a b; do echo $${NAME}; done"),
                level="ASK",
                says="the command sets `NAME` itself",
            ),
            Example(  # left to the shell it would be nothing, and the run green
                before=_ls('"git clone ${REPO}"'),
                after=None,
                says="nothing says that the shell has a variable `REPO` – declare an input",
            ),
        ),
    ),
)
