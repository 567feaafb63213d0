"""Where the copies of a post are, as its readers see it: built by the real Hugo, in Chromium."""

from collections.abc import Callable

import pytest
from browsers import SIZES
from conftest import Live, make_bearer
from playwright.sync_api import Page, expect
from programs import need

from endpoint.app import make_app

COPIES = [
    "https://social.example/@ada/115600000000000001",
    "https://bsky.app/profile/ada.bsky.example/post/3k73cfmhm7vnm",
    "https://www.a-network-with-a-name-that-is-rather-long.example/ada/1",
]
PLACE = "https://news.example/en"


@pytest.fixture(scope="module")
def copied(live: Live) -> str:
    """The URL of a post with copies, and with a link that is for programs alone."""
    need("hugo")
    client, headers = make_app(live.parts).test_client(), make_bearer(live.parts)
    body = {"content": "Tea at five?", "mp-slug": "copied", "syndication[]": COPIES}
    url = client.post("/micropub", data=body, headers=headers).headers["Location"]
    path = f"content/{url.removeprefix(live.url)}index.md"
    with live.parts.repository.writing() as writer:
        file = writer.read(path)
        assert file is not None
        kept = file.replace(b"\nsyndication:", f"\nsyndicateTo: [{PLACE}]\nsyndication:".encode())
        assert kept != file
        writer.commit({path: kept}, "by hand", live.parts.clock())
    live.parts.checkout.update()
    live.parts.builder.build()
    return url


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_the_copies_are_named_and_lead_there(
    copied: str, open_page: Callable[..., Page], size: str, scheme: str
) -> None:
    page = open_page(size, scheme)

    page.goto(copied)

    shown = page.locator(".copies")
    expect(shown).to_have_text(
        "Also on social.example, bsky.app, a-network-with-a-name-that-is-rather-long.example"
    )
    links = [link.get_attribute("href") for link in shown.locator("a").all()]
    assert links == COPIES
    expect(page.locator(f'a[href="{PLACE}"]')).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]
