"""What may be done without asking: a Policy chooses among fixes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from ..engine.result import Preview
from ..errors import BadWorkflow
from ..ir.names import nearest
from ..settings import LIMITS
from .fix import Fix, Level

Mode = Literal["off", "explain", "hint", "suggest", "safe", "auto"]
MODES: Final[tuple[Mode, ...]] = get_args(Mode)

APPLIED_FROM: Final = "V1"
"""The rung that a fix must have reached to be applied unasked.

A fix stays at V1 only where other errors of the check keep everything from being resolved; one
that dry resolution (V2) speaks against is dropped.
"""

KNOWN_FROM: Final = "V2"
"""The rung from which it is known what the next run would do."""


@dataclass(frozen=True)
class Policy:
    """How far repair may go by itself.

    `off` nothing · `explain` diagnosis only · `suggest` fixes are shown, none is applied ·
    `safe` what is SAFE is applied · `auto` also what is at ASK, where every node that would run
    is pure or only reads.  What would let the workflow do more than before (`Fix.gains`) is never
    applied unasked.  `attempts` bounds how often a repaired workflow is run by itself.
    """

    mode: Mode = "suggest"
    attempts: int = LIMITS.repair_attempts

    @classmethod
    def off(cls) -> Policy:
        """Neither diagnose nor repair."""
        return cls("off")

    @classmethod
    def explain(cls) -> Policy:
        """Diagnose, and propose nothing."""
        return cls("explain")

    @classmethod
    def suggest(cls) -> Policy:
        """Show fixes and apply none."""
        return cls("suggest")

    @classmethod
    def safe(cls) -> Policy:
        """Apply what is SAFE, and show the rest."""
        return cls("safe")

    @classmethod
    def auto(cls) -> Policy:
        """Apply what is SAFE, and what is at ASK where nothing with an effect would run."""
        return cls("auto")

    @classmethod
    def parse(cls, text: str) -> Policy:
        """Read a policy's name, as `--repair` takes it.

        Raises BadWorkflow for `hint`, which is not supported yet, and for what is no policy.
        """
        mode = next((mode for mode in MODES if mode == text), None)
        if mode == "hint":
            raise BadWorkflow("repair policy 'hint' is not supported yet; use 'suggest'")
        if mode is not None:
            return cls(mode)
        known = [name for name in MODES if name != "hint"]
        close = nearest(text, known)
        hint = f"did you mean {close!r}?" if close else f"there are {', '.join(known)}"
        raise BadWorkflow(f"no repair policy {text!r}; {hint}")

    @property
    def diagnoses(self) -> bool:
        """Whether failures are looked into at all."""
        return self.mode != "off"

    @property
    def proposes(self) -> bool:
        """Whether fixes are looked for."""
        return self.mode in ("suggest", "safe", "auto")

    def allows(self, fix: Fix) -> bool:
        """Whether a fix may be applied without asking."""
        if self.mode not in ("safe", "auto") or fix.gains:
            return False
        if fix.level == Level.SAFE.name:
            return fix.rung >= APPLIED_FROM
        asks = fix.level == Level.ASK.name and fix.rung >= KNOWN_FROM
        return self.mode == "auto" and asks and not fix.sends


def choose(policy: Policy, fixes: Sequence[Fix]) -> Fix | None:
    """Give the fix to apply unasked: of those that the policy allows, the one that repairs most.

    Among equals the better one, which stands first, wins; None where nothing is allowed.
    """
    return max(
        (fix for fix in fixes if policy.allows(fix)),
        key=lambda fix: len(fix.repairs),
        default=None,
    )


def effective_level(
    level: Level, edited: Mapping[str, frozenset[str]], preview: Preview
) -> tuple[Level, str]:
    """Lower a rule's level by what the next run would do to the world, and say why.

    `edited` maps each node that the fix edits to the params in which it does.  A SAFE fix is
    asked about if a node with an effect would run with more of its resolved input changed than
    the repaired params, or would do again what it has already done once.
    """
    if level < Level.SAFE:
        return level, ""
    for node, changed in preview.changed.items():
        more = [param for param in changed if param not in edited.get(node, frozenset())]
        if more:
            names = ", ".join(f"`{param}`" for param in more)
            return Level.ASK, f"not applied unasked: {node} would send with another {names} too"
    again = [
        f"{node} would send again{_with_another(preview.changed.get(node, ()))}"
        for node, verdict in preview.verdicts.items()
        if verdict == "would send again"
    ]
    return (Level.ASK, f"not applied unasked: {'; '.join(again)}") if again else (level, "")


def _with_another(params: Sequence[str]) -> str:
    """Say what differs from what was sent."""
    return f", with another {', '.join(f'`{param}`' for param in params)}" if params else ""


def sending(preview: Preview) -> tuple[str, ...]:
    """Name the nodes with effects that would run."""
    return tuple(
        node
        for node, verdict in preview.verdicts.items()
        if verdict in ("would send", "would send again", "would resend", "would verify")
    )
