"""The HTML report: every fact of the text report, no script, nothing unescaped, small enough."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from wfrepair_magic import events
from wfrepair_magic.events import Event, NodeInfo, RunStarted, Suggestion
from wfrepair_magic.failure import Failure
from wfrepair_magic.monitor.state import RunState, replay
from wfrepair_magic.notebook import tables
from wfrepair_magic.notebook.report import COMMANDS, bundle, html
from wfrepair_magic.problem import Problem

EVIL = "<img src=x onerror=alert(1)>\"'&</td><script>alert(2)</script>"
VOID = {"img", "br", "hr"}


class Page(HTMLParser):
    """Reads a fragment: its tags, the text that a reader sees, and whether every tag is closed."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.seen = ""
        self.attributes: list[tuple[str, str | None]] = []
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag and its attributes."""
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect what is shown."""
        if "style" not in self.open:
            self.seen += data


def run_of(*story: Event, ids: tuple[str, ...] = ("a", "b", "c"), purpose: str = "") -> RunState:
    """Fold a run of shell nodes."""
    nodes = tuple(
        NodeInfo(id=id, type="shell", wave=0, effect="write", purpose=purpose) for id in ids
    )
    start = RunStarted(run="r1", at=100.0, workflow="digest", session="s1", nodes=nodes)
    return replay((start, *story))


PROBLEM = Problem("error", "TPL02", "nodes[1].params.x", 7, 12, "no `userName`", "`user_name`?")
FAILURE = Failure("b", "TPL02", "template", "change", "no", True, "no `userName`", (PROBLEM,))
FIX = Suggestion(
    number=1, code="TPL02", level="ASK", title="rename it", why="equal but for case",
    evidence=("a gave user_name",), diff="--- w\n+++ w\n-x: old\n+x: new\n", rung="V2",
    preview={"a": "reused", "b": "runs", "c": "would send again"},
)  # fmt: skip
FAILED = run_of(
    events.NodeReused(node="a", age=11000, saved=2.41),
    events.NodeBroke(node="b", failure=FAILURE),
    events.NodeSkipped(node="c", reason="upstream failed"),
    events.RunFinished(state="FAILED", seconds=0.63, failures=(FAILURE,)),
    events.FixesFound(suggestions=(FIX,), abstained=("c: nothing is known",)),
)


def page(state: RunState, last: bool = True) -> Page:
    """Draw a state and read it."""
    return Page(html(state, 105.0, COMMANDS, last))


def test_a_failed_run_tells_everything() -> None:
    """State, node, cause, hint, place, fix, evidence, diff, preview and command are all there."""
    seen = page(FAILED).seen
    for fact in (
        "✗ FAILED", "digest", "1 of 3 nodes done", "↻ reused", "3 h ago, saved 2.4 s",
        "no `userName`", "TPL02", "→ `user_name`?", "at line 7, column 12", "upstream failed",
        "Fix 1", "rename it", "equal but for case", "a gave user_name", "-x: old", "+x: new",
        "reused: a", "would send again: c", "%workflow apply 1", "no fix: c: nothing is known",
    ):  # fmt: skip
        assert fact in seen, fact


def test_states_are_told_by_icon_and_word() -> None:
    """Nothing is told by colour alone."""
    state = run_of(
        events.NodeReused(node="a", age=1, saved=0),
        events.NodeInDoubt(node="b", question="was it sent?"),
        events.NodeStarted(node="c"),
    )
    seen = page(state).seen
    for told in ("↻ reused", "? in doubt", "◐ running", "◐ RUNNING", "was it sent?"):
        assert told in seen


def test_a_waiting_run_shows_its_commands() -> None:
    """What can be clicked elsewhere stands there as text."""
    state = run_of(
        events.NodeInDoubt(node="b", question="?"), events.RunFinished(state="WAITING", seconds=1)
    )
    seen = page(state).seen
    assert "%workflow resolve b sent|not-sent" in seen
    assert "%workflow resume" in seen


def test_progress_is_told_to_everybody() -> None:
    """While a run goes on a progress element carries percent and a label; then it goes."""
    state = run_of(events.NodeReused(node="a", age=1, saved=0))
    running = page(state, last=False)
    assert ("value", "33") in running.attributes
    assert ("aria-label", "progress of the run") in running.attributes
    assert "progress" not in page(FAILED).tags


