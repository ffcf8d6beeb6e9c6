"""The looks of one pass at effects in doubt: each is taken beside the loop, by `verify`."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

from ..failure import Failure
from ..ir.spec import NodeSpec
from ..nodes.base import Context, NodeType
from ..nodes.checks import Seen, look
from .backend import Ended
from .job import Job, Running
from .ledger import Receipt
from .prepare import Prepared


@dataclass(frozen=True)
class Look:
    """A look at an effect in doubt, and what a person is asked if it tells nothing.

    `running` and `failure` are the execution of this pass that left the doubt; None for one
    that was found.
    """

    prepared: Prepared
    receipt: Receipt
    question: str
    running: Running | None = None
    failure: Failure | None = None


@dataclass(frozen=True)
class Looked:
    """How a look ended."""

    look: Look
    seen: Seen


class Looks:
    """The looks that are under way; `post` brings each end of one to the loop."""

    def __init__(self, job: Job, post: Callable[[Looked], None]) -> None:
        self._job = job
        self._post = post
        self._cancelled = threading.Event()
        self.under_way: dict[str, Look] = {}

    def cancel(self) -> None:
        """End what is looked at; the ends of those looks are not waited for."""
        self._cancelled.set()

    def begin(self, asked: Look) -> None:
        """Look at the other side on a thread of its own."""
        node, site = asked.prepared.step.node, self._job.site
        assert node.verify is not None
        self.under_way[node.id] = asked
        params = {"kind": node.verify.kind, "what": site.redactor.reveal(asked.prepared.look)}
        context = dataclasses.replace(site.context(node.id), cancelled=self._cancelled)
        future = self._job.backend.submit(_LOOK, params, context)
        future.add_done_callback(lambda future: self._post(Looked(asked, self._seen(future))))

    def end(self, looked: Looked) -> bool:
        """Take a look off the list; False where nobody waits for it any more."""
        id = looked.look.prepared.step.node.id
        if self.under_way.get(id) is not looked.look:
            return False
        del self.under_way[id]
        return True

    def _seen(self, future: Future[Ended]) -> Seen:
        ended, hide = future.result(), self._job.site.redactor.hide_text
        if ended.action is None:
            return Seen("unknown", hide(f"{type(ended.error).__name__}: {ended.error}"))
        seen: Seen = ended.action.outputs["seen"]
        return Seen(seen.verdict, hide(seen.said))


def _look(params: Mapping[str, Any], ctx: Context) -> dict[str, Any]:
    return {"seen": look(params["kind"], params["what"], ctx)}


_LOOK: Final = NodeType(
    NodeSpec("verify", effect="read", open=True), _look, context_param="ctx", takes_mapping=True
)
