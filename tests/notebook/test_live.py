"""The live report: one output, never behind at the end, and no burden to the run."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from wfrepair_magic import events
from wfrepair_magic.events import Event, NodeInfo, RunStarted
from wfrepair_magic.notebook import widget
from wfrepair_magic.notebook.front import Mode, page_came, page_went
from wfrepair_magic.notebook.live import LiveReport
from wfrepair_magic.wire import MIME

A = NodeInfo(id="a", type="shell", wave=0, effect="write")
STORY: list[Event] = [
    RunStarted(run="r1", at=1.0, workflow="digest", session="s1", nodes=(A,)),
    events.NodeStarted(run="r1", node="a", at=1.0),
    events.NodeDone(run="r1", node="a", seconds=0.5, at=1.5),
    events.RunFinished(run="r1", state="SUCCESS", seconds=0.6, at=1.6),
]

PAGE = "the channel of a page"


@pytest.fixture(autouse=True)
def page() -> Iterator[None]:
    """Let a page of ours be there: without one a widget may take the place of updates."""
    page_came(PAGE)
    yield
    page_went(PAGE)


class Widget:
    """A widget in memory, which remembers all that it showed."""

    model_id = "w1"

    def __init__(self, snapshot: Mapping[str, Any]) -> None:
        self.shown: list[Mapping[str, Any]] = []
        self.drawn = threading.Event()
        self.closed = False
        self.snapshot = snapshot

    @property
    def snapshot(self) -> Mapping[str, Any]:
        """What is shown."""
        return self.shown[-1]

    @snapshot.setter
    def snapshot(self, snapshot: Mapping[str, Any]) -> None:
        self.shown.append(snapshot)
        if snapshot["state"] == "RUNNING":
            self.drawn.set()

    def close(self) -> None:
        """Go."""
        self.closed = True


@pytest.fixture
def widgets(monkeypatch: pytest.MonkeyPatch) -> list[Widget]:
    """Let no page be there, but a front end that has widgets; give those that are begun."""
    page_went(PAGE)
    monkeypatch.setattr(widget, "works", lambda: True)
    made: list[Widget] = []

    def begun(snapshot: Mapping[str, Any]) -> Widget:
        made.append(Widget(snapshot))
        return made[-1]

    monkeypatch.setattr(widget, "begun", begun)
    return made


class Output:
    """An output on a screen, which remembers all that it showed; `gate` holds updates back."""

    def __init__(self, bundle: Mapping[str, str], gate: threading.Event | None) -> None:
        self.shown = [bundle]
        self.drawn = threading.Event()
        self.gate = gate

    def update(self, bundle: Mapping[str, str]) -> None:
        """Show something else, once the gate is open."""
        if self.gate is not None:
            self.gate.wait(30)
        self.shown.append(bundle)
        self.drawn.set()


class FakeScreen:
    """A front end in memory."""

    def __init__(self, mode: Mode, gate: threading.Event | None = None) -> None:
        self.mode = mode
        self.widgets = True
        self.gate = gate
        self.outputs: list[Output] = []
        self.asked = False

    def ask_for_widgets(self) -> None:
        """Remember it."""
        self.asked = True

    def begin(self, bundle: Mapping[str, str]) -> Output:
        """Begin an output."""
        self.outputs.append(Output(bundle, self.gate))
        return self.outputs[-1]


def test_a_live_report_is_one_output_that_ends_complete() -> None:
    """There is one output; its last drawing is the finished run, whatever came before."""
    screen = FakeScreen("live")
    with LiveReport(screen) as report:
        for event in STORY:
            report(event)
    (output,) = screen.outputs
    assert output.shown[-1]["text/plain"].startswith("digest · ✓ SUCCESS · 1 of 1 node done")


def test_changes_are_drawn_while_the_run_goes_on() -> None:
    """An event is drawn soon although no other follows: no viewer waits for the next event."""
    screen = FakeScreen("live")
    with LiveReport(screen) as report:
        report(STORY[0])
        report(STORY[1])
        (output,) = screen.outputs
        assert output.drawn.wait(30)
        assert "RUNNING" in output.shown[1]["text/plain"]


def test_a_slow_front_end_does_not_slow_the_run() -> None:
    """Thousands of events pass while one update hangs; they cost one more update, not thousands."""
    gate = threading.Event()
    screen = FakeScreen("live", gate)
    with LiveReport(screen) as report:
        for event in STORY[:2]:
            report(event)
        for step in range(2000):
            report(events.NodeProgress(run="r1", node="a", fraction=step / 2000))
        assert report.state.percent == 99
        gate.set()
        report(STORY[2])
        report(STORY[3])
    assert len(screen.outputs[0].shown) < 20


def test_earlier_runs_say_how_long_it_takes() -> None:
    """Once the workflow's name is known, the time of earlier runs stands in the report; once."""
    asked: list[str] = []

    def usual(workflow: str) -> float:
        asked.append(workflow)
        return 86400.0

    screen = FakeScreen("live")
    with LiveReport(screen, usual=usual) as report:
        report(STORY[0])
        (output,) = screen.outputs
        assert output.drawn.wait(30)
        report(STORY[1])
    assert "about 1 d" in output.shown[1]["text/html"]
    assert asked == ["digest"]


