"""Durations as authors write them: seconds, or text such as ``30s``, ``5m``, ``1h30m``."""

from __future__ import annotations

import math
import re
from typing import Final

LONGEST: Final = 100 * 366 * 86_400.0
"""The longest duration there is, in seconds (a hundred years); clocks overflow beyond it."""

FORMS: Final = 'a number of seconds, or text such as "30s", "5m", "1h"'

_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_PART: Final = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,9})?)(ms|s|m|h|d)")
_WHOLE: Final = re.compile(rf"(?:{_PART.pattern})+")

PATTERN: Final = f"^{_WHOLE.pattern}$"
"""How a duration is written as text."""


def spelled(seconds: float) -> str:
    """Write a duration as authors do, in whole seconds from a second on: ``1d2h``, ``90ms``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    parts, left = [], round(seconds)
    for unit, size in (("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)):
        count, left = divmod(left, size)
        parts += [f"{count}{unit}"] if count else []
    return "".join(parts[:2])


def seconds(value: object) -> float | None:
    """Give a duration in seconds; None for what is none.  Zero and less are given as they are."""
    if isinstance(value, str):
        if not _WHOLE.fullmatch(value):
            return None
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(value))
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    return None if math.isnan(number) else number
