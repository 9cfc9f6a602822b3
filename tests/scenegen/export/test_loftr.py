"""Index, lists, pictures and depth maps read as LoFTR's and XFeat's MegaDepthDataset read them, by code of its own."""

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
    out = tmp_path_factory.mktemp("out") / "loftr"
    export_run(run, out, ExportChoice("loftr"))
    return out


def listed(out, split="train", folder="scene_info_0.1_0.7"):
    """The index files that the list of a split names, read as LoFTR reads lists."""
    lines = (out / "index" / "trainvaltest_list" / f"{split}_list.txt").read_text().splitlines(keepends=True)
    return [out / "index" / folder / f"{line.split()[0]}.npz" for line in lines]


class Scene:
    """The pairs of an index above an overlap."""

    def __init__(self, root, path, low=0.0):
        self.root, self.info = root, np.load(path, allow_pickle=True)
        pair_infos = self.info["pair_infos"].copy()
        del self.info["pair_infos"]  # of what np.load gives for an archive, this is a TypeError
        self.pairs = [info for info in pair_infos if info[1] > low]

    def __getitem__(self, pair):
        (a, b), _, _ = self.pairs[pair]
        T_0to1 = np.matmul(self.info["poses"][b], np.linalg.inv(self.info["poses"][a]))
        K0, K1 = (self.info["intrinsics"][k].copy().reshape(3, 3) for k in (a, b))
        images = [np.asarray(Image.open(self.root / self.info["image_paths"][k])) for k in (a, b)]
        with h5py.File(self.root / self.info["depth_paths"][a]) as file:
            return images, np.array(file["depth"]), K0, K1, T_0to1


def warped(xy, depth, K0, K1, T_0to1):
    """(N, 2) where points (N, 2) fall in view 1; LoFTR adds 1e-4 m to z, we do not."""
    x, y = np.rint(xy).astype(int).T
    z = depth[y, x].astype(float)
    cam = np.linalg.inv(K0) @ (np.c_[xy, np.ones(len(xy))] * z[:, None]).T
    moved = K1 @ (T_0to1[:3, :3] @ cam + T_0to1[:3, 3:])
    return (moved[:2] / moved[2]).T


def test_visible_rays_fall_where_the_shard_has_them(run, out):
    shards, checked = ShardSet(run), 0
    for number, path in enumerate(listed(out)):
        scene = Scene(out / "train", path)
        for pair, ((a, b), _, _) in enumerate(scene.pairs):
            if a % 3:
                continue
            sample, view = shards.reader(number)[a // 3], b % 3
            images, depth, K0, K1, T_0to1 = scene[pair]
            np.testing.assert_array_equal(images[0], sample.rgb[0])
            np.testing.assert_array_equal(images[1], sample.rgb[view])
            np.testing.assert_array_equal(depth, sample.depth[0])
            seen = sample.status[view - 1] == Status.VISIBLE
            off = warped(sample.xy0[seen].astype(float), depth, K0, K1, T_0to1) - sample.xy[view - 1][seen]
            assert np.abs(off).max() < 1e-3
            checked += seen.sum()
    assert checked > 1000


def rewritten(path):
    """What XFeat and LiftFeat make of a path."""
    path = path.replace("Undistorted_SfM/", "").replace("images", "dense0/imgs")
    return path.replace("phoenix/S6/zl548/MegaDepth_v1/", "")


def test_xfeat_finds_every_path(out):
    for path in (out / "index" / "scene_info_0.1_0.7").glob("*.npz"):
        info = np.load(path, allow_pickle=True)
        for name in ("image_paths", "depth_paths"):
            for k in range(len(info[name])):
                info[name][k] = rewritten(info[name][k])
                assert (out / "train" / info[name][k]).is_file()


def test_overlaps_are_plain_numbers_below_one(out):
    for path in listed(out):
        for pair, overlap, _ in np.load(path, allow_pickle=True)["pair_infos"]:
            assert 0 < overlap < 1
            assert {type(number) for number in (*pair, overlap)} == {int, float}


def test_each_split_has_list_index_and_root(tmp_path):
    (tmp_path / "run").mkdir()
    for k, split in enumerate(("train", "val", "train", "test")):
        publish(tmp_path / "run" / f"{k}.h5", encode_shard(make_content(samples=1, seed=k, split=split)))
    out = tmp_path / "out"
    export_run(tmp_path / "run", out, ExportChoice("loftr"))
    assert [p.stem for p in listed(out)] == ["0", "2"]
    for split, folder in (("val", "scene_info_val_1500"), ("test", "scene_info_test")):
        (path,) = listed(out, split, folder)
        assert len(Scene(out / split, path)[0]) == 5
    assert "(0, 0), as in the shard" in (out / "README.txt").read_text()


def test_the_tree_is_that_of_scene_info(run, out, tmp_path):
    export_run(run, tmp_path / "info", ExportChoice("scene-info"))
    trees = [
        {p.relative_to(root): p.read_bytes() for p in (root / "train").rglob("*.*") if p.suffix in (".png", ".h5")}
        for root in (out, tmp_path / "info")
    ]
    assert trees[0] == trees[1]
    assert len(trees[0]) == 2 * 9 * 2
