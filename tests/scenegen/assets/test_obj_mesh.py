"""OBJ files: what they hold, and what is wrong with them."""

import numpy as np
import pytest
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_files import (
    CASES,
    CUBOID_AREA,
    TEXTURED,
    TRIANGLE,
    area,
    box,
    codes,
    obj_text,
    refusal,
    write,
    write_image,
)

from scenegen.assets.obj import library_names, parse_obj
from scenegen.assets.obj_mesh import library_files, obj_files
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError


def test_texture_coordinates_are_kept_outside_the_unit_square(tmp_path):
    write(tmp_path / "a.mtl", "newmtl m\nKd 1 0 0\nmap_Kd pic.png\n")
    write_image(tmp_path / "pic.png")
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", TEXTURED))
    assert defects == ()
    np.testing.assert_array_equal(mesh.uv, [[0, 0], [3.5, 0], [0, -2]])
    np.testing.assert_array_equal(mesh.materials[0].texture.levels[0][0, 0], [200, 30, 10])


def test_faces_without_coordinates_lose_the_texture_only(tmp_path):
    write(tmp_path / "a.mtl", "newmtl m\nKd 0 0 1\nmap_Kd pic.png\n")
    write_image(tmp_path / "pic.png")
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", TEXTURED + "f 1 2 3\nf 1//1 2 3/9\n"))
    assert [(d.code, d.detail) for d in defects] == [("no_uv", "m: 2 faces")]
    assert [mesh.materials[i].texture is None for i in mesh.face_material] == [False, True, True]
    assert mesh.materials[mesh.face_material[1]].color == (0, 0, 1)


def test_materials_change_per_face_and_equal_pictures_are_shared(tmp_path):
    names = ["textured:_a", "b c", "plain", "gone"]
    mtl = f"newmtl {names[0]}\t\nmap_Kd 1.png\nnewmtl {names[1]}\nmap_Kd 2.png\nnewmtl plain\nKd 0.1 0.2 0.3\n"
    write(tmp_path / "my lib.mtl", mtl)
    write_image(tmp_path / "1.png")
    write_image(tmp_path / "2.png")
    faces = "".join(f"usemtl {n}\ng {n}\nf 1/1 2/1 3/1\nl 1 2\n" for n in names)
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", f"mtllib my lib.mtl\n{TRIANGLE}vt 0 0\nf 1 2 3\n{faces}"))
    assert [mesh.materials[i].name for i in mesh.face_material] == ["", *names]
    assert mesh.materials[1].texture is mesh.materials[2].texture is not None
    assert mesh.materials[3].color == (0.1, 0.2, 0.3)
    assert [(d.code, d.detail) for d in defects] == [("missing_material", "gone")]


def test_polygons_become_fans_and_negative_indices_count_back(tmp_path):
    quad = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf -4 -3 -2 -1\nv 9 9 9\nf -1 -5 2 # end\n"
    mesh, _ = read_mesh_file(write(tmp_path / "a.obj", quad))
    expected = [[[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 0, 0], [1, 1, 0], [0, 1, 0]], [[9, 9, 9], [0, 0, 0], [1, 0, 0]]]
    np.testing.assert_array_equal(mesh.vertices[mesh.faces], expected)


def test_vertex_colors_continued_lines_and_old_line_ends(tmp_path):
    text = "v 0 0 0 1 0 0\rv 1 0 \\\r0 0 1 0\rv 0 1 0 0 0 0.5\rf 1 \\\r2 3\r".replace("\r", "\r\n")
    mesh, _ = read_mesh_file(write(tmp_path / "a.obj", text))
    np.testing.assert_array_equal(mesh.colors, [[255, 0, 0], [0, 255, 0], [0, 0, 128]])
    assert mesh.materials[0].color == (1, 1, 1)


