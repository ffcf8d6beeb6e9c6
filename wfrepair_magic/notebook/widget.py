"""The live view in front ends without our extension: a widget whose one trait is the snapshot.

Many a front end has no widgets beside a kernel that has (it may be installed elsewhere), and shows
in their place, for as long as the run lasts, what was true when it began.  So a widget is shown
only where one has answered before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol, cast

from . import hello

MIME: Final = "application/vnd.jupyter.widget-view+json"
NAMES: Final = ("_model_module", "_model_module_version", "_model_name")
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


def ask(kernel: object) -> None:
    """Ask the front end of a kernel whether it shows widgets; no answer is a no."""
    make = _kind()
    if make is not None and kernel is not None:
        traits = cast(Any, make).class_traits()
        hello.ask(kernel, {name: traits[name].default_value for name in NAMES})


def works() -> bool:
    """Say whether the front end has shown that it draws widgets."""
    return hello.heard()


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
