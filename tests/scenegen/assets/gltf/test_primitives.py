"""Primitives: modes, indices, morph targets."""

import numpy as np
import pytest
from gltf_files import QUAD, Gltf, area, first_primitive, quad, triangles_of
from hypothesis import given
from hypothesis import strategies as st

from scenegen.assets.gltf.primitives import triangulated
from scenegen.errors import AssetError

STRIP = QUAD[[0, 1, 3, 2]]


@given(st.integers(0, 40), st.sampled_from([5, 6]))
def test_strips_and_fans_make_a_polygon_of_one_side(count, mode):
    """Corners of a convex polygon: n - 2 triangles that fill it, all turned the same way."""
    angle = np.linspace(0, 2 * np.pi, count, endpoint=False)
    around = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    order = (
        np.arange(count)
        if mode == 6
        else np.array([(k + 1) // 2 if k % 2 else -k // 2 for k in range(count)]) % max(count, 1)
    )
    p = around[triangulated(order, mode)] if count else np.zeros((0, 3, 2))
    doubled = np.cross(np.pad(p[:, 1] - p[:, 0], ((0, 0), (0, 1))), np.pad(p[:, 2] - p[:, 0], ((0, 0), (0, 1))))[:, 2]
    assert len(p) == max(0, count - 2)
    assert (doubled > 0).all() or (doubled < 0).all()
    assert abs(doubled.sum()) == pytest.approx(count * np.sin(2 * np.pi / count) if count > 2 else 0)


@pytest.mark.parametrize(("mode", "points"), [(4, QUAD[[0, 1, 2, 0, 2, 3]]), (5, STRIP), (6, QUAD)])
@pytest.mark.parametrize("indexed", [True, False])
def test_modes_with_and_without_indices(tmp_path, mode, points, indexed):
    file = quad(POSITION=points, TEXCOORD_0=None)
    primitive = first_primitive(file) | {"mode": mode, "indices": file.accessor(np.arange(len(points), dtype="<u2"))}
    if not indexed:
        del primitive["indices"]
    file.tree["meshes"][0]["primitives"] = [primitive]
    mesh, _ = file.read(tmp_path)
    assert area(mesh) == pytest.approx(1)
    p = triangles_of(mesh)
    assert (np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])[:, 2] > 0).all()


@pytest.mark.parametrize("code", ["<u1", "<u2", "<u4"])
def test_indices_of_every_type(tmp_path, code):
    file = quad()
    first_primitive(file)["indices"] = file.accessor(np.array([0, 1, 2, 0, 2, 3, 1], code))  # one corner too many
    assert area(file.read(tmp_path)[0]) == pytest.approx(1)


def test_points_and_lines_are_counted_and_left_out(tmp_path):
    file = quad()
    for mode in (0, 1, 2, 3):
        file.tree["meshes"][0]["primitives"].append(first_primitive(file) | {"mode": mode})
    mesh, defects = file.read(tmp_path)
    assert len(mesh.faces) == 2
    assert [(d.code, d.detail) for d in defects] == [("not_triangles", "4 primitives of points or lines")]
    file.tree["meshes"][0]["primitives"] = file.tree["meshes"][0]["primitives"][1:]
    with pytest.raises(AssetError) as caught:
        file.read(tmp_path)
    assert caught.value.reason == "no_faces"


@pytest.mark.parametrize(
    ("corners", "reason"),
    [(np.array([0, 1, 4], "<u2"), "bad_index"), (QUAD[:, :1], "unreadable"), (QUAD.astype("<u2"), "unreadable")],
)
def test_broken_indices(tmp_path, corners, reason):
    file = quad()
    first_primitive(file)["indices"] = file.accessor(corners)
    with pytest.raises(AssetError) as caught:
        file.read(tmp_path)
    assert caught.value.reason == reason


def test_an_attribute_with_fewer_rows_is_an_index_out_of_range(tmp_path):
    with pytest.raises(AssetError) as caught:
        quad(NORMAL=QUAD[:2]).read(tmp_path)
    assert caught.value.reason == "bad_index"


def morphed(weights: dict, sparse: bool = False) -> Gltf:
    """A square whose upper edge goes up by 2 and whose right edge goes right by 1."""
    file = quad(NORMAL=np.tile(np.array([[0, 0, 1]], "<f4"), (4, 1)), TEXCOORD_0=None)
    up, right = QUAD * [0, 2, 0], QUAD * [1, 0, 0]
    targets = [
        {"POSITION": file.accessor(up.astype("<f4")), "NORMAL": file.accessor((QUAD * 0).astype("<f4"))},
        {"POSITION": file.accessor(right.astype("<f4"))},
    ]
    if sparse:
        rows = {"bufferView": file.view(np.array([2, 3], "u1").tobytes()), "componentType": 5121}
        moved = {"bufferView": file.view(up[2:].astype("<f4").tobytes())}
        targets[0]["POSITION"] = file.add(
            "accessors", componentType=5126, count=4, type="VEC3", sparse={"count": 2, "indices": rows, "values": moved}
        )
    first_primitive(file)["targets"] = targets
    file.tree["meshes"][0] |= {k: v for k, v in weights.items() if k == "weights"}
    file.tree["nodes"][0] |= {"weights": weights["node"]} if "node" in weights else {}
    return file


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize(
    ("weights", "size"),
    [
        ({}, (1, 1)),
        ({"weights": [1, 0]}, (1, 3)),
        ({"weights": [0.5, 2]}, (3, 2)),
        ({"weights": [1, 1], "node": [0, -0.5]}, (0.5, 1)),
    ],
)
def test_default_weights_of_morph_targets_apply(tmp_path, weights, size, sparse):
    mesh, _ = morphed(weights, sparse).read(tmp_path)
    np.testing.assert_allclose(mesh.vertices.max(0)[:2], size)


def test_a_mesh_shown_with_several_weights(tmp_path):
    file = morphed({"weights": [0, 0]})
    file.tree["nodes"] = [{"mesh": 0, "weights": [k, 0]} for k in (0, 1, 1)]
    file.tree["scenes"] = [{"nodes": [0, 1, 2]}]
    mesh, _ = file.read(tmp_path)
    np.testing.assert_allclose(triangles_of(mesh)[:, :, 1].max(1), [1, 1, 3, 3, 3, 3])


def test_weights_that_are_none(tmp_path):
    with pytest.raises(AssetError, match="weights are no list"):
        morphed({"weights": 5}).read(tmp_path)
    with pytest.raises(AssetError, match="a weight is no number"):
        morphed({"weights": ["1"]}).read(tmp_path)
