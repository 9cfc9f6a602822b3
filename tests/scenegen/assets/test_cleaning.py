from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_files import CUBE_F, CUBE_V, cube
from scipy.spatial.transform import Rotation

from scenegen.assets.cleaning import (
    centred,
    clean_object,
    component_sizes,
    diagonal,
    drop_degenerate,
    drop_small_components,
    drop_unreferenced,
    geometric_hash,
    merged_vertices,
    rotated,
)
from scenegen.assets.coincident import outward_votes, remove_coincident
from scenegen.assets.mesh import Material, Mesh, concatenate, face_vectors, texture_from_image
from scenegen.assets.normals import repair_normals, smooth_normals
from scenegen.errors import AssetError
from scenegen.geometry import normalize

TEXTURE = texture_from_image(np.zeros((2, 2, 3), np.uint8))


def doubled(mesh: Mesh, *materials: Material, rng=None) -> Mesh:
    """Every face twice, the second time the other way round and with the second material; shuffled."""
    order = np.arange(2 * len(mesh.faces)) if rng is None else rng.permutation(2 * len(mesh.faces))
    twin = mesh.faces[:, ::-1] + len(mesh.vertices)
    side = np.repeat(np.arange(2, dtype=np.int32), len(mesh.faces))
    vertices = np.vstack([mesh.vertices, mesh.vertices])
    return Mesh(vertices, np.vstack([mesh.faces, twin]).astype(np.int32)[order], side[order], materials)


def sphere(n: int = 24) -> Mesh:
    """A closed unit sphere of 2 n (n - 1) faces, outwards."""
    i, j = np.mgrid[0 : n + 1, 0 : 2 * n]
    theta, phi = np.pi * i / n, np.pi * j / n
    points = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)], -1).reshape(-1, 3)
    a, b = (i * 2 * n + j)[:-1].ravel(), (i * 2 * n + (j + 1) % (2 * n))[:-1].ravel()
    faces = np.vstack([np.stack([a, a + 2 * n, b], 1), np.stack([b, a + 2 * n, b + 2 * n], 1)]).astype(np.int32)
    whole = Mesh(points.astype(np.float32), faces, np.zeros(len(faces), np.int32), (Material("m"),))
    return drop_degenerate(whole)[0]


def outward_share(mesh: Mesh) -> float:
    return float(((face_vectors(mesh) * (mesh.vertices[mesh.faces].mean(1) - mesh.vertices.mean(0))).sum(1) > 0).mean())


@given(st.integers(0, 1 << 30))
@settings(max_examples=20, deadline=None)
def test_one_face_of_each_pair_stays_and_it_is_the_outer_one(seed):
    mesh = doubled(sphere(8), Material("out"), Material("in"), rng=np.random.default_rng(seed))
    kept, removed = remove_coincident(mesh, merged_vertices(mesh))
    assert removed == len(kept.faces) == len(mesh.faces) // 2
    assert {kept.materials[i].name for i in kept.face_material} == {"out"}
    assert outward_share(kept) == 1


def test_a_textured_side_wins_over_the_outer_one():
    mesh = doubled(cube(), Material("out"), Material("in", texture=TEXTURE))
    kept, _ = remove_coincident(mesh, merged_vertices(mesh))
    assert (kept.face_material == 1).all()
    assert len(kept.faces) == 12


def test_copies_shifted_by_less_than_the_tolerance_coincide_and_others_do_not():
    for shift, left in ((5e-7, 12), (1e-4, 24)):
        mesh = concatenate([cube(), replace(cube(), vertices=(CUBE_V + shift).astype(np.float32))])
        assert len(remove_coincident(mesh, merged_vertices(mesh))[0].faces) == left


def test_a_mesh_without_twins_is_returned_as_it_is():
    mesh = cube()
    assert remove_coincident(mesh, merged_vertices(mesh)) == (mesh, 0)


def test_votes_know_outside_where_the_middle_does_not_tell():
    # the inner wall of a pipe faces its axis: the middle of the box lies on its outer side
    wall = np.array([[1, -1, -1], [1, 1, -1], [1, 1, 1], [1, -1, 1]]) * [1, 5, 5]
    plates = np.vstack([wall, wall * [1.5, 1, 1], wall * [2, 1, 1]]).astype(np.float32)
    faces = np.array([[0, 1, 2], [0, 2, 3], [4, 5, 6], [4, 6, 7], [8, 9, 10], [8, 10, 11]], np.int32)
    mesh = Mesh(plates, faces, np.zeros(6, np.int32), (Material("m"),))
    votes = outward_votes(mesh, np.arange(6))
    assert (votes[:2] < 0).all()
    assert (votes[4:] > 0).all()
    assert (np.abs(votes[2:4]) < np.abs(votes[:2])).all()


def test_flat_faces_and_stray_vertices_go():
    vertices = np.vstack([CUBE_V, [[5, 5, 5]]]).astype(np.float32)
    faces = np.vstack([CUBE_F, [[0, 0, 1], [0, 1, 1], [2, 2, 2]]]).astype(np.int32)
    labels = np.arange(15, dtype=np.int32)
    mesh, flat = drop_degenerate(Mesh(vertices, faces, np.zeros(15, np.int32), (Material("m"),), face_label=labels))
    assert flat == 3
    np.testing.assert_array_equal(mesh.face_label, np.arange(12))
    mesh, stray = drop_unreferenced(mesh)
    assert stray == 1
    np.testing.assert_array_equal(mesh.vertices[mesh.faces], CUBE_V[CUBE_F])


