"""Options: what is declared is read, and a slip is answered with the nearest one."""

from __future__ import annotations

import argparse

import pytest

from wfrepair_magic import Workflow
from wfrepair_magic.usage import (
    BadUsage,
    HelpAsked,
    Usage,
    argument,
    asked,
    check_consent,
    flag,
    run_arguments,
    settled,
)

THREE = Workflow.parse("""\
nodes:
  - {id: look, type: http, params: {url: "http://localhost"}}
  - {id: send, type: http, params: {url: "http://localhost", method: POST}}
  - {id: count, type: value, params: {x: 1}}
  - {id: odd, type: nobody_knows}
  - {id: said, type: shell, effect: read, params: {command: ls}}
""")


def parsed(*words: str) -> argparse.Namespace:
    """Read words as every face does."""
    return Usage("face", "Do it.", run_arguments(store="here", session="open")).read(words)


def test_nothing_said_is_nothing_asked() -> None:
    """Without options a run gets no store and no session mode of the face's own making."""
    assert asked(parsed()) == {
        "fresh": False, "rerun": (), "yes": False, "only": None, "until": None,
        "on_failure": None, "max_workers": None, "repair": None, "store": None, "session": None,
    }  # fmt: skip


def test_everything_that_can_be_said_is_asked() -> None:
    """Every option reaches the keyword of `run` that it means."""
    found = parsed(
        "--input", "a=1", "--input", "b=", "--store", "s", "--repair", "off", "--fresh", "--rerun",
        "x", "--rerun", "y", "--yes", "--only", "o", "--until", "u", "--on-failure", "stop",
        "--workers", "3", "--session", "per-run",
    )  # fmt: skip
    assert found.input == [("a", "1"), ("b", "")]
    assert asked(found) == {
        "fresh": True, "rerun": ("x", "y"), "yes": True, "only": "o", "until": "u",
        "on_failure": "stop", "max_workers": 3, "repair": "off", "store": "s",
        "session": "per-run",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--onfailure", "stop"], "did you mean --on-failure?"),
        (["--zzz"], "face --help lists them"),
        (["--fres"], "did you mean --fresh?"),
        (["extra"], "'extra' is one word too many"),
        (["--on-failure", "go"], "'go' is not one of its values; there are stop, continue"),
        (["--on-failure", "contine"], "did you mean 'continue'?"),
        (["--repair", "saef"], "did you mean 'safe'?"),
        (["--input"], "expected one argument"),
        (["--workers=many"], "'many' is not a number of workers"),
    ],
)
def test_a_slip_is_named(words: list[str], told: str) -> None:
    """Whatever is wrong with a line is one sentence, with the nearest option where there is one."""
    with pytest.raises(BadUsage) as caught:
        parsed(*words)
    assert told in str(caught.value)


def test_help_is_asked_for_even_where_something_is_missing() -> None:
    """`--help` gives the usage instead of complaining about what else is there."""
    usage = Usage("face", "Do it.", [argument("file")])
    with pytest.raises(HelpAsked) as caught:
        usage.read(["--help"])
    assert "usage: face" in caught.value.text


def test_only_what_writes_needs_consent() -> None:
    """Nodes that look or compute run again unasked; what sends, or may send, needs `--yes`."""
    for quiet in ("look", "count", "said"):
        check_consent(THREE, parsed("--rerun", quiet))
    for loud in ("send", "odd"):
        with pytest.raises(BadUsage, match=loud):
            check_consent(THREE, parsed("--rerun", loud))
        check_consent(THREE, parsed("--rerun", loud, "--yes"))
    with pytest.raises(BadUsage, match="what send, odd may have done"):
        check_consent(THREE, parsed("--rerun", "all"))


def test_a_flag_can_be_taken_back() -> None:
    """A flag that a setting may set has a form that unsets it, and says nothing unless asked."""
    usage = Usage("face", "Do it.", [flag("quiet", "say nothing")])
    assert [usage.read(words).quiet for words in ([], ["--quiet"], ["--no-quiet"])] == [
        None, True, False,
    ]  # fmt: skip


def test_who_speaks_first_settles_it() -> None:
    """An option wins over the text, the text over configuration, that over what is built in."""
    text = "session: per-run\ndefaults: {on_failure: stop}\nnodes: [{id: a, type: value}]"
    defaults = {"session": "open", "on_failure": "continue", "max_workers": 2, "repair": "off"}
    said = asked(parsed("--repair", "safe"))
    found = settled(said, Workflow.parse(text), defaults)
    assert (found["session"], found["on_failure"]) == (None, None)
    assert (found["max_workers"], found["repair"], found["store"]) == (2, "safe", None)
