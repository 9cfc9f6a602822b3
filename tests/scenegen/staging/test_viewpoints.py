import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from staging_rooms import IDS, load, prepared, true_distance

from scenegen.config import CamerasConfig, GenerationConfig, ObjectsConfig
from scenegen.errors import StagingError
from scenegen.geometry import angle_between, inverse, transform
from scenegen.staging import NoViewsError, build_layout
from scenegen.staging.arranged import PATHS
from scenegen.staging.covisibility import overlap_matrix, sparse_view
from scenegen.staging.pool import Pool
from scenegen.staging.viewpoints import CAMERA_CLEARANCE_M, _Limits, shoot_views
from scenegen.tracing.raycaster import nearest

CONFIG = CamerasConfig()
LAYOUTS = {
    (room, i): build_layout(prepared(room), Pool(IDS), load, GenerationConfig(), i)
    for room in ("furnished", "corner", "scan")
    for i in range(2)
}
layouts = st.sampled_from(sorted(LAYOUTS))
seeds = st.integers(0, 10**6)


def take(key, seed, config=CONFIG, views=2, size=(640, 480)):
    return shoot_views(LAYOUTS[key].camera_space, config, size, views, np.random.default_rng(seed))


def within(value, limits, relaxed=0):
    return limits[0] * 0.8**relaxed - 1e-9 <= value <= limits[1] * 1.2**relaxed + 1e-9


@settings(max_examples=40, deadline=None)
@given(layouts, seeds)
def test_limits_hold_as_configured_or_as_relaxed(key, seed):
    shot, ground = take(key, seed), LAYOUTS[key].camera_space
    first, second = shot.views
    n = shot.relaxed
    assert n <= 4
    assert within(np.linalg.norm(first.position - second.position), CONFIG.baseline_m, n)
    assert np.rad2deg(angle_between(first.forward, second.forward)) <= min(CONFIG.max_angle_deg + 10 * n, 90) + 1e-6
    for view in shot.views:
        assert within(np.linalg.norm(view.position - ground.target), CONFIG.target_distance_m, n)
        assert within(view.position[2], CONFIG.camera_height_m, n)
        assert view.position[2] <= ground.ceiling_m - 0.1 + 1e-9
        assert -0.95 < view.forward[2] < 0.71


@pytest.mark.parametrize(
    ("angle_deg", "passes"), [(65, [75, 85, 90, 90]), (85, [90, 90, 90, 90]), (120, [120, 120, 120, 120])]
)
def test_the_angle_is_relaxed_up_to_90_degrees_and_never_narrowed(angle_deg, passes):
    limits, found = _Limits((1, 3), (0.5, 3), (0.5, 3), angle_deg), []
    for _ in passes:
        limits = limits.relaxed()
        found.append(limits.angle_deg)
    assert found == passes
    assert limits.distance == pytest.approx((0.8**4, 3 * 1.2**4))


@settings(max_examples=25, deadline=None)
@given(layouts, seeds)
def test_overlap_is_in_range_and_as_measured_again(key, seed):
    shot = take(key, seed)
    low, high = CONFIG.overlap
    assert low - 1e-6 <= min(shot.overlap[0, 1], shot.overlap[1, 0])
    assert max(shot.overlap[0, 1], shot.overlap[1, 0]) <= high + 1e-6
    scene = LAYOUTS[key].scene
    np.testing.assert_array_equal(overlap_matrix(scene, sparse_view(scene, shot.views[::-1])), shot.overlap.T)


@settings(max_examples=20, deadline=None)
@given(layouts, seeds)
def test_cameras_keep_clear_of_everything(key, seed):
    layout = LAYOUTS[key]
    for view in take(key, seed).views:
        assert true_distance(layout.stage.room.mesh, view.position[None])[0] > CAMERA_CLEARANCE_M - 0.03
        for item in layout.placed:
            local = transform(inverse(item.T_world_object), view.position[None])
            assert true_distance(item.loaded.model.mesh, local)[0] * item.scale > 0.35


@settings(max_examples=20, deadline=None)
@given(layouts, seeds)
def test_cameras_look_near_the_target_past_everything(key, seed):
    """The gaze passes within the jitter of the target, and nothing but an object around it stands before."""
    ground = LAYOUTS[key].camera_space
    for view in take(key, seed).views:
        to_height = (ground.target[2] - view.position[2]) / view.forward[2]
        reached = view.position + to_height * view.forward
        assert (np.abs(reached - ground.target)[:2] <= CONFIG.target_jitter_m + 1e-6).all()
        hits = nearest(ground.scene, view.position[None], to_height * view.forward[None])
        assert hits.t[0] >= 1 - 1e-5 or hits.instance[0] >= 2
        assert np.isfinite(hits.t[0])


