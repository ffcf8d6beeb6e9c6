"""The HTML report: every fact of the text report, no script, nothing unescaped, small enough."""

from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser

import pytest
from stories import EVIL, FAILED, FAILURE, FIX, evil_story, lattice, run_of

from wfrepair_magic import events
from wfrepair_magic.failure import Failure
from wfrepair_magic.monitor.state import RunState
from wfrepair_magic.notebook import tables
from wfrepair_magic.notebook.report import COMMANDS, bundle, html
from wfrepair_magic.notebook.style import STYLE
from wfrepair_magic.wire import MIME
from wfrepair_magic.wire.measure import FEW

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


def page(state: RunState, last: bool = True) -> Page:
    """Draw a state and read it."""
    return Page(html(state, 105.0, COMMANDS, last))


def test_a_failed_run_tells_everything() -> None:
    """State, node, cause, hint, place, fix, evidence, diff, preview and command are all there."""
    seen = page(FAILED).seen
    for fact in (
        "✗ FAILED", "digest", "1 of 3 nodes done", "↻ reused · 3 h ago", "saved 2.4 s",
        "no `userName`", "TPL02", "→ `user_name`?", "place line 7, column 12", "upstream failed",
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
    for told in ("↻ reused · just now", "? in doubt", "◐ running", "◐ RUNNING", "was it sent?"):
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
    """While a run goes on a progress bar carries percent and a label; then it goes."""
    state = run_of(events.NodeReused(node="a", age=1, saved=0))
    running = page(state, last=False)
    for attribute in (
        ("role", "progressbar"), ("aria-valuemin", "0"), ("aria-valuemax", "100"),
        ("aria-valuenow", "33"), ("value", "33"), ("aria-label", "progress of the run"),
    ):  # fmt: skip
        assert attribute in running.attributes
    assert "progress" not in page(FAILED).tags


@pytest.mark.parametrize("waves", [2, 12])
@pytest.mark.parametrize("last", [True, False])
def test_nothing_of_others_becomes_markup(last: bool, waves: int) -> None:
    """Hostile text in every place is shown as text: no tag, no attribute, no unclosed element."""
    read = page(evil_story(waves), last)
    assert "svg" in read.tags
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
        "p", "code", "details", "summary", "ul", "li", "pre", "ins", "del", "progress", "dl", "dt",
        "dd", "svg", "title", "desc", "path", "g", "rect", "text", "tspan",
    }  # fmt: skip


def test_every_colour_has_a_fallback() -> None:
    """Outside JupyterLab, where no `--jp-` variable is set, every colour still has a value."""
    drawn = html(FAILED, 0.0, COMMANDS, last=True)
    for use in re.findall(r"var\(--(?:jp|vscode)-[\w-]+(.)", drawn):
        assert use == ","


@pytest.mark.parametrize(
    ("size", "wide"),
    [(8, 1), (10, 3), (20, 3), (30, 4), (30, 12), (31, 5), (200, 1), (200, 10)],
)
def test_an_update_is_small(size: int, wide: int) -> None:
    """An update under way stays below 20 kB, and still shows what is urgent."""
    state = lattice(size, wide)
    drawn = bundle(state, 200.0, COMMANDS, last=False)
    assert len(json.dumps(drawn, ensure_ascii=False).encode()) < 20_000
    assert state.failures[0].node in drawn["text/html"]
    assert ("more: " in drawn["text/html"]) == (size > FEW)


def test_an_update_after_a_repair_is_small() -> None:
    """Under way a fix that went in is named; its diff, however long, is told at the end."""
    diff = "--- w\n+++ w\n" + "".join(f"-line {n}\n+line {n}!\n" for n in range(400))
    fix = events.FixApplied(suggestion=dataclasses.replace(FIX, diff=diff), by="you")
    state = dataclasses.replace(lattice(200, 10), applied=(fix,))
    live = bundle(state, 200.0, COMMANDS, last=False)
    assert len(json.dumps(live, ensure_ascii=False).encode()) < 20_000
    for form in ("text/plain", "text/html"):
        assert "fixed: rename it" in live[form]
        assert "line 399!" in bundle(state, 200.0, COMMANDS, last=True)[form]


def test_a_finished_report_is_complete() -> None:
    """When the run has ended all of 200 nodes are there, most of them folded away."""
    ids = tuple(f"n{number}" for number in range(200))
    drawn = html(run_of(ids=ids), 0.0, COMMANDS, last=True)
    assert len(re.findall("<th scope=row", drawn)) == 200
    assert len(re.findall("<th scope=row", drawn.partition("<details>")[0])) == FEW
    assert "… and 184 more: 184 pending" in drawn


def test_a_run_under_way_says_how_long_it_takes() -> None:
    """The time of earlier runs stands beside the elapsed one, until there is a time of its own."""
    state = dataclasses.replace(run_of(), usual=8.0)
    assert "5.0 s of about 8.0 s" in page(state, last=False).seen
    assert "6.0 s" not in page(dataclasses.replace(FAILED, usual=6.0)).seen


def test_a_failure_names_its_node_once() -> None:
    """Many messages begin with the node's name, which stands there already."""
    message = "node `b`, param `content`: `${a.x}` does not resolve"
    failure = dataclasses.replace(FAILURE, message=message)
    state = run_of(
        events.NodeBroke(node="b", failure=failure),
        events.RunFinished(state="FAILED", seconds=1, failures=(failure,)),
    )
    assert "✗ b · param `content`: `${a.x}` does not resolve → `user_name`?" in page(state).seen
    assert "node `b`" not in page(state).seen


