"""Procedural textures: pure, tileable, detailed, with a complete pyramid."""

import numpy as np
import pytest

from scenegen.assets.procedural import textures
from scenegen.srgb import linear_to_srgb, srgb_to_linear

MAKERS = sorted(name.removesuffix("_texture") for name in textures.__all__ if name.endswith("_texture"))
PICTURES = {"book_spines", "label", "outdoors", "painting", "rug", "screen"}
"""Seen once, fitted: these need not tile."""


def make(name, seed=3, **options):
    return getattr(textures, f"{name}_texture")(np.random.default_rng(seed), **options)


@pytest.mark.parametrize("name", MAKERS)
def test_same_generator_gives_the_same_image_and_another_gives_another(name):
    first, again, other = make(name), make(name), make(name, seed=4)
    assert np.array_equal(first.levels[0], again.levels[0])
    assert not np.array_equal(first.levels[0], other.levels[0])


@pytest.mark.parametrize("name", MAKERS)
def test_the_pyramid_halves_down_to_one_texel_and_keeps_the_mean(name):
    texture = make(name, size_px=128)
    assert [level.shape for level in texture.levels] == [(2**k, 2**k, 3) for k in range(7, -1, -1)]
    assert all(level.dtype == np.uint8 for level in texture.levels)
    light = srgb_to_linear(texture.levels[0] / 255).mean((0, 1))
    assert np.allclose(255 * linear_to_srgb(light), texture.levels[-1][0, 0], atol=4)


def seam_ratio(image, axis):
    """Step over the seam against the mean step next to it, along one axis."""
    a = np.moveaxis(image.astype(float), axis, 0)
    steps = np.abs(a - np.roll(a, 1, axis=0)).mean((1, 2))
    return steps[0] / max(steps.max(), 1e-9)


@pytest.mark.parametrize("name", sorted(set(MAKERS) - PICTURES))
@pytest.mark.parametrize("axis", [0, 1])
def test_no_seam_where_the_texture_wraps(name, axis):
    assert seam_ratio(make(name, size_px=256).levels[0], axis) <= 1.001


def test_the_seam_test_sees_a_seam():
    image = np.tile(np.arange(64, dtype=np.uint8)[:, None, None], (1, 64, 3))
    assert seam_ratio(np.roll(image, 1, axis=0), 0) < 1.001
    assert seam_ratio(image, 0) == 1.0


@pytest.mark.parametrize("name", MAKERS)
def test_there_is_detail_at_fine_and_coarse_scales(name):
    levels = make(name, size_px=256).levels
    fine = np.abs(np.diff(levels[0].astype(float), axis=1)).mean()
    coarse = levels[4].astype(float).std((0, 1)).max()
    assert fine > 0.25, "flat at the scale of texels"
    assert coarse > 0.2, "flat at a sixteenth of the size"


@pytest.mark.parametrize("name", ["wood", "fabric", "plaster", "parquet", "tiles", "marble", "carpet", "leather"])
def test_the_color_asked_for_is_the_color_on_average(name):
    color = (0.55, 0.45, 0.35)
    mean = make(name, size_px=256, color=color).levels[-1][0, 0] / 255
    assert np.abs(mean - color).max() < 0.12


def test_sizes_that_are_no_power_of_two_work():
    assert make("plaster", size_px=192).size == (192, 192)


@pytest.mark.parametrize("pattern", ["planks", "herringbone", "basket"])
def test_every_floor_pattern_wraps(pattern):
    image = make("parquet", pattern=pattern).levels[0]
    assert seam_ratio(image, 0) <= 1.001
    assert seam_ratio(image, 1) <= 1.001


@pytest.mark.parametrize("motif", ["leaf", "stripe", "damask", "grass"])
def test_every_wallpaper_wraps(motif):
    image = make("wallpaper", motif=motif).levels[0]
    assert max(seam_ratio(image, 0), seam_ratio(image, 1)) <= 1.001
