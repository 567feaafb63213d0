"""A post with mentions, as its readers see it: built by the real Hugo, shown by Chromium."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from browsers import SIZES
from conftest import Live, make_bearer
from playwright.sync_api import Page, expect
from programs import need

from endpoint.app import make_app

WORD = "https://ada.example/" + "averylongaddresswithoutahyphen" * 7

WIDTHS = "words => words.map(one => one.clientWidth)"
COLOURS = "words => getComputedStyle(words).color + getComputedStyle(document.body).backgroundColor"


def tell(target: str) -> list[dict[str, object]]:
    """Return mentions of every kind, a thread as deep as can be, and words that do not break."""
    ada = {"name": "Ada " * 20, "url": "https://ada.example/", "photo": "https://ada.example/a.png"}
    told: list[dict[str, object]] = [
        {"source": f"https://ada.example/{kind}/{number}", "kind": kind, "author": ada}
        for kind in ("like", "repost", "bookmark", "rsvp")
        for number in range(30)
    ]
    for depth in range(8):
        words = {"content": f"{depth} {WORD}", "html": '<img src="https://ada.example/b.png">'}
        above = {"parent": f"https://ada.example/reply/{depth - 1}"} if depth else {}
        source = f"https://ada.example/reply/{depth}"
        told.append({"source": source, "url": source, "kind": "reply", **words, **above})
    told.append({"source": WORD, "url": WORD, "kind": "mention", "name": WORD, "author": ada})
    return [{"target": target, "rsvp": "yes"} | mention for mention in told]


@pytest.fixture(scope="module")
def mentioned(live: Live) -> Iterator[str]:
    """The URL of a post with mentions, which is gone afterwards."""
    need("hugo")
    client, headers = make_app(live.parts).test_client(), make_bearer(live.parts)
    body = {"content": "Tea at five?", "mp-slug": "mentioned"}
    url = client.post("/micropub", data=body, headers=headers).headers["Location"]
    path = f"content/{url.removeprefix(live.url)}webmentions.json"
    change(live, path, json.dumps(tell(url)).encode())
    yield url
    change(live, path, None)
    client.post("/micropub", data={"action": "delete", "url": url}, headers=headers)
    build(live)


def change(live: Live, path: str, data: bytes | None) -> None:
    with live.parts.repository.writing() as writer:
        writer.commit({path: data}, "by hand", live.parts.clock())
    build(live)


def build(live: Live) -> None:
    live.parts.checkout.update()
    live.parts.builder.build()


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_the_screen_and_asks_nobody_else(
    live: Live, mentioned: str, open_page: Callable[..., Page], size: str
) -> None:
    page = open_page(size)
    hosts, wider, colours = set(), [], set()
    page.on("request", lambda request: hosts.add(urlsplit(request.url).netloc))

    page.goto(mentioned)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.get_by_role("button", name="Send").scroll_into_view_if_needed()
        wider.append(page.evaluate("document.documentElement.scrollWidth - innerWidth"))
        colours.add(page.locator(".answers .p-content").first.evaluate(COLOURS))

    expect(page.get_by_role("heading", name="30 likes")).to_be_visible()
    expect(page.get_by_role("heading", name="8 answers")).to_be_visible()
    assert max(wider) <= 0
    assert len(colours) == 2
    assert min(page.locator(".answers .p-content").evaluate_all(WIDTHS)) > 100
    assert hosts == {urlsplit(live.url).netloc}


def test_a_reader_can_send_a_response(mentioned: str, open_page: Callable[..., Page]) -> None:
    page = open_page("phone", scripts=False)
    page.goto(mentioned)

    page.get_by_label("Have you written a response").fill("https://eve.example/on-tea")
    with page.expect_response("**/webmention") as answered:
        page.get_by_role("button", name="Send").click()

    assert answered.value.status == 201
    expect(page.get_by_text("https://eve.example/on-tea")).to_be_visible()
