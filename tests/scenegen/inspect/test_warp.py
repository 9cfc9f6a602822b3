"""Warping by depth against closed forms: a plane, boxes in a room, and another library's interpolation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from looking_world import PLANE, colors, plane_views, room_views, shard
from scenes import boxes_in_room
from scipy.ndimage import binary_dilation, map_coordinates

from scenegen.geometry import pixel_grid, project, unproject
from scenegen.inspect.warp import bilinear, transfer, warp
from scenegen.rays import view_rays
from scenegen.shards.reader import ShardReader
from scenegen.status import Status


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    with ShardReader(shard(tmp_path_factory.mktemp("room") / "a.h5")) as reader:
        return reader[0]


@pytest.fixture(scope="module")
def plane(tmp_path_factory):
    path = shard(tmp_path_factory.mktemp("plane") / "a.h5", truth=PLANE, views=plane_views())
    with ShardReader(path) as reader:
        return reader[0]


def test_a_plane_warped_by_its_depth_is_the_other_picture(plane):
    found = warp(plane, 0, 1)
    inside = found.status != Status.OUT_OF_VIEW
    assert 0.4 < inside.mean() < 0.99
    # of a plane nothing is hidden: all that is in the picture is seen
    assert (found.status[inside] == Status.VISIBLE).all()
    assert np.nanmedian(found.error) < 0.5
    assert np.nanmax(found.error) < 2.5
    assert np.abs(found.picture[inside].astype(int) - plane.rgb[0][inside]).mean() < 0.6


def test_the_places_are_those_of_the_formula(plane):
    a, b = plane_views()
    rays = view_rays(a, pixel_grid(160, 120))
    points = a.position + rays * (3 / rays[:, 1:2])
    xy, _ = project(b.camera.K, b.T_world_cam, points)
    assert np.abs(transfer(plane, 0, 1).xy.reshape(-1, 2) - xy).max() < 1e-3


PAIRS = [(0, 1), (1, 0), (0, 2), (2, 1)]


def by_formula(here, there):
    """(120 * 160,) the status of each pixel of one view in another, without any depth layer."""
    truth, views = boxes_in_room(), room_views()
    a, b = views[here], views[there]
    rays = view_rays(a, pixel_grid(160, 120))
    points = a.position + rays * truth.first_hit(a.position, rays)[0][:, None]
    xy, z = project(b.camera.K, b.T_world_cam, points)
    inside = (z > 0) & (xy > -0.5).all(1) & (xy < [159.5, 119.5]).all(1)
    hidden = truth.first_hit(b.position, points - b.position)[0] < 1 - 1e-6
    expected = np.where(inside, np.where(hidden, Status.OCCLUDED, Status.VISIBLE), Status.OUT_OF_VIEW)
    return np.where(z > 0, expected, Status.BEHIND_CAMERA)


@pytest.mark.parametrize(("here", "there"), PAIRS)
def test_hidden_and_visible_are_those_of_the_formula(room, here, there):
    expected, found = by_formula(here, there), transfer(room, here, there).status.ravel()
    for status in (Status.VISIBLE, Status.OCCLUDED, Status.OUT_OF_VIEW):
        assert (expected == status).sum() > 300
    assert (found == expected).mean() > 0.985
    # what differs lies within three pixels of the border of a status
    picture = expected.reshape(120, 160)
    edges = np.zeros((120, 160), bool)
    for axis in (0, 1):
        edges |= np.abs(np.diff(picture, axis=axis, prepend=picture.take([0], axis))) > 0
    assert ((found != expected).reshape(120, 160) & ~binary_dilation(edges, iterations=3)).mean() < 0.004


def test_little_is_lost_at_edges_and_less_is_invented(room):
    pairs = [(by_formula(*pair), transfer(room, *pair).status.ravel()) for pair in PAIRS]
    expected, found = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
    assert (found[expected == Status.VISIBLE] != Status.VISIBLE).mean() < 0.018
    assert (found[expected == Status.OCCLUDED] == Status.VISIBLE).mean() < 0.008


def test_depth_and_rays_agree_on_what_is_visible(room):
    x, y = room.xy0.T.astype(int)
    for view in (1, 2):
        assert (transfer(room, 0, view).status[y, x] == room.status[view - 1]).mean() > 0.98


def test_a_view_is_itself(room):
    found = warp(room, 1, 1)
    assert found.visible.all()
    assert np.array_equal(found.picture, room.rgb[1])
    assert found.error.max() < 1e-6


def test_colors_of_a_scene_that_is_lit_alike_agree(room):
    found = warp(room, 0, 1)
    assert np.nanmedian(found.error) < 0.6
    assert np.nanquantile(found.error, 0.97) < 3
    assert np.isnan(found.error[~found.visible]).all()
    assert not found.picture[~found.visible].any()


def test_nothing_hit_and_behind_are_told_apart(room):
    depth = room.depth.copy()
    depth[0, :10] = 0
    turned = room.T_world_cam.copy()
    turned[1, :3, :2], turned[1, :3, 2] = -turned[1, :3, 1::-1], -turned[1, :3, 2]
    changed = type(room)(**{**vars(room), "depth": depth, "T_world_cam": turned})
    status = transfer(changed, 0, 1).status
    assert (status[:10] == Status.NO_HIT).all()
    assert (status[10:] == Status.BEHIND_CAMERA).mean() > 0.3


def test_without_depth_there_is_no_warp(room):
    with pytest.raises(ValueError, match="no depth layer"):
        warp(type(room)(**{**vars(room), "depth": None}), 0, 1)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 5), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_bilinear_is_that_of_scipy(height, width, seed):
    rng = np.random.default_rng(seed)
    image, xy = rng.normal(size=(height, width, 2)), rng.uniform(-2, 8, (40, 2))
    expected = [map_coordinates(image[..., c], xy[:, ::-1].T, order=1, mode="nearest") for c in range(2)]
    assert np.allclose(bilinear(image, xy), np.stack(expected, 1))


def test_the_world_of_these_tests_is_consistent(room):
    # the stored depth layer, unprojected, has the stored colours
    points = unproject(room.K[1], room.T_world_cam[1], pixel_grid(160, 120), room.depth[1].ravel())
    assert np.abs(colors(points).astype(int) - room.rgb[1].reshape(-1, 3)).max() <= 1