def evil_story() -> RunState:
    """Put hostile text into every place that takes text of users, workflows and nodes."""
    problem = Problem("warning", EVIL, EVIL, 1, 1, EVIL, EVIL)
    failure = Failure(EVIL, EVIL, "exception", "change", "no", True, EVIL, (problem,), hint=EVIL)
    fix = Suggestion(
        number=1, code=EVIL, level=EVIL, title=EVIL, why=EVIL, evidence=(EVIL,),
        diff=f"+{EVIL}\n-{EVIL}\n {EVIL}", rung=EVIL, preview={EVIL: EVIL}, origin=EVIL,
    )  # fmt: skip
    info = NodeInfo(id=EVIL, type=EVIL, wave=0, effect="write", purpose=EVIL)
    return replay(
        [
            RunStarted(run=EVIL, workflow=EVIL, session=EVIL, nodes=(info,)),
            events.Notice(text=EVIL, node=EVIL),
            events.NodeStarted(node=EVIL),
            events.NodeProgress(node=EVIL, fraction=0.5, message=EVIL),
            events.NodeDone(node=EVIL, seconds=1, note=EVIL, action=EVIL),
            events.Checked(problems=(problem, PROBLEM)),
            events.FixApplied(suggestion=fix, by=EVIL),
            events.FixesFound(suggestions=(fix,), abstained=(EVIL,)),
            events.RunFinished(state="WAITING", seconds=1, failures=(failure,)),
            events.OwnerAwaited(owner=EVIL),
        ]
    )


@pytest.mark.parametrize("last", [True, False])
def test_nothing_of_others_becomes_markup(last: bool) -> None:
    """Hostile text in every place is shown as text: no tag, no attribute, no unclosed element."""
    read = page(evil_story(), last)
    assert not {"script", "img"} & {*read.tags}
    assert not [name for name, _ in read.attributes if name.startswith("on") or name == "src"]
    assert read.open == []


def test_lists_escape_too() -> None:
    """Tables of runs and types show hostile names as text."""
    read = Page(tables.table((EVIL,), [(EVIL,)], title=EVIL)["text/html"])
    assert not {"script", "img"} & {*read.tags}
    assert read.open == []


def test_reports_need_no_script_and_no_other_host() -> None:
    """A report is complete in itself: no script, no link, no import, no picture."""
    drawn = html(FAILED, 0.0, COMMANDS, last=True)
    assert not re.search(r"<script|javascript:|https?://|@import|url\(", drawn)
    assert set(Page(drawn).tags) <= {
        "div", "style", "span", "strong", "table", "thead", "tbody", "tr", "th", "td", "b", "i",
        "p", "code", "details", "summary", "ul", "li", "pre", "ins", "del", "progress",
    }  # fmt: skip


def test_every_colour_has_a_fallback() -> None:
    """Outside JupyterLab, where no `--jp-` variable is set, every colour still has a value."""
    drawn = html(FAILED, 0.0, COMMANDS, last=True)
    for use in re.findall(r"var\(--(?:jp|vscode)-[\w-]+(.)", drawn):
        assert use == ","


def test_an_update_of_200_nodes_is_small() -> None:
    """An update under way stays below 20 kB, and still shows what is urgent."""
    ids = tuple(f"a_rather_long_node_name_{number}" for number in range(200))
    story: list[Event] = [events.NodeStarted(node=id) for id in ids]
    story += [events.NodeDone(node=id, seconds=1.5, note="x" * 300) for id in ids[:-1]]
    state = run_of(*story, ids=ids)
    drawn = bundle(state, 200.0, COMMANDS, last=False)
    assert len("".join(drawn.values()).encode()) < 20_000
    assert ids[-1] in drawn["text/html"]
    assert "more: 160 done" in drawn["text/html"]


def test_a_finished_report_is_complete() -> None:
    """When the run has ended all of 200 nodes are shown."""
    ids = tuple(f"n{number}" for number in range(200))
    assert len(re.findall("<th scope=row", html(run_of(ids=ids), 0.0, COMMANDS, last=True))) == 200


def test_text_and_html_come_together() -> None:
    """A bundle has both forms, so that every front end shows something."""
    drawn = bundle(FAILED, 0.0, COMMANDS, last=True)
    assert set(drawn) == {"text/plain", "text/html"}
    assert drawn["text/plain"].startswith("digest · ✗ FAILED")
