"""Dense truth: closed forms of planes, what hides a point, and the traced rays of rendered pairs."""

import json
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from scenes import LENSES
from shard_factory import make_content

from scenegen.config import CamerasConfig, GenerationConfig, Range, Size
from scenegen.geometry import compose, pinhole, pixel_directions, pixel_grid, project, rotate, rotation_about, unproject
from scenegen.lenses import parse
from scenegen.pipeline.executors import Crew
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render
from scenegen.shards import ShardError, Status
from scenegen.shards.writer import encode_shard, publish
from training.data.dense import Link, _slopes, _surface, dense_truth, link_views, mirror_truth, open_dense_pairs
from training.data.loader import train_batches
from training.data.order import epoch_keys
from training.data.pairs import open_pairs
from training.errors import DataError
from training.settings import DataSettings, WarpSettings

WIDTH, HEIGHT = 48, 36
K = np.array([[40.0, 0, 20], [0, 44, 19], [0, 0, 1]])
HERE = np.eye(4)


def plane_depth(T_world_cam, normal, offset_m):
    """(HEIGHT, WIDTH) float32 z-depth of the plane `normal` . X = `offset_m` from a pose; 0 where it is behind."""
    rays = rotate(T_world_cam, pixel_directions(K, pixel_grid(WIDTH, HEIGHT)))
    with np.errstate(divide="ignore"):
        depth = (offset_m - normal @ T_world_cam[:3, 3]) / (rays @ normal)
    return np.where((depth > 0) & (depth < 1e3), depth, 0).reshape(HEIGHT, WIDTH).astype(np.float32)


def between(pose, depth0, depth1, first=HERE):
    return dense_truth(link_views(K, first, K, pose), depth0, depth1)


