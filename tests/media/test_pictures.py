"""Pictures as cameras and phones make them, and what is left of them when they are published."""

import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from io import BytesIO

import blurhash
import pillow_heif
import pytest
from photos import (
    BLUE,
    GREEN,
    RED,
    UPRIGHT,
    WHITE,
    XMP,
    chunk,
    corners,
    distance,
    exif,
    nearest,
    quarters,
)
from PIL import Image, ImageCms, ImageSequence, PngImagePlugin

from endpoint.errors import InsufficientStorage, InvalidRequest, Unavailable
from endpoint.stores.media import pictures
from endpoint.stores.media.cleaning import clean
from endpoint.stores.media.pictures import PictureRules, clean_picture

RULES = PictureRules(max_pixels=2_000_000, max_edge=200, quality=85, heic_as="jpeg")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
SECRETS = [b"SecretCam", b"SecretXmp", b"SecretIptc", b"SecretNote", b"SecretTail", b"GPS", b"Exif"]

pillow_heif.register_heif_opener()


@pytest.fixture
def cleaned(tmp_path):
    """Clean these bytes: the picture as recorded, and the bytes that are kept."""

    def run(data, rules=RULES):
        source, target = tmp_path / "sent", tmp_path / "kept"
        source.write_bytes(data)
        return clean(source, target, rules), target.read_bytes()

    return run


@pytest.fixture
def refused(tmp_path):
    """Clean these bytes in vain: the description, when nothing was kept."""

    def run(data, rules=RULES, error=InvalidRequest):
        source, target = tmp_path / "sent", tmp_path / "kept"
        source.write_bytes(data)
        with pytest.raises(error) as caught:
            clean(source, target, rules)
        assert not target.exists()
        description = caught.value.description
        assert description.isascii()
        assert not set('"\\') & set(description)
        return description

    return run


def turned(image, orientation):
    """``image`` as a camera held another way stores it."""
    back = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}
    return image.transpose(Image.Transpose(back[orientation])) if orientation > 1 else image


def saved(image, image_format, **options):
    file = BytesIO()
    image.save(file, image_format, **options)
    return file.getvalue()


def opened(data):
    with Image.open(BytesIO(data)) as image:
        image.load()
        return image


def frames(data):
    with Image.open(BytesIO(data)) as image:
        return [
            (frame.convert("RGBA"), frame.info["duration"])
            for frame in ImageSequence.Iterator(image)
        ]


def assert_silent(data):
    assert [secret for secret in SECRETS if secret in data] == []
    image = opened(data)
    assert not image.getexif()
    assert not {"exif", "xmp", "comment", "photoshop", "icc_profile_name"} & image.info.keys()


def iptc():
    record = b"\x1c\x02\x78" + struct.pack(">H", 10) + b"SecretIptc"
    content = b"Photoshop 3.0\x008BIM\x04\x04\0\0" + struct.pack(">I", len(record)) + record
    return b"\xff\xed" + struct.pack(">H", len(content) + 3) + content + b"\0"


def jpeg(image, orientation=1):
    """A JPEG with everything in it that should not be published."""
    data = saved(
        *(image, "JPEG"),
        exif=exif(orientation),
        xmp=XMP,
        comment=b"SecretNote",
        icc_profile=SRGB,
        quality=95,
    )
    return data[:2] + iptc() + data[2:] + b"SecretTail" + saved(image, "JPEG", comment="GPS")


@pytest.mark.parametrize("max_edge", [pytest.param(200, id="as it is"), pytest.param(80, id="80")])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_jpeg_stands_upright_and_is_silent(cleaned, orientation, max_edge):
    sent = jpeg(turned(quarters(), orientation), orientation)
    assert all(secret in sent for secret in SECRETS)

    picture, kept = cleaned(sent, replace(RULES, max_edge=max_edge))

    assert corners(opened(kept)) == UPRIGHT
    assert opened(kept).size == (picture.width, picture.height)
    assert max(opened(kept).size) == min(160, max_edge)
    assert picture.media_type.name == "image/jpeg"
    assert opened(kept).info["icc_profile"] == SRGB
    assert_silent(kept)


