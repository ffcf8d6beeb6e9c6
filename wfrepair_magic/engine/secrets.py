"""Secrets stand as references everywhere but inside the node that uses them."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

from . import codecs
from .copying import fresh

SHORTEST = 4
"""Values shorter than this are not searched for in texts: they would match by accident."""


PIECE = 8
"""From this length on, a piece of a secret is searched for by itself: a line, a path's part."""

_BETWEEN = re.compile(r"[\s/\\]+")

_CODES = ("utf-8", "utf-32-le", "utf-32-be")  # of Arrow and bytes; of text in NumPy arrays


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _inside(before: int) -> Callable[[str], str]:
    """Give what base64 makes of a text for sure when `before` (mod 3) bytes stand before it."""

    def write(text: str) -> str:
        raw = b"\0" * before + text.encode()
        whole = len(raw) * 4 // 3  # the letters that no following byte can change
        return base64.b64encode(raw).decode()[-(-before * 4 // 3) : whole]

    return write


def _url_letters(write: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: write(text).replace("+", "-").replace("/", "_")


_FORMS: Mapping[str, Callable[[str], str]] = {
    "": str,
    "|json": lambda text: json.dumps(text)[1:-1],
    "|json8": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "|repr": lambda text: repr(text)[1:-1],
    "|html": html.escape,
    "|url": lambda text: quote(text, safe=""),
    "|path": quote,
    "|form": quote_plus,
    "|hex": lambda text: text.encode().hex(),
    "|base64": _base64,
    "|base64url": _url_letters(_base64),
    **{f"|base64+{before}": _inside(before) for before in range(3)},
    **{f"|base64url+{before}": _url_letters(_inside(before)) for before in range(3)},
}
"""How a secret may be spelt; the last ones are its part of something longer, as in HTTP's Basic."""


class Redactor:
    """Turns secret values into references ``«secret:NAME»`` and back.

    Keys, results, events and reports only ever meet the reference; `reveal` restores it right
    before a node's code runs.  A value that a node printed in another form is found, too, and so
    is each longer piece of it.
    """

    def __init__(self, secrets: Mapping[str, Any]) -> None:
        self._whole = {self.reference(name): value for name, value in secrets.items()}
        self._reference_of: dict[str, str] = {}
        self._text_of: dict[str, str] = {}
        for name, value in secrets.items():
            if isinstance(value, str):
                self._add_forms(name, value)
        found = sorted(self._reference_of, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, found))) if found else None
        spelt = [text.encode(code) for text in found for code in _CODES]
        self._bytes = re.compile(b"|".join(map(re.escape, spelt))) if spelt else None
        references = sorted(self._text_of, key=len, reverse=True)
        self._references = re.compile("|".join(map(re.escape, references))) if references else None

    @staticmethod
    def reference(name: str) -> str:
        """Give the text that stands for the secret of that name."""
        return f"«secret:{name}»"

    def _add_forms(self, name: str, value: str) -> None:
        texts = {form: write(value) for form, write in _FORMS.items()}
        pieces = {piece for cut in (value.splitlines(), _BETWEEN.split(value)) for piece in cut}
        long = sorted(piece for piece in pieces - {value} if len(piece) >= PIECE)
        texts |= {f"|part{number}": piece for number, piece in enumerate(long, 1)}
        for form, text in texts.items():
            reference = f"«secret:{name}{form}»"
            self._text_of[reference] = text
            if len(value) >= SHORTEST:
                self._reference_of.setdefault(text, reference)

    def hide_text(self, text: str) -> str:
        """Replace every secret in a text by its reference."""
        if self._values is None:
            return text
        return self._values.sub(lambda match: self._reference_of[match[0]], text)

    def hide(self, value: Any) -> Any:
        """Replace every secret in the texts of a nested value by its reference."""
        return value if self._values is None else fresh(value, self.hide_text)

    def finds(self, value: Any) -> bool:
        """Say whether a value whose texts are hidden holds a secret still, in an array or frame.

        There it cannot be replaced by a reference; such a value must not go to disk.
        """
        if self._bytes is None:
            return False
        pieces = codecs.encode_pieces(value) or ()
        return any(self._bytes.search(piece) for piece in pieces)

    def reveal(self, value: Any) -> Any:
        """Restore every reference in a nested value to the secret that it stands for."""
        return fresh(value, self._reveal_leaf) if self._whole else value

    def _reveal_leaf(self, text: str) -> Any:
        if text in self._whole:
            return self._whole[text]
        if self._references is None:
            return text
        return self._references.sub(lambda match: self._text_of[match[0]], text)


NO_SECRETS = Redactor({})
