"""The matching rule with its evidence: which existing name a written one stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ...ir.names import Match, distance, nearest, strict_match
from ..fix import Level, wilson
from .base import Fact

# Measured on 380 API object shapes, of which 2,049 fields were removed one by one: how often the
# rule rightly found nothing.  (It mends 91.4 % of one-edit typos, and of 7,500 fields renamed to
# a synonym it takes none for another.)
FOLDED_PRECISION: Final = wilson(2049, 2049)
STRICT_PRECISION: Final = wilson(2024, 2049)

SHOWN: Final = 6
"""So many names are listed in a sentence."""


@dataclass(frozen=True)
class Meant:
    """The one name that a written one stands for, and the fact that says so."""

    name: str
    fact: Fact


def meant(
    written: str, names: Sequence[str], whose: str, level: Level | None = None
) -> Meant | None:
    """Find the name that `written` stands for by the strict rule; None means abstain.

    `whose` completes the evidence: "keys of fetch.response", "node types".  `level` is what may
    be done; None: SAFE where the two are equal but for case and separators, else ASK.
    """
    found = strict_match(written, names)
    if found is None:
        return None
    if not found.folded:
        lead = _lead(written, found, names, whose)
        return Meant(found.name, Fact(lead, level or Level.ASK, STRICT_PRECISION))
    only = (
        f"is the only one of {len(names)} {whose} that" if len(names) > 1 else "alone is there, and"
    )
    text = f"`{found.name}` {only} equals `{written}` after folding case and separators"
    return Meant(found.name, Fact(text, level or Level.SAFE, FOLDED_PRECISION))


def _lead(written: str, found: Match, names: Sequence[str], whose: str) -> str:
    """Say how far the winner is, and how far behind it the next name lies."""
    away = f"`{found.name}` is at distance {found.distance} from `{written}`"
    rivals = {name: distance(written, name) for name in names if name not in (found.name, written)}
    if not rivals:
        return f"{away}; there are no other {whose}"
    second = min(rivals, key=lambda name: rivals[name])
    return f"{away}; the next nearest of {len(names)} {whose}, `{second}`, is {rivals[second]} away"


def no_match(written: str, names: Sequence[str], what: str, there: str = "there are") -> str:
    """Say that no name is near enough, which one is nearest by a looser measure, and which are."""
    return f"no {what} can be taken for `{written}`{near(written, names)}; {there} {listing(names)}"


def near(written: str, names: Sequence[str]) -> str:
    """Say which name is the nearest by a looser measure: to be read, never to be applied."""
    close = nearest(written, names)
    return f"; the nearest is `{close}`, and that is not sure" if close else ""


def listing(names: Sequence[str]) -> str:
    """List names in a sentence, the first few of them."""
    if not names:
        return "nothing"
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
    rest = len(names) - SHOWN
    return f"{shown} and {rest} more" if rest > 0 else shown
