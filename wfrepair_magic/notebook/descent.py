"""Where the runs of a list came from: by repairs on record, or by what their cells say of one."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..engine.owner import alive
from ..engine.runs import RunRecord, Text
from ..monitor import history
from ..monitor.state import RUNNING
from ..wire.asked import RunLine
from ..wire.comment import without_comment

Texts = Mapping[str, Sequence[Text]]
"""From a text's digest to the text and those that it was made from, youngest first."""

_CODE: Final = re.compile(r"\((\w+)\)\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Descent:
    """The name of the text that a text was made from, and by which repairs, oldest first."""

    parent: str = ""
    repairs: tuple[str, ...] = ()


def name_of(text: Text) -> str:
    """Give the digest of a text without the comment that a repair has put before it."""
    bare = without_comment(text.text)
    if bare == text.text:
        return text.digest
    return hashlib.sha256(bare.encode("utf-8", "surrogatepass")).hexdigest()


def run_lines(
    records: Sequence[RunRecord], texts: Texts, here: Collection[str]
) -> Iterator[RunLine]:
    """List runs, newest first, as they came; `here` are those under way in this process."""
    for place, record in enumerate(records):
        descent = _descent(records[place:], texts)
        lives = record.id in here or alive(record.owner)
        yield RunLine(
            run=record.id,
            workflow=record.workflow,
            session=record.session,
            state=record.state or (RUNNING if lives else history.UNFINISHED),
            began=record.started,
            took=None if record.ended is None else record.ended - record.started,
            here=record.id in here,
            text=name_of(_own(record, texts)),
            repaired_from=descent.parent,
            repairs=descent.repairs,
        )


def _descent(records: Sequence[RunRecord], texts: Texts) -> Descent:
    """Say where the text of the first run came from; the others are those before it."""
    record, *earlier = records
    own = _own(record, texts)
    known = texts.get(name_of(own)) or texts.get(record.digest) or ()
    if any(text.parent for text in known):
        return _recorded(known, {name_of(_own(each, texts)) for each in earlier})
    before = next((each for each in earlier if each.workflow == record.workflow), None)
    return Descent() if before is None else _told(own, _own(before, texts))


def _own(record: RunRecord, texts: Texts) -> Text:
    """Give the text of a run; one that the store lacks has no letters, but its name."""
    return next(iter(texts.get(record.digest) or ()), Text(record.digest, ""))


def _recorded(texts: Sequence[Text], ended_with: Collection[str]) -> Descent:
    """Give the nearest text before the first that an earlier run ended with, else the oldest."""
    made = [text.origin for text in texts if text.parent]
    for number, text in enumerate(texts[1:], start=1):
        if name_of(text) in ended_with:
            return Descent(name_of(text), tuple(reversed(made[:number])))
    return Descent(name_of(texts[-1]), tuple(reversed(made)))


def _told(text: Text, before: Text) -> Descent:
    """Believe the comment of a cell that the page wrote, where the run before had none like it."""
    comment, earlier = _comment(text), _comment(before)
    if not comment or comment == earlier:
        return Descent()
    return Descent(name_of(before), tuple(_CODE.findall(comment)))


def _comment(text: Text) -> str:
    return text.text[: len(text.text) - len(without_comment(text.text))]
