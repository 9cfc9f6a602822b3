"""Two views of a picture: the truth about them agrees with their colours, the rays with the dense flow."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ramp import SLOPE, bilinear, levels_at, ramp_picture, tolerance

from scenegen.shards import Status
from training.data.image_settings import ImageSettings
from training.data.image_views import draw_looks, truth, windows
from training.data.sampling import spacing
from training.data.transforms.cover import CoverTransform
from training.data.transforms.homography import grid, moved, translation
from training.data.transforms.paper import PaperTransform
from training.data.transforms.registry import TRANSFORMS, image_settings
from training.data.transforms.transform import Looks
from training.errors import RequestError
from training.ranges import check_ranges

SIDE = 24
SIZES = st.tuples(st.integers(SIDE, 60), st.integers(SIDE, 60))
SEEDS = st.integers(0, 2**32)
GEOMETRY = {
    "paper": PaperTransform(),
    "cover": CoverTransform(grain_std=0, contrast_change=0, brightness_std=0, noise_blocks=0),
}


def pair(name, size, seed, **settings):
    """The looks, the truth and both windows (h, w, 3) of a ramp."""
    rng = np.random.default_rng(seed)
    images = ImageSettings(name, GEOMETRY[name], **settings)
    looks = draw_looks(size, SIDE, images, rng)
    known = truth(looks, size, SIDE, rng)
    views = windows(ramp_picture(*size), looks, SIDE, images.ranges, rng)
    return looks, known, [view.transpose(1, 2, 0) for view in views]


def test_every_transform_is_tested_here():
    assert set(GEOMETRY) == set(TRANSFORMS)


@pytest.mark.parametrize("name", list(GEOMETRY))
@given(SIZES, SEEDS)
def test_colors_agree_at_matches(name, size, seed):
    looks, known, (view0, view1) = pair(name, size, seed, part=(0.6, 1.0))
    visible = known.rays.only(known.rays.status == Status.VISIBLE)
    places = moved(looks.H_frame_from_1, visible.xy1.T.astype(float))
    clear = ((places > 2) & (places < np.array(size)[:, None] - 3)).all(0)
    clear &= ((visible.xy1 >= 0) & (visible.xy1 <= SIDE - 1)).all(1)
    x, y = visible.xy0[clear].T
    here, there = view0[y, x, :2].astype(float), bilinear(view1, visible.xy1[clear].astype(float))[:, :2]
    off0, off1 = (tolerance(spacing(moved(H, grid(SIDE)))) for H in (looks.H_frame_from_0, looks.H_frame_from_1))
    assert np.abs(here - levels_at(places[:, clear]).T).max(initial=0) <= off0
    assert np.abs(here - there).max(initial=0) <= off0 + off1


@pytest.mark.parametrize("name", list(GEOMETRY))
@given(SIZES, SEEDS)
def test_rays_are_the_flow_at_one_pixel_of_each_cell(name, size, seed):
    _, known, _ = pair(name, size, seed)
    rays = known.rays
    x, y = rays.xy0.T
    cells = list(zip(x // 2, y // 4, strict=True))
    assert len(rays) == (SIDE // 2) * (SIDE // 4) == len(set(cells))
    assert (rays.xy0.dtype, rays.xy1.dtype, rays.status.dtype) == (np.int32, np.float32, np.uint8)
    assert not rays.foreground.any()
    np.testing.assert_array_equal(known.covisible[y, x], rays.status == Status.VISIBLE)
    hit = rays.status != Status.NO_HIT
    np.testing.assert_allclose((rays.xy0 + known.flow[:, y, x].T)[hit], rays.xy1[hit], atol=1e-4, rtol=1e-5)
    assert not rays.xy1[~hit].any()


@pytest.mark.parametrize("name", list(GEOMETRY))
@given(SIZES, SEEDS)
def test_covisible_is_inside_both_windows_and_the_picture(name, size, seed):
    looks, known, (view0, view1) = pair(name, size, seed)
    target = grid(SIDE) + known.flow
    border = ((target > -0.4) & (target < SIDE - 0.6)).all(0)
    far = ((target < -0.6) | (target > SIDE - 0.4)).any(0)
    places = moved(looks.H_frame_from_0, grid(SIDE))
    shown = ((places >= -0.5) & (places < np.array(size)[:, None, None] - 0.5)).all(0)
    assert known.covisible[border & shown].all()
    assert not known.covisible[far | ~shown].any()
    assert not known.flow[:, ~shown].any()
    assert (view0[shown][:, 2] == 9).all()  # blue tells the picture from the black outside
    assert not view0[~shown].any()
    assert (view1[..., 2] == 9).all()


def test_the_identity_is_still():
    looks = Looks(translation(3, 4), translation(3, 4))
    known = truth(looks, (40, 40), SIDE, np.random.default_rng(0))
    assert not known.flow.any()
    assert known.covisible.all()
    assert known.matches == len(known.rays)


@pytest.mark.parametrize(("x", "y"), [(5, 0), (-3, 7), (2.25, -1.5)])
def test_a_shift_is_a_constant_flow(x, y):
    looks = Looks(translation(10 + x, 10 + y), translation(10, 10))
    known = truth(looks, (60, 60), SIDE, np.random.default_rng(0))
    assert np.allclose(known.flow, np.array([x, y], np.float32)[:, None, None], atol=1e-6)
    columns = np.arange(SIDE) + x
    assert np.array_equal(known.covisible[12], (columns >= -0.5) & (columns < SIDE - 0.5))
    view0, view1 = windows(ramp_picture(60, 60), looks, SIDE, PaperTransform(), np.random.default_rng(0))
    here, there = view0[0, 12, 8].astype(int), view1[0, 12, 8].astype(int)
    assert here - there == SLOPE * x


def test_the_picture_as_large_as_the_canvas_is_copied():
    picture = np.random.default_rng(0).integers(0, 256, (36, 36, 3)).astype(np.uint8)
    looks = draw_looks((36, 36), SIDE, ImageSettings("cover", GEOMETRY["cover"]), np.random.default_rng(5))
    _, view1 = windows(picture, looks, SIDE, GEOMETRY["cover"], np.random.default_rng(0))
    x, y = np.rint(looks.H_frame_from_1[:2, 2]).astype(int)
    assert np.array_equal(view1.transpose(1, 2, 0), picture[y : y + SIDE, x : x + SIDE])


@given(SEEDS)
def test_the_part_is_the_share_of_the_shorter_side(seed):
    images = ImageSettings("cover", GEOMETRY["cover"], canvas=1.5, part=(0.4, 0.5))
    looks = draw_looks((200, 120), SIDE, images, np.random.default_rng(seed))
    extent = looks.H_frame_from_1[0, 0] * 1.5 * SIDE
    assert 0.4 * 120 <= extent <= 0.5 * 120


def test_the_canvas_lies_anywhere_in_the_picture():
    images = ImageSettings("cover", GEOMETRY["cover"], canvas=1.0)
    left = [draw_looks((100, 24), SIDE, images, np.random.default_rng(k)).H_frame_from_1[0, 2] for k in range(300)]
    assert min(left) < 3
    assert max(left) > 73


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        (replace(image_settings("paper"), canvas=0.5), "--canvas 0.5: must be in [1, 4]"),
        (replace(image_settings("paper"), part=(0, 1)), "--part 0 1: must rise from more than 0"),
        (ImageSettings("paper", PaperTransform(shift=7)), "--shift 7: must be in [0, 1]"),
    ],
)
def test_settings_that_cannot_be(settings, text):
    with pytest.raises(RequestError) as error:
        check_ranges(settings)
    assert str(error.value).startswith(text)
