"""Pictures made small enough for places that take only small ones."""

import io
import os

import pytest
from photos import corners, quarters
from PIL import Image, ImageCms

from endpoint.errors import InvalidRequest
from endpoint.stores.media.small_pictures import make_small

MOST = 100_000


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def noise(width: int, height: int) -> Image.Image:
    return Image.frombytes("RGB", (width, height), os.urandom(3 * width * height))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "GIF", "WEBP"])
def test_what_is_small_enough_stays_as_it_is(form):
    content = saved(quarters(), form)

    small = make_small(content, MOST, 2000)

    assert small.content == content
    assert (small.media_type, small.width, small.height) == (f"image/{form.lower()}", 160, 120)


def test_what_is_too_large_keeps_as_much_as_fits():
    content = saved(noise(900, 600), "PNG")

    small = make_small(content, MOST, 800)

    assert MOST / 4 < len(small.content) <= MOST
    assert small.media_type == "image/jpeg"
    with Image.open(io.BytesIO(small.content)) as image:
        assert image.size == (small.width, small.height)
        assert 250 < image.width <= 800
        assert image.width / image.height == pytest.approx(1.5, abs=0.02)


def test_a_picture_of_many_pixels_and_few_bytes_stays():
    content = saved(Image.new("L", (4000, 100)), "PNG")

    assert make_small(content, MOST, 2000).content == content


def test_what_lies_on_its_side_is_turned():
    exif = Image.Exif()
    exif[274] = 6
    image = quarters()
    colours = corners(image)

    small = make_small(saved(image, "JPEG", exif=exif, quality=95), MOST, 2000)

    with Image.open(io.BytesIO(small.content)) as turned:
        assert (turned.size, (small.width, small.height)) == ((120, 160), (120, 160))
        assert "exif" not in turned.info
        assert corners(turned) == [colours[2], colours[0], colours[3], colours[1]]


@pytest.mark.parametrize(("mode", "form"), [("LA", "PNG"), ("RGBA", "PNG"), ("RGBA", "AVIF")])
def test_what_shows_through_becomes_white(mode, form):
    image = noise(200, 200).convert(mode)
    image.putalpha(0)
    content = saved(image, form)

    small = make_small(content, min(len(content), 20_000) - 1, 2000)

    with Image.open(io.BytesIO(small.content)) as shown:
        assert shown.format == "JPEG"
        assert min(shown.convert("L").getextrema()) > 245


def test_colours_keep_their_meaning():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

    small = make_small(saved(noise(300, 300), "PNG", icc_profile=profile), MOST, 2000)

    with Image.open(io.BytesIO(small.content)) as image:
        assert image.format == "JPEG"
        assert image.info["icc_profile"] == profile


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"words", id="words"),
        pytest.param(saved(noise(300, 300), "JPEG", quality=95)[:50_000], id="cut off"),
        pytest.param(b"\x00\x00\x00\x18ftypmp42" + b"\x00" * 100, id="a film"),
    ],
)
def test_what_is_no_picture_is_refused(content):
    with pytest.raises(InvalidRequest):
        make_small(content, 10_000, 2000)


def test_what_cannot_be_so_small_is_refused():
    with pytest.raises(InvalidRequest, match="smaller than 100 bytes"):
        make_small(saved(noise(300, 300), "PNG"), 100, 2000)


def test_a_picture_of_too_many_pixels_is_made_smaller():
    content = saved(Image.new("L", (4000, 100)), "PNG")

    small = make_small(content, MOST, 600, max_pixels=399_999)

    assert (small.media_type, small.width, small.height) == ("image/jpeg", 600, 15)
