"""Every key of the language, declared once: the check, the schema and the reference read it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from .durations import LONGEST

Kind = Literal[
    "text", "filled", "name", "template", "flag", "integer", "number", "duration",
    "texts", "params", "any", "section", "entries", "items",
]  # fmt: skip
"""What a key may hold.

`filled` is text that is not empty, `name` an identifier, `texts` a list of text (or one text),
`params` a mapping whose keys the node type declares.  `section` is one mapping of the key's
section, `entries` a mapping of names to such mappings, `items` a list of them.
"""


@dataclass(frozen=True)
class Key:
    """One key of one section.

    `kinds` are the kinds that it may hold, the usual one first.  `aliases` are spellings that
    are wrong but known from elsewhere.  A key with `later` belongs to the language and is not
    built yet.  Bounds hold for numbers, and for durations in seconds; `above` excludes its bound.
    """

    name: str
    kinds: tuple[Kind, ...]
    meaning: str
    section: str = ""
    required: bool = False
    later: bool = False
    enum: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Section:
    """One kind of mapping; `title` is what messages call it, `one` says that one key stands."""

    name: str
    title: str
    keys: Mapping[str, Key]
    one: bool = False

    def meant(self, written: str) -> Key | None:
        """Find the key that a registered alias means."""
        return next((key for key in self.keys.values() if written in key.aliases), None)


def _section(name: str, title: str, *keys: Key, one: bool = False) -> Section:
    return Section(name, title, {key.name: key for key in keys}, one)


NAME: Final = re.compile(r"[A-Za-z_][\w-]*")
"""How ids of nodes and names of inputs are written."""

NAME_RULE: Final = "letters, digits, `_` and `-`, beginning with a letter or `_`"

RESERVED: Final[Mapping[str, str]] = {
    "env": "`${env.NAME}` gives environment variables",
    **dict.fromkeys(("true", "false", "null"), "it is a literal in templates"),
}
"""Names that a template reads as something else, with what they mean there."""

TYPES: Final = ("string", "integer", "number", "boolean", "object", "array")
"""The types of inputs and outputs, named as in JSON Schema."""

TYPE_ALIASES: Final[Mapping[str, str]] = {
    "str": "string", "text": "string", "int": "integer", "float": "number", "double": "number",
    "bool": "boolean", "dict": "object", "map": "object", "mapping": "object", "json": "object",
    "list": "array", "tuple": "array",
}  # fmt: skip

LATER_TYPES: Final = frozenset({"code", "llm", "workflow", "wait"})
"""Node types that belong to the language and are not built yet."""

IR_VERSIONS: Final = ("0.1.0",)

VERSION: Final = "0.1.0"
"""The version of the language: that of the package which last changed this table."""

FAILURE_CODE: Final = re.compile(r"[A-Z]{2,4}[0-9]{2}")
"""How the codes of failures are written, as `retry.on` lists them."""

WORKFLOW: Final = _section(
    "workflow", "a workflow",
    Key("name", ("text",), "The workflow's name, unless the magic line gives one.",
        aliases=("title", "workflow_name")),
    Key("description", ("text",), "What the workflow does.", aliases=("desc",)),
    Key("request", ("text",), "What the author wanted, in words; a repair may be told it."),
    Key("ir_version", ("text",), "The version of the interchange form.",
        aliases=("version", "irVersion")),
    Key("inputs", ("entries",), "Values that come from outside, by name.", "input",
        aliases=("input", "parameters", "params", "arguments", "variables", "vars")),
    Key("outputs", ("entries",), "What the workflow gives, by name.", "output",
        aliases=("output", "results", "returns")),
    Key("nodes", ("items",), "The nodes, one or more.", "node", required=True,
        aliases=("node", "steps", "tasks", "jobs", "stages")),
    Key("edges", ("items",), "Which node follows which, after which action.", "edge",
        aliases=("edge", "links", "connections", "transitions")),
    Key("start_node", ("text",), "The node to begin with; else all without a predecessor.",
        aliases=("start", "startNode", "entry", "entrypoint")),
    Key("defaults", ("section",), "What holds for nodes and runs that say nothing.", "defaults",
        aliases=("default", "settings", "config", "options")),
    Key("expect", ("any",), "Checks of the whole run, after the last node.", later=True),
    Key("allow_hosts", ("texts",), "Hosts that http nodes may reach beyond the defaults.",
        aliases=("hosts", "allowed_hosts")),
    Key("allow_paths", ("texts",), "Paths that file nodes may reach beyond the project folder.",
        aliases=("paths", "allowed_paths")),
    Key("session", ("text",), "Whether a run goes on where the last one ended.",
        enum=("open", "per-run")),
)  # fmt: skip

INPUT: Final = _section(
    "input", "an input",
    Key("type", ("text",), "The type of its value; any unless given.", enum=TYPES,
        aliases=("kind",)),
    Key("description", ("text",), "What the value is for.", aliases=("desc", "help")),
    Key("default", ("any",), "The value where none is given.", aliases=("value",)),
    Key("required", ("flag",), "Whether it must be given; true unless there is a default."),
    Key("secret", ("flag",), "Whether the value is masked outside the nodes that use it.",
        aliases=("sensitive", "password")),
    Key("env", ("name",), "The environment variable that may give the value.",
        aliases=("env_var", "environment", "from_env")),
    Key("stdin", ("flag",), "Whether the command line may give the value on standard input."),
)  # fmt: skip

OUTPUT: Final = _section(
    "output", "an output",
    Key("source", ("template",), "The template that gives the value, with or without braces.",
        required=True, aliases=("value", "from", "template", "ref")),
    Key("type", ("text",), "The type of the value.", enum=TYPES, aliases=("kind",)),
    Key("description", ("text",), "What the value is.", aliases=("desc", "help")),
)  # fmt: skip

NODE: Final = _section(
    "node", "a node",
    Key("id", ("name",), "The name by which templates and edges know the node.", required=True,
        aliases=("name", "key", "node_id", "step_id")),
    Key("type", ("text",), "The node type: built in, or a function with @node.", required=True,
        aliases=("kind", "uses", "node_type", "function", "action")),
    Key("purpose", ("text",), "What the node is for, in words.",
        aliases=("description", "desc", "title", "comment")),
    Key("params", ("params",), "The parameters; templates stand here.",
        aliases=("parameters", "param", "args", "arguments", "kwargs", "with", "inputs", "input",
                 "config")),
    Key("group", ("text",), "A word that several nodes share, to run or show them together."),
    Key("after", ("texts",), "Ids of nodes that must be done first, without data from them.",
        aliases=("depends_on", "dependsOn", "depends", "needs", "requires", "dependencies",
                 "wait_for")),
    Key("effect", ("text",), "What the node does to the world, if not what its type declares.",
        enum=("pure", "read", "write"), aliases=("effects", "side_effect")),
    Key("cache", ("flag", "duration"), "Whether, or how long, a result serves other sessions.",
        above=0, maximum=LONGEST, aliases=("cached", "caching", "memoize")),
    Key("retry", ("section", "integer"), "How often and when to try again; a number: attempts.",
        "retry", minimum=1, aliases=("retries", "max_retries", "retry_policy")),
    Key("timeout", ("duration",), "How long the node may take.", above=0, maximum=LONGEST,
        aliases=("time_limit", "timeout_seconds")),
    Key("optional", ("flag",), "Whether a failure leaves the run DEGRADED instead of FAILED.",
        aliases=("allow_failure", "continue_on_error", "ignore_errors")),
    Key("reads", ("texts",), "Files (paths, patterns, templates) whose content belongs to the key.",
        aliases=("files", "reads_files", "input_files", "watch", "dependencies_files")),
    Key("fallback", ("any",), "Another type with params, tried when retries are used up.",
        later=True),
    Key("approval", ("any",), "Whether a person must allow the node.", later=True),
    Key("batch", ("any",), "The items to run the node for, one by one.", later=True),
    Key("expect", ("any",), "Checks after the node.", later=True),
    Key("sandbox", ("any",), "How code is contained.", later=True),
    Key("limits", ("any",), "The limits of contained code.", later=True),
    Key("resources", ("any",), "What a distributed engine must offer.", later=True),
    Key("idempotent", ("flag", "duration"), "Whether, or how long, sending again with the same"
        " idempotency key is harmless; true is 24h.", above=0, maximum=LONGEST,
        aliases=("idempotency", "is_idempotent")),
    Key("verify", ("section",), "A look that tells whether an effect in doubt happened.", "check",
        aliases=("probe", "verification", "verify_with")),
)  # fmt: skip

CHECK: Final = _section(
    "check", "a check",
    Key("exists", ("filled",), "A path that is there.", aliases=("file", "path", "file_exists")),
    Key("http", ("filled",), "A URL that answers a GET with 2xx.", aliases=("url", "get")),
    Key("command", ("filled",), "A command line that ends with exit code 0.",
        aliases=("shell", "cmd", "run", "script")),
    Key("python", ("filled",), "A Python file that compiles.", later=True),
    Key("imports", ("filled",), "A module that can be imported.", later=True),
    Key("javascript", ("filled",), "A JavaScript file that compiles.", later=True),
    Key("schema", ("any",), "A JSON Schema that the outputs fit.", later=True),
    Key("that", ("filled",), "An expression over templates that holds.", later=True),
    one=True,
)  # fmt: skip

RETRY: Final = _section(
    "retry", "`retry`",
    Key("attempts", ("integer",), "How often the node is tried, the first time included.",
        minimum=1, aliases=("max_attempts", "count", "times", "tries", "max", "retries",
                            "max_retries")),
    Key("wait", ("duration",), "The wait before the second attempt.", minimum=0, maximum=LONGEST,
        aliases=("delay", "interval", "wait_seconds", "sleep")),
    Key("backoff", ("number",), "By how much each wait is longer than the one before.", minimum=1,
        maximum=1000, aliases=("factor", "multiplier", "backoff_factor")),
    Key("jitter", ("number",), "By which share of itself a wait varies, from 0 to 1.", minimum=0,
        maximum=1),
    Key("on", ("texts",), "Codes of failures that are retried although not transient.",
        aliases=("codes", "retry_on")),
)  # fmt: skip

EDGE: Final = _section(
    "edge", "an edge",
    Key("from", ("text",), "The node that the edge leaves.", required=True,
        aliases=("from_node", "from_id", "fromNode", "source", "source_node", "src", "start")),
    Key("to", ("text",), "The node that the edge leads to.", required=True,
        aliases=("to_node", "to_id", "toNode", "target", "target_node", "dst", "dest",
                 "destination", "end")),
    Key("action", ("text",), "The action after which the edge is taken; `default` unless given.",
        aliases=("condition", "when", "on", "label", "event", "outcome")),
)  # fmt: skip

DEFAULTS: Final = _section(
    "defaults", "`defaults`",
    Key("retry", ("section", "integer"), "The retry of nodes that give none.", "retry", minimum=1,
        aliases=("retries", "max_retries")),
    Key("timeout", ("duration",), "The timeout of nodes that give none.", above=0,
        maximum=LONGEST, aliases=("time_limit", "timeout_seconds")),
    Key("on_failure", ("text",), "What an unhandled failure means for independent branches.",
        enum=("stop", "continue"), aliases=("error_handling", "on_error", "onFailure")),
    Key("max_workers", ("integer",), "How many nodes may run at the same time.", minimum=1,
        maximum=10_000, aliases=("workers", "parallel", "concurrency", "max_concurrent")),
    Key("min_success", ("any",), "The share of successes below which a wave stops the run.",
        later=True),
)  # fmt: skip

SECTIONS: Final[Mapping[str, Section]] = {
    section.name: section
    for section in (WORKFLOW, INPUT, OUTPUT, NODE, CHECK, RETRY, EDGE, DEFAULTS)
}
"""All sections by name; a text is one mapping of the section `workflow`."""
