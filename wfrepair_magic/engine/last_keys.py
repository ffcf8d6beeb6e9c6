"""With what key each node of a workflow ran last, and what has changed in it since."""

from __future__ import annotations

from dataclasses import dataclass

from ..ir.durations import spelled
from .keys import digest
from .plan import Step
from .prepare import Prepared
from .store import Store
from .why import Keyed, changes


@dataclass(frozen=True)
class LastKeys:
    """The readable keys of a workflow's nodes in a store, each as it was when the node ran."""

    store: Store
    workflow: str

    def note(self, prepared: Prepared, session: str) -> None:
        """Keep the key of a node that has just run, as a person can read it."""
        known = prepared.readable
        document = {"document": known.document, "shown": known.shown, "session": session}
        self.store.note(self._name(prepared.step), document)

    def why(self, prepared: Prepared, session: str) -> tuple[str, ...]:
        """Say why a node runs that ran before: each part of its key that changed, old and new.

        Empty where nothing is known of an earlier execution.
        """
        known = self.store.about(self._name(prepared.step))
        if known is None or prepared.key is None:
            return ()
        then = Keyed(known["document"], known["shown"])
        found = tuple(map(str, changes(then, prepared.readable)))
        return found or (_unchanged(prepared.step, known["session"] == session),)

    def _name(self, step: Step) -> str:
        return digest(["the last key of", self.workflow, step.node.id])


def _unchanged(step: Step, same_session: bool) -> str:
    """Say why a node runs whose key is what it was."""
    if not same_session and step.reuse.by == "session":
        return "its key is what it was, and this is a new session"
    if step.reuse.lifetime is not None:
        return f"what it gave lasts {spelled(step.reuse.lifetime)}, and is older by now"
    return "its key is what it was, and what it did or gave is not there any more"
