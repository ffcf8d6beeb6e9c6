"""XSS: 40 hostile strings in every field of a report never become anything but text."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from html.parser import HTMLParser
from typing import Any, Final

import pytest

from wfrepair_magic import events
from wfrepair_magic.events import NodeInfo, RunStarted, Suggestion
from wfrepair_magic.failure import Failure
from wfrepair_magic.monitor.state import RunState, replay
from wfrepair_magic.notebook import tables
from wfrepair_magic.notebook.report import COMMANDS, html
from wfrepair_magic.notebook.style import STYLE
from wfrepair_magic.problem import Problem

HOSTILE: Final = (
    "<script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href=javascript:alert(1)><text>x</text></a></svg>",
    "<svg><foreignObject><iframe src=javascript:alert(1)></iframe></foreignObject></svg>",
    "<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>",
    "<iframe src=//example.org></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=//example.org></object>",
    "<embed src=//example.org>",
    "<link rel=stylesheet href=//example.org>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<base href=//example.org>",
    "<style>@import '//example.org';</style>",
    "</style><script>alert(1)</script><style>",
    "<a href=javascript:alert(1)>x</a>",
    "<form action=//example.org><button>x</button></form>",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)></video>",
    "<body onload=alert(1)>",
    "<template><script>alert(1)</script></template>",
    '" onmouseover=alert(1) x="',
    "' onmouseover=alert(1) x='",
    '"><img src=x onerror=alert(1)>',
    "'><img src=x onerror=alert(1)>",
    "x onmouseover=alert(1)",
    "--><script>alert(1)</script><!--",
    "<!--<script>alert(1)</script>",
    "]]><script>alert(1)</script><![CDATA[",
    "<?xml version='1.0'?><!DOCTYPE x [<!ENTITY e SYSTEM '//example.org'>]>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "</pre></code></td></tr></table></div><script>alert(1)</script>",
    "<scr\0ipt>alert(1)</scr\0ipt>",
    "<\x1b[31mscript\x1b[0m>alert(1)</script>",
    "＜script＞alert(1)＜/script＞\u202e<b>\u2028<i>",
    "${alert(1)} {{constructor.constructor('alert(1)')()}} `alert(1)` $\\alpha$ javascript:x",
)
LIVE_TAGS: Final = frozenset(
    {"script", "iframe", "object", "embed", "link", "meta", "base", "form", "input", "button",
     "img", "video", "audio", "source", "template", "foreignobject", "a", "body", "math"}
)  # fmt: skip
LOADS: Final = frozenset(
    {"href", "xlink:href", "src", "srcset", "srcdoc", "data", "action", "formaction", "background",
     "poster", "content", "http-equiv", "ping"}
)  # fmt: skip
FIXED: Final = frozenset({"style", "class", "role"})
"""Attributes whose value no text may change."""

PLAIN: Final = "plain"


class Structure(HTMLParser):
    """Reads a fragment: each tag with the names of its attributes, and where elements end."""

    def __init__(self, fragment: str) -> None:
        super().__init__()
        self.found: list[tuple[str, ...]] = []
        self.styles = ""
        self.text = ""
        self._in_style = False
        self.feed(fragment)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag, and refuse what runs or loads something."""
        names = [name for name, _ in attrs]
        assert tag not in LIVE_TAGS, tag
        assert not LOADS & set(names), names
        assert not any(name.startswith("on") for name in names), names
        self._in_style = tag == "style"
        fixed = [f"{name}={value}" for name, value in attrs if name in FIXED]
        self.found.append((tag, *names, *fixed))

    def handle_endtag(self, tag: str) -> None:
        """Note the end of an element."""
        self._in_style = False
        self.found.append((f"/{tag}",))

    def handle_data(self, data: str) -> None:
        """Keep styles and texts apart."""
        if self._in_style:
            self.styles += data
        else:
            self.text += data

    def handle_comment(self, data: str) -> None:
        """Refuse comments."""
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        """Refuse declarations."""
        raise AssertionError(f"a declaration: {decl}")

    def unknown_decl(self, data: str) -> None:
        """Refuse sections of CDATA."""
        raise AssertionError(f"a section: {data}")

    def handle_pi(self, data: str) -> None:
        """Refuse instructions."""
        raise AssertionError(f"an instruction: {data}")


class Texts(dict[str, str]):
    """The texts of a story by field: all are plain, but for those that are given."""

    def __missing__(self, field: str) -> str:
        fields.setdefault(field)
        return PLAIN


fields: dict[str, None] = {}
"""The fields that the story asked for, in its order."""


