"""From a plain tree to a Definition, leaving out whatever the check will complain about."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal, TypeGuard, get_args

from ..problem import Slot
from .durations import seconds
from .language import CHECK, TYPES
from .model import MISSING, Check, Defaults, Definition, Edge, Effect, Input, Node, Output, Retry

Session = Literal["open", "per-run"]
OnFailure = Literal["stop", "continue"]


def define(data: object) -> Definition:
    """Read a tree as a Definition; malformed parts are left out, and nothing is ever raised.

    Slots of nodes and edges are those of `data`, so that they lead back to the text.
    """
    top = _mapping(data)
    return Definition(
        nodes=tuple(_node(item, ("nodes", at)) for at, item in _items(top, "nodes") if _id(item)),
        edges=tuple(_edge(item, ("edges", at)) for at, item in _items(top, "edges") if _ends(item)),
        inputs={name: _input(name, item) for name, item in _entries(top, "inputs")},
        outputs={
            name: _output(name, item)
            for name, item in _entries(top, "outputs")
            if isinstance(item.get("source"), str)
        },
        name=_text(top, "name") or None,
        description=_text(top, "description"),
        request=_text(top, "request"),
        start_node=_text(top, "start_node") or None,
        defaults=_defaults(_mapping(top.get("defaults"))),
        session=_one_of(get_args(Session), top.get("session")),
        allow_hosts=_texts(top.get("allow_hosts")),
        allow_paths=_texts(top.get("allow_paths")),
    )


def _node(item: Mapping[str, Any], slot: Slot) -> Node:
    return Node(
        id=item["id"],
        type=_text(item, "type"),
        params=_mapping(item.get("params")),
        purpose=_text(item, "purpose"),
        group=_text(item, "group"),
        after=_texts(item.get("after")),
        effect=_one_of(get_args(Effect), item.get("effect")),
        cache=_flag_or_duration(item.get("cache")),
        retry=_retry(item.get("retry")),
        timeout=_duration(item.get("timeout")),
        optional=item.get("optional") is True,
        slot=slot,
        reads=_reads(item.get("reads")),
        idempotent=_flag_or_duration(item.get("idempotent")),
        verify=_check(item.get("verify")),
    )


def _reads(value: object) -> str | tuple[str, ...]:
    return value if isinstance(value, str) else _texts(value)


def _check(value: object) -> Check | None:
    """Read a check that is built and stands alone."""
    written = [
        Check(key.name, what)
        for key in CHECK.keys.values()
        if not key.later and isinstance(what := _mapping(value).get(key.name), str)
    ]
    return written[0] if len(written) == 1 and len(_mapping(value)) == 1 else None


def _edge(item: Mapping[str, Any], slot: Slot) -> Edge:
    return Edge(item["from"], item["to"], _text(item, "action") or "default", slot)


def _input(name: str, item: Mapping[str, Any]) -> Input:
    default = item.get("default", MISSING)
    required = item.get("required")
    return Input(
        name=name,
        type=_one_of(TYPES, item.get("type")),
        description=_text(item, "description"),
        default=default,
        required=required if isinstance(required, bool) else default is MISSING,
        secret=item.get("secret") is True,
        env=_text(item, "env") or None,
        stdin=item.get("stdin") is True,
    )


def _output(name: str, item: Mapping[str, Any]) -> Output:
    kind = _one_of(TYPES, item.get("type"))
    return Output(name, item["source"], kind, _text(item, "description"))


def _defaults(item: Mapping[str, Any]) -> Defaults:
    workers = item.get("max_workers")
    return Defaults(
        retry=_retry(item.get("retry")),
        timeout=_duration(item.get("timeout")),
        on_failure=_one_of(get_args(OnFailure), item.get("on_failure")),
        max_workers=workers if _is_count(workers) else None,
    )


def _retry(value: object) -> Retry | None:
    if _is_count(value):
        return Retry(attempts=value)
    if not isinstance(value, Mapping):
        return None
    plain = Retry()
    attempts, wait = value.get("attempts"), seconds(value.get("wait"))
    return Retry(
        attempts=attempts if _is_count(attempts) else plain.attempts,
        wait=wait if wait is not None and wait >= 0 else plain.wait,
        backoff=_number(value.get("backoff"), plain.backoff),
        jitter=_number(value.get("jitter"), plain.jitter),
        on=_texts(value.get("on")),
    )


def _flag_or_duration(value: object) -> bool | float | None:
    return value if isinstance(value, bool) else _duration(value)


def _duration(value: object) -> float | None:
    found = seconds(value)
    return found if found is not None and found > 0 else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _items(top: Mapping[str, Any], key: str) -> list[tuple[int, Mapping[str, Any]]]:
    value = top.get(key)
    listed = value if isinstance(value, list) else []
    return [(at, item) for at, item in enumerate(listed) if isinstance(item, Mapping)]


def _entries(top: Mapping[str, Any], key: str) -> list[tuple[str, Mapping[str, Any]]]:
    found = _mapping(top.get(key)).items()
    return [
        (name, item or {})
        for name, item in found
        if isinstance(name, str) and (item is None or isinstance(item, Mapping))
    ]


def _id(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("id"), str) and bool(item["id"])


def _ends(item: Mapping[str, Any]) -> bool:
    return isinstance(item.get("from"), str) and isinstance(item.get("to"), str)


def _text(item: Mapping[str, Any], key: str) -> str:
    value = item.get(key)
    return value if isinstance(value, str) else ""


def _texts(value: object) -> tuple[str, ...]:
    listed = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return tuple(item for item in listed if isinstance(item, str))


def _number(value: object, otherwise: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return otherwise
    found = seconds(value)
    return otherwise if found is None else found


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _one_of(allowed: Collection[Any], value: object) -> Any:
    return value if isinstance(value, str) and value in allowed else None
