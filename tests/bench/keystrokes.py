"""What a keystroke costs in a cell of 500 lines: as a workflow cell, and as Python's.

Prints milliseconds from the change to the drawn editor, in a real JupyterLab; the least of many
says most on a machine that does other things too.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from labs import FLAGS, Lab, chromium
from playwright.sync_api import Browser, sync_playwright

LINES = 500
NODE = """\
  - id: node{number}
    type: http
    params:
      url: "https://example.org/${{node{before}.response.rows[0].id}}?a=1"
      headers: {{Accept: application/json, X-Id: 12, "X-Flag": true}}
      body: |
        some text with ${{node0.response}} in it
    retry: {{attempts: 3, wait: 1.5}}
"""
TYPE = """async () => {
    const view = jupyterapp.shell.currentWidget.content.widgets[0].editor.editor;
    const took = [];
    for (let round = 0; round < 500; round += 1) {
        const at = view.state.doc.line([10, 120, 250, 380, 490][round % 5]).to;
        const begun = performance.now();
        view.dispatch({ changes: { from: at, insert: round % 2 ? 'x' : 'y' } });
        took.push(performance.now() - begun);
        if (round % 10 === 9) await new Promise(resolve => setTimeout(resolve, 20));
    }
    took.sort((one, other) => one - other);
    return { least: took[0], tenth: took[50], median: took[250] };
}"""


def text(magic: str) -> str:
    """Write a cell of so many lines that begins with this magic."""
    nodes = "".join(NODE.format(number=n, before=max(n - 1, 0)) for n in range(LINES // 8 + 1))
    return "\n".join([magic, "nodes:", *nodes.splitlines()][:LINES])


def measure(lab: Lab, browser: Browser, name: str, cell: str) -> dict[str, Any]:
    """Type into a cell twice, and give the milliseconds of the second time."""
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    lab.open(page, lab.write(f"{name}.ipynb", [cell]))
    page.evaluate(TYPE)
    found: dict[str, Any] = page.evaluate(TYPE)
    page.close()
    return found


def main() -> None:
    """Print the milliseconds of both."""
    lab = Lab(Path(tempfile.mkdtemp()))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium(), args=list(FLAGS), chromium_sandbox=False
            )
            for name, magic in (("workflow", "%%workflow"), ("python", "%%other")):
                found = measure(lab, browser, name, text(magic))
                print(name, *(f"{what} {value:.2f} ms" for what, value in found.items()))
            browser.close()
    finally:
        lab.stop()


if __name__ == "__main__":
    main()
