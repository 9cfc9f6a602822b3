"""Photometric changes: each does what its name says, to its own picture alone, and moves nothing."""

import math
from dataclasses import fields, replace

import kornia
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from training.data.augment import augment, motion_kernels, shift_hue
from training.settings import AugmentSettings

OFF = AugmentSettings()
ALL = AugmentSettings(0.1, 0.3, 0.3, 0.3, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.1, 2.0, 0.3)
ALWAYS = {field.name: 1.0 if field.name.endswith("_p") else 0.2 for field in fields(AugmentSettings)} | {"gamma": 1.5}


def pictures(count=4, height=24, width=20, seed=0):
    """Smooth coloured pictures in the middle of the range, with some texture."""
    rng = np.random.default_rng(seed)
    coarse = torch.from_numpy(rng.uniform(40, 200, (count, 3, 5, 5))).float()
    smooth = torch.nn.functional.interpolate(coarse, (height, width), mode="bilinear")
    return (smooth + torch.from_numpy(rng.normal(0, 6, smooth.shape)).float()).clamp(0, 255).byte()


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def changed(images, seed=0, **settings):
    return augment(images, replace(OFF, **settings), generator(seed))


def test_all_off_is_the_identity():
    images = pictures()
    result = changed(images)
    assert result.dtype == torch.float32
    assert torch.equal(result, images.float() / 255)


@pytest.mark.parametrize("name", list(ALWAYS))
def test_each_change_changes_every_picture(name):
    images = pictures()
    before = images.clone()
    result = changed(images, **{name: ALWAYS[name]})
    assert ((result - images.float() / 255).abs().amax((1, 2, 3)) > 1e-3).all()
    assert torch.equal(images, before)
    assert result.shape == images.shape


@pytest.mark.parametrize("name", [name for name in ALWAYS if name.endswith("_p")])
def test_a_probability_chooses_that_share(name):
    images = pictures(200, 18, 18)
    touched = ((changed(images, **{name: 0.3}) - images.float() / 255).abs().amax((1, 2, 3)) > 1e-6).sum()
    assert 30 <= touched <= 95


@given(st.integers(0, 2**31), st.integers(0, 3))
def test_the_range_is_kept(seed, kind):
    images = [pictures(3, seed=1), torch.zeros(3, 3, 8, 9), torch.full((3, 3, 8, 9), 255), torch.full((3, 3, 8, 9), 7)]
    result = augment(images[kind].byte(), ALL, generator(seed))
    assert torch.isfinite(result).all()
    assert result.min() >= 0
    assert result.max() <= 1


def test_the_generator_decides():
    images = pictures()
    assert torch.equal(augment(images, ALL, generator(3)), augment(images, ALL, generator(3)))
    assert not torch.equal(augment(images, ALL, generator(3)), augment(images, ALL, generator(4)))
    one = generator(3)
    assert not torch.equal(augment(images, ALL, one), augment(images, ALL, one))


def test_the_global_generator_is_left_alone():
    before = torch.get_rng_state()
    augment(pictures(), ALL, generator())
    assert torch.equal(torch.get_rng_state(), before)


def test_a_picture_is_changed_without_regard_to_the_others():
    images = pictures()
    others = pictures(seed=9)
    others[2] = images[2]
    assert torch.equal(augment(images, ALL, generator())[2], augment(others, ALL, generator())[2])


@pytest.mark.parametrize("name", [name for name in ALWAYS if name not in ("autocontrast_p", "equalize_p")])
def test_equal_pictures_are_changed_differently(name):
    images = pictures(1).expand(8, -1, -1, -1)
    value = 0.5 if name.endswith("_p") else ALWAYS[name]
    result = changed(images, **{name: value})
    assert len({tuple(row.flatten().tolist()) for row in result}) >= 2


def test_turning_one_change_on_leaves_the_draws_of_the_others():
    images = pictures()
    plain = changed(images, brightness=0.2)
    with_grey = changed(images, brightness=0.2, grayscale_p=0.5)
    untouched = (with_grey == plain).flatten(1).all(1)
    assert untouched.any()
    assert not untouched.all()
    weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    grey = (plain * weights).sum(1, keepdim=True).expand_as(plain)
    torch.testing.assert_close(with_grey[~untouched], grey[~untouched])


