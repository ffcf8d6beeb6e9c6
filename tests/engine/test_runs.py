"""What was run, and where its text came from, is known after a restart."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from wfrepair_magic.engine.ledger import Ledger
from wfrepair_magic.engine.owner import me
from wfrepair_magic.engine.runs import (
    RunRecord,
    Text,
    find_run,
    finish_run,
    last_run,
    lineage,
    record_run,
    repaired_run,
    runs,
    text_of,
)
from wfrepair_magic.errors import EngineBug, StoreError

TEXT = Text("d1", "nodes: []  # \ud800 \U0001f600\n")
RUN = RunRecord("r1", "w", "s1", "d1", '{"channel": "x"}', "{}", me(), 5.0)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a new ledger."""
    opened = Ledger.open(tmp_path / "store")
    yield opened
    opened.close()


def test_a_run_is_remembered_with_its_text(ledger: Ledger) -> None:
    """The next kernel finds the last run, how it ended, and what it ran."""
    assert last_run(ledger, "w") is None
    record_run(ledger, RUN, TEXT)
    again = Ledger.open(ledger.folder)
    assert last_run(again, "w") == RUN
    finish_run(again, "r1", "FAILED")
    found = last_run(again, "w")
    assert found is not None
    assert found.ended is not None
    assert found == dataclasses.replace(RUN, state="FAILED", ended=found.ended)
    assert text_of(again, found.digest).text == "nodes: []  # \\ud800 \U0001f600\n"
    again.close()


def test_a_repaired_run_is_resumed_with_its_repaired_text(ledger: Ledger) -> None:
    """The text that a run went on with is the one that the next kernel finds."""
    record_run(ledger, RUN, TEXT)
    repaired_run(ledger, "r1", Text("d2", "repaired", "d1", "[]", "TPL03"))
    assert last_run(ledger, "w") == dataclasses.replace(RUN, digest="d2")
    assert [text.digest for text in lineage(ledger, "d2")] == ["d2", "d1"]


def test_runs_are_listed_newest_first(ledger: Ledger) -> None:
    """The order is that of their beginning, whatever the clock said."""
    for number, (workflow, started) in enumerate([("a", 9.0), ("b", 1.0), ("a", 3.0)]):
        run = dataclasses.replace(RUN, id=f"r{number}", workflow=workflow, started=started)
        record_run(ledger, run, TEXT)
    assert [run.id for run in runs(ledger, 2)] == ["r2", "r1"]
    assert [run.id for run in runs(ledger, 9)] == ["r2", "r1", "r0"]
    found = last_run(ledger, "b")
    assert found is not None
    assert found == find_run(ledger, "r1")
    assert find_run(ledger, "r9") is None


def test_a_text_knows_what_it_was_made_from(ledger: Ledger) -> None:
    """A repaired text leads back to the one its author wrote; what was said first stays."""
    record_run(ledger, RUN, TEXT)
    repaired_run(ledger, "r1", Text("d2", "b", "d1", '[{"slot": []}]', "TPL03"))
    repaired_run(ledger, "r1", Text("d3", "c", "d2", "[]", "model"))
    repaired_run(ledger, "r1", Text("d3", "c", "", "", "author"))
    found = [(text.digest, text.origin) for text in lineage(ledger, "d3")]
    assert found == [("d3", "model"), ("d2", "TPL03"), ("d1", "author")]
    assert lineage(ledger, "d9") == []


def test_a_lineage_that_turns_back_ends(ledger: Ledger) -> None:
    """An edit that restores an earlier text makes no endless list."""
    record_run(ledger, RUN, Text("d1", "a", "d2"))
    repaired_run(ledger, "r1", Text("d2", "b", "d1"))
    assert [text.digest for text in lineage(ledger, "d1")] == ["d1", "d2"]


def test_what_was_never_written_down_is_said(ledger: Ledger) -> None:
    """A text that nobody kept, and a run that never began, are errors."""
    with pytest.raises(StoreError, match="does not hold the text d9"):
        text_of(ledger, "d9")
    with pytest.raises(EngineBug, match="no run r9"):
        finish_run(ledger, "r9", "SUCCESS")
    with pytest.raises(EngineBug, match="no run r9"):
        repaired_run(ledger, "r9", TEXT)
    with pytest.raises(EngineBug, match="run r1 is of text d1"):
        record_run(ledger, RUN, Text("d2", "other"))
