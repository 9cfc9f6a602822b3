"""Primitives compressed by Draco, and what their streams claim."""

import DracoPy
import numpy as np
import pytest
from gltf_files import QUAD, QUAD_F, QUAD_UV, Gltf, area, first_primitive, quad, triangles_of
from model_files import CUBE_F, CUBE_V
from roots import SHARED

from scenegen.assets.gltf import packages
from scenegen.assets.gltf.draco import claims, decode_stream
from scenegen.assets.limits import Limits
from scenegen.assets.mesh import bounds
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError

CASES = SHARED.parent / "cases"


def packed(points: np.ndarray = QUAD, faces: np.ndarray = QUAD_F, **more) -> bytes:
    return DracoPy.encode(points, faces.reshape(-1, 3).astype(np.uint32), quantization_bits=14, **more)


def compressed(data: bytes, count: int = 4, corners: int = 6, **inside: int) -> Gltf:
    """A primitive that is in a Draco stream alone."""
    file = Gltf()
    where = {"bufferView": file.view(data), "attributes": {"POSITION": 0} | inside}
    points = file.add("accessors", componentType=5126, count=count, type="VEC3")
    index = file.add("accessors", componentType=5123, count=corners, type="SCALAR")
    file.mesh(
        {"attributes": {"POSITION": points}, "indices": index, "extensions": {"KHR_draco_mesh_compression": where}}
    )
    return file.used("KHR_draco_mesh_compression", required=True)


@pytest.mark.parametrize("level", [0, 1, 7, 10])  # 0 is the sequential method
def test_a_cube_comes_back(tmp_path, level):
    mesh, defects = compressed(packed(CUBE_V.astype("f4"), CUBE_F, compression_level=level), 8, 36).read(tmp_path)
    assert defects == ()
    assert area(mesh) == pytest.approx(6, abs=1e-3)
    np.testing.assert_allclose(bounds(mesh), [[0, 0, 0], [1, 1, 1]], atol=1e-4)
    p = triangles_of(mesh).astype(float)
    assert (p[:, 0] * np.cross(p[:, 1], p[:, 2])).sum() / 6 == pytest.approx(1, abs=1e-3)


def test_attributes_outside_of_the_stream_are_read_as_ever(tmp_path):
    file = compressed(packed(preserve_order=True))
    attributes = first_primitive(file)["attributes"]
    attributes["TEXCOORD_0"] = file.accessor(QUAD_UV)
    texture = file.texture(np.zeros((2, 2, 3)))
    first_primitive(file)["material"] = file.add(
        "materials", pbrMetallicRoughness={"baseColorTexture": {"index": texture}}
    )
    mesh, _ = file.read(tmp_path)
    np.testing.assert_allclose(mesh.uv, mesh.vertices[:, :2], atol=1e-4)


def test_quantised_positions_in_a_stream_are_shares(tmp_path):
    """DracoPy gives them as floats."""
    file = compressed(DracoPy.encode((QUAD * 32767).astype(np.int32), QUAD_F.reshape(-1, 3).astype(np.uint32)))
    file.tree["accessors"][0] |= {"componentType": 5122, "normalized": True}
    mesh, _ = file.used("KHR_draco_mesh_compression", "KHR_mesh_quantization", required=True).read(tmp_path)
    np.testing.assert_allclose(bounds(mesh), [[0, 0, 0], [1, 1, 0]], atol=1e-6)


@pytest.mark.parametrize("metadata", [False, True])
@pytest.mark.parametrize("level", [0, 7])
def test_claims_are_read_from_the_head(level, metadata):
    data = packed(CUBE_V.astype("f4"), CUBE_F, compression_level=level, create_metadata=metadata)
    assert claims(data) == (12, 8)
    assert decode_stream(data, "a.glb").triangles.shape == (12, 3)


def test_claims_beyond_the_limits_are_refused_before_decoding(tmp_path, monkeypatch):
    data = packed(CUBE_V.astype("f4"), CUBE_F, compression_level=7)
    at = data.index(bytes([8, 12]), 11)  # vertices, faces
    monkeypatch.setattr(DracoPy, "decode", lambda data: pytest.fail("decoded"))
    many = compressed(data[: at + 1] + b"\xff\xff\xff\xff\x05" + data[at + 2 :]).glb()
    (tmp_path / "a.glb").write_bytes(many)
    with pytest.raises(AssetError, match="triangles, more than 1000") as caught:
        read_mesh_file(tmp_path / "a.glb", limits=Limits(1 << 20, 1000, 1))
    assert caught.value.reason == "too_large"
    (tmp_path / "b.glb").write_bytes(compressed(data[:at] + b"\xff\xff\xff\xff\x05" + data[at + 1 :]).glb())
    with pytest.raises(AssetError, match="Draco data claim 12 faces and 1610612735 vertices"):
        read_mesh_file(tmp_path / "b.glb", limits=Limits(1 << 20, 1000, 1))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"DRACO",
        b"NOTIT\2\2\1\1\0\0\0\0",
        b"DRACO\2\1\1\1\0\0\0\0",
        b"DRACO\2\2\0\1\0\0\0\0",
        packed()[:40],
        packed()[:13],
    ],
)
def test_damaged_streams_are_unreadable(tmp_path, data):
    with pytest.raises(AssetError, match="Draco data") as caught:
        compressed(data).read(tmp_path)
    assert caught.value.reason == "unreadable"


def test_an_attribute_that_the_stream_lacks_is_named(tmp_path):
    file = compressed(packed(), NORMAL=7)
    first_primitive(file)["attributes"]["NORMAL"] = 0
    with pytest.raises(AssetError, match="Draco data lack NORMAL"):
        file.read(tmp_path)


def test_without_the_package_one_line_says_so(tmp_path, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(packages, "import_module", missing)
    with pytest.raises(AssetError) as caught:
        compressed(packed()).read(tmp_path)
    assert caught.value.reason == "missing_package"
    assert (
        str(caught.value)
        == "a.glb: KHR_draco_mesh_compression needs DracoPy, which is not installed: pip install DracoPy"
    )
    assert len(quad().read(tmp_path)[0].faces) == 2


@pytest.mark.parametrize(
    ("name", "faces"),
    [
        ("foreign/13-draco/Box_Draco.glb", 12),
        ("foreign/13-draco/part_draco.glb", 14),
        ("gltf/draco_crafted/draco.glb", 12),
    ],
)
def test_files_of_others(name, faces):
    if not (CASES / name).is_file():
        pytest.skip(f"{name} not found in {CASES}")
    assert len(read_mesh_file(CASES / name)[0].faces) == faces
