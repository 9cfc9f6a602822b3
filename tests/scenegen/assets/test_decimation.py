"""Decimation: the bound holds, attributes survive, seams stay seams."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from room_maker import patch

from scenegen.assets.decimation import FIRST_CELL_M, cluster, decimate
from scenegen.assets.mesh import Material, Mesh, face_vectors


def sheet(step=0.01, noise_m=0.0, seed=0, **attributes):
    """A square metre of fine triangles on z = 0."""
    points, faces = patch((0, 0, 0), (1, 0, 0), (0, 1, 0), step)
    points = points + np.random.default_rng(seed).normal(0, noise_m, points.shape)
    extra = {name: make(points) for name, make in attributes.items()}
    return Mesh(
        points.astype(np.float32), faces.astype(np.int32), np.zeros(len(faces), np.int32), (Material("m"),), **extra
    )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 99), cell=st.floats(0.004, 0.2))
def test_no_vertex_moves_further_than_a_cell_is_wide(seed, cell):
    mesh = sheet(0.03, noise_m=0.003, seed=seed)
    coarse, moved = cluster(mesh, cell)
    assert moved <= cell * np.sqrt(3)
    distance = np.linalg.norm(mesh.vertices[:, None] - coarse.vertices[None], axis=2).min(1)
    assert distance.max() <= moved + 1e-6
    corners = np.sort(coarse.faces, axis=1)
    assert (np.diff(corners, axis=1) > 0).all()
    assert len(np.unique(corners, axis=0)) == len(corners)


def test_small_enough_comes_back_as_it_is():
    mesh = sheet()
    assert decimate(mesh, len(mesh.faces)) == (mesh, 0.0)


@pytest.mark.parametrize("target", [15_000, 5_000, 500])
def test_target_is_kept_and_the_sheet_stays_whole_and_flat(target):
    mesh = sheet()
    coarse, moved = decimate(mesh, target)
    assert target / 3 < len(coarse.faces) <= target
    assert moved > 0
    np.testing.assert_allclose(coarse.vertices[:, 2], 0, atol=1e-7)
    area = np.linalg.norm(face_vectors(coarse), axis=1).sum() / 2
    assert area == pytest.approx(1, abs=0.15)
    assert (face_vectors(coarse)[:, 2] > -1e-9).all()


def test_attributes_are_means_and_labels_stay():
    mesh = sheet(
        colors=lambda p: np.full((len(p), 3), (10, 20, 30), np.uint8),
        normals=lambda p: np.tile(np.float32([0, 0, 1]), (len(p), 1)),
        uv=lambda p: p[:, :2].astype(np.float32),
    )
    halves = (mesh.vertices[mesh.faces, 0].mean(1) > 0.5).astype(np.int32)
    mesh = Mesh(**{**vars(mesh), "face_label": halves})
    coarse, _ = cluster(mesh, 0.06)
    np.testing.assert_array_equal(np.unique(coarse.colors, axis=0), [[10, 20, 30]])
    np.testing.assert_allclose(coarse.normals, np.tile([0, 0, 1], (len(coarse.vertices), 1)), atol=1e-6)
    np.testing.assert_allclose(coarse.uv, coarse.vertices[:, :2], atol=1e-5)
    right = coarse.vertices[coarse.faces, 0].mean(1) > 0.5
    assert np.mean(coarse.face_label == right) > 0.9
    assert len(coarse.face_label) == len(coarse.face_material) == len(coarse.faces)


def test_charts_that_touch_keep_their_own_texture_coordinates():
    left, faces = patch((0, 0, 0), (0.5, 0, 0), (0, 1, 0), 0.02)
    right = left + np.array([0.5, 0, 0])
    vertices = np.concatenate([left, right]).astype(np.float32)
    uv = np.concatenate([np.zeros((len(left), 2)), np.ones((len(right), 2))]).astype(np.float32)
    both = np.concatenate([faces, faces + len(left)]).astype(np.int32)
    coarse, _ = cluster(Mesh(vertices, both, np.zeros(len(both), np.int32), (Material("m"),), uv=uv), 0.05)
    assert set(np.unique(coarse.uv)) == {0.0, 1.0}
    assert np.ptp(coarse.uv[coarse.faces], axis=1).max() == 0


def test_far_from_the_origin_and_very_wide():
    mesh = sheet(0.05)
    far = Mesh(mesh.vertices + np.float32(1000), mesh.faces, mesh.face_material, mesh.materials)
    assert len(cluster(far, 0.2)[0].faces) == pytest.approx(len(cluster(mesh, 0.2)[0].faces), rel=0.2)
    wide = np.append(mesh.vertices, np.float32([[9e5, -9e5, 9e5]]), axis=0)
    strayed = Mesh(wide, mesh.faces, mesh.face_material, mesh.materials)
    assert len(cluster(strayed, FIRST_CELL_M * 40)[0].faces) == len(cluster(mesh, FIRST_CELL_M * 40)[0].faces)
