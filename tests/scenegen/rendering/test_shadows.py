"""Shadows taken over from neighbours are the shadows that rays would have found."""

import numpy as np
import pytest
import scenes
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from staged import SMALL, shown

from scenegen.config import Size
from scenegen.lights import PointLight
from scenegen.rays import pixel_rays
from scenegen.rendering.antialias import bends_of_depth
from scenegen.rendering.embree_renderer import EmbreeRenderer, _image, _labels, _numbers, _origin
from scenegen.rendering.shading import lamp_strength
from scenegen.rendering.shadows import agreed_neighbours, plan_shadows, surveyed_strength
from scenegen.rendering.surfels import EyeRays, gather_surfels
from scenegen.tracing import raycaster


def both_ways(scene, view, lamp):
    """(H, W) lit or not, by all rays and by the survey, and the number of rays the survey cast."""
    rays = EyeRays(_origin(view), pixel_rays(view), 1 / view.camera.f_px)
    hits = raycaster.nearest(scene, rays.origin, rays.directions)
    surfels = gather_surfels(scene, EmbreeRenderer()._tables_of(scene), rays, hits)
    shape = view.camera.height, view.camera.width
    depth = np.where(hits.instance > 0, hits.t, 0).astype(np.float32).reshape(shape)
    plan = plan_shadows(
        _labels(surfels, hits.instance.reshape(shape)), bends_of_depth(depth), _numbers(surfels.ray, shape)
    )
    full, quick = lamp_strength(scene, surfels, lamp), surveyed_strength(scene, surfels, lamp, plan)
    assert (full[quick > 0] >= 0).all()
    images = [_image(surfels.ray, (s > 0).astype(np.uint8), shape) for s in (full, quick)]
    return images, plan.follows.mean()


def test_the_shadow_of_a_box_is_the_same_pixel_for_pixel():
    truth = scenes.boxes_in_room()
    view = scenes.view((-2.4, 1.6, 1.8), (0.3, 0, 0.2), size=(320, 240), f_px=250)
    (full, quick), followers = both_ways(truth.scene(), view, PointLight((1.5, 1.9, 2.4), (1, 1, 1)))
    assert followers > 0.65
    assert (full != quick).mean() < 5e-4
    assert 0.05 < 1 - full.mean() < 0.95


@pytest.mark.parametrize("room", ["room_000", "room_007"])
def test_in_furnished_rooms_hardly_a_pixel_differs(room):
    from dataclasses import replace

    example = shown(replace(SMALL, size=Size(320, 240)), room=room)
    (full, quick), followers = both_ways(example.scene, example.views[0], example.staged.lighting[0].lights[0])
    assert followers > 0.3
    assert (full != quick).mean() < 4e-3


@given(arrays(np.uint8, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.integers(0, 2)))
def test_between_is_what_the_cast_neighbours_agree_on(image):
    out = agreed_neighbours(image)
    height, width = image.shape
    for y in range(height):
        for x in range(width):
            ys = [y] if y % 2 == 0 else [y - 1, y + 1]
            xs = [x] if x % 2 == 0 else [x - 1, x + 1]
            inside = ys[-1] < height and xs[-1] < width and (len(ys) > 1 or len(xs) > 1)
            values = {int(image[j, i]) for j in ys for i in xs} if inside else {0}
            assert out[y, x] == (values.pop() if len(values) == 1 else 0)