@st.composite
def poses(draw):
    """Poses within half a metre and some 25 degrees of the origin."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    turn = rotation_about(rng.normal(size=3), rng.uniform(-0.45, 0.45))
    return compose(turn, rng.uniform(-0.5, 0.5, 3))


@st.composite
def slants(draw):
    """Unit normals within 60 degrees of the z axis."""
    angle, around = draw(st.floats(0, np.pi / 3)), draw(st.floats(0, 2 * np.pi))
    return np.array([np.sin(angle) * np.cos(around), np.sin(angle) * np.sin(around), np.cos(angle)])


@given(x_m=st.floats(-2, 2), y_m=st.floats(-2, 2), depth_m=st.floats(0.5, 5))
def test_a_fronto_parallel_plane_shifts_as_a_whole(x_m, y_m, depth_m):
    depth = np.full((HEIGHT, WIDTH), depth_m, np.float32)
    flow, covisible = between(compose(translation=(x_m, y_m, 0)), depth, depth)
    shift = np.array([-K[0, 0] * x_m, -K[1, 1] * y_m]) / np.float32(depth_m)
    assert (flow.dtype, flow.shape, covisible.dtype) == (np.float32, (2, HEIGHT, WIDTH), np.bool_)
    np.testing.assert_allclose(flow, np.broadcast_to(shift[:, None, None], flow.shape), atol=1e-4)
    place = pixel_grid(WIDTH, HEIGHT) + shift
    size = np.array([WIDTH, HEIGHT])
    if (np.abs((place + 0.5) / size - np.rint((place + 0.5) / size)) * size > 1e-6).all():  # none on the border itself
        inside = ((place >= -0.5) & (place < size - 0.5)).all(1)
        np.testing.assert_array_equal(covisible.ravel(), inside)


@given(pose=poses(), normal=slants(), offset_m=st.floats(1.5, 4))
def test_a_slanted_plane_is_covisible_wherever_both_windows_show_it(pose, normal, offset_m):
    depth0, depth1 = plane_depth(HERE, normal, offset_m), plane_depth(pose, normal, offset_m)
    flow, covisible = between(pose, depth0, depth1)
    points = unproject(K, HERE, pixel_grid(WIDTH, HEIGHT), depth0.ravel())
    xy, z = project(K, pose, points)
    known = (depth0.ravel() > 0) & (z > 1e-2)
    found = (flow.reshape(2, -1).T + pixel_grid(WIDTH, HEIGHT))[known]
    np.testing.assert_allclose(found, xy[known], rtol=1e-5, atol=1e-3)
    everywhere = (depth1 > 0).all()
    inside = known & ((xy > -0.49) & (xy < np.array([WIDTH, HEIGHT]) - 0.51)).all(1)
    outside = ~known | ((xy < -0.51) | (xy > np.array([WIDTH, HEIGHT]) - 0.49)).any(1)
    assert not covisible.ravel()[outside].any()
    assert covisible.ravel()[inside].all() or not everywhere


@given(dx=st.integers(-20, 20), dy=st.integers(-20, 20))
def test_swapped_views_have_the_inverse_flow(dx, dy):
    depth = np.full((HEIGHT, WIDTH), 2, np.float32)
    pose = compose(translation=(-dx * 2 / K[0, 0], -dy * 2 / K[1, 1], 0))
    there, seen0 = between(pose, depth, depth)
    back, seen1 = between(HERE, depth, depth, first=pose)
    y, x = np.nonzero(seen0)
    assert seen1[y + dy, x + dx].all()
    assert seen1.sum() == seen0.sum() == (WIDTH - abs(dx)) * (HEIGHT - abs(dy))
    np.testing.assert_allclose(back[:, y + dy, x + dx], -there[:, y, x], atol=1e-4)


def test_a_nearer_surface_hides_and_its_edge_is_left_out():
    wall, hidden = np.full((HEIGHT, WIDTH), 3, np.float32), np.full((HEIGHT, WIDTH), 3, np.float32)
    hidden[10:20, 12:30] = 1
    half_a_pixel = compose(translation=(-0.5 * 3 / K[0, 0], -0.5 * 3 / K[1, 1], 0))
    flow, covisible = between(half_a_pixel, wall, hidden)
    expected = np.ones((HEIGHT, WIDTH), bool)
    expected[9:20, 11:30] = False  # each point lies between four pixels: all that have one of the box among them
    expected[-1], expected[:, -1] = False, False  # shifted out of the window
    np.testing.assert_array_equal(covisible, expected)
    np.testing.assert_allclose(flow, 0.5, atol=1e-5)


def test_points_a_little_deeper_than_the_other_view_shows_are_not_seen():
    depth0, depth1 = (np.full((HEIGHT, WIDTH), depth_m, np.float32) for depth_m in (3, 2.98))
    assert not between(HERE, depth0, depth1)[1].any()
    assert between(HERE, depth0, np.full_like(depth0, 2.997))[1].all()


def test_the_back_of_a_thin_sheet_is_not_what_view_0_sees():
    behind = compose(rotation_about([0, 1, 0], np.pi), (0, 0, 4))
    sheet = np.full((HEIGHT, WIDTH), 2, np.float32)
    flow, covisible = between(behind, sheet, sheet)
    assert (np.abs(flow[0] + 2 * (np.arange(WIDTH) - K[0, 2])) < 1e-4).all()
    assert not covisible.any()


@pytest.mark.parametrize("text", LENSES[1:])
def test_slopes_through_a_lens_are_those_of_the_plane(text):
    """1/z of a plane is affine where a pinhole has its points, whatever a lens makes of them."""
    lens = parse(text)
    camera = pinhole(160, 120, 125.0, lens)
    rays = pixel_directions(camera.K, pixel_grid(160, 120), lens)
    across, down = 0.11, -0.23  # of 1/z, along X/Z and Y/Z
    depth = (1 / (0.5 + rays[:, :2] @ [across, down])).reshape(120, 160)
    link = link_views(camera.K, HERE, camera.K, HERE, (lens, lens))
    place = pixel_grid(160, 120).reshape(120, 160, 2)[10:-10:7, 10:-10:7].reshape(-1, 2).T + 0.5
    flat = 125 * pixel_directions(camera.K, place.T, lens)[:, :2].T + camera.K[:2, 2:]
    _, *bent = _surface(depth, *place)
    np.testing.assert_allclose(_slopes(link, flat, *bent), np.array([[across], [down]]) / 125 + 0 * flat, atol=1e-6)


def test_nothing_is_known_where_nothing_is_hit_or_the_point_is_behind_view_1():
    depth = np.full((HEIGHT, WIDTH), 2, np.float32)
    depth[:5] = 0
    flow, covisible = between(compose(translation=(0.13, 0.07, -1)), depth, depth)
    assert not flow[:, :5].any()
    assert not covisible[:5].any()
    assert flow.any(0)[5:].all()
    flow, covisible = between(compose(translation=(0, 0, 2.5)), depth, depth)
    assert not flow.any()
    assert not covisible.any()
    assert not between(HERE, depth, np.zeros_like(depth))[1].any()


def test_no_pixel_of_the_own_view_moves():
    flow, covisible = dense_truth(Link(np.eye(3), np.zeros(3)), *(np.ones((2, HEIGHT, WIDTH), np.float32)))
    assert not flow.any()
    assert covisible.all()


def test_mirrored_windows():
    rng = np.random.default_rng(0)
    flow, covisible = rng.normal(size=(2, 5, 7)).astype(np.float32), rng.random((5, 7)) < 0.5
    turned, seen = mirror_truth(flow, covisible)
    assert turned.dtype == np.float32
    for x in range(7):  # the target 6 - (x + dx) of the source 6 - x
        np.testing.assert_array_equal(turned[:, :, 6 - x], np.stack([-flow[0, :, x], flow[1, :, x]]))
        np.testing.assert_array_equal(seen[:, 6 - x], covisible[:, x])


SETTINGS = DataSettings(crop=112, min_matches=32, workers=0)


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Eight pairs of one built-in room, three views each, of different focal lengths."""
    folder = tmp_path_factory.mktemp("rendered") / "run"
    cameras = CamerasConfig(focal_px=Range(450, 600))
    layers = ("rgb", "depth")
    config = GenerationConfig(rooms=1, pairs_per_room=8, views=3, size=Size(192, 144), layers=layers, cameras=cameras)
    quiet = Display(Console(file=StringIO()))
    assert render(config, folder, codec="gzip", crew=Crew("inline"), cache=None, display=quiet).exit_code == 0
    return folder


