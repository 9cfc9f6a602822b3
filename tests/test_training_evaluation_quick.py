"""The quick score: known matches, whole-set sums, and the seed."""

import numpy as np
import pytest
import torch

from scenegen.shards import Status
from training.data.batch import NO_RAY, PairBatch
from training.evaluation.quick import QUICK, quick_score


class Colours:
    name = "colours"

    def __call__(self, images):
        return images.float()


def batch(pairs, wrong=0.0, seed=0):
    """Both views are one picture whose pixels all differ; a share of the rays claims another match."""
    rng = np.random.default_rng(seed)
    order = np.stack([rng.permutation(16 * 16) for _ in range(pairs)]).reshape(pairs, 1, 16, 16)
    images = torch.from_numpy(np.concatenate([order, 0 * order, 0 * order], 1).astype(np.uint8))
    xy0 = torch.from_numpy(rng.integers(0, 16, (pairs, 40, 2)).astype(np.int32))
    xy1 = xy0.float()
    xy1[:, : int(40 * wrong)] = (xy1[:, : int(40 * wrong)] + 8) % 16
    status = torch.full((pairs, 40), int(Status.VISIBLE), dtype=torch.uint8)
    return PairBatch(images, images, xy0, xy1, status)


def test_all_right_and_a_quarter_wrong():
    right = quick_score(Colours(), [batch(3)], 1000, 0)
    assert set(right) == {*QUICK, "queries"}
    assert (right["pck@1"], right["recall@1"], right["aepe_px"], right["closer"], right["queries"]) == (1, 1, 0, 0, 120)
    assert quick_score(Colours(), [batch(3, 0.25)], 1000, 0)["pck@5"] == 0.75


def test_sums_over_all_batches_and_only_visible_rays_count():
    easy, hard = batch(4), batch(1, 1.0)
    hard.status[:, 10:] = NO_RAY
    assert quick_score(Colours(), [easy, hard], 1000, 0)["pck@5"] == pytest.approx(160 / 170)


def test_queries_follow_from_the_seed():
    one, same, other = (quick_score(Colours(), [batch(2, 0.5)], 7, seed) for seed in (0, 0, 3))
    assert one == same
    assert one["queries"] == 14
    assert one != other


def test_no_visible_ray_gives_nan():
    blind = batch(1)
    blind.status[:] = NO_RAY
    for batches in ([], [blind]):
        found = quick_score(Colours(), batches, 5, 0)
        assert found["queries"] == 0
        assert np.isnan(found["pck@5"])
