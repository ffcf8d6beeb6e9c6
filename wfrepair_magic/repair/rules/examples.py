"""What a rule promises by example: a text before and after, from which its tests are made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from ...ir.spec import NodeSpec
from ..fix import LevelName

GAP: Final = "@@"
"""Stands in the text of a scene where its examples differ."""


@dataclass(frozen=True)
class Scene:
    """What examples have in common: a workflow's text with a gap, and what is at hand for it.

    `outputs` are those of the nodes that have completed, `inputs` the values given; `last_text`
    is the text of the last good run and `last_outputs` what its nodes gave; `types` are node
    types that the text needs.
    """

    text: str = GAP
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    last_text: str = ""
    last_outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    types: tuple[NodeSpec, ...] = ()

    def having(self, **outputs: Mapping[str, Any]) -> Scene:
        """Give the same scene with these outputs of its nodes."""
        return replace(self, outputs=outputs)

    def safe(self, wrong: str, right: str, says: str) -> Example:
        """Promise that `wrong` becomes `right` at SAFE, with `says` in the evidence."""
        return self._example(wrong, right, says, "SAFE")

    def ask(self, wrong: str, right: str, says: str) -> Example:
        """Promise that `wrong` becomes `right` at ASK, with `says` in the evidence."""
        return self._example(wrong, right, says, "ASK")

    def leave(self, wrong: str, says: str) -> Example:
        """Promise that `wrong` is left alone, with `says` in the reason."""
        return self._example(wrong, None, says, None)

    def _example(
        self, wrong: str, right: str | None, says: str, level: LevelName | None
    ) -> Example:
        after = None if right is None else self.text.replace(GAP, right)
        return Example(self.text.replace(GAP, wrong), after, says, level, self)


@dataclass(frozen=True)
class Example:
    """A workflow that has one problem, and what the rule makes of it.

    `before` is the author's text and `after` the repaired one, or None where the rule gives no
    edit.  `says` is a piece of the evidence, or of the reason.
    """

    before: str
    after: str | None
    says: str
    level: LevelName | None
    scene: Scene


GREETING: Final = Scene("""\
nodes:
  - id: user
    type: value
  - id: send
    type: value
    params:
      text: "Hello ${user.body@@}!"  # as they like it
""")
"""Reads a field of what a node before gave."""

THREE: Final = Scene("""\
nodes:
  - {id: fetch, type: shell, params: {command: ls}}
  - {id: summarize, type: shell, params: {command: ls}}
  - {id: notify, type: shell, params: {command: ls}}
edges:
  - @@  # then
""")
"""Nodes that an edge may join."""
