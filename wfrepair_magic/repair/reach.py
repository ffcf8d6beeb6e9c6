"""Which hosts, programs, recipients, folders and secrets a text of a workflow names.

Of a template the value counts where it is known, else its paths, as the author wrote them.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, Literal, NamedTuple
from urllib.parse import quote, unquote

from ..ir.model import MISSING
from ..ir.names import folded, nearest
from ..ir.shell_scan import scan
from ..ir.shell_words import HOLE, Lost
from ..ir.spec import NodeSpec
from ..ir.templates import (
    UNDECIDED,
    Expression,
    Ref,
    Template,
    TemplateError,
    parse,
    references,
    resolve,
    walk,
)
from ..ir.values import NoText, text_of
from ..ir.workflow import Workflow
from ..problem import Slot

Role = Literal["program", "file", "recipient", "url", "text"]
"""What a text is for: all but "text" say where a node's effect goes."""

_HOSTS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?://|\\\\)([^\s/?#\\\"'<>]*)")
_OPENING: Final = re.compile(r"\s*[A-Za-z][A-Za-z0-9+.-]*:[/\\]{2}")
_OPEN: Final = "\ue000"
"""Stands before and after the paths of a template whose value is not known."""

_NAMES: Final[Mapping[Role, frozenset[str]]] = {
    "program": frozenset({
        "command", "cmd", "program", "script", "code", "binary", "executable", "argv",
    }),
    "file": frozenset({
        "path", "file", "filepath", "filename", "folder", "dir", "directory", "root", "cwd",
        "destination",
    }),
    "url": frozenset({
        "url", "uri", "baseurl", "endpoint", "webhook", "webhookurl", "host", "hostname", "server",
        "domain", "proxy",
    }),
    "recipient": frozenset({
        "to", "cc", "bcc", "recipient", "recipients", "receiver", "channel", "email", "mailto",
        "phone", "account", "iban", "room", "topic", "queue",
    }),
}  # fmt: skip
"""Names, folded, of params that say where an effect goes, for types that do not say it."""

_VERBS: Final = {
    "host": "reach the host", "program": "run", "recipient": "send to",
    "folder": "use the folder", "variable": "set the variable", "unread": "hold",
}  # fmt: skip

_SHOWN: Final = 80
"""So many characters of a part stand in a sentence."""


class Part(NamedTuple):
    """One thing that a text makes a node reach: its kind, and what it is."""

    kind: str
    text: str

    def describe(self) -> str:
        """Say what a node does with it."""
        shown = unquote(self.text.replace(_OPEN, ""))
        return f"{_VERBS[self.kind]} `{shown if len(shown) <= _SHOWN else shown[:_SHOWN] + '…'}`"