def test_missing_normals_among_others_are_the_faces_own(tmp_path):
    mesh, _ = read_mesh_file(write(tmp_path / "a.obj", TRIANGLE + "vn 1 0 0\nf 1//1 2//1 3//1\nf 1 2 3\n"))
    np.testing.assert_array_equal(mesh.normals[mesh.faces[0]], [[1, 0, 0]] * 3)
    np.testing.assert_array_equal(mesh.normals[mesh.faces[1]], [[0, 0, 1]] * 3)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("hello\n", "empty"),
        ("v 0 0 0\n", "no_faces"),
        (TRIANGLE + "f 1 2\n", "no_faces"),
        (TRIANGLE + "f 1 2 4\n", "bad_index"),
        (TRIANGLE + "f 1 2 0\n", "bad_index"),
        (TRIANGLE + "f 1 2 -4\n", "bad_index"),
        (TRIANGLE + "f 1 2 x\n", "unreadable"),
        (TRIANGLE + "f 1 2 99999999999999999999999\n", "unreadable"),
        (TRIANGLE + "v 1 2\nf 1 2 3\n", "unreadable"),
        (TRIANGLE + "v 1 2 1.#IND\nf 1 2 3\n", "unreadable"),
        (TRIANGLE + "v 1 2 nan\nf 1 2 4\n", "not_finite"),
        (TRIANGLE + "v 1 2 1e300\nf 1 2 4\n", "not_finite"),
    ],
)
def test_broken_obj_files_have_a_reason(tmp_path, text, code):
    assert refusal(write(tmp_path / "a.obj", text)) == code


def test_unused_infinities_do_no_harm(tmp_path):
    mesh, _ = read_mesh_file(write(tmp_path / "a.obj", TRIANGLE + "v 1 2 nan\nf 1 2 3\n"))
    assert len(mesh.faces) == 1


def test_coordinates_that_are_no_numbers_become_zero(tmp_path):
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", TRIANGLE + "vt 0 nan\nf 1/1 2/1 3/1\n"))
    assert codes(defects) == ["bad_uv"]
    assert np.isfinite(mesh.uv).all()


WORDS = ["v", "vt", "vn", "f", "l", "usemtl", "mtllib", "0", "1", "2", "3", "-1"]
WORDS += ["1/1", "1//2", "2/", "/", "nan", "1e9", "#", "\\", "\n"]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_rubbish_never_raises_anything_but_asset_errors(tmp_path, words):
    path = write(tmp_path / "a.obj", TRIANGLE + " ".join(words))
    try:
        found = "" if len(read_mesh_file(path)[0].faces) else "no faces returned"
    except AssetError as error:
        found = error.reason
    assert found in ("", "no_faces", "bad_index", "unreadable", "not_finite")


def test_obj_agrees_with_trimesh_on_plain_geometry(tmp_path):
    path = write(tmp_path / "a.obj", obj_text())
    mesh, _ = read_mesh_file(path)
    np.testing.assert_allclose(mesh.vertices[mesh.faces], trimesh.load_mesh(path, process=False).triangles)


def test_a_large_obj_with_line_elements_has_all_its_faces(shared_data):
    data = next((shared_data / "shapenet/ShapeNetCore.v2/02958343").rglob("*.obj")).read_bytes()
    assert len(parse_obj(data, "car").corners) == 19_240


@pytest.mark.parametrize(
    ("faces", "expected"),
    [
        ("f 1/1/ 2/2/ 3/3/\n", [[0, 0], [1, 0], [0, 1]]),
        ("f 1/1 2/2/ 3/3//\n", [[0, 0], [1, 0], [0, 1]]),
        ("f 1// 2// 3//\n", [[0, 0]] * 3),
        ("f 1/ 2/ 3/\n", [[0, 0]] * 3),
    ],
)
def test_what_is_left_out_behind_a_slash_counts_as_not_given(tmp_path, faces, expected):
    mesh, _ = read_mesh_file(write(tmp_path / "a.obj", TRIANGLE + "vt 0 0\nvt 1 0\nvt 0 1\n" + faces))
    np.testing.assert_array_equal(mesh.uv[mesh.faces[0]], expected)
    np.testing.assert_array_equal(mesh.vertices[mesh.faces[0]], [[0, 0, 0], [1, 0, 0], [0, 1, 0]])


