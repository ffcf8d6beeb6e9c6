"""Which name was meant: a loose measure for hints, and the strict rule that repairs obey."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from .opposites import opposed

LEAD: Final = 2
"""By how many edits a strict match must be nearer than every other name."""

_LONGEST: Final = 100
"""Longer words are only ever matched by folded equality: an edit distance costs their square."""

_MOST_LISTED: Final = 8
_SEPARATORS: Final = re.compile(r"[\s_.\-]+")
_DIGITS: Final = re.compile(r"\d+")


@dataclass(frozen=True)
class Match:
    """The one name that a word strictly matches.

    `distance` is in edits (0: `folded`, equal but for case and separators).
    """

    name: str
    distance: int
    folded: bool


@lru_cache(maxsize=4096)
def folded(word: str) -> str:
    """Fold case and separators: ``userName``, ``user_name`` and ``User-Name`` become one."""
    return _SEPARATORS.sub("", word).casefold()


def distance(one: str, other: str, limit: int = _LONGEST) -> int:
    """Count the edits between two words (Damerau-Levenshtein), or give `limit` + 1 if more.

    An edit inserts, deletes or replaces a character, or swaps two neighbours.
    """
    if one == other:
        return 0
    if _at_least(one, other) > limit:
        return limit + 1
    return min(_damerau_levenshtein(one, other), limit + 1)


def _at_least(one: str, other: str) -> int:
    """Give a quick lower bound: the lengths' difference, or letters that only one of them has."""
    if max(len(one), len(other)) > _LONGEST:
        return _LONGEST + 1
    mine, theirs = _letters(one), _letters(other)
    return max(abs(len(one) - len(other)), len(mine - theirs), len(theirs - mine))


@lru_cache(maxsize=4096)
def _letters(word: str) -> frozenset[str]:
    return frozenset(word)


def _damerau_levenshtein(one: str, other: str) -> int:
    """Fill the table of Lowrance and Wagner, with one border row and column more."""
    most = len(one) + len(other)
    table = [[most] * (len(other) + 2) for _ in range(len(one) + 2)]
    for row in range(len(one) + 1):
        table[row + 1][1] = row
    for column in range(len(other) + 1):
        table[1][column + 1] = column
    last_row: dict[str, int] = {}
    for row, char in enumerate(one, 1):
        last_column = 0
        for column, another in enumerate(other, 1):
            swap_row, swap_column = last_row.get(another, 0), last_column
            if char == another:
                last_column = column
            table[row + 1][column + 1] = min(
                table[row][column] + (char != another),
                table[row + 1][column] + 1,
                table[row][column + 1] + 1,
                table[swap_row][swap_column] + row - swap_row + column - swap_column - 1,
            )
        last_row[char] = row
    return table[-1][-1]


def strict_match(word: str, names: Iterable[str]) -> Match | None:
    """Find the one name that `word` must mean, or None: a wrong name is worse than none.

    Either exactly one name is equal after folding; or none is, and one lies within 1 edit (a
    word of 4 to 8 characters) or 2 edits (from 9 on) and leads every other by 2 edits or more.
    Names whose digits differ never match (`line2` is no slip for `line1`), nor do opposites.
    """
    others = [name for name in dict.fromkeys(names) if name != word]
    equal = [name for name in others if folded(name) == folded(word) and folded(word)]
    if equal:
        return Match(equal[0], 0, folded=True) if len(equal) == 1 else None
    allowed = 0 if len(word) < 4 else 1 if len(word) < 9 else 2
    if not allowed or len(word) > _LONGEST:
        return None
    ranked = sorted((distance(word, name, allowed + LEAD), name) for name in others)
    return _leading(word, ranked, allowed)


def _leading(word: str, ranked: Sequence[tuple[int, str]], allowed: int) -> Match | None:
    if not ranked or ranked[0][0] > allowed:
        return None
    best, name = ranked[0]
    if _DIGITS.findall(word) != _DIGITS.findall(name) or opposed(word, name):
        return None
    # A rival gets the benefit of the doubt: it may be nearer once case and separators go.
    rivals = (
        min(measured, distance(folded(word), folded(other), measured))
        for measured, other in ranked[1:]
    )
    return (
        Match(name, best, folded=False) if all(edits - best >= LEAD for edits in rivals) else None
    )


def nearest(word: str, names: Collection[str]) -> str | None:
    """Find the name that is most like `word`, for a hint; None where nothing is like it.

    Folded equality comes first, then the fewest edits, then likeness as a whole.
    """
    plain = folded(word)
    if not plain or len(plain) > _LONGEST:
        return next((name for name in names if name != word and folded(name) == plain), None)
    allowed = min(max(1, len(plain) // 3), len(plain) - 1)
    best, found = allowed + 1, None
    for name in names:
        edits = distance(plain, folded(name), best - 1) if name != word else best
        if edits < best:
            best, found = edits, name
        if best == 0:
            break
    return found or _alike(word, plain, names)


def _alike(word: str, plain: str, names: Collection[str]) -> str | None:
    by_folded = {folded(name): name for name in names if name != word and len(name) <= _LONGEST}
    close = difflib.get_close_matches(plain, by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def did_you_mean(word: str, names: Collection[str], what: str = "there are") -> str:
    """Write the hint for a word that is none of `names`: the nearest one, else a few of them."""
    name = nearest(word, names)
    if name is not None:
        return f"did you mean `{name}`?"
    if not names:
        return ""
    shown = [f"`{name}`" for name in list(names)[:_MOST_LISTED]]
    more = ", …" if len(names) > _MOST_LISTED else ""
    return f"{what} {', '.join(shown)}{more}"
