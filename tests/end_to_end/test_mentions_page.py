"""``/admin/mentions`` in a real browser: by keyboard, by mouse, and without JavaScript."""

import pytest
from browsers import SIZES, sign_in
from playwright.sync_api import expect
from received_mentions import receive, said, states
from sqlalchemy import delete

from endpoint.stores.mentions.rows import mention_rules, mentions


@pytest.fixture
def waiting(live):
    """Three mentions that wait, in the order in which the page shows them."""
    with live.parts.engine.begin() as connection:
        connection.execute(delete(mentions))
        connection.execute(delete(mention_rules))
    texts = ["I quite agree.", "Thank you for this!\n\nI had not known that.", "Buy now! " * 30]
    sources = ["https://grace.example/1", "https://ada.example/2", "https://spam.example/3"]
    urls = ["https://grace.example/", "", "https://spam.example/a-rather-long-name/of-somebody"]
    made = [
        receive(live.parts, source, said(text=words, url=url))
        for source, words, url in zip(sources, texts, urls, strict=True)
    ]
    return made[::-1]


@pytest.fixture
def open_mentions(live, open_page):
    def open_mentions(*settings, **more):
        page = open_page(*settings, **more)
        sign_in(page, f"{live.url}admin/mentions")
        expect(page.get_by_role("heading", name="Mentions")).to_be_visible()
        return page

    return open_mentions


def focused(page):
    return page.evaluate("document.activeElement.id.replace('m-', '')")


def press(page, key):
    """Press a key that leads to another page."""
    with page.expect_navigation():
        page.keyboard.press(key)


def test_keys_lead_through_the_list(waiting, open_mentions):
    page = open_mentions()

    seen = []
    for key in "jjjjkkk":
        page.keyboard.press(key)
        seen.append(focused(page))

    first, second, third = waiting
    assert seen == [first, second, third, third, second, first, first]


def test_keys_decide_and_take_back(live, waiting, open_mentions):
    page = open_mentions()
    first, second, third = waiting

    page.keyboard.press("j")
    press(page, "s")
    at_second = focused(page)
    press(page, "a")
    at_third = focused(page)
    press(page, "r")
    decided = states(live.parts, first, second, third)
    expect(page.get_by_role("status")).to_contain_text("Rejected")
    press(page, "u")

    assert [at_second, at_third] == [second, third]
    assert decided == ["spam owner", "approved owner", "rejected owner"]
    assert states(live.parts, first, second, third) == ["spam owner", "approved owner", ""]


@pytest.mark.parametrize("keys", ["a", "Control+a", "j Control+r Alt+a", "j x y z"])
def test_other_keys_decide_nothing(live, waiting, open_mentions, keys):
    page = open_mentions()

    for key in keys.split():
        if key != "Control+r":
            page.keyboard.press(key)

    page.wait_for_timeout(200)
    assert states(live.parts, *waiting) == ["", "", ""]


def test_keys_type_in_a_field(live, waiting, open_mentions):
    page = open_mentions()
    page.get_by_role("link", name="Rules").click()

    page.get_by_label("Which").fill("")
    page.keyboard.type("spam.example")
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("Blocked")
    assert states(live.parts, *waiting) == ["rejected policy", "", ""]


def test_without_javascript(live, waiting, open_mentions):
    page = open_mentions(scripts=False)
    first, second, _ = waiting

    page.locator(f"#m-{first}").get_by_role("button", name="Spam").click()
    expect(page.get_by_role("status")).to_contain_text("spam")
    expect(page.locator(f"#m-{first}")).to_have_count(0)
    spam = states(live.parts, first)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"#m-{first}")).to_be_visible()
    entry = page.locator(f"#m-{second}")
    entry.locator("summary").click()
    entry.get_by_role("button", name="Block all of ada.example").click()
    expect(page.get_by_role("status")).to_contain_text("Blocked")

    assert [*spam, *states(live.parts, *waiting)] == ["spam owner", "", "rejected policy", ""]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_the_screen(waiting, open_mentions, size, scheme):
    page = open_mentions(size, scheme)
    for summary in page.locator("summary").all():
        summary.click()

    widths = []
    for path in ("", "?show=spam", "/rules"):
        page.goto(f"{page.url.partition('/admin/')[0]}/admin/mentions{path}")
        widths.append(page.evaluate("document.documentElement.scrollWidth - innerWidth"))

    assert max(widths) <= 0


def test_a_link_from_mail_decides_by_its_button(live, waiting, open_page):
    page = open_page("phone")

    page.goto(live.parts.webmentions.moderation.links.link(waiting[0]))
    before = states(live.parts, waiting[0])
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You approved it")

    assert [*before, *states(live.parts, waiting[0])] == ["", "approved owner"]