@pytest.mark.parametrize("image_format", ["PNG", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
@pytest.mark.parametrize("max_edge", [0, 80])
def test_other_formats_stand_upright_and_are_silent(cleaned, image_format, orientation, max_edge):
    # A HEIC keeps the turn beside its pixels, as phones do.
    image = turned(quarters(), orientation)
    options = {"exif": exif(orientation), "xmp": XMP, "icc_profile": SRGB}
    if image_format == "PNG":
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", "SecretNote")
        text.add_itxt("XML:com.adobe.xmp", XMP.decode())
        text.add_text("Zipped", "SecretNote", zip=True)
        options |= {"pnginfo": text}
    sent = saved(image, image_format, **options)
    assert b"SecretCam" in sent

    picture, kept = cleaned(sent, replace(RULES, max_edge=max_edge))

    expected = {"PNG": "PNG", "WEBP": "WEBP", "AVIF": "AVIF", "HEIF": "JPEG"}[image_format]
    assert opened(kept).format == expected
    assert corners(opened(kept)) == UPRIGHT
    assert opened(kept).size == (picture.width, picture.height)
    assert max(opened(kept).size) == (max_edge or 160)
    assert opened(kept).info["icc_profile"] == SRGB
    assert_silent(kept)


@pytest.mark.parametrize("heic_as", ["jpeg", "webp"])
def test_heic_becomes_what_the_owner_wants(cleaned, heic_as):
    sent = saved(quarters(), "HEIF", exif=exif())

    picture, kept = cleaned(sent, replace(RULES, heic_as=heic_as))

    assert picture.media_type.name == f"image/{heic_as}"
    assert opened(kept).format == heic_as.upper()
    assert corners(opened(kept)) == UPRIGHT


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP"])
def test_what_stands_upright_keeps_its_pixels_exactly(cleaned, image_format):
    image = Image.effect_noise((160, 120), 60).convert("RGB")
    sent = saved(image, image_format, quality=70)

    _, kept = cleaned(sent)

    assert opened(kept).tobytes() == opened(sent).tobytes()
    assert len(kept) <= len(sent)


@pytest.mark.parametrize("image_format", ["PNG", "GIF", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("max_edge", [0, 80])
def test_transparency_stays(cleaned, image_format, max_edge):
    image = quarters(mode="RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 80, 60))

    _, kept = cleaned(saved(image, image_format), replace(RULES, max_edge=max_edge))

    shown = opened(kept).convert("RGBA")
    assert shown.getpixel((10, 10))[3] == 0
    assert shown.getpixel((shown.width - 10, shown.height - 10))[3] == 255
    assert distance(shown.getpixel((shown.width - 10, 10))[:3], GREEN) < 30


@pytest.mark.parametrize("colours", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_pngs_of_every_kind_become_smaller(cleaned, colours):
    image = Image.new(colours, (400, 200), 40_000 if colours == "I;16" else 0)

    picture, kept = cleaned(saved(image, "PNG"))

    assert (picture.width, picture.height) == opened(kept).size == (200, 100)
    if colours == "I;16":
        assert opened(kept).getpixel((5, 5)) == 40_000 >> 8


def test_a_colour_that_means_nothing_stays_see_through(cleaned):
    sent = saved(quarters((400, 400)), "PNG", transparency=RED)

    _, kept = cleaned(sent)

    assert opened(kept).convert("RGBA").getpixel((10, 10))[3] == 0
    assert opened(kept).convert("RGBA").getpixel((190, 190)) == (*WHITE, 255)


def test_cmyk_becomes_rgb(cleaned):
    sent = saved(quarters(mode="CMYK"), "JPEG", quality=95)

    _, kept = cleaned(sent)

    assert opened(kept).mode == "RGB"
    assert corners(opened(kept)) == UPRIGHT


def test_a_profile_that_cannot_be_one_is_left_out(cleaned):
    sent = saved(quarters(), "JPEG", icc_profile=b"SecretNote" * 20)

    _, kept = cleaned(sent)

    assert "icc_profile" not in opened(kept).info
    assert_silent(kept)


def animation(image_format, size):
    pictures = [Image.new("RGB", size, colour) for colour in (RED, GREEN, BLUE)]
    for at, picture in enumerate(pictures):
        picture.paste(WHITE, (0, 0, 10 + 10 * at, 20))
    return saved(
        *(pictures[0], image_format),
        save_all=True,
        append_images=pictures[1:],
        duration=[70, 1230, 40],
        loop=3,
        **({"comment": b"SecretNote"} if image_format == "GIF" else {"exif": exif()}),
    )


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG"])
@pytest.mark.parametrize(
    ("size", "expected"),
    [((160, 80), (160, 80)), ((400, 200), (200, 100)), ((300, 600), (100, 200))],
)
def test_an_animation_goes_on_moving(cleaned, image_format, size, expected):
    sent = animation(image_format, size)

    picture, kept = cleaned(sent)

    moving = frames(kept)
    assert (picture.width, picture.height) == expected
    assert [frame.size for frame, _ in moving] == [expected] * 3
    assert [duration for _, duration in moving] == [70, 1230, 40]
    assert opened(kept).info["loop"] == 3
    shown = [frame.getpixel((expected[0] // 2, expected[1] - 5))[:3] for frame, _ in moving]
    assert all(distance(a, b) < 30 for a, b in zip(shown, (RED, GREEN, BLUE), strict=True))
    assert_silent(kept)


def test_an_avif_goes_on_moving(cleaned):
    pictures = [Image.new("RGB", (100, 80), colour) for colour in (RED, GREEN)]
    sent = saved(pictures[0], "AVIF", save_all=True, append_images=pictures[1:], duration=[70, 500])

    _, kept = cleaned(sent)

    assert [round(duration) for _, duration in frames(kept)] == [70, 500]


def test_what_a_frame_leaves_open_does_not_show_the_one_before(cleaned):
    pictures = [Image.new("RGBA", (400, 200)) for _ in range(3)]
    for at, picture in enumerate(pictures):
        picture.paste(RED, (100 * at, 0, 100 * at + 100, 200))
    sent = saved(
        *(pictures[0], "GIF"), save_all=True, append_images=pictures[1:], duration=50, disposal=2
    )

    _, kept = cleaned(sent)

    last, _ = frames(kept)[2]
    assert [last.getpixel((x, 50))[3] for x in (25, 75, 125)] == [0, 0, 255]


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("max_edge", [0, 80])
def test_what_follows_the_end_is_gone(cleaned, image_format, max_edge):
    sent = saved(quarters(), image_format) + b"<script>SecretTail()</script>"

    _, kept = cleaned(sent, replace(RULES, max_edge=max_edge))

    assert b"SecretTail" not in kept
    assert b"<script" not in kept


def test_other_data_in_a_gif_is_gone(cleaned):
    sent = saved(quarters(), "GIF")
    end = 13 + (3 << (sent[10] & 7) + 1)
    xmp = b"!\xff\x0bXMP DataXMP" + bytes([len(XMP)]) + XMP + b"\0"

    _, kept = cleaned(sent[:end] + xmp + sent[end:])

    assert corners(opened(kept)) == UPRIGHT
    assert_silent(kept)


def test_an_unusual_jpeg_is_made_anew(cleaned):
    sent = jpeg(quarters())
    at = sent.index(b"\xff\xdb")

    _, kept = cleaned(sent[:at] + b"SecretTail" + sent[at:])

    assert corners(opened(kept)) == UPRIGHT
    assert_silent(kept)


def test_what_calls_itself_a_profile_is_gone(cleaned):
    sent = saved(quarters(), "JPEG")
    pretended = b"\xff\xe2\x00\x1aICC_PROFILE\0\x01\x02SecretTail"
    scan = sent.index(b"\xff\xda")

    for at in (2, scan):
        _, kept = cleaned(sent[:at] + pretended + sent[at:])

        assert corners(opened(kept)) == UPRIGHT
        assert_silent(kept)


def test_a_profile_larger_than_any_picture_needs_is_gone(cleaned):
    profile = (2_000_000).to_bytes(4, "big") + SRGB[4:] + bytes(2_000_000 - len(SRGB))

    _, kept = cleaned(saved(quarters(), "JPEG", icc_profile=profile))

    assert len(kept) < 20_000
    assert corners(opened(kept)) == UPRIGHT


def test_a_preview_in_the_first_header_is_gone(cleaned):
    sent = saved(quarters(), "JPEG")
    preview = b"SecretTail!!"
    with_preview = b"\xff\xe0\x00\x1cJFIF\0\x01\x01\0\0\x01\0\x01\x02\x02" + preview

    _, kept = cleaned(sent[:2] + with_preview + sent[20:])

    assert corners(opened(kept)) == UPRIGHT
    assert_silent(kept)


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_second_picture_inside_is_gone(cleaned, orientation):
    """As phones make them: previews, depth, gain maps (Multi-Picture Format)."""
    options = {"save_all": True, "append_images": [quarters()], "exif": exif(orientation)}
    sent = saved(turned(quarters(), orientation), "MPO", **options)

    _, kept = cleaned(sent)

    assert kept.count(b"\xff\xd8\xff") == 1
    assert b"MPF" not in kept
    assert corners(opened(kept)) == UPRIGHT
    assert_silent(kept)


@pytest.mark.parametrize("image_format", ["JPEG", "HEIF"])
def test_the_film_behind_a_photo_is_gone(cleaned, image_format):
    film = b"\0\0\0\x18ftypmp42\0\0\0\0isommp42\0\0\0\x20moov\xa9xyz+48.1371+011.5754/"
    box = b"" if image_format == "JPEG" else b"\0\0\0\x40mpvd"

    _, kept = cleaned(saved(quarters(), image_format) + box + film)

    assert b"ftyp" not in kept
    assert b"+48.1371" not in kept


@pytest.mark.parametrize(("turn", "said"), [(6, 1), (1, 6), (8, 3)])
def test_a_heic_is_turned_once_whatever_its_exif_says(cleaned, turn, said):
    """ISO/IEC 23008-12 §6.5.10: irot counts, and EXIF is only told."""
    sent = saved(turned(quarters(), turn), "HEIF", exif=exif(turn))
    lying = sent.replace(exif(turn)[6:], exif(said)[6:])
    assert lying != sent

    picture, kept = cleaned(lying)

    assert corners(opened(kept)) == UPRIGHT
    assert (picture.width, picture.height) == (160, 120)


@pytest.mark.parametrize("max_edge", [0, 80])
def test_a_wide_colour_space_stays(cleaned, max_edge):
    # No profile of this machine is wide, and only the name of ours is.
    wide = SRGB.replace("sRGB".encode("utf-16-be"), "WIDE".encode("utf-16-be"))
    assert wide != SRGB
    sent = saved(quarters(), "JPEG", icc_profile=wide)

    _, kept = cleaned(sent, replace(RULES, max_edge=max_edge))

    assert opened(kept).info["icc_profile"] == wide


def test_16_bits_of_a_colour_become_8_when_made_smaller(cleaned):
    rows = b"".join(b"\0" + b"\x80\xff\x40\xff\x20\xff" * 400 for _ in range(200))
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 400, 200, 16, 2, 0, 0, 0))
    content = chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")

    _, kept = cleaned(b"\x89PNG\r\n\x1a\n" + header + content)

    assert distance(opened(kept).getpixel((5, 5)), (128, 64, 32)) <= 3


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("size", [(160, 120), (120, 160), (600, 1), (1, 1)])
def test_a_blurhash_is_told(cleaned, image_format, size):
    if image_format == "HEIF" and min(size) == 1:
        size = (64, 64)

    picture, _ = cleaned(saved(quarters(size), image_format))

    assert len(picture.blurhash) == 28
    across, down = (4, 3) if size[0] >= size[1] else (3, 4)
    assert blurhash.components(picture.blurhash) == (across, down)


def test_a_blurhash_has_the_colours_of_the_picture(cleaned):
    picture, _ = cleaned(saved(quarters(), "PNG"))

    rows = blurhash.decode(picture.blurhash, 4, 4)
    shown = [tuple(rows[y][x]) for y in (0, 3) for x in (0, 3)]
    assert [nearest(colour) for colour in shown] == UPRIGHT


@pytest.mark.parametrize("image_format", ["PNG", "WEBP", "GIF", "AVIF"])
def test_a_blurhash_is_white_where_nothing_is(cleaned, image_format):
    picture, _ = cleaned(saved(Image.new("RGBA", (160, 120)), image_format))

    [[colour]] = blurhash.decode(picture.blurhash, 1, 1)
    assert distance(colour, (255, 255, 255)) < 20


def test_a_blurhash_is_of_the_first_frame(cleaned):
    picture, _ = cleaned(animation("GIF", (160, 80)))

    rows = blurhash.decode(picture.blurhash, 4, 4)
    assert nearest(rows[3][3]) == RED


def test_the_same_picture_gives_the_same_bytes(cleaned):
    for image_format in ("JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"):
        sent = saved(Image.effect_noise((300, 200), 60).convert("RGB"), image_format)

        first, second = cleaned(sent), cleaned(sent)

        assert first == second


def test_a_picture_is_never_enlarged(cleaned):
    picture, kept = cleaned(saved(quarters((40, 30)), "PNG"))

    assert (picture.width, picture.height) == opened(kept).size == (40, 30)


def test_a_line_stays_a_line(cleaned):
    picture, _ = cleaned(saved(Image.new("RGB", (5000, 1)), "PNG"))

    assert (picture.width, picture.height) == (200, 1)


def test_too_many_pixels_are_refused_before_they_are_read(refused):
    header = struct.pack(">IIBBBBB", 10_000, 10_000, 8, 2, 0, 0, 0)
    sent = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b""))

    description = refused(sent)

    assert "100000000" in description
    assert "2000000" in description


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
def test_pixels_over_the_limit_of_the_owner_are_named(refused, image_format):
    sent = saved(Image.new("RGB", (320, 200)), image_format)

    description = refused(sent, replace(RULES, max_pixels=60_000))

    assert "64000" in description
    assert "60000" in description


def test_a_bomb_of_text_is_refused(refused):
    sent = saved(quarters(), "PNG")
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(50_000_000)))

    assert "broken" in refused(sent[:33] + bomb + sent[33:])


def test_a_gif_that_grows_is_refused(refused):
    sent = bytearray(saved(quarters(), "GIF"))
    at = sent.index(b",\0\0\0\0")
    sent[at + 5 : at + 9] = b"\xff\xff\xff\xff"

    refused(bytes(sent))


def test_an_endless_animation_is_refused(refused):
    frame = b"!\xf9\x04\0\x01\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0"
    sent = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff" + frame * 5000 + b";"

    assert "1000 frames" in refused(sent)


def test_an_animation_too_large_in_all_is_refused(refused):
    rules = replace(RULES, max_pixels=20_000, max_edge=100)

    description = refused(animation("GIF", (140, 140)), rules)

    assert "20000 pixels in all its frames" in description


def test_a_jpeg_of_a_thousand_scans_is_refused(refused):
    sent = saved(quarters(), "JPEG", progressive=True)
    at = sent.rindex(b"\xff\xda")

    assert "scans" in refused(sent[:at] + sent[at:-2] * 1000 + sent[-2:])


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "GIF", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.95])
@pytest.mark.parametrize("max_edge", [0, 80])
def test_a_picture_cut_off_is_refused(refused, image_format, part, max_edge):
    sent = saved(Image.effect_noise((160, 120), 60).convert("RGB"), image_format)

    refused(sent[: int(len(sent) * part)], replace(RULES, max_edge=max_edge))


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<html><script>alert(1)</script>", id="HTML"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg'/>", id="SVG"),
        pytest.param(b"GIF89a<html><script>alert(1)</script>", id="GIF in name only"),
        pytest.param(b"GIF89a", id="GIF without anything"),
        pytest.param(b"\xff\xd8\xff\xe0<?php phpinfo(); ?>", id="JPEG in name only"),
        pytest.param(b"\x89PNG\r\n\x1a\n<html>", id="PNG in name only"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8 <html>", id="WebP in name only"),
        pytest.param(b"\0\0\0\x14ftypavif\0\0\0\0avif", id="AVIF in name only"),
        pytest.param(b"\0\0\0\x14ftypheic\0\0\0\0heic", id="HEIC in name only"),
        pytest.param(b"fLaC\0\0\0\x22", id="audio"),
        pytest.param(b"BM" + bytes(60), id="BMP"),
    ],
)
def test_what_is_no_picture_is_refused(refused, sent):
    refused(sent)


