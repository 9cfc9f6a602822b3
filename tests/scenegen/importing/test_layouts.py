"""Every layout of depth frames gives back the cameras and the depth that were written in it; what is broken is a line."""

import json
from functools import partial

import numpy as np
import pytest
from import_world import HEIGHT, WIDTH, WRITERS, K, shots, write_bop, write_colmap, write_rgbd, write_scannet, write_tum

from scenegen.cli.importing import LayoutName
from scenegen.errors import ImportingError, UsageError
from scenegen.importing.frames import depth_view
from scenegen.importing.layouts import tum
from scenegen.importing.options import ImportOptions
from scenegen.importing.registry import LAYOUTS, sequences

GIVEN = ImportOptions(intrinsics=tuple(map(str, (K[0, 0], K[1, 1], K[0, 2], K[1, 2])))).K
CASES = {
    **{name: (name, write) for name, write in WRITERS.items()},
    "colmap text": ("colmap", partial(write_colmap, text=True)),
    "bop by an object": ("bop", partial(write_bop, posed=False)),
    "rgbd without intrinsics": ("rgbd", partial(write_rgbd, intrinsics=False)),
}


@pytest.mark.parametrize("case", CASES)
def test_cameras_and_depth_come_back_as_they_were_written(case, tmp_path):
    name, write = CASES[case]
    taken = shots(4)
    write(tmp_path / "place", taken)
    (sequence,) = sequences(name, tmp_path)
    assert (sequence.name, len(sequence.frames)) == ("place", 4)
    for frame, shot in zip(sequence.frames, taken, strict=True):
        view = depth_view(frame, GIVEN, (WIDTH, HEIGHT))
        np.testing.assert_allclose(view.T_world_cam, shot.T, atol=1e-6)
        np.testing.assert_allclose(view.K, K, atol=1e-9)
        there = view.depth > 0
        assert there.mean() > 0.98
        near = np.abs(np.where(there, view.depth, shot.depth) - shot.depth)
        if name == "scannet":  # a pixel in four, of its nearest neighbour
            assert np.quantile(near, 0.97) < 0.03
            assert near[::2, ::2].max() < 6e-4
        else:
            assert near.max() < 6e-4


def test_the_command_line_knows_the_layouts_of_the_registry():
    assert set(LayoutName.__args__) == set(LAYOUTS)


def test_a_tree_of_sequences_is_named_by_its_folders(tmp_path):
    for name in ("chess/seq-01", "chess/seq-02", "fire/seq-01"):
        write_rgbd(tmp_path / name, shots(2))
    assert [s.name for s in sequences("rgbd", tmp_path)] == ["chess/seq-01", "chess/seq-02", "fire/seq-01"]


def test_lost_poses_and_missing_files_are_left_out_and_counted(tmp_path):
    write_scannet(tmp_path, shots(3))
    (sequence,) = sequences("scannet", tmp_path)
    assert (len(sequence.frames), dict(sequence.skipped)) == (3, {"whose pose is not finite, or no rotation": 1})
    (tmp_path / "pose" / "1.txt").unlink()
    assert sequences("scannet", tmp_path)[0].skipped["without a pose"] == 1


def test_65535_is_no_depth(tmp_path):
    taken = shots(2)
    taken[0].depth[:5] = 65.535
    write_rgbd(tmp_path, taken)
    view = depth_view(sequences("rgbd", tmp_path)[0].frames[0], GIVEN, (WIDTH, HEIGHT))
    assert (view.depth[:5] == 0).all()
    assert (view.depth[5:] > 0).all()


def test_clocks_are_matched_to_the_nearest_and_no_farther():
    times = np.array([1.0, 2.0, 2.01])
    assert tum.nearest_time(times, 2.006) == 2
    assert tum.nearest_time(times, 1.5) is None
    assert tum.nearest_time(np.zeros(0), 1.5) is None


def broken_json(folder):
    WRITERS["bop"](folder, shots(2))
    (folder / "scene_camera.json").write_text("{")


def no_static_object(folder):
    write_bop(folder, shots(2), posed=False)
    said = json.loads((folder / "scene_gt.json").read_text())
    (folder / "scene_gt.json").write_text(json.dumps({k: v[1:] for k, v in said.items()}))


def moved_depth(folder):
    write_scannet(folder, shots(2))
    off = np.eye(4)
    off[0, 3] = 0.05
    np.savetxt(folder / "intrinsic" / "extrinsic_depth.txt", off)


def without_poses(folder):
    write_rgbd(folder, shots(2))
    for path in folder.glob("*.pose.txt"):
        path.unlink()


def distorted(folder):
    WRITERS["nerfstudio"](folder, shots(2))
    path = folder / "transforms.json"
    path.write_text(path.read_text().replace('"k1": 0', '"k1": 0.1'))


def cut_archive(folder):
    (folder / "a.npz").write_bytes(b"PK\x03\x04 cut short")


