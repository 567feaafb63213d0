"""A real browser, and what its owner does in it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from programs import need

ARGUMENTS = ["--no-sandbox", "--host-resolver-rules=MAP app.test 127.0.0.1"]
SIZES = {"desk": {"width": 1100, "height": 900}, "phone": {"width": 360, "height": 740}}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A real browser, for the tests that look at pages as a reader does."""
    path = need("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens a page in a browser of its own, which must not complain."""
    contexts, complaints = [], []

    def note(complaint: str) -> None:
        # A page for a wrong password is no failure of the page.
        if not complaint.startswith("Failed to load resource: the server responded"):
            complaints.append(complaint)

    def open_page(size: str = "desk", scheme: str = "light", *, scripts: bool = True) -> Page:
        contexts.append(
            chromium.new_context(
                viewport=SIZES[size], color_scheme=scheme, java_script_enabled=scripts
            )
        )
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: note(message.text))
        page.on("pageerror", lambda error: note(str(error)))
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def sign_in(page, url):
    """Open ``url``, which asks for the password, and give it."""
    page.goto(url)
    page.get_by_label("Password").fill("secret")
    page.get_by_role("button", name="Sign in").click()
