"""Planes of faces against their corners, and the compiled way beside the readable one."""

import numpy as np
import pytest
import scenes
from scenes import posed_scene

from scenegen.geometry import transform
from scenegen.tracing.compiled_planes import write_planes
from scenegen.tracing.planes import hit_planes, write_planes_readably


def hits(scene, rng, count=300):
    """Faces of bodies by chance, and rays that met nothing."""
    instance = rng.integers(0, len(scene.bodies) + 1, count).astype(np.uint16)
    sizes = np.array([1, *(len(body.mesh.faces) for body in scene.bodies)])
    primitive = np.where(instance > 0, rng.integers(0, sizes[instance]), -1).astype(np.int32)
    return instance, primitive


@pytest.mark.parametrize("seed", range(4))
def test_a_plane_goes_through_the_corners_of_its_face(seed):
    rng = np.random.default_rng(seed)
    scene = posed_scene(rng)
    instance, primitive = hits(scene, rng)
    corner, normal = hit_planes(scene.bodies, instance, primitive)
    assert np.isnan(corner[instance == 0]).all()
    assert np.isnan(normal[instance == 0]).all()
    for body in scene.bodies:
        rows = np.flatnonzero(instance == body.instance)
        corners = transform(body.T_world_body, body.mesh.vertices[body.mesh.faces[primitive[rows]]])
        np.testing.assert_allclose(corner[rows], corners[:, 0], atol=1e-12)
        area = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        np.testing.assert_allclose(normal[rows], area, atol=1e-12)


def test_both_ways_write_the_same_and_nothing_else():
    rng = np.random.default_rng(7)
    for body in posed_scene(rng).bodies:
        primitive = rng.integers(0, len(body.mesh.faces), 50).astype(np.int32)
        rows = np.array([3, 0, 49, 20])
        mine, theirs = np.full((2, 2, 50, 3), -7.0)
        write_planes(body, primitive, rows, *mine)
        write_planes_readably(body, primitive, rows, *theirs)
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=0 if body.is_static else 1e-12)
        assert (np.delete(mine, rows, axis=1) == -7).all()


def test_no_rays_no_planes():
    corner, normal = hit_planes(scenes.boxes_in_room().scene().bodies, np.zeros(0, np.uint16), np.zeros(0, np.int32))
    assert corner.shape == normal.shape == (0, 3)