def test_small_parts_go_and_the_largest_always_stays():
    mote = replace(cube(0.02), vertices=cube(0.02).vertices + np.float32(3))
    soup = replace(cube(), vertices=CUBE_V[CUBE_F].reshape(-1, 3).astype(np.float32))
    soup = replace(soup, faces=np.arange(36, dtype=np.int32).reshape(-1, 3))
    mesh = concatenate([soup, mote])
    part, size = component_sizes(mesh)
    assert sorted(np.round(size, 4).tolist()) == [0.0346, 1.7321]
    assert len(set(part[:12].tolist())) == 1
    assert drop_small_components(mesh, 0.1)[1] == 1
    assert len(drop_small_components(mesh, 0.1)[0].faces) == 12
    assert len(drop_small_components(mesh, 100.0)[0].faces) == 12


def test_smooth_normals_of_a_sphere_are_radial_and_seams_do_not_show():
    ball = sphere()
    smooth = smooth_normals(ball, merged_vertices(ball), 50.0)
    np.testing.assert_allclose(smooth.normals, normalize(smooth.vertices), atol=0.02)
    corners = ball.vertices[ball.faces].reshape(-1, 3)
    soup = replace(ball, vertices=corners, faces=np.arange(len(corners), dtype=np.int32).reshape(-1, 3))
    seamless = smooth_normals(soup, merged_vertices(soup), 50.0)
    np.testing.assert_allclose(seamless.normals[seamless.faces], smooth.normals[smooth.faces], atol=1e-5)


def test_creases_stay_sharp():
    smooth = smooth_normals(cube(), merged_vertices(cube()), 50.0)
    assert len(smooth.vertices) == 24
    own = normalize(face_vectors(smooth))
    np.testing.assert_allclose(smooth.normals[smooth.faces], np.repeat(own[:, None], 3, axis=1), atol=1e-6)


def test_broken_steep_and_opposite_normals_are_mended():
    ball = sphere()
    good = normalize(ball.vertices).astype(np.float32)
    bad = good.copy()
    bad[::5] = np.nan
    bad[1::5] = 0
    bad[2::5] *= -7
    mended, count = repair_normals(replace(ball, normals=bad))
    own = np.repeat(normalize(face_vectors(mended)), 3, axis=0)
    assert count > len(ball.faces)
    assert ((mended.normals[mended.faces.ravel()] * own).sum(1) > 0.3).all()
    np.testing.assert_allclose(np.linalg.norm(mended.normals, axis=1), 1, atol=1e-5)
    untouched, none = repair_normals(replace(ball, normals=good))
    assert none == 0
    np.testing.assert_array_equal(untouched.vertices[untouched.faces], ball.vertices[ball.faces])


def test_a_cleaned_object_names_what_was_mended():
    mesh, defects = clean_object(doubled(cube(), Material("out"), Material("in")))
    assert [(d.code, d.detail) for d in defects] == [("coincident_faces", "12")]
    assert mesh.normals is not None
    with pytest.raises(AssetError, match="area") as caught:
        clean_object(replace(cube(), vertices=CUBE_V.astype(np.float32) * [1, 0, 0]))
    assert caught.value.reason == "no_faces"


@given(st.integers(0, 1 << 30), st.floats(0.01, 100))
@settings(max_examples=25, deadline=None)
def test_turning_and_centring_keep_shape(seed, scale):
    R = Rotation.random(random_state=seed % 1000).as_matrix()
    mesh = replace(cube(), normals=normalize(CUBE_V - 0.5).astype(np.float32))
    turned = rotated(mesh, R)
    np.testing.assert_allclose(rotated(turned, R.T).vertices, mesh.vertices, atol=1e-6)
    np.testing.assert_allclose(turned.normals, mesh.normals @ R.T, atol=1e-6)
    middle = centred(turned, scale)
    np.testing.assert_allclose(middle.vertices.min(0), -middle.vertices.max(0), atol=1e-5 * scale)
    assert diagonal(middle) == pytest.approx(diagonal(turned) * scale, rel=1e-5)


@given(st.integers(0, 1 << 30))
@settings(max_examples=25, deadline=None)
def test_the_hash_sees_the_surface_only(seed):
    rng = np.random.default_rng(seed)
    mesh = sphere(6)
    order, renumber = rng.permutation(len(mesh.faces)), rng.permutation(len(mesh.vertices))
    faces = np.argsort(renumber)[mesh.faces[order]]
    faces = np.where(rng.random((len(faces), 1)) < 0.5, faces[:, ::-1], faces)
    other = replace(mesh, vertices=mesh.vertices[renumber], faces=faces.astype(np.int32))
    assert geometric_hash(other) == geometric_hash(mesh)
    assert geometric_hash(doubled(mesh, Material("a"), Material("b"))) == geometric_hash(mesh)
    assert geometric_hash(replace(mesh, vertices=mesh.vertices * np.float32(4))) == geometric_hash(mesh)
    assert geometric_hash(replace(mesh, vertices=mesh.vertices * np.float32([1, 1, 1.01]))) != geometric_hash(mesh)


def test_real_models_lose_their_second_sides(shared_data):
    from scenegen.assets.reading import read_mesh_file

    root = shared_data / "shapenet/ShapeNetCore.v2/04379243/99f15c63712d9fbe84868d3618d73011"
    mesh, _ = read_mesh_file(root / "models/model_normalized.obj", root=root)
    cleaned, _ = clean_object(mesh)
    places = np.sort(merged_vertices(cleaned)[cleaned.faces], axis=1)
    assert len(np.unique(places, axis=0)) == len(cleaned.faces) == 172
