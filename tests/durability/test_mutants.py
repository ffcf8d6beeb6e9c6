"""Six ways to build this product wrongly: each is caught by the tests that keep its promise."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import wfrepair_magic

TESTS = Path(__file__).parents[1]
PRODUCT = Path(wfrepair_magic.__file__).parent


@dataclass(frozen=True)
class Mutant:
    """A wrong product: in a file some text is replaced, and a test must then fail."""

    file: str
    right: str
    wrong: str
    caught_by: str


CLAIM = (
    'if prepared.step.effect == "write":\n            receipt =',
    "if False:\n            receipt =",
)
MUTANTS = {
    "a naive cache: an effect is a result like others": (
        Mutant(
            "engine/plan.py",
            'if effect == "write" or cache is False:\n        return Reuse("session")',
            'if effect == "write" or cache is False:\n        return Reuse("content")',
            "engine/test_effects.py",
        ),
        Mutant("engine/scheduler.py", *CLAIM, "engine/test_effects.py"),
    ),
    "no claim before an effect": (
        Mutant("engine/scheduler.py", *CLAIM, "engine/test_effects.py"),
    ),
    "a ledger that does not wait for the disk": (
        Mutant(
            "engine/ledger_file.py",
            'journal_mode=WAL")\n        self.sqlite.run("PRAGMA synchronous=FULL")',
            'journal_mode=WAL")\n        self.sqlite.run("PRAGMA synchronous=NORMAL")',
            "engine/test_ledger_damage.py",
        ),
    ),
    "results that are evicted": (
        Mutant(
            "engine/results.py",
            '"eviction_policy": "none",\n    "cull_limit": 0,\n    "size_limit": 2**62,\n', "",
            "engine/test_store.py",
        ),
    ),
    "a key cut short": (
        Mutant(
            "engine/keys.py",
            "return hasher.hexdigest()", "return hasher.hexdigest()[:15].rjust(64, '0')",
            "engine/test_keys.py",
        ),
    ),
    "a file that cannot be read is a miss": (
        Mutant(
            "engine/results.py",
            "with said(self._folder / filename):\n                return blobs.read",
            "if True:\n                return blobs.read",
            "engine/test_store.py",
        ),
    ),
}  # fmt: skip


def failures(product: Path, tests: set[str]) -> tuple[int, str]:
    """Run tests against a product; gives pytest's exit code and what it printed."""
    path = os.pathsep.join([str(product), str(TESTS), str(TESTS.parent / "notebooks")])
    command = [
        sys.executable, "-m", "pytest", "-c", str(TESTS.parent / "pyproject.toml"),
        "-x", "-q", "-p", "no:cacheprovider", "-p", "no:randomly",
        *(str(TESTS / name) for name in sorted(tests)),
    ]  # fmt: skip
    done = subprocess.run(
        command, cwd=product, env={**os.environ, "PYTHONPATH": path},
        capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("name", MUTANTS)
def test_a_mutant_of_the_product_is_caught(name: str, tmp_path: Path) -> None:
    """The wrong product loads, and a test of the suite fails on it."""
    wrong = tmp_path / "wfrepair_magic"
    shutil.copytree(PRODUCT, wrong, ignore=shutil.ignore_patterns("__pycache__"))
    for mutant in MUTANTS[name]:
        file = wrong / mutant.file
        text = file.read_text()
        assert text.count(mutant.right) == 1, f"{mutant.file} has changed: name the mutant anew"
        file.write_text(text.replace(mutant.right, mutant.wrong))
    code, printed = failures(tmp_path, {mutant.caught_by for mutant in MUTANTS[name]})
    assert code == pytest.ExitCode.TESTS_FAILED, printed
