"""Shows a diff so that each change meets the eye: of a long line only what stands around it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import takewhile, zip_longest
from typing import Final

from . import words

LONG: Final = 96
"""A line of up to so many characters is shown whole."""
AROUND: Final = 20
"""So many characters stand on each side of a change in a longer one."""
MOST_COMPARED: Final = 200_000
"""Two stretches of more words than this, multiplied, count as changed altogether."""

_REMARK: Final = "\\ "
"""So begins what a diff says of a text without a newline at its end."""
_WORDS = re.compile(r"\w+|\W")

Stretch = tuple[str, str]
"""A stretch of the old line, and what stands for it in the new one: often the same."""


def shown(diff: str) -> list[str]:
    """Give the lines of a unified diff; long ones are clipped around what changed, as ``…``."""
    lines = [words.clean(line) for line in diff.removesuffix("\n").split("\n") if line]
    found: list[str] = []
    at = 0
    while at < len(lines):
        removed = at if is_head(lines[at : at + 3]) else at + _run(lines, at, "-")
        if removed == at:
            found.append(words.clipped(lines[at][: 2 * LONG], LONG))
            at += 1
            continue
        remarked = removed + _run(lines, removed, _REMARK)
        added = remarked + _run(lines, remarked, "+")
        before, after = _paired(lines[at:removed], lines[remarked:added])
        found += [*before, *lines[removed:remarked], *after]
        at = added
    return found


def inside(diff: str) -> list[str]:
    """Give the lines of a diff without the names of its two sides, which say nothing in a card."""
    lines = shown(diff)
    return lines[2:] if is_head(lines[:2]) else lines


def _run(lines: Sequence[str], at: int, sign: str) -> int:
    """Count the lines from a place on that begin with a sign."""
    places = takewhile(lambda place: lines[place].startswith(sign), range(at, len(lines)))
    return sum(1 for _ in places)


def is_head(lines: Sequence[str]) -> bool:
    """Tell whether a diff begins here, with the names of its sides; a changed line may look so."""
    signs = [line[:3] for line in lines[:2]]
    return signs == ["---", "+++"] and (len(lines) == 2 or lines[2].startswith("@@"))


def _paired(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    """Clip removed and added lines, each beside the one that stands in its place."""
    pairs = [_pair(before, after) for before, after in zip_longest(old, new, fillvalue="")]
    return [before for before, _ in pairs if before], [after for _, after in pairs if after]


def _pair(old: str, new: str) -> Stretch:
    if not old or not new:
        return words.clipped(old[: 2 * LONG], LONG), words.clipped(new[: 2 * LONG], LONG)
    if max(len(old), len(new)) <= LONG:
        return old, new
    stretches = [*_stretches(old[1:], new[1:])]
    clipped = [_clipped(stretch, at, len(stretches)) for at, stretch in enumerate(stretches)]
    before, after = map("".join, zip(*clipped, strict=True))
    return f"-{before}", f"+{after}"


def _clipped(stretch: Stretch, at: int, count: int) -> Stretch:
    """Keep of what is the same only what touches a change; of a long change, its two ends."""
    same, other = stretch
    if same != other:
        return _ends(same), _ends(other)
    left, right = AROUND * (at > 0), AROUND * (at < count - 1)
    if len(same) > left + right + 1:
        same = f"{same[:left]}…{same[len(same) - right :]}"
    return same, same


def _ends(text: str) -> str:
    return text if len(text) <= LONG else f"{text[: LONG // 2]}…{text[-LONG // 2 :]}"


def _stretches(old: str, new: str) -> Iterator[Stretch]:
    """Take two lines apart into what is the same and what is not, in words."""
    a, b = _WORDS.findall(old), _WORDS.findall(new)
    begin = _same(a, b)
    end = _same(a[begin:][::-1], b[begin:][::-1])
    yield "".join(a[:begin]), "".join(b[:begin])
    inside_a, inside_b = a[begin : len(a) - end], b[begin : len(b) - end]
    if len(inside_a) * len(inside_b) > MOST_COMPARED:
        yield "".join(inside_a), "".join(inside_b)
    else:
        for _, a1, a2, b1, b2 in SequenceMatcher(None, inside_a, inside_b, False).get_opcodes():
            yield "".join(inside_a[a1:a2]), "".join(inside_b[b1:b2])
    yield "".join(a[len(a) - end :]), "".join(b[len(b) - end :])


def _same(a: Sequence[str], b: Sequence[str]) -> int:
    """Count how many words the two have in common at their beginning."""
    pairs = zip(a, b, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
