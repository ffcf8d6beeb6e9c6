"""The live view in front ends without our extension: a widget whose one trait is the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol, cast

MIME: Final = "application/vnd.jupyter.widget-view+json"
MODULE: Final = Path(__file__).with_name("static") / "run.js"
"""The view as one module; it is built with the labextension, and missing where nobody did."""


class Widget(Protocol):
    """A snapshot in a front end; setting it draws it."""

    snapshot: Mapping[str, Any]
    model_id: str

    def close(self) -> None:
        """Take it out of the front end."""


def begun(snapshot: Mapping[str, Any]) -> Widget | None:
    """Begin a widget; None where the packages or the module that it needs are missing."""
    make = _kind()
    return None if make is None else make(snapshot=snapshot)


def ready() -> bool:
    """Say whether a widget can be begun."""
    return _kind() is not None


def view(widget: Widget) -> dict[str, Any]:
    """Give the form of a display that shows a widget."""
    return {MIME: {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}}


@cache
def _kind() -> Callable[..., Widget] | None:
    if not MODULE.is_file():
        return None
    try:
        from anywidget import AnyWidget
        from traitlets import Dict
    except ImportError:
        return None
    traits = {
        "_esm": MODULE.read_text(encoding="utf-8"),
        "_css": MODULE.with_suffix(".css").read_text(encoding="utf-8"),
        "snapshot": Dict().tag(sync=True),
    }
    return cast(Callable[..., Widget], type("RunWidget", (AnyWidget,), traits))
