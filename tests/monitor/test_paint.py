"""Colours: only where a person looks, and never instead of a character."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wfrepair_magic.monitor import paint
from wfrepair_magic.monitor.paint import BOLD, FAINT, GREEN, RED, RESET


class Tty:
    """A stream that a person looks at."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Pipe:
    """A stream that a program reads."""

    def isatty(self) -> bool:
        """Say that nobody looks."""
        return False


@pytest.mark.parametrize(
    ("stream", "environ", "coloured"),
    [
        (Tty(), {}, True),
        (Tty(), {"TERM": "xterm-256color", "NO_COLOR": ""}, True),
        (Tty(), {"NO_COLOR": "1"}, False),
        (Tty(), {"TERM": "dumb"}, False),
        (Pipe(), {}, False),
    ],
)
def test_colours_are_for_terminals_that_want_them(
    stream: Tty | Pipe, environ: Mapping[str, str], coloured: bool
) -> None:
    """A file, a pipe, a dumb terminal and whoever sets NO_COLOR get the text alone."""
    assert paint.wanted(stream, environ) == coloured
    text = "✓ a done"
    assert (paint.fitting(text, stream, environ) == text) != coloured


@pytest.mark.parametrize(
    ("line", "painted"),
    [
        ("✓  a  shell  done", f"{GREEN}✓{RESET}  a  shell  done"),
        ("✗  b  shell  failed", f"{RED}✗{RESET}  b  shell  failed"),
        ("✗ b: no `x` (TPL02)", f"{RED}✗ b: no `x` (TPL02){RESET}"),
        ("digest · ✗ FAILED · 1 of 3", f"digest · {RED}✗ FAILED{RESET} · 1 of 3"),
        ("    +x: new", f"{GREEN}    +x: new{RESET}"),
        ("    +++ workflow", f"{FAINT}    +++ workflow{RESET}"),
        ("    -x: old", f"{RED}    -x: old{RESET}"),
        ("  → apply 1", f"{BOLD}  → apply 1{RESET}"),
        ("run r1 · session s1", f"{FAINT}run r1 · session s1{RESET}"),
        ("anything else", "anything else"),
    ],
)
def test_a_line_has_the_colour_of_its_sign(line: str, painted: str) -> None:
    """The sign is coloured in a row, a failure and a changed line as a whole."""
    assert paint.painted(line) == painted


@given(st.text(st.characters(blacklist_characters="\x1b")))
def test_nothing_of_a_text_is_changed(text: str) -> None:
    """Without the colours a painted text is the text."""
    assert re.sub(r"\x1b\[\d+m", "", paint.painted(text)) == text
