"""Per-face rows of a mesh."""

import numpy as np
import scenes

from scenegen.assets.mesh import WHITE, Material, Mesh, texture_from_image
from scenegen.rendering.surfaces import build_table
from scenegen.srgb import srgb_to_linear


def with_normals(mesh, normals):
    return Mesh(mesh.vertices, mesh.faces, mesh.face_material, mesh.materials, normals=normals.astype(np.float32))


def test_face_normals_are_unit_and_outward_and_flat_without_vertex_normals():
    mesh = scenes.box((0, 0, 0), (1, 2, 3))
    table = build_table(mesh)
    assert not table.is_smooth
    centre = mesh.vertices[mesh.faces].mean(1) - [0.5, 1, 1.5]
    np.testing.assert_allclose(np.linalg.norm(table.normals, axis=1), 1, atol=1e-6)
    assert (np.einsum("ij,ij->i", table.normals, centre) > 0).all()


def test_vertex_normals_equal_to_the_face_normals_count_as_flat():
    box = scenes.box((0, 0, 0), (1, 1, 1))
    split = Mesh(
        box.vertices[box.faces].reshape(-1, 3),
        np.arange(36, dtype=np.int32).reshape(-1, 3),
        box.face_material,
        box.materials,
    )
    normals = np.repeat(build_table(split).normals, 3, axis=0)
    assert not build_table(with_normals(split, normals)).is_smooth
    tilted = normals + np.array([0.1, 0, 0])
    assert build_table(with_normals(split, tilted / np.linalg.norm(tilted, axis=1, keepdims=True))).is_smooth


def test_corner_normals_always_agree_with_their_face():
    mesh = scenes.sphere(rings=12)
    outward = mesh.vertices / np.linalg.norm(mesh.vertices, axis=1, keepdims=True)
    inverted = build_table(with_normals(mesh, -outward))
    assert np.array_equal(inverted.normals, build_table(with_normals(mesh, outward)).normals)
    random = np.random.default_rng(0).normal(size=outward.shape)
    rows = build_table(with_normals(mesh, random / np.linalg.norm(random, axis=1, keepdims=True))).normals
    corners = np.stack([rows[:, 3:6], rows[:, 3:6] + rows[:, 6:9], rows[:, 3:6] + rows[:, 9:12]], axis=1)
    assert (np.einsum("fij,fj->fi", corners, rows[:, :3]) > 0.04).all()


def test_texel_density_and_repeats():
    vertices = np.array([[0, 0, 0], [2, 0, 0], [0, 2, 0]], np.float32)
    uv = np.array([[50, 50], [54, 50], [50, 54]], np.float32)
    material = Material("t", WHITE, texture_from_image(np.zeros((8, 16, 3), np.uint8)))
    mesh = Mesh(vertices, np.array([[0, 1, 2]], np.int32), np.zeros(1, np.int32), (material,), uv=uv)
    table = build_table(mesh)
    assert table.uv is not None
    # the texture repeats twice per metre in both directions: 4 x 16 x 8 texels per square metre
    assert table.uv[0, 6] == 4 * 16 * 8
    assert np.abs(table.uv[0, :6]).max() <= 4


def test_colors_without_texture_coordinates_fall_back_to_the_mean():
    img = np.full((4, 4, 3), (200, 100, 50), np.uint8)
    mesh = scenes.box((0, 0, 0), (1, 1, 1))
    mesh = Mesh(mesh.vertices, mesh.faces, mesh.face_material, (Material("t", WHITE, texture_from_image(img)),))
    table = build_table(mesh)
    assert table.uv is None
    np.testing.assert_allclose(table.palette[:, 0], srgb_to_linear(np.array([200, 100, 50]) / 255), rtol=1e-5)
