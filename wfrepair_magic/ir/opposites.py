"""Names that look alike and mean opposite things: ``max_price`` is no slip for ``min_price``."""

from __future__ import annotations

import re
from itertools import permutations
from typing import Final

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^\WA-Z_]+")

_OPPOSITES: Final = tuple(frozenset(group.split()) for group in (
    "min max", "minimum maximum", "first last", "old new", "start stop end", "begin end", "on off",
    "in out", "up down", "to from", "src dst", "source target", "left right", "top bottom",
    "hi lo", "high low", "open close", "add remove", "get set put", "inc dec", "asc desc",
    "read write", "before after", "prev next", "pre post", "lat lon lng", "upper lower",
    "inner outer", "his her", "major minor", "credit debit", "payer payee", "employer employee",
    "push pull", "send receive", "sent received", "accept except", "yes no", "am pm", "all any",
    "us eu uk gb de fr es it nl pt br jp cn kr in ca au ap na sa me", "en de fr es it nl pt ja zh",
    "usd eur gbp aud cad nzd hkd", "s ms us ns", "b kb mb gb tb", "mm cm km", "mg kg", "kwh mwh",
    "mon tue wed thu fri sat sun", "monday tuesday wednesday thursday friday saturday sunday",
    "jan feb mar apr may jun jul aug sep oct nov dec", "march may june july",
))  # fmt: skip
"""Words of which two from one line never stand for each other."""

_TURNS: Final = tuple(pair.split("|") for pair in (
    "|un", "|non", "|in", "|im", "|ir", "|il", "|dis", "|de", "|re", "|pre", "|sub", "|not", "|no",
    "in|ex", "im|ex", "in|out", "in|de", "en|de", "en|dis", "up|down", "over|under", "pre|post",
))  # fmt: skip
"""Beginnings of words, the first of a pair perhaps none, that turn what follows them."""

_STEM: Final = 3
"""So many letters at least follow such a beginning, or stand for themselves inside a word."""

_GLUED: Final = tuple(
    pair
    for group in _OPPOSITES
    for pair in permutations(sorted(group), 2)
    if min(map(len, pair)) >= _STEM
)


def opposed(one: str, other: str) -> bool:
    """Whether two names differ by a known opposite, by a region, a unit or a letter for its own."""
    mine, theirs = ([part.casefold() for part in _WORD.findall(name)] for name in (one, other))
    pairs = [*zip(mine, theirs, strict=True)] if len(mine) == len(theirs) else []
    whole = ("".join(mine), "".join(theirs))
    return any(_are_opposed(*pair) for pair in (*pairs, whole))


def _are_opposed(one: str, other: str) -> bool:
    """Whether two words are opposites, or begin or end as such: ``maxsize``, ``unsafe``."""
    if one == other:
        return False
    if len(one) == len(other) == 1 or any({one, other} <= group for group in _OPPOSITES):
        return True
    if any(_begin(one, other, *pair) or _begin(other, one, *pair) for pair in _TURNS):
        return True
    return any(_begin(one, other, *pair) or _end(one, other, *pair) for pair in _GLUED)


def _begin(one: str, other: str, mine: str, theirs: str) -> bool:
    """Whether two words differ in nothing but how they begin."""
    rest = one[len(mine) :]
    return one.startswith(mine) and len(rest) >= _STEM and other == theirs + rest


def _end(one: str, other: str, mine: str, theirs: str) -> bool:
    """Whether two words differ in nothing but how they end."""
    rest = one.removesuffix(mine)
    return one.endswith(mine) and len(rest) >= _STEM and other == rest + theirs
