"""The files of glTF: chunks, versions, counts, and the names of other files in them."""

import json
import struct

import pytest
from gltf_files import glb_of, quad
from model_files import write

from scenegen.assets.digest import source_files
from scenegen.assets.gltf.container import MOST_PARTS, named_files, read_document
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError


def refused(tmp_path, data: bytes, name: str = "a.glb") -> AssetError:
    with pytest.raises(AssetError) as caught:
        read_mesh_file(write(tmp_path / name, data))
    return caught.value


def test_unknown_chunks_and_trailing_bytes_are_passed_over(tmp_path):
    data = quad().glb()
    extra = struct.pack("<II", 4, 0x12345678) + b"abcd"
    for odd in (
        data + b"tail",
        data[:8] + struct.pack("<I", len(data) + 12) + data[12:] + extra,
        data[:8] + b"\xff\xff\xff\x7f" + data[12:],
    ):
        assert len(read_mesh_file(write(tmp_path / "a.glb", odd))[0].faces) == 2


@pytest.mark.parametrize("cut", [13, 40, -1, -40])
def test_a_glb_that_is_cut_off_is_unreadable(tmp_path, cut):
    error = refused(tmp_path, quad().glb()[:cut])
    assert error.reason == "unreadable"
    assert "not a whole GLB file" in str(error)


def test_what_a_file_is_is_told_by_its_first_bytes(tmp_path):
    assert len(read_mesh_file(write(tmp_path / "a.gltf", quad().glb()))[0].faces) == 2
    assert len(read_mesh_file(write(tmp_path / "b.glb", quad().gltf()))[0].faces) == 2


def test_a_byte_order_mark_is_skipped(tmp_path):
    assert len(read_mesh_file(write(tmp_path / "a.gltf", b"\xef\xbb\xbf" + quad().gltf()))[0].faces) == 2


@pytest.mark.parametrize(
    "data",
    [
        json.dumps({"asset": {"version": "1.0"}, "meshes": {"m": {}}}).encode(),
        json.dumps({"meshes": {"m": {}}}).encode(),
        glb_of(b"{}", b"", version=1),
    ],
)
def test_version_1_is_refused_by_name(tmp_path, data):
    error = refused(tmp_path, data)
    assert error.reason == "unsupported"
    assert str(error) == "a.glb: glTF 1.0 is not read; convert it to 2.0 (gltf-pipeline, Blender)"


def test_a_later_version_is_read_unless_it_says_it_must_not_be(tmp_path):
    file = quad()
    file.tree["asset"] = {"version": "2.1"}
    assert len(file.read(tmp_path)[0].faces) == 2
    file.tree["asset"] = {"version": "3.0", "minVersion": "3.0"}
    assert refused(tmp_path, file.glb()).reason == "unsupported"


@pytest.mark.parametrize("data", [b"[1]", b"{", b'{"a": NaN}', b"\xff\xfe{\x00}\x00", b"[" * 100_000])
def test_what_is_no_json_object_is_unreadable(tmp_path, data):
    assert refused(tmp_path, data, "a.gltf").reason == "unreadable"


@pytest.mark.parametrize("data", [b"<html>404</html>", b"glb", b"\xef\xbb\xbf \n"])
def test_what_is_something_else_altogether_is_called_so(tmp_path, data):
    assert str(refused(tmp_path, data, "a.glb")) == "a.glb: neither GLB nor JSON; is this a glTF file?"


def test_absurdly_many_parts_are_refused(tmp_path):
    file = quad()
    file.tree["nodes"] = [{}] * (MOST_PARTS + 1)
    assert str(refused(tmp_path, file.glb())) == "a.glb: 100001 nodes, more than 100000"


def test_named_files_are_those_of_buffers_and_pictures(tmp_path):
    file = quad()
    file.add("images", uri="t.png")
    file.add("images", uri="data:image/png;base64,AAAA")
    path = write(tmp_path / "a.gltf", file.gltf("a%20b.bin"))
    assert named_files(path) == ["a%20b.bin", "t.png"]
    assert named_files(write(tmp_path / "broken.gltf", b"{")) == []
    write(tmp_path / "a b.bin", file.blob)
    assert source_files(path, tmp_path) == (tmp_path / "a b.bin", path)


def test_the_binary_part_is_not_copied(tmp_path):
    file = quad()
    document = read_document(write(tmp_path / "a.glb", file.glb()))
    assert document.blob is not None
    assert bytes(document.blob) == file.blob
