"""Scenes, the tree of nodes, instances, and the joints of skins."""

import numpy as np
import pytest
from gltf_files import QUAD, Gltf, area, first_primitive, quad, triangles_of
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from scenegen.assets.gltf.nodes import local_transforms, world_transforms
from scenegen.assets.mesh import bounds
from scenegen.errors import AssetError

numbers = st.floats(-3, 3)
triples = st.tuples(numbers, numbers, numbers)


@given(triples, st.tuples(numbers, numbers, numbers, numbers).filter(lambda q: np.linalg.norm(q) > 0.1), triples)
def test_nodes_are_scaled_then_turned_then_moved(translation, rotation, scale):
    node = {"translation": list(translation), "rotation": list(rotation), "scale": list(scale)}
    expected = np.eye(4)
    expected[:3, :3] = Rotation.from_quat(rotation).as_matrix() @ np.diag(scale)
    expected[:3, 3] = translation
    T = local_transforms([node, {}, {"matrix": expected.T.ravel().tolist(), "scale": [9, 9, 9]}])
    np.testing.assert_allclose(T, [expected, np.eye(4), expected], atol=1e-12)


@given(st.lists(st.integers(0, 10**6), max_size=40), st.randoms(use_true_random=False))
def test_places_in_the_world_are_products_along_the_branch(draws, random):
    """Of a random forest, its nodes in random order."""
    count = len(draws) + 1
    names = list(range(count))
    random.shuffle(names)
    parents = np.full(count, -1)
    for k, draw in enumerate(draws, 1):
        parents[names[k]] = -1 if draw % (k + 1) == k else names[draw % (k + 1)]
    T = np.random.default_rng(count).normal(size=(count, 4, 4))
    world = world_transforms(parents, T)
    for k in range(count):
        expected, at = T[k], parents[k]
        while at >= 0:
            expected, at = T[at] @ expected, parents[at]
        np.testing.assert_allclose(world[k], expected, atol=1e-6 * np.abs(expected).max())


def with_nodes(nodes: list, **tree) -> Gltf:
    file = quad(TEXCOORD_0=None)
    file.tree["nodes"] = nodes
    file.tree.update(tree)
    return file


def xs(file: Gltf, folder) -> list[float]:
    """Where the squares begin along x."""
    return sorted(triangles_of(file.read(folder)[0])[::2, :, 0].min(1).tolist())


TWO = [{"mesh": 0}, {"mesh": 0, "translation": [5, 0, 0]}]


def test_the_scene_that_is_named_is_shown(tmp_path):
    scenes = [{"nodes": [0]}, {"nodes": [1]}]
    assert xs(with_nodes(TWO, scenes=scenes, scene=1), tmp_path) == [5]
    file = with_nodes(TWO, scenes=scenes)
    del file.tree["scene"]
    assert xs(file, tmp_path) == [0]  # the first
    del file.tree["scenes"]
    assert xs(file, tmp_path) == [0, 5]  # no scene: all
    del file.tree["nodes"]
    assert xs(file, tmp_path) == [0]  # no nodes: each mesh
    with pytest.raises(AssetError, match="scenes 7 is named and not there"):
        with_nodes(TWO, scenes=scenes, scene=7).read(tmp_path)


def test_an_empty_scene_has_no_faces(tmp_path):
    with pytest.raises(AssetError, match=r"a.glb: no triangles in the scene that it shows") as caught:
        with_nodes(TWO, scenes=[{}]).read(tmp_path)
    assert caught.value.reason == "no_faces"


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([{"mesh": 0, "children": [0]}], "in a ring"),
        ([{"mesh": 0, "children": [1]}, {"children": [0]}], "in a ring"),
        ([{"children": [2]}, {"children": [2]}, {"mesh": 0}], "node 2 hangs below two others"),
        ([{"mesh": 0, "children": [4]}], "one of children is not there"),
        ([{"mesh": 0, "children": "x"}], "children is no list"),
        ([{"mesh": 3}], "meshes 3 is named and not there"),
        ([{"mesh": 0, "scale": [1, 2]}], "scale is no list of 3 numbers"),
        ([{"mesh": 0, "rotation": [1, 2, 3, None]}], "rotation is no number"),
    ],
)
def test_malformed_trees_are_named(tmp_path, nodes, words):
    with pytest.raises(AssetError, match=words) as caught:
        with_nodes(nodes).read(tmp_path)
    assert caught.value.reason == "unreadable"


