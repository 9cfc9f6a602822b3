"""A folder as its run sees it: shards or pictures, the same questions of both."""

from dataclasses import replace

import pytest
from export_world import made_run
from picture_folder import pictures
from training_world import TINY, write_shards

from training.data.across import AcrossData
from training.data.corpus import corpus
from training.data.image_pairs import ImageData
from training.data.pairs import PairData
from training.data.transforms.registry import with_images
from training.errors import DataError

OF_PICTURES = with_images(replace(TINY, data=replace(TINY.data, crop=16)), "cover")


def test_shards(tmp_path):
    there = corpus(write_shards(tmp_path), TINY)
    assert there.splits() == {"train": 6, "val": 4}
    assert isinstance(there.open("train", dense=False), PairData)
    assert len(there.digest("train")) == 64
    assert there.digest("train") != there.digest("val")


def test_only_training_has_pairs_across_samples(tmp_path):
    settings = replace(TINY, data=replace(TINY.data, positives_across=0.5))
    assert isinstance(corpus(made_run(tmp_path), settings).open("train", dense=False), AcrossData)
    bare = corpus(write_shards(tmp_path / "bare"), settings)
    assert isinstance(bare.open("val", dense=False), PairData)
    with pytest.raises(DataError, match="by which --positives-across finds objects"):
        bare.open("train", dense=False)


def test_pictures(tmp_path):
    there = corpus(pictures(tmp_path / "pictures", 10), OF_PICTURES)
    assert set(there.splits()) == {"train", "val"}
    assert sum(there.splits().values()) == 10
    opened = there.open("train", dense=True)
    assert isinstance(opened, ImageData)
    assert opened[0, 0].flow is not None
    assert there.digest("train") != there.digest("val")


def test_a_folder_of_the_other_kind_is_one_line(tmp_path):
    shards, folder = write_shards(tmp_path / "shards"), pictures(tmp_path / "pictures", 3)
    with pytest.raises(DataError, match="holds no pictures among 2 files"):
        corpus(shards, OF_PICTURES).open("train", dense=False)
    with pytest.raises(DataError, match="holds no shards"):
        corpus(folder, TINY).open("train", dense=False)
