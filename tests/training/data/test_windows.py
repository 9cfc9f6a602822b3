"""Windows: what they show is what the pictures show, and no match that lies in both is lost."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from window_rays import PICTURE, all_visible, index_picture, random_rays

from scenegen.shards import Status
from training.data.windows import Windows, carry, choose_windows, count_matches, turned, window_size
from training.errors import DataError
from training.settings import DataSettings


def cut(picture, corner, windows):
    """The window at `corner` of an (H, W, 3) picture, as training sees it."""
    (x, y), (width, height) = corner, windows.size
    return turned(picture[y : y + height, x : x + width], windows)


@st.composite
def cases(draw):
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    width, height = draw(st.integers(4, PICTURE[0])), draw(st.integers(4, PICTURE[1]))
    corners = [(draw(st.integers(0, PICTURE[0] - width)), draw(st.integers(0, PICTURE[1] - height))) for _ in range(2)]
    return random_rays(rng), Windows(*corners, (width, height), draw(st.booleans()))


@given(cases())
def test_windows_show_the_pixels_of_the_pictures(case):
    rays, windows = case
    carried = carry(rays, windows)
    kept = np.flatnonzero(((rays.xy0 >= windows.corner0) & (rays.xy0 < np.add(windows.corner0, windows.size))).all(1))
    x, y = carried.xy0.T
    window = cut(index_picture(0), windows.corner0, windows)
    np.testing.assert_array_equal(window[:, y, x].T[:, :2], rays.xy0[kept])
    assert carried.xy0.dtype == np.int32
    positive = carried.status == Status.VISIBLE
    near = np.rint(carried.xy1[positive]).astype(int).clip(0, np.array(windows.size) - 1)
    shown = cut(index_picture(1), windows.corner1, windows)[:, near[:, 1], near[:, 0]].T
    assert np.abs(shown[:, :2] - rays.xy1[kept][positive]).max(initial=0) < 0.5001
    assert (shown[:, 2] == 1).all()


@given(cases())
def test_no_match_in_both_windows_is_lost(case):
    rays, windows = case
    low0, low1, size = np.array(windows.corner0), np.array(windows.corner1), np.array(windows.size)
    starts = ((rays.xy0 >= low0) & (rays.xy0 < low0 + size)).all(1)
    seen = (rays.status == Status.VISIBLE) & starts
    local = (rays.xy1.astype(float) - low1)[seen]
    clear = np.abs(local + 0.5) > 1e-4
    clear &= np.abs(local + 0.5 - size) > 1e-4  # on the border itself float32 decides
    lands = ((local >= -0.5) & (local < size - 0.5)).all(1)
    if clear.all():
        assert count_matches(rays, windows) == lands.sum()
        assert (carry(rays, windows).status[seen[starts]] == np.where(lands, Status.VISIBLE, Status.OUT_OF_VIEW)).all()


@given(cases())
def test_other_verdicts_and_projections_stay(case):
    rays, windows = case
    starts = ((rays.xy0 >= windows.corner0) & (rays.xy0 < np.add(windows.corner0, windows.size))).all(1)
    before, after = rays.only(starts), carry(rays, windows)
    others = before.status != Status.VISIBLE
    np.testing.assert_array_equal(after.status[others], before.status[others])
    np.testing.assert_array_equal(after.foreground, rays.foreground[starts])
    assert not np.isnan(after.xy1).any()
    assert (after.xy1[np.isnan(before.xy1)] == 0).all()
    assert after.xy1.dtype == np.float32
    assert after.status.dtype == np.uint8


@given(cases())
def test_mirrored_twice_is_the_window_itself(case):
    rays, windows = case
    straight = Windows(windows.corner0, windows.corner1, windows.size)
    mirrored = Windows(windows.corner0, windows.corner1, windows.size, mirrored=True)
    again = Windows((0, 0), (0, 0), windows.size, mirrored=True)
    window = cut(cut(index_picture(0), windows.corner0, mirrored).transpose(1, 2, 0), (0, 0), again)
    np.testing.assert_array_equal(window, cut(index_picture(0), windows.corner0, straight))
    once, twice = carry(rays, straight), carry(carry(rays, mirrored), again)
    np.testing.assert_array_equal(twice.xy0, once.xy0)
    real = ~np.isin(once.status, [Status.NO_HIT, Status.BEHIND_CAMERA])
    np.testing.assert_allclose(twice.xy1[real], once.xy1[real], atol=1e-4)


def test_the_border_of_a_window():
    xy1 = np.array([[-0.5, 0], [-0.51, 0], [9.49, 0], [9.5, 0], [0, -0.5], [0, 9.5]], np.float32)
    rays = all_visible(np.zeros((6, 2)), xy1 + np.float32(3))
    inside = carry(rays, Windows((0, 0), (3, 3), (10, 10))).status == Status.VISIBLE
    assert inside.tolist() == [True, False, True, False, True, False]


@given(st.integers(0, 2**32), st.sampled_from([0, 8, 16, 44]), st.sampled_from([0.0, 0.5, 1.0]))
@example(112, 8, 1.0)
@example(712405, 8, 0.0)
def test_chosen_windows_lie_in_the_pictures(seed, crop, flip_p):
    rng = np.random.default_rng(seed)
    rays = random_rays(rng)
    windows, positives = choose_windows(rays, PICTURE, DataSettings(crop=crop, min_matches=5, flip_p=flip_p), rng)
    assert windows.size == ((crop, crop) if crop else PICTURE)
    for corner in (windows.corner0, windows.corner1):
        assert (np.array(corner) >= 0).all()
        assert (np.add(corner, windows.size) <= PICTURE).all()
    assert positives == count_matches(rays, windows)
    if positives:  # else no window was good for anything
        assert windows.mirrored in {0.0: [False], 0.5: [False, True], 1.0: [True]}[flip_p]


def test_window_one_follows_the_matches():
    """Matches shifted by half a picture: one window for both views would lose nearly all, these keep most."""
    rng = np.random.default_rng(0)
    xy0 = np.stack(np.meshgrid(np.arange(200), np.arange(200)), -1).reshape(-1, 2)[::4]
    xy1 = (xy0 + np.array([200, 0])).astype(np.float32)
    rays = all_visible(xy0, xy1)
    for _ in range(50):
        windows, positives = choose_windows(rays, (500, 200), DataSettings(crop=64, min_matches=400), rng)
        assert positives >= 400  # of 1024 that start in a window
        starts = ((rays.xy0 >= windows.corner0) & (rays.xy0 < np.add(windows.corner0, 64))).all(1)
        assert abs(windows.corner1[0] + 31.5 - np.median(xy1[starts, 0])) <= 64 / 8 + 1


def test_the_best_of_a_few_is_kept_when_none_is_good_enough():
    rays = random_rays(np.random.default_rng(1))
    first, few = choose_windows(rays, PICTURE, DataSettings(crop=16, min_matches=1), np.random.default_rng(3))
    best, most = choose_windows(rays, PICTURE, DataSettings(crop=16, min_matches=10**6), np.random.default_rng(3))
    assert most == count_matches(rays, best) > few == count_matches(rays, first)


@pytest.mark.parametrize("seed", range(6))
def test_eight_are_tried_and_the_first_of_the_best_is_taken(seed):
    """One after another from the same generator, unless one is good enough before."""
    rays, alone, together = random_rays(np.random.default_rng(seed), 60), *(np.random.default_rng(9) for _ in range(2))
    each = [choose_windows(rays, PICTURE, DataSettings(crop=16, min_matches=0), alone) for _ in range(8)]
    chosen = choose_windows(rays, PICTURE, DataSettings(crop=16, min_matches=10**6), together)
    most = max(positives for _, positives in each)
    assert chosen == next(one for one in each if one[1] == most)
    assert together.random() == alone.random()
    soon, after = np.random.default_rng(9), np.random.default_rng(9)
    enough = choose_windows(rays, PICTURE, DataSettings(crop=16, min_matches=each[0][1]), soon)
    assert enough == choose_windows(rays, PICTURE, DataSettings(crop=16, min_matches=0), after) == each[0]
    assert soon.random() == after.random()


@pytest.mark.parametrize(("place", "corner"), [((0, 0), (0, 0)), (np.subtract(PICTURE, 1), np.subtract(PICTURE, 16))])
def test_a_window_around_the_last_pixel_reaches_the_border(place, corner):
    rays = all_visible(np.array([place]), np.array([place], np.float32))
    rng = np.random.default_rng(0)
    for _ in range(20):
        windows, positives = choose_windows(rays, PICTURE, DataSettings(crop=16, min_matches=1), rng)
        assert windows.corner0 == windows.corner1 == tuple(corner)
        assert positives == 1


def test_windows_are_mirrored_as_often_as_asked_for_and_never_by_0():
    """A generator that gives the lowest number there is, and one that gives the highest."""
    rays = all_visible(np.array([[30, 20]]), np.array([[30.0, 20.0]], np.float32))
    for number, flip_p, mirrored in [(0.0, 0.0, False), (0.0, 1e-9, True), (1 - 2**-53, 1.0, True), (0.5, 0.5, False)]:
        rng = SimpleNamespace(
            integers=lambda count: 0, uniform=lambda low, high, count: np.zeros(count), random=lambda n=number: n
        )
        windows, _ = choose_windows(rays, PICTURE, DataSettings(crop=16, flip_p=flip_p), cast(np.random.Generator, rng))
        assert windows.mirrored is mirrored


def test_rays_are_counted():
    rays = random_rays(np.random.default_rng(0), 7)
    assert (len(rays), len(rays.only(rays.status >= 0)), len(rays.only(np.array([3, 3, 5])))) == (7, 7, 3)


def test_nothing_visible():
    rays = random_rays(np.random.default_rng(0), visible=0)
    rays = rays.only(rays.status != Status.VISIBLE)
    assert choose_windows(rays, PICTURE, DataSettings(crop=16), np.random.default_rng(0))[1] == 0
    whole = choose_windows(rays, PICTURE, DataSettings(crop=0), np.random.default_rng(0))
    assert whole == (Windows((0, 0), (0, 0), PICTURE), 0)


def test_windows_lie_around_their_ray_on_every_side_alike():
    """One ray: its pixel is uniform about the middle of window 0, to a quarter of a side, and its match to an eighth."""
    rays = all_visible(np.array([[100, 80]]), np.array([[150.0, 90.0]], np.float32))
    rng, settings = np.random.default_rng(5), DataSettings(crop=64, min_matches=1)
    chosen = [choose_windows(rays, (320, 240), settings, rng)[0] for _ in range(4000)]
    for corners, place, reach in (
        ([windows.corner0 for windows in chosen], (100, 80), 16),
        ([windows.corner1 for windows in chosen], (150, 90), 8),
    ):
        off = np.array(corners) + 31.5 - place
        assert np.abs(off).max() <= reach + 0.5
        assert off.min(0).max() < -0.9 * reach
        assert off.max(0).min() > 0.9 * reach
        assert np.abs(off.mean(0)).max() < 4 * reach / np.sqrt(3 * 4000)


def test_pictures_smaller_than_the_window():
    with pytest.raises(DataError) as caught:
        window_size((192, 144), 256)
    text = (
        "the pictures are 192x144, smaller than a window of 256x256: use --crop 144 or less, or render larger pictures"
    )
    assert str(caught.value) == text
    for picture in ((192, 144), (144, 192)):
        with pytest.raises(DataError, match=r"smaller than a window of 145x145: use --crop 144 or less"):
            window_size(picture, 145)
    assert window_size((192, 144), 144) == (144, 144)
    assert window_size((192, 144), 0) == (192, 144)