def story(text: Mapping[str, str]) -> RunState:
    """Tell of a run in which every field comes from `text`."""
    problem = Problem(
        "warning", text["problem code"], text["problem path"], 1, 1, text["problem message"],
        text["problem hint"],
    )  # fmt: skip
    placed = Problem("error", "TPL02", text["place of the failure"], 1, 1, text["its finding"])
    failure = Failure(
        "broken", text["failure code"], "exception", "change", "no", True,
        text["failure message"], (placed, placed), hint=text["failure hint"],
        error_type=text["error type"], detail=text["traceback"],
        reported={text["reported name"]: text["reported value"]},
        input_shapes={text["param"]: text["shape of the param"]},
    )  # fmt: skip
    return replay(
        [
            RunStarted(
                run=text["run id"], workflow=text["workflow name"], session=text["session"],
                nodes=_infos(text),
            ),
            events.OwnerAwaited(owner=text["owner"], doing=text["what the owner does"]),
            events.Notice(text=text["notice"], node=text["node of the notice"]),
            events.NodeStarted(node=_id(text), why=(text["reason to run again"],)),
            events.NodeLog(node=_id(text), text=text["log"]),
            events.NodeProgress(node=_id(text), fraction=0.5, message=text["progress"]),
            events.NodeDone(
                node=_id(text), seconds=1, note=text["note"], action=text["action"],
                shape=text["shape of the result"],
            ),
            events.NodeInDoubt(node="doubt", question=text["question in doubt"]),
            events.NodeWaiting(node="waits", question=text["question of a person"]),
            events.NodeSkipped(node="skipped", reason=text["reason to skip"]),
            events.NodeBroke(node="broken", failure=failure),
            events.Checked(problems=(problem,)),
            events.FixApplied(suggestion=_fix(text), by=text["who applied it"]),
            events.FixesFound(suggestions=(_fix(text),), abstained=(text["abstention"],)),
            events.RunFinished(state="WAITING", seconds=1, failures=(failure,)),
        ]
    )  # fmt: skip


def _id(text: Mapping[str, str]) -> str:
    return text["node id"]


def _infos(text: Mapping[str, str]) -> tuple[NodeInfo, ...]:
    first = NodeInfo(
        id=_id(text), type=text["node type"], wave=0, effect="write", purpose=text["purpose"]
    )
    others = ("doubt", "waits", "skipped", "broken")
    return (
        first,
        *(
            NodeInfo(id=id, type="shell", wave=1, effect="write", waits_for=(_id(text),))
            for id in others
        ),
    )


def _fix(text: Mapping[str, str]) -> Suggestion:
    return Suggestion(
        number=1, code=text["fix code"], level=text["fix level"], title=text["fix title"],
        why=text["fix reason"], evidence=(text["evidence"],), rung=text["rung"],
        diff=f"--- a\n+++ b\n@@ -1 +1 @@\n-{text['diff, before']}\n+{text['diff, after']}\n",
        preview={text["node of the preview"]: text["verdict of the preview"]},
        origin=text["fix origin"],
    )  # fmt: skip


def harmless(text: str) -> str:
    """Give a text of the same length, lines and controls in which nothing has a meaning."""
    return re.sub(r"[<>&\"'`=/:;!?#(){}$\[\]-]", "x", text)


def of_report(field: str, text: str, last: bool = True) -> str:
    """Draw a report with a text in one field, or in all where `field` is empty."""
    every = dict.fromkeys(fields, text) if not field else {field: text}
    return html(story(Texts(every)), 105.0, COMMANDS, last)


TABLES: Final[Mapping[str, Callable[[str], dict[str, str]]]] = {
    "cell of a table": lambda text: tables.table(("head",), [(text,)]),
    "head of a table": lambda text: tables.table((text,), [(PLAIN,)]),
    "title of a table": lambda text: tables.table(("head",), [(PLAIN,)], title=text),
    "line below a table": lambda text: tables.table(("head",), [(PLAIN,)], "t", below=(text,)),
    "fact": lambda text: tables.facts([(text, text, text)]),
    "title of a diff": lambda text: tables.changes(text, "-a\n+b\n"),
    "line of a diff": lambda text: tables.changes(PLAIN, f"-{text}\n+{text}!\n"),
}

story(Texts())  # so that `fields` knows them all
DRAW: Final[Mapping[str, Callable[[str], str]]] = {
    **{name: lambda text, name=name: of_report(name, text) for name in fields},
    **{name: lambda text, draw=draw: draw(text)["text/html"] for name, draw in TABLES.items()},
    "every field, while it runs": lambda text: of_report("", text, last=False),
}


@cache
def structure(field: str, text: str) -> Structure:
    """Draw and read a page; pages of texts without a meaning come again."""
    return Structure(DRAW[field](text))


@pytest.mark.parametrize("field", DRAW)
def test_hostile_text_stays_text(field: str) -> None:
    """The page has the tags of a harmless one, no script, no handler, no outside reference."""
    for text in HOSTILE:
        page = structure(field, text)
        assert page.found == structure(field, harmless(text)).found, text
        assert page.styles == re.sub(r"</?style>", "", STYLE)


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_hostile_is_still_shown(text: str) -> None:
    """Nothing is refused: a message is shown as it is written, but for what steers terminals."""
    shown = " ".join(structure("failure message", text).text.split())
    for word in re.sub(r"[^\x21-\x7e]", " ", re.sub(r"\x1b\[\d*m|\0", "", text)).split():
        assert word in shown


def test_there_are_forty_strings_and_every_field() -> None:
    """The row of the matrix: XSS 40."""
    assert len(set(HOSTILE)) == 40
    assert len(fields) > 40


def test_the_reader_of_this_file_sees_what_is_wrong() -> None:
    """A page that runs, loads or hides something does not pass."""
    wrong: list[Any] = [
        "<script>x</script>", "<p onclick=x>", "<!-- x -->", "<img>", "<a href=x>",
    ]  # fmt: skip
    for fragment in wrong:
        with pytest.raises(AssertionError):
            Structure(fragment)
