"""Names what of the outside a function reads by itself, as far as its code says so visibly.

A pure function is reused as long as its key is the same, and what it reads by itself – a
variable of the environment, a file, the clock, chance, a module by a name made up on the way – is
in no key.  Nothing can be proved here: what is hidden in a library is not seen.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Final

from .known_code import References

DOORS: Final = frozenset(
    {
        "os.environ", "os.environb", "os.getenv", "os.getenvb",
        "importlib.import_module", "builtins.__import__",
        "builtins.open", "io.open", "_io.open",
        "time.time", "time.time_ns", "datetime.datetime.now", "datetime.datetime.today",
        "datetime.datetime.utcnow", "datetime.date.today",
        "random", "secrets", "uuid.uuid1", "uuid.uuid4",
    }
)  # fmt: skip
"""Names, with all that is below them, by which Python code reads the outside."""
SEEDED: Final = frozenset({"random.Random"})
FILES: Final = frozenset({"builtins.open", "io.open", "_io.open"})

Found = tuple[str, str, str]
"""Where in the code, what is written there, and which of DOORS it is."""


def doors(references: References, namespace: Mapping[str, Any], where: str) -> Iterator[Found]:
    """Find what a function reads of the outside; `namespace` holds its globals."""
    for head, *rest in references.names:
        meant = _meant(namespace[head], head) if head in namespace else ("builtins", head)
        yield from _door(where, (head, *rest), (*meant, *rest))
    for level, module, names in references.imports:
        for name in names if level == 0 else ():
            yield from _door(where, (name,), (module, name))
    for chain in references.inside:
        yield from _door(where, chain, chain)


def outside_notices(found: Iterable[Found], files_declared: bool) -> list[str]:
    """Say of each function what it reads that is not in its key; declared files may be opened."""
    by_place: dict[str, dict[str, None]] = {}
    for where, written, door in found:
        if not (files_declared and door in FILES):
            by_place.setdefault(where, {})[f"`{written}`"] = None
    return [
        f"{where} reads {', '.join(names)}, and what that gives is not in the key of this pure"
        " node: hand it over as a param, or say `effect: read`"
        for where, names in by_place.items()
    ]


def _meant(value: object, name: str) -> tuple[str, ...]:
    """Give the full name of what a global is bound to; a user's own is called otherwise."""
    if isinstance(value, ModuleType):
        return (value.__name__,)
    if value is os.environ:
        return ("os.environ",)
    if isinstance(getattr(value, "__self__", None), random.Random):
        return ("random", name)
    module, qualified = (getattr(value, key, None) for key in ("__module__", "__qualname__"))
    return (module, qualified) if isinstance(module, str) and isinstance(qualified, str) else ()


def _door(where: str, written: Iterable[str], meant: Iterable[str]) -> Iterator[Found]:
    """Give a name that reads the outside, as far as that is one of the names that do."""
    parts = ".".join(meant).split(".")
    prefixes = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
    door = next((prefix for prefix in prefixes if prefix in DOORS), None)
    if door is not None and not SEEDED & set(prefixes):
        shown = ".".join(written)
        yield where, shown, door
