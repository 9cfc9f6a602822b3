"""Texture sampling against a plain float64 bilinear filter, wrap, mip levels and packing."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenegen.assets.mesh import texture_from_image
from scenegen.rendering.texels import build_pool, decode_lanes, pack_rgb, sample, widen
from scenegen.srgb import srgb_to_linear

RNG = np.random.default_rng(5)


def image(h, w):
    return RNG.integers(0, 256, (h, w, 3)).astype(np.uint8)


def bilinear(img, u, v_down):
    """Encoded bilinear filter with wrap, texel centres at (i + 0.5) / size; the readable twin."""
    h, w = img.shape[:2]
    x, y = u * w - 0.5, v_down * h - 0.5
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[:, None], (y - y0)[:, None]
    at = lambda yy, xx: img[yy % h, xx % w].astype(float)  # noqa: E731
    top = at(y0, x0) * (1 - fx) + at(y0, x0 + 1) * fx
    return top * (1 - fy) + (at(y0 + 1, x0) * (1 - fx) + at(y0 + 1, x0 + 1) * fx) * fy


def sampled(pool, material, u, v, area=1e-6):
    n = len(u)
    uv = np.asarray(u, np.float32), np.asarray(v, np.float32)
    return sample(pool, np.full(n, material, np.intp), uv, np.full(n, area, np.float32)).T


def test_pack_and_widen_keep_every_byte():
    rgb = image(16, 16).reshape(-1, 3)
    lanes = widen(pack_rgb(rgb)).view(np.uint16).reshape(-1, 4)
    assert np.array_equal(lanes[:, :3], rgb)
    assert not lanes[:, 3].any()


def test_decode_lanes_is_srgb():
    grey = np.arange(256, dtype=np.uint8)
    got = decode_lanes(widen(pack_rgb(np.stack([grey] * 3, 1))) * np.uint64(256))
    np.testing.assert_allclose(got[0], srgb_to_linear(grey / 255), atol=1e-6)


@given(st.integers(1, 9), st.integers(1, 9), st.floats(-40, 40), st.floats(-40, 40))
@settings(max_examples=60, deadline=None)
def test_bilinear_and_wrap_equal_the_plain_filter(h, w, u0, v0):
    img = np.random.default_rng(h * 10 + w).integers(0, 256, (h, w, 3)).astype(np.uint8)
    pool = build_pool([texture_from_image(img)])
    u = np.float32(u0) + np.linspace(0, 1.5, 40, dtype=np.float32)
    v = np.float32(v0) + np.linspace(0, 2.5, 40, dtype=np.float32)
    expected = srgb_to_linear(bilinear(img, u.astype(float), v.astype(float)) / 255)
    # weights are 256ths: each of the two fractions is off by less than 1/256 of a texel step, plus coordinates in float32
    np.testing.assert_allclose(sampled(pool, 0, u, v), expected, atol=0.03)


def test_texel_centres_are_exact():
    img = image(5, 7)
    pool = build_pool([texture_from_image(img)])
    y, x = np.mgrid[0:5, 0:7]
    got = sampled(pool, 0, (x.ravel() + 0.5) / 7, (y.ravel() + 0.5) / 5)
    # a centre may fall one 256th short of the next texel
    np.testing.assert_allclose(got, srgb_to_linear(img.reshape(-1, 3) / 255), atol=0.012)


def test_materials_are_found_and_shared_textures_stored_once():
    texture = texture_from_image(image(8, 8))
    plain = (0.2, 0.4, 0.6)
    pool = build_pool([texture, plain, texture])
    assert len(pool.texels) == sum(level.shape[0] * level.shape[1] for level in texture.levels) + 1
    np.testing.assert_allclose(sampled(pool, 1, [0.3, 7.7], [0.1, -2])[0], srgb_to_linear([0.2, 0.4, 0.6]), atol=0.004)
    u, v = RNG.random(20), RNG.random(20)
    assert np.array_equal(sampled(pool, 0, u, v), sampled(pool, 2, u, v))


@pytest.mark.parametrize("level", [0, 1, 2, 3])
def test_footprint_chooses_the_level(level):
    texture = texture_from_image(image(16, 16))
    pool = build_pool([texture])
    u, v = RNG.random(30), RNG.random(30)
    expected = srgb_to_linear(bilinear(texture.levels[level], u, v) / 255)
    np.testing.assert_allclose(sampled(pool, 0, u, v, area=4.0**level), expected, atol=0.02)


def test_huge_footprint_is_the_mean():
    img = image(32, 32)
    pool = build_pool([texture_from_image(img)])
    got = sampled(pool, 0, RNG.random(50), RNG.random(50), area=1e30)
    assert got.std(axis=0).max() < 1e-6
    np.testing.assert_allclose(got[0], srgb_to_linear(img.reshape(-1, 3) / 255).mean(0), atol=0.01)


def turned(texel, size, mode):
    """Index of the texel that stands at a place outside of the picture: OpenGL 4.6, 8.14.2."""
    if mode == "repeat":
        return texel % size
    if mode == "clamp":
        return np.clip(texel, 0, size - 1)
    ring = texel % (2 * size)
    return np.where(ring < size, ring, 2 * size - 1 - ring)


MODES = st.sampled_from(["repeat", "mirror", "clamp"])


@given(st.integers(1, 9), st.integers(1, 9), st.tuples(MODES, MODES), st.floats(-9, 9), st.floats(-9, 9))
def test_every_way_to_wrap_equals_the_plain_filter(h, w, wrap, u0, v0):
    img = np.random.default_rng(h * 10 + w).integers(0, 256, (h, w, 3)).astype(np.uint8)
    pool = build_pool([texture_from_image(img, wrap), (0.5, 0.5, 0.5)])
    u = np.float32(u0) + np.linspace(-1, 1.5, 60, dtype=np.float32)
    v = np.float32(v0) + np.linspace(-1, 2.5, 60, dtype=np.float32)
    x, y = u.astype(float) * w - 0.5, v.astype(float) * h - 0.5
    x0, y0 = np.floor(x).astype(int), np.floor(y).astype(int)
    fx, fy = (x - x0)[:, None], (y - y0)[:, None]
    at = lambda dy, dx: img[turned(y0 + dy, h, wrap[1]), turned(x0 + dx, w, wrap[0])].astype(float)  # noqa: E731
    mixed = (at(0, 0) * (1 - fx) + at(0, 1) * fx) * (1 - fy) + (at(1, 0) * (1 - fx) + at(1, 1) * fx) * fy
    np.testing.assert_allclose(sampled(pool, 0, u, v), srgb_to_linear(mixed / 255), atol=0.03)
    np.testing.assert_allclose(sampled(pool, 1, u, v), srgb_to_linear(np.full((60, 3), 0.5)), atol=0.003)


def test_repeats_alone_need_no_modes():
    repeat, clamp = texture_from_image(image(4, 4)), texture_from_image(image(4, 4), ("repeat", "clamp"))
    assert build_pool([repeat, (1.0, 1.0, 1.0)]).wrap is None
    pool = build_pool([repeat, clamp])
    assert pool.wrap is not None
    assert [column.tolist() for column in pool.wrap] == [[0, 0], [0, 2]]
