"""The split by the surface: equal for copies in any form, 80 to 20 over all kinds of things."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from scenegen.assets.mesh import Material, Mesh
from scenegen.assets.procedural.objects import ProceduralObjects
from scenegen.assets.proportions import STEPS, proportions, surface_key, surface_split


def mesh_of(vertices, faces) -> Mesh:
    return Mesh(
        np.asarray(vertices, np.float32),
        np.asarray(faces, np.int32),
        face_material=np.zeros(len(faces), np.int32),
        materials=(Material(""),),
    )


def box(sides) -> Mesh:
    corners = np.array([[x, y, z] for x in (0, 1) for y in (0, 1) for z in (0, 1)]) * sides
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return mesh_of(corners, [t for a, b, c, d in quads for t in ((a, b, c), (a, c, d))])


@pytest.fixture(scope="module")
def objects() -> list[Mesh]:
    source = ProceduralObjects()
    every = [object_id for ids in source.ids().values() for object_id in ids]
    return [source.load(every[i]).mesh for i in range(0, 40_000, 667)]


def test_the_numbers_of_a_cube_and_a_sheet_are_known():
    """A cube's surface has variance (2 / 4 + 4 / 12) / 6 of its side squared; a square sheet 1 / 12, and none across."""
    s = np.sqrt((2 / 4 + 4 / 12) / 6)
    np.testing.assert_allclose(proportions(box([2, 2, 2])), [np.log(s / np.sqrt(6)), 1, 1], atol=1e-6)
    sheet = mesh_of([[0, 0, 0], [3, 0, 0], [3, 3, 0], [0, 3, 0]], [[0, 1, 2], [0, 2, 3]])
    np.testing.assert_allclose(proportions(sheet), [np.log(np.sqrt(1 / 12)), 1, 0], atol=1e-6)


def test_no_turn_mirror_move_scale_order_or_cut_changes_them(objects):
    rng = np.random.default_rng(0)
    for mesh in objects[::4]:
        turn = Rotation.random(random_state=1).as_matrix() * [[1], [1], [-1]]
        moved = (mesh.vertices @ turn.T * 25.4 + [3, -2, 1]).astype(np.float32)
        faces = np.roll(mesh.faces, 1, axis=1)[rng.permutation(len(mesh.faces))]
        middle = moved[faces[0]].mean(0)
        n = len(moved)
        cut = np.array([[faces[0, k], faces[0, (k + 1) % 3], n] for k in range(3)])
        other = mesh_of(np.vstack([moved, middle]), np.vstack([cut, faces[1:], faces[1:5, ::-1]]))
        np.testing.assert_allclose(proportions(other), proportions(mesh), atol=2e-6)


def test_rounded_copies_share_their_split(objects):
    """Six digits, as exporters of text write them, move the numbers by 5e-6 at most: 1 copy in 2,000 changes a step."""
    moves = []
    for mesh in objects:
        size = np.ptp(mesh.vertices, axis=0).max()
        copy = replace(mesh, vertices=np.round(mesh.vertices / size, 6).astype(np.float32))
        moves.append(np.abs(proportions(copy) - proportions(mesh)).max())
        assert surface_split(copy) == surface_split(mesh)
    assert max(moves) < 5e-6
    assert 3 * max(moves) * STEPS < 1 / 2000


def test_four_fifths_are_for_training():
    rng = np.random.default_rng(0)
    share = np.mean([surface_split(box(rng.uniform(0.1, 1, 3))) == "val" for _ in range(2000)])
    assert 0.17 < share < 0.23


def test_what_differs_plainly_differs():
    assert surface_key(box([1, 1, 1])) != surface_key(box([1, 1, 1.2]))


def test_a_surface_without_area_has_a_split_too():
    assert surface_split(mesh_of(np.zeros((3, 3)), [[0, 1, 2]])) in ("train", "val")
