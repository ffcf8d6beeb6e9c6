"""What a store remembers of its runs: which there were, and how each ended."""

from __future__ import annotations

from pathlib import Path

from wfrepair_magic import events, run
from wfrepair_magic.session import recent_runs

ONE = "nodes: [{id: a, type: value, params: {x: 1}}]"


def test_runs_are_listed_latest_first(store: Path) -> None:
    """A list tells which workflow ran, how that ended and when; the limit holds."""
    run(ONE, name="one", store=store)
    run(ONE.replace("value", "valu"), name="two", store=store)
    latest, first = recent_runs(store)
    assert (first.workflow, first.state) == ("one", "SUCCESS")
    assert (latest.workflow, latest.state) == ("two", "FAILED")
    assert first.ended is not None and first.started <= first.ended <= latest.started
    assert [record.workflow for record in recent_runs(store, 1)] == ["two"]


def test_a_run_under_way_has_no_end(store: Path) -> None:
    """While a run goes on, and after its process died, its record has neither state nor end."""
    seen = []

    def look(event: events.Event) -> None:
        if isinstance(event, events.NodeStarted):
            seen.extend((record.state, record.ended) for record in recent_runs(store))

    run(ONE, name="one", store=store, sinks=(look,))
    assert seen == [("", None)]


def test_where_nothing_ran_nothing_is_made(tmp_path: Path) -> None:
    """A store that is not there has no runs, and is not there afterwards."""
    assert recent_runs(tmp_path / "nowhere") == []
    assert not (tmp_path / "nowhere").exists()
