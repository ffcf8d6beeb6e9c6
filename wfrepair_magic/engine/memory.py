"""What a run remembers: results by content and receipts by session, behind one question."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from ..failure import Failure, from_document, to_document
from ..nodes.base import Action
from .backend import Ended
from .doubts import Doubt, doubt_text
from .envelope import Kept, pack, pack_bare
from .last_keys import LastKeys
from .ledger import Ledger, Place, Receipt
from .owner import Owner, alive
from .plan import Step
from .prepare import Prepared, without_files
from .receipts import DONE
from .secrets import NO_SECRETS, Redactor
from .standing import Standing
from .store import Store

STRAGGLERS: set[tuple[str, int]] = set()
"""Executions that this process gave up waiting for and that still run, by (store, receipt)."""

UNKEPT: dict[tuple[str, str], Kept] = {}
"""Results without a codec, by (store, key or receipt): they live as long as this process."""


UNREAD = "(unread)"
"""The action under which an effect is kept whose answer could not be used; no edge has it."""


@dataclass(frozen=True)
class Reusable:
    """A kept result stands in for running the node."""

    kept: Kept


@dataclass(frozen=True)
class Free:
    """Nothing is kept: the node may run.  `expect` is the failed receipt that it replaces."""

    expect: int | None = None


@dataclass(frozen=True)
class Lost:
    """The effect is done, but its result could not be kept beyond the process that had it."""

    receipt: Receipt


@dataclass(frozen=True)
class FailedBefore:
    """The same effect already reported its failure in this very run."""

    failure: Failure


@dataclass(frozen=True)
class Unread:
    """The effect is done, and its answer could not be used: it fails the same way again."""

    failure: Failure


Found = Reusable | Free | Doubt | Lost | FailedBefore | Unread


@dataclass(frozen=True)
class Memory:
    """The store and the ledger as one run of one session sees them.

    `slots` are the ids of the workflow's nodes: a receipt whose slot is not among them, or is of a
    node that says something else now, belongs to a node that was renamed or moved, and may be
    taken by another of the same key.
    `standing` knows whether what an effect did is still there; without it, all is.  `redactor`
    knows the secrets that must not go to disk.
    """

    store: Store
    ledger: Ledger
    workflow: str
    session: str
    run: str
    owner: Owner
    slots: frozenset[str]
    rerun: set[str] = field(default_factory=set)
    standing: Standing | None = None
    redactor: Redactor = NO_SECRETS

    @property
    def last_keys(self) -> LastKeys:
        """What each node of this workflow was keyed with when it ran last."""
        return LastKeys(self.store, self.workflow)

    def why(self, prepared: Prepared) -> tuple[str, ...]:
        """Say why a node runs that ran before; empty where nothing is known of that."""
        if prepared.step.node.id in self.rerun:
            return ("you asked for it again (--rerun)",)
        return self.last_keys.why(prepared, self.session)

    def find(
        self, prepared: Prepared, scope: Mapping[str, Any], *, look_only: bool = False
    ) -> Found:
        """Say what is kept for a node.  `look_only` changes nothing on disk.

        `scope` is what templates may see now: whether an effect still stands depends on what
        the nodes after it have done.
        """
        if prepared.key is None:
            return Free()
        step, id = prepared.step, prepared.step.node.id
        if step.reuse.by == "content":
            if id in self.rerun or self._fell(prepared, None, scope):
                return Free()
            return self._by_content(step, prepared.key)
        receipt = self._receipt(prepared, scope, not look_only)
        earlier = self._as_read(prepared, scope) if receipt is None else None
        if earlier is not None:
            prepared = earlier
            receipt = self._receipt(prepared, scope, not look_only)
        if receipt is None:
            return self._other_doubt(step, None) or Free()
        again = receipt.state in DONE and (id in self.rerun or self._fell(prepared, receipt, scope))
        found = Free() if again else self._judge(receipt, step, look_only)
        doubt = self._other_doubt(step, receipt) if isinstance(found, Free) else None
        if again and doubt is None and not look_only:
            self.ledger.supersede(self._place(prepared))
        return doubt or found

    def _fell(self, prepared: Prepared, receipt: Receipt | None, scope: Mapping[str, Any]) -> bool:
        """Whether what the node did, as far as it has done it, is not there any more."""
        standing = self.standing
        return standing is not None and not standing.holds(prepared, receipt, scope, self)

    def _receipt(self, prepared: Prepared, scope: Mapping[str, Any], move: bool) -> Receipt | None:
        """Find the receipt of a node, also where another node bears the id that it had then."""
        place, standing = self._place(prepared), self.standing
        found = self.ledger.find(place, self.slots, move=move)
        if found is not None or standing is None:
            return found
        holders = self.ledger.holders(place)
        free = {slot for slot in holders if standing.is_another(slot, place.key, scope)}
        return self.ledger.find(place, self.slots - free, move=move) if free else None

    def _as_read(self, prepared: Prepared, scope: Mapping[str, Any]) -> Prepared | None:
        """Give the node with its files as it read them, if only later nodes changed them."""
        standing = self.standing
        return None if standing is None else standing.as_read(prepared, scope, self)

    def latest(self, node: str) -> Receipt | None:
        """Give the newest receipt of a node, under any key, whose effect happened."""
        return self.ledger.previous(self.session, node)

    def counting(self, prepared: Prepared) -> Receipt | None:
        """Give the receipt that counts for a node with these params; nothing is changed."""
        return self.ledger.find(self._place(prepared), self.slots, move=False)

    def recall(self, prepared: Prepared) -> Kept | None:
        """Give what a node gave last with these params, whatever has become of its files."""
        if prepared.key is None:
            return None
        if prepared.step.reuse.by == "content":
            return self._kept_by_content(prepared.key)
        receipt = self.latest(prepared.step.node.id)
        kept = receipt.kept if receipt is not None else None
        same = kept and without_files(kept.params) == without_files(prepared.digests)
        return kept if same else None

    def _other_doubt(self, step: Step, own: Receipt | None) -> Doubt | None:
        """Look whether what the node did before it was edited is in doubt."""
        if step.effect == "write":
            for receipt in self.ledger.open_questions(self.session):
                if receipt.slot == step.node.id and (own is None or receipt.id != own.id):
                    cause = "before its last edit its outcome was lost"
                    return Doubt(receipt, doubt_text(step.node.id, cause))
        return None

    def _place(self, prepared: Prepared) -> Place:
        return Place(self.workflow, self.session, prepared.key or "", prepared.step.node.id)

    def _by_content(self, step: Step, key: str) -> Found:
        kept = self._kept_by_content(key)
        return Free() if kept is None or _expired(kept, step) else Reusable(kept)

    def _kept_by_content(self, key: str) -> Kept | None:
        return self.store.get(key) or UNKEPT.get((str(self.store.folder), key))

    def _judge(self, receipt: Receipt, step: Step, look_only: bool) -> Found:
        match receipt.state:
            case "SUCCEEDED" if receipt.kept is not None and receipt.kept.action == UNREAD:
                return Unread(_failed_as(step, receipt.kept.outputs["failure"]))
            case "SUCCEEDED" | "RESOLVED_SENT":
                kept = receipt.kept or self._unkept(receipt)
                if kept is None:  # what was only read can be read again
                    return Lost(receipt) if step.effect == "write" else Free(receipt.id)
                return Free(receipt.id) if _expired(kept, step) else Reusable(kept)
            case "STARTED":
                return self._judge_started(receipt, step, look_only)
            case "IN_DOUBT":
                return self._doubt(receipt, receipt.question)
            case "FAILED_REPORTED" if receipt.run == self.run and receipt.failure is not None:
                return FailedBefore(_failed_as(step, receipt.failure))
            case _:
                return Free(receipt.id)

    def _unkept(self, receipt: Receipt) -> Kept | None:
        """Give the result that only this process has, unless another one has replaced it."""
        kept = UNKEPT.get((str(self.store.folder), str(receipt.id)))
        bare = receipt.bare
        return kept if kept and bare and kept.made_at == bare.made_at else None

    def _judge_started(self, receipt: Receipt, step: Step, look_only: bool) -> Found:
        if (str(self.store.folder), receipt.id) in STRAGGLERS:
            question = f"{step.node.id} is still running from an earlier run"
            return Doubt(receipt, question, live=True)
        if receipt.owner is not None and receipt.owner != self.owner and alive(receipt.owner):
            question = f"{step.node.id} is being run by process {receipt.owner.pid}"
            return Doubt(receipt, question, live=True)
        question = doubt_text(step.node.id, "the process that ran it is gone")
        if not look_only:
            self.ledger.doubt(receipt.id, question)
        return self._doubt(receipt, question)

    def _doubt(self, receipt: Receipt, question: str) -> Doubt:
        """Ask about the very effect that the node would have now."""
        return Doubt(receipt, question, self.ledger.first_attempt(receipt), own=True)

    def previous(self, node: str) -> Mapping[str, str] | None:
        """Give the digests of the params that an effect of this node last succeeded with."""
        receipt = self.latest(node)
        if receipt is None:
            return None
        kept = receipt.kept or receipt.bare
        return kept.params if kept is not None else {}

    def claim(self, prepared: Prepared, expect: int | None) -> tuple[Receipt, bool]:
        """Write the intent to disk before the effect; says whether this run won the claim.

        The results that it follows from go before it: lost and made again, they could differ, and
        the effect would be another one.
        """
        self.store.flush()
        return self.ledger.claim(self._place(prepared), self.run, self.owner, expect)

    def resend(self, receipt: Receipt) -> Receipt | None:
        """Claim an effect in doubt once more, under its idempotency key; None: it is settled."""
        return self.ledger.resend(receipt.id, self.run, self.owner)

    def keep(self, prepared: Prepared, ended: Ended, receipt: Receipt | None) -> bool:
        """Put a result on disk; False where only this process has it.

        It has no codec, or it holds a secret where no reference can stand.
        """
        if prepared.key is None or ended.action is None:
            return prepared.key is not None
        kept = _kept(prepared, ended.action, ended.seconds)
        if prepared.step.reuse.by == "content":
            return self._keep_by_content(prepared.key, kept)
        raw = None if self.redactor.finds(kept.outputs) else pack(kept, prepared.key)
        number = self._receive(prepared, receipt, raw or pack_bare(kept, prepared.key))
        if raw is None:
            UNKEPT[str(self.store.folder), str(number)] = kept
        return raw is not None

    def _keep_by_content(self, key: str, kept: Kept) -> bool:
        if not self.redactor.finds(kept.outputs) and self.store.put(key, kept):
            return True
        UNKEPT[str(self.store.folder), key] = kept
        return False

    def _receive(self, prepared: Prepared, receipt: Receipt | None, raw: bytes) -> int:
        if receipt is not None:
            self.ledger.succeed(receipt.id, raw)
            return receipt.id
        return self.ledger.record(self._place(prepared), self.run, self.owner, raw).id

    def ran(self, prepared: Prepared) -> None:
        """Keep with what key a node ran, for `why`; after its end, which must not wait for this."""
        if prepared.key is not None:
            self.last_keys.note(prepared, self.session)

    def failed(self, receipt: Receipt, failure: Failure) -> None:
        """Write down that a claimed effect reported its failure, or that nothing was sent."""
        self.ledger.fail(receipt.id, failure.effect == "no", to_document(failure))

    def unread(self, prepared: Prepared, receipt: Receipt, failure: Failure) -> None:
        """Write down that a claimed effect happened, and that its answer cannot be used.

        It is never done again by itself, and it fails the same way until the node is edited.
        """
        action = Action(UNREAD, {"failure": to_document(failure)})
        ended = Ended(failure.node, 1, 0.0, action)
        self.keep(prepared, ended, receipt)
        self.ran(prepared)

    def doubted(self, receipt: Receipt, question: str) -> None:
        """Write down that a claimed effect's outcome was lost."""
        self.ledger.doubt(receipt.id, question)

    def leave_behind(self, prepared: Prepared, receipt: Receipt, future: Future[Ended]) -> None:
        """Let an execution that nobody waits for any more say its own end, when it comes to it.

        Until then its claim stays open, with this process as its live owner.
        """
        straggler = (str(self.store.folder), receipt.id)
        STRAGGLERS.add(straggler)

        def end(future: Future[Ended]) -> None:
            with contextlib.closing(Ledger.open(self.store.folder)) as ledger:
                late = dataclasses.replace(self, ledger=ledger)
                ended = None if future.cancelled() else future.result()
                if ended is not None and ended.action is not None:
                    late.keep(prepared, ended, receipt)
                else:
                    question = doubt_text(prepared.step.node.id, "it ended after its time")
                    late.doubted(receipt, question)
            STRAGGLERS.discard(straggler)

        future.add_done_callback(end)


def _kept(prepared: Prepared, action: Action, seconds: float) -> Kept:
    return Kept(
        outputs=dict(action.outputs),
        action=action.name,
        made_at=time.time(),
        seconds=seconds,
        params=dict(prepared.digests),
    )


def _expired(kept: Kept, step: Step) -> bool:
    lifetime = step.reuse.lifetime
    return lifetime is not None and abs(time.time() - kept.made_at) > lifetime  # clocks go back


def _failed_as(step: Step, document: Mapping[str, Any]) -> Failure:
    """Give a failure that was kept as that of this node, which may be called otherwise by now."""
    return dataclasses.replace(from_document(document), node=step.node.id)
