"""Whether a node's receipt still holds on disk, where later nodes of the workflow work, too.

An effect: the node type looks (`NodeType.stands`) whether the file that was written is there, and
holds the same.  A reading: the content of the files belongs to the key.  What a later node of the
workflow did to a file on purpose – moved it, wrote it anew, added to it – takes nothing from the
earlier effect or reading, as long as that later node's own receipt counts, too.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from ..ir.templates import UNDECIDED
from ..nodes.base import Context
from .envelope import Kept
from .plan import Plan, Step
from .prepare import Prepared, Site, prepare, read_then, resolve, with_files
from .receipts import DONE, Receipt


class Records(Protocol):
    """The receipts of one session, as a pass sees them."""

    def latest(self, node: str) -> Receipt | None:
        """Give the newest receipt of a node, under any key, whose effect happened."""

    def counting(self, prepared: Prepared) -> Receipt | None:
        """Give the receipt that counts for a node with these params; nothing is changed."""

    def recall(self, prepared: Prepared) -> Kept | None:
        """Give what a node gave last with these params, whatever has become of its files."""


class Standing:
    """What one pass knows of effects that leave something behind; `plan` is the pass's."""

    def __init__(self, plan: Plan, site: Site) -> None:
        self._plan = plan
        self._site = site
        self._steps = {id: step for id, step in plan.steps.items() if step.type.touches}
        self._touched: dict[str, list[tuple[int, str]]] | None = None
        self._assumed: dict[str, Any] | None = None

    def holds(
        self,
        prepared: Prepared,
        receipt: Receipt | None,
        scope: Mapping[str, Any],
        records: Records,
    ) -> bool:
        """Say whether a completed effect stands, or could not be had again in any case.

        `scope` is what templates may see now; `receipt` is None for a result by content.
        """
        if self._stands(prepared, receipt, scope, records):
            return True
        repeatable = prepared.step.type.repeatable
        return repeatable is not None and not repeatable(*self._asked(prepared))

    def as_read(
        self, prepared: Prepared, scope: Mapping[str, Any], records: Records
    ) -> Prepared | None:
        """Give a node as it is keyed with its files as it read them.

        None unless all that has become of them since was done by later nodes of the workflow.
        """
        if not self._steps or not prepared.step.reads_files:
            return None
        receipt = records.latest(prepared.step.node.id)
        kept = receipt and (receipt.kept or receipt.bare)
        if receipt is None or not kept:
            return None
        then, now = read_then(kept.params), prepared.document["files"]
        changed = [name for name in {**then, **now} if then.get(name) != now.get(name)]
        explained = changed and all(
            self._explains(self._path(name, prepared), then.get(name), receipt, scope, records)
            for name in changed
        )
        return with_files(prepared, then) if explained else None

    def is_another(self, slot: str, key: str, scope: Mapping[str, Any]) -> bool:
        """Whether the node that bears an id now is surely not one of that key.

        What it waits for may be open, or what it reads may have changed: then nobody knows.
        """
        step = self._plan.steps.get(slot)
        if step is None or step.reads_files:
            return False
        prepared = self._prepared(step, scope)
        return prepared is not None and prepared.key != key

    def _path(self, name: str, prepared: Prepared) -> Path:
        """Give where a file lies, or lay when its pattern still found it."""
        found = prepared.files.get(name)
        context = self._site.context(prepared.step.node.id)
        return found or context.folder / str(self._site.redactor.reveal(name))

    def _asked(self, prepared: Prepared) -> tuple[Mapping[str, Any], Context]:
        params = self._site.redactor.reveal(prepared.params)
        return params, self._site.context(prepared.step.node.id)

    def _stands(
        self,
        prepared: Prepared,
        receipt: Receipt | None,
        scope: Mapping[str, Any],
        records: Records,
    ) -> bool:
        look = prepared.step.type.stands
        if look is None or look(*self._asked(prepared)):
            return True
        return receipt is not None and self._was_passed_on(prepared.step, receipt, scope, records)

    def _was_passed_on(
        self, step: Step, receipt: Receipt, scope: Mapping[str, Any], records: Records
    ) -> bool:
        return receipt.kept is not None and any(
            self._later(path, receipt, scope, records) is not None for path in _paths(step, receipt)
        )

    def _explains(
        self,
        path: Path,
        then: str | None,
        receipt: Receipt,
        scope: Mapping[str, Any],
        records: Records,
    ) -> bool:
        """Whether a file that held `then` (a digest) holds what a later node made of it."""
        later = self._later(str(path), receipt, scope, records)
        if later is None or not self._comes_after(later.step.node.id, receipt.slot):
            return False  # what a node before it changes is news to a reader
        added = later.step.type.added
        more = added(self._asked(later)[0]) if added is not None else None
        return more is None or _before(path, more) == then

    def _later(
        self, path: str, receipt: Receipt, scope: Mapping[str, Any], records: Records
    ) -> Prepared | None:
        """Find the node that changed a file after a receipt, and whose own receipt counts."""
        if self._touched is None:
            self._touched = self._index(records)
        since = [each for each in self._touched.get(path, ()) if each[0] > receipt.id]
        if not since:
            return None
        seen = {**self._assume(scope, records), **_decided(scope)}
        if receipt.kept is not None:
            seen[receipt.slot] = receipt.kept.outputs
        found = (
            self._counting(self._steps[other], number, seen, records)
            for number, other in sorted(since, reverse=True)
        )
        return next((prepared for prepared in found if prepared is not None), None)

    def _comes_after(self, later: str, earlier: str) -> bool:
        seen, open_ = {later}, [later]
        while open_:
            for id in self._plan.steps[open_.pop()].waits_for:
                if id == earlier:
                    return True
                if id not in seen:
                    seen.add(id)
                    open_.append(id)
        return False

    def _assume(self, scope: Mapping[str, Any], records: Records) -> Mapping[str, Any]:
        """Say what templates see if every node gives what it gave last; once a pass.

        A later node may have taken its params from nodes that have not been decided about.
        """
        if self._assumed is None:
            self._assumed = {**scope, **dict.fromkeys(self._plan.steps, UNDECIDED)}
            for id in (id for wave in self._plan.waves for id in wave):
                prepared = self._prepared(self._plan.steps[id], self._assumed)
                kept = None if prepared is None else records.recall(prepared)
                if kept is not None:
                    self._assumed[id] = kept.outputs
        return self._assumed

    def _prepared(self, step: Step, scope: Mapping[str, Any]) -> Prepared | None:
        resolution = resolve(step, scope)
        known = resolution.complete and not resolution.gone
        prepared = prepare(step, resolution, self._site) if known else None
        return prepared if isinstance(prepared, Prepared) and prepared.key is not None else None

    def _index(self, records: Records) -> dict[str, list[tuple[int, str]]]:
        """Find for each file which receipts say that their node changed it; once a pass."""
        found: dict[str, list[tuple[int, str]]] = {}
        for id, step in self._steps.items():
            receipt = records.latest(id)
            if receipt is not None:
                for path in _paths(step, receipt):
                    found.setdefault(path, []).append((receipt.id, id))
        return found

    def _counting(
        self, other: Step, number: int, scope: Mapping[str, Any], records: Records
    ) -> Prepared | None:
        """Give a later node if it is what it was when it changed the file, and that stands."""
        prepared = self._prepared(other, scope)
        receipt = None if prepared is None else records.counting(prepared)
        if prepared is None or receipt is None:
            return None
        counts = receipt.id == number and receipt.state in DONE
        return prepared if counts and self._stands(prepared, receipt, scope, records) else None


def _decided(scope: Mapping[str, Any]) -> dict[str, Any]:
    return {head: value for head, value in scope.items() if value is not UNDECIDED}


def _before(path: Path, added: bytes) -> str | None:
    """Give the digest of what a file held before something was added; None if it was not."""
    try:
        found = path.read_bytes()
    except OSError:
        return None
    if not found.endswith(added):
        return None
    return hashlib.sha256(found[: len(found) - len(added)]).hexdigest()


def _paths(step: Step, receipt: Receipt) -> tuple[str, ...]:
    if step.type.touches is None or receipt.kept is None:
        return ()
    return step.type.touches(receipt.kept.outputs)
