"""A JupyterLab for each file of the browser's tests, and a page of its own for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from labs import FLAGS, MILLISECONDS, Lab, Visits, chromium
from playwright.sync_api import Browser, Page, expect, sync_playwright

expect.set_options(timeout=MILLISECONDS)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Give a running JupyterLab with the extension of this tree."""
    server = Lab(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Give a browser; it ends with the file, for its loop must not meet those of other tests."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=chromium(), args=list(FLAGS), chromium_sandbox=False
        )
        yield found
        found.close()


@pytest.fixture
def visits() -> Visits:
    """Give the list of what the page of this test asks for."""
    return Visits([])


@pytest.fixture
def page(browser: Browser, visits: Visits) -> Iterator[Page]:
    """Give a page that has no past."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    context.on("request", lambda request: visits.urls.append(request.url))
    context.set_default_timeout(MILLISECONDS)
    yield context.new_page()
    context.close()
