"""The lists and folders read as glue-factory's posed_images and image_pairs do, by code of its own."""

import h5py
import numpy as np
import pytest
from export_world import made_run
from PIL import Image
from shard_factory import make_content

from scenegen.export.run import ExportChoice, export_run
from scenegen.shards import ShardSet, Status
from scenegen.shards.writer import encode_shard, publish


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def out(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "glue"
    export_run(run, out, ExportChoice("glue-factory"))
    return out


def floats(words, *shape):
    return np.array(words, float).reshape(shape)


def views_of(folder):
    """Rotation, translation, size and (fx, fy, cx, cy) of each picture of a scene, by name."""
    lines = [line.split(" ") for line in (folder / "views.txt").read_text().splitlines()]
    assert all(line[13] == "PINHOLE" for line in lines)
    return {
        line[0]: (floats(line[1:10], 3, 3), floats(line[10:13], 3), floats(line[14:16], 2), floats(line[16:], 4))
        for line in lines
    }


def test_depth_of_one_view_falls_on_the_matches_of_the_other(run, out):
    sample = ShardSet(run)[0]
    scene = min((out / "train").iterdir())
    views = views_of(scene)
    pairs = [line.split(" ") for line in (scene / "pairs.txt").read_text().splitlines()]
    assert pairs[:2] == [["sample000_view0.png", f"sample000_view{v}.png"] for v in (1, 2)]
    for view, (name0, name1) in enumerate(pairs[:2], 1):
        R0, t0, size, (fx, fy, cx, cy) = views[name0]
        R1, t1, _, (gx, gy, dx, dy) = views[name1]
        with h5py.File(scene / "depths" / f"{name0.split('.')[0]}.h5") as file:
            depth = file["/depth"][...]
        np.testing.assert_array_equal(depth, sample.depth[0])
        assert depth.shape == tuple(size[::-1])
        seen = sample.status[view - 1] == Status.VISIBLE
        x, y = sample.xy0[seen].T.astype(int)
        z = depth[y, x].astype(float)
        local = np.stack([(x + 0.5 - cx) / fx * z, (y + 0.5 - cy) / fy * z, z])
        X, Y, Z = R1 @ (R0.T @ (local - t0[:, None])) + t1[:, None]
        xy = np.stack([gx * X / Z + dx, gy * Y / Z + dy], 1)
        assert np.abs(xy - 0.5 - sample.xy[view - 1][seen]).max() < 1e-3


def test_calibrated_pairs_have_the_epipolar_geometry_of_the_matches(run, out):
    lines = [line.split(" ") for line in (out / "pairs_calibrated_train.txt").read_text().splitlines()]
    assert len(lines) == 2 * len(ShardSet(run))
    assert {len(line) for line in lines} == {2 + 9 + 9 + 16}
    sample = ShardSet(run)[0]
    for view, line in enumerate(lines[:2], 1):
        np.testing.assert_array_equal(np.asarray(Image.open(out / "train" / line[0])), sample.rgb[0])
        np.testing.assert_array_equal(np.asarray(Image.open(out / "train" / line[1])), sample.rgb[view])
        K0, K1, T = floats(line[2:11], 3, 3), floats(line[11:20], 3, 3), floats(line[20:], 4, 4)
        seen = sample.status[view - 1] == Status.VISIBLE
        a = np.c_[sample.xy0[seen] + 0.5, np.ones(seen.sum())] @ np.linalg.inv(K0).T
        moved = (a * sample.depth0[seen, None]) @ T[:3, :3].T + T[:3, 3]
        xy = (moved @ K1.T)[:, :2] / moved[:, 2:]
        assert np.abs(xy - 0.5 - sample.xy[view - 1][seen]).max() < 1e-3


def test_the_folder_of_a_split_holds_scenes_and_nothing_else(tmp_path):
    (tmp_path / "run").mkdir()
    for k, split in enumerate(("train", "val", "train")):
        publish(tmp_path / "run" / f"{k}.h5", encode_shard(make_content(samples=1, seed=k, split=split)))
    out = tmp_path / "out"
    export_run(tmp_path / "run", out, ExportChoice("glue-factory"))
    assert sorted(p.name for p in (out / "train").iterdir()) == ["0-000", "2-000"]
    assert sorted(p.name for p in out.iterdir()) == [
        "pairs_calibrated_train.txt",
        "pairs_calibrated_val.txt",
        "train",
        "val",
    ]
    assert [line[:5] for line in (out / "pairs_calibrated_train.txt").read_text().splitlines()] == ["0-000", "2-000"]
    assert all((scene / "views.txt").is_file() for scene in (out / "train").iterdir())


def test_without_a_depth_layer_there_are_no_depth_maps(tmp_path):
    run = made_run(tmp_path, rooms=1, views=2, layers=("rgb",))
    export_run(run, tmp_path / "out", ExportChoice("glue-factory"))
    assert not list((tmp_path / "out").rglob("*.h5"))
