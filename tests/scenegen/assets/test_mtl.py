"""MTL files, and the pictures that they name."""

import os
import unicodedata

import pytest
from model_files import TEXTURED, codes, write, write_image

from scenegen.assets.mtl import parse_mtl
from scenegen.assets.reading import read_mesh_file


@pytest.mark.parametrize(
    "name",
    [
        "pic ture.png",
        "PIC TURE.PNG",
        "sub\\..\\pic ture.png",
        '"pic ture.png"',
        "pic%20ture.png\t\t",
        "./pic ture.png ",
        "C:\\Users\\me\\pic ture.png",
        "/somewhere/else/pic ture.png",
        "-s 1 1 1 -o 0 0 0 -clamp on pic ture.png",
    ],
)
def test_textures_are_found_under_untidy_names(tmp_path, name):
    write(tmp_path / "a.mtl", f"newmtl m\nmap_Kd {name}\n")
    write_image(tmp_path / "pic ture.png")
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", TEXTURED))
    assert defects == ()
    assert mesh.materials[0].texture is not None


def test_a_texture_up_a_folder_needs_the_model_root(tmp_path):
    path = write(tmp_path / "m/models/a.obj", TEXTURED)
    write(tmp_path / "m/models/a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd ../images/t.png\n")
    write_image(tmp_path / "m/images/t.png")
    assert read_mesh_file(path, root=tmp_path / "m")[0].materials[0].texture is not None
    mesh, defects = read_mesh_file(path)
    assert codes(defects) == ["outside_root", "missing_texture"]
    assert mesh.materials[0].color == (0, 1, 0)


def test_nothing_outside_the_root_is_read(tmp_path):
    write_image(tmp_path / "secret.png")
    (tmp_path / "m").mkdir()
    path = write(tmp_path / "m/a.obj", TEXTURED)
    for name in ("../secret.png", "x/../../secret.png", str(tmp_path / "secret.png")):
        write(tmp_path / "m/a.mtl", f"newmtl m\nmap_Kd {name}\n")
        mesh, defects = read_mesh_file(path)
        assert codes(defects) == ["outside_root", "missing_texture"], name
        assert mesh.materials[0].texture is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("d 1", []),
        ("Tr 0", []),
        ("d 0.4", ["translucent"]),
        ("Tr 0.4", ["translucent"]),
        ("d 0", ["inverted_alpha"]),
        ("Tr 1.000000", ["inverted_alpha"]),
        ("d 1\nTr 1", []),
        ("map_d pic.png", ["alpha_map"]),
        ("d nan", []),
    ],
)
def test_every_material_is_opaque_and_says_what_it_was(tmp_path, line, expected):
    write(tmp_path / "a.mtl", f"newmtl m\nKd 1 1 1\n{line}\n")
    assert codes(read_mesh_file(write(tmp_path / "a.obj", TEXTURED))[1]) == expected


@pytest.mark.parametrize(
    ("options", "scale", "offset"),
    [
        ("", (1, 1), (0, 0)),
        ("-s 4 2 1", (4, 2), (0, 0)),
        ("-s 4", (4, 1), (0, 0)),
        ("-o 0.5", (1, 1), (0.5, 0)),
        ("-o -.5 1e-1 0 -s 2 3", (2, 3), (-0.5, 0.1)),
        ("-blendu on -s 2 2 2 -mm 0 1 -clamp off -bm 0.3", (2, 2), (0, 0)),
        ("-t 1 1 1 -texres 512", (1, 1), (0, 0)),
        ("-s 1e999 2 1", (1, 2), (0, 0)),
    ],
)
def test_options_scale_and_shift(options, scale, offset):
    for name in ("my pic.png", "4.png"):
        record = parse_mtl(f"newmtl m\nMAP_KD {options} {name}\n".encode())["m"]
        assert (record.texture, record.uv_scale, record.uv_offset) == (name, scale, offset)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-8-sig"])
def test_names_are_utf_8_or_latin_1(encoding):
    records = parse_mtl("newmtl hölzern\nKd 1 0 0\nmap_Kd tür.png\r\nmap_d löcher.png\n".encode(encoding))
    assert list(records) == ["hölzern"]
    assert (records["hölzern"].texture, records["hölzern"].alpha_map) == ("tür.png", "löcher.png")


@pytest.mark.parametrize(
    "on_disk", [b"t\xfcr.png", "tür.png".encode(), unicodedata.normalize("NFD", "tür.png").encode()]
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_names_on_disk_may_be_spelled_in_bytes_of_their_own(tmp_path, on_disk, encoding):
    """As other systems leave them: bytes of Latin-1, or accents as letters of their own."""
    write_image(tmp_path / "t.png").rename(tmp_path / os.fsdecode(on_disk))
    write(tmp_path / "a.mtl", "newmtl m\nmap_Kd tür.png\n".encode(encoding))
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", TEXTURED))
    assert defects == ()
    assert mesh.materials[0].texture is not None
