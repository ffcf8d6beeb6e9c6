"""What each kind of the language's table takes, is called in messages, and is read as."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from .durations import FORMS, seconds
from .language import Key, Kind
from .model import MISSING


def _same(item: Any) -> Any:
    return item


def _unless_empty(item: str) -> Any:
    return item or MISSING


def _is_text(item: Any) -> bool:
    return isinstance(item, str)


def _is_integer(item: Any) -> bool:
    return isinstance(item, int) and not isinstance(item, bool)


def _is_duration(item: Any) -> bool:
    return seconds(item) is not None


def _is_mapping(item: Any) -> bool:
    return isinstance(item, Mapping)


def _as_list(item: Any) -> list[Any]:
    return item if isinstance(item, list) else [item]


@dataclass(frozen=True)
class _Form:
    """One kind: how messages call it, which values are of it, what the model holds for one."""

    said: str
    fits: Callable[[Any], bool]
    read: Callable[[Any], Any] = _same


_FORMS: Final[Mapping[Kind, _Form]] = {
    "text": _Form("text", _is_text, _unless_empty),
    "filled": _Form("text", _is_text, _unless_empty),
    "name": _Form("a name", _is_text, _unless_empty),
    "template": _Form("a template", _is_text, _unless_empty),
    "flag": _Form("true or false", lambda item: isinstance(item, bool)),
    "integer": _Form("a whole number", _is_integer),
    "number": _Form(
        "a number", lambda item: not isinstance(item, str) and _is_duration(item), seconds
    ),
    "duration": _Form(FORMS, _is_duration, seconds),
    "texts": _Form(
        "a list of text",
        lambda item: all(map(_is_text, _as_list(item))),
        lambda item: tuple(_as_list(item)),
    ),
    "params": _Form("a mapping", _is_mapping),
    "any": _Form("any value", lambda item: True),
    "section": _Form("a mapping", _is_mapping),
    "entries": _Form("a mapping of names", _is_mapping),
    "items": _Form("a list", lambda item: isinstance(item, list)),
}


def said(key: Key) -> str:
    """Say for a message what a key may hold."""
    return " or ".join(_FORMS[kind].said for kind in key.kinds)


def kind_of(key: Key, item: Any) -> Kind | None:
    """Give the first of a key's kinds that a value is of; None if it is of none."""
    return next((kind for kind in key.kinds if _FORMS[kind].fits(item)), None)


def bound_broken(key: Key, item: Any) -> str:
    """Say which bound of a key a number or duration breaks; empty if it breaks none."""
    value = seconds(item)
    if value is None:
        return ""
    if key.above is not None and value <= key.above:
        return f"more than {key.above:g}"
    if key.minimum is not None and value < key.minimum:
        return f"at least {key.minimum:g}"
    if key.maximum is not None and value > key.maximum:
        return f"at most {key.maximum:g}"
    return ""


def read(key: Key, kind: Kind, item: Any) -> Any:
    """Give what the model holds for a value of a kind; MISSING if it may not stand at the key."""
    if (key.enum and item not in key.enum) or bound_broken(key, item):
        return MISSING
    return _FORMS[kind].read(item)


def plainly(item: Any, most: int = 40) -> str:
    """Show a scalar as the language writes it, shortened."""
    if isinstance(item, bool):
        return str(item).lower()
    if isinstance(item, int) and abs(item) >= 10**most:
        return "a very large number"
    text = " ".join(str(item).split())
    return text if len(text) <= most else f"{text[:most]}…"
