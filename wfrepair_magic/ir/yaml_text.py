"""Reads YAML 1.2 from the events of libyaml: a plain tree with the place of every value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import yaml

from ..problem import Slot
from ..settings import LIMITS
from .scalars import MOST_DIGITS, TooLong, resolve
from .source import BYTE_ORDER_MARK, Fault, Reading, Style, Unreadable, shown, too_deep, too_long
from .yaml_faults import explain, no_key

_LOADER: type[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_UNREADABLE = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)

_STYLES: dict[str | None, Style] = {
    "'": "single", '"': "double", "|": "literal", ">": "folded",
}  # fmt: skip

_BREAKS_OF_1_1 = "\x85\u2028\u2029"


def read_yaml(text: str, reading: Reading) -> Any:
    """Give what the text says; places and lesser faults go into `reading`.

    Raises Unreadable at a fault after which nothing more can be read.
    """
    standing, back = _stand_ins(_checked(text))
    return _Pass(text, standing, back, reading).document()


def _checked(text: str) -> str:
    """Give the text without its byte order mark, every character where it was."""
    body = "\n" + text[1:] if text.startswith(BYTE_ORDER_MARK) else text
    found = _UNREADABLE.search(body)
    if found is None:
        return body
    code = ord(found.group())
    message = f"the character U+{code:04X} cannot stand in a workflow's text"
    lost = code == 0xFEFF or 0xD800 <= code <= 0xDFFF
    hint = "remove it" if lost else f'write it as "\\u{code:04x}" in double quotes'
    raise Unreadable(Fault("SRC03", found.start(), message, hint, facts={"character": code}))


def _stand_ins(text: str) -> tuple[str, dict[int, str]]:
    """Replace what only YAML 1.1 takes for line breaks by characters that the text lacks.

    Gives the text to parse, of the same length, and the table that turns values back.
    """
    present = [char for char in _BREAKS_OF_1_1 if char in text]
    if not present:
        return text, {}
    used = set(text)
    free = (chr(code) for code in range(0xF0000, 0xFFFFE) if chr(code) not in used)
    pairs = list(zip(present, free, strict=False))
    table = {ord(char): stand_in for char, stand_in in pairs}
    return text.translate(table), {ord(stand_in): char for char, stand_in in pairs}


class _Pass:
    """One pass over the events of one text."""

    def __init__(self, text: str, standing: str, back: dict[int, str], reading: Reading) -> None:
        self._text = text
        self._parsed = standing
        self._back = back
        self._reading = reading
        self._before = (0, 0)
        self._events = self._parse()

    def _parse(self) -> Iterator[Any]:
        try:
            events: Iterator[Any] = yaml.parse(self._parsed, Loader=_LOADER)
            for event in events:
                yield event
                if isinstance(event, yaml.ScalarEvent):
                    self._before = _span(event)
        except yaml.MarkedYAMLError as error:
            raise Unreadable(explain(error, self._text, self._before)) from error
        except yaml.YAMLError as error:
            message = "the text cannot be read as YAML"
            raise Unreadable(Fault("SRC03", 0, message, str(error))) from error

    def document(self) -> Any:
        next(self._events)
        start = next(self._events)
        if isinstance(start, yaml.StreamEndEvent):
            hint = "a workflow needs at least `nodes:` with one node"
            raise Unreadable(Fault("SRC03", 0, "the text is empty", hint))
        self._directives(start)
        data = self._value(next(self._events), (), (-1, -1))
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            message = "a second document begins here; a workflow is one document"
            raise Unreadable(Fault("SRC03", _span(after)[0], message, "remove the `---`"))
        return data

    def _directives(self, start: Any) -> None:
        if start.tags:
            message = "tags (`%TAG`) are not part of the language"
            self._reading.note(Fault("SRC05", _span(start)[0], message))
        if start.version not in (None, (1, 2)):
            message = "workflows are YAML 1.2"
            hint = "remove the `%YAML` line"
            self._reading.note(Fault("SRC03", _span(start)[0], message, hint))

    def _value(self, event: Any, slot: Slot, key: tuple[int, int]) -> Any:
        self._refuse_marks_of_yaml(event, slot)
        if isinstance(event, yaml.AliasEvent):
            self._reading.spots[slot] = (*_span(event), "plain", *key)
            return None
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, slot, key)
        if len(slot) >= LIMITS.depth:
            raise Unreadable(too_deep(_span(event)[0], LIMITS.depth))
        return self._container(event, slot, key)

    def _container(self, event: Any, slot: Slot, key: tuple[int, int]) -> Any:
        start = _span(event)[0]
        style: Style = "flow" if event.flow_style else "block"
        self._reading.spots[slot] = (start, start, style, *key)
        inner = self._sequence if isinstance(event, yaml.SequenceStartEvent) else self._mapping
        data, end = inner(slot, start)
        self._reading.spots[slot] = (start, end, style, *key)
        return data

    def _sequence(self, slot: Slot, end: int) -> tuple[Any, int]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            place = (*slot, len(items))
            items.append(self._value(event, place, (-1, -1)))
            end = self._reading.spots[place][1]
        return items, self._end(event, end)

    def _mapping(self, slot: Slot, end: int) -> tuple[Any, int]:
        items: dict[str, Any] = {}
        begun: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            name = self._key(event, slot)
            span = _span(event)
            place = (*slot, name)
            self._reading.key(name, place, span[0], begun)
            items[name] = self._value(next(self._events), place, span)
            end = self._reading.spots[place][1]
        return items, self._end(event, end)

    def _end(self, event: Any, end: int) -> int:
        """Say where a container ends: behind its bracket, else with its last value."""
        start, bracket = _span(event)
        return bracket if start < bracket else end

    def _key(self, event: Any, slot: Slot) -> str:
        at = _span(event)[0]
        if isinstance(event, yaml.CollectionStartEvent):
            raise Unreadable(no_key(self._text, at, slot))
        self._refuse_marks_of_yaml(event, slot)
        if isinstance(event, yaml.AliasEvent):
            return ""
        name: str = event.value.translate(self._back)
        if event.style not in _STYLES and name in ("", "<<"):
            self._reading.note(_odd_key(name, at, slot))
        return name

    def _scalar(self, event: Any, slot: Slot, key: tuple[int, int]) -> Any:
        start, end = _span(event)
        style = _STYLES.get(event.style, "plain")
        value: str = event.value.translate(self._back)
        if style in ("literal", "folded"):
            end = self._block_end(start, end, value)
        self._reading.spots[slot] = (start, end, style, *key)
        if style != "plain":
            return value
        try:
            return resolve(value)
        except TooLong:
            self._reading.note(too_long(start, slot, MOST_DIGITS))
            return value

    def _block_end(self, start: int, end: int, value: str) -> int:
        """Say where the last line of a block scalar ends, without blank lines that it drops."""
        raw = self._text[start:end]
        if "+" in raw.splitlines()[0].partition("#")[0]:
            return start + len(re.sub(r"(?:\r\n|\n|\r)\Z", "", raw.rstrip(" ")))
        spaced = value.rstrip("\n").endswith((" ", "\t"))
        return start + len(raw.rstrip("\r\n" if spaced else " \t\r\n"))

    def _refuse_marks_of_yaml(self, event: Any, slot: Slot) -> None:
        at = _span(event)[0]
        if isinstance(event, yaml.AliasEvent):
            written = shown(f"*{event.anchor}")
            message = f"{written} is an alias; aliases are not part of the language"
        elif event.anchor is not None:
            written = shown(f"&{event.anchor}")
            message = f"{written} is an anchor; anchors are not part of the language"
        elif event.tag is not None:
            written = shown(self._text[at:].split(maxsplit=1)[0])
            message = f"{written} is a tag; tags are not part of the language"
        else:
            return
        hint = "write the value out, or put it in quotes if it is text"
        self._reading.note(Fault("SRC05", at, message, hint, slot))


def _span(event: Any) -> tuple[int, int]:
    """Give the offsets at which what an event tells of begins and ends."""
    return event.start_mark.index, event.end_mark.index


def _odd_key(name: str, at: int, slot: Slot) -> Fault:
    if name:
        message = "`<<` is a merge key; merge keys are not part of the language"
        return Fault("SRC05", at, message, "write the keys out", slot)
    return Fault("SRC03", at, "a key is missing before the `:`", slot=slot)
