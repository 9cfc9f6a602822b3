"""Shape makers: volumes and areas in closed form, outward winding, unit normals, texel density."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from solid_checks import volume

from scenegen.assets.mesh import Material, concatenate, face_vectors
from scenegen.assets.procedural import shapes

M = Material("test")
ELL = [(0, 0), (3, 0), (3, 1), (1, 1), (1, 2), (0, 2)]


def area(mesh):
    return float(np.linalg.norm(face_vectors(mesh), axis=1).sum() / 2)


def open_edges(mesh):
    """Edges that do not have exactly one partner in the other direction, after welding positions."""
    _, welded = np.unique(np.round(mesh.vertices, 5), axis=0, return_inverse=True)
    f = welded.ravel()[mesh.faces]
    edges = np.concatenate([f[:, [0, 1]], f[:, [1, 2]], f[:, [2, 0]]])
    forward = {tuple(e) for e in edges.tolist()}
    return sum((b, a) not in forward for a, b in forward)


def agrees(mesh):
    """Share of faces whose winding agrees with the shading normals."""
    return float(((face_vectors(mesh) * mesh.normals[mesh.faces].mean(1)).sum(1) > 0).mean())


SOLIDS = {
    "box": (shapes.box((1, 2, 3), M), 6.0, 1e-6),
    "rounded box": (shapes.rounded_box((1, 2, 3), M, 0.02), 6.0, 0.01),
    "cushion": (shapes.rounded_box((1, 2, 3), M, 0.02, segments=3, divisions=4), 6.0, 0.01),
    "cylinder": (shapes.cylinder(1, 2, M, segments=96), 2 * np.pi, 0.01),
    "frustum": (shapes.frustum(1, 0.5, 2, M, segments=96), np.pi * 2 / 3 * 1.75, 0.01),
    "bevelled": (shapes.cylinder(1, 2, M, segments=96, bevel_m=0.01), 2 * np.pi, 0.01),
    "sphere": (shapes.sphere(1, M, segments=64), 4 / 3 * np.pi, 0.01),
    "extruded": (shapes.extrude(ELL, 2, M), 8.0, 1e-6),
    "tube": (shapes.tube([(0, 0, 0), (0, 0, 3)], 0.5, M, segments=64), 0.75 * np.pi, 0.01),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_solids_are_closed_outward_and_of_the_right_volume(name):
    mesh, expected, tolerance = SOLIDS[name]
    assert volume(mesh) == pytest.approx(expected, rel=tolerance)
    assert open_edges(mesh) == 0
    assert agrees(mesh) == 1.0
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-5)


def test_flat_boxes_have_split_vertices_and_face_normals():
    mesh = shapes.box((1, 1, 1), M)
    assert len(mesh.vertices) == 24
    assert sorted(np.abs(mesh.normals).sum(1).tolist()) == [1.0] * 24


def test_a_patch_has_its_area_less_its_holes():
    mesh = shapes.patch(4, 3, M, holes=[(1, 1, 2, 2), (2.5, 0, 3.5, 2)])
    assert area(mesh) == pytest.approx(12 - 1 - 2)
    assert (face_vectors(mesh)[:, 2] > 0).all()


def test_triangulation_covers_a_concave_polygon_once():
    assert area(shapes.polygon(ELL, M)) == pytest.approx(4.0)
    assert (face_vectors(shapes.polygon(ELL, M))[:, 2] > 0).all()
    assert (face_vectors(shapes.polygon(ELL, M, up=False))[:, 2] < 0).all()


@pytest.mark.parametrize("name", ["box", "cylinder", "sphere", "extruded"])
def test_texel_density_is_uniform_up_to_rounding_of_wraps(name):
    makers = {
        "box": lambda: shapes.box((1, 2, 3), M, texture_scale_m=0.5),
        "cylinder": lambda: shapes.lathe([(0.8, 0), (0.8, 1)], M, segments=64, texture_scale_m=0.5),
        "sphere": lambda: shapes.lathe([(0.8, 0), (0.79, 1)], M, segments=64, texture_scale_m=0.5),
        "extruded": lambda: shapes.extrude(ELL, 2, M, texture_scale_m=0.5),
    }
    mesh = makers[name]()
    uv = mesh.uv.astype(float)[mesh.faces]
    a, b = uv[:, 1] - uv[:, 0], uv[:, 2] - uv[:, 0]
    in_texture = np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0])
    in_metres = np.linalg.norm(face_vectors(mesh), axis=1)
    assert np.allclose(in_texture / in_metres, 4.0, rtol=0.06)


def test_the_grain_runs_along_the_asked_axis():
    mesh = shapes.box((0.1, 0.1, 1.0), M, grain=2)
    side = np.abs(mesh.normals[:, 2]) < 0.5
    assert np.ptp(mesh.uv[side, 0]) == pytest.approx(1.0)
    assert np.ptp(mesh.uv[side, 1]) == pytest.approx(0.1)


@pytest.mark.parametrize("direction", [(0, -1, 0), (0, 1, 0), (1, 0, 0), (-1, 0, 0)])
def test_pictures_on_upright_sides_are_not_mirrored(direction):
    mesh = shapes.box((1, 1, 1), M)
    n = np.array(direction, float)
    right = np.cross([0, 0, 1.0], n)
    on = (mesh.normals @ n) > 0.5
    slope = np.polyfit(mesh.vertices[on] @ right, mesh.uv[on, 0], 1)[0]
    assert slope == pytest.approx(1.0)


def test_a_lathe_has_no_seam_and_no_triangles_without_area():
    mesh = shapes.lathe([(0, 0), (0.3, 0), (0.5, 1), (0, 1)], M, texture_scale_m=0.7)
    wraps = np.ptp(mesh.uv[:, 0])
    assert wraps == pytest.approx(round(wraps))
    assert (np.linalg.norm(face_vectors(mesh), axis=1) > 1e-9).all()


def test_a_bent_tube_does_not_twist():
    path = [(0, -0.03, -0.07), (0, 0, -0.07), (0, 0, 0.07), (0, -0.03, 0.07)]
    assert agrees(shapes.tube(path, 0.005, M)) == 1.0


@settings(max_examples=30, deadline=None)
@given(
    size=st.tuples(*[st.floats(0.05, 3)] * 3),
    scale=st.tuples(*[st.sampled_from([-2.0, -1.0, 0.5, 1.0, 3.0])] * 3),
    angle=st.floats(-3, 3),
)
def test_placing_scales_the_volume_and_keeps_the_outside_outside(size, scale, angle):
    mesh = shapes.turn(shapes.rounded_box(size, M, 0.01), 2, angle)
    placed = shapes.place(mesh, np.diag([*scale, 1.0]))
    assert volume(placed) == pytest.approx(volume(mesh) * abs(np.prod(scale)), rel=1e-3)
    assert agrees(placed) == 1.0


def test_labels_survive_concatenation():
    both = concatenate([shapes.labelled(shapes.box((1, 1, 1), M), 4), shapes.labelled(shapes.sphere(1, M), 7)])
    assert set(both.face_label.tolist()) == {4, 7}


def test_fit_uv_spans_the_unit_square_and_can_be_mirrored():
    mesh = shapes.fit_uv(shapes.box((2, 1, 3), M))
    assert mesh.uv.min() == 0
    assert mesh.uv.max() == 1
    mirrored = shapes.fit_uv(mesh, mirrored=True)
    assert np.allclose(mirrored.uv[:, 0], 1 - mesh.uv[:, 0])
