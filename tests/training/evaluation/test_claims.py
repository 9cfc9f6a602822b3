import dataclasses
import math

import numpy as np
import pytest
import torch
from shard_factory import make_content

from scenegen.shards import ShardSet
from scenegen.shards.writer import encode_shard, publish
from training.errors import DataError
from training.evaluation.claims import claims
from training.evaluation.labelled import LabelledSample, LabelledSamples

HEIGHT, WIDTH = 48, 64


def scene():
    """One picture's depth and instances: a room and two boxes in front of it."""
    instance = np.ones((HEIGHT, WIDTH), np.uint16)
    instance[8:24, 6:26], instance[20:40, 36:58] = 2, 4
    depth = np.choose(np.searchsorted([1, 2, 4], instance), [3.0, 2.0, 1.5]).astype(np.float32)
    return depth, instance


def staged(samples=2, **changes):
    """A shard's content with `scene` in every view and the instance painted into the picture."""
    content = make_content(samples=samples, height=HEIGHT, width=WIDTH, **changes)
    depth, instance = scene()
    arrays = dict(content.arrays)
    arrays["depth"] = np.broadcast_to(depth, arrays["depth"].shape).copy()
    arrays["instance"] = np.broadcast_to(instance, arrays["instance"].shape).copy()
    arrays["rgb"][:] = (40 * instance)[..., None]
    arrays["objects/asset"][:] = [0, -1, 1]
    arrays["objects/box"][:, 1], arrays["objects/box"][:, ::2] = np.nan, 0
    return dataclasses.replace(content, arrays=arrays)


def shard_folder(folder, rooms=("a", "b"), **changes):
    for room in rooms:
        publish(folder / f"{room}.h5", encode_shard(staged(room=room, **changes)))
    return folder


@pytest.fixture
def shards(tmp_path):
    return ShardSet(shard_folder(tmp_path))


class Oracle:
    """Three bits that name the painted instance."""

    name = "oracle"

    def __call__(self, images):
        value = images[:, :1].float()
        return torch.cat([(value == 40 * number).float() - 0.5 for number in (1, 2, 4)], 1)


class Blind:
    """Descriptors that know nothing of the picture."""

    name = "blind"

    def __call__(self, images):
        generator = torch.Generator().manual_seed(0)
        return torch.randn(len(images), 4, *images.shape[2:], generator=generator)


def test_an_oracle_scores_one(shards):
    numbers = claims(Oracle(), LabelledSamples(shards), 0)
    for name in ("ari", "fg_ari", "purity", "coverage"):
        assert numbers[f"clusters/{name}"] == 1, name
    for name in ("accuracy", "mean_accuracy", "miou", "covered"):
        assert numbers[f"category/{name}"] == 1, name
    assert numbers["category/classes"] == 3
    assert numbers["flips/top_at_edges"] == 1
    assert numbers["flips/top_elsewhere"] == 0
    assert numbers["probe/rooms_apart"] == 1
    assert numbers["clusters/pictures"] == 4


def test_the_blind_score_by_chance(shards):
    numbers = claims(Blind(), LabelledSamples(shards), 0)
    assert abs(numbers["clusters/ari"]) < 0.05
    assert abs(numbers["clusters/fg_ari"]) < 0.05
    assert numbers["clusters/purity"] < 2 * numbers["clusters/chance"]
    assert numbers["category/mean_accuracy"] < 0.45
    assert numbers["edges/ap"] < numbers["edges/ap_chance"] + 0.06
    assert numbers["flips/top_at_edges"] == pytest.approx(numbers["flips/top_elsewhere"], abs=0.1)


def test_an_edge_channel_is_found_on_other_rooms(shards):
    class Rim:
        name = "rim"

        def __call__(self, images):
            value = images[:, :1].float()
            near = torch.nn.functional.max_pool2d(-value, 3, 1, 1) != -value
            return torch.cat(
                [torch.randn(value.shape, generator=torch.Generator().manual_seed(0)).abs(), near.float() - 0.5], 1
            )

    numbers = claims(Rim(), LabelledSamples(shards), 0)
    assert numbers["edges/ap"] > 0.9
    assert numbers["edges/f_fixed"] > 0.9
    assert numbers["flips/best_channel"] == 1
    assert numbers["flips/best_at_edges_tuned"] == 1
    assert numbers["flips/best_elsewhere_tuned"] < 0.1


def test_the_same_seed_gives_the_same_numbers(shards):
    first, second = (claims(Blind(), LabelledSamples(shards), 5) for _ in range(2))
    assert first == second
    assert all(type(value) is float for value in first.values())


def test_one_room_says_that_folds_are_not_apart(tmp_path):
    samples = LabelledSamples(ShardSet(shard_folder(tmp_path, rooms=("a",))))
    assert claims(Oracle(), samples, 0)["probe/rooms_apart"] == 0


def test_one_sample_gives_clusters_and_nan_for_the_probes(tmp_path):
    samples = LabelledSamples(ShardSet(shard_folder(tmp_path, rooms=("a",), samples=1)))
    numbers = claims(Oracle(), samples, 0)
    assert numbers["clusters/fg_ari"] == 1
    assert math.isnan(numbers["category/miou"])
    assert math.isnan(numbers["edges/ap"])
    assert numbers.keys() == claims(Oracle(), LabelledSamples(ShardSet(tmp_path)), 1).keys()


def test_categories_come_from_the_slots_of_instances(shards):
    sample = LabelledSamples(shards)[0]
    assert isinstance(sample, LabelledSample)
    assert sample.categories == ("chair", "", "mug")
    names = sample.category_map()
    _, instance = scene()
    assert set(names[instance == 1]) == {"room"}
    assert set(names[instance == 2]) == {"chair"}
    assert set(names[instance == 4]) == {"mug"}


def test_a_limit_spreads_over_the_rooms(shards):
    assert [sample.room for sample in LabelledSamples(shards, 2)] == ["a", "b"]
    assert len(LabelledSamples(shards, 99)) == len(LabelledSamples(shards)) == 4


def test_missing_layers_and_samples_are_told(tmp_path):
    publish(tmp_path / "a.h5", encode_shard(make_content(layers=("depth",))))
    with pytest.raises(
        DataError, match="no depth or instance layer: render the shards with --layers rgb,depth,instance"
    ):
        claims(Oracle(), LabelledSamples(ShardSet(tmp_path)), 0)
    with pytest.raises(DataError, match="no sample to check the claims on"):
        claims(Oracle(), [], 0)
