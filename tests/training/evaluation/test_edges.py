import numpy as np
import pytest
from sklearn.metrics import f1_score

from training.evaluation.edges import (
    THRESHOLDS,
    count_any_flip,
    count_edges,
    count_flips,
    depth_edges,
    dilated,
    edge_scores,
    far_from,
    sign_flips,
    tolerance_px,
    total_flips,
)


def step_depth(height=48, width=64, column=30):
    depth = np.full((height, width), 2.0, np.float32)
    depth[:, column:] = 3.0
    return depth


def test_the_edge_is_on_the_nearer_side():
    edge = depth_edges(step_depth())
    assert edge[:, 29].all()
    assert edge.sum() == 48


def test_a_mirrored_or_turned_step_is_the_same_edge():
    depth = step_depth()
    assert np.array_equal(depth_edges(depth[:, ::-1]), depth_edges(depth)[:, ::-1])
    assert np.array_equal(depth_edges(depth.T), depth_edges(depth).T)


def test_small_jumps_and_slopes_are_no_edges():
    assert not depth_edges(np.tile(np.linspace(2, 4, 64, dtype=np.float32), (48, 1))).any()
    depth = step_depth()
    depth[:, 30:] = 2.09
    assert not depth_edges(depth).any()
    assert depth_edges(depth, jump=0.04).any()


def test_nothing_is_infinitely_far():
    depth = step_depth()
    depth[:, 30:] = 0
    assert np.array_equal(depth_edges(depth), depth_edges(step_depth()))
    assert not depth_edges(np.zeros((5, 5))).any()


def test_tolerance_follows_the_diagonal():
    assert tolerance_px((480, 640)) == 6
    assert tolerance_px((144, 192)) == 2
    assert tolerance_px((10, 10)) == 1


def test_a_channel_that_changes_sign_at_the_edge():
    edge = depth_edges(step_depth())
    across = np.where(np.arange(64) < 30, 1.0, -1.0)
    descriptors = np.stack([np.broadcast_to(across, edge.shape), np.ones(edge.shape)])
    counts = count_flips(descriptors, edge)
    assert counts.contrast().tolist() == [1, 0]
    assert counts.edges == 48
    assert count_any_flip(descriptors, edge).contrast().tolist() == [1]
    assert count_any_flip(descriptors[1:], edge).contrast().tolist() == [0]


def test_flips_within_the_tolerance_count_and_beyond_do_not():
    """The window of 1 px around the nearer pixel holds the change just before it and just behind it."""
    edge = depth_edges(step_depth())
    for shift, expected in ((0, 1), (-1, 1), (1, 0), (-2, 0)):
        line = np.where(np.arange(64) < 30 + shift, 1.0, -1.0)
        counts = count_flips(np.broadcast_to(line, (1, *edge.shape)), edge)
        assert counts.at_edges[0] / counts.edges == expected, shift


def test_sign_flips_against_windows_by_hand():
    values = np.random.default_rng(0).normal(size=(2, 9, 11)) - 0.8
    flips = sign_flips(values, 1)
    for c, y, x in np.ndindex(*values.shape):
        window = values[c, max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2] > 0
        assert flips[c, y, x] == (window.any() and not window.all())


def test_noise_flips_as_often_anywhere():
    edge = depth_edges(step_depth())
    noise = np.random.default_rng(0).normal(size=(3, *edge.shape))
    total = total_flips(count_flips(noise, edge) for _ in range(2))
    assert total.edges == 96
    assert np.abs(total.contrast()).max() < 0.1


def test_widening_and_distance():
    edge = np.zeros((11, 11), bool)
    edge[5, 5] = True
    assert dilated(edge, 1).sum() == 9
    assert (~far_from(edge, 2)).sum() == 81


def test_the_truth_as_a_map_is_perfect():
    edge = depth_edges(step_depth())
    scores = edge_scores([count_edges(edge.astype(float), edge)])
    assert (scores.f_fixed, scores.f_tuned, scores.f_per_picture) == (1, 1, 1)
    assert scores.f_everywhere < 0.2


def test_the_truth_one_pixel_off_is_perfect_and_two_off_is_wrong():
    edge = depth_edges(step_depth())
    assert tolerance_px(edge.shape) == 1
    assert edge_scores([count_edges(np.roll(edge, 1, 1) * 1.0, edge)]).f_fixed == 1
    assert edge_scores([count_edges(np.roll(edge, 2, 1) * 1.0, edge)]).f_fixed == 0


def test_everywhere_is_the_floor_it_says():
    edge = depth_edges(step_depth())
    scores = edge_scores([count_edges(np.ones(edge.shape), edge)])
    assert (
        scores.f_fixed == scores.f_everywhere == pytest.approx(f1_score(dilated(edge, 1).ravel(), np.ones(edge.size)))
    )


def test_tuning_can_only_help_and_more_tuning_more():
    edge = depth_edges(step_depth())
    maps = [np.where(edge, 0.45, 0.3), np.where(edge, 0.2, 0.1)]
    scores = edge_scores(count_edges(each, edge) for each in maps)
    assert (scores.f_fixed, scores.f_tuned, scores.f_per_picture) == (0, pytest.approx(2 / 3), 1)
    assert scores.f_fixed < scores.f_tuned < scores.f_per_picture


def test_a_picture_without_edges_counts_its_false_alarms():
    edge = depth_edges(step_depth())
    good = count_edges(edge.astype(float), edge)
    empty = np.zeros_like(edge)
    alone, quiet = edge_scores([good]), edge_scores([good, count_edges(empty * 0.0, empty)])
    loud = edge_scores([good, count_edges(np.ones(empty.shape), empty)])
    assert alone.f_fixed == quiet.f_fixed == quiet.f_per_picture == 1
    assert loud.f_fixed < 0.1


def test_half_is_among_the_thresholds():
    assert THRESHOLDS[len(THRESHOLDS) // 2] == pytest.approx(0.5)