def json_of_another_kind(folder):
    (folder / "tree.json").write_text("[" * 100_000)
    cut_archive(folder)


def cut_model(folder):
    write_colmap(folder, shots(2), text=False)
    path = folder / "sparse" / "images.bin"
    path.write_bytes(path.read_bytes()[:40])


def short_poses(folder):
    write_tum(folder, shots(2))
    (folder / "groundtruth.txt").write_text("1 2 3\n")


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("bop", broken_json, "scene_camera.json: cannot be read as a table of BOP"),
        ("bop", no_static_object, "no object that each frame shows once: give a scene with poses"),
        ("scannet", moved_depth, "from another point than the colour: register it to the colour first"),
        ("rgbd", without_poses, "has 0 frames that can be used, and a pair needs two; left out: 2 without a .pose.txt"),
        ("nerfstudio", distorted, "its pictures are distorted (k1): undistort them first"),
        ("matches", cut_archive, "a.npz: cannot be read as a file of matches"),
        ("matches", json_of_another_kind, "a.npz: cannot be read as a file of matches"),
        ("colmap", cut_model, "images.bin: cannot be read as images of COLMAP"),
        ("tum", short_poses, "its rows are not time tx ty tz qx qy qz qw: mend it"),
    ],
)
def test_what_is_broken_is_one_line_with_the_place_and_the_way_out(name, make, message, tmp_path):
    make(tmp_path)
    with pytest.raises(ImportingError) as caught:
        sequences(name, tmp_path)
    assert message in str(caught.value)
    assert str(tmp_path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_distorted_model_of_colmap_is_refused(tmp_path):
    write_colmap(tmp_path, shots(2), text=True)
    path = tmp_path / "sparse" / "cameras.txt"
    path.write_text(path.read_text().replace("PINHOLE", "OPENCV"))
    with pytest.raises(ImportingError, match=r"OPENCV is distorted: give the workspace of image_undistorter"):
        sequences("colmap", tmp_path)
    path.write_text(f"7 SIMPLE_PINHOLE {WIDTH} {HEIGHT} 150 80 60\n")
    (sequence,) = sequences("colmap", tmp_path)
    assert sequence.frames[0].K.tolist() == [[150, 0, 79.5], [0, 150, 59.5], [0, 0, 1]]


def test_skew_is_refused(tmp_path):
    write_rgbd(tmp_path, shots(2))
    np.savetxt(tmp_path / "intrinsics.K.txt", K + np.array([[0, 2, 0], [0, 0, 0], [0, 0, 0]]))
    with pytest.raises(ImportingError, match="its intrinsics are no pinhole's without skew"):
        depth_view(sequences("rgbd", tmp_path)[0].frames[0], GIVEN, (WIDTH, HEIGHT))


def test_intrinsics_that_are_no_numbers_are_refused(tmp_path):
    write_rgbd(tmp_path, shots(2))
    np.savetxt(tmp_path / "intrinsics.K.txt", K * np.array([[np.nan, 1, 1], [1, 1, 1], [1, 1, 1]]))
    with pytest.raises(ImportingError, match="its intrinsics are no pinhole's without skew"):
        depth_view(sequences("rgbd", tmp_path)[0].frames[0], GIVEN, (WIDTH, HEIGHT))


def test_an_unknown_or_another_layout_is_said(tmp_path):
    write_tum(tmp_path, shots(2))
    with pytest.raises(UsageError, match=r"--from zip: is unknown: choose one of rgbd, tum, "):
        sequences("zip", tmp_path)
    with pytest.raises(UsageError, match=r"looks for frame-\*.*, and finds none there; it looks like --from tum$"):
        sequences("rgbd", tmp_path)
    with pytest.raises(UsageError, match=r"no such folder: check the path"):
        sequences("rgbd", tmp_path / "none")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match=r"and finds none there: check --data$"):
        sequences("colmap", tmp_path / "empty")


def test_depth_of_other_proportions_or_without_intrinsics_is_refused(tmp_path):
    write_rgbd(tmp_path, shots(2), intrinsics=False)
    frame = sequences("rgbd", tmp_path)[0].frames[0]
    with pytest.raises(ImportingError, match=r"nothing says the camera's intrinsics: give --focal-px"):
        depth_view(frame, ImportOptions().K, (WIDTH, HEIGHT))
    from import_world import save_depth

    save_depth(frame.depth, np.ones((HEIGHT, 2 * WIDTH)))
    with pytest.raises(
        ImportingError, match=r"has other proportions than its colour picture \(320x120 beside 160x120\)"
    ):
        depth_view(frame, GIVEN, (WIDTH, HEIGHT))
    save_depth(frame.depth, np.ones((HEIGHT // 2, WIDTH // 2)))
    assert (depth_view(frame, GIVEN, (WIDTH, HEIGHT)).depth == 1).all()