def test_slashes_alone_are_malformed(tmp_path):
    assert refusal(write(tmp_path / "a.obj", TRIANGLE + "f / / /\n")) == "unreadable"


def test_a_byte_order_mark_costs_no_line(tmp_path):
    write(tmp_path / "a.mtl", b"\xef\xbb\xbfnewmtl m\nKd 1 0 0\n")
    path = write(tmp_path / "a.obj", b"\xef\xbb\xbf" + TEXTURED.encode())
    mesh, defects = read_mesh_file(path)
    assert defects == ()
    assert mesh.materials[0].color == (1, 0, 0)
    assert obj_files(path, tmp_path) == [tmp_path / "a.mtl"]


def test_a_byte_order_mark_costs_no_vertex(tmp_path):
    mesh, _ = read_mesh_file(write(tmp_path / "a.obj", b"\xef\xbb\xbf" + (TRIANGLE + "f 1 2 3\n").encode()))
    np.testing.assert_array_equal(mesh.vertices[mesh.faces[0]], [[0, 0, 0], [1, 0, 0], [0, 1, 0]])


def test_names_in_latin_1_are_found(tmp_path):
    """Materials too: the library may be in another encoding than the model."""
    write(tmp_path / "tür.mtl", "newmtl h\xf6lzern\nmap_Kd t\xfcr.png\n".encode("latin-1"))
    write_image(tmp_path / "tür.png", (1, 2, 3))
    text = TEXTURED.replace("a.mtl", "tür.mtl").replace("usemtl m", "usemtl hölzern")
    for encoding in ("latin-1", "utf-8"):
        path = write(tmp_path / "a.obj", text.encode(encoding))
        mesh, defects = read_mesh_file(path)
        assert defects == ()
        np.testing.assert_array_equal(mesh.materials[0].texture.levels[0][0, 0], [1, 2, 3])
        assert obj_files(path, tmp_path) == [tmp_path / "tür.mtl", tmp_path / "tür.png"]


def test_libraries_are_named_at_the_start_of_lines_only():
    text = b"\xef\xbb\xbfmtllib a.mtl\n# mtllib no.mtl\n  mtllib b c.mtl \r\nmtllib a.mtl\nusemtl mtllib d.mtl\rmtllib\te.mtl"
    assert library_names(text) == ("a.mtl", "b c.mtl", "e.mtl")
    assert parse_obj(text + b"\n" + (TRIANGLE + "f 1 2 3").encode(), "a").libraries == library_names(text)


@pytest.mark.parametrize(
    ("line", "libraries"),
    [
        ("my red.mtl", ["my red.mtl"]),
        ("my red.mtl my blue.MTL ", ["my red.mtl", "my blue.MTL"]),
        ("plain red.mtl", ["plain", "red.mtl"]),
        ("red.mtl plain", ["red.mtl", "plain"]),
    ],
)
def test_several_libraries_of_one_line_may_have_blanks_in_their_names(tmp_path, line, libraries):
    for name in libraries:
        write(tmp_path / name, "newmtl x\n")
    found, defects = library_files((line,), tmp_path, tmp_path)
    assert [p.name for p in found] == libraries
    assert defects == []


def test_a_remark_behind_a_library_is_no_library(tmp_path):
    write(tmp_path / "a.mtl", "newmtl m\n")
    assert read_mesh_file(write(tmp_path / "a.obj", TEXTURED.replace("a.mtl", "a.mtl # of mine")))[1] == ()


@pytest.mark.parametrize(("name", "sides"), [("f2_obj", [0.3, 0.4, 0.6]), ("f3_obj_8km", [0.03, 0.04, 0.06])])
def test_far_from_the_origin_nothing_is_lost(name, sides):
    mesh, defects = read_mesh_file(CASES / "obj" / name / "a.obj")
    assert defects == ()
    assert box(mesh) == sides


