"""Accessors: types, shares, strides, sparse rows, and claims beyond what is there."""

import numpy as np
import pytest
from gltf_files import CODES, QUAD, Gltf, area, first_primitive, quad
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from model_files import write

from scenegen.assets.gltf.accessors import Accessor, accessor, numbers_of, taken_rows
from scenegen.assets.gltf.buffers import Buffers
from scenegen.assets.gltf.container import read_document
from scenegen.errors import AssetError


def opened(file: Gltf, folder) -> Buffers:
    path = write(folder / "a.glb", file.glb())
    return Buffers(read_document(path), folder, path, 1 << 20)


@pytest.mark.parametrize("code", [c for c in CODES if c != "f4"])
def test_normalized_integers_are_shares_of_their_largest(tmp_path, code):
    dtype = np.dtype("<" + code)
    info = np.iinfo(dtype)
    file = Gltf()
    at = file.accessor(np.array([[info.max], [0], [info.min], [info.min + 1]], dtype), normalized=True)
    plain = file.accessor(np.array([[info.max], [1]], dtype))
    buffers = opened(file, tmp_path)
    least = -1 if info.min else 0
    expected = [1, 0, least, (info.min + 1) / info.max]  # signed ones are cut at -1
    np.testing.assert_allclose(numbers_of(accessor(buffers, at))[:, 0], expected)
    np.testing.assert_array_equal(numbers_of(accessor(buffers, plain))[:, 0], [info.max, 1])


def test_quantised_positions_and_coordinates_are_read(tmp_path):
    positions = np.zeros((4, 4), "<i2")  # three columns of four: rows begin at multiples of four bytes
    positions[:, :3] = QUAD * 32767
    file = quad({"pbrMetallicRoughness": {}}, POSITION=None, TEXCOORD_0=None)
    first_primitive(file)["attributes"]["POSITION"] = file.add(
        "accessors",
        bufferView=file.view(positions.tobytes(), byteStride=8),
        componentType=5122,
        count=4,
        type="VEC3",
        normalized=True,
    )
    mesh, _ = file.used("KHR_mesh_quantization", required=True).read(tmp_path)
    np.testing.assert_allclose(mesh.vertices, QUAD, atol=1e-7)


def test_interleaved_attributes(tmp_path):
    rows = np.zeros(4, [("p", "<f4", 3), ("skip", "u1", 4), ("uv", "<u2", 2)])
    rows["p"], rows["uv"] = QUAD + 2, [[0, 0], [65535, 0], [65535, 65535], [0, 65535]]
    file = quad(POSITION=None, TEXCOORD_0=None)
    view = file.view(rows.tobytes(), byteStride=rows.itemsize)
    tex = file.texture(np.zeros((2, 2, 3)))
    first_primitive(file)["material"] = file.add("materials", pbrMetallicRoughness={"baseColorTexture": {"index": tex}})
    first_primitive(file)["attributes"] = {
        "POSITION": file.add("accessors", bufferView=view, componentType=5126, count=4, type="VEC3"),
        "TEXCOORD_0": file.add(
            "accessors", bufferView=view, byteOffset=16, componentType=5123, count=4, type="VEC2", normalized=True
        ),
    }
    mesh, _ = file.read(tmp_path)
    np.testing.assert_array_equal(mesh.vertices, QUAD + 2)
    np.testing.assert_array_equal(mesh.uv, [[0, 1], [1, 1], [1, 0], [0, 0]])


@given(
    arrays(np.float32, (9, 3), elements=st.floats(-9, 9, width=32)),
    st.dictionaries(st.integers(0, 8), st.integers(-5, 5)),
    st.lists(st.integers(0, 8)),
)
def test_sparse_rows_stand_for_those_they_replace(rows, changes, picked):
    changed = np.array(sorted(changes), np.int64)
    values = np.array([[changes[k]] * 3 for k in changed.tolist()], np.float32).reshape(-1, 3)
    whole = rows.copy()
    whole[changed] = values
    source = Accessor(rows, False, changed, values)
    np.testing.assert_array_equal(numbers_of(source), whole)
    np.testing.assert_array_equal(taken_rows(source, np.array(picked, np.int64)), whole[picked])


@pytest.mark.parametrize("over", [True, False])
def test_sparse_accessors_of_a_file(tmp_path, over):
    file = quad(TEXCOORD_0=None)
    entry = file.tree["accessors"][0]
    moved = {"count": 2, "indices": {"bufferView": file.view(np.array([2, 3], "u1").tobytes()), "componentType": 5121}}
    entry["sparse"] = moved | {"values": {"bufferView": file.view(np.array([[1, 4, 0], [0, 4, 0]], "<f4").tobytes())}}
    if not over:  # without a view, the other rows are 0
        del entry["bufferView"]
    mesh, _ = file.read(tmp_path)
    expected = np.where([[True], [over], [False], [False]], QUAD, 0)
    expected[2:] = [[1, 4, 0], [0, 4, 0]]
    np.testing.assert_array_equal(mesh.vertices, expected)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"count": 5}, "reaches beyond its bytes"),
        ({"byteOffset": 4}, "reaches beyond its bytes"),
        ({"count": -1}, "count is no count"),
        ({"type": "VEC9"}, "is not known"),
        ({"componentType": 5124}, "is not known"),
        ({"type": "VEC2"}, "POSITION of 2 columns"),
        ({"bufferView": 99}, "bufferViews 99 is named and not there"),
    ],
)
def test_malformed_accessors_are_named(tmp_path, change, words):
    file = quad()
    file.tree["accessors"][0].update(change)
    with pytest.raises(AssetError, match=words) as caught:
        file.read(tmp_path)
    assert caught.value.reason == "unreadable"


def test_zeros_take_no_memory(tmp_path):
    file = Gltf()
    at = file.add("accessors", componentType=5126, count=10**12, type="VEC3")
    source = accessor(opened(file, tmp_path), at)
    assert source.rows.shape == (10**12, 3)
    assert source.rows.strides == (0, 0)


def test_rows_that_no_triangle_uses_are_left_out(tmp_path):
    """Primitives often share one long accessor."""
    file = quad(POSITION=np.vstack([QUAD, np.full((1000, 3), 7, "<f4")]), TEXCOORD_0=None)
    mesh, _ = file.read(tmp_path)
    np.testing.assert_array_equal(mesh.vertices, QUAD)
    assert area(mesh) == pytest.approx(1)
