"""Metrics of own matches on cases worked out by hand."""

import numpy as np
import pytest

from training.evaluation.answers import Found
from training.evaluation.bootstrap import draws
from training.evaluation.contender import Response
from training.evaluation.metrics import score
from training.evaluation.motion_errors import warp
from training.evaluation.own_matches import mma, motion_errors, own_errors_px, own_matches
from training.evaluation.pair import Pair, RelativePose, Standing
from training.evaluation.predictions import predict
from training.evaluation.thresholds import Thresholds

NAN, INF = np.nan, np.inf


class Told:
    """Finds what it was told to, pair by pair."""

    name, method = "told", ""

    def __init__(self, *found):
        self.found = list(found)

    def respond(self, pair):
        return Response(3, None, self.found.pop(0))


def found(*errors, start=(5, 5)):
    """Matches that lie so far to the right of the truth."""
    error = np.array(errors, np.float32)
    xy0 = np.tile(np.float32(start), (len(error), 1))
    true = np.where(np.isfinite(error)[:, None], np.float32([9, 9]), np.where(np.isnan(error), NAN, INF)[:, None])
    xy1 = np.float32([9, 9]) + np.stack([np.where(np.isfinite(error), error, 0), 0 * np.nan_to_num(error, posinf=0)], 1)
    return Found(xy0, xy1.astype(np.float32), true.astype(np.float32))


def truth(xy0):
    return xy0, np.full(len(xy0), Standing.VISIBLE, np.uint8)


def pair(scene="s", homography=None, pose=None, truth=None):
    picture = np.zeros((480, 640, 3), np.uint8)
    none = np.zeros((0, 2))
    nothing = none.astype(int), none, np.zeros(0, bool)
    return Pair((picture, picture), *nothing, scene, truth=truth, homography=homography, pose=pose)


def predictions(*parts):
    return predict(Told(*parts), [pair(f"s{i}", truth=truth) for i in range(len(parts))], "k")


def test_errors_by_hand():
    made = predictions(found(0, 2.5, INF, NAN))
    np.testing.assert_array_equal(own_errors_px(made.found), [0, 2.5, INF, NAN])


def test_mma_counts_pairs_without_matches_as_0_and_leaves_out_what_is_not_known():
    made = predictions(found(0, 1, 1.25, 3, NAN), found(), found(NAN), found(INF))
    share = mma(made)
    np.testing.assert_array_equal(share[1], [2 / 4, 0, NAN, 0])  # an error of exactly t is inside, as published
    np.testing.assert_array_equal(share[3], [1, 0, NAN, 0])
    scene = np.arange(4)
    estimates = own_matches(made, Thresholds(), scene, draws(4, np.random.default_rng(0)))
    assert estimates["mma@1"].value == pytest.approx(1 / 6)  # the mean over the three pairs that are known
    assert estimates["matches"].value == pytest.approx(7 / 4)


def test_a_pair_with_many_matches_weighs_as_one_with_few():
    estimates = score(predictions(found(*[0] * 99), found(50)), 0).metrics
    assert estimates["mma@5"].value == 0.5


def test_motion_is_measured_where_the_pairs_know_it():
    H = np.array([[1, 0.02, 12], [-0.01, 1.03, -7], [1e-5, 2e-5, 1.0]])
    grid = np.stack(np.meshgrid(np.arange(0, 640, 40), np.arange(0, 480, 40)), -1).reshape(-1, 2).astype(np.float32)
    right = Found(grid, warp(H, grid).astype(np.float32), warp(H, grid).astype(np.float32))
    made = predict(Told(right, right), [pair(homography=H), pair()], "k")
    errors = motion_errors(made, Thresholds())
    assert sorted(errors) == ["homography opencv", "homography poselib"]
    assert all(values[0] < 0.1 and np.isnan(values[1]) for values in errors.values())
    numbers = score(made, 0).metrics
    assert numbers["homography_auc@5 poselib"].value > 0.95
    assert not any(name.startswith("pose") for name in numbers)


def test_a_pose_without_matches_is_a_failure():
    pose = RelativePose(np.diag([500.0, 500, 1]), np.diag([500.0, 500, 1]), np.eye(4))
    made = predict(Told(found(), found(0)), [pair(pose=pose), pair(pose=pose)], "k")
    assert all(np.isinf(values).all() for values in motion_errors(made, Thresholds()).values())
    assert score(made, 0).metrics["pose_auc@20 opencv"].value == 0


def test_a_pair_that_nothing_is_known_of_counts_in_no_share_even_without_matches():
    pose = RelativePose(np.diag([500.0, 500, 1]), np.diag([500.0, 500, 1]), np.eye(4))
    made = predict(Told(found(), found(NAN)), [pair(pose=pose), pair(pose=pose)], "k")
    assert np.isnan(mma(made)[10]).all()
    assert not any(name.startswith("mma") for name in score(made, 0).metrics)
    mixed = predict(Told(found(), found(0)), [pair(), pair(truth=truth)], "k")
    assert score(mixed, 0).metrics["mma@1"].value == 1


def test_who_looks_everywhere_and_finds_nothing_gets_0_and_who_does_not_look_no_number():
    pairs = [pair("a", np.eye(3), truth=truth), pair("b", np.eye(3), truth=truth)]
    numbers = score(predict(Told(found(), found()), pairs, "k"), 0).metrics
    assert [numbers[name].value for name in ("matches", "mma@10", "homography_auc@5 poselib")] == [0, 0, 0]
    assert "mma@10" not in score(predict(Told(None, None), pairs, "k"), 0).metrics
