"""Pairs without depth: matches, homographies, flow and stereo, against closed forms, in pictures of any size."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from import_world import imported, noise, save_rgb
from planar_world import H, warped, write_planar

from scenegen.cli import main
from scenegen.errors import ImportingError, UsageError
from scenegen.export.run import ExportChoice, export_run
from scenegen.importing.fit import Fit
from scenegen.importing.flat import Dense, Sparse, dense_rays, sparse_rays
from scenegen.importing.layouts.homography import transfer_by_homography
from scenegen.importing.layouts.stereo import nearest_in_right, shift_by_disparity
from scenegen.importing.options import ImportOptions
from scenegen.importing.registry import sequences
from scenegen.inspect.gallery.write import make_gallery
from scenegen.inspect.table import tables_of
from scenegen.shards import ShardReader, ShardSet, Status

SIZES = st.tuples(st.integers(20, 300), st.integers(20, 300))


# pictures in a frame


@given(SIZES, SIZES, st.floats(-50, 350), st.floats(-50, 350))
def test_a_place_in_the_frame_leads_back(size, frame, x, y):
    fit = Fit(size, frame)
    np.testing.assert_allclose(fit.scaling.back(fit.scaling.forth(np.array([x, y]))), [x, y], atol=1e-9)
    assert fit.inner[0] <= min(size[0], frame[0])
    assert fit.inner[1] <= min(size[1], frame[1])


@given(SIZES, SIZES)
def test_the_corners_of_a_picture_stay_its_corners(size, frame):
    fit = Fit(size, frame)
    corners = np.array([[-0.5, -0.5], [size[0] - 0.5, size[1] - 0.5]])
    np.testing.assert_allclose(fit.scaling.forth(corners), [[-0.5, -0.5], np.array(fit.inner) - 0.5], atol=1e-9)


@given(st.floats(-100, 400), st.floats(-100, 400), st.floats(0.5, 5))
def test_intrinsics_follow_their_picture(x, y, z):
    fit, K = Fit((300, 200), (120, 160)), np.array([[250.0, 0, 140], [0, 240, 90], [0, 0, 1]])
    point = z * (np.linalg.inv(K) @ (x, y, 1))
    moved = fit.scaling.intrinsics(K) @ point
    np.testing.assert_allclose(moved[:2] / moved[2], fit.scaling.forth(np.array([x, y])), atol=1e-6)


def test_a_shrunk_picture_is_the_mean_of_what_it_covers():
    rgb = noise(64, 32)
    small = Fit((64, 32), (32, 32)).color(rgb)
    mean = rgb.reshape(16, 2, 32, 2, 3).mean((1, 3))
    assert np.abs(small[:16].astype(float) - mean).max() <= 1
    assert (small[16:] == 0).all()


# homographies


@given(st.floats(0, 159), st.floats(0, 119))
def test_a_homography_maps_as_its_formula(x, y):
    for scale in (1.0, -3.0):  # the sign of a homography is free
        places, status = transfer_by_homography(scale * H, np.array([[x, y]]))
        u, v, w = H @ (x, y, 1)
        np.testing.assert_allclose(places[0], [u / w, v / w], atol=1e-9)
        assert status[0] == Status.VISIBLE


def test_beyond_the_horizon_is_behind_the_camera():
    places, status = transfer_by_homography(
        np.array([[1.0, 0, 0], [0, 1, 0], [-0.01, 0, 1]]), np.array([[50.0, 0], [150.0, 0]])
    )
    assert status.tolist() == [Status.VISIBLE, Status.BEHIND_CAMERA]
    assert np.isnan(places[1]).all()


def test_a_planar_pair_of_two_sizes_becomes_a_sample(tmp_path, capsys):
    write_planar(tmp_path / "data" / "wall")
    assert imported("homography", tmp_path / "data", tmp_path / "run", "--size", "200x120") == 0
    assert main(["verify", str(tmp_path / "run"), "--deep", "1"]) == 0
    sample = ShardSet(tmp_path / "run")[0]
    assert sample.rgb.shape == (2, 120, 200, 3)
    x, y = sample.xy0.astype(float).T
    u, v, w = H @ np.stack([x, y, np.ones_like(x)])
    inside = (u / w >= -0.5) & (u / w <= 199.5) & (v / w >= -0.5) & (v / w <= 99.5)
    wanted = np.where(x > 159.5, Status.NO_HIT, np.where(inside, Status.VISIBLE, Status.OUT_OF_VIEW))
    assert (sample.status[0] == wanted).all()
    known = wanted != Status.NO_HIT
    np.testing.assert_allclose(sample.xy[0][known], np.stack([u / w, v / w], 1)[known], atol=1e-3)
    assert len(np.unique(sample.xy0 // (2, 4), axis=0)) == len(sample.xy0) == 100 * 30


def test_hpatches_pairs_are_those_of_the_first_picture(tmp_path):
    for k in (1, 2, 3):
        save_rgb(tmp_path / "v_wall" / f"{k}.ppm", noise(64, 48, k))
    for k in (2, 3):
        (tmp_path / "v_wall" / f"H_1_{k}").write_text("\n".join("  ".join(map(str, row)) for row in H))
    (sequence,) = sequences("homography", tmp_path)
    assert [[path.name for path in pair.pictures] for pair in sequence.pairs] == [
        ["1.ppm", "2.ppm"],
        ["1.ppm", "3.ppm"],
    ]
    dense = sequence.pairs[0].truth(ImportOptions())
    assert isinstance(dense, Dense)
    np.testing.assert_allclose(dense.at(np.zeros((1, 2)))[0], [[5, 3]])
    (tmp_path / "v_wall" / "2.ppm").unlink()
    with pytest.raises(ImportingError, match=r"H_1_2: there is no picture 1 or 2 beside it"):
        sequences("homography", tmp_path)


# matches


def matches():
    rng = np.random.default_rng(3)
    xy0 = rng.uniform(5, 100, (80, 2))
    places = np.c_[xy0, np.ones(80)] @ H.T
    return np.hstack([xy0, places[:, :2] / places[:, 2:]])


def save_matches(folder, kind, rows):
    path = folder / f"found.{kind}"
    if kind == "npz":
        np.savez(path, image0="a.png", image1="b.png", mkpts0=rows[:, :2], mkpts1=rows[:, 2:])
    elif kind == "json":
        said = {"image1": "a.png", "image2": "b.png", "points1": rows[:, :2].tolist(), "points2": rows[:, 2:].tolist()}
        path.write_text(json.dumps(said))
    elif kind == "csv":
        lines = [",".join(map(str, row)) for row in rows.tolist()]
        path.write_text("# a.png b.png\nx0,y0,x1,y1,score\n" + "\n".join(f"{line},0.9" for line in lines))
    else:
        np.savetxt(path, rows)


@pytest.mark.parametrize("kind", ["npz", "json", "csv", "txt"])
def test_matches_of_any_kind_become_visible_rays_and_the_rest_is_absent(kind, tmp_path):
    save_rgb(tmp_path / "data" / "pair" / "a.png", noise(160, 120))
    save_rgb(tmp_path / "data" / "pair" / "b.png", warped(noise(160, 120), (160, 120)))
    rows = matches()
    save_matches(tmp_path / "data" / "pair", kind, rows)
    assert imported("matches", tmp_path / "data", tmp_path / "run") == 0
    assert main(["verify", str(tmp_path / "run"), "--deep", "1"]) == 0
    (entry,) = ShardSet(tmp_path / "run").entries
    with ShardReader(entry.path) as reader:
        absent = str(reader.attributes["absent"]).split(",")
        assert {"camera/K", "camera/T_world_cam", "rays/depth0", "rays/instance", "objects/asset"} <= set(absent)
        assert {info.name for info in reader.datasets()} == {
            "rgb",
            "rays/xy0",
            "rays/xy",
            "rays/status",
            "sample/seed",
            "preview",
        }
        sample = reader[0]
    assert not sample.has_cameras
    assert np.isnan(sample.depth0).all()
    assert (sample.ray_instance == 0).all()
    assert np.isnan(sample.overlap).all()
    kept = (rows[:, 2:] > -0.5).all(1) & (rows[:, 2:] < (159.5, 119.5)).all(1)
    xy0, xy1 = sample.matches()
    assert len(xy0) == kept.sum() == len(sample.xy0)
    moved = xy0 - rows[kept, :2]
    assert np.abs(moved).max() <= 0.5
    np.testing.assert_allclose(xy1 - rows[kept, 2:], moved, atol=1e-4)


def test_pairs_of_few_matches_are_padded_with_rays_that_hit_nothing(tmp_path):
    for k, count in enumerate((80, 20)):
        folder = tmp_path / "data"
        save_rgb(folder / f"a{k}.png", noise(160, 120, k))
        save_rgb(folder / f"b{k}.png", noise(160, 120, k))
        np.savez(
            folder / f"m{k}.npz", image0=f"a{k}.png", image1=f"b{k}.png", matches=np.hstack([matches()[:count, :2]] * 2)
        )
    assert imported("matches", tmp_path / "data", tmp_path / "run") == 0
    samples = ShardSet(tmp_path / "run")
    assert [len(sample.matches()[0]) for sample in samples] == [80, 20]
    assert len(samples[1].xy0) == 80
    assert (samples[1].status[0, 20:] == Status.NO_HIT).all()
    assert np.isnan(samples[1].xy[0, 20:]).all()
    assert main(["verify", str(tmp_path / "run")]) == 0


def test_of_more_matches_than_cells_a_choice_is_kept():
    rng = np.random.default_rng(0)
    xy0 = rng.uniform(0, 30, (500, 2))
    fit = Fit((32, 32), (32, 32))
    rays = sparse_rays(Sparse(xy0, xy0), fit, fit, rng)
    assert len(rays) == 16 * 8
    assert (rays.status == Status.VISIBLE).all()


# stereo


def test_what_the_other_disparity_says_decides():
    """A board of disparity 10 before a wall of disparity 2: left of it the wall is hidden from the right camera."""
    left, right = np.full((9, 60), 2.0), np.full((9, 60), 2.0)
    left[:, 30:40] = 10
    right[:, 20:30] = 10
    left[0, 0] = np.nan
    xy = np.stack(np.meshgrid(np.arange(60.0), np.arange(9.0)), -1).reshape(-1, 2)
    places, status = shift_by_disparity(xy, left, right)
    status = status.reshape(9, 60)
    assert status[0, 0] == Status.NO_HIT
    assert (status[1:, :2] == Status.OUT_OF_VIEW).all()
    assert (status[1:, 2:21] == Status.VISIBLE).all()
    assert (status[1:, 22:30] == Status.OCCLUDED).all()
    assert (status[1:, 31:39] == Status.VISIBLE).all()
    known = ~np.isnan(left.ravel())
    np.testing.assert_allclose(places[known], (xy - np.c_[left.ravel(), np.zeros(540)])[known])


def test_without_the_other_disparity_what_is_nearest_there_hides():
    left = np.full((3, 60), 2.0)
    left[:, 30:40] = 10
    shown = nearest_in_right(left)
    assert (shown[:, 20:30] == 10).all()
    _, status = shift_by_disparity(np.array([[25.0, 1], [35.0, 1], [10.0, 1]]), left, shown)
    assert status.tolist() == [Status.OCCLUDED, Status.VISIBLE, Status.VISIBLE]


def test_an_unknown_disparity_there_is_ambiguous():
    left, right = np.full((3, 60), 2.0), np.full((3, 60), np.nan)
    _, status = shift_by_disparity(np.array([[25.0, 1]]), left, right)
    assert status.tolist() == [Status.AMBIGUOUS]


# what is broken, and the other commands


def test_what_is_broken_is_one_line(tmp_path, capsys):
    write_planar(tmp_path / "singular", homography=np.zeros((3, 3)).tolist())
    assert imported("homography", tmp_path / "singular", tmp_path / "a") == 1
    assert "its homography is not finite, or singular: mend or remove it" in capsys.readouterr().out
    save_rgb(tmp_path / "three" / "c.png", noise(64, 48))
    save_matches_without_names(tmp_path / "three")
    assert imported("matches", tmp_path / "three", tmp_path / "b") == 1
    assert "does not name its two pictures (as image0, image1), and 1 lie beside it" in capsys.readouterr().err
    (tmp_path / "csv").mkdir()
    (tmp_path / "csv" / "m.csv").write_text("1,2,3,4\n5,six,7,8\n")
    assert imported("matches", tmp_path / "csv", tmp_path / "d") == 1
    assert "m.csv: cannot be read as a file of matches" in capsys.readouterr().err


def save_matches_without_names(folder):
    np.savetxt(folder / "m.txt", matches())


def test_every_other_command_takes_matches_or_says_why_not(tmp_path):
    write_planar(tmp_path / "data" / "wall")
    assert imported("homography", tmp_path / "data", tmp_path / "run", "--license", "CC0") == 0
    run = tmp_path / "run"
    page = make_gallery(run, 10)
    assert page.shown == 1
    assert "&quot;overlap&quot;: []" in page.html
    tables_of(run)
    assert main(["card", str(run), "--out", str(tmp_path / "card")]) == 0
    card = (tmp_path / "card" / "README.md").read_text()
    assert "Not known, and so absent: `camera/K`" in card
    assert "CC0" in card
    assert main(["repack", str(run), "--codec", "none", "--out", str(tmp_path / "plain")]) == 0
    assert main(["verify", str(tmp_path / "plain")]) == 0
    for form in ("colmap", "nerfstudio", "glue-factory", "scene-info", "loftr", "dust3r", "flow"):
        with pytest.raises(UsageError, match="has matches without cameras, as it was imported, and --format"):
            export_run(run, tmp_path / form, ExportChoice(form))
    assert export_run(run, tmp_path / "tars", ExportChoice("webdataset")).samples == 1


def test_a_view_in_three_dimensions_is_refused_in_one_line(tmp_path, capsys):
    pytest.importorskip("rerun")
    write_planar(tmp_path / "data" / "wall")
    assert imported("homography", tmp_path / "data", tmp_path / "run") == 0
    assert main(["view", str(tmp_path / "run"), "--save", str(tmp_path / "x.rrd")]) == 2
    assert "has matches without cameras, as it was imported: --save needs cameras" in capsys.readouterr().err


def test_dense_rays_lie_one_to_a_cell_and_hit_nothing_beside_the_picture():
    first, other = Fit((40, 40), (64, 48)), Fit((64, 48), (64, 48))
    rays = dense_rays(
        Dense(lambda xy: (xy, np.full(len(xy), Status.VISIBLE, np.uint8))), first, other, np.random.default_rng(0)
    )
    assert len(rays) == 32 * 12
    on = (rays.xy0 <= 39).all(1)
    assert (rays.status == np.where(on, Status.VISIBLE, Status.NO_HIT)).all()


@pytest.mark.parametrize(
    ("layout", "data"), [("stereo", "middlebury_cones"), ("homography", "homography"), ("matches", "homography")]
)
def test_real_pairs(layout, data, shared_data, tmp_path):
    assert imported(layout, shared_data / "pairs" / data, tmp_path) == 0
    assert main(["verify", str(tmp_path), "--deep", "3"]) == 0
    assert sum(len(sample.matches()[0]) for sample in ShardSet(tmp_path)) > 40
