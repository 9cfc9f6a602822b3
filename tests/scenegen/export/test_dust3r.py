"""Folders and lists read as DUSt3R's Habitat dataset reads them, by code of its own."""

import json

import numpy as np
import pytest
from export_world import made_run
from exr_reader import read_exr
from PIL import Image
from shard_factory import make_content

from scenegen.export.run import ExportChoice, export_run
from scenegen.shards import ShardSet, Status
from scenegen.shards.writer import encode_shard, publish


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("world"), rooms=1, views=5, layers=("rgb", "depth"))


@pytest.fixture(scope="module")
def out(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "habitat"
    export_run(run, out, ExportChoice("dust3r"))
    return out


def scenes(out, split="train"):
    return (out / f"Habitat_all_scenes_{split}.txt").read_text().splitlines()


def view_of(out, scene, view):
    """Picture, depth, intrinsics and pose (camera to world) of view 0 to 4."""
    folder, key = (out / scene).parent, scene.rpartition("/")[2]
    image = Image.open(folder / f"{key}_{view + 1}.jpeg")
    depth = read_exr((folder / f"{key}_{view + 1}_depth.exr").read_bytes())[2]
    params = json.loads((folder / f"{key}_{view + 1}_camera_params.json").read_text())
    pose = np.eye(4, dtype=np.float32)
    pose[:3, :3] = params["R_cam2world"]
    pose[:3, 3] = params["t_cam2world"]
    return image, depth, np.float32(params["camera_intrinsics"]), pose


def points_of(depth, K, pose):
    """(H, W, 3) points in the world, as DUSt3R makes pts3d: pixels are whole numbers."""
    u, v = np.meshgrid(np.arange(depth.shape[1]), np.arange(depth.shape[0]))
    cam = np.stack([(u - K[0, 2]) * depth / K[0, 0], (v - K[1, 2]) * depth / K[1, 1], depth], -1)
    return np.einsum("ik, vuk -> vui", pose[:3, :3], cam.astype(np.float32)) + pose[:3, 3]


def test_visible_rays_fall_where_the_shard_has_them(run, out):
    shards = ShardSet(run)
    assert len(scenes(out)) == len(shards) == 3
    for number, scene in enumerate(scenes(out)):
        sample = shards[number]
        _, depth, K, pose = view_of(out, scene, 0)
        points = points_of(depth, K, pose)[sample.xy0[:, 1], sample.xy0[:, 0]]
        for view in range(1, 5):
            _, _, K1, pose1 = view_of(out, scene, view)
            seen = sample.status[view - 1] == Status.VISIBLE
            cam = (points[seen] - pose1[:3, 3]) @ pose1[:3, :3]
            xy = (cam @ K1.T)[:, :2] / cam[:, 2:]
            assert np.abs(xy - sample.xy[view - 1][seen]).max() < 1e-3
            assert seen.any()


def test_depth_is_exact_and_pictures_are_jpeg(run, out):
    sample = ShardSet(run)[0]
    for view in range(5):
        image, depth, K, _ = view_of(out, scenes(out)[0], view)
        assert image.format == "JPEG"
        assert (image.mode, image.size) == ("RGB", (64, 48))
        assert np.abs(np.asarray(image, float) - sample.rgb[view]).mean() < 4
        np.testing.assert_array_equal(depth, sample.depth[view])
        np.testing.assert_array_equal(K, sample.K[view].astype(np.float32))


def test_the_keys_are_those_that_filter_scene_takes_apart(out):
    for scene in scenes(out):
        label, _, key = scene.rpartition("/")
        subscene, instance = f"{key}_2".split("_")
        assert f"{label}/{subscene}" == scene
        assert int(instance) == 2


def test_each_split_has_a_list(tmp_path):
    (tmp_path / "run").mkdir()
    for k, split in enumerate(("train", "val", "train")):
        publish(tmp_path / "run" / f"{k}.h5", encode_shard(make_content(samples=2, views=5, seed=k, split=split)))
    out = tmp_path / "out"
    export_run(tmp_path / "run", out, ExportChoice("dust3r"))
    assert scenes(out) == ["0/sample000", "0/sample001", "2/sample000", "2/sample001"]
    assert scenes(out, "val") == ["1/sample000", "1/sample001"]
    assert len(list((out / "1").iterdir())) == 2 * 5 * 3
    assert "camera to world" in (out / "README.txt").read_text()
