"""Primitives in their places: mirrors, normals, joints of skins."""

import numpy as np
import pytest
from gltf_files import QUAD, Gltf, area, first_primitive, quad, triangles_of
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from model_files import CUBE_F, CUBE_V
from roots import SHARED
from scipy.spatial.transform import Rotation
from solid_checks import volume

from scenegen.assets.cleaning import clean_object
from scenegen.assets.mesh import bounds
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError

CASES = SHARED.parent / "cases"


def cube(**attributes) -> Gltf:
    """The unit cube around 0 with the normals of a ball."""
    points = (CUBE_V - 0.5).astype("<f4")
    file = quad(POSITION=points, TEXCOORD_0=None, NORMAL=(points / np.sqrt(0.75)).astype("<f4"), **attributes)
    first_primitive(file)["indices"] = file.accessor(CUBE_F.astype("<u2").ravel())
    return file


@given(
    arrays(np.float64, (3, 3), elements=st.integers(-8, 8).map(lambda k: k / 4)).filter(
        lambda M: abs(np.linalg.det(M)) > 0.05
    )
)
def test_faces_and_normals_look_outwards_under_any_transform(tmp_path_factory, linear):
    """Also under mirrors. A plane's normal under the inverse transpose is the moved plane's."""
    T = np.eye(4)
    T[:3, :3] = linear
    file = cube()
    file.tree["nodes"] = [{"mesh": 0, "matrix": T.T.ravel().tolist()}]
    mesh, _ = file.read(tmp_path_factory.getbasetemp())
    assert volume(mesh) == pytest.approx(abs(np.linalg.det(linear)), rel=1e-3)
    expected = (CUBE_V - 0.5) @ np.linalg.inv(linear)
    np.testing.assert_allclose(mesh.normals, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-4)
    assert ((mesh.normals * mesh.vertices).sum(1) > 0).all()


def test_a_mirrored_node_has_sound_normals_as_it_is(tmp_path):
    file = cube()
    file.tree["nodes"] = [{"mesh": 0, "scale": [-1, 1, 1]}]
    assert clean_object(file.read(tmp_path)[0])[1] == ()


def test_a_node_that_is_flat_keeps_its_normals_finite(tmp_path):
    file = cube()
    file.tree["nodes"] = [{"mesh": 0, "scale": [1, 1, 0]}]
    mesh, _ = file.read(tmp_path)
    assert np.isfinite(mesh.normals).all()


# Skins -------------------------------------------------------------------------------------------


def skinned(joints, weights, nodes, inverse=None, **more) -> Gltf:
    """A square bound to nodes 1, 2, ...; node 0, which shows it, is far away and 100 times too large."""
    file = quad(TEXCOORD_0=None, JOINTS_0=joints, WEIGHTS_0=weights, **more)
    skin = {"joints": list(range(1, 1 + len(nodes)))}
    if inverse is not None:
        skin["inverseBindMatrices"] = file.accessor(np.stack([np.asarray(T).T.ravel() for T in inverse]).astype("<f4"))
    file.add("skins", **skin)
    file.tree["nodes"] = [{"mesh": 0, "skin": 0, "scale": [100, 100, 100], "translation": [9, 9, 9]}, *nodes]
    return file


BOTH = np.tile(np.array([[0, 1, 0, 0]], "u1"), (4, 1))


@pytest.mark.parametrize("code", ["u1", "<u2"])
def test_joints_decide_and_the_node_does_not(tmp_path, code):
    file = skinned(
        (BOTH * [1, 0, 0, 0]).astype(code),
        np.tile(np.array([[1, 0, 0, 0]], "<f4"), (4, 1)),
        [{"translation": [0, 0, 5]}],
    )
    np.testing.assert_allclose(file.read(tmp_path)[0].vertices, QUAD + np.array([0, 0, 5]))


@pytest.mark.parametrize(("code", "largest"), [("<f4", 1), ("u1", 255), ("<u2", 65535)])
def test_weights_are_shares_that_are_made_to_sum_to_1(tmp_path, code, largest):
    weights = np.tile(np.array([[0.2, 0.6, 0, 0]]) * largest, (4, 1)).astype(code)
    nodes = [{"translation": [4, 0, 0]}, {"translation": [0, 8, 0]}]
    np.testing.assert_allclose(
        skinned(BOTH, weights, nodes).read(tmp_path)[0].vertices, QUAD + np.array([1, 6, 0]), atol=0.02
    )


def test_inverse_bind_matrices_take_a_vertex_to_its_joint(tmp_path):
    turn = Rotation.from_euler("z", 90, degrees=True)
    bind = np.eye(4)
    bind[:3, 3] = [-1, 0, 0]
    nodes = [{"translation": [1, 0, 0], "rotation": turn.as_quat().tolist()}]
    file = skinned(BOTH * 0, np.tile(np.array([[1, 0, 0, 0]], "<f4"), (4, 1)), nodes, [bind])
    expected = turn.apply(QUAD - np.array([1, 0, 0])) + np.array([1, 0, 0])
    np.testing.assert_allclose(file.read(tmp_path)[0].vertices, expected, atol=1e-6)


