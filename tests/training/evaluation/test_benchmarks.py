"""Benchmarks: each layout is found, its truth is that of its files, and what is wrong with one is a line."""

import json
import os
import pickle
import re
from dataclasses import replace

import import_world
import numpy as np
import photo_world
import pytest
from photo_world import SHIFT
from shard_factory import make_content
from training_world import write_shards

from scenegen.importing.fit import Fit
from scenegen.importing.flat import Sparse, sparse_rays
from scenegen.shards import ShardSet, Status
from scenegen.shards.writer import encode_shard, publish
from training.errors import DataError, RequestError
from training.evaluation.baselines import RgbPatches
from training.evaluation.benchmarks import annotated, hpatches, megadepth1500, planar, scannet1500, shards
from training.evaluation.benchmarks.benchmark import Asked, Question
from training.evaluation.benchmarks.registry import FILES, benchmark, found
from training.evaluation.benchmarks.sizes import as_it_is
from training.evaluation.contender import Dense
from training.evaluation.metrics import score
from training.evaluation.motion_errors import warp
from training.evaluation.pair import RelativePose, Standing
from training.evaluation.predictions import predict


def asked(module, root, **question):
    return Asked(module.KIND, module.KIND.find(root), Question(**question))


def test_a_plane_is_asked_about_where_its_map_says(tmp_path):
    photo_world.planar(tmp_path / "wall")
    photo_world.planar(tmp_path / "tree", homography=None)
    pairs = asked(planar, tmp_path, queries=50)
    assert len(pairs) == 1
    pair = pairs[0]
    assert (pair.scene, pair.name) == ("wall", "wall")
    assert pair.visible.sum() == 50
    np.testing.assert_allclose(pair.xy1[pair.visible], (pair.xy0 + np.array([6, -4]))[pair.visible])
    np.testing.assert_allclose(pair.homography, SHIFT)
    again = asked(planar, tmp_path, queries=50)[0]
    assert np.array_equal(again.xy0, pair.xy0)
    assert not np.array_equal(asked(planar, tmp_path, queries=50, seed=1)[0].xy0, pair.xy0)


