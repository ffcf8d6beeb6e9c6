"""Completion on the magic line and below it, without a kernel around it."""

from __future__ import annotations

from typing import Any

import pytest

from wfrepair_magic.notebook import commands
from wfrepair_magic.notebook.asking import USAGES
from wfrepair_magic.notebook.complete import complete

BODY = """
inputs: {word: {type: string}}
nodes:
  - {id: fetch, type: shell, params: {command: ls}}
  - {id: send, type: shell, params: {command: ls}}
outputs: {said: {source: fetch.stdout}}
"""
VARIABLES: dict[str, Any] = {
    "channel": "x",
    "chars": [1],
    "_hidden": 1,
    "print": print,
    "m": pytest,
}


def texts(text: str) -> list[str] | None:
    """Give what is offered where the bar stands; None where the place is not ours."""
    found = complete(VARIABLES, None, text.replace("|>", "", 1), text.index("|>"))
    return None if found is None else list(found.texts)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("--rer|>", ["--rerun"]),
        ("--fresh --fr|>", []),
        ("--rerun send --rer|>", ["--rerun"]),
        ("--repair |>", ["off", "explain", "suggest", "safe", "auto"]),
        ("--repair=sa|>", ["safe"]),
        ("name --on-failure |>", ["stop", "continue"]),
        ("--session p|>", ["per-run"]),
        ("--rerun |>", ["fetch", "send", "all"]),
        ("--only s|>", ["send"]),
        ("--until=f|>", ["fetch"]),
        ("--output |>", ["said"]),
        ("--input |>", ["word="]),
        ("--input word=$ch|>", ["channel", "chars"]),
        ("--input word=x|>", []),
        ("--params c|>", ["channel", "chars"]),
        ("--workers |>", []),
        ("'a b' --no-q|>", ["--no-quiet"]),
    ],
)
def test_options_and_their_values(line: str, expected: list[str]) -> None:
    """Options that are not given yet, and for each the values that it takes."""
    assert texts(f"%%workflow {line}{BODY}") == expected
    assert texts(f"\n%%workflow {line}{BODY}") == expected


def test_an_empty_word_offers_every_option() -> None:
    """After a blank all long options are there."""
    offered = texts(f"%%workflow digest |>{BODY}")
    assert offered is not None
    assert {"--input", "--fresh", "--dry-run", "--out", "--strict", "--no-strict"} <= set(offered)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%workflow res|>", ["resume", "resolve"]),
        ("x = 1\n  %workflow d|>\ny = 2", ["dismiss", "diff", "doctor"]),
        ("run = %workflow help me|>", ["metrics"]),
        ("%workflow nodes she|>", ["shell"]),
        ("%workflow resolve x |>", ["sent", "not-sent", "--help", "--value", "--name", "--store"]),
        ("%workflow nosuch |>", []),
    ],
)
def test_subcommands_and_what_they_take(text: str, expected: list[str]) -> None:
    """The line form completes commands, then their arguments."""
    assert texts(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "imp|>",
        "%%bash\n%workflow |>",
        "%%workflows x\nnod|>",
        "%%workflow|>",
        "%workflow|>",
        "print('%workflow')|>",
        "%workflow runs\nimp|>",
        "x = '''\n%%workflow\nnod|>'''",
    ],
)
def test_other_places_are_left_alone(text: str) -> None:
    """Only our cells and our lines are ours."""
    assert texts(text) is None


def test_the_body_is_completed_whatever_is_broken_in_it() -> None:
    """Keys, types, ids and templates come from the language, with faults before and after."""
    assert texts(f"%%workflow x\n{BODY}\nedges: [{{from: |>") == ["fetch", "send"]
    assert texts(f'%%workflow x\n{BODY}\nfoo: ]"\nedges:\n  - |>\n "}}') == ["from", "to", "action"]
    assert texts('%%workflow\n{"nodes": [{"id": "a", "type": "val|>') == ["value"]
    offered = texts(f'%%workflow x\n{BODY[:-1]}\ndescription: "${{fetch.|>')
    assert offered == ["stdout", "stderr", "exit_code"]
    assert texts("%%workflow x\ndescription: print|>") == []


def test_every_command_is_obeyed() -> None:
    """What is declared has a function of its name, which says what it does."""
    for name in USAGES:
        assert getattr(commands, name).__doc__
