"""Pairs from a folder of pictures: the same by key in any process; what gives none is counted by reason."""

import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from picture_folder import pictures
from PIL import Image
from ramp import ramp_picture

from scenegen.counting import often
from scenegen.shards import Status
from training.data.batch import PairBatch
from training.data.image_pairs import image_splits, images_digest, open_images
from training.data.image_settings import ImageSettings
from training.data.loader import fixed_batches, read_batches, train_batches
from training.data.order import epoch_keys
from training.data.pictures import list_pictures
from training.data.transforms.cover import CoverTransform
from training.data.transforms.registry import TRANSFORMS, image_settings
from training.errors import DataError, RequestError
from training.settings import DataSettings

SETTINGS = DataSettings(crop=16, min_matches=4, workers=0)
IMAGES = image_settings("paper")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = pictures(tmp_path_factory.mktemp("pictures"))
    (folder / "broken.png").write_text("no picture")
    return folder


def opened(folder, split="train", images=IMAGES, seed=1, **changes):
    return open_images(folder, split, replace(SETTINGS, **changes), images, seed)


def assert_same(left, right):
    assert len(left) == len(right) > 0
    for a, b in zip(left, right, strict=True):
        for name in PairBatch.__dataclass_fields__:
            assert torch.equal(getattr(a, name), getattr(b, name)), name


@pytest.mark.parametrize("name", list(TRANSFORMS))
def test_batches_are_those_of_shards_with_dense_truth(name, folder):
    data = opened(folder, images=image_settings(name))
    batch = next(train_batches(data, 4, 0, 1))
    assert (batch.images0.shape, batch.images0.dtype) == ((4, 3, 16, 16), torch.uint8)
    assert (batch.images1.shape, batch.images1.dtype) == ((4, 3, 16, 16), torch.uint8)
    assert batch.xy0.shape == batch.xy1.shape == (4, 32, 2)
    assert (batch.xy0.dtype, batch.xy1.dtype, batch.status.dtype) == (torch.int32, torch.float32, torch.uint8)
    assert batch.flow is not None
    assert batch.covisible is not None
    assert (batch.flow.shape, batch.flow.dtype) == ((4, 2, 16, 16), torch.float32)
    assert (batch.covisible.shape, batch.covisible.dtype) == ((4, 16, 16), torch.bool)
    assert not batch.foreground.any()
    assert ((batch.status == Status.VISIBLE).sum(1) >= 4).all()
    assert data.window == (16, 16)