@pytest.mark.parametrize("side", [None, 80])
def test_the_right_pixels_are_found_on_a_plane_at_every_size(tmp_path, side):
    photo_world.planar(tmp_path / "wall", size=(320, 240))
    size = None if side is None else lambda size: (size[0] * side // 320, size[1] * side // 320)
    made = predict(Dense(RgbPatches(5), "l2", step=8), asked(planar, tmp_path, queries=80, size=size), "k")
    numbers = score(made, 0).metrics
    assert numbers["pck@1"].value > 0.9
    assert numbers["median_px"].value <= 0.6  # SHIFT is no whole number of pixels at a quarter of the size
    assert numbers["homography_auc@5 poselib"].value > 0.8


def test_annotated_points_are_asked_at_the_pixels_that_they_fall_in(tmp_path):
    photo_world.planar(tmp_path / "tree", homography=None, points=((50.4, 60), (20, 30.6)))
    photo_world.planar(tmp_path / "bare", points=())
    pairs = asked(annotated, tmp_path)
    assert len(pairs) == 1
    order = np.argsort(-pairs[0].xy0[:, 0])
    assert pairs[0].xy0[order].tolist() == [[50, 60], [20, 31]]
    np.testing.assert_allclose(pairs[0].xy1[order], [[56, 56], [26, 27]], rtol=1e-6)  # moved alike: SHIFT still holds
    assert pairs[0].truth is None


def test_annotated_points_of_a_shrunk_picture_move_with_their_pixels(tmp_path):
    photo_world.planar(tmp_path, homography=None, points=((50, 60), (21, 32)))
    (pair,) = asked(annotated, tmp_path, size=lambda size: (size[0] // 2, size[1] // 2))
    np.testing.assert_allclose(pair.xy1, pair.xy0 + np.array([3, -2]))


def test_annotated_points_lie_in_both_pictures_after_they_were_moved_as_those_of_an_import_do(tmp_path):
    xy0 = np.array([(50.4, 60), (20, 30.6), (90, 60.4), (30.6, 60)])
    xy1 = np.array(
        [(56.4, 56), (26, 26.6), (90, -0.3), (159.3, 60)]
    )  # the third leaves at the top, the last at the right
    photo_world.planar(tmp_path, homography=None)
    file = tmp_path / "points.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"points1": xy0.tolist(), "points2": xy1.tolist()}))
    (pair,) = asked(annotated, tmp_path)
    fit = Fit((160, 120), (160, 120))
    rays = sparse_rays(Sparse(xy0, xy1), fit, fit, np.random.default_rng(0))
    assert len(rays) == 2
    assert sorted(map(tuple, np.c_[pair.xy0, pair.xy1])) == sorted(map(tuple, np.c_[rays.xy0, rays.xy]))
    assert pair.visible.all()


@pytest.mark.parametrize("point", [(160, 60), (-0.6, 0), (float("nan"), 3)])
def test_a_point_outside_of_its_picture_is_a_line(tmp_path, point):
    photo_world.planar(tmp_path, points=(point,))
    with pytest.raises(DataError, match=r"point \(.*\) lies outside of image 1, 160x120 px; correct or remove it"):
        asked(annotated, tmp_path)[0]
    photo_world.planar(tmp_path, points=((5, 3),))  # at (11, -1) in image 2
    with pytest.raises(DataError, match=r"point \(11, -1\) lies outside of image 2, 160x120 px"):
        asked(annotated, tmp_path)[0]


def test_pairs_of_folders_of_one_name_are_told_apart(tmp_path):
    for day in ("monday", "tuesday"):
        photo_world.planar(tmp_path / day / "wall")
    assert [source.scene for source in planar.find(tmp_path)] == ["monday/wall", "tuesday/wall"]
    assert [source.name for source in annotated.find(tmp_path / "monday" / "wall")] == ["wall"]


def test_hpatches_leaves_eight_sequences_out_and_resizes_the_map_with_the_pictures(tmp_path):
    assert len(hpatches.LEFT_OUT) == 8
    for name in ("v_wall", "i_lamp", "i_dc", "v_talent"):
        photo_world.hpatches(tmp_path, name)
    pairs = asked(hpatches, tmp_path, queries=20)
    assert len(pairs) == 10
    assert {pairs[number].scene for number in (0, 9)} == {"i_lamp", "v_wall"}
    last = pairs[9]
    assert last.name == "v_wall-1-6"
    assert [image.shape for image in last.images] == [(480, 640, 3)] * 2  # the shorter side is 480, here enlarged
    corner = warp(last.homography, np.array([[-0.5, -0.5]]))
    np.testing.assert_allclose(corner, [[4 * 6 - 0.5, -4 * 4 - 0.5]], atol=1e-9)
    np.testing.assert_allclose(last.xy1[last.visible], warp(last.homography, last.xy0[last.visible]), atol=1e-3)


def test_a_sequence_without_its_last_pictures_has_fewer_pairs(tmp_path):
    assert len(hpatches.find(photo_world.hpatches(tmp_path, last=3))) == 2


def test_scannet_moves_its_intrinsics_to_the_pictures_and_back(tmp_path):
    pairs = asked(scannet1500, photo_world.scannet1500(tmp_path))
    assert len(pairs) == 2
    pair = pairs[0]
    assert (pair.scene, pair.name) == ("scene0707_00", "scene0707_00-15-585")
    assert pair.images[0].shape == (480, 640, 3)
    np.testing.assert_allclose(pair.pose.K0, [[500, 0, 319.5], [0, 500, 239.5], [0, 0, 1]])
    np.testing.assert_allclose(pair.pose.T_1_0[:3, 3], [0.1, 0, 0])
    whole = Asked(scannet1500.KIND, scannet1500.find(tmp_path), Question(size=as_it_is))[0]
    np.testing.assert_allclose(whole.pose.K0, [[1000, 0, 639.5], [0, 1000, 479.5], [0, 0, 1]])
    assert len(pair.xy0) == 0


def test_megadepth_reads_the_pickles_that_loftr_ships(tmp_path):
    pairs = asked(megadepth1500, photo_world.megadepth1500(tmp_path))
    assert len(pairs) == 1
    assert (pairs[0].scene, pairs[0].name) == ("0022", "0022_0.1_0.3-0-2")
    np.testing.assert_allclose(pairs[0].pose.T_1_0[:3, 3], [0.1, -0.2, 0.3])


@pytest.mark.parametrize(
    ("call", "name"), [(os.system, "posix.system"), (eval, "builtins.eval"), (getattr, "builtins.getattr")]
)
def test_a_list_that_would_run_something_is_refused(tmp_path, call, name):
    class Evil:
        def __reduce__(self):
            return call, (f"touch {tmp_path}/ran",)

    path = tmp_path / "0022_0.1_0.3.npz"
    path.write_bytes(pickle.dumps({"image_paths": Evil()}))
    with pytest.raises(DataError, match=rf"is no list of LoFTR \(it wants {name}, which no list needs\)"):
        megadepth1500.find(tmp_path)
    assert not (tmp_path / "ran").exists()


def test_shards_are_a_benchmark_like_others(tmp_path):
    write_shards(tmp_path / "run")
    pairs = asked(shards, tmp_path / "run", queries=20)
    pair = pairs[0]
    assert pair.pose is not None
    assert pair.visible.sum() <= 20
    assert pair.overlap > 0
    sample = ShardSet(tmp_path / "run", split="val")[0]
    np.testing.assert_allclose(sample.T_world_cam[1] @ pair.pose.T_1_0, sample.T_world_cam[0], atol=1e-9)
    assert pair.truth is None
    publish(tmp_path / "deep.h5", encode_shard(make_content(split="val", layers=("depth",))))
    assert asked(shards, tmp_path, queries=20)[0].truth is not None
    photo_world.planar(tmp_path / "more" / "wall")
    write_shards(tmp_path / "more", val=0)  # all of it is for training
    assert list(found(tmp_path / "more")) == ["planar", "annotated"]


def test_the_split_of_shards_can_be_told(tmp_path):
    write_shards(tmp_path)
    files = {split: [source.files[0].name for source in shards.find(tmp_path, split)] for split in ("train", "val")}
    assert files == {"train": ["train.h5"] * 6, "val": ["val.h5"] * 4}
    assert len(found(tmp_path, ("shards",), {"split": "train"})["shards"]) == 6
    with pytest.raises(DataError, match="holds no pair in the layout of shards"):
        found(tmp_path, ("shards",), {"split": "lost"})


def test_dense_truth_of_shards_is_that_of_the_scene(tmp_path):
    write_shards(tmp_path / "run")
    views = import_world.shots()[:2]
    sample = replace(
        ShardSet(tmp_path / "run", split="val")[0],
        depth=np.stack([shot.depth for shot in views]).astype(np.float32),
        K=np.stack([import_world.K] * 2),
        T_world_cam=np.stack([shot.T for shot in views]),
    )
    xy0 = np.stack(np.meshgrid(np.arange(0, 160, 3), np.arange(0, 120, 3)), -1).reshape(-1, 2)
    xy1, standing = shards.dense_truth_of(sample, 1)(xy0.astype(float))
    exact, status = import_world.verdicts(xy0, *views)
    seen = standing == Standing.VISIBLE
    assert seen.mean() > 0.5
    assert (status[seen] == Status.VISIBLE).all()
    np.testing.assert_allclose(xy1[seen], exact[seen], atol=0.01)


def test_windows_move_the_cameras_with_them():
    K = np.array([[500, 0, 319.5], [0, 510, 239.5], [0, 0, 1.0]])
    pose = shards.window_cameras(RelativePose(K, K, np.eye(4)), np.array([10, 20]), np.array([30, 40]))
    point = np.array([0.2, -0.1, 1.0])
    whole, *windows = (matrix @ point for matrix in (K, pose.K0, pose.K1))
    np.testing.assert_allclose(whole[:2] - windows[0][:2], [10, 20])
    np.testing.assert_allclose(whole[:2] - windows[1][:2], [30, 40])


def test_all_that_a_folder_holds_is_found(tmp_path):
    photo_world.planar(tmp_path / "wall")
    photo_world.hpatches(tmp_path / "hp", last=2)
    assert {name: len(sources) for name, sources in found(tmp_path).items()} == {
        "planar": 1,
        "annotated": 1,
        "hpatches": 1,
    }
    assert list(found(tmp_path, ("hpatches",))) == ["hpatches"]
    assert all(benchmark(name).title for name in FILES)


def test_what_is_wrong_is_a_line(tmp_path):
    with pytest.raises(DataError, match=r"nowhere: is no folder; --data takes the folder of a benchmark, or one above"):
        found(tmp_path / "nowhere")
    with pytest.raises(DataError, match=r"holds no pair in a known layout \(planar, .*\); see training/README.md"):
        found(tmp_path)
    with pytest.raises(RequestError, match="--benchmark kitti: there is none of this name; choose among planar, annot"):
        found(tmp_path, ("kitti",))
    photo_world.planar(tmp_path / "wall")
    with pytest.raises(
        DataError, match="holds no pair in the layout of hpatches; choose another folder or --benchmark"
    ):
        found(tmp_path, ("hpatches",))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1]", "cannot be used"),
        ("{", "cannot be used"),
        ("[" * 100_000, "cannot be used (RecursionError"),
        ('{"image1": "a"}', "cannot be used (KeyError: 'image2'); it must hold image1, image2, points1"),
        ('{"image1":"a","image2":"b","points1":[[1,2]],"points2":[]}', "has 1 point in image 1 and 0 in image 2"),
        ('{"image1":"a","image2":"b","points1":[],"points2":[],"homography":[[1]]}', "its homography is not 3 x 3"),
        (
            '{"image1":"a","image2":"b","points1":[],"points2":[],"homography":[[1,0,0],[0,1,0],[0,0,0]]}',
            "its homography is not 3 x 3 numbers by rows, or singular",
        ),
    ],
)  # fmt: skip
def test_a_bad_points_file_is_a_line(tmp_path, content, message):
    (tmp_path / "points.json").write_text(content)
    with pytest.raises(DataError, match=re.escape(message)):
        planar.find(tmp_path)


