"""What every test may ask for: a store of its own, and node types that go with the test."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from wfrepair_magic.nodes import registry

# Whoever starts the tests in the background may have told their processes to ignore interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "suite", deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("suite")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Give the path of a store that does not exist yet."""
    return tmp_path / ".wfrepair"


@pytest.fixture(autouse=True)
def own_types() -> Iterator[None]:
    """Take out again the node types that a test registers."""
    before = {node_type.name for node_type in registry.all_types()}
    yield
    for node_type in registry.all_types():
        if node_type.name not in before:
            registry.forget(node_type.name)
