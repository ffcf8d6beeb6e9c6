"""Takes the pictures of the README anew, from real runs in a real JupyterLab: `make pictures`."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from labs import FLAGS, MILLISECONDS, ROOT, Lab, chromium, command
from playwright.sync_api import Locator, Page, expect, sync_playwright

PLACE = ROOT / "notebooks" / "images"
WIDTH = 940
NODES = """
import time
from wfrepair_magic import node

@node(effect="read")
def messages(channel: str):
    time.sleep(0.9)
    return {"rows": [{"user_name": "Ada", "text": "the train leaves at nine"}] * 320}

@node(effect="pure")
def clean(rows: list):
    time.sleep(0.4)
    return {"rows": rows[:306]}

@node(effect="pure")
def count(rows: list):
    time.sleep(0.7)
    return {"words": {"train": 306}}

@node(effect="read")
def topics(rows: list):
    time.sleep(1.6)
    return {"names": ["release train", "coffee"]}

@node(effect="pure")
def chart(words: dict):
    time.sleep(0.5)
    return {"png": b"1" * 18422}

@node(effect="read")
def summarise(words: dict, topics: list):
    time.sleep(1.1)
    return {"digest_text": "The release train leaves at nine.", "tokens": 812}

@node(effect="write")
def post(channel: str, text: str, picture: bytes):
    time.sleep(0.6)
    return {"id": 7}
"""
WORKFLOW = """\
%%workflow morning-digest
nodes:
  - {id: fetch_messages, type: messages, params: {channel: general}}
  - {id: clean, type: clean, params: {rows: "${fetch_messages.rows}"}}
  - {id: count_words, type: count, params: {rows: "${clean.rows}"}}
  - {id: find_topics, type: topics, params: {rows: "${clean.rows}"}}
  - {id: draw_chart, type: chart, params: {words: "${count_words.words}"}}
  - id: summarise
    type: summarise
    params: {words: "${count_words.words}", topics: "${find_topics.names}"}
  - id: send_digest
    type: post
    params:
      channel: general
      text: "${summarise.digestText}"
      picture: "${draw_chart.png}"
  - {id: tell, type: value, params: {sent: "${send_digest.id}"}}
"""
APPLY = "%workflow apply"


def main() -> None:
    """Run the workflows, and take a picture of each report that the README shows."""
    PLACE.mkdir(exist_ok=True)
    expect.set_options(timeout=MILLISECONDS)
    lab = Lab(Path(tempfile.mkdtemp()))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=chromium(), args=list(FLAGS), chromium_sandbox=False
            )
            page = browser.new_page(viewport={"width": 1500, "height": 1700})
            take(lab, page)
            browser.close()
    finally:
        lab.stop()


def take(lab: Lab, page: Page) -> None:
    """Take all pictures: broken, repaired, and the window with the sidebar."""
    lab.open(page, lab.write("digest.ipynb", ["%load_ext wfrepair_magic", NODES, WORKFLOW, APPLY]))
    report = page.locator(".jp-OutputArea .wfv-run")
    command(page, "application:toggle-left-area")
    for _ in range(3):
        command(page, "notebook:run-cell-and-select-next")
    expect(report.locator(".wfv-state")).to_have_text(" failed")
    picture(report, "failed.png")
    dark(page)
    command(page, "notebook:run-cell")
    expect(report.last.locator(".wfv-state")).to_have_text(" success")
    report.last.get_by_text("Timeline", exact=True).click()
    picture(report.last, "repaired.png")
    window(page, "sidebar.png")


def window(page: Page, name: str) -> None:
    """Take a picture of the whole window: the repaired cell, and its run in the sidebar."""
    page.set_viewport_size({"width": 1280, "height": 720})
    command(page, "wfrepair-magic:show-panel")
    run = page.locator(".wfv-panel .wfv-row", has_text="repaired").first
    run.click()
    expect(page.locator(".wfv-panel .wfv-graph")).to_be_visible()
    page.evaluate("() => { jupyterapp.shell.currentWidget.content.scrollToItem(4, 'start') }")
    page.mouse.move(1, 1)
    page.wait_for_timeout(1000)  # scrolling ends, and tooltips go
    page.screenshot(path=PLACE / name, animations="disabled")
    print(name, (PLACE / name).stat().st_size, file=sys.stderr)


def dark(page: Page) -> None:
    """Change to the dark theme."""
    theme = "JupyterLab Dark"
    page.evaluate(
        "theme => { jupyterapp.commands.execute('apputils:change-theme', { theme }) }", theme
    )
    page.wait_for_function("theme => document.body.dataset.jpThemeName === theme", arg=theme)


def picture(report: Locator, name: str) -> None:
    """Take a picture of a report, as wide as a page of text."""
    report.evaluate(f"found => {{ found.style.width = '{WIDTH}px'; found.style.padding = '16px' }}")
    report.screenshot(path=PLACE / name, animations="disabled")
    print(name, (PLACE / name).stat().st_size, file=sys.stderr)


if __name__ == "__main__":
    main()
