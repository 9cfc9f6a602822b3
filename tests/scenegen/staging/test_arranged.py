from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenegen.config import CamerasConfig
from scenegen.geometry import View, look_at, pinhole
from scenegen.staging.arranged import FRAMES_PER_S, PATHS, WALK_M_PER_S, arrangement, rig

TARGET = np.array([1.0, 2.0, 1.1])
FREE = CamerasConfig()


def camera(azimuth_deg=30.0, height_m=1.6, distance_m=2.0, roll_deg=5.0):
    """A camera that looks at TARGET."""
    angle = np.deg2rad(azimuth_deg)
    place = TARGET + np.array([distance_m * np.cos(angle), distance_m * np.sin(angle), height_m - TARGET[2]])
    return View(pinhole(64, 48, 60.0), look_at(place, TARGET, np.deg2rad(roll_deg)))


def frames(name, count=48, seed=0, **place):
    first = camera(**place)
    return first, PATHS[name](first, TARGET, count, np.random.default_rng(seed))


def poses(views):
    return np.array([view.T_world_cam for view in views])


@pytest.mark.parametrize("name", PATHS)
@given(
    azimuth_deg=st.floats(0, 360), height_m=st.floats(0.3, 2.5), roll_deg=st.floats(-30, 30), seed=st.integers(0, 99)
)
def test_a_path_begins_at_the_first_camera_and_stays_rigid(name, azimuth_deg, height_m, roll_deg, seed):
    first, views = frames(name, 12, seed, azimuth_deg=azimuth_deg, height_m=height_m, roll_deg=roll_deg)
    T = poses(views)
    np.testing.assert_allclose(T[0], first.T_world_cam, atol=1e-9)
    np.testing.assert_allclose(T[:, :3, :3] @ T[:, :3, :3].mT, np.broadcast_to(np.eye(3), (12, 3, 3)), atol=1e-9)
    assert (np.linalg.det(T[:, :3, :3]) > 0).all()
    assert all(view.camera is first.camera for view in views)


@pytest.mark.parametrize("name", PATHS)
def test_a_longer_path_begins_as_the_shorter_one(name):
    np.testing.assert_allclose(poses(frames(name, 12)[1]), poses(frames(name, 48)[1])[:12], atol=1e-12)


@pytest.mark.parametrize("name", PATHS)
@pytest.mark.parametrize("seed", range(5))
def test_paths_are_smooth(name, seed):
    """From frame to frame neither place nor direction jumps, nor their speed."""
    T = poses(frames(name, 96, seed)[1])
    turn = 0.25 if name == "walk" else 0.06  # who walks past what he looks at turns his head
    for values, speed, change in ((T[:, :3, 3], 0.08, 0.01), (T[:, :3, :3].reshape(96, 9), turn, turn / 4)):
        steps = np.diff(values, axis=0)
        assert np.linalg.norm(steps, axis=1).max() < speed
        assert np.linalg.norm(np.diff(steps, axis=0), axis=1).max() < change


def test_an_orbit_keeps_its_distance_and_its_picture_of_the_target():
    first, views = frames("orbit")
    seen = [view.T_world_cam[:3, :3].T @ (TARGET - view.position) for view in views]
    np.testing.assert_allclose(seen, np.tile(seen[0], (48, 1)), atol=1e-9)
    np.testing.assert_allclose([view.position[2] for view in views], first.position[2])
    turned = np.arccos(np.clip(first.forward @ views[24].forward, -1, 1))
    assert 0.05 < turned < np.deg2rad(36)


@pytest.mark.parametrize("seed", range(8))
def test_a_walk_is_level_steady_and_looks_at_the_target(seed):
    first, views = frames("walk", 96, seed)
    way = np.array([view.position for view in views]) - first.position
    assert np.abs(way[:, 2]).max() <= 0.02 + 1e-9
    along = way[-1] / np.linalg.norm(way[-1])
    np.testing.assert_allclose(way @ along, WALK_M_PER_S * np.arange(96) / FRAMES_PER_S, atol=0.02)
    for view in views:
        assert np.linalg.norm(np.cross(TARGET - view.position, view.forward)) < 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_a_hand_trembles_about_its_place(seed):
    first, views = frames("handheld", 96, seed)
    assert 0.002 < max(np.linalg.norm(view.position - first.position) for view in views) < 0.15
    assert 0.002 < max(np.arccos(min(1, view.forward @ first.forward)) for view in views) < 0.13


def test_cameras_of_a_rig_lie_along_the_first_ones_x_axis():
    first = camera()
    right = rig(first, 0.12, 3)
    assert right[0].T_world_cam.tolist() == first.T_world_cam.tolist()
    np.testing.assert_allclose(right[2].position, first.position + 0.24 * first.T_world_cam[:3, 0])


def test_who_arranges():
    first, chance = camera(), np.random.default_rng(0)
    assert arrangement(FREE) is None
    beside = arrangement(replace(FREE, rig="stereo:0.5"))
    assert np.linalg.norm(beside(first, TARGET, 2, chance)[1].position - first.position) == pytest.approx(0.5)
    for name, path in PATHS.items():
        assert arrangement(replace(FREE, trajectory=name)) is path
