"""Views compressed by meshoptimizer."""

import meshopt
import numpy as np
import pytest
from gltf_files import QUAD, QUAD_F, Gltf, area
from model_files import CUBE_F, CUBE_V, write
from roots import SHARED

from scenegen.assets.gltf import packages
from scenegen.assets.limits import Limits
from scenegen.assets.mesh import bounds
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError

CUBE = CUBE_V.astype("<f4")
CASES = SHARED.parent / "cases"


def view(file: Gltf, data: bytes, count: int, stride: int, mode: str, *, name="EXT_meshopt_compression", **more) -> int:
    """A view that is compressed; its plain bytes are in a buffer that is not there."""
    at = file.view(data)
    packed = file.tree["bufferViews"].pop(at) | {"byteStride": stride, "count": count, "mode": mode} | more
    return file.add("bufferViews", buffer=1, byteLength=count * stride, extensions={name: packed})


def compressed(points=CUBE, faces=CUBE_F, *, index="<u4", mode="TRIANGLES", name="EXT_meshopt_compression") -> Gltf:
    file = Gltf()
    file.add("buffers", byteLength=1 << 30, extensions={name: {"fallback": True}})
    corners = faces.ravel().astype(index)
    data = meshopt.encode_gltf_buffer(points, "ATTRIBUTES")
    at = view(file, data, len(points), points.dtype.itemsize * points.shape[1], "ATTRIBUTES", name=name)
    triangles = view(file, meshopt.encode_gltf_buffer(corners, mode), len(corners), corners.itemsize, mode, name=name)
    position = file.add("accessors", bufferView=at, componentType=5126, count=len(points), type="VEC3")
    code = {"<u2": 5123, "<u4": 5125}[index]
    file.mesh(
        {
            "attributes": {"POSITION": position},
            "indices": file.add(
                "accessors", bufferView=triangles, componentType=code, count=len(corners), type="SCALAR"
            ),
        }
    )
    return file.used(name, required=True)


@pytest.mark.parametrize("name", ["EXT_meshopt_compression", "KHR_meshopt_compression"])
@pytest.mark.parametrize(("index", "mode"), [("<u2", "TRIANGLES"), ("<u4", "TRIANGLES"), ("<u4", "INDICES")])
def test_a_cube_comes_back(tmp_path, name, index, mode):
    mesh, defects = compressed(index=index, mode=mode, name=name).read(tmp_path)
    assert defects == ()
    assert area(mesh) == pytest.approx(6)
    np.testing.assert_array_equal(bounds(mesh), [[0, 0, 0], [1, 1, 1]])


def test_filters_are_undone(tmp_path):
    file = compressed(QUAD, QUAD_F.reshape(-1, 3))
    normals = np.array([[0, 0, 1, 0], [0, 0.6, 0.8, 0], [0.6, 0, 0.8, 0], [0, 0, 1, 0]], np.float32)
    data = meshopt.encode_gltf_buffer(meshopt.encode_filter_oct(normals, 4, 8), "ATTRIBUTES")
    at = view(file, data, 4, 4, "ATTRIBUTES", filter="OCTAHEDRAL")
    file.tree["bufferViews"][at]["byteStride"] = 4
    entry = file.add("accessors", bufferView=at, componentType=5120, normalized=True, count=4, type="VEC3")
    file.tree["meshes"][0]["primitives"][0]["attributes"]["NORMAL"] = entry
    mesh, _ = file.read(tmp_path)
    np.testing.assert_allclose(mesh.normals, normals[:, :3], atol=0.02)


def test_damage_and_unknown_modes_are_unreadable(tmp_path):
    file = compressed()
    for change, words in (
        ({"byteLength": 9}, "meshopt data do not decode"),
        ({"mode": "LINES"}, "mode 'LINES'"),
        ({"filter": "X"}, "filter 'X'"),
        ({"byteStride": 300}, "do not decode"),
    ):
        packed = file.tree["bufferViews"][0]["extensions"]["EXT_meshopt_compression"]
        before = dict(packed)
        packed.update(change)
        with pytest.raises(AssetError, match=words) as caught:
            file.read(tmp_path)
        assert caught.value.reason == "unreadable"
        packed.clear()
        packed.update(before)


def test_claims_are_bounded_before_decoding(tmp_path, monkeypatch):
    monkeypatch.setattr(meshopt, "decode_gltf_buffer", lambda *args: pytest.fail("decoded"))
    file = compressed()
    file.tree["bufferViews"][0]["extensions"]["EXT_meshopt_compression"]["count"] = 1 << 20
    with pytest.raises(AssetError, match="its buffers hold more than an asset may") as caught:
        read_mesh_file(write(tmp_path / "a.glb", file.glb()), limits=Limits(1 << 20, 1000, 1))
    assert caught.value.reason == "too_large"


def test_without_the_package_one_line_says_so(tmp_path, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(packages, "import_module", missing)
    with pytest.raises(
        AssetError, match=r"a.glb: EXT_meshopt_compression needs meshopt, which is not installed: pip install meshopt"
    ) as caught:
        compressed().read(tmp_path)
    assert caught.value.reason == "missing_package"


def test_a_file_of_others():
    path = CASES / "foreign/14-meshopt/BoxMeshopt.glb"
    if not path.is_file():
        pytest.skip(f"BoxMeshopt.glb not found in {CASES}")
    mesh, _ = read_mesh_file(path)
    assert area(mesh) == pytest.approx(6, abs=1e-3)
