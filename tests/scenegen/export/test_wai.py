"""Scenes read as MapAnything's WAI loaders read them, by code of its own."""

import json
from pathlib import Path

import numpy as np
import pytest
from export_world import made_run
from exr_reader import read_exr
from PIL import Image
from shard_factory import make_content

from scenegen.errors import UsageError
from scenegen.export.run import ExportChoice, export_run
from scenegen.export.wai import covisibility, npy
from scenegen.shards import ShardSet, Status
from scenegen.shards.writer import encode_shard, publish


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("world"), layers=("rgb", "depth"))


@pytest.fixture(scope="module")
def out(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "wai"
    export_run(run, out, ExportChoice("wai"))
    return out


def scenes(out, split="train"):
    """Folders of the scenes of a split, as `DynamicReplicaWAI` finds them."""
    listed = np.load(out / "metadata" / split / f"dynamicreplica_scene_list_{split}.npy", allow_pickle=True)
    return [out / "scenes" / name for name in listed]


def meta_of(scene):
    meta = json.loads((scene / "scene_meta.json").read_text())
    return meta | {"frame_names": {frame["frame_name"]: k for k, frame in enumerate(meta["frames"])}}


def mapped(scene):
    """The covisibility as a map of the file's bytes from 128 on, in the shape that the name says."""
    (path,) = (scene / "covisibility" / "v0").iterdir()
    shape = [int(size) for size in Path(path.name.split("--")[1]).stem.replace(",", "x").split("x")]
    return np.memmap(path, np.float32, "r", 128, tuple(shape))


def frame_of(scene, name):
    """Picture, depth, K (3, 3) and pose, camera to world (4, 4), as `load_frame` gives them: float32."""
    meta = meta_of(scene)
    frame = meta["frames"][meta["frame_names"][name]]
    assert frame.get("camera_model", meta["camera_model"]) == "PINHOLE"
    K = [[frame["fl_x"], 0, frame["cx"]], [0, frame["fl_y"], frame["cy"]], [0, 0, 1]]
    found = {
        modality: scene / frame[next(value for key, value in how.items() if key != "format")]
        for modality, how in meta["frame_modalities"].items()
    }
    depth = read_exr(found["depth"].read_bytes())[2]
    pose = np.reshape(frame["transform_matrix"], (4, 4)).astype(np.float32)
    return Image.open(found["image"]), depth, np.float32(K), pose


def samples_of(scene):
    """Number of each sample, with the names of its frames."""
    found = {}
    for name in meta_of(scene)["frame_names"]:
        found.setdefault(int(name[6:9]), []).append(name)
    return found


def readers(run):
    shards = ShardSet(run)
    return {entry.path.stem: shards.reader(k) for k, entry in enumerate(shards.entries)}


def test_visible_rays_fall_where_the_shard_has_them(run, out):
    checked = 0
    for scene in scenes(out):
        for row, names in samples_of(scene).items():
            sample = readers(run)[scene.name.rpartition("-")[0]][row]
            _, depth, K0, pose0 = frame_of(scene, names[0])
            u, v = np.meshgrid(np.arange(depth.shape[1]), np.arange(depth.shape[0]))
            cam = np.stack([(u - K0[0, 2]) / K0[0, 0] * depth, (v - K0[1, 2]) / K0[1, 1] * depth, depth], -1)
            points = cam @ pose0[:3, :3].T + pose0[:3, 3]
            for view, name in enumerate(names[1:], 1):
                _, _, K, pose = frame_of(scene, name)
                seen = sample.status[view - 1] == Status.VISIBLE
                x, y = sample.xy0[seen].T
                there = (points[y, x] - pose[:3, 3]) @ pose[:3, :3]
                xy = (there @ K.T)[:, :2] / there[:, 2:]
                assert np.abs(xy - sample.xy[view - 1][seen]).max() < 1e-3
                checked += seen.sum()
    assert checked > 1000


def test_pictures_and_depth_are_exact(run, out):
    scene = scenes(out)[0]
    meta = meta_of(scene)
    assert (meta["scene_name"], meta["camera_convention"], meta["version"]) == (scene.name, "opencv", "0.1")
    sample = readers(run)[scene.name.rpartition("-")[0]][0]
    for view, name in enumerate(samples_of(scene)[0]):
        image, depth, K, pose = frame_of(scene, name)
        assert image.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(image), sample.rgb[view])
        np.testing.assert_array_equal(depth, sample.depth[view])
        np.testing.assert_array_equal(K, sample.K[view].astype(np.float32))
        np.testing.assert_array_equal(pose, sample.T_world_cam[view].astype(np.float32))
        frame = meta["frames"][meta["frame_names"][name]]
        assert (frame["w"], frame["h"], frame["file_path"]) == (64, 48, frame["image"])


def test_covisibility_is_the_overlap_within_a_sample(run, out):
    for scene in scenes(out):
        matrix, rows = mapped(scene), samples_of(scene)
        assert matrix.shape == (3 * len(rows), 3 * len(rows))
        reader = readers(run)[scene.name.rpartition("-")[0]]
        for k, row in enumerate(rows):
            block = matrix[3 * k : 3 * k + 3, 3 * k : 3 * k + 3]
            off = ~np.eye(3, dtype=bool)
            np.testing.assert_array_equal(block[off], reader[row].overlap[off])
        assert (np.diagonal(matrix) == 1).all()
    assert max(len(samples_of(scene)) for scene in scenes(out)) == 2


def test_samples_are_not_compared_with_each_other():
    half = np.array([[0, 0.5], [0.25, 0]], np.float32)
    assert covisibility([half, half[:1, :1]]).tolist() == [[1, 0.5, 0], [0.25, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize("frames", [2, 9, 10, 1000, 10000])
def test_heads_of_matrices_have_the_bytes_that_loaders_skip(frames):
    narrow = np.zeros((frames, frames if frames < 1001 else 0), np.float32)
    assert len(npy(narrow)) == 128 + narrow.nbytes


def test_each_split_has_a_list_and_the_text_says_the_conventions(tmp_path):
    (tmp_path / "run").mkdir()
    for k, split in enumerate(("train", "val", "train")):
        publish(tmp_path / "run" / f"{k}.h5", encode_shard(make_content(samples=2, seed=k, split=split)))
    out = tmp_path / "out"
    export_run(tmp_path / "run", out, ExportChoice("wai", pictures="jpg"))
    assert [s.name for s in scenes(out)] == ["0-000", "0-001", "2-000", "2-001"]
    assert [s.name for s in scenes(out, "val")] == ["1-000", "1-001"]
    assert sorted(p.name for p in (out / "scenes").iterdir()) == [f"{k}-{row:03d}" for k in range(3) for row in (0, 1)]
    assert meta_of(out / "scenes" / "0-000")["frames"][0]["image"] == "images/sample000_view0.jpg"
    assert "camera to world" in (out / "README.txt").read_text()


def test_depth_is_needed(tmp_path):
    (tmp_path / "run").mkdir()
    publish(tmp_path / "run" / "a.h5", encode_shard(make_content(samples=1, layers=("instance",))))
    with pytest.raises(UsageError, match="has no layer depth, and --format wai needs it: render with --layers rgb,dep"):
        export_run(tmp_path / "run", tmp_path / "out", ExportChoice("wai"))
    assert not (tmp_path / "out").exists()
