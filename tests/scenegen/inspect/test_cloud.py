"""What the viewers show lies where the scene is."""

import numpy as np
import pytest
from looking_world import CAMERAS, colors, shard

from scenegen.geometry import project
from scenegen.inspect.cloud import clouds, ray_points, status_lines, status_points, view_cloud
from scenegen.shards.reader import ShardReader
from scenegen.status import Status

BOXES = [((-0.4, -0.4, 0.0), (0.4, 0.4, 0.8)), ((0.7, -0.2, 0.3), (1.1, 0.5, 1.4)), ((-3, -2.5, 0), (3, 2.5, 2.6))]


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    with ShardReader(shard(tmp_path_factory.mktemp("room") / "a.h5")) as reader:
        return reader[0]


def from_surface(points):
    """Distance of each point from the nearest face of the boxes, by formula."""
    away = []
    for low, high in BOXES:
        q = np.abs(points - (np.add(low, high) / 2)) - np.subtract(high, low) / 2
        away.append(np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(1), 0))
    return np.abs(away).min(0)


@pytest.mark.parametrize("view", [0, 1, 2])
def test_points_of_a_view_lie_on_the_scene_in_its_colors(sample, view):
    cloud = view_cloud(sample, view)
    assert cloud.points.shape == (160 * 120, 3)
    assert from_surface(cloud.points).max() < 1e-5
    assert np.abs(cloud.colors.astype(int) - colors(cloud.points)).max() <= 1


def test_pixels_that_hit_nothing_have_no_point(sample):
    depth = sample.depth.copy()
    depth[1, :30] = 0
    assert len(view_cloud(type(sample)(**{**vars(sample), "depth": depth}), 1).points) == 160 * 90


def test_rays_meet_the_scene_and_project_where_the_shard_says(sample):
    points = ray_points(sample)
    assert from_surface(points).max() < 1e-5
    xy, _ = project(sample.K[2], sample.T_world_cam[2], points)
    seen = sample.status[1] == Status.VISIBLE
    assert np.abs(xy[seen] - sample.xy[1][seen]).max() < 1e-3


def test_points_are_sorted_by_their_status(sample):
    found = status_points(sample, 1)
    assert {code: len(points) for code, points in found.items()} == {
        Status(code): count for code, count in enumerate(np.bincount(sample.status[0], minlength=6)) if count
    }
    assert np.array_equal(found[Status.OCCLUDED], ray_points(sample)[sample.status[0] == Status.OCCLUDED])


def test_lines_go_from_the_cameras_to_the_points(sample):
    lines = status_lines(sample, 2, 50)
    ends = ray_points(sample)
    assert set(lines) >= {Status.VISIBLE, Status.OCCLUDED}
    count = 0
    for code, segments in lines.items():
        starts, rows = np.unique(segments[:, 0], axis=0), len(segments)
        expected = [CAMERAS[0], CAMERAS[2]] if code in (Status.VISIBLE, Status.OCCLUDED) else [CAMERAS[0]]
        assert np.allclose(starts, np.unique(expected, axis=0))
        count += rows // len(expected)
        of_status = ends[sample.status[1] == code]
        assert all((of_status == end).all(1).any() for end in segments[:, 1])
    assert count == 50
    assert status_lines(sample, 2, 0) == {}


def test_without_depth_the_rays_are_what_there_is(sample):
    bare = type(sample)(**{**vars(sample), "depth": None})
    assert list(clouds(sample)) == ["view_0", "view_1", "view_2"]
    found = clouds(bare)
    assert list(found) == ["rays"]
    assert np.abs(found["rays"].colors.astype(int) - colors(found["rays"].points)).max() <= 1
    with pytest.raises(ValueError, match="no depth layer"):
        view_cloud(bare, 0)


def test_rays_that_hit_nothing_have_no_line_and_no_point(sample):
    depth0, status = sample.depth0.copy(), sample.status.copy()
    depth0[::2], status[:, ::2] = 0, Status.NO_HIT
    half = type(sample)(**{**vars(sample), "depth0": depth0, "status": status})
    assert Status.NO_HIT not in status_points(half, 1)
    assert Status.NO_HIT not in status_lines(half, 1, 40)
    nothing = type(sample)(**{**vars(sample), "depth0": 0 * depth0, "status": 0 * status})
    assert status_points(nothing, 1) == {}
    assert status_lines(nothing, 1, 40) == {}
