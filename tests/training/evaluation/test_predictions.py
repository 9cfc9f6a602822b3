"""Predictions and held-out pairs: the right pixels, on pictures whose true match is known."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from shard_factory import make_content

from scenegen.shards import ShardSet, Status
from scenegen.shards.writer import encode_shard, publish
from training.errors import DataError
from training.evaluation import predictions
from training.evaluation.answers import PROTOCOL, answer
from training.evaluation.benchmarks.shards import HeldOutPairs, chosen_rays, cut
from training.evaluation.contender import Dense
from training.evaluation.pair import Pair
from training.evaluation.predictions import load_predictions, predict, predicted, save_predictions

SHIFT = (3, -2)


class Colors:
    """A pixel's own colour as descriptor."""

    name = "colours"

    def __call__(self, images):
        return images.float()


def shifted(height=20, width=24, rays=60, seed=0):
    """View 1 shows the picture of view 0 moved by SHIFT px, around; every pixel has its own colour."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(height * width)
    image = np.stack([order % 256, order // 256, 0 * order], -1).reshape(height, width, 3).astype(np.uint8)
    images = np.stack([image, np.roll(image, SHIFT[::-1], (0, 1))])
    xy0 = np.stack([rng.integers(0, width, rays), rng.integers(0, height, rays)], -1)
    xy1 = (xy0 + SHIFT).astype(np.float32)
    inside = ((xy1 >= 0) & (xy1 < (width, height))).all(1)
    return Pair(tuple(images), xy0, xy1, inside, "room", "pair", 0.5, 30.0, 1.0)


def test_a_known_shift_is_found_at_every_visible_ray():
    pair = shifted()
    made = predict(Dense(Colors(), "l2"), [pair, pair], "key")
    found, visible = made.answers, np.tile(pair.visible, 2)
    assert made.channels == 3
    assert (found.visible == visible).all()
    assert (found.predicted == found.true)[visible].all()
    assert np.isnan(found.true[~visible]).all()
    assert (found.returned_px == 0).all()  # every pixel is its own mutual neighbour
    assert (found.closer == 0).all()
    assert (found.equal == 0).all()
    assert (found.distance[visible] == 0).all()
    assert (found.pixels == 20 * 24).all()
    assert (made.pair == np.repeat([0, 1], len(pair.visible))).all()
    assert made.pairs.scene.tolist() == ["room", "room"]


def test_rank_counts_the_pixels_that_are_closer_and_ties():
    # One channel, a row of pixels: the query is 0, the truth at distance 3.
    features1 = torch.tensor([5.0, 1, -2, 3, -3, 9]).reshape(1, 1, 6)
    features0 = torch.zeros(1, 1, 2)
    made = answer(features0, features1, torch.tensor([[1, 0]]), torch.tensor([[3.4, 0.3]]), np.array([True]))
    assert (made.closer.item(), made.equal.item(), made.true_distance.item()) == (2, 1, 3.0)
    assert made.predicted.tolist() == [[1, 0]]
    assert made.distance.item() == 1
    assert made.returned_px.item() == 1  # both pixels of view 0 are equal: the lowest comes back


def test_a_projection_on_the_last_border_stays_inside():
    edge = np.nextafter(np.float32(5.5), np.float32(0))
    made = answer(
        torch.zeros(1, 1, 6),
        torch.zeros(1, 1, 6),
        torch.zeros(1, 2, dtype=torch.int64),
        torch.tensor([[edge, 0.0]]),
        np.array([True]),
    )
    assert made.equal.item() == 5


def test_rays_are_chosen_by_the_generator_with_as_many_distractors():
    pair = shifted(rays=400)
    some = chosen_rays(pair, 20, np.random.default_rng(1))
    assert some.visible.sum() == 20
    assert (~some.visible).sum() == 20
    same, other = (chosen_rays(pair, 20, np.random.default_rng(seed)) for seed in (1, 2))
    assert np.array_equal(some.xy0, same.xy0)
    assert not np.array_equal(some.xy0, other.xy0)
    every = chosen_rays(pair, 1000, np.random.default_rng(1))
    assert every.visible.sum() == pair.visible.sum()


def test_windows_keep_the_colors_of_matches():
    pair = shifted(rays=400)
    small = cut(pair, 12)
    assert [image.shape for image in small.images] == [(12, 12, 3), (12, 12, 3)]
    x0, y0 = small.xy0[small.visible].T
    x1, y1 = small.xy1[small.visible].astype(int).T
    assert small.visible.sum() > 50
    assert np.array_equal(small.images[0][y0, x0], small.images[1][y1, x1])
    assert (small.xy0 >= 0).all()
    assert (small.xy0 < 12).all()
    with pytest.raises(DataError, match=r"a window of 21 px does not fit the pictures, 24x20 px"):
        cut(pair, 21)


def test_nothing_visible_is_said(tmp_path):
    blind = replace(shifted(), visible=np.zeros(60, bool))
    pairs = [chosen_rays(blind, 9, np.random.default_rng(0))]
    with pytest.raises(DataError, match="no asked pixel of any pair is visible in both views: choose pairs with more"):
        predicted(Dense(Colors(), "l2"), pairs, tmp_path, "")
    with pytest.raises(DataError, match="there is no pair to measure: choose another split or folder"):
        predicted(Dense(Colors(), "l2"), [], tmp_path, "")


def test_a_list_goes_on_after_the_last_whole_block(tmp_path, monkeypatch):
    monkeypatch.setattr("training.evaluation.predictions.BLOCK", 2)
    pairs, told, asked = [replace(shifted(seed=seed), name=f"{seed}") for seed in range(5)], [], []

    class Tiring(Colors):
        def __call__(self, images):
            asked.append(1)
            if len(asked) == 7:
                raise KeyboardInterrupt
            return images.float()

    contender = Dense(Tiring(), "l2", step=4)
    with pytest.raises(KeyboardInterrupt):
        predicted(contender, pairs, tmp_path, "k", told.append)
    assert told == [2]
    made = predicted(contender, pairs, tmp_path, "k", told.append)
    assert told == [2, 2, 4, 5]
    assert len(asked) == 7 + 2 * 3
    whole = predict(Dense(Colors(), "l2", step=4), pairs, "k")
    assert made.pairs.name.tolist() == list("01234")
    for field in ("pair", "found_pair", "pixel"):
        np.testing.assert_array_equal(getattr(made, field), getattr(whole, field))
    np.testing.assert_array_equal(made.answers.predicted, whole.answers.predicted)
    assert len(made.found) == len(whole.found) > 0


def test_a_file_gives_back_what_was_saved_for_its_key_alone(tmp_path):
    named = Colors()
    named.name = "colours ä"
    made = predict(Dense(named, "l2", step=4), [shifted()], "key ü")
    path = tmp_path / "deep" / "colours.h5"
    save_predictions(path, made)
    kept = load_predictions(path, "key ü")
    assert kept is not None
    assert (kept.name, kept.key, kept.channels) == ("colours ä", "key ü", 3)
    for field in fields(made.answers):
        value = getattr(made.answers, field.name)
        assert getattr(kept.answers, field.name).dtype == value.dtype
        np.testing.assert_array_equal(getattr(kept.answers, field.name), value)
    for name in ("pair", "pixel", "found_pair"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(made, name))
    for part in ("pairs", "found"):
        for field in fields(getattr(made, part)):
            there, here = (getattr(getattr(each, part), field.name) for each in (kept, made))
            np.testing.assert_array_equal(there, here)
            assert there.dtype == here.dtype
    assert load_predictions(path, "another key") is None
    assert load_predictions(tmp_path / "nothing.h5", "key ü") is None
    path.write_bytes(path.read_bytes()[:500])
    assert load_predictions(path, "key ü") is None
    assert [file.name for file in path.parent.iterdir()] == ["colours.h5"]


def test_pairs_of_shards_are_each_view_with_view_0(tmp_path):
    content = make_content(samples=2, views=3, split="val", room="r")
    publish(tmp_path / "a.h5", encode_shard(content))
    shards = ShardSet(tmp_path, split="val", layers=())
    pairs = HeldOutPairs(shards, queries=1000, seed=0)
    assert len(pairs) == 4
    assert len(HeldOutPairs(shards, 10, 0, limit=3)) == 3
    pair, sample = pairs[1], shards[0]
    assert np.array_equal(np.stack(pair.images), sample.rgb[[0, 2]])
    assert pair.visible.sum() == (sample.status[1] == Status.VISIBLE).sum()
    assert pair.overlap == pytest.approx(float(sample.overlap[0, 2]))
    assert pair.scene == "r"
    truth = {tuple(a): tuple(b) for a, b in zip(sample.xy0.tolist(), sample.xy[1].tolist(), strict=True)}
    assert all(truth[tuple(a)] == tuple(b) for a, b in zip(pair.xy0.tolist(), pair.xy1.tolist(), strict=True))


def test_what_another_protocol_predicted_is_made_anew(tmp_path, monkeypatch):
    told = Dense(Colors(), "l2")
    made = predicted(told, [shifted()], tmp_path, "k")
    monkeypatch.setattr(Dense, "respond", lambda *_: pytest.fail("asked again"))
    assert predicted(told, [shifted()], tmp_path, "k").key == made.key
    monkeypatch.setattr(predictions, "PROTOCOL", PROTOCOL + 1)  # as after an upgrade
    with pytest.raises(pytest.fail.Exception, match="asked again"):
        predicted(told, [shifted()], tmp_path, "k")