@given(st.integers(0, 2**31))
def test_hue_agrees_with_the_conversion_through_hsv(seed):
    x = torch.rand(4, 3, 6, 7, generator=generator(seed))
    x[0] = (x[0] * 4).round() / 4  # ties between channels, and greys
    turns = torch.rand(4, generator=generator(seed + 1)) * 2 - 1
    expected = kornia.enhance.adjust_hue(x, turns * 2 * math.pi)
    torch.testing.assert_close(shift_hue(x, turns), expected, atol=2e-5, rtol=0)
    torch.testing.assert_close(shift_hue(shift_hue(x, turns), -turns), x, atol=2e-5, rtol=0)


def pillow(images, change):
    rows = [np.asarray(change(Image.fromarray(image.permute(1, 2, 0).numpy()))) for image in images]
    return torch.from_numpy(np.stack(rows)).permute(0, 3, 1, 2)


@pytest.mark.parametrize(
    ("name", "change", "levels"),
    [
        ("equalize_p", ImageOps.equalize, 0),
        ("posterize_p", lambda image: ImageOps.posterize(image, 5), 0),
        ("autocontrast_p", ImageOps.autocontrast, 1),
    ],
)
def test_agrees_with_pillow(name, change, levels):
    size = (60, 50)  # more than 255 pixels a level, so that rounding matters
    flat = torch.full((1, 3, *size), 90, dtype=torch.uint8)
    images = torch.cat([pictures(4, *size), pictures(1, *size) // 8 * 8, flat])
    result = (changed(images, **{name: 1.0}) * 255).round().int()
    assert (result - pillow(images, change).int()).abs().max() <= levels


@given(st.floats(3, 9), st.floats(0, math.pi))
def test_motion_kernels_are_centred_and_as_long_as_asked(length, angle):
    kernel = motion_kernels(torch.tensor([length]), torch.tensor([angle]))[0].double()
    y, x = torch.from_numpy(np.mgrid[0 : len(kernel), 0 : len(kernel)] - len(kernel) // 2)
    assert abs(kernel.sum() - 1) < 1e-5
    assert abs((kernel * x).sum()) < 1e-5
    assert abs((kernel * y).sum()) < 1e-5
    assert torch.allclose(kernel, kernel.flip(0, 1), atol=1e-6)
    along = x * math.cos(angle) + y * math.sin(angle)
    spread = float((kernel * along**2).sum())
    assert abs(math.sqrt(12 * spread) - length) < 1.3


@pytest.mark.parametrize("name", ["motion_blur_p", "blur_p"])
def test_a_bright_dot_stays_where_it_is(name):
    images = torch.zeros(16, 3, 41, 37, dtype=torch.uint8)
    images[:, :, 20, 15] = 255
    result = changed(images, **{name: 1.0}).double().mean(1)
    y, x = torch.from_numpy(np.mgrid[0:41, 0:37])
    mass = result.sum((1, 2))
    assert ((result * x).sum((1, 2)) / mass - 15).abs().max() < 1e-4
    assert ((result * y).sum((1, 2)) / mass - 20).abs().max() < 1e-4
    assert (result.amax((1, 2)) < 0.5).all()


@pytest.mark.parametrize("name", ["brightness", "contrast", "saturation", "hue"])
def test_jitter_stays_within_its_strength(name):
    images = pictures(64, 8, 8)
    small, large = (changed(images, **{name: strength}) - images.float() / 255 for strength in (0.02, 0.2))
    assert small.abs().mean() < large.abs().mean() / 4
    if name == "brightness":
        factor = (changed(images, brightness=0.2) / (images.float() / 255).clamp_min(1e-3)).amax((1, 2, 3))
        assert 0.8 <= factor.min() < 0.9
        assert 1.1 < factor.max() <= 1.2001


def test_noise_grows_with_the_light_and_stays_below_its_strength():
    images = torch.cat([torch.full((40, 3, 32, 32), level, dtype=torch.uint8) for level in (60, 200)])
    deviation = (changed(images, noise_std=0.05) - images.float() / 255).std((1, 2, 3))
    assert deviation.max() < 0.052
    dark, light = deviation.split(40)
    assert dark.max() < light.max()
    assert light.max() > 0.03
    centre = (changed(images, noise_std=0.05) - images.float() / 255).mean((1, 2, 3))
    assert centre.abs().max() < 0.01
