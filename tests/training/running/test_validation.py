"""The validation: the same pixels every time, and matches that are right where the truth is known."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from training_world import tiny, write_shards

from scenegen.shards import Status
from training.data.batch import NO_RAY, PairBatch
from training.data.loader import fixed_batches, open_pairs
from training.running.trainee import build_trainee
from training.running.validation import match_errors_px, matching, validate

CPU = torch.device("cpu")
SHIFT = torch.tensor([3, -2])


def shifted(height=14, width=18, rays=40):
    """Descriptors of a pair whose second view is the first one moved by SHIFT, around; each pixel has its own."""
    draw = torch.Generator().manual_seed(0)
    features0 = torch.randn(5, height, width, generator=draw)
    xy0 = torch.stack([torch.randint(n, (rays,), generator=draw) for n in (width, height)], dim=1)
    xy1 = xy0 + SHIFT
    inside = ((xy1 >= 0) & (xy1 < torch.tensor([width, height]))).all(1)
    status = torch.where(inside, int(Status.VISIBLE), int(Status.OUT_OF_VIEW)).to(torch.uint8)
    status[:3] = NO_RAY
    picture = torch.zeros(1, 3, height, width, dtype=torch.uint8)
    batch = PairBatch(picture, picture, xy0.int()[None], xy1.float()[None], status[None], torch.zeros(1, rays) > 0)
    return features0, features0.roll((int(SHIFT[1]), int(SHIFT[0])), (1, 2)), batch


@pytest.mark.parametrize("distance", ["l2", "l1", "linf", "cosine"])
def test_a_known_shift_is_found_at_every_visible_ray(distance):
    features0, features1, batch = shifted()
    errors = match_errors_px(features0, features1, batch, 0, distance)
    assert len(errors) == (batch.status == Status.VISIBLE).sum()
    assert (errors == 0).all()
    assert match_errors_px(features0, features0, batch, 0, distance).tolist() == pytest.approx(
        [math.hypot(3, 2)] * len(errors)
    )


def test_the_distance_is_the_objectives():
    """Longer copies elsewhere: cosine cannot tell them apart from the truth by length, l2 can."""
    features0, features1, batch = shifted()
    longer = features1.roll(1, 1) * 100
    assert (match_errors_px(features0, longer, batch, 0, "cosine") > 0).all()
    wide = torch.cat([features1 * 2, features1.roll(7, 2)], dim=2)  # the same directions twice: the first place wins
    assert (match_errors_px(features0, features1 * 2, batch, 0, "cosine") == 0).all()
    assert (match_errors_px(features0, wide, batch, 0, "cosine") == 0).all()
    assert (match_errors_px(features0, wide, batch, 0, "l2") > 0).any()


def test_descriptors_that_are_not_finite_match_nothing():
    features0, features1, batch = shifted()
    features1[0, 0, 0] = torch.nan
    errors = match_errors_px(features0, features1, batch, 0, "l2")
    found = matching(errors)
    assert found["pck5"] == 0
    assert math.isnan(found["aepe_px"])


def test_the_numbers_are_those_of_the_definitions():
    assert matching(torch.tensor([0.0, 4.999, 5.0, 30.0])) == pytest.approx({"pck5": 0.5, "aepe_px": 39.999 / 4})
    assert all(math.isnan(value) for value in matching(torch.empty(0)).values())


@pytest.fixture(scope="module")
def batches(tmp_path_factory):
    settings = tiny()
    data = open_pairs(write_shards(tmp_path_factory.mktemp("shards")), "val", settings.data, settings.seed)
    return list(fixed_batches(data, settings.batch, 0))


def test_a_validation_is_the_same_every_time_and_follows_the_network(batches):
    trainee = build_trainee(tiny())
    first, again = (validate(trainee, batches, tiny(), CPU) for _ in range(2))
    assert first == again
    assert set(first) == {"total", "within", "pck5", "aepe_px"}
    assert first["pck5"] > 0.5  # the second view is the first one, cut elsewhere
    other = validate(build_trainee(tiny(seed=1)), batches, tiny(), CPU)
    assert other["total"] != first["total"]


def test_matching_looks_at_few_pairs_and_all_others_count_in_the_losses(batches, monkeypatch):
    trainee = build_trainee(tiny())
    whole = validate(trainee, batches, tiny(), CPU)
    monkeypatch.setattr("training.running.validation.MATCHED_PAIRS", 3)
    few = validate(trainee, batches, tiny(), CPU)
    assert few["total"] == whole["total"]
    cut = [batches[0], replace(batches[1], **{k: v[:1] for k, v in vars(batches[1]).items() if v is not None})]
    assert few["pck5"] == validate(trainee, cut, tiny(), CPU)["pck5"]
    assert np.isfinite(few["aepe_px"])