def test_concave_faces_are_not_filled():
    mesh, _ = read_mesh_file(CASES / "polygons/obj/r.obj")
    assert area(mesh) == pytest.approx(2 * 22.5 + 22 * 2.6)
    floor = mesh.faces[mesh.face_material == 0]
    assert area(type(mesh)(mesh.vertices, floor, np.zeros(len(floor), np.int32), mesh.materials)) == pytest.approx(22.5)


def test_concave_faces_of_others(shared_cases):
    """Blender's text and the Cornell box, against the areas of the polygons by Newell's formula."""
    for name in ("concave_polygon.obj", "CornellBox-Original.obj"):
        path = shared_cases / "foreign/20-concave" / name
        lines = [line.split() for line in path.read_text().splitlines()]
        points = np.array([[float(w) for w in line[1:4]] for line in lines if line[:1] == ["v"]])
        rings = [[int(w.split("/")[0]) for w in line[1:]] for line in lines if line[:1] == ["f"]]
        flat = [points[[i - 1 if i > 0 else i + len(points) for i in ring]] for ring in rings]
        if name.startswith("concave"):
            newell = sum(np.linalg.norm(np.cross(r, np.roll(r, -1, axis=0)).sum(0)) / 2 for r in flat)
            assert area(read_mesh_file(path)[0]) == pytest.approx(newell, rel=1e-5)
        assert len(read_mesh_file(path)[0].faces) > len(rings)


def test_pictures_are_scaled_and_shifted_by_their_materials(tmp_path):
    """Two materials at the same corners: each has its own coordinates, so vertices are split."""
    mtl = "newmtl m\nmap_Kd -s 4 2 1 -o 0.5 0.25 0 pic.png\nnewmtl n\nmap_Kd pic.png\nnewmtl p\nmap_Kd -s 4 2 -o .5 .25 pic.png\n"
    write(tmp_path / "a.mtl", mtl)
    write_image(tmp_path / "pic.png")
    text = TEXTURED + "usemtl n\nf 1/1 2/2 3/3\nusemtl p\nf 1/1 2/2 3/3\n"
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", text))
    assert defects == ()
    plain = np.array([[0, 0], [3.5, 0], [0, -2]])
    np.testing.assert_array_equal(
        mesh.uv[mesh.faces], [plain * [4, 2] + [0.5, 0.25], plain, plain * [4, 2] + [0.5, 0.25]]
    )
    assert len(mesh.vertices) == 6


@pytest.mark.parametrize("name", ["o02a_mtl_bom", "o03b_opts_scale"])
def test_cases_have_their_texture(name):
    mesh, defects = read_mesh_file(CASES / "obj" / name / "a.obj")
    assert defects == ()
    assert mesh.materials[0].texture is not None
    assert area(mesh) == pytest.approx(CUBOID_AREA)
    assert mesh.uv.max() == (4 if name == "o03b_opts_scale" else 1)


def test_color_times_picture_unless_it_is_black(tmp_path):
    write_image(tmp_path / "pic.png")
    for line, textured, bare in (
        ("Kd 0.5 0.25 1", (0.5, 0.25, 1), (0.5, 0.25, 1)),
        ("Kd 0 0 0", (1, 1, 1), (0, 0, 0)),
        ("", (1, 1, 1), (0.7, 0.7, 0.7)),
    ):
        write(tmp_path / "a.mtl", f"newmtl m\n{line}\nmap_Kd pic.png\n")
        mesh, _ = read_mesh_file(write(tmp_path / "a.obj", TEXTURED + "f 1 2 3\n"))
        assert [m.color for m in mesh.materials] == [textured, bare]
        assert [m.texture is None for m in mesh.materials] == [False, True]