def leaves(value: Any, slot: Slot = ()) -> Iterator[tuple[Slot, str]]:
    """Give every value in a tree that is no mapping and no list, as text, with its place."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, (*slot, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from leaves(item, (*slot, index))
    else:
        yield slot, value if isinstance(value, str) else repr(value)


def role_of(spec: NodeSpec | None, place: str, path: Slot, sends: bool) -> Role:
    """Say what a text at a place of a node is for; a nested recipient is one too.

    `sends`: the node changes the world.
    """
    param = spec.params.get(place) if spec is not None else None
    if (param is not None and param.program) or place == "verify.command":
        return "program"
    if place in ("reads", "verify.exists"):
        return "file"
    if place == "to" and param is not None and param.accepts:  # of a file that is moved
        return "file"
    for role in ("program", "file", "url"):
        if folded(place) in _NAMES[role]:
            return role
    keys = {folded(str(part)) for part in path if isinstance(part, str)}
    return "recipient" if sends and keys & _NAMES["recipient"] else "text"


def parts_of(text: str, role: Role, scope: Mapping[str, Any]) -> set[Part]:
    """Give what a text makes a node reach, with the values of a scope."""
    try:
        template = parse(text)
    except TemplateError:
        return {Part("unread", text)}
    if role == "program":
        return {*_programs(template), *_brought(template, scope), *_hosts(_skeleton(template))}
    shown = "".join(
        part if isinstance(part, str) else _value(part, scope) for part in template.segments
    )
    found = _of_url(shown, _skeleton(template))
    if role == "url" and not _OPENING.match(shown):
        found.add(Part("host", re.split(r"[/?#]", shown.strip(), maxsplit=1)[0].lower()))
    root = _root(shown, _skeleton(template)) if role == "file" else ""
    if root:
        found.add(Part("folder", root))
    if role == "recipient":
        found.add(Part("recipient", shown))
    return found


def secrets_of(value: Any, workflow: Workflow) -> set[str]:
    """Name the secrets and variables of the environment that the templates of a tree bring.

    A shell's `env` brings those, too, that it names without a value.  A name that nothing has is
    taken for the one that it nearly is: to mend it hands over nothing that its author did not.
    """
    found = {f"`{text}`" for text in _handed_over(value)}
    known = [*workflow.inputs, *(node.id for node in workflow.nodes)]
    for _, template in walk(value):
        for ref, _ in references(template) if isinstance(template, Template) else ():
            name = ref.head if ref.head in known else nearest(ref.head, known)
            declared = workflow.inputs.get(name or "")
            if ref.head == "env":
                found.add(f"`{ref.text}`")
            elif declared is not None and (declared.secret or declared.env):
                found.add(f"`{name}`")
    return found


def _handed_over(node: Any) -> Iterator[str]:
    params = node.get("params") if isinstance(node, Mapping) else None
    given = params.get("env") if isinstance(params, Mapping) else None
    if isinstance(given, Mapping):
        yield from (f"env.{name}" for name, value in given.items() if value is None)
    elif isinstance(given, list):
        yield from (f"env.{name}" for name in given)


def _skeleton(template: Template) -> str:
    """Give a text with its templates as they are written."""
    return "".join(part if isinstance(part, str) else _paths(part) for part in template.segments)


def _paths(expression: Expression) -> str:
    """Give the paths of a template, and what would stand in for them, as one piece of a URL."""
    said = (
        one.text if isinstance(one, Ref) else repr(one.value) for one in expression.alternatives
    )
    return f"{_OPEN}{quote(' ?? '.join(said), safe='.[]')}{_OPEN}"


def _value(expression: Expression, scope: Mapping[str, Any]) -> str:
    """Give the text that a template brings; its paths where that is not known."""
    value = resolve(expression.text, scope).value
    if value is MISSING or value is UNDECIDED:
        return _paths(expression)
    try:
        return text_of(value)
    except NoText:
        return _paths(expression)


def _of_url(shown: str, skeleton: str) -> set[Part]:
    """Give the hosts that stand in a text; of a URL the one of its value, instead of its paths."""
    written = [*_hosts(skeleton)]
    if not _OPENING.match(shown):
        return set(written)
    return {*[*_hosts(shown)][:1], *written[1 if _OPENING.match(skeleton) else 0 :]}


def _hosts(text: str) -> Iterator[Part]:
    for authority in _HOSTS.findall(text):
        yield Part("host", authority.lower())


def _root(shown: str, skeleton: str) -> str:
    """Give the folder in which a path lets a node loose: the first one of its own, or one outside.

    "" is the project's folder.  A value that is not known may lead anywhere.
    """
    path = shown.strip()
    if path.startswith(_OPEN):
        return path.split(_OPEN)[1]
    if path.startswith(("/", "~", "\\")) or ".." in re.split(r"[/\\]", path):
        return posixpath.dirname(posixpath.normpath(path))
    first, slash, _ = skeleton.strip().removeprefix("./").partition("/")
    return first if slash and _OPEN not in first else ""


def _programs(template: Template) -> Iterator[Part]:
    """Give a program's own words; a value is one word of it, unless it is raw or the first."""
    pieces = [
        part if isinstance(part, str) else _paths(part) if "raw" in part.filters else HOLE
        for part in template.segments
    ]
    text = "".join(pieces).replace("\r\n", "\n").replace("\xa0", " ").strip()
    yield Part("program", text.replace(HOLE, "${…}"))
    holes = [_paths(part) for part in template.expressions if "raw" not in part.filters]
    try:
        commands = scan(text).commands
    except Lost:
        yield from (Part("program", hole) for hole in holes)
        return
    for command in commands:
        first = next((word for word in command.words if not word.assigns), None)
        yield from (Part("program", holes[number]) for number in (first.holes if first else ()))


def _brought(template: Template, scope: Mapping[str, Any]) -> Iterator[Part]:
    """Give the hosts and the folders outside that the values of a program's words name."""
    for expression in template.expressions:
        value = _value(expression, scope)
        yield from _hosts(value) if _OPENING.match(value) else ()
        root = "" if value.startswith(_OPEN) else _root(value, value)
        if root.startswith(("/", "~", "..")):
            yield Part("folder", root)