@pytest.mark.parametrize("image_format", ["BMP", "TIFF", "ICO", "PPM", "TGA", "PCX"])
def test_other_formats_are_not_tried(refused, image_format):
    refused(saved(quarters((32, 32)), image_format))


def test_broken_bytes_are_refused_or_silent(tmp_path):
    source, target = tmp_path / "sent", tmp_path / "kept"
    for image_format in ("JPEG", "PNG", "GIF", "WEBP"):
        sent = saved(
            quarters(), image_format, **({"exif": exif(6)} if image_format != "GIF" else {})
        )
        for at in range(0, len(sent), max(1, len(sent) // 60)):
            source.write_bytes(sent[:at] + bytes([sent[at] ^ 0x5A]) + sent[at + 1 :])
            try:
                clean(source, target, RULES)
            except InvalidRequest:
                continue
            assert b"SecretCam" not in target.read_bytes()


def test_pictures_in_a_hurry_wait_for_each_other(tmp_path):
    sent = jpeg(turned(quarters((800, 600)), 6), 6)
    for name in "abc":
        (tmp_path / name).write_bytes(sent)

    with ThreadPoolExecutor(3) as threads:
        made = list(
            threads.map(
                lambda name: clean_picture(tmp_path / name, tmp_path / f"{name}.jpg", RULES), "abc"
            )
        )

    kept = {(tmp_path / f"{name}.jpg").read_bytes() for name in "abc"}
    assert made == [made[0]] * 3
    assert (made[0].width, made[0].height) == (200, 150)
    assert len(kept) == 1
    assert corners(opened(kept.pop())) == UPRIGHT


def test_what_takes_too_much_memory_is_refused(tmp_path, monkeypatch):
    source, target = tmp_path / "sent", tmp_path / "kept"
    source.write_bytes(saved(Image.new("RGB", (2500, 2000)), "WEBP"))
    limits = replace(pictures.limits_for(RULES), memory_bytes=120_000_000)
    monkeypatch.setattr(pictures, "limits_for", lambda _rules: limits)

    with pytest.raises(InvalidRequest):
        clean_picture(source, target, replace(RULES, max_pixels=50_000_000))

    assert not target.exists()


def test_what_takes_too_long_is_refused(tmp_path, monkeypatch):
    source, target = tmp_path / "sent", tmp_path / "kept"
    source.write_bytes(saved(quarters(), "PNG"))
    # No picture is needed to be late: the time is over before anything begins.
    limits = replace(pictures.limits_for(RULES), time_s=0)
    monkeypatch.setattr(pictures, "limits_for", lambda _rules: limits)

    with pytest.raises(InvalidRequest, match="too much memory or time"):
        clean_picture(source, target, RULES)

    assert not target.exists()


def test_memory_allowed_grows_with_the_pixels_allowed():
    few = pictures.limits_for(replace(RULES, max_pixels=1)).memory_bytes
    many = pictures.limits_for(replace(RULES, max_pixels=50_000_000)).memory_bytes

    assert few > 200_000_000
    # Lossless WebP takes 20 bytes for each pixel.
    assert many - few > 20 * 50_000_000


def test_201_a_picture_is_worked_on_elsewhere(client, bearer, tmp_path):
    sent = jpeg(turned(quarters((800, 600)), 6), 6)
    data = {"file": (BytesIO(sent), "photo.jpg")}

    response = client.post("/media", data=data, headers=bearer())

    assert response.status_code == 201
    [item] = client.get("/media?q=source", headers=bearer()).json["items"]
    assert (item["width"], item["height"]) == (800, 600)
    assert len(item["blurhash"]) == 28


@pytest.mark.parametrize(
    ("url", "parameter"), [("/media", "file"), ("/micropub", "photo[]"), ("/micropub", "photo")]
)
def test_400_a_broken_picture_names_its_parameter(client, bearer, url, parameter):
    sent = saved(quarters(), "PNG")[:-30]
    data = {parameter: (BytesIO(sent), "photo.png")} | ({} if url == "/media" else {"h": "entry"})

    response = client.post(url, data=data, headers=bearer())

    assert response.status_code == 400
    assert response.json["error_description"].startswith(f"{parameter}: The picture is broken")


def test_a_full_disk_leaves_nothing_behind(tmp_path):
    source, target = tmp_path / "sent", tmp_path / "kept"
    source.write_bytes(saved(quarters(), "PNG"))
    # A device that is always full stands where the picture should go.
    target.symlink_to("/dev/full")

    with pytest.raises(InsufficientStorage):
        clean_picture(source, target, RULES)

    assert not target.is_symlink()


def test_a_folder_that_is_not_there_is_a_matter_of_the_server(tmp_path):
    source = tmp_path / "sent"
    source.write_bytes(saved(quarters(), "PNG"))

    with pytest.raises(Unavailable):
        clean_picture(source, tmp_path / "away" / "kept", RULES)
    with pytest.raises(Unavailable):
        clean_picture(tmp_path / "never sent", tmp_path / "kept", RULES)