@pytest.mark.parametrize("start", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_batches_do_not_depend_on_the_workers(start, folder):
    data, keys = opened(folder), epoch_keys(len(opened(folder)), 3, 1, 0)
    alone = list(read_batches(data, keys))
    with_workers = opened(folder, workers=2)
    assert_same(list(read_batches(with_workers, keys, start)), alone)
    assert with_workers.passed_over == data.passed_over
    assert with_workers.faults() == data.faults()


def test_a_pair_is_a_function_of_seed_epoch_and_index(folder):
    data = opened(folder)
    first = data[(2, 1)]
    data[(0, 0)]
    again = opened(folder)[(2, 1)]
    for name in ("image0", "image1", "flow", "covisible"):
        assert np.array_equal(getattr(first, name), getattr(again, name))
    assert np.array_equal(first.rays.xy0, again.rays.xy0)
    for other in (opened(folder, seed=2)[(2, 1)], data[(3, 1)], data[(2, 2)]):
        assert not np.array_equal(first.image0, other.image0)


def test_fixed_batches_are_fixed_and_not_mirrored(tmp_path):
    folder = tmp_path / "ramps"
    folder.mkdir()
    for k in range(8):
        Image.fromarray(ramp_picture(40, 32)).save(folder / f"{k}.png")
    still = ImageSettings("cover", CoverTransform(0, 0, 0, 0, 0, 0, 0, 0))
    data = opened(folder, images=still, flip_p=1.0)
    first, second = list(fixed_batches(data, 2, 4)), list(fixed_batches(data, 2, 4))
    assert_same(first, second)
    red = first[0].images0[:, 0].int()
    assert (red.diff(dim=-1) > 0).all()
    mirrored = next(train_batches(data, 2, 0, 1))
    assert (mirrored.images0[:, 0].int().diff(dim=-1) < 0).all()
    assert torch.equal(mirrored.images0, mirrored.images1)
    assert mirrored.flow is not None
    assert mirrored.flow.abs().max() < 1e-5


def test_splits_share_no_picture(folder):
    train, val = opened(folder), opened(folder, "val")
    assert not set(train.listing.names) & set(val.listing.names)
    assert image_splits(folder) == {"train": len(train), "val": len(val)}
    assert images_digest(folder, "train") == train.listing.digest() != images_digest(folder, "val")


def test_pictures_of_one_color_have_nothing_to_match(tmp_path):
    folder = pictures(tmp_path / "blank", 6)
    for k in range(6):
        Image.new("RGB", (40, 32), (k, 9, 200)).save(folder / f"red{k}.png")
    np.save(folder / "nothing.npy", np.full((40, 40), np.nan))
    np.save(folder / "deep.npy", np.full((40, 40), 1234, np.uint16))
    nearly = np.full((40, 40), 7, np.uint8)
    nearly[-1, -1] = 8
    np.save(folder / "nearly.npy", nearly)
    for split in ("train", "val"):
        data = opened(folder, split)
        blank = [name for name in data.listing.names if name.startswith(("red", "nothing", "deep"))]
        assert sum(data.picture(index) is None for index in range(len(data))) == len(blank) > 0
        assert data.faults().replace("picture is", "pictures are") == f"{len(blank)} pictures are of one colour"


def test_what_gives_no_picture_is_passed_over_and_counted_by_reason(tmp_path):
    folder = pictures(tmp_path / "mixed", 20)
    whole = (folder / "0.png").read_bytes()
    for name in ("a", "b", "c"):
        (folder / f"{name}.png").write_text("no picture")
    (folder / "labels.csv").write_text("0,1")
    for name, side in (("small", 15), ("flat", 8)):
        Image.new("RGB", (side, 40)).save(folder / f"{name}.png")
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    train = set(list_pictures(folder).only("train").names)
    expected = [
        (1 + len(train & {"a.png", "b.png", "c.png"}), "file is no image", "files are no images"),
        (len(train & {"cut.png"}), "picture is damaged", "pictures are damaged"),
        (len(train & {"small.png", "flat.png"}), "picture is smaller than 16 px", "pictures are smaller than 16 px"),
    ]
    for workers in (0, 2):
        data = opened(folder, workers=workers)
        batches = list(train_batches(data, 1, 0, 1))
        assert len(batches) == len(data)
        told = ", ".join(f"{n} {one if n == 1 else many}" for n, one, many in expected if n)
        assert data.faults() == told
        assert data.passed_over >= len(train & {"a.png", "b.png", "c.png", "cut.png", "small.png", "flat.png"}) > 1
        times = f"{often(data.passed_over)} another picture took the place of one that gave no pair"
        assert data.remark() == f"{told}; {times}"


def test_nothing_to_remark(folder, tmp_path):
    data = opened(pictures(tmp_path / "clean"))
    list(train_batches(data, 2, 0, 1))
    assert (data.faults(), data.remark()) == ("", "")


def test_files_are_read_only_as_they_are_drawn(tmp_path, monkeypatch):
    folder = pictures(tmp_path / "many", 30)
    read, real = [], Image.open
    monkeypatch.setattr(Image, "open", lambda path, *rest: read.append(path) or real(path, *rest))
    data = opened(folder)
    assert {path.name for path in read} == {data.listing.names[0]}
    read.clear()
    data[(0, 5)]
    assert {path.name for path in read} == {data.listing.names[5]}


def test_a_draw_of_too_few_matches_is_drawn_again(tmp_path):
    folder = pictures(tmp_path / "far", 6)
    far = ImageSettings("cover", CoverTransform(translation=1.0))
    least = 24
    data = opened(folder, images=far, min_matches=least)
    items = [data[(epoch, 0)] for epoch in range(40)]
    assert all((item.rays.status == Status.VISIBLE).sum() >= least for item in items)
    alone = opened(folder, images=far, min_matches=1)
    assert any((alone[(epoch, 0)].rays.status == Status.VISIBLE).sum() < least for epoch in range(40))


@pytest.mark.parametrize("workers", [0, 2])
def test_too_few_matches_whatever_is_drawn(workers, folder):
    data = opened(folder, workers=workers, min_matches=33)
    with pytest.raises(
        DataError,
        match=r"^[^\n]*: 100 pictures in a row gave no two views of 16x16 px with 33 matches[^\n]*: use a smaller --min",
    ):
        next(train_batches(data, 2, 0, 1))


def test_a_folder_without_a_usable_picture(tmp_path):
    folder = tmp_path / "none"
    folder.mkdir()
    for k in range(6):
        (folder / f"{k}.png").write_text("no picture")
        Image.new("L", (9, 9)).save(folder / f"small{k}.png")
    with pytest.raises(
        DataError,
        match=r"^[^\n]*none: no picture of split 'train' can be used: \d files are no images, \d pictures are smaller "
        r"than 16 px: give a folder of pictures, or a smaller --crop$",
    ):
        opened(folder)


def test_dicom_without_pydicom_is_counted_with_the_remedy(tmp_path, monkeypatch):
    folder = tmp_path / "scans"
    folder.mkdir()
    for k in range(5):
        (folder / f"{k}.dcm").write_bytes(bytes(128) + b"DICM")
    monkeypatch.setitem(sys.modules, "pydicom.pixels", None)
    with pytest.raises(DataError, match=r"DICOM files are to be read by pydicom \(pip install -U pydicom\)"):
        opened(folder)


def test_one_picture_trains_and_none_validates(tmp_path):
    folder = pictures(tmp_path / "one", 1)
    assert len(opened(folder)) == 1
    with pytest.raises(DataError, match=r"^[^\n]*: has no picture of split 'val', only of train: add more pictures$"):
        opened(folder, "val")


def test_two_pictures_are_shared(tmp_path):
    folder = pictures(tmp_path / "two", 2)
    assert image_splits(folder) == {"train": 1, "val": 1}


def test_settings_that_cannot_be(folder):
    with pytest.raises(RequestError, match=r"^--crop 0: pictures of a folder differ in size"):
        opened(folder, crop=0)
    with pytest.raises(RequestError, match="--canvas 9: must be"):
        opened(folder, images=replace(IMAGES, canvas=9))


def test_pictures_of_all_sizes_and_depths_make_one_batch(tmp_path):
    folder = pictures(tmp_path / "kinds", 4)
    Image.fromarray(np.random.default_rng(0).integers(0, 900, (16, 90)).astype(np.uint16)).save(folder / "deep.png")
    np.save(folder / "array.npy", np.random.default_rng(0).normal(size=(200, 30)))
    Image.new("L", (300, 200), 7).save(folder / "grey.jpg")
    batches = list(train_batches(opened(folder), 1, 0, 1)) + list(train_batches(opened(folder, "val"), 1, 0, 1))
    assert {batch.images0.shape for batch in batches} == {(1, 3, 16, 16)}
    assert len(batches) == 7