def test_a_material_may_give_off_light(tmp_path):
    write_image(tmp_path / "pic.png")
    write_image(tmp_path / "lit.png")
    linear = pytest.approx([0.2140, 0.0509, 1], abs=1e-4)
    white = (1, 1, 1)
    for lines, glow, lit in (
        ("Ke 0.5 0.25 1", linear, False),
        ("Ke 0.5 0.25 1\nmap_Ke lit.png", linear, True),
        ("Ke 0 0 0\nmap_Ke lit.png", white, True),
        ("map_Ke lit.png\nmap_Kd pic.png", white, True),
        ("map_Ke gone.png\nKe 1 1 1", (0, 0, 0), False),
        ("Ke 0 0 0\nmap_Kd pic.png", (0, 0, 0), False),
    ):
        write(tmp_path / "a.mtl", f"newmtl m\n{lines}\n")
        mesh, _ = read_mesh_file(write(tmp_path / "a.obj", TEXTURED))
        assert mesh.materials[0].glow == glow
        assert (mesh.materials[0].glow_texture is not None) is lit


def test_pictures_of_light_are_files_of_the_model(tmp_path):
    write(tmp_path / "m/mtl/a.mtl", "newmtl m\nmap_Ke t.png\n")
    write_image(tmp_path / "m/mtl/t.png", (1, 2, 3))
    path = write(tmp_path / "m/a.obj", TEXTURED.replace("a.mtl", "mtl/a.mtl"))
    mesh, defects = read_mesh_file(path)
    assert defects == ()
    assert mesh.materials[0].glow_texture.levels[0][0, 0].tolist() == [1, 2, 3]
    assert tmp_path / "m/mtl/t.png" in obj_files(path, tmp_path / "m")


def test_vertices_without_a_color_among_others_are_white(tmp_path):
    mesh, _ = read_mesh_file(write(tmp_path / "a.obj", "v 0 0 0 1 0 0.2\nv 1 0 0\nv 0 1 0 0 0 0 # black\nf 1 2 3\n"))
    np.testing.assert_array_equal(mesh.colors, [[255, 0, 51], [255, 255, 255], [0, 0, 0]])


def test_a_material_may_have_no_name(tmp_path):
    write(tmp_path / "a.mtl", "newmtl \nKd 1 0 0\nnewmtl m\nKd 0 0 1\nnewmtl\n")
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", TEXTURED + "usemtl\nf 1 2 3\n"))
    assert defects == ()
    assert [m.color for m in mesh.materials] == [(0, 0, 1), (0.7, 0.7, 0.7)]
    write(tmp_path / "a.mtl", "newmtl \nKd 1 0 0\nnewmtl m\nKd 0 0 1\n")
    assert [m.color for m in read_mesh_file(tmp_path / "a.obj")[0].materials] == [(0, 0, 1), (1, 0, 0)]


def test_pictures_lie_beside_their_library_or_beside_the_model(tmp_path):
    write(tmp_path / "m/mtl/a.mtl", "newmtl m\nmap_Kd .\\images\\t.png\nnewmtl n\nmap_Kd t.png\n")
    write_image(tmp_path / "m/mtl/images/t.png", (1, 2, 3))
    write_image(tmp_path / "m/t.png", (4, 5, 6))
    path = write(tmp_path / "m/a.obj", TEXTURED.replace("a.mtl", "mtl/a.mtl") + "usemtl n\nf 1/1 2/2 3/3\n")
    mesh, defects = read_mesh_file(path)
    assert defects == ()
    assert [m.texture.levels[0][0, 0].tolist() for m in mesh.materials] == [[1, 2, 3], [4, 5, 6]]
    names = {p.relative_to(tmp_path / "m").as_posix() for p in obj_files(path, tmp_path / "m")}
    assert names == {"mtl/a.mtl", "mtl/images/t.png", "t.png"}


def test_texels_that_should_be_seen_through_are_a_defect():
    mesh, defects = read_mesh_file(CASES / "obj/o14_alpha_png/a.obj")
    assert [(d.code, d.detail) for d in defects] == [("cut_out", "tex.png")]
    assert mesh.materials[0].texture is not None
