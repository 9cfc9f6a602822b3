"""Buffers: inside the file, in data URIs, beside it, and not there."""

import base64
import json

import numpy as np
import pytest
from gltf_files import QUAD, glb_of, png, quad
from model_files import write

from scenegen.assets.gltf.buffers import data_uri
from scenegen.assets.limits import Limits
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError


def test_a_buffer_may_lie_beside_the_file_under_any_name(tmp_path):
    file = quad()
    for uri, name in (
        ("a.bin", "a.bin"),
        ("my%20d%C3%A4ta.bin", "my däta.bin"),
        ("sub/A.BIN", "sub/a.bin"),
        (".\\b.bin", "b.bin"),
    ):
        write(tmp_path / name, file.blob)
        mesh, _ = read_mesh_file(write(tmp_path / "a.gltf", file.gltf(uri)))
        np.testing.assert_array_equal(mesh.vertices, QUAD)


def test_a_missing_buffer_is_named(tmp_path):
    with pytest.raises(AssetError) as caught:
        read_mesh_file(write(tmp_path / "a.gltf", quad().gltf("scene.bin")))
    assert (caught.value.reason, str(caught.value)) == (
        "missing_buffer",
        "a.gltf: scene.bin is missing, which holds its geometry",
    )
    with pytest.raises(AssetError, match=r"a.glb: buffer 0 is missing: it names no file"):
        read_mesh_file(
            write(
                tmp_path / "a.glb", glb_of(json.dumps({**quad().tree, "buffers": [{"byteLength": 9}]}).encode(), None)
            )
        )


def test_a_buffer_outside_of_the_folder_is_not_read(tmp_path):
    write(tmp_path / "a.bin", quad().blob)
    with pytest.raises(AssetError) as caught:
        read_mesh_file(write(tmp_path / "sub" / "a.gltf", quad().gltf("../a.bin")))
    assert caught.value.reason == "outside_root"


def test_longer_and_shorter_buffers(tmp_path):
    file = quad()
    write(tmp_path / "a.bin", file.blob + bytes(99))
    assert len(read_mesh_file(write(tmp_path / "a.gltf", file.gltf("a.bin")))[0].faces) == 2
    write(tmp_path / "a.bin", file.blob[:-8])
    with pytest.raises(AssetError, match="reaches beyond its bytes"):
        read_mesh_file(tmp_path / "a.gltf")


def test_buffers_are_bounded_and_a_file_counts_once(tmp_path):
    file = quad()
    write(tmp_path / "a.bin", file.blob + bytes(10_000))
    tree = json.loads(file.gltf("a.bin"))
    tree["buffers"] *= 3
    for k, view in enumerate(tree["bufferViews"]):
        view["buffer"] = k % 3
    path = write(tmp_path / "a.gltf", json.dumps(tree))
    assert len(read_mesh_file(path, limits=Limits(12_000, 99, 99))[0].faces) == 2
    with pytest.raises(AssetError, match="its buffers hold more than an asset may") as caught:
        read_mesh_file(path, limits=Limits(9_000, 99, 99))
    assert caught.value.reason == "too_large"


@pytest.mark.parametrize(
    ("uri", "data"),
    [
        ("data:;base64,AQID", b"\1\2\3"),
        ("data:application/gltf-buffer;base64,AQI", b"\1\2"),
        ("data:;base64,AQ I\nD", b"\1\2\3"),
        ("data:;base64,AQI%3D", b"\1\2"),
        ("data:,a%20b", b"a b"),
    ],
)
def test_data_uris(uri, data):
    assert data_uri(uri) == data


@pytest.mark.parametrize("uri", ["data:", "data:;base64", "data:;base64,####"])
def test_broken_data_uris(uri):
    with pytest.raises(ValueError, match=r"data|base64|Only|Excess|padding"):
        data_uri(uri)


def test_a_picture_in_a_data_uri(tmp_path):
    file = quad({"pbrMetallicRoughness": {"baseColorTexture": {"index": 0}}})

    uri = "data:image/png;base64," + base64.b64encode(png(np.full((2, 2, 3), 9))).decode()
    file.add("textures", source=file.add("images", uri=uri))
    texture = file.read(tmp_path)[0].materials[0].texture
    assert texture is not None
    assert texture.levels[0][0, 0].tolist() == [9, 9, 9]
