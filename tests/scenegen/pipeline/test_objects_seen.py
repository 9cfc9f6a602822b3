"""Boxes of objects, and the share of each that a view sees."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scenes import LENSES, body, box, inside_out, view
from staged import SMALL, real_config, shown

from scenegen.geometry import compose, inverse, pixel_grid, rotation_about, transform, unproject
from scenegen.pipeline.layers import Taken
from scenegen.pipeline.objects_seen import CORNERS, objects_seen
from scenegen.tracing.raycaster import Scene, pixel_hits

LAYERS = ("rgb", "depth", "instance", "semantic")
ROOM = inside_out(box((-3, -3, 0), (3, 3, 3)))
CUBE = box((-0.5, -0.5, -0.5), (0.5, 0.5, 0.5))


def thing(T, instance=2, mesh=CUBE):
    """What is asked of a placed object."""
    low, high = mesh.vertices.min(0).astype(float), mesh.vertices.max(0).astype(float)
    loaded = SimpleNamespace(low=low, high=high)
    return SimpleNamespace(T_world_object=T, loaded=loaded, body=lambda: body(mesh, instance, T))


def taken(things, *views):
    """Things in a room, and what the views show of them."""
    scene = Scene((body(ROOM, 1), *(each.body() for each in things)))
    frames = []
    for v in views:
        hits, shape = pixel_hits(scene, v), (v.camera.height, v.camera.width)
        depth = np.where(hits.instance > 0, hits.t, 0)
        frames.append(SimpleNamespace(instance=hits.instance.reshape(shape), depth=depth.reshape(shape)))
    return Taken(SimpleNamespace(placed=tuple(things), scene=scene), views, tuple(frames))


def test_a_cube_before_another_hides_half_of_it():
    """Edge to edge in the middle of the picture: by the formula of the pinhole."""
    far, near = thing(compose(translation=(2, 0, 1.5))), thing(compose(translation=(0.5, -0.5, 1.5)), 3)
    eye = view((-2.5, 0, 1.5), (0, 0, 1.5), (160, 120), 99.0)
    found = objects_seen(taken([far, near], eye))
    side = 99 * 1.0 / (2 - 0.5 + 2.5)
    assert found["objects/alone_px"][0, 0] == pytest.approx(side**2, abs=2 * side)
    assert found["objects/seen_px"][0, 0] == pytest.approx(side**2 / 2, abs=2 * side)
    assert found["objects/seen_px"][1, 0] == found["objects/alone_px"][1, 0] > 0


@pytest.mark.parametrize("lens", LENSES)
def test_among_things_that_stand_in_each_other_whole_pictures_give_the_same(lens):
    """Boxes whose ranges of depth overlap, some cut by others: traced without a window, or a bound on depth."""
    rng = np.random.default_rng(5)
    poses = [
        compose(
            rotation_about(rng.normal(size=3), rng.uniform(0, 3)), np.add(rng.uniform(-0.8, 0.8, 3), (0, 0, 1.4)), 0.7
        )
        for _ in range(8)
    ]
    things = [thing(T, k) for k, T in enumerate(poses, 2)]
    eye = view((-2.5, 0.2, 1.5), (0, 0, 1.4), (160, 120), 130.0, lens=lens)
    found = objects_seen(taken(things, eye))
    alone = [(pixel_hits(Scene((each.body(),)), eye).instance > 0).sum() for each in things]
    assert np.abs(found["objects/alone_px"][:, 0].astype(int) - alone).max() <= 1
    assert (found["objects/seen_px"] < 0.8 * found["objects/alone_px"]).sum() >= 3


def test_what_is_outside_behind_or_around_the_camera():
    outside, behind = thing(compose(translation=(0, 2.4, 1))), thing(compose(translation=(-2.9, 0, 1.5), scale=0.2), 3)
    around = thing(compose(translation=(-1.0, 0, 1.5), scale=1.9), 4)
    eye = view((-1.0, 0, 1.5), (3, 0, 1.5), (64, 48), 80.0)
    assert objects_seen(taken([outside, behind], eye))["objects/alone_px"].tolist() == [[0], [0]]
    bent = view((-1.0, 0, 1.5), (3, 0, 1.5), (64, 48), 80.0, lens=LENSES[2])
    assert objects_seen(taken([outside, behind], bent))["objects/alone_px"].tolist() == [[0], [0]]
    assert objects_seen(taken([thing(around.T_world_object)], eye))["objects/alone_px"].tolist() == [[64 * 48]]


@pytest.mark.parametrize("lens", ["fisheye:0,0,0,0", "brown:0.3,0,0,0,0"])
def test_edges_that_a_lens_bends_are_asked_for_too(lens):
    """A beam above the axis, hidden by a board: through a fisheye its middle rises above its ends, else its ends do."""
    beam, board = box((-1, -2, -0.1), (1, 2, 0.1)), box((-0.02, -2.5, -1.4), (0.02, 2.5, 1.4))
    things = [
        SimpleNamespace(
            T_world_object=T,
            loaded=SimpleNamespace(low=m.vertices.min(0).astype(float), high=m.vertices.max(0).astype(float)),
            body=lambda m=m, T=T, k=k: body(m, k, T),
        )
        for k, (m, T) in enumerate(
            ((beam, compose(translation=(1.5, 0, 2.5))), (board, compose(translation=(-1.5, 0, 1.5)))), 2
        )
    ]
    eye = view((-2.5, 0, 1.5), (0, 0, 1.5), (160, 120), 75.0, lens=lens)
    found = objects_seen(taken(things, eye))
    assert found["objects/seen_px"][0, 0] == 0
    assert found["objects/alone_px"][0, 0] == (pixel_hits(Scene((things[0].body(),)), eye).instance > 0).sum() > 500


def test_corners_count_x_y_z_in_the_frame_of_the_object():
    T = compose(rotation_about((1, 1, 0), 0.7), (0.3, -0.2, 1.1), 1.7)
    found = objects_seen(taken([thing(T)], view((-2.5, 0, 1.5), (0, 0, 1.5))))["objects/box"][0]
    np.testing.assert_allclose(transform(inverse(T), found), CORNERS - 0.5, atol=1e-12)
    assert CORNERS[[0, 1, 2, 4, 7]].tolist() == [[0, 0, 0], [0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 1, 1]]


def test_no_object_at_all():
    found = objects_seen(taken([], view((-2.5, 0, 1.5), (0, 0, 1.5))))
    assert {name: array.shape for name, array in found.items()} == {
        "objects/box": (0, 8, 3), "objects/seen_px": (0, 1), "objects/alone_px": (0, 1),
    }  # fmt: skip


@pytest.mark.parametrize("real", [False, True], ids=["built-in", "kitchen"])
def test_in_a_sample_whole_pictures_give_the_same(real, request):
    """Traced without a window; and every pixel of an object lies in its box."""
    config = real_config(request.getfixturevalue("shared_data")) if real else SMALL
    s = shown(replace(config, layers=LAYERS))
    placed = s.staged.layout.placed
    assert len(placed) == len(s.of("objects/box")) > 0
    for k, eye in enumerate(s.views):
        points = unproject(eye.camera.K, eye.T_world_cam, pixel_grid(160, 120), s.of("depth")[k].ravel())
        for m, each in enumerate(placed):
            rows = s.of("instance")[k].ravel() == each.instance
            alone = pixel_hits(Scene((each.body(),)), eye).instance > 0
            assert s.of("objects/seen_px")[m, k] == rows.sum()
            assert abs(int(s.of("objects/alone_px")[m, k]) - int((alone | rows).sum())) <= 1
            local = transform(inverse(each.T_world_object), points[rows])
            corners = transform(inverse(each.T_world_object), s.of("objects/box")[m])
            assert (local >= corners.min(0) - 1e-3).all()
            assert (local <= corners.max(0) + 1e-3).all()
