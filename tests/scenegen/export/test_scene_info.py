"""The index, pictures and depth maps read as RoMa's MegadepthScene reads them, by code of its own."""

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
    out = tmp_path_factory.mktemp("out") / "info"
    export_run(run, out, ExportChoice("scene-info"))
    return out


class Scene:
    """Pairs of one file of prep_scene_info, within `low` < overlap < `high`."""

    def __init__(self, root, path, low=0.0, high=1.0):
        self.root, self.info = root, np.load(path, allow_pickle=True).item()
        kept = (self.info["overlaps"] > low) & (self.info["overlaps"] < high)
        self.pairs = self.info["pairs"][kept]

    def __getitem__(self, pair):
        a, b = self.pairs[pair]
        T_1to2 = np.matmul(self.info["poses"][b], np.linalg.inv(self.info["poses"][a]))
        K1, K2 = (self.info["intrinsics"][k].copy().reshape(3, 3) for k in (a, b))
        images = [Image.open(self.root / self.info["image_paths"][k]) for k in (a, b)]
        depths = []
        for k in (a, b):
            with h5py.File(self.root / self.info["depth_paths"][k]) as file:
                depths.append(np.array(file["depth"]))
        return images, depths, K1, K2, T_1to2


def warped(depth, K1, K2, T_1to2):
    """(H, W, 2) where the pixels of view 1, whose centres are at 0.5, fall in view 2; RoMa adds 1e-4 m to z, we do not."""
    height, width = depth.shape
    x, y = np.meshgrid(np.arange(width) + 0.5, np.arange(height) + 0.5)
    cam = np.linalg.inv(K1) @ (np.stack([x, y, np.ones_like(x)]).reshape(3, -1) * depth.ravel())
    moved = K2 @ (T_1to2[:3, :3] @ cam + T_1to2[:3, 3:])
    return (moved[:2] / moved[2]).T.reshape(height, width, 2)


def scenes_of(out, **bounds):
    root = out / "train"
    return [Scene(root, path, **bounds) for path in sorted((root / "prep_scene_info").iterdir())]


def test_a_shard_is_a_scene_with_the_pairs_of_each_sample(run, out):
    shards = ShardSet(run)
    assert [p.stem for p in sorted((out / "train" / "prep_scene_info").iterdir())] == sorted(
        entry.path.stem for entry in shards.entries
    )
    for scene in scenes_of(out):
        assert len(scene.info["image_paths"]) == 9
        assert len(scene.info["overlaps"]) == len(scene.info["pairs"])
        assert {(a // 3, b // 3) for a, b in scene.pairs} == {(0, 0), (1, 1), (2, 2)}
        assert (scene.pairs[:, 0] < scene.pairs[:, 1]).all()


def test_visible_rays_fall_where_the_shard_has_them(run, out):
    shards, checked = ShardSet(run), 0
    for number, scene in enumerate(scenes_of(out)):
        for pair, (a, b) in enumerate(scene.pairs):
            if a % 3:
                continue
            sample, view = shards.reader(number)[a // 3], b % 3
            images, depths, K1, K2, T_1to2 = scene[pair]
            for image, depth, k in zip(images, depths, (0, view), strict=True):
                assert image.mode == "RGB"
                np.testing.assert_array_equal(np.asarray(image), sample.rgb[k])
                np.testing.assert_array_equal(depth, sample.depth[k])
            seen = sample.status[view - 1] == Status.VISIBLE
            x, y = sample.xy0[seen].T
            off = warped(depths[0].astype(float), K1, K2, T_1to2)[y, x] - 0.5 - sample.xy[view - 1][seen]
            assert np.abs(off).max() < 1e-3
            checked += seen.sum()
    assert checked > 1000


def made(tmp_path, overlap, **changes):
    content = make_content(samples=1, **changes)
    content.arrays["sample/overlap"][:] = overlap
    (tmp_path / "run").mkdir()
    publish(tmp_path / "run" / "a.h5", encode_shard(content))
    export_run(tmp_path / "run", tmp_path / "out", ExportChoice("scene-info"))
    return tmp_path / "out"


def test_full_overlap_is_kept_and_none_is_no_pair(tmp_path):
    overlap = np.array([[1, 1, 0.5], [1, 1, 0], [0.25, 0.5, 1]])
    (scene,) = scenes_of(made(tmp_path, overlap, views=3))
    assert scene.pairs.tolist() == [[0, 1], [0, 2]]
    assert scene.info["overlaps"].tolist() == [0.999999, 0.25]


def test_a_shard_without_a_pair_has_no_index(tmp_path):
    assert not list(made(tmp_path, np.eye(2)).rglob("*.npy"))


def test_splits_have_roots_of_their_own_and_the_text_says_the_conventions(tmp_path):
    (tmp_path / "run").mkdir()
    for k, split in enumerate(("train", "val", "train")):
        publish(tmp_path / "run" / f"{k}.h5", encode_shard(make_content(samples=1, seed=k, split=split)))
    out = tmp_path / "out"
    export_run(tmp_path / "run", out, ExportChoice("scene-info", pictures="jpg"))
    assert sorted(p.name for p in out.iterdir()) == ["README.txt", "train", "val"]
    assert [p.name for p in (out / "val" / "prep_scene_info").iterdir()] == ["1.npy"]
    assert sorted(p.name for p in (out / "train" / "imgs" / "0").iterdir()) == [
        "sample000_view0.jpg",
        "sample000_view1.jpg",
    ]
    said = (out / "README.txt").read_text()
    assert "half a pixel more than the shard" in said
    assert "world to camera" in said
