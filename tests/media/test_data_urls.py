"""Pictures written into text as ``data:`` URLs, taken out and read."""

import base64
import time
from functools import partial

import pytest

from endpoint.domain.data_urls import decode, take_out_of_html, take_out_of_markdown
from endpoint.errors import InvalidRequest

PNG = "data:image/png;base64,iVBORw0KGgo="
GIF = "data:image/gif;base64,R0lGODlh"
URL = "https://site.example/media/1"


def _keep(taken: list[str]):
    def keep(url: str) -> str:
        taken.append(url)
        return f"https://site.example/media/{len(taken)}"

    return keep


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        pytest.param(
            f'<p><img src="{PNG}" alt="A"></p>', f'<p><img src="{URL}" alt="A"></p>', id="img"
        ),
        pytest.param(f"<IMG alt='>' SRC='{PNG}'>", f"<IMG alt='>' SRC='{URL}'>", id="odd spelling"),
        pytest.param(f"<img src={PNG}>", f"<img src={URL}>", id="no quotes"),
        pytest.param(f'<img src=" {PNG} ">', f'<img src=" {URL} ">', id="blanks around"),
        pytest.param(
            f'<video poster="{PNG}" src="a.mp4"></video>',
            f'<video poster="{URL}" src="a.mp4"></video>',
            id="poster",
        ),
        pytest.param(f'<a href="{PNG}">a</a>', f'<a href="{PNG}">a</a>', id="a link is left"),
        pytest.param(f"<code>{PNG}</code>", f"<code>{PNG}</code>", id="text is left"),
        pytest.param(f"<!-- <img src='{PNG}'> -->", f"<!-- <img src='{PNG}'> -->", id="comment"),
        pytest.param('<img src="data:text/html,x">', '<img src="data:text/html,x">', id="no media"),
        pytest.param(
            f'<img src="data:text/html,x"><img src="{PNG}">',
            f'<img src="data:text/html,x"><img src="{URL}">',
            id="no media beside a picture",
        ),
        pytest.param(f'<a src="{PNG}">a</a>', f'<a src="{PNG}">a</a>', id="a link with src"),
        pytest.param(f'<audio src="{PNG}">', f'<audio src="{URL}">', id="audio"),
        pytest.param(
            f'<video><source src="{PNG}"></video>',
            f'<video><source src="{URL}"></video>',
            id="source",
        ),
        pytest.param(
            f'<img srcset="{PNG} 2x" alt="{PNG}">',
            f'<img srcset="{PNG} 2x" alt="{PNG}">',
            id="other attributes are left",
        ),
        pytest.param(
            f'<textarea><img src="{PNG}"></textarea>',
            f'<textarea><img src="{PNG}"></textarea>',
            id="what looks like a picture",
        ),
    ],
)
def test_html_gets_urls_for_its_pictures(html, expected):
    assert take_out_of_html(html, _keep([])) == expected


@pytest.mark.parametrize(
    ("text", "html", "expected"),
    [
        pytest.param(f"a ![b]({PNG}) c", False, f"a ![b]({URL}) c", id="picture"),
        pytest.param(f"![b](<{PNG}> 'T')", False, f"![b](<{URL}> 'T')", id="with a title"),
        pytest.param(f"![b][1]\n\n[1]: {PNG}", False, f"![b][1]\n\n[1]: {URL}", id="reference"),
        pytest.param(f"    ![b]({PNG})", False, f"    ![b]({PNG})", id="code is left"),
        pytest.param(f"`![b]({PNG})`", False, f"`![b]({PNG})`", id="code in a line is left"),
        pytest.param(f"[b]({PNG})", False, f"[b]({PNG})", id="a link is left"),
        pytest.param(f'<img src="{PNG}">', False, f'<img src="{PNG}">', id="HTML that is text"),
        pytest.param(f'<img src="{PNG}">', True, f'<img src="{URL}">', id="HTML that is HTML"),
    ],
)
def test_markdown_gets_urls_for_its_pictures(text, html, expected):
    assert take_out_of_markdown(text, _keep([]), html=html) == expected


def test_each_picture_is_kept():
    taken: list[str] = []

    html = take_out_of_html(f'<img src="{PNG}"><img src="{GIF}">', _keep(taken))

    assert taken == [PNG, GIF]
    assert html == f'<img src="{URL}"><img src="https://site.example/media/2">'


def test_a_picture_larger_than_what_is_parsed_is_taken_out():
    url = f"data:image/png;base64,{base64.b64encode(bytes(1_000_000)).decode()}"

    text = take_out_of_markdown(f"# Big\n\n![big]({url})", _keep([]), html=False)

    assert text == f"# Big\n\n![big]({URL})"


@pytest.mark.parametrize(
    "html",
    [
        pytest.param('<img src="data:image/png;base64">', id="without a comma"),
        pytest.param('<img src="data:image/png;base64,AA\nAA">', id="broken over lines"),
        pytest.param('<img src="data:image/png;base64,AA&#43;AA">', id="a sign in disguise"),
        pytest.param('<img src="data:image/svg+xml,<svg/>">', id="tags"),
        pytest.param('<img src="data&#58;image/png;base64,AAAA">', id="a colon in disguise"),
    ],
)
def test_broken_data_urls_are_refused(html):
    with pytest.raises(InvalidRequest, match=r"^content has a data URL that cannot be read"):
        take_out_of_html(html, _keep([]))


@pytest.mark.parametrize(
    "piece", ["<a ", "<!--", "</", '<img src="', "<", "& ", "<textarea></t", "<b>", "[<b>"]
)
@pytest.mark.parametrize("take_out", [take_out_of_html, partial(take_out_of_markdown, html=True)])
def test_text_made_to_keep_a_parser_busy(take_out, piece):
    times = 600_000 if piece == "& " else 600_000 // len(piece)
    text = "data:image/png,x " + piece * times
    before_s = time.process_time()

    unchanged = take_out(text, _keep([]))

    assert unchanged == text
    assert time.process_time() - before_s < 5


@pytest.mark.parametrize("colon", ["&#58;", "&colon;", "\\:"])
def test_data_urls_in_disguise_are_refused(colon):
    text = f"![b](data{colon}image/png;base64,AAAA)"

    with pytest.raises(InvalidRequest, match=r"^content has a data URL that cannot be read"):
        take_out_of_markdown(text, _keep([]), html=False)


@pytest.mark.parametrize(
    ("url", "content"),
    [
        pytest.param("data:image/png;base64,QUI=", b"AB", id="base64"),
        pytest.param("DATA:image/png;BASE64,QUI", b"AB", id="capitals, no padding"),
        pytest.param("data:image/png;charset=x;base64,QUI%3D", b"AB", id="escaped"),
        pytest.param("data:,a%20b", b"a b", id="percent"),
        pytest.param(" data:image/png;base64,Q U\nI= ", b"AB", id="blanks"),
    ],
)
def test_data_urls_are_read(url, content):
    assert decode(url, "photo") == content


@pytest.mark.parametrize("url", ["data:image/png", "data:,", "data:a/b;base64,A", "data:;base64,*"])
def test_data_urls_that_hold_no_file_are_refused(url):
    with pytest.raises(InvalidRequest, match=r"^photo has a data URL"):
        decode(url, "photo")
