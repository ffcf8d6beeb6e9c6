"""The node type `value`: its params, resolved, are its outputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..ir.spec import NodeSpec
from .base import NodeType
from .registry import register


def value(params: Mapping[str, Any]) -> dict[str, Any]:
    """Give the params back as outputs: for constants, renaming and adapters."""
    return dict(params)


VALUE = register(
    NodeType(
        NodeSpec(
            "value",
            effect="pure",
            open=True,
            actions=(),
            description="Give its params back as outputs: constants, renaming, adapters.",
        ),
        value,
        version="1",
        takes_mapping=True,
    )
)
