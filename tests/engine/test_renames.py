"""Receipts of one key are a multiset: whatever nodes are called and wherever they stand."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from pathlib import Path

from fakes import EffectLog
from hypothesis import given, settings
from hypothesis import strategies as st

from wfrepair_magic import Context, Workflow, node, run

MEMORY = Path("/dev/shm")
"""Where files need not reach a disk."""

RUNS = st.lists(
    st.lists(st.tuples(st.sampled_from("xyz"), st.booleans()), max_size=5), min_size=1, max_size=6
)
"""What is to be sent in each run, in which order; each by a node that was there, or a new one."""


@settings(max_examples=60)
@given(runs=RUNS)
def test_a_message_is_sent_as_often_as_it_stood_there_at_once(
    runs: list[list[tuple[str, bool]]],
) -> None:
    """Renamed, moved, copied, deleted and put back: no message too many, and none too few."""
    sent: list[tuple[str, str]] = []

    @node
    def send(text: str, ctx: Context) -> None:
        sent.append((text, ctx.idempotency_key))

    fresh = (f"n{number}" for number in itertools.count())
    most: Counter[str] = Counter()
    before: list[tuple[str, str]] = []
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        for wanted in runs:
            nodes = []
            for text, is_kept in wanted:
                kept = [id for id, said in before if said == text and (id, text) not in nodes]
                nodes.append((kept[0] if kept and is_kept else next(fresh), text))
            written = [{"id": id, "type": "send", "params": {"text": text}} for id, text in nodes]
            idle = {"id": "idle", "type": "value"}
            done = run(Workflow.build([*written, idle]), name="w", store=Path(folder) / "s")
            assert done.state == "SUCCESS"
            most |= Counter(text for text, _ in wanted)
            before = nodes
            assert Counter(text for text, _ in sent) == most
    assert len({key for _, key in sent}) == len(sent)


def test_ids_that_change_hands_send_nothing_again(store: Path, tmp_path: Path) -> None:
    """Numbered anew with a node before them, or swapped: who said what before, does not say it."""
    log = EffectLog(tmp_path / "said.log")

    def workflow(**said: str) -> str:
        return "nodes:\n" + "".join(
            f'  - {{id: {id}, type: shell, params: {{command: "echo {word} >> {log.path}"}}}}\n'
            for id, word in said.items()
        )

    def states(**said: str) -> list[str]:
        done = run(workflow(**said), name="w", store=store)
        return [one.state for one in done.nodes.values()]

    assert states(n1="A", n2="B") == ["done", "done"]
    assert states(n1="NEW", n2="A", n3="B") == ["done", "reused", "reused"]
    assert states(n1="B", n2="A", n3="NEW") == ["reused"] * 3
    assert log.counts() == {"A": 1, "B": 1, "NEW": 1}
    assert states(n1="B", n2="A", n3="A", n4="A") == ["reused", "reused", "done", "done"]
    assert log.counts() == {"A": 3, "B": 1, "NEW": 1}