def test_bad_lists_and_maps_are_a_line(tmp_path):
    photo_world.hpatches(tmp_path, last=2)
    (tmp_path / "v_wall" / "H_1_2").write_text("1 0 0 0 1 0")
    with pytest.raises(DataError, match="holds 6 numbers, not the 9 of a homography"):
        asked(hpatches, tmp_path)[0]
    for value in ("nan", "0"):
        (tmp_path / "v_wall" / "H_1_2").write_text(f"{value} " * 9)
        with pytest.raises(DataError, match="H_1_2: its homography is not finite, or singular; correct or remove it"):
            asked(hpatches, tmp_path)[0]
    photo_world.scannet1500(tmp_path)
    np.savez(tmp_path / "intrinsics.npz", scene0001_00=np.eye(3))
    with pytest.raises(DataError, match="has no intrinsics of scene0707_00; take the file that belongs to the list"):
        scannet1500.find(tmp_path)
    np.savez(tmp_path / "test.npz", name=np.zeros((1, 4)))
    with pytest.raises(DataError, match=r"its lists cannot be read \(.*\); test.npz must hold name and rel_pose"):
        scannet1500.find(tmp_path)


def damaged(content):
    """A list of one pair of MegaDepth with other content."""
    matrix = np.array([np.eye(4), np.eye(4)])
    return {
        "image_paths": ["a", "b"],
        "intrinsics": matrix[:, :3, :3],
        "poses": matrix,
        "pair_infos": [((0, 1), 1)],
    } | (content)


