"""Transforms: the maps lie within their ranges, the canvas is looked at, looks change without a pixel moving."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.data.transforms.cover import CoverTransform
from training.data.transforms.homography import grid, inside, middle, moved, translation
from training.data.transforms.paper import PaperTransform
from training.data.transforms.registry import TRANSFORMS, image_settings, with_images
from training.data.transforms.registry import WINDOW as WINDOW_PX
from training.errors import RequestError
from training.presets import preset
from training.ranges import check_ranges
from training.settings import AugmentSettings, DataSettings

SIDE, CANVAS = 32, 48
STILL = {
    "paper": PaperTransform(rotation_deg=0, matrix_std=0, perspective_std=0, shift=0),
    "cover": CoverTransform(0, 0, 0, 0, 0, 0, 0, 0),
}
SEEDS = st.integers(0, 2**32)


def looks(transform, seed, side=SIDE, canvas=CANVAS):
    return transform.looks(side, canvas, np.random.default_rng(seed))


def test_the_registry():
    assert set(TRANSFORMS) == set(STILL)
    for name in TRANSFORMS:
        assert image_settings(name).transform == name
        check_ranges(image_settings(name))
    with pytest.raises(RequestError, match=r"^--transform rotate: unknown; choose one of paper, cover$"):
        image_settings("rotate")


def test_pictures_of_a_folder_bring_their_windows_and_photometric_changes():
    """A run on whole stored pictures gets a window; one that has a window keeps it."""
    there = with_images(replace(preset("paper"), data=DataSettings(crop=0)), "paper")
    assert (there.views, there.data.crop) == (image_settings("paper"), WINDOW_PX)
    assert min(there.data.augment.hue, there.data.augment.saturation, there.data.augment.motion_blur_p) > 0
    assert with_images(preset("paper"), "cover").data == replace(preset("paper").data, augment=AugmentSettings())


@pytest.mark.parametrize("name", list(TRANSFORMS))
@given(SEEDS)
def test_the_map_and_its_inverse_cancel(name, seed):
    drawn = looks(image_settings(name).ranges, seed)
    there = moved(drawn.H_1_from_0, grid(SIDE))
    assert np.isfinite(there).all()  # no horizon crosses a window
    np.testing.assert_allclose(moved(np.linalg.inv(drawn.H_1_from_0), there), grid(SIDE), atol=1e-6)
    np.testing.assert_allclose(
        moved(drawn.H_frame_from_1, there), moved(drawn.H_frame_from_0, grid(SIDE)), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("name", list(TRANSFORMS))
@given(SEEDS, st.floats(1, 3))
def test_the_frame_does_not_matter_to_the_map(name, seed, factor):
    drawn = looks(image_settings(name).ranges, seed)
    outer = drawn.within(translation(5, -3) @ np.diag([factor, factor, 1]))
    np.testing.assert_allclose(moved(outer.H_1_from_0, grid(9)), moved(drawn.H_1_from_0, grid(9)), atol=1e-6)


@pytest.mark.parametrize("name", list(TRANSFORMS))
@given(SEEDS)
def test_view_1_is_an_upright_window_on_the_canvas(name, seed):
    H = looks(image_settings(name).ranges, seed).H_frame_from_1
    assert np.array_equal(H[:2, :2], np.eye(2))
    assert np.array_equal(H, np.rint(H))
    assert inside(moved(H, grid(SIDE)), CANVAS, CANVAS).all()


@pytest.mark.parametrize("name", list(TRANSFORMS))
@given(SEEDS)
def test_without_ranges_both_views_are_one(name, seed):
    np.testing.assert_allclose(looks(STILL[name], seed).H_1_from_0, np.eye(3), atol=1e-12)
    window = np.random.default_rng(seed).integers(0, 256, (8, 9, 3)).astype(np.uint8)
    assert np.array_equal(STILL[name].appearance(window, np.random.default_rng(seed)), window)


@given(SEEDS)
def test_the_papers_view_0_is_about_the_middle_of_the_canvas(seed):
    drawn = looks(PaperTransform(), seed)
    np.testing.assert_allclose(moved(drawn.H_frame_from_0, middle(SIDE)), middle(CANVAS), atol=1e-9)
    shift = moved(drawn.H_frame_from_1, middle(SIDE)) - middle(CANVAS)
    assert np.abs(shift).max() <= 0.25 * SIDE


@given(SEEDS, st.integers(SIDE, 40))
def test_the_papers_shift_ends_at_the_border_of_the_canvas(seed, canvas):
    H = looks(PaperTransform(shift=1.0), seed, canvas=canvas).H_frame_from_1
    assert inside(moved(H, grid(SIDE)), canvas, canvas).all()


@given(SEEDS, st.floats(0, 180))
def test_the_papers_rotation(seed, limit):
    matrix = looks(replace(STILL["paper"], rotation_deg=limit), seed).H_1_from_0[:2, :2]
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(2), atol=1e-9)
    assert abs(np.rad2deg(np.arctan2(matrix[1, 0], matrix[0, 0]))) <= limit + 1e-9


def test_the_papers_perspective_bends_lines_apart():
    H = looks(replace(STILL["paper"], perspective_std=0.1), 3).H_1_from_0
    assert np.abs(H[2, :2] / H[2, 2]).max() > 1e-4
    assert np.abs(looks(STILL["paper"], 3).H_1_from_0[2, :2]).max() == 0


def cover_parts(seed, transform):
    """Rotation (degrees), scale, shear (degrees) and translation (sides of the canvas) of psi about the middle."""
    drawn = looks(transform, seed)
    psi = drawn.H_frame_from_0 @ np.linalg.inv(drawn.H_frame_from_1)
    matrix = psi[:2, :2]
    scale = np.hypot(*matrix[:, 0])
    angle = np.arctan2(matrix[1, 0], matrix[0, 0])
    upper = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) @ matrix / scale
    shift = (moved(psi, middle(CANVAS)) - middle(CANVAS)) / CANVAS
    return np.rad2deg(angle), scale, np.rad2deg(np.arctan(upper[0, 1])), shift


def test_covers_ranges():
    rows = [cover_parts(seed, CoverTransform()) for seed in range(3000)]
    angle, scale, shear, shift = (np.array(column) for column in zip(*rows, strict=True))
    assert 55 < np.abs(angle).max() <= 60
    assert np.std(angle) == pytest.approx(30 * np.sqrt(2 / 3), rel=0.05)  # a difference of two uniform angles
    assert 0.25 <= scale.min() < 0.26
    assert 1.74 < scale.max() <= 1.75
    assert 8.3 < np.abs(shear).max() <= 8.4
    assert (np.abs(shift).max(0) <= 0.3 + 1e-9).all()
    assert (np.abs(shift).max(0) > 0.29).all()


WINDOW = np.random.default_rng(0).integers(60, 190, (40, 48, 3)).astype(np.uint8)


def appearance(seed=0, window=WINDOW, **changes):
    return replace(STILL["cover"], **changes).appearance(window, np.random.default_rng(seed))


def test_covers_noise():
    flat = np.full((64, 64, 3), 128, np.uint8)
    deviations = [appearance(seed, flat, grain_std=0.02).std() / 255 for seed in range(60)]
    assert 0.015 < max(deviations) < 0.022
    assert min(deviations) < 0.004


def test_covers_contrast_is_about_the_mean():
    for seed in range(20):
        changed = appearance(seed, contrast_change=0.4).astype(float)
        assert abs(changed.mean() - WINDOW.mean()) < 1.5
        assert 0.55 < changed.std() / WINDOW.std() < 1.45


def test_covers_brightness_moves_all_levels_alike():
    shifts = []
    for seed in range(200):
        moved_by = appearance(seed, brightness_std=0.02).astype(int) - WINDOW
        assert np.ptp(moved_by) <= 1
        shifts.append(moved_by.mean() / 255)
    assert np.std(shifts) == pytest.approx(0.02, rel=0.2)


def test_covers_blocks():
    counts = set()
    for seed in range(60):
        changed = (appearance(seed, noise_blocks=2, block_side=(0.25, 0.25)) != WINDOW).any(-1)
        counts.add(round(changed.sum() / 120))  # a block has 10 x 12 pixels
        assert changed.sum() <= 240
    assert counts == {0, 1, 2}


@given(SEEDS)
def test_grey_stays_grey_as_nothing_runs_over_the_channels(seed):
    grey = np.repeat(np.random.default_rng(seed).integers(0, 256, (30, 30, 1)), 3, -1).astype(np.uint8)
    changed = CoverTransform().appearance(grey, np.random.default_rng(seed))
    assert (changed == changed[..., :1]).all()


def test_a_window_is_not_changed_in_place():
    before = WINDOW.copy()
    assert not np.array_equal(CoverTransform().appearance(WINDOW, np.random.default_rng(0)), before)
    assert np.array_equal(before, WINDOW)


@pytest.mark.parametrize(
    ("transform", "text"),
    [
        (PaperTransform(rotation_deg=200), "--rotation-deg 200: must be in [0, 180]"),
        (PaperTransform(perspective_std=float("nan")), "--perspective-std nan: must be in [0, 0.2]"),
        (PaperTransform(matrix_std=-1), "--matrix-std -1: must be in [0, 0.25]"),
        (PaperTransform(shift=2), "--shift 2: must be in [0, 1]"),
        (CoverTransform(zoom=1), "--zoom 1: must be in [0, 0.95]"),
        (CoverTransform(noise_blocks=1000), "--noise-blocks 1000: must be in [0, 100]"),
        (
            CoverTransform(block_side=(0.2, 0.1)),
            "--block-side 0.2 0.1: must rise from more than 0 to 1 at most",
        ),
    ],
)
def test_ranges_that_cannot_be(transform, text):
    with pytest.raises(RequestError) as error:
        check_ranges(transform)
    assert str(error.value) == text