def test_without_a_page_a_widget_is_redrawn(widgets: list[Widget]) -> None:
    """The output stays as it is, with all four forms; at the end the widget leaves it."""
    screen = FakeScreen("live")
    with LiveReport(screen) as report:
        report(STORY[0])
        (shown,) = widgets
        assert shown.drawn.wait(30)
        report(STORY[1])
        (output,) = screen.outputs
        assert len(output.shown) == 1
        assert set(output.shown[0]) == {MIME, widget.MIME, "text/html", "text/plain"}
        for event in STORY[2:]:
            report(event)
    assert [widget.MIME in bundle for bundle in output.shown] == [True, False]
    assert "SUCCESS" in output.shown[-1]["text/plain"]
    assert shown.closed


def test_until_the_front_end_has_answered_updates_are_html(
    widgets: list[Widget], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing stands still where there are no widgets; where they are, one takes its place."""
    monkeypatch.setattr(widget, "works", lambda: False)
    screen = FakeScreen("live")
    with LiveReport(screen) as report:
        assert screen.asked
        report(STORY[0])
        (output,) = screen.outputs
        assert output.drawn.wait(30)
        assert not any(widget.MIME in bundle for bundle in output.shown)
        output.drawn.clear()
        monkeypatch.setattr(widget, "works", lambda: True)
        report(STORY[1])
        assert output.drawn.wait(30)
        assert widget.MIME in output.shown[-1]
    assert widget.MIME not in output.shown[-1]
    assert [each.closed for each in widgets] == [True]


def test_a_page_that_comes_takes_the_place_of_the_widget(widgets: list[Widget]) -> None:
    """From then on the output itself is redrawn."""
    screen = FakeScreen("live")
    with LiveReport(screen) as report:
        page_came(PAGE)
        report(STORY[0])
        (output,) = screen.outputs
        assert output.drawn.wait(30)
        assert widget.MIME not in output.shown[1]
        assert widgets[0].closed


def test_a_widget_can_be_refused(widgets: list[Widget]) -> None:
    """`%config WorkflowMagics.widget = False` leaves the output as HTML that is redrawn."""
    screen = FakeScreen("live")
    screen.widgets = False
    with LiveReport(screen) as report:
        report(STORY[0])
        (output,) = screen.outputs
        assert output.drawn.wait(30)
    assert widgets == []


def test_without_the_widget_s_packages_updates_are_html(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a widget cannot be made the output itself is redrawn, as where there is a page."""
    page_went(PAGE)
    monkeypatch.setattr(widget, "_kind", lambda: None)
    screen = FakeScreen("live")
    with LiveReport(screen) as report:
        report(STORY[0])
        (output,) = screen.outputs
        assert output.drawn.wait(30)
    assert not any(widget.MIME in bundle for bundle in output.shown)


def test_in_batch_mode_only_the_end_is_shown() -> None:
    """Where updates are ignored the finished report is shown, once."""
    screen = FakeScreen("batch")
    with LiveReport(screen) as report:
        for event in STORY:
            report(event)
        assert screen.outputs == []
    (output,) = screen.outputs
    assert len(output.shown) == 1
    assert "SUCCESS" in output.shown[0]["text/plain"]


def test_in_a_terminal_events_are_lines(capsys: pytest.CaptureFixture[str]) -> None:
    """A terminal gets a line for each event that matters, and the report at the end."""
    screen = FakeScreen("terminal")
    with LiveReport(screen) as report:
        for event in STORY:
            report(event)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["◐ a running", "✓ a done · 0.5 s"]
    assert "digest · ✓ SUCCESS · 1 of 1 node done · 0.6 s" in lines
    assert screen.outputs == []


@pytest.mark.parametrize("mode", ["live", "batch", "terminal"])
def test_quiet_shows_nothing(mode: Mode, capsys: pytest.CaptureFixture[str]) -> None:
    """`--quiet` silences the report everywhere, and the state is kept all the same."""
    screen = FakeScreen(mode)
    with LiveReport(screen, quiet=True) as report:
        for event in STORY:
            report(event)
    assert screen.outputs == []
    assert capsys.readouterr().out == ""
    assert report.state.state == "SUCCESS"


@pytest.mark.parametrize("mode", ["live", "batch", "terminal"])
def test_a_refused_run_leaves_no_report(mode: Mode, capsys: pytest.CaptureFixture[str]) -> None:
    """A run that was refused before its first event leaves an empty output, or none."""
    screen = FakeScreen(mode)
    with pytest.raises(ValueError, match="refused"), LiveReport(screen):
        raise ValueError("refused")
    assert [output.shown[-1]["text/plain"] for output in screen.outputs] in ([], [""])
    assert capsys.readouterr().out == ""
