"""A real JupyterLab or Notebook with this tree's extension, and pages of a real browser on it."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

import nbformat
from playwright.sync_api import Page
from processes import environment

ROOT = Path(__file__).parents[1]
BUILT = ROOT / "wfrepair_magic" / "labextension"
NAME = "wfrepair-magic"
WIDGETS = "@jupyter-widgets/jupyterlab-manager"
AXE = ROOT / "labextension" / "node_modules" / "axe-core" / "axe.min.js"
PATIENCE = 60.0
MILLISECONDS = PATIENCE * 1000
GRACE = 15.0
TOKEN = "a-token-of-the-tests"
FLAGS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
)  # fmt: skip
QUIET = {
    "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
}
READY = """() => {
    const sc = window.jupyterapp?.shell?.currentWidget?.sessionContext;
    const k = sc?.session?.kernel;
    return sc?.isReady && k?.connectionStatus === 'connected' && k.status === 'idle';
}"""
THEMES = ("JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast")
OURS = ".wfv-run, .wfv-panel, .wfv-status"
AXE_RUN = f"async () => (await axe.run(document.querySelectorAll('{OURS}'))).violations"

Program = Literal["lab", "notebook"]


def chromium() -> str:
    """Find the browser of the system; `make test` installs it where it may."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    assert found, "no chromium on the PATH: install it (Debian: apt-get install chromium)"
    return found


def free_port() -> int:
    """Find a port that nobody listens on."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


class Lab:
    """A server of its own on a folder of its own, with the extension as it was built here.

    `without` names extensions that are switched off; `NAME` is not even put there.
    """

    def __init__(self, folder: Path, program: Program = "lab", without: Sequence[str] = ()) -> None:
        assert BUILT.is_dir(), "the labextension is not built: `make face`"
        self.folder = folder / "work"
        self.folder.mkdir(parents=True)
        self.program = program
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"jupyter{program}" if program == "lab" else program,
             "--no-browser", "--ip=127.0.0.1", f"--port={self.port}", "--ServerApp.port_retries=0",
             f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={self.folder}",
             "--LabApp.expose_app_in_browser=True", "--allow-root",
             "--JupyterNotebookApp.expose_app_in_browser=True"],
            env=_places(folder, without), cwd=self.folder,
            stdout=(folder / "server.log").open("w"), stderr=subprocess.STDOUT,
        )  # fmt: skip
        _wait_for(f"http://127.0.0.1:{self.port}/api/status?token={TOKEN}", folder / "server.log")

    def write(self, name: str, cells: Sequence[str]) -> str:
        """Write a notebook of code cells that have not run; give its name."""
        return self.save(name, [nbformat.v4.new_code_cell(cell) for cell in cells])

    def save(self, name: str, cells: Sequence[Any]) -> str:
        """Write a notebook of cells as they are; give its name."""
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.folder / name)
        return name

    def open(self, page: Page, name: str) -> None:
        """Open a notebook, and wait until its kernel listens."""
        place = f"lab/workspaces/{Path(name).stem}/tree" if self.program == "lab" else "notebooks"
        reset = "&reset" if self.program == "lab" else ""
        page.goto(f"http://127.0.0.1:{self.port}/{place}/{name}?token={TOKEN}{reset}")
        page.wait_for_function(READY, timeout=MILLISECONDS)

    def stop(self) -> None:
        """End the server; kernels end by themselves when it is gone."""
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _places(folder: Path, without: Sequence[str]) -> dict[str, str]:
    """Keep everything that the server reads and writes in a folder; put the extension there."""
    names = ("config", "data", "runtime", "settings", "workspaces")
    places = {name: folder / name for name in names}
    (places["config"] / "labconfig").mkdir(parents=True)
    overrides = places["config"] / "labconfig" / "default_setting_overrides.json"
    overrides.write_text(json.dumps(QUIET))
    extensions = places["data"] / "labextensions"
    extensions.mkdir(parents=True)
    off = places["config"] / "labconfig" / "page_config.json"
    off.write_text(json.dumps({"disabledExtensions": dict.fromkeys(without, True)}))
    if NAME not in without:
        (extensions / NAME).symlink_to(BUILT)
    return environment(
        folder,
        JUPYTER_CONFIG_DIR=str(places["config"]),
        JUPYTER_DATA_DIR=str(places["data"]),
        JUPYTER_PREFER_ENV_PATH="0",  # else an extension that the environment has hides this one
        JUPYTER_RUNTIME_DIR=str(places["runtime"]),
        JUPYTERLAB_SETTINGS_DIR=str(places["settings"]),
        JUPYTERLAB_WORKSPACES_DIR=str(places["workspaces"]),
        PATH=os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    )


def _wait_for(url: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=PATIENCE):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    raise AssertionError(log.read_text())


@dataclass
class Visits:
    """The addresses that a browser asked for."""

    urls: list[str]

    @property
    def elsewhere(self) -> list[str]:
        """Those that leave this machine."""
        return [
            url
            for url in self.urls
            if urlsplit(url).scheme in ("http", "https", "ws", "wss")
            and urlsplit(url).hostname not in ("127.0.0.1", "localhost")
        ]


def command(page: Page, name: str) -> None:
    """Start a command of the front end, and do not wait for its end."""
    page.evaluate("name => { window.jupyterapp.commands.execute(name); }", name)


def faults(page: Page) -> list[tuple[str, list[str]]]:
    """Ask axe about every report on the page: the rules that are broken, and where."""
    page.add_script_tag(path=AXE)
    return [
        (str(fault["id"]), [str(node["html"]) for node in fault["nodes"]])
        for fault in page.evaluate(AXE_RUN)
    ]
