"""Batches: the same for any number of workers, however they start; errors reach the user in one line."""

import multiprocessing
import os
import signal
from dataclasses import replace

import h5py
import numpy as np
import pytest
import torch
from shard_factory import make_content

from scenegen.shards import ShardError, Status
from scenegen.shards.writer import encode_shard, publish
from training.data.batch import NO_RAY, PairBatch
from training.data.loader import FIXED_EPOCH, collate, fixed_batches, open_pairs, read_batches, train_batches
from training.data.order import epoch_keys, fixed_keys
from training.errors import DataError
from training.settings import DataSettings

SETTINGS = DataSettings(crop=16, min_matches=1, workers=0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shards")
    for k in range(3):
        publish(folder / f"{k}.h5", encode_shard(make_content(samples=4, seed=k)))
    return folder


def pairs(folder, **changes):
    return open_pairs(folder, "train", replace(SETTINGS, **changes), 1)


def assert_same(left, right):
    assert len(left) == len(right)
    for a, b in zip(left, right, strict=True):
        for name in PairBatch.__dataclass_fields__:
            x, y = getattr(a, name), getattr(b, name)
            assert x is y is None or torch.equal(x, y), name


def test_types_and_padding(folder):
    data = pairs(folder)
    batch = next(train_batches(data, 4, 0, 1))
    assert len(batch) == 4
    assert (batch.images0.shape, batch.images0.dtype) == ((4, 3, 16, 16), torch.uint8)
    assert (batch.images1.shape, batch.images1.dtype) == ((4, 3, 16, 16), torch.uint8)
    assert (batch.xy0.dtype, batch.xy1.dtype, batch.status.dtype) == (torch.int32, torch.float32, torch.uint8)
    assert batch.foreground.dtype == torch.bool
    assert batch.flow is batch.covisible is None
    for row, key in enumerate(epoch_keys(12, 4, 1, 0)[0]):
        item = data[key]
        count = len(item.rays)
        np.testing.assert_array_equal(batch.images1[row], item.image1)
        np.testing.assert_array_equal(batch.xy0[row, :count], item.rays.xy0)
        np.testing.assert_array_equal(batch.xy1[row, :count], item.rays.xy1)
        np.testing.assert_array_equal(batch.status[row, :count], item.rays.status)
        np.testing.assert_array_equal(batch.foreground[row, :count], item.rays.foreground)
        assert (batch.status[row, count:] == NO_RAY).all()
        assert not batch.foreground[row, count:].any()
    longest = max(len(data[key].rays) for key in epoch_keys(12, 4, 1, 0)[0])
    assert batch.status.shape == (4, longest)
    assert (batch.status == Status.VISIBLE).any(1).all()


def test_dense_truth_is_stacked_and_moves_with_the_batch(folder):
    data = pairs(folder)
    maps = np.random.default_rng(0).normal(size=(2, 2, 16, 16)).astype(np.float32)
    items = [replace(data[0, k], flow=flow, covisible=flow[0] > 0) for k, flow in enumerate(maps)]
    batch = collate(items)
    assert torch.equal(batch.flow, torch.from_numpy(maps))
    assert torch.equal(batch.covisible, torch.from_numpy(maps[:, 0] > 0))
    assert_same([batch.to("cpu"), collate([data[0, 0]]).to("cpu")], [batch, collate([data[0, 0]])])
    assert batch.to("meta").flow.is_meta


@pytest.mark.parametrize("start", ["fork", pytest.param("spawn", marks=pytest.mark.slow)])
def test_batches_do_not_depend_on_the_workers(start, folder):
    keys = epoch_keys(12, 3, 1, 0)
    alone = list(read_batches(pairs(folder), keys))
    assert len(alone) == 4
    assert_same(list(read_batches(pairs(folder, workers=2), keys, start)), alone)


def test_a_used_reader_survives_the_fork(folder):
    data = pairs(folder, workers=2)
    data[(0, 0)]
    assert_same(list(train_batches(data, 3, 0, 1)), list(train_batches(pairs(folder), 3, 0, 1)))


def test_resume_and_ranks(folder):
    whole = list(train_batches(pairs(folder), 4, 2, 1))
    assert_same(list(train_batches(pairs(folder), 4, 2, 1, skip=1)), whole[1:])
    shares = [list(train_batches(pairs(folder), 4, 2, 1, rank=rank, world=2)) for rank in (0, 1)]
    for k, batch in enumerate(whole):
        assert torch.equal(batch.images0[0::2], shares[0][k].images0)
        assert torch.equal(batch.images0[1::2], shares[1][k].images0)


def test_epochs_differ(folder):
    first, second = (next(train_batches(pairs(folder), 12, epoch, 1)) for epoch in (0, 1))
    assert not torch.equal(first.images0, second.images0)


def test_the_global_generator_is_left_alone(folder):
    before = torch.get_rng_state()
    list(train_batches(pairs(folder), 4, 0, 1))
    list(train_batches(pairs(folder, workers=1), 4, 0, 1))
    assert torch.equal(torch.get_rng_state(), before)


def test_fixed_batches_are_fixed_and_not_mirrored(folder):
    data = pairs(folder, flip_p=1.0)
    first, second = list(fixed_batches(data, 4, 6)), list(fixed_batches(data, 4, 6))
    assert [len(batch) for batch in first] == [4, 2]
    assert_same(first, second)
    plain = pairs(folder, flip_p=0.0)
    expected = [collate([plain[key] for key in keys]) for keys in fixed_keys(12, 4, 6, FIXED_EPOCH)]
    assert_same(first, expected)


def test_passed_over_pairs_are_counted(tmp_path):
    content = make_content(samples=6, seed=3)
    content.arrays["rays/status"][1:4] = Status.OCCLUDED
    content.arrays["rays/xy"][1:4] = 5
    publish(tmp_path / "0.h5", encode_shard(content))
    counts = set()
    for workers in (0, 2):
        data = open_pairs(tmp_path, "train", replace(SETTINGS, workers=workers), 0)
        batches = list(train_batches(data, 2, 0, 0))
        assert all((batch.status == Status.VISIBLE).any(1).all() for batch in batches)
        counts.add(data.passed_over)
    assert len(counts) == 1
    assert counts.pop() >= 3


@pytest.mark.parametrize("workers", [0, 2])
def test_errors_are_one_line_from_any_process(workers, folder, tmp_path):
    data = pairs(folder, workers=workers, min_matches=10**4)
    with pytest.raises(DataError, match=r"^[^\n]*pairs in a row had fewer than 10000 visible rays[^\n]*$"):
        next(train_batches(data, 4, 0, 1))
    blob = bytearray((folder / "0.h5").read_bytes())
    data = open_pairs(tmp_path_with(tmp_path, blob), "train", replace(SETTINGS, workers=workers), 1)
    damage(tmp_path / "0.h5", data)
    with pytest.raises(ShardError, match=r"^[^\n]*is damaged[^\n]*$"):
        list(train_batches(data, 4, 0, 1))


def tmp_path_with(folder, blob):
    (folder / "0.h5").write_bytes(blob)
    return folder


def damage(path, data):
    """Overwrite the first picture's chunk."""
    data.shards.close()
    with h5py.File(path, "r") as file:
        chunk = file["rgb"].id.get_chunk_info(0)
    with path.open("r+b") as file:
        file.seek(chunk.byte_offset + 20)
        file.write(b"\x00" * (chunk.size - 40))


class Deadly:
    """Stands for a set whose worker the system stops."""

    start_method = None

    def __init__(self, settings):
        self.settings = settings
        self.passed_over = 0

    def __getitem__(self, key):
        os.kill(os.getpid(), signal.SIGKILL)


def test_a_worker_that_was_killed():
    with pytest.raises(DataError) as caught:
        list(read_batches(Deadly(replace(SETTINGS, workers=1)), [((0, 0),)]))
    assert str(caught.value).startswith("a reading process was stopped by the system, often for lack of memory: free")
    assert "\n" not in str(caught.value)


def test_stopping_early_ends_the_workers(folder):
    others = set(multiprocessing.active_children())
    batches = train_batches(pairs(folder, workers=2), 2, 0, 1)
    next(batches)
    assert len(set(multiprocessing.active_children()) - others) == 2
    batches.close()
    assert set(multiprocessing.active_children()) <= others
