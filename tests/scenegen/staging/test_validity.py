import numpy as np
import pytest
from staging_rooms import box, scene_of

from scenegen.geometry import View, look_at, pinhole
from scenegen.staging.covisibility import COARSE, sparse_view
from scenegen.staging.validity import reason_codes

CAMERA = pinhole(640, 480, 500)
SHELL = box((-3, -2, 0), (3, 2, 2.6), inward=True)
THING = box((-0.3, 0, 0.8), (0.3, 0.4, 1.4))


def verdict(scene, position, target, winding=1, least=0.01):
    views = (View(CAMERA, look_at(position, target)),)
    return reason_codes(sparse_view(scene, views, COARSE), winding, least)[0]


def test_a_plain_view_is_good():
    assert verdict(scene_of(SHELL, THING), (-1.5, -1.5, 1.6), (0, 0, 1)) == ""


def test_looking_out_of_the_room_is_a_hole():
    half = box((-3, -2, 0), (3, 2, 2.6), inward=True, drop=(4, 5, 10, 11))
    assert verdict(scene_of(half, THING), (0, 1.5, 1.0), (0, -2, 1.6)) == "hole"


def test_inside_an_object():
    assert verdict(scene_of(SHELL, THING), (0.1, 0.2, 1.1), (0, 1, 1.1)) == "inside_object"


def test_a_wall_before_the_nose():
    assert verdict(scene_of(SHELL, THING), (0, -1.8, 1.2), (0, -2, 1.2)) == "too_close"


@pytest.mark.parametrize("target", [(1, 2, 1.2), (1.3, 0.4, 0)])
def test_nothing_but_a_wall_or_floor(target):
    assert verdict(scene_of(SHELL, THING), (1.3, 0.3, 1.5), target, least=0.0) == "wall"


def test_a_scan_from_behind():
    scene = scene_of(SHELL, THING)
    assert verdict(scene, (-1.5, -1.5, 1.6), (0, 0, 1), winding=-1) == "back_faces"
    assert verdict(scene, (-1.5, -1.5, 1.6), (0, 0, 1), winding=0) == ""


def test_objects_out_of_the_picture():
    scene = scene_of(SHELL, THING)
    away = (2, -1, 1.2), (3, -2, 0.8)
    assert verdict(scene, *away) == "no_objects"
    assert verdict(scene, *away, least=0.0) == ""


def test_every_view_gets_its_own_verdict():
    views = (
        View(CAMERA, look_at((-1.5, -1.5, 1.6), (0, 0, 1))),
        View(CAMERA, look_at((0, -1.8, 1.2), (0, -2, 1.2))),
    )
    seen = sparse_view(scene_of(SHELL, THING), views, COARSE)
    assert reason_codes(seen, 1, 0.01) == ["", "too_close"]
    assert np.isfinite(seen.depth).all()
