"""Pictures change, and nothing else does; the same set gives the same bytes."""

import json

import numpy as np
import pytest
from ablating.pictures import CHANGES, Rendered, ambient_occlusion, changed_set, little_texture, stored_as_jpeg
from listed_shards import sound_content

from scenegen.errors import RunError
from scenegen.pipeline.repack import content_of
from scenegen.seeding import Stage, generator
from scenegen.shards.digest import content_sha256, file_sha256
from scenegen.shards.writer import encode_shard

DRAWN = generator(0, Stage.LIGHT)
K = np.array([[100.0, 0, 32], [0, 100.0, 24], [0, 0, 1]])


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "a.h5").write_bytes(encode_shard(sound_content(samples=2)))
    entry = {"index": 0, "file": "a.h5", "room": "a", "split": "train", "samples": 2}
    manifest = {"config": {}, "config_sha256": "c", "codec": "gzip", "shards": [entry]}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def rendered(rgb):
    return Rendered(rgb.astype(np.uint8), np.full(rgb.shape[:2], 2, np.float32), K)


@pytest.mark.parametrize("change", CHANGES)
def test_pictures_alone_change(run, change, tmp_path):
    out = changed_set(run, change, tmp_path / "new")
    before, after = content_of(run / "a.h5"), content_of(out / "a.h5")
    assert before.attributes == after.attributes
    for name, array in before.arrays.items():
        same = np.array_equal(array, after.arrays[name], equal_nan=array.dtype.kind == "f")
        assert same == (name != "rgb"), name


def test_the_manifest_says_what_is_there(run, tmp_path):
    out = changed_set(run, "jpeg", tmp_path / "new")
    (entry,) = json.loads((out / "manifest.json").read_text())["shards"]
    assert entry["sha256"] == file_sha256(out / "a.h5")
    assert entry["content_sha256"] == content_sha256(out / "a.h5") != content_sha256(run / "a.h5")
    assert entry["bytes"] == (out / "a.h5").stat().st_size


def test_the_same_set_gives_the_same_bytes_and_is_made_once(run, tmp_path):
    one, two = (changed_set(run, "jpeg", tmp_path / name) / "a.h5" for name in "ab")
    assert one.read_bytes() == two.read_bytes()
    one.write_bytes(b"kept")
    assert (changed_set(run, "jpeg", tmp_path / "a") / "a.h5").read_bytes() == b"kept"


def test_a_folder_without_a_run(tmp_path):
    with pytest.raises(RunError):
        changed_set(tmp_path, "jpeg", tmp_path / "new")


def test_jpeg_loses_little():
    ramp = np.linspace(0, 255, 64)[None, :, None] * np.ones((48, 1, 3))
    stored = stored_as_jpeg(rendered(ramp), DRAWN)
    assert 0 < np.abs(stored - np.rint(ramp)).mean() < 8


def test_the_median_takes_specks_and_leaves_edges():
    picture = np.zeros((48, 64, 3))
    picture[:, 32:] = 200
    picture[10, 10] = 255
    assert np.array_equal(
        little_texture(rendered(picture), DRAWN)[10, 8:50],
        np.where(np.arange(8, 50) < 32, 0, 200)[:, None] * np.ones(3),
    )


def test_an_open_wall_keeps_its_light():
    picture = np.random.default_rng(0).integers(0, 256, (48, 64, 3))
    assert np.array_equal(ambient_occlusion(rendered(picture), DRAWN), picture)
