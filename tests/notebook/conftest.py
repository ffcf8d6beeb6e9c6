"""A kernel for each file of the notebook's tests, and a folder of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from kernels import Notebook


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Notebook]:
    """Give one kernel for all tests of a file, with the extension loaded."""
    notebook = Notebook(tmp_path_factory.mktemp("kernel"))
    assert notebook.run("%load_ext wfrepair_magic").status == "ok"
    yield notebook
    notebook.kill()


@pytest.fixture
def notebook(kernel: Notebook, tmp_path: Path) -> Notebook:
    """Give the kernel in a folder of this test's own, in which nothing ran yet."""
    kernel.folder = tmp_path
    code = (
        "import os, wfrepair_magic\n"
        f"os.chdir({str(tmp_path)!r})\n"
        "from traitlets.config import Config\n"
        "get_ipython().config.WorkflowMagics = Config(widget=False)\n"
        "%reload_ext wfrepair_magic\n"
        "_wf = None\n"
    )
    assert kernel.run(code).status == "ok"
    return kernel
