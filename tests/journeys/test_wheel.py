"""The wheel: it carries the labextension, and needs no Node.js where it is installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

from processes import PATIENCE

ROOT = Path(__file__).parents[2]
PLACE = "share/jupyter/labextensions/wfrepair-magic"
BARE_PATH = str(Path(sys.executable).parent)
"""Where commands are found: Python's own, no node and no npm."""


def run(folder: Path, *words: str, **more: str) -> str:
    """Run Python in a folder, without Node.js within reach; give what it said."""
    done = subprocess.run(
        [sys.executable, *words],
        cwd=folder, env={**os.environ, "PATH": BARE_PATH, **more}, capture_output=True, text=True,
        timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_the_labextension_comes_with_the_wheel(tmp_path: Path) -> None:
    """From the source distribution a wheel is made and installed, and JupyterLab says OK."""
    run(ROOT, "-m", "hatchling", "build", "-t", "sdist", "-d", str(tmp_path))
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        assert not [name for name in packed.getnames() if "node_modules" in name]
        packed.extractall(tmp_path, filter="data")
    source = tmp_path / archive.name.removesuffix(".tar.gz")
    run(source, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert [name for name in names if name.endswith(f"{PLACE}/static/style.js")]
    assert not [name for name in names if name.startswith("wfrepair_magic/labextension")]
    assert "wfrepair_magic/wire/run.schema.json" in names
    assert {f"wfrepair_magic/notebook/static/run.{end}" for end in ("js", "css")} <= {*names}
    place = tmp_path / "installed"
    run(tmp_path, "-m", "pip", "install", "--no-deps", "--no-index", "--ignore-installed",
        "--prefix", str(place), str(wheel))  # fmt: skip
    told = run(
        tmp_path, "-m", "jupyterlab.labextensions", "list", "--no-minimize",
        JUPYTER_PATH=str(place / "share" / "jupyter"), NO_COLOR="1",
    )  # fmt: skip
    (line,) = [line for line in told.splitlines() if "wfrepair-magic" in line and "v0" in line]
    assert "enabled" in line and "OK" in line


def test_the_package_and_its_page_have_one_version() -> None:
    """The labextension has the version of the Python package."""
    page = json.loads((ROOT / "labextension" / "package.json").read_text())
    assert f'\nversion = "{page["version"]}"\n' in (ROOT / "pyproject.toml").read_text()


def test_the_lock_names_no_registry() -> None:
    """What npm installs is fixed by digest, from whichever registry it is asked to use."""
    lock = json.loads((ROOT / "labextension" / "package-lock.json").read_text())
    found = [package for name, package in lock["packages"].items() if name]
    assert all("resolved" not in package for package in found)
    assert all("integrity" in package for package in found if not package.get("link"))
