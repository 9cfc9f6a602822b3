"""Which pixels get extra samples, and where those lie."""

import numpy as np

from scenegen.rendering.antialias import (
    LARGEST_SHARE,
    OFFSETS_PX,
    bends_of_depth,
    edge_pixels,
    sample_places,
    unanimous,
)


def flat(h=40, w=60):
    return np.full((h, w, 3), 90, np.uint8), np.full((h, w), 2.0, np.float32), np.ones((h, w), np.uint32)


def test_offsets_are_balanced_and_share_no_row_or_column():
    np.testing.assert_allclose(OFFSETS_PX.sum(0), 0, atol=1e-9)
    assert np.abs(OFFSETS_PX).max() < 0.5
    for axis in (0, 1):
        places = np.sort(np.append(OFFSETS_PX[:, axis], 0.0))
        assert np.diff(places).min() > 0.09


def test_nothing_on_a_plain_picture():
    rgb, depth, label = flat()
    assert len(edge_pixels(rgb, bends_of_depth(depth), label)) == 0


def test_a_silhouette_marks_both_sides():
    rgb, depth, label = flat()
    rgb[:, 30:], label[:, 30:] = 140, 2
    pixels = edge_pixels(rgb, bends_of_depth(depth), label)
    assert sorted(set(pixels % 60)) == [29, 30]
    assert len(pixels) == 80


def test_a_fold_counts_and_a_slanted_plane_does_not():
    rgb, depth, label = flat()
    x = np.arange(60)
    depth[:] = 1 / (0.3 + 0.004 * x)
    rgb[:, 30:] = 115
    assert len(edge_pixels(rgb, bends_of_depth(depth.astype(np.float32)), label)) == 0
    depth[:] = 1 / (0.3 + 0.02 * np.abs(x - 30))
    assert len(edge_pixels(rgb, bends_of_depth(depth.astype(np.float32)), label)) == 80


def test_equal_colors_need_no_samples():
    rgb, depth, label = flat()
    label[10:, :] = 5
    assert len(edge_pixels(rgb, bends_of_depth(depth), label)) == 0


def test_the_share_is_capped_and_the_strongest_win():
    rgb, depth, _ = flat()
    label = (np.indices((40, 60)).sum(0) % 2).astype(np.uint32)
    rgb[label > 0] = 120
    rgb[5, 5:20:2] = 255
    pixels = edge_pixels(rgb, bends_of_depth(depth), label)
    assert len(pixels) == int(LARGEST_SHARE * 2400)
    assert set(5 * 60 + np.arange(5, 20, 2)) <= set(pixels)
    assert (np.diff(pixels) > 0).all()


def test_places_lie_about_their_pixel():
    places = sample_places(np.array([0, 61]), 60).reshape(2, 3, 2)
    np.testing.assert_allclose(places.mean(1), [[0, 0], [1, 1]], atol=1e-9)


def test_unanimous_keeps_bits_that_all_neighbours_share():
    lit = np.full((5, 6), 3, np.uint8)
    lit[2, 3] = 1
    out = unanimous(lit)
    assert (out & 1).all()
    assert np.argwhere(out & 2 == 0).tolist() == [[y, x] for y in (1, 2, 3) for x in (2, 3, 4)]
