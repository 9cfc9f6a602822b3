"""Pairs of one split: reproducible, and a clear line about shards that cannot be trained on."""

import errno
import hashlib
import json
import pickle
import re
from dataclasses import replace

import h5py
import numpy as np
import pytest
from old_layout import in_old_layout
from shard_factory import make_content
from training_world import assert_same

from scenegen.errors import UNANSWERED
from scenegen.shards import ShardError, Status, reader
from scenegen.shards.opening import open_shard
from scenegen.shards.writer import encode_shard, publish
from training.data.item import REPLACEMENTS
from training.data.loader import fixed_batches
from training.data.pairs import content_digest, open_pairs, splits
from training.errors import DataError
from training.settings import DataSettings

SETTINGS = DataSettings(crop=16, min_matches=1, workers=0)


def write(path, **changes):
    path.parent.mkdir(parents=True, exist_ok=True)
    publish(path, encode_shard(make_content(**changes)))
    return path


def manifest(folder, *paths, samples=2, split="train", **config):
    shards = [
        {
            "file": str(path.relative_to(folder)),
            "samples": samples,
            "room": "room",
            "split": split,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in paths
    ]
    (folder / "manifest.json").write_text(json.dumps({"config": config, "shards": shards}))


@pytest.fixture
def folder(tmp_path):
    for k in range(3):
        write(tmp_path / f"{k}.h5", samples=2, views=3, seed=k, split="val" if k == 2 else "train")
    return tmp_path


def test_a_pair_depends_on_its_key_and_the_seed_alone(folder):
    data = open_pairs(folder, "train", SETTINGS, 5)
    items = {(epoch, pair): data[(epoch, pair)] for epoch in (0, 1) for pair in range(4)}
    other = pickle.loads(pickle.dumps(open_pairs(folder, "train", SETTINGS, 5)))
    for key in reversed(items):
        assert_same(items[key], other[key])
    assert not np.array_equal(items[0, 1].image0, items[1, 1].image0)
    assert not np.array_equal(items[0, 1].image0, open_pairs(folder, "train", SETTINGS, 6)[0, 1].image0)


def test_shapes_and_content(folder):
    data = open_pairs(folder, "train", DataSettings(crop=0, min_matches=1, flip_p=0, workers=0), 0)
    assert len(data) == 4
    item = data[(0, 3)]
    rgb, xy0 = data.shards[3].rgb, data.shards[3].xy0
    np.testing.assert_array_equal(item.image0, rgb[0].transpose(2, 0, 1))
    np.testing.assert_array_equal(item.rays.xy0, xy0)
    np.testing.assert_array_equal(item.rays.foreground, data.shards[3].ray_instance >= 2)
    assert 0 < item.rays.foreground.sum() < len(xy0)
    assert item.flow is item.covisible is None
    views = {next(v for v in (1, 2) if (data[(e, 3)].image1 == rgb[v].transpose(2, 0, 1)).all()) for e in range(12)}
    assert views == {1, 2}


def test_the_rays_are_those_of_the_chosen_view(folder):
    data = open_pairs(folder, "train", DataSettings(crop=0, min_matches=1, flip_p=0, workers=0), 0)
    sample = data.shards[0]
    for epoch in range(6):
        item = data[(epoch, 0)]
        view = 1 if (item.image1 == sample.rgb[1].transpose(2, 0, 1)).all() else 2
        hit = np.isfinite(sample.xy[view - 1])
        np.testing.assert_array_equal(item.rays.xy1[hit], sample.xy[view - 1][hit])


def test_pairs_are_the_same_from_bands_and_from_whole_pictures(tmp_path):
    write(tmp_path / "bands" / "0.h5", samples=3, views=3, height=96, width=40)
    (tmp_path / "old").mkdir()
    in_old_layout(tmp_path / "bands" / "0.h5", tmp_path / "old" / "0.h5")
    for crop, flip_p in ((16, 0.0), (40, 1.0), (0, 0.5)):
        settings = DataSettings(crop=crop, min_matches=1, workers=0, flip_p=flip_p)
        new, old = (open_pairs(folder, "train", settings, 3) for folder in (tmp_path / "bands", tmp_path / "old"))
        for key in [(epoch, pair) for epoch in range(4) for pair in range(3)]:
            assert_same(new[key], old[key])
            assert new[key].image0.flags.c_contiguous


def test_a_pair_with_too_few_matches_is_passed_over(tmp_path):
    content = make_content(samples=4, seed=3)
    content.arrays["rays/status"][1:3] = Status.OCCLUDED
    content.arrays["rays/xy"][1:3] = 5
    publish(tmp_path / "0.h5", encode_shard(content))
    data = open_pairs(tmp_path, "train", SETTINGS, 0)
    assert [data[(0, pair)].passed_over > 0 for pair in range(4)] == [False, True, True, False]
    assert_same(data[(0, 1)], data[(0, 1)])
    assert (data[(0, 1)].rays.status == Status.VISIBLE).any()


def test_no_pair_has_enough_matches(folder):
    data = open_pairs(folder, "train", DataSettings(crop=16, min_matches=10**4, workers=0), 0)
    with pytest.raises(DataError) as caught:
        data[(0, 0)]
    assert str(caught.value) == (
        f"{folder}: {REPLACEMENTS} pairs in a row had fewer than 10000 visible rays in windows of 16x16: "
        "use a smaller --min-matches, a larger --crop, or render with more --overlap"
    )


def message(kind, path, split="train", settings=SETTINGS):
    with pytest.raises(kind) as caught:
        open_pairs(path, split, settings, 0)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_no_shards(tmp_path):
    for path in (tmp_path, tmp_path / "none"):
        assert message(DataError, path) == (f"{path}: holds no shards: make some with `scenegen render --out {path}`")
    file = write(tmp_path / "a.h5")
    assert message(DataError, file) == f"{file}: is a file: give the folder that holds the shards"


def test_no_shard_of_the_split(folder):
    assert message(DataError, folder, "test") == (
        f"{folder}: has no shard of split 'test', only of train, val: "
        f"render more rooms with `scenegen render --rooms N --out {folder}`, or import with --split test"
    )


def test_pictures_of_several_sizes(folder):
    write(folder / "3.h5", height=32, width=48)
    assert message(DataError, folder) == (
        f"{folder}: pictures of several sizes: 32x24 (0.h5), 48x32 (3.h5): keep each size in a folder of its own"
    )


def test_pictures_smaller_than_the_window(folder):
    text = message(DataError, folder, settings=DataSettings(crop=64))
    assert text.startswith("the pictures are 32x24, smaller than a window of 64x64: use --crop 24 or less")


def test_a_shard_that_is_not_what_the_manifest_says(folder):
    manifest(folder, folder / "0.h5", samples=3)
    text = message(DataError, folder)
    assert text.startswith(f"{folder / '0.h5'}: holds 2 pairs, the manifest says 3: render again into the same folder")


def test_another_format_version_and_damage_pass_through(folder):
    manifest(folder, folder / "0.h5", folder / "1.h5")
    with h5py.File(folder / "1.h5", "r+") as file:
        file.attrs["format_version"] = "9.0"
    assert "has format version 9.0" in message(ShardError, folder)
    (folder / "1.h5").write_bytes((folder / "1.h5").read_bytes()[:3000])
    assert "cut short" in message(ShardError, folder)


# ---- a manifest that tells the size of the pictures ----


@pytest.fixture
def looked_at(monkeypatch):
    """Names of the shards that are opened."""
    opened = []
    monkeypatch.setattr(reader, "open_shard", lambda path: opened.append(path.name) or open_shard(path))
    return opened


def test_one_shard_is_opened_where_the_size_is_told(folder, looked_at):
    paths = [folder / f"{k}.h5" for k in range(3)]
    for config, opened in (({"size": [32, 24]}, ["0.h5"]), ({}, ["0.h5", "1.h5", "2.h5"]), ({"size": [0, 0]}, None)):
        manifest(folder, *paths, **config)
        looked_at.clear()
        data = open_pairs(folder, "train", SETTINGS, 0)
        assert looked_at == (opened or ["0.h5", "1.h5", "2.h5"])
        assert data.picture == (32, 24)
    assert data[(0, 5)].image0.shape == (3, 16, 16)


def test_a_shard_that_breaks_the_promise_is_refused_when_it_is_read(folder):
    write(folder / "1.h5", height=32, width=48)
    manifest(folder, folder / "0.h5", folder / "1.h5", size=[32, 24])
    data = open_pairs(folder, "train", SETTINGS, 0)
    assert data[(0, 0)].image0.shape == (3, 16, 16)
    with pytest.raises(DataError) as caught:
        data[(0, 2)]
    advice = "delete it, and render again into the same folder"
    assert str(caught.value) == f"{folder / '1.h5'}: has pictures of 48x32, the run's are 32x24: {advice}"
    manifest(folder, folder / "1.h5", folder / "0.h5", size=[32, 24])
    assert message(DataError, folder) == str(caught.value)
    write(folder / "1.h5", samples=1)
    manifest(folder, folder / "0.h5", folder / "1.h5", size=[32, 24])
    data = open_pairs(folder, "train", SETTINGS, 0)
    with pytest.raises(DataError, match=r"1\.h5: holds 1 pair, the manifest says 2: render again"):
        data[(0, 3)]


def test_a_broken_promise_is_one_line_from_workers_too(folder):
    write(folder / "1.h5", height=32, width=48)
    manifest(folder, folder / "0.h5", folder / "1.h5", size=[32, 24])
    data = open_pairs(folder, "train", replace(SETTINGS, workers=1), 0)
    with pytest.raises(DataError, match=r"1\.h5: has pictures of 48x32, the run's are 32x24"):
        list(fixed_batches(data, 2, 4))


def test_the_digest_is_of_the_content(folder, tmp_path_factory):
    by_files = content_digest(folder, "train")
    manifest(folder, folder / "1.h5", folder / "0.h5")
    assert content_digest(folder, "train") == content_digest(folder) == by_files
    expected = sorted(hashlib.sha256((folder / f"{k}.h5").read_bytes()).hexdigest() for k in (0, 1))
    assert by_files == hashlib.sha256("".join(f"{d}\n" for d in expected).encode()).hexdigest()
    (folder / "manifest.json").unlink()
    assert content_digest(folder) != by_files
    with pytest.raises(DataError, match="holds no shards"):
        content_digest(folder / "none")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(errno.EACCES, "Permission denied"), "cannot be read (Permission denied)"),
        (OSError(UNANSWERED, "no credentials"), "cannot be reached (no credentials): see that it is there"),
    ],
)
def test_a_folder_that_cannot_be_looked_at_is_one_line(folder, monkeypatch, error, said):
    def refused(_):
        raise error

    monkeypatch.setattr(type(folder), "is_file", refused)
    for looked in (splits, content_digest):
        with pytest.raises(DataError, match=re.escape(f"{folder}: {said}")):
            looked(folder)
