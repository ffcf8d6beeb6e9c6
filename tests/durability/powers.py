"""What one workflow may do that another may not, by the design of repair: for tests to judge by.

Plain comparisons of what the authors wrote, independent of how the product judges.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from wfrepair_magic import Workflow
from wfrepair_magic.ir.model import Node
from wfrepair_magic.ir.spec import catalogue

EFFECTS = ("pure", "read", "write")
RECIPIENTS = ("to", "cc", "bcc", "recipient", "channel", "email")
FILES = ("path", "file_path", "cwd", "to")
URLS = ("url", "endpoint", "webhook", "host")


def gained(before: Workflow, after: Workflow) -> list[str]:
    """Say what `after` can do that `before` could not; empty where it is nothing."""
    old = {node.id: node for node in before.nodes}
    found = [f"hosts {new}" for new in hosts(after.data) - hosts(before.data)]
    found += [f"secrets {new}" for new in secrets(after) - secrets(before)]
    found += [f"{key}" for key in ("allow_hosts", "allow_paths") if _grown(key, before, after)]
    if len(after.nodes) > len(before.nodes):
        found.append("a node more")
    for node in after.nodes:
        if node.id in old:
            found += [f"{node.id}: {what}" for what in _gained_by(node, old[node.id], before)]
        elif len(after.nodes) <= len(before.nodes) and effect(node) == "write":
            found.append(f"{node.id}: an effect under another name")
    return found


def lost(before: Workflow, after: Workflow) -> list[str]:
    """Say what of a workflow's own guards is gone: a node, an edge, an output, a look."""
    looks = [sum(node.verify is not None for node in one.nodes) for one in (before, after)]
    return [
        name
        for name, old, new in (
            ("a node", len(before.nodes), len(after.nodes)),
            ("an edge", len(before.edges), len(after.edges)),
            ("an output", len(before.outputs), len(after.outputs)),
            ("a look", *looks),
        )
        if new < old
    ]


def changed(ids: Collection[str], before: Workflow, after: Workflow) -> list[str]:
    """Name those of some nodes that are no longer as their author wrote them."""
    return [id for id in ids if _raw(before, id) != _raw(after, id)]


def hosts(value: Any) -> set[str]:
    """Give the host of each URL in a tree, with its user and port."""
    return {
        host.lower()
        for text in texts(value)
        for host in re.findall(r"[a-zA-Z]+://([^/\s?#\"'<>]*)", bare(text))
    }


def secrets(workflow: Workflow) -> set[tuple[str, str]]:
    """Give each secret and variable that a template of a node brings, with the node's number."""
    secret = {name for name, one in workflow.inputs.items() if one.secret or one.env}
    declared = {("input", one.env) for one in workflow.inputs.values() if one.env}
    places = [(str(number), raw) for number, raw in enumerate(workflow.data.get("nodes", ()))]
    places.append(("outputs", workflow.data.get("outputs")))
    found = {
        (place, name)
        for place, raw in places
        for text in texts(raw)
        for name in re.findall(r"(?<!\$)\$\{[^}]*?\b(env\.\w+)", text)
        + [one for one in secret if re.search(rf"(?<!\$)\$\{{[^}}]*?\b{one}\b", text)]
    }
    handed = {
        (str(number), f"env {name}")
        for number, node in enumerate(workflow.nodes)
        for name in _handed_over(node)
    }
    return {*declared, *found, *handed}


def effect(node: Node) -> str:
    """Give what a node may do to the world: what it says, or what its type does."""
    spec = catalogue.get(node.type)
    return node.effect or (spec.effect_with(node.params) if spec is not None else "write")


def texts(value: Any) -> Iterator[str]:
    """Give every text in a tree."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts(item)
    elif isinstance(value, str):
        yield value


def bare(text: str) -> str:
    """Write a text with its templates as one word each, and without their filters."""
    return re.sub(
        r"(?<!\$)\$\{([^}]*)\}",
        lambda found: "{" + re.sub(r"\s+", "", found[1].split(" | ")[0]) + "}",
        text,
    )


def _gained_by(new: Node, old: Node, before: Workflow) -> Iterator[str]:
    if EFFECTS.index(effect(new)) > EFFECTS.index(effect(old)):
        yield f"its effect is {effect(new)}"
    if old.effect != new.effect or old.idempotent != new.idempotent:
        yield "its promises are others"
    known = {text.strip() for text in texts(_raw(before, new.id))}
    if _program(new) and _program(new) != _program(old):
        yield f"its program is {_program(new)!r}"
    if EFFECTS.index(effect(new)) == 2 and _at(new, RECIPIENTS) - _at(old, RECIPIENTS) - known:
        yield f"it sends to {_at(new, RECIPIENTS)}"
    if effect(new) != "pure":
        if {*map(_root, _at(new, FILES))} - {*map(_root, _at(old, FILES) | known)} - {""}:
            yield f"its files are {_at(new, FILES)}"
        if {*map(_base, _at(new, URLS))} - {*map(_base, _at(old, URLS) | known)}:
            yield f"its URLs are {_at(new, URLS)}"


def _program(node: Node) -> tuple[str, ...]:
    """Give a command without the paths of its templates, unless one is its first word."""
    if node.type != "shell":
        return ()
    command = str(node.params.get("command"))
    named = Counter(re.findall(r"(?:^|[;&|\n(`]\s*)(\$\{[^}]*\})", command))
    whole = re.sub(r"(?<!\$)\$\{[^}]*\}", "{}", command)
    return (whole, *named, *map(str, node.params.get("env") or ()))


def _at(node: Node, names: Collection[str]) -> set[str]:
    """Give the texts that stand under some names in a node's params, at any depth."""

    def under(value: Any, inside: bool) -> Iterator[str]:
        if isinstance(value, Mapping):
            for key, item in value.items():
                yield from under(item, inside or str(key).lower() in names)
        elif isinstance(value, list | tuple):
            for item in value:
                yield from under(item, inside)
        elif inside:
            yield bare(str(value)).strip()

    return set(under(node.params, False))


def _root(path: str) -> str:
    """Give the folder that a path begins with; "" inside the project, or where a value says it."""
    first, slash, _ = path.removeprefix("./").partition("/")
    if ".." in path.split("/") or path.startswith("~"):
        return path
    return (first or "/") if slash and "{" not in first else ""


def _base(url: str) -> str:
    """Give what a URL begins with: scheme and host, or the template that stands for them."""
    scheme, mark, rest = url.partition("://")
    return f"{scheme}{mark}{rest.split('/')[0]}" if mark else url.split("/")[0]


def _handed_over(node: Node) -> list[str]:
    given = node.params.get("env")
    if isinstance(given, Mapping):
        return [name for name, value in given.items() if value is None]
    return [str(name) for name in given] if isinstance(given, list | tuple) else []


def _grown(key: str, before: Workflow, after: Workflow) -> bool:
    return bool({*getattr(after, key)} - {*getattr(before, key)})


def _raw(workflow: Workflow, id: str) -> Any:
    nodes = [raw for raw in workflow.data["nodes"] if raw.get("id") == id]
    return json.loads(json.dumps(nodes, sort_keys=True))
