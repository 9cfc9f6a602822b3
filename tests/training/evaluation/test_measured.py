"""Benchmarks of measured data: their truth is that of a scene in closed form, in every layout and at every size."""

from dataclasses import asdict, fields

import numpy as np
import photo_world
import pytest
from import_world import HEIGHT, WIDTH, WRITERS, K, save_rgb, shoot, shots, verdicts, write_rgbd

from scenegen.errors import ImportingError
from scenegen.shards import Status
from scenegen.shards.by_depth import DepthView, Noise
from training.errors import DataError
from training.evaluation.baselines import RgbPatches
from training.evaluation.benchmarks import flow, rgbd, stereo
from training.evaluation.benchmarks.benchmark import Asked, Question
from training.evaluation.benchmarks.registry import FILES, benchmark, found
from training.evaluation.contender import Dense
from training.evaluation.metrics import score
from training.evaluation.pair import Standing
from training.evaluation.photos.results import sources_digest
from training.evaluation.photos.settings import PhotoSettings
from training.evaluation.predictions import predict
from training.evaluation.truths.followed import DepthTruth, standing_of

HALF = Question(queries=80, size=lambda size: (size[0] // 2, size[1] // 2))


def shot_numbers(name):
    """The two shots of a pair of frames, from the numbers in its name."""
    return [int(part.partition(".")[0]) for part in name.replace("frame-", "").split("-")[-2:]]


def test_every_status_has_its_standing():
    every = np.array([status.value for status in Status], np.uint8)
    table = dict(zip(Status, standing_of(every).tolist(), strict=True))
    assert table[Status.VISIBLE] == Standing.VISIBLE
    assert table[Status.OCCLUDED] == Standing.OCCLUDED
    assert table[Status.OUT_OF_VIEW] == table[Status.BEHIND_CAMERA] == Standing.OUTSIDE
    assert table[Status.NO_HIT] == table[Status.AMBIGUOUS] == Standing.UNKNOWN


@pytest.mark.parametrize("layout", sorted(WRITERS))
def test_frames_of_every_layout_are_pairs(tmp_path, layout):
    (tmp_path / "room").mkdir()
    WRITERS[layout](tmp_path / "room", shots())
    np.savetxt(tmp_path / "room" / rgbd.K_FILE, K)  # TUM has none
    pairs = Asked(rgbd.KIND, rgbd.find(tmp_path), Question(queries=60))
    assert len(pairs) >= 3
    pair = pairs[0]
    assert pair.scene == "room"
    assert pair.visible.sum() > 20
    assert 0.2 <= pair.overlap <= 1
    assert 0 < pair.baseline_m < 1.5
    assert pair.view_angle_deg < 30


@pytest.mark.parametrize("question", [Question(queries=80), HALF])
def test_what_is_said_of_frames_is_true(tmp_path, question):
    taken = shots()
    write_rgbd(tmp_path / "room", taken)
    pairs = Asked(rgbd.KIND, rgbd.find(tmp_path), question)
    for number in range(len(pairs)):
        pair = pairs[number]
        first, other = (taken[shot] for shot in shot_numbers(pair.name))
        factor = pair.images[0].shape[1] / WIDTH
        xy, status = verdicts((pair.xy0 + 0.5) / factor - 0.5, first, other)
        np.testing.assert_allclose(
            pair.xy1[pair.visible], ((xy + 0.5) * factor - 0.5)[pair.visible], atol=0.6 if factor < 1 else 0.1
        )
        assert np.mean((status == Status.VISIBLE) == pair.visible) > 0.97
        T = np.linalg.inv(other.T) @ first.T
        np.testing.assert_allclose(pair.pose.T_1_0, T, atol=1e-6)
        np.testing.assert_allclose(pair.pose.K0[:2, :2], factor * K[:2, :2])


def test_a_pose_comes_from_matches_of_frames(tmp_path):
    write_rgbd(tmp_path / "room", shots())
    made = predict(Dense(RgbPatches(7), "l2", step=6), Asked(rgbd.KIND, rgbd.find(tmp_path), Question(queries=60)), "k")
    numbers = score(made, 0).metrics
    assert numbers["pck@5"].value > 0.4
    assert numbers["mma@3"].value > 0.4
    assert numbers["pose_auc@20 poselib"].value > 0.3


def test_points_between_pixels_keep_their_fraction():
    first, other = shots()[:2]
    views = [DepthView(shot.depth.astype(np.float32), K, shot.T) for shot in (first, other)]
    truth = DepthTruth(views[0], views[1], Noise(0.005))
    whole, between = (truth(np.array([[40.0, 30]]) + shift)[0] for shift in (0, 0.25))
    np.testing.assert_allclose(between - whole, [[0.25, 0.25]], atol=1e-6)


def test_a_point_beside_the_border_is_judged_where_it_falls():
    first, other = shots()[:2]
    views = [DepthView(shot.depth.astype(np.float32), K, shot.T) for shot in (first, other)]
    truth = DepthTruth(views[0], views[1], Noise(0.005))
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    pixels = np.stack([x.ravel(), y.ravel()], 1).astype(float)
    for shift in (-0.4, 0.4):
        xy1, standing = truth(pixels + shift)
        inside = ((xy1 >= -0.5) & (xy1 < (WIDTH - 0.5, HEIGHT - 0.5))).all(1)
        assert not (inside & (standing == Standing.OUTSIDE)).any()
        assert not (~inside & np.isin(standing, [Standing.VISIBLE, Standing.OCCLUDED])).any()


def test_frames_that_share_nothing_are_a_line(tmp_path):
    apart = [shoot((0, 0, 1), (0, 3, 1)), shoot((40, 0, 1), (40, 3, 1))]
    write_rgbd(tmp_path / "room", apart)
    with pytest.raises(DataError, match=r"room: no two frames see 20 % of what the other sees: check poses and intr"):
        rgbd.find(tmp_path)


def test_a_frame_whose_depth_is_damaged_is_a_line_and_not_passed_over(tmp_path):
    write_rgbd(tmp_path / "room", shots())
    path = tmp_path / "room" / "frame-000001.depth.png"
    path.write_bytes(path.read_bytes()[:300])
    with pytest.raises(
        ImportingError, match=r"000001.depth.png: cannot be read as a picture of one channel \(.*\): mend"
    ):
        rgbd.find(tmp_path)


def test_frames_without_intrinsics_are_a_line(tmp_path):
    write_rgbd(tmp_path / "room", shots(), intrinsics=False)
    with pytest.raises(
        DataError, match=r"nothing says the camera's intrinsics: put intrinsics.K.txt \(3 x 3\) beside it"
    ):
        rgbd.find(tmp_path)


def test_stereo_tells_hidden_from_seen(tmp_path):
    photo_world.stereo(tmp_path / "cones")
    pairs = Asked(stereo.KIND, stereo.KIND.find(tmp_path), Question(queries=4000))
    assert len(pairs) == 1
    pair = pairs[0]
    assert pair.name == "cones"
    x = pair.xy0[:, 0]
    board = (x >= 60) & (x < 90)
    np.testing.assert_allclose(
        pair.xy1[pair.visible], (pair.xy0 - np.stack([np.where(board, 20, 6), 0 * x], 1))[pair.visible]
    )
    hidden = ~pair.visible & (x >= 6)  # the others lie left of the right picture
    assert hidden.sum() > 100
    assert ((x[hidden] >= 46) & (x[hidden] < 76)).all()  # wall that the board covers in the right picture
    made = predict(Dense(RgbPatches(5), "l2", step=8), pairs, "k")
    assert score(made, 0).metrics["pck@1"].value > 0.8


def test_another_scale_of_disparity_can_be_said_and_is_part_of_the_data(tmp_path):
    photo_world.stereo(tmp_path / "quarter" / "cones")
    photo_world.stereo(tmp_path / "half" / "cones", levels=2)
    said = asdict(PhotoSettings(queries=200, disparity_scale=2.0))
    usual, half = (found(tmp_path / name, (), given)["stereo"] for name, given in (("quarter", {}), ("half", said)))
    pairs = [Asked(stereo.KIND, sources, Question(queries=200))[0] for sources in (usual, half)]
    np.testing.assert_array_equal(*(pair.xy1 for pair in pairs))
    unsaid = stereo.KIND.find(tmp_path / "half")
    assert sources_digest(half) != sources_digest(unsaid)
    assert sources_digest(unsaid) == sources_digest(found(tmp_path / "half", (), asdict(PhotoSettings()))["stereo"])


def test_what_a_benchmark_takes_are_settings():
    known = {field.name for field in fields(PhotoSettings)}
    assert all(known.issuperset(benchmark(name).options) for name in FILES)


def test_flow_is_asked_about_where_it_stays_inside(tmp_path):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (HEIGHT, WIDTH, 3)).astype(np.uint8)
    save_rgb(tmp_path / "a.png", picture)
    save_rgb(tmp_path / "b.png", np.roll(picture, (3, 5), (0, 1)))
    values = np.zeros((HEIGHT, WIDTH, 2), np.float32)
    values[:] = 5, 3
    head = np.float32(202021.25).tobytes() + np.int32([WIDTH, HEIGHT]).tobytes()
    (tmp_path / "a.flo").write_bytes(head + values.tobytes())
    pair = Asked(flow.KIND, flow.KIND.find(tmp_path), Question(queries=500))[0]
    np.testing.assert_allclose(pair.xy1[pair.visible], (pair.xy0 + np.array([5, 3]))[pair.visible])
    outside = pair.xy0[~pair.visible] + np.array([5, 3])
    assert ((outside[:, 0] >= WIDTH) | (outside[:, 1] >= HEIGHT)).all()