@pytest.mark.parametrize("warp", [WarpSettings(), WarpSettings(60.0, 1.3, 1.2, 0.05)], ids=["as cut", "warped"])
@pytest.mark.parametrize("flip_p", [0.0, 1.0])
def test_flow_and_covisible_pixels_are_those_of_the_traced_rays(rendered, flip_p, warp):
    data = open_dense_pairs(rendered, "train", replace(SETTINGS, flip_p=flip_p, warp=warp), 0)
    called, visible = [], []
    for key in [(epoch, pair) for epoch in range(2) for pair in range(len(data))]:
        item = data[key]
        (x, y), status = item.rays.xy0.T, item.rays.status
        projected = np.isin(status, [Status.VISIBLE, Status.OCCLUDED, Status.AMBIGUOUS])
        traced = item.rays.xy1.astype(float) - item.rays.xy0
        assert np.abs(item.flow[:, y, x].T - traced)[projected].max() < 1e-2
        called.append(item.covisible[y, x])
        visible.append(status == Status.VISIBLE)
    called, visible = np.concatenate(called), np.concatenate(visible)
    assert visible[called].mean() >= 0.99
    assert called[visible].mean() >= 0.85  # the others lie beside a depth edge


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Four pairs whose shards say what is visible."""
    folder = tmp_path_factory.mktemp("told") / "run"
    layers = ("rgb", "depth", "visibility")
    config = GenerationConfig(rooms=1, pairs_per_room=2, views=3, size=Size(192, 144), layers=layers)
    quiet = Display(Console(file=StringIO()))
    assert render(config, folder, codec="gzip", crew=Crew("inline"), cache=None, display=quiet).exit_code == 0
    return folder


@pytest.mark.parametrize("flip_p", [0.0, 1.0])
def test_where_the_tracer_has_said_what_is_visible_it_is_believed(told, flip_p):
    data = open_dense_pairs(told, "train", replace(SETTINGS, flip_p=flip_p), 0)
    for pair in range(len(data)):
        item = data[(0, pair)]
        (x, y), status = item.rays.xy0.T, item.rays.status
        sure = status != Status.AMBIGUOUS
        assert np.array_equal(item.covisible[y, x][sure], (status == Status.VISIBLE)[sure])


def test_dense_pairs_are_the_plain_ones_and_more(rendered):
    plain, dense = (opened(rendered, "train", SETTINGS, 4) for opened in (open_pairs, open_dense_pairs))
    keys = epoch_keys(len(plain), 4, 0, 0)
    for few, more in zip(train_batches(plain, 4, 0, 0), train_batches(dense, 4, 0, 0), strict=True):
        assert all((few.images1 == more.images1).flatten())
        assert few.flow is few.covisible is None
        assert more.flow.shape == (4, 2, 112, 112)
        assert more.covisible.any((1, 2)).all()
    assert dense.as_taken()[keys[0][0]].flow is not None


def test_batches_do_not_depend_on_the_workers(rendered):
    alone, two = (open_dense_pairs(rendered, "train", replace(SETTINGS, workers=n), 0) for n in (0, 2))
    for a, b in zip(train_batches(alone, 4, 0, 0), train_batches(two, 4, 0, 0), strict=True):
        assert a.flow.equal(b.flow)
        assert a.covisible.equal(b.covisible)


def test_shards_without_depth(tmp_path):
    publish(tmp_path / "0.h5", encode_shard(make_content(layers=("depth",))))
    publish(tmp_path / "1.h5", encode_shard(make_content(layers=("normal",))))
    with pytest.raises(DataError) as caught:
        open_dense_pairs(tmp_path, "train", DataSettings(crop=16), 0)
    assert str(caught.value) == (
        f"{tmp_path / '1.h5'}: has no depth layer, from which dense flow is computed: "
        "render into a new folder with `scenegen render --layers rgb,depth`"
    )


def test_where_the_manifest_tells_the_layers_one_shard_is_looked_at(tmp_path):
    shards = []
    for name, layers in (("0.h5", ("depth",)), ("1.h5", ("normal",))):
        publish(tmp_path / name, encode_shard(make_content(layers=layers)))
        shards.append({"file": name, "samples": 2, "room": "room", "split": "train"})
    config = {"size": [32, 24], "layers": ["rgb", "depth"]}
    (tmp_path / "manifest.json").write_text(json.dumps({"config": config, "shards": shards}))
    data = open_dense_pairs(tmp_path, "train", DataSettings(crop=16, min_matches=1), 0)
    assert data[(0, 1)].flow.shape == (2, 16, 16)
    with pytest.raises(ShardError, match=r"^[^\n]*1\.h5: has no dataset 'depth': choose one of [^\n]*$"):
        data[(0, 2)]