@settings(max_examples=15, deadline=None)
@given(layouts, seeds, st.floats(0.02, 0.5), st.integers(2, 4))
def test_a_rig_stands_side_by_side_and_clear(key, seed, spacing_m, views):
    shot, layout = take(key, seed, replace(CONFIG, rig=f"stereo:{spacing_m}"), views), LAYOUTS[key]
    first = shot.views[0]
    for k, view in enumerate(shot.views):
        np.testing.assert_array_equal(view.T_world_cam[:3, :3], first.T_world_cam[:3, :3])
        assert view.camera == first.camera
        seen = transform(inverse(first.T_world_cam), view.position[None])[0]
        np.testing.assert_allclose(seen, [k * spacing_m, 0, 0], atol=1e-9)
        assert true_distance(layout.stage.room.mesh, view.position[None])[0] > 0.15
        between = nearest(layout.scene, first.position[None], view.position[None] - first.position[None])
        assert k == 0 or between.t[0] >= 1
    np.testing.assert_array_equal(overlap_matrix(layout.scene, sparse_view(layout.scene, shot.views)), shot.overlap)
    assert within(np.linalg.norm(first.position - layout.camera_space.target), CONFIG.target_distance_m, shot.relaxed)


def test_a_rig_that_has_no_room_is_told_why():
    with pytest.raises(NoViewsError, match="blocked") as caught:
        take(("furnished", 0), 0, replace(CONFIG, rig="stereo:9"))
    assert caught.value.rejected["blocked"] == 8


@pytest.mark.parametrize("trajectory", PATHS)
def test_a_path_is_taken_where_nothing_stands_in_the_way(trajectory):
    for seed in range(4):
        shot, layout = take(("furnished", 0), seed, replace(CONFIG, trajectory=trajectory), 24), LAYOUTS["furnished", 0]
        places = np.array([view.position for view in shot.views])
        assert len(places) == 24
        assert (nearest(layout.scene, places[:-1], np.diff(places, axis=0)).t >= 1).all()
        assert true_distance(layout.stage.room.mesh, places).min() > 0.15
        assert shot.overlap.shape == (24, 24)
        assert np.diag(shot.overlap, 1).min() > 0.7


@pytest.mark.parametrize("overlap", [(0.2, 0.35), (0.6, 0.9)])
def test_overlap_is_obeyed(overlap):
    for seed in range(5):
        shot = take(("furnished", 0), seed, replace(CONFIG, overlap=overlap))
        assert within(shot.overlap[0, 1], overlap)
        assert within(shot.overlap[1, 0], overlap)


def test_more_views_all_overlap_with_the_first():
    shot = take(("furnished", 0), 1, views=4)
    assert shot.overlap.shape == (4, 4)
    assert len(shot.views) == 4
    others = np.concatenate([shot.overlap[0, 1:], shot.overlap[1:, 0]])
    assert within(others.min(), CONFIG.overlap)
    assert within(others.max(), CONFIG.overlap)


def test_roll_and_focal_length_are_drawn_per_view():
    config = replace(CONFIG, roll_deg=(-30.0, 30.0), focal_px=(400.0, 700.0))
    views = [v for seed in range(8) for v in take(("furnished", 0), seed, config, size=(320, 240)).views]
    focal = np.array([v.camera.f_px for v in views])
    roll = np.array([np.rad2deg(np.arctan2(-v.T_world_cam[2, 0], -v.T_world_cam[2, 1])) for v in views])
    assert (focal >= 200).all()
    assert (focal <= 350).all()
    assert np.ptp(focal) > 50
    assert np.abs(roll).max() <= 30 + 1e-6
    assert np.ptp(roll) > 20
    assert views[0].camera.width == 320


def test_without_options_there_is_no_roll_and_one_focal_length():
    for view in take(("furnished", 0), 0).views:
        assert view.camera.f_px == 500
        assert view.T_world_cam[2, 0] == pytest.approx(0, abs=1e-12)


def test_an_impossible_wish_ends_with_the_reasons():
    with pytest.raises(NoViewsError, match="no_candidates") as caught:
        take(("furnished", 0), 0, replace(CONFIG, camera_height_m=(50.0, 60.0)))
    assert "\n" not in str(caught.value)
    assert caught.value.rejected["no_candidates"] > 0
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.rejected) == (str(caught.value), caught.value.rejected)


def test_an_impossible_overlap_ends_too():
    with pytest.raises(StagingError, match="overlap"):
        take(("furnished", 0), 0, replace(CONFIG, overlap=(0.999, 1.0)))


@settings(max_examples=5, deadline=None)
@given(layouts, seeds)
def test_same_seed_same_views(key, seed):
    one, two = take(key, seed), take(key, seed)
    assert one.rejected == two.rejected
    for a, b in zip(one.views, two.views, strict=True):
        np.testing.assert_array_equal(a.T_world_cam, b.T_world_cam)


def test_rejections_are_counted_by_known_reasons():
    known = {
        "no_candidates", "line_of_sight", "inside_object", "too_close", "wall", "hole", "back_faces", "no_objects",
        "overlap_low", "overlap_high", "angle",
    }  # fmt: skip
    counts = [take(key, seed).rejected for key in sorted(LAYOUTS) for seed in range(3)]
    assert {reason for c in counts for reason in c} <= known
    assert sum(c.get("angle", 0) for c in counts) > 0
    assert sum(c.get("line_of_sight", 0) for c in counts) > 0


def test_an_empty_room_can_be_photographed():
    config = GenerationConfig(objects=ObjectsConfig(objects=(0, 0)))
    ground = build_layout(prepared(), Pool(IDS), load, config, 0).camera_space
    assert len(shoot_views(ground, CONFIG, (640, 480), 2, np.random.default_rng(0)).views) == 2
