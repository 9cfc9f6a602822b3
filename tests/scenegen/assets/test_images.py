"""Pictures to textures: the budget of texels, every mode that Pillow knows, drafts of large JPEG, and refusals."""

import io

import numpy as np
import pytest
from fuzzing.seeds import png
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from scenegen.assets import images
from scenegen.assets.images import decode_texture, fitting_texels, flatten, read_header, reduced
from scenegen.errors import AssetError
from scenegen.srgb import linear_to_srgb, srgb_to_linear

SIZES = st.lists(st.tuples(st.integers(1, 20_000), st.integers(1, 20_000)), min_size=1, max_size=12)
RNG = np.random.default_rng(8)


def encoded(image, kind="PNG", **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def noise(h, w, channels=3):
    return RNG.integers(0, 256, (h, w, channels)).astype(np.uint8)


# The budget ----------------------------------------------------------------------------------------


@given(SIZES, st.integers(1, 1 << 27))
def test_pictures_fit_the_budget_and_nothing_is_cut_for_nothing(sizes, budget):
    most = fitting_texels(sizes, budget)
    after = [reduced(size, most) for size in sizes]
    total = sum(w * h for w, h in after)
    if all(small == size for small, size in zip(after, sizes, strict=True)):
        return
    assert total <= budget or most == 1, "never above, unless a texel each is too much"
    assert sum(w * h for w, h in (reduced(size, most + 1) for size in sizes)) > budget
    for size, small in zip(sizes, after, strict=True):
        assert (small == size) == (size[0] * size[1] <= most), "the largest are cut, to one size; the rest stay"


@given(st.lists(st.tuples(st.integers(500, 9000), st.integers(500, 9000)), min_size=1, max_size=8), st.integers(20, 27))
def test_no_more_than_three_per_cent_of_the_budget_is_left_unused(sizes, power):
    after = [reduced(size, fitting_texels(sizes, 1 << power)) for size in sizes]
    whole = sum(w * h for w, h in sizes)
    assert sum(w * h for w, h in after) >= min(whole, 0.97 * (1 << power))


@given(st.integers(1, 70_000), st.integers(1, 70_000), st.integers(1, 1 << 28))
def test_a_reduced_picture_has_its_shape_and_at_most_its_texels(width, height, most):
    w, h = reduced((width, height), most)
    assert 1 <= w <= width
    assert 1 <= h <= height
    assert w * h <= most
    if width * height <= most:
        assert (w, h) == (width, height)
    elif min(w, h) > 200:
        assert w / h == pytest.approx(width / height, rel=0.01)


def test_known_reductions():
    assert reduced((16384, 16384), 1 << 26) == (8192, 8192)
    assert fitting_texels([(4096, 4096), (256, 256)], 1 << 30) == 1 << 24
    assert reduced((65_500, 1), 10) == (10, 1)


def test_a_picture_is_scaled_to_what_it_may_keep_and_its_mean_stays():
    image = np.kron(noise(12, 9), np.ones((16, 16, 1), np.uint8))
    texture = decode_texture(encoded(Image.fromarray(image)), 96 * 72).texture
    assert texture.size == (72, 96)
    np.testing.assert_allclose(texture.levels[0].mean((0, 1)), image.mean((0, 1)), atol=1)
    small = image.reshape(96, 2, 72, 2, 3).mean((1, 3))
    assert np.abs(texture.levels[0] - small)[1::8, 1::8].max() <= 30


@pytest.mark.parametrize(("most", "size"), [(1 << 22, (640, 480)), (320 * 240, (320, 240)), (100 * 75, (100, 75))])
def test_a_large_jpeg_is_decoded_at_a_fraction(most, size, monkeypatch):
    seen = []
    monkeypatch.setattr(images, "flatten", lambda image, *a, **k: seen.append(image.size) or flatten(image, *a, **k))
    picture = Image.fromarray(np.kron(noise(15, 20), np.full((32, 32, 1), 1, np.uint8)))
    assert decode_texture(encoded(picture, "JPEG", quality=95), most).texture.size == size
    assert seen == [(640, 480) if size[0] == 640 else (320, 240) if size[0] == 320 else (160, 120)]


def test_a_jpeg_too_large_to_decode_whole_is_drafted_and_other_kinds_are_refused(monkeypatch):
    monkeypatch.setattr(images, "MAX_PIXELS", 10_000)
    picture = Image.fromarray(np.full((300, 300, 3), 90, np.uint8))
    assert decode_texture(encoded(picture, "JPEG"), 90_000).texture.size == (75, 75)
    for kind, options in [("PNG", {}), ("BMP", {}), ("JPEG", {"progressive": True})]:
        with pytest.raises(AssetError, match=r"picture of 300 x 300 pixels is too large to decode$") as error:
            decode_texture(encoded(picture, kind, **options))
        assert error.value.reason == "huge_texture"


# Modes ---------------------------------------------------------------------------------------------


def test_sixteen_bits_keep_their_upper_byte():
    grey = (np.arange(64 * 64).reshape(64, 64) * 16).astype(np.uint16)
    for opaque in (False, True):
        got = decode_texture(encoded(Image.fromarray(grey)), opaque=opaque).texture.levels[0]
        assert np.array_equal(got, (grey >> 8).astype(np.uint8)[..., None].repeat(3, -1))


def test_cmyk_and_grey_jpeg_and_palettes_have_their_colors():
    plain = Image.new("RGB", (16, 16), (200, 90, 30))
    for data in (
        encoded(plain.convert("CMYK"), "JPEG", quality=100),
        encoded(plain.convert("P", palette=Image.Palette.ADAPTIVE)),
        encoded(plain, "TIFF"),
        encoded(plain, "GIF"),
        encoded(plain, "DDS"),
        encoded(plain, "WEBP", lossless=True),
    ):
        np.testing.assert_allclose(decode_texture(data).texture.levels[0][5, 5], (200, 90, 30), atol=3)
    grey = decode_texture(encoded(plain.convert("L"), "JPEG", quality=100)).texture.levels[0]
    assert np.ptp(grey[3, 3].astype(int)) == 0


def test_the_first_picture_of_a_gif_is_taken():
    first, second = Image.new("RGB", (4, 4), (255, 0, 0)), Image.new("RGB", (4, 4), (0, 0, 255))
    data = encoded(first, "GIF", save_all=True, append_images=[second])
    assert tuple(decode_texture(data).texture.levels[0][0, 0]) == (255, 0, 0)


def test_the_orientation_of_a_camera_is_not_applied():
    """As in browsers' glTF: texture coordinates were laid on the stored rows."""
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encoded(Image.fromarray(noise(8, 24)), "JPEG", exif=exif)
    assert decode_texture(data).texture.size == (24, 8)


# Alpha ---------------------------------------------------------------------------------------------


def test_see_through_texels_are_laid_over_the_mean_light_of_the_others():
    rgba = np.concatenate([noise(20, 30), RNG.choice([0, 60, 128, 255], (20, 30, 1)).astype(np.uint8)], axis=-1)
    got = decode_texture(encoded(Image.fromarray(rgba)))
    light, alpha = srgb_to_linear(rgba[..., :3] / 255), rgba[..., 3:] / 255
    mean = (light * alpha).sum((0, 1)) / alpha.sum()
    expected = 255 * linear_to_srgb(light * alpha + mean * (1 - alpha))
    # shares are 256ths
    assert np.abs(got.texture.levels[0] - expected).max() <= 1.1
    assert got.cut_out


def test_alpha_is_ignored_where_it_says_nothing():
    rgba = np.concatenate([noise(9, 9), RNG.integers(0, 256, (9, 9, 1)).astype(np.uint8)], axis=-1)
    got = decode_texture(encoded(Image.fromarray(rgba)), opaque=True)
    assert np.array_equal(got.texture.levels[0], rgba[..., :3])
    assert not got.cut_out


@pytest.mark.parametrize("alpha", [0, 255])
def test_a_picture_of_one_alpha_keeps_its_colors(alpha):
    rgba = np.concatenate([noise(9, 9), np.full((9, 9, 1), alpha, np.uint8)], axis=-1)
    got = decode_texture(encoded(Image.fromarray(rgba)))
    assert np.array_equal(got.texture.levels[0], rgba[..., :3])
    assert not got.cut_out


def test_a_palette_with_a_transparent_color_is_seen_through_there():
    image = Image.new("P", (4, 4), 0)
    image.putpalette([10, 20, 30, 200, 100, 0])
    image.putpixel((1, 1), 1)
    got = decode_texture(encoded(image, transparency=0)).texture.levels[0]
    assert (got == (200, 100, 0)).all(), "the mean of what is not transparent"


def test_the_header_tells_size_alpha_and_what_can_be_drafted():
    seen = read_header(encoded(Image.fromarray(noise(3, 5, 4))))
    assert (seen.size, seen.has_alpha, seen.drafts) == ((5, 3), True, False)
    seen = read_header(encoded(Image.fromarray(noise(3, 5)), "JPEG"))
    assert (seen.size, seen.has_alpha, seen.drafts) == ((5, 3), False, True)


# Refusals ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\xabKTX 20\xbb\r\n\x1a\n" + bytes(99), "KTX2 picture, not one of PNG JPEG WEBP BMP TGA GIF TIFF DDS"),
        (b"v/1\x01" + bytes(99), "OpenEXR picture, not one of"),
        (b"%!PS-Adobe", "PostScript picture, not one of"),
        (b"hello", "unknown format, not one of"),
        (encoded(Image.fromarray(noise(40, 40)))[:300], "picture does not decode: "),
        (
            encoded(Image.fromarray(noise(9, 9)), "TIFF", compression="tiff_lzw"),
            "TIFF compressed as tiff_lzw: save it otherwise",
        ),
        (encoded(Image.fromarray(np.ones((4, 4), np.float32)), "TIFF"), "picture does not decode: floating point"),
    ],
)
def test_what_cannot_be_read_is_named(data, words):
    with pytest.raises(AssetError) as error:
        decode_texture(data)
    assert error.value.reason == "unreadable_texture"
    assert words in str(error.value)


def test_a_picture_that_claims_too_much_is_refused_before_it_is_decoded():
    with pytest.raises(AssetError) as error:
        decode_texture(png(60_000, 60_000, b""))
    assert error.value.reason == "huge_texture"