def test_a_failure_gives_its_facts() -> None:
    """Code, category, type, what helps, the effect and inputs are there, long ones folded."""
    failure = dataclasses.replace(
        FAILURE, error_type="KeyError", effect="in_doubt", attempts=3, detail="Traceback…",
        reported={"exit_code": 3}, input_shapes={"rows": "list(2)", "stdin": "null"},
    )  # fmt: skip
    read = page(run_of(events.RunFinished(state="FAILED", seconds=1, failures=(failure,))))
    for fact in (
        "code TPL02 – a field differs in case or separator", "category template", "type KeyError",
        "helps an edit of the workflow", "effect in doubt", "tries 3", "inputs rows: list(2)",
        "exit_code: 3\nTraceback…",
    ):  # fmt: skip
        assert fact in read.seen, fact
    assert "null" not in read.seen
    assert {"dl", "dt", "dd", "details"} <= {*read.tags}


def test_a_changed_line_that_looks_like_the_head_of_a_diff_is_marked() -> None:
    """Only where the names of the two sides stand is nothing marked."""
    drawn = tables.changes("t", "--- a\n+++ b\n@@ -1,2 +1,2 @@\n--- x\n+++ y\n-z\n")["text/html"]
    assert "<pre>--- a\n+++ b\n<i>@@" in drawn
    assert "<del>--- x\n</del><ins>+++ y\n</ins><del>-z\n</del>" in drawn


def test_a_long_message_is_told_once() -> None:
    """The table and the abstention get a clipped line, the red block about twelve; all unfolds."""
    message = "first words " + " ".join(f"word{number}" for number in range(2000)) + " last words"
    failure = Failure("a", "PY07", "exception", "change", "reported", False, message)
    state = run_of(
        events.NodeBroke(node="a", failure=failure),
        events.RunFinished(state="FAILED", seconds=0, failures=(failure,)),
        events.FixesFound(suggestions=(), abstained=(f"PY07 at a: {message}",)),
    )
    drawn = html(state, 105.0, COMMANDS, True)
    folded = drawn[drawn.index("<pre>") : drawn.index("</pre>")]
    assert message in folded
    shown = Page(drawn.replace(folded, "<pre>")).seen
    assert len(shown) < 2000 and "last words" not in shown
    text = bundle(state, 105.0, COMMANDS, True)["text/plain"]
    assert text.count("word1999") == 1 and text.count("first words") == 3


def test_a_diff_keeps_its_signs() -> None:
    """Added and removed lines are marked by sign and by element; the names of the sides go."""
    drawn = html(FAILED, 0.0, COMMANDS, last=True)
    assert "<del>-x: old\n</del><ins>+x: new\n</ins>" in drawn
    assert "--- w" not in drawn


def test_what_happens_twice_is_marked() -> None:
    """An effect that would happen again stands out in the preview, with a sign."""
    assert "! would send again: c" in page(FAILED).seen


def test_questions_stand_below_the_table() -> None:
    """What a person is asked is told in full, without the node's name twice, before the command."""
    asked = events.NodeInDoubt(node="b", question="b: the process is gone. Was it sent?")
    state = run_of(asked, events.RunFinished(state="WAITING", seconds=1))
    seen = page(state).seen
    assert "a person must say" in seen
    assert seen.index("? b · the process is gone.") < seen.index("%workflow resolve b")


def test_the_report_reads_without_its_style() -> None:
    """Where style and pictures are taken away, the words of the graph stay hidden."""
    drawn = html(lattice(8, 2), 0.0, COMMANDS, last=True)
    assert '<div class="wfr-wide wfr-graph" tabindex="0" hidden="hidden"><svg' in drawn
    assert ".wfr-graph{display:block !important" in drawn


def test_there_is_a_look_for_dark_pages_that_say_nothing() -> None:
    """Without any variable of a front end the report brings text and paper for light and dark."""
    drawn = html(FAILED, 0.0, COMMANDS, last=True)
    light, _, dark = drawn.partition("@media (prefers-color-scheme:dark)")
    for variable in set(re.findall(r"var\((--o\w)\)", drawn)):
        assert f"{variable}:" in light
        assert f"{variable}:" in dark


@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize("state", [FAILED, lattice(20, 3), run_of()], ids=["fix", "busy", "new"])
def test_a_report_carries_the_rules_that_it_needs(state: RunState, last: bool) -> None:
    """Whatever has a rule and stands in a report finds it there, though a short one has fewer."""
    drawn = html(state, 105.0, COMMANDS, last)
    rules, _, body = drawn.partition("</style>")
    tags = {"ul", "li", "summary", "code", "pre", "ins", "del", "dl", "table", "svg", "progress"}
    for tag in tags & {*Page(drawn).tags}:
        assert re.search(rf"\b{tag}\b", rules.replace("wfr-", "")), tag
    for name in re.findall(r"\.(wfr-[a-z]+)", STYLE):
        assert name not in body or f".{name}" in rules, name
    assert (STYLE in drawn) == (last or "<details" in body)


def test_all_forms_come_together() -> None:
    """A bundle has every form, so that every front end shows something, and the best it can."""
    drawn = bundle(FAILED, 0.0, COMMANDS, last=True)
    assert set(drawn) == {MIME, "text/plain", "text/html"}
    assert drawn["text/plain"].startswith("digest · ✗ FAILED")
