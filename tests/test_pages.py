"""The pages a person sees: their headers, their style, and what others wrote on them."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

import endpoint
from endpoint.handlers.pages import page

TEMPLATES = Path(endpoint.__file__).parent / "handlers" / "templates"
STYLE = (TEMPLATES / "style.css").read_text()


@pytest.fixture
def browser() -> FlaskClient:
    app = Flask("endpoint", static_folder=None, template_folder=str(TEMPLATES))

    @app.get("/error")
    def error():
        return page("error.html", 400, title="<b>No</b>", description="It is 'so' & \"so\"")

    @app.get("/app")
    def other():
        return page("error.html", forms_to="'self' https:", title="No", description="So")

    return app.test_client()


def test_400_page_fetches_nothing_runs_nothing_and_cannot_be_framed(browser):
    """RFC 6749 §10.13: the page cannot be put in a frame."""
    response = browser.get("/error")

    assert response.status_code == 400
    assert response.mimetype == "text/html"
    assert directives(response) == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest(STYLE)}'",
        "img-src": "data:",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"


def test_200_form_may_lead_where_the_page_says(browser):
    response = browser.get("/app")

    assert directives(response)["form-action"] == "'self' https:"


def test_200_browser_finds_the_style_that_the_policy_allows(browser):
    """CSP3 §6.7.3.3: the hash is of the bytes between the tags."""
    response = browser.get("/error")

    [style] = re.findall(r"<style>(.*?)</style>", response.text, re.DOTALL)
    assert style == STYLE
    assert directives(response)["style-src"] == f"'sha256-{digest(style)}'"


def test_200_what_others_wrote_is_text(browser):
    response = browser.get("/error")

    document = BeautifulSoup(response.text, "lxml")
    assert document.h1.text == "<b>No</b>"
    assert document.title.text == "<b>No</b>"
    assert document.find("p").text == "It is 'so' & \"so\""
    assert document.html["lang"] == "en"
    assert len(document.find_all("main")) == 1


@pytest.mark.parametrize("template", sorted(TEMPLATES.glob("*.html")), ids=lambda path: path.name)
def test_templates_ask_nothing_of_other_sites(template):
    source = template.read_text()

    document = BeautifulSoup(source, "lxml")
    assert not document.find_all(["iframe", "object", "embed"])
    assert all(script.get_text() == "{{ script | safe }}" for script in document("script"))
    assert not document.find_all("script", src=True)
    assert not [tag for tag in document.find_all(True) if "style" in tag.attrs]
    assert not re.findall(r"\son\w+=", source)
    assert not re.findall(r"""(?:src|action)=["'](?:https?:)?//""", source)
    assert not document.find_all("link", href=re.compile("^(?:https?:)?//"))
    assert set(re.findall(r"\|\s*safe", source)) <= (
        {"| safe"} if "base" in template.name else set()
    )


def test_style_asks_nothing_of_other_sites_and_moves_nothing():
    for word in ("url(", "@import", "@font-face", "animation", "transition", "</"):
        assert word not in STYLE


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground", "least"),
    [
        pytest.param("ink", "sheet", 4.5, id="text"),
        pytest.param("ink", "ground", 4.5, id="text on the ground"),
        pytest.param("ink", "soft", 4.5, id="text under the pointer"),
        pytest.param("muted", "sheet", 4.5, id="small print"),
        pytest.param("muted", "soft", 4.5, id="small print under the pointer"),
        pytest.param("muted", "ground", 4.5, id="small print on the ground"),
        pytest.param("accent", "sheet", 4.5, id="link"),
        pytest.param("accent", "ground", 4.5, id="link on the ground"),
        pytest.param("on-accent", "accent", 4.5, id="button"),
        pytest.param("danger", "sheet", 4.5, id="dangerous button"),
        pytest.param("danger", "danger-soft", 4.5, id="problem"),
        pytest.param("notice", "notice-soft", 4.5, id="notice"),
        pytest.param("edge", "sheet", 3, id="edge of a field"),
    ],
)
def test_colours_can_be_told_apart(scheme, text, ground, least):
    """WCAG 2.2 §1.4.3 and §1.4.11, level AA."""
    colours = palette(scheme)

    assert contrast(colours[text], colours[ground]) >= least


def directives(response) -> dict[str, str]:
    policy = response.headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in policy.split(";"))


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def palette(scheme: str) -> dict[str, str]:
    light, dark = (
        dict(re.findall(r"--([a-z-]+):\s*(#[0-9a-f]+);", block))
        for block in re.findall(r":root \{(.*?)\}", STYLE, re.DOTALL)
    )
    return light if scheme == "light" else light | dark


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
    shares = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
