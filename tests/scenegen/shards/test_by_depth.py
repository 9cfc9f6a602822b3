"""Verdicts from measured depth: never wrong where they are sure, and unsure at edges, beyond the noise and without depth."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_world import HEIGHT, WIDTH, K, shots, verdicts

from scenegen.geometry import choose_pixels, compose, pixel_directions, pixel_grid, rotation_about
from scenegen.shards import Status
from scenegen.shards.by_depth import DepthView, Noise, bends_of_nearness, edges, follow_by_depth, sampled
from scenegen.shards.by_depth import depth_verdicts as compared

NOISE = Noise(0.005, 0.0, 0.004)


def view(shot, depth=None):
    return DepthView((shot.depth if depth is None else depth).astype(np.float32), K, shot.T)


def pixels(seed=0):
    return choose_pixels(WIDTH, HEIGHT, (2, 4), np.random.default_rng(seed))


@pytest.mark.parametrize(("a", "b"), [(0, 1), (1, 3), (3, 0)])
def test_what_is_sure_is_right_and_little_is_unsure(a, b):
    taken = shots(4)
    xy0 = pixels()
    xy, status = follow_by_depth(xy0, view(taken[a]), view(taken[b]), NOISE)
    exact, truth = verdicts(xy0, taken[a], taken[b])
    sure = status != Status.AMBIGUOUS
    assert (status[sure] == truth[sure]).all()
    assert np.mean(~sure) < 0.2
    for kind in (Status.VISIBLE, Status.OCCLUDED, Status.OUT_OF_VIEW):
        assert np.any(status == kind)
    np.testing.assert_allclose(xy, exact, atol=1e-3)


def test_rays_from_the_edges_of_view_0_are_ambiguous():
    first, other = (view(shot) for shot in shots(2))
    y, x = np.nonzero(edges(first, NOISE))
    assert len(x) > 100
    _, status = follow_by_depth(np.stack([x, y], 1).astype(np.uint16), first, other, NOISE)
    assert (status == Status.AMBIGUOUS).all()


def test_measured_with_noise_what_is_sure_is_right_still():
    rng, taken = np.random.default_rng(5), shots(4)
    noisy = [view(s, s.depth + rng.normal(0, 0.0014 * s.depth**2)) for s in (taken[0], taken[2])]
    xy0 = pixels()
    _, status = follow_by_depth(xy0, *noisy, NOISE)
    _, truth = verdicts(xy0, taken[0], taken[2])
    sure = np.isin(status, [Status.VISIBLE, Status.OCCLUDED])
    assert np.mean(status[sure] != truth[sure]) < 0.005
    assert sure.mean() > 0.5


def test_without_depth_here_nothing_is_hit_and_without_depth_there_nothing_is_sure():
    first, other = shots(2)
    xy0 = pixels()
    _, status = follow_by_depth(xy0, view(first, np.zeros((HEIGHT, WIDTH))), view(other), NOISE)
    assert (status == Status.NO_HIT).all()
    xy, status = follow_by_depth(xy0, view(first), view(other, np.zeros((HEIGHT, WIDTH))), NOISE)
    assert set(np.unique(status)) <= {Status.AMBIGUOUS, Status.OUT_OF_VIEW}
    assert np.isfinite(xy).all()


def test_what_lies_behind_the_camera_has_no_place():
    first = shots(1)[0]
    turned = DepthView(first.depth.astype(np.float32), K, first.T @ compose(rotation_about((0, 1, 0), np.pi)))
    xy, status = follow_by_depth(pixels(), view(first), turned, NOISE)
    assert (status == Status.BEHIND_CAMERA).all()
    assert np.isnan(xy).all()


def test_a_point_that_floats_before_what_is_shown_is_ambiguous():
    first, other = shots(2)
    xy0 = pixels()
    _, truth = verdicts(xy0, first, other)
    _, status = follow_by_depth(xy0, view(first), view(other, other.depth * 1.1), NOISE)
    assert (status[truth == Status.VISIBLE] == Status.AMBIGUOUS).all()


@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(0.5, 5))
def test_a_plane_has_no_edge_however_slanted_and_is_exact_between_pixels(pan_deg, tilt_deg, distance_m):
    """1 / depth of a plane n . X = d is n . ray / d: affine over the picture."""
    n = rotation_about((0, 1, 0), np.radians(pan_deg)) @ rotation_about((1, 0, 0), np.radians(tilt_deg)) @ (0, 0, 1.0)
    nearness = (pixel_directions(K, pixel_grid(40, 30)) @ n / distance_m).reshape(30, 40)
    assert not bends_of_nearness(nearness, np.full(nearness.shape, 1e-9)).any()
    places = np.random.default_rng(0).uniform((0, 0), (39, 29), (50, 2))
    exact = pixel_directions(K, places) @ n / distance_m
    np.testing.assert_allclose(sampled(nearness, places), exact, atol=1e-12)


def test_a_step_is_an_edge_on_both_sides_even_across_a_hole():
    depth = np.full((20, 30), 2.0, np.float32)
    depth[:, 15:] = 3.0
    found = edges(DepthView(depth, K, np.eye(4)), NOISE)
    assert found[:, 13:17].all()
    assert not found[:, :12].any()
    assert not found[:, 18:].any()
    depth[:, 15] = 0  # a hole hides no edge
    assert edges(DepthView(depth, K, np.eye(4)), NOISE)[:, [14, 16]].all()


def test_sampling_beside_a_hole_takes_the_nearest():
    nearness = np.array([[1.0, 2.0], [np.nan, 4.0]])
    assert sampled(nearness, np.array([[0.4, 0.0], [0.6, 0.2], [0.2, 0.9]])).tolist()[:2] == [1.0, 2.0]
    assert np.isnan(sampled(nearness, np.array([[0.2, 0.9]])))[0]


@given(st.floats(-1, 1), st.floats(1e-4, 0.1))
def test_verdicts_have_a_band_between_them(behind, tolerance):
    (status,) = compared(np.array([behind]), np.array([tolerance]))
    expected = Status.AMBIGUOUS
    if abs(behind) <= tolerance:
        expected = Status.VISIBLE
    elif behind > 3 * tolerance:
        expected = Status.OCCLUDED
    assert status == expected


def test_the_tolerance_is_the_largest_term():
    noise = Noise(0.005, 0.01, 0.004)
    np.testing.assert_allclose(noise.tolerance(np.array([0.1, 1.0, 4.0])), [0.005, 0.01, 0.064])
