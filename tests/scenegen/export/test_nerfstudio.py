"""transforms.json read after nerfstudio's documentation, by code of its own; Open3D reads the cloud."""

import json
from pathlib import Path

import numpy as np
import pytest
from export_world import made_run
from PIL import Image

from scenegen.export.nerfstudio import transforms
from scenegen.export.pictures import depth_png
from scenegen.export.run import ExportChoice, export_run
from scenegen.shards import ShardSet, Status


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("world"))


@pytest.fixture(scope="module")
def out(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "nerfstudio"
    export_run(run, out, ExportChoice("nerfstudio", limit=3))
    return out


def read(folder):
    """(name, value or the frame's own, picture, depth in metres, camera to world) of each frame."""
    meta = json.loads((folder / "transforms.json").read_text())
    frames = []
    for frame in meta["frames"]:
        value = {name: meta.get(name, frame.get(name)) for name in ("fl_x", "fl_y", "cx", "cy", "w", "h")}
        picture = np.asarray(Image.open(folder / frame["file_path"]))
        depth = np.asarray(Image.open(folder / frame["depth_file_path"])) / 1000
        frames.append((Path(frame["file_path"]).stem, value, picture, depth, np.array(frame["transform_matrix"])))
    return frames


def project(value, camera_to_world, points):
    """Pixels of world points for a camera with x right, y up, looking along -z; pixel corners are whole numbers."""
    local = (points - camera_to_world[:3, 3]) @ camera_to_world[:3, :3]
    u = value["fl_x"] * local[:, 0] / -local[:, 2] + value["cx"]
    v = -value["fl_y"] * local[:, 1] / -local[:, 2] + value["cy"]
    return np.stack([u, v], 1), -local[:, 2]


def test_a_ray_found_by_its_depth_falls_where_the_shard_says(run, out):
    sample = ShardSet(run)[0]
    (_, first, picture, depth, pose0), *others = [f for f in read(min(out.iterdir())) if f[0].startswith("sample000")]
    np.testing.assert_array_equal(picture, sample.rgb[0])
    assert picture.shape == (first["h"], first["w"], 3)
    x, y = sample.xy0.T.astype(int)
    np.testing.assert_allclose(depth[y, x], sample.depth[0, y, x], atol=5.1e-4)
    z = sample.depth0.astype(float)[:, None]
    rays = np.stack(
        [(x + 0.5 - first["cx"]) / first["fl_x"], -(y + 0.5 - first["cy"]) / first["fl_y"], -np.ones_like(x)], 1
    )
    points = (rays * z) @ pose0[:3, :3].T + pose0[:3, 3]
    for view, (_, value, _, _, pose) in enumerate(others, 1):
        seen = sample.status[view - 1] == Status.VISIBLE
        xy, distance = project(value, pose, points[seen])
        assert np.abs(xy - 0.5 - sample.xy[view - 1][seen]).max() < 1e-3
        assert (distance > 0).all()


def test_every_view_is_there_once_in_order(out):
    names = [[name for name, *_ in read(folder)] for folder in sorted(out.iterdir())]
    assert names == [
        [f"sample{row:03d}_view{view}" for row in (0, 1) for view in range(3)],
        [f"sample002_view{view}" for view in range(3)],
    ]


def test_the_cloud_lies_on_the_surfaces(run, out):
    o3d = pytest.importorskip("open3d", reason="extra audit is not installed")
    folder = min(out.iterdir())
    meta = json.loads((folder / "transforms.json").read_text())
    cloud = o3d.io.read_point_cloud(str(folder / meta["ply_file_path"]))
    samples = [ShardSet(run)[k] for k in (0, 1)]
    assert len(cloud.points) == sum((s.status == Status.VISIBLE).any(0).sum() for s in samples)
    _, value, picture, depth, pose = read(folder)[0]
    count = (samples[0].status == Status.VISIBLE).any(0).sum()
    xy, z = project(value, pose, np.asarray(cloud.points)[:count])
    u, v = np.floor(xy).astype(int).T
    np.testing.assert_allclose(z, depth[v, u], atol=1e-3)
    np.testing.assert_allclose(np.asarray(cloud.colors)[:count] * 255, picture[v, u], atol=1e-6)


def frame(**changes):
    return {"w": 4, "h": 3, "fl_x": 5.0, "fl_y": 5.0, "cx": 2.0, "cy": 1.5, "file_path": "a"} | changes


def test_intrinsics_stand_at_the_top_only_where_all_share_them():
    same, different = transforms([frame(), frame()]), transforms([frame(), frame(fl_x=6.0)])
    assert same["fl_x"] == 5.0
    assert same["frames"][0] == {"file_path": "a"}
    assert "fl_x" not in different
    assert "w" not in different
    assert [f["fl_x"] for f in different["frames"]] == [5.0, 6.0]


def test_the_world_is_not_moved(out):
    meta = json.loads((min(out.iterdir()) / "transforms.json").read_text())
    assert meta["applied_transform"] == np.eye(4)[:3].tolist()
    assert meta["camera_model"] == "OPENCV"


def test_depth_beyond_sixteen_bits_is_unknown(tmp_path):
    path = tmp_path / "d.png"
    path.write_bytes(depth_png(np.array([[0, 0.0004, 1.2346, 65.535, 65.536, 70, 1e9]], np.float32)))
    assert np.asarray(Image.open(path)).tolist() == [[0, 0, 1235, 65535, 0, 0, 0]]


def test_without_a_depth_layer_there_are_no_depth_maps(tmp_path):
    run = made_run(tmp_path, rooms=1, views=2, layers=("rgb",))
    export_run(run, tmp_path / "out", ExportChoice("nerfstudio", limit=1))
    (folder,) = (tmp_path / "out").iterdir()
    assert "depth_file_path" not in (folder / "transforms.json").read_text()
    assert not (folder / "depth").exists()