@pytest.mark.parametrize(
    "content",
    [
        {"pair_infos": [((0, 9), 1)]},
        {"pair_infos": [5]},
        {"image_paths": ["a", None]},
        {"poses": [np.eye(4), None]},
        {"poses": np.full((2, 4, 4), np.nan)},
        {"intrinsics": np.zeros((2, 2))},
    ],
)
def test_a_damaged_list_of_megadepth_is_a_line(tmp_path, content):
    (tmp_path / "0022_0.1_0.3.npz").write_bytes(pickle.dumps(damaged(content)))
    with pytest.raises(
        DataError, match=r"0022_0.1_0.3.npz: a pair of its list cannot be used \(.*\); get the assets of"
    ):
        megadepth1500.find(tmp_path)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("test.npz", b"PK\x03\x04 cut short"),
        ("intrinsics.npz", b""),
        ("test.npz", {"name": np.zeros((1, 4)), "rel_pose": np.full((1, 12), np.nan)}),
        ("test.npz", {"name": np.zeros((1, 4)), "rel_pose": np.zeros((1, 7))}),
        ("test.npz", {"name": np.zeros((2, 4)), "rel_pose": np.zeros((1, 12))}),
        ("intrinsics.npz", {"scene0707_00": np.eye(4)}),
        ("intrinsics.npz", {"scene0707_00": np.zeros((3, 3))}),
        ("intrinsics.npz", {"scene0707_00": np.full((3, 3), np.inf)}),
    ],
)
def test_damaged_lists_of_scannet_are_a_line(tmp_path, name, content):
    photo_world.scannet1500(tmp_path)
    if isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    else:
        np.savez(tmp_path / name, **content)
    with pytest.raises(DataError, match=r"its lists cannot be read \(.*\); test.npz must hold name and rel_pose"):
        scannet1500.find(tmp_path)