def test_joints_may_hang_outside_of_the_scene_and_have_parents(tmp_path):
    file = skinned(BOTH * 0, np.tile(np.array([[1, 0, 0, 0]], "<f4"), (4, 1)), [{"translation": [0, 0, 5]}])
    file.tree["nodes"].append({"children": [1], "scale": [2, 2, 2]})
    np.testing.assert_allclose(file.read(tmp_path)[0].vertices, QUAD * 2 + np.array([0, 0, 10]))


def test_eight_joints_of_a_vertex(tmp_path):
    half = np.tile(np.array([[0.5, 0, 0, 0]], "<f4"), (4, 1))
    nodes = [{"translation": [4, 0, 0]}, {"translation": [0, 8, 0]}]
    file = skinned(BOTH * 0, half, nodes, JOINTS_1=BOTH // np.uint8(1) * 0 + np.uint8(1), WEIGHTS_1=half)
    np.testing.assert_allclose(file.read(tmp_path)[0].vertices, QUAD + np.array([2, 4, 0]))


def test_weights_of_0_stand_for_the_first_joint(tmp_path):
    file = skinned(BOTH, np.zeros((4, 4), "<f4"), [{"translation": [4, 0, 0]}, {"translation": [0, 8, 0]}])
    np.testing.assert_allclose(file.read(tmp_path)[0].vertices, QUAD + np.array([4, 0, 0]))


def test_normals_and_faces_turn_with_the_joints(tmp_path):
    normals = np.tile(np.array([[0, 0, 1]], "<f4"), (4, 1))
    one = np.tile(np.array([[1, 0, 0, 0]], "<f4"), (4, 1))
    mesh, _ = skinned(BOTH * 0, one, [{"scale": [1, 1, -1]}], NORMAL=normals).read(tmp_path)
    p = triangles_of(mesh)
    assert mesh.normals is not None
    np.testing.assert_allclose(mesh.normals, -normals)
    assert (np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])[:, 2] < 0).all()


def test_two_nodes_of_one_skin_show_it_once_each_in_one_place(tmp_path):
    file = skinned(BOTH * 0, np.tile(np.array([[1, 0, 0, 0]], "<f4"), (4, 1)), [{}])
    file.tree["nodes"].append({"mesh": 0, "skin": 0, "translation": [7, 7, 7]})
    file.tree["scenes"] = [{"nodes": [0, 2]}]
    np.testing.assert_allclose(bounds(file.read(tmp_path)[0]), [[0, 0, 0], [1, 1, 0]])


def test_a_skin_without_joints_in_the_mesh_leaves_the_node(tmp_path):
    file = skinned(BOTH * 0, None, [{}])
    np.testing.assert_allclose(file.read(tmp_path)[0].vertices, QUAD * 100 + 9)


@pytest.mark.parametrize(
    ("joints", "weights", "inverse", "reason"),
    [
        (BOTH + np.uint8(7), np.ones((4, 4), "<f4"), None, "bad_index"),
        (BOTH, np.ones((4, 3), "<f4"), None, "unreadable"),
        (BOTH, np.ones((4, 4), "<f4"), [], "unreadable"),
    ],
)
def test_broken_skins(tmp_path, joints, weights, inverse, reason):
    file = skinned(joints, weights, [{}, {}], None if inverse is None else [np.eye(4)])
    with pytest.raises(AssetError) as caught:
        file.read(tmp_path)
    assert caught.value.reason == reason


def test_joints_that_weigh_nothing_may_be_any(tmp_path):
    weights = np.tile(np.array([[1, 0, 0, 0]], "<f4"), (4, 1))
    mesh, _ = skinned(BOTH * np.uint8(200), weights, [{}]).read(tmp_path)
    np.testing.assert_allclose(mesh.vertices, QUAD)


# Files of others ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("foreign/04-skin/left.glb", (0.212, 0.077, 0.1459)),  # a hand: 27 cm over the diagonal
        ("foreign/04-skin/Animation_Skin_00.gltf", (0.5, 0.3732, 0.1)),
        ("gltf/g18_skin/g18_skin.glb", (0.3, 0.4, 0.6)),
        ("gltf/g13_mirror/g13_mirror.glb", (0.3, 0.4, 0.6)),
    ],
)
def test_sizes_of_files_of_others(name, size):
    if not (CASES / name).is_file():
        pytest.skip(f"{name} not found in {CASES}")
    low, high = bounds(read_mesh_file(CASES / name)[0])
    np.testing.assert_allclose(high - low, size, atol=1e-3)


def test_the_mirrored_cube_of_the_cases_looks_outwards():
    path = CASES / "gltf/g13_mirror/g13_mirror.glb"
    if not path.is_file():
        pytest.skip(f"g13_mirror not found in {CASES}")
    mesh, _ = read_mesh_file(path)
    assert volume(mesh) == pytest.approx(0.3 * 0.4 * 0.6, rel=1e-4)
    assert area(mesh) == pytest.approx(2 * (0.12 + 0.18 + 0.24), rel=1e-4)