def test_hidden_branches_are_not_shown(tmp_path):
    hidden = {"children": [2], "extensions": {"KHR_node_visibility": {"visible": False}}}
    assert xs(with_nodes([{"mesh": 0, "children": [1]}, hidden, TWO[1]]), tmp_path) == [0]


def test_a_node_that_a_scene_names_twice_is_shown_once(tmp_path):
    assert xs(with_nodes([{"mesh": 0, "children": [1]}, TWO[1]], scenes=[{"nodes": [0, 1, 0]}]), tmp_path) == [0, 5]


def instanced(**attributes) -> Gltf:
    file = with_nodes([{"mesh": 0, "scale": [2, 2, 2]}])
    given = {name: file.accessor(rows, **more) for name, (rows, more) in attributes.items()}
    file.tree["nodes"][0]["extensions"] = {"EXT_mesh_gpu_instancing": {"attributes": given}}
    return file.used("EXT_mesh_gpu_instancing", required=True)


def test_instances_stand_in_the_frame_of_their_node(tmp_path):
    moved = np.array([[0, 0, 0], [4, 0, 0], [0, 0, 9]], "<f4")
    mesh, _ = instanced(TRANSLATION=(moved, {}), SCALE=(np.array([[1, 1, 1], [2, 1, 1], [-1, 1, 1]], "<f4"), {})).read(
        tmp_path
    )
    assert len(mesh.faces) == 6
    assert area(mesh) == pytest.approx(4 * (1 + 2 + 1))
    np.testing.assert_allclose(bounds(mesh), [[-2, 0, 0], [12, 2, 18]])
    p = triangles_of(mesh)
    assert (np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])[:, 2] > 0).all()  # the mirrored one is turned back


def test_turns_of_instances_may_be_shares_of_integers(tmp_path):
    quarter = np.array([[0, 0, 23170, 23170]], "<i2")
    mesh, _ = instanced(ROTATION=(quarter, {"normalized": True})).read(tmp_path)
    np.testing.assert_allclose(bounds(mesh), [[-2, 0, 0], [0, 2, 0]], atol=1e-6)


@pytest.mark.parametrize(
    "attributes", [{}, {"TRANSLATION": (QUAD, {}), "SCALE": (QUAD[:2], {})}, {"ROTATION": (QUAD, {})}]
)
def test_instances_that_do_not_match_are_unreadable(tmp_path, attributes):
    with pytest.raises(AssetError, match="instances of a mesh without places, or with places that do not match"):
        instanced(**attributes).read(tmp_path)


def test_copies_count_towards_the_limit(tmp_path):
    file = instanced(TRANSLATION=(np.zeros((60_000, 3), "<f4"), {}))
    file.tree["nodes"] *= 200
    file.tree["scenes"] = [{"nodes": list(range(200))}]
    with pytest.raises(AssetError, match="triangles, more than 10000000") as caught:
        file.read(tmp_path)
    assert caught.value.reason == "too_large"


def test_a_primitive_of_a_shared_mesh_is_shown_at_each_node(tmp_path):
    file = with_nodes(TWO, scenes=[{"nodes": [0, 1]}])
    first_primitive(file)["material"] = file.add("materials", name="m")
    mesh, _ = file.read(tmp_path)
    assert (len(mesh.faces), len(mesh.materials)) == (4, 1)
