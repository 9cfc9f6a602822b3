"""One surface point in two samples, wherever its object stands: against rays, formulas and flow."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from export_world import made_run
from scenes import LENSES
from staged import SMALL, real_config, shown
from surface_scene import BOARD, EYE, HERE, ORIGIN, THERE, THING, sample

from scenegen.errors import UsageError
from scenegen.geometry import compose, inverse, lengths, pixel_grid, rotation_about, transform, unproject
from scenegen.rays import pixel_widths, view_rays
from scenegen.shards import ShardSet, object_points, same_surface
from scenegen.shards.dense import flow
from scenegen.status import Status
from scenegen.tracing.raycaster import nearest, pixel_hits, surface

ABOVE = compose(translation=(0, 0, 0.6)) @ THERE


@pytest.fixture(scope="module", params=LENSES)
def pair(request):
    """One thing in two arrangements of two rooms, beside another one in the second."""
    a = sample([("mug/1", THING, HERE)], [(EYE, HERE[:3, 3])], lens=request.param)
    around = [compose(rotation_about((0, 0, 1), turn)) @ inverse(HERE) for turn in (-0.3, 0.5)]
    cameras = [(transform(THERE @ T, EYE), THERE[:3, 3]) for T in around]
    placed, origin = [("cup/7", THING, ABOVE), ("mug/1", THING, THERE)], replace(ORIGIN, room="room_002")
    return a, sample(placed, cameras, origin, lens=request.param)


def in_b(a, found, b, k):
    """(N, 3) exact world points of the pixels of a, carried to where the thing stands in b."""
    rays = view_rays(a.views[0], found.xy_a.astype(float))
    points = surface(a.scene, nearest(a.scene, a.views[0].position[None], rays), a.views[0].position[None], rays).points
    return transform(b.T_world_object[k] @ inverse(a.T_world_object[0]), points)


@pytest.mark.parametrize("other", [0, 1])
def test_what_is_found_is_where_rays_find_it(pair, other):
    """Carried by the exact hit, every point lies where it is said to, and no more than the tolerance behind what is seen."""
    a, b = pair
    found = same_surface(a, 0, b, other)
    assert len(found) > 200
    assert (found.instance_a == 2).all()
    assert (found.instance_b == 3).all()
    points, eye = in_b(a, found, b, 1), b.views[other]
    z, lens = (points - eye.position) @ eye.T_world_cam[:3, 2], eye.camera.lens
    at = unproject(eye.camera.K, eye.T_world_cam, found.xy_b, z, lens)
    assert lengths(at - points).max() < 1e-4
    hits = nearest(b.scene, eye.position[None], points - eye.position)
    seen_m = lengths(points - eye.position)
    assert ((1 - hits.t) * seen_m < 2 * 1.5 * seen_m / pixel_widths(eye.camera.K, lens, found.xy_b)).all()
    assert ((1 - hits.t) * seen_m < 1e-3).mean() > 0.95


@pytest.mark.parametrize("other", [0, 1])
def test_nearly_all_that_rays_see_is_found(pair, other):
    a, b = pair
    found = same_surface(a, 0, b, other)
    got = np.zeros((120, 160), bool)
    got[found.xy_a[:, 1], found.xy_a[:, 0]] = True
    y, x = np.nonzero(a.instance[0] == 2)
    points, eye = in_b(a, SimpleNamespace(xy_a=np.stack([x, y], -1)), b, 1), b.views[other]
    hits = nearest(b.scene, eye.position[None], points - eye.position)
    cosine = np.abs(np.einsum("ij,ij->i", points - eye.position, normals_of(b, hits))) / lengths(points - eye.position)
    facing = (np.abs(1 - hits.t) < 1e-5) & (cosine > 0.5)
    assert facing.sum() > 200
    assert got[y, x][facing].mean() > 0.97


def normals_of(s, hits):
    """(N, 3) unit normals of what was hit."""
    zero = np.zeros((len(hits), 3))
    return surface(s.scene, hits, zero, zero + 1).normals


def test_apart_is_the_distance_of_what_the_two_pixels_show_and_within_the_tolerance(pair):
    a, b = pair
    for tolerance in (0.5, 1.5):
        found = same_surface(a, 0, b, 0, tolerance)
        x, y = np.rint(found.xy_b).astype(int).T
        own = object_points(a, 0)[found.xy_a[:, 1], found.xy_a[:, 0]]
        apart = lengths(own - object_points(b, 0)[y, x]) * 0.8
        np.testing.assert_allclose(found.apart_m, apart, atol=1e-6)
        widths = pixel_widths(b.K[0], b.lenses[0], found.xy_b.astype(float))
        assert (apart <= tolerance * b.depth[0][y, x] / widths + 1e-9).all()
    assert len(same_surface(a, 0, b, 0, 0.5)) < len(found)
    # a lens that shrinks its rims makes pixels wide there: some are found that the middle's width would leave out
    found = same_surface(a, 0, b, 0, 0.3)
    x, y = np.rint(found.xy_b).astype(int).T
    assert (found.apart_m > 0.3 * b.depth[0][y, x] / 130 + 1e-7).any() == b.lenses[0].bends


def test_object_points_are_those_of_the_rays_to_a_few_millionths_of_the_depth(shared_data):
    for config in (SMALL, real_config(shared_data)):
        s = shown(replace(config, layers=("rgb", "depth", "instance")))
        of = {"K": "camera/K", "T_world_cam": "camera/T_world_cam", "T_world_object": "objects/T_world_object"}
        stored = {name: s.of(of.get(name, name)) for name in ("depth", "instance", *of)}
        stored["lenses"] = tuple(v.camera.lens for v in s.views)
        for k, eye in enumerate(s.views):
            points, depth = object_points(SimpleNamespace(**stored), k).reshape(-1, 3), stored["depth"][k].ravel()
            hits, rays = pixel_hits(s.scene, eye), view_rays(eye, pixel_grid(160, 120))
            exact = surface(s.scene, hits, eye.position[None], rays).points
            for each in s.scene.bodies:
                rows = hits.instance == each.instance
                off = lengths(points[rows] - transform(inverse(each.T_world_body), exact[rows])) * each.scale
                # planes that are seen edge-on are a matter of opinion, up to MOST_SHIFT
                assert (off > 5e-6 * depth[rows]).sum() <= 0.001 * len(off)
                assert (off <= 1e-3 * depth[rows]).all()
            assert np.isnan(points[hits.instance == 0]).all()


def test_in_one_sample_it_is_flow():
    s = shown(replace(SMALL, layers=("rgb", "depth", "instance", "normal", "visibility")))
    of = {"K": "camera/K", "T_world_cam": "camera/T_world_cam", "T_world_object": "objects/T_world_object"}
    stored = {name: s.of(of.get(name, name)) for name in ("depth", "instance", "normal", "visibility", *of)}
    ids = np.array([asset for asset, _ in s.sample.assets])
    one = SimpleNamespace(**stored, lenses=tuple(v.camera.lens for v in s.views), object_id=ids, origin=ORIGIN)
    found, truth = same_surface(one, 0, one, 1), flow(one, 0, 1)
    x, y = found.xy_a.T
    assert np.abs(truth.xy[y, x] - found.xy_b).max() < 1e-3
    assert (truth.status[y, x] == Status.VISIBLE).mean() > 0.98
    assert len(found) > 0.9 * truth.visible.sum()


def test_what_is_another_thing_is_never_found(pair):
    a, b = pair
    for changes in (
        {"object_id": np.array(["cup/7", "mug/2"])},
        {"origin": replace(b.origin, object_source="shapenet")},
    ):
        assert len(same_surface(a, 0, SimpleNamespace(**(vars(b) | changes)), 0)) == 0


def test_a_room_is_the_same_only_under_its_own_id(pair):
    """Two rooms of one shape, of which the second is another one, and one that is the same."""
    a, b = pair
    assert set(same_surface(a, 0, b, 1).instance_a) == {2}
    same = SimpleNamespace(**(vars(b) | {"origin": a.origin}))
    found = same_surface(a, 0, same, 1)
    room = found.instance_a == 1
    assert room.sum() > 300
    assert (found.instance_b[room] == 1).all()
    elsewhere = SimpleNamespace(**(vars(b) | {"origin": replace(a.origin, room_source="folder")}))
    assert set(same_surface(a, 0, elsewhere, 1).instance_a) == {2}


def test_a_thing_that_stands_twice_is_found_twice(pair):
    a, b = pair
    twice = SimpleNamespace(**(vars(b) | {"object_id": np.array(["mug/1", "mug/1"])}))
    found = same_surface(a, 0, twice, 1)
    assert set(found.instance_b) == {2, 3}


def test_the_other_side_of_a_sheet_is_not_the_same_with_normals():
    """A board of 2 mm, from above and from below: without normals its sides are one within a pixel of 15 mm."""
    above, below = ((0.1, 0, 2.5), (0, 0, 1.2)), ((0.1, 0, 0.1), (0, 0, 1.2))
    pose = compose(translation=(0, 0, 1.2))
    counts = []
    for normals in (True, False):
        a, b = (sample([("board", BOARD, pose)], [camera], normals=normals) for camera in (above, below))
        counts.append(int((same_surface(a, 0, b, 0).instance_a == 2).sum()))
    assert counts[0] == 0
    assert counts[1] > 500


def test_nothing_in_common_is_an_empty_answer(pair):
    a, _ = pair
    away = sample([("vase", THING, HERE)], [(EYE, (3, 3, 1.6))], replace(ORIGIN, room="x"))
    found = same_surface(a, 0, away, 0)
    assert len(found) == 0
    assert (found.xy_a.shape, found.xy_b.dtype, found.instance_b.dtype) == ((0, 2), np.float32, np.uint16)


@pytest.mark.parametrize("views", [(1, 0), (0, 2), (-1, 0)])
def test_views_that_are_not_there(pair, views):
    with pytest.raises(IndexError, match=r"view (1|2|-1) is not one of 0 to [01]"):
        same_surface(pair[0], views[0], pair[1], views[1])


@pytest.mark.parametrize("name", ["depth", "instance"])
def test_layers_that_were_not_read(pair, name):
    bare = SimpleNamespace(**(vars(pair[0]) | {name: None}))
    wanted = "^surface points need the layers depth and instance: render with --layers rgb,depth,instance$"
    for ask in (lambda: object_points(bare, 0), lambda: same_surface(pair[1], 0, bare, 0)):
        with pytest.raises(UsageError, match=wanted):
            ask()


def test_samples_of_a_run_have_their_room_and_its_objects_in_common(tmp_path):
    """The first two samples are of one arrangement, the third is of another one in the same room."""
    with_all = made_run(tmp_path, rooms=1, views=2)
    one, alike, other = (ShardSet(with_all)[k] for k in range(3))
    assert set(same_surface(one, 0, alike, 0).instance_a) >= {1, 2}
    found = same_surface(one, 0, other, 1)
    assert 1 in found.instance_a
    for i, j in zip(found.instance_a, found.instance_b, strict=True):
        assert (i == j == 1) or one.object_id[i - 2] == other.object_id[j - 2]
    own = one.object_points(0)[found.xy_a[:, 1], found.xy_a[:, 0]]
    x, y = np.rint(found.xy_b).astype(int).T
    room = found.instance_a == 1
    assert lengths(own - other.object_points(1)[y, x])[room].max() < 0.2
