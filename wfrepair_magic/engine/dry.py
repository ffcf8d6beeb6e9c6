"""Dry resolution: tries templates against the values at hand, executing nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..failure import Failure
from ..ir.templates import UNDECIDED, Gone
from .plan import Step
from .prepare import Site, resolve, template_failure


def dry_failures(steps: Iterable[Step], scope: Mapping[str, Any], site: Site) -> list[Failure]:
    """Give the failures of those steps whose templates cannot resolve, whatever else happens.

    What has not run, or has failed, is undecided: it may yet give what a template asks for.
    """
    open_scope = {
        head: UNDECIDED if isinstance(value, Gone) else value for head, value in scope.items()
    }
    found = (template_failure(step, resolve(step, open_scope), site) for step in steps)
    return [failure for failure in found if failure is not None]
