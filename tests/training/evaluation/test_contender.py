"""Contenders: their own matches are the mutual ones, and are judged by the truth."""

import numpy as np
import pytest
import torch

from training.errors import RequestError
from training.evaluation.answers import MUTUAL_PX, judged
from training.evaluation.baselines import RgbPatches
from training.evaluation.contender import Dense, Sparse
from training.evaluation.keypoints import SparseSift
from training.evaluation.pair import Pair, Standing
from training.evaluation.truths.planar import PlanarTruth

SHIFT = np.array([3, 2])


def shifted(side=40):
    """View 1 is view 0 moved by SHIFT px, with its truth."""
    image = np.random.default_rng(0).integers(0, 256, (side + 5, side + 5, 3)).astype(np.uint8)
    views = image[3:, 4:][:side, :side], image[3 - 2 :, 4 - 3 :][:side, :side]
    H = np.eye(3)
    H[:2, 2] = SHIFT
    none = np.zeros((0, 2))
    return Pair(views, none.astype(int), none, np.zeros(0, bool), "s", truth=PlanarTruth(H, (side, side)))


def test_matches_of_a_grid_are_mutual_and_right():
    found = Dense(RgbPatches(3), "l2", step=4).respond(shifted()).found
    assert len(found) > 60
    assert (found.xy1 - found.xy0 == SHIFT).mean() > 0.9  # those whose place is outside may match anything
    inside = (found.true < 39.5).all(1)
    assert np.array_equal(found.xy1[inside], found.true[inside])
    assert set(np.diff(np.unique(found.xy0[:, 0]))) <= {4.0, 8.0}


def test_without_a_step_there_are_none_and_questions_are_answered():
    pair = shifted()
    response = Dense(RgbPatches(3), "cosine").respond(pair)
    assert response.found is None
    assert response.channels == 27
    assert response.answers is not None
    assert len(response.answers) == 0


def test_a_match_that_does_not_come_back_is_none():
    class Column:
        """All pixels of a column are alike, so a match comes back to the top one."""

        name = "column"

        def __call__(self, images):
            return torch.arange(images.shape[3]).float().expand(1, 1, *images.shape[2:]).clone()

    found = Dense(Column(), "l2", step=1).respond(shifted(12)).found
    assert (found.xy0[:, 1] <= MUTUAL_PX).all()
    assert len(found) == 2 * 12


def test_the_method_names_all_that_answers_depend_on():
    contender = Dense(RgbPatches(3), "l2", step=4, made_of="abc")
    others = Dense(RgbPatches(3), "cosine", step=4, made_of="abc"), Dense(RgbPatches(3), "l2", step=8, made_of="abc")
    assert len({each.method for each in (contender, *others, Dense(RgbPatches(3), "l2", step=4))}) == 4


def test_keypoints_match_where_both_choose_each_other():
    class Detector:
        """Points with one number each."""

        name = "d"

        def __call__(self, image):
            numbers = [0.0, 0.06, 5] if image[0, 0, 0] == 0 else [0.4, 0.1, 9]
            return np.float32([[number, 1] for number in numbers]), np.float32(numbers)[:, None]

    first, second = np.zeros((2, 2, 3), np.uint8), np.ones((2, 2, 3), np.uint8)
    none = np.zeros((0, 2))
    response = Sparse(Detector()).respond(Pair((first, second), none, none, np.zeros(0, bool), "s"))
    np.testing.assert_allclose(response.found.xy0, [[0.06, 1], [5, 1]])  # 0 likes 0.1, which likes 0.06
    assert np.allclose(response.found.xy1, [[0.1, 1], [9, 1]])
    assert response.answers is None
    assert np.isnan(response.found.true).all()


def test_sift_finds_a_shift_at_its_own_points_and_nothing_in_an_empty_picture():
    pair = shifted(120)
    found = Sparse(SparseSift()).respond(pair).found
    assert len(found) > 20
    assert np.mean(np.abs(found.xy1 - found.xy0 - SHIFT).max(1) < 0.5) > 0.9
    empty = np.zeros((30, 30, 3), np.uint8)
    nothing = Sparse(SparseSift()).respond(Pair((empty, empty), *[np.zeros((0, 2))] * 2, np.zeros(0, bool), "s"))
    assert len(nothing.found) == 0
    assert nothing.channels == 128


def test_no_match_is_right_where_something_stands_before_the_point():
    def truth(xy0):
        return xy0, np.array([Standing.VISIBLE, Standing.OCCLUDED, Standing.UNKNOWN, Standing.OUTSIDE], np.uint8)

    xy = np.arange(8, dtype=np.float32).reshape(4, 2)
    true = judged(xy, xy, truth).true
    np.testing.assert_array_equal(true[[0, 3]], xy[[0, 3]])
    assert np.isinf(true[1]).all()
    assert np.isnan(true[2]).all()
    behind = judged(xy, xy, lambda xy0: (np.full_like(xy0, np.nan), truth(xy0)[1])).true
    assert np.isinf(behind[3]).all()  # known to be nowhere, which is not unknown


def test_pictures_that_are_described_in_different_lengths_are_a_line():
    class Odd:
        name = "odd"
        calls = 0

        def __call__(self, images):
            self.calls += 1
            return images.float()[:, : 4 - self.calls]

    with pytest.raises(RequestError, match=r"odd has 3 channels of one picture and 2 of the other .*: give all pict"):
        Dense(Odd(), "l2").respond(shifted())
