import json
import zlib
from pathlib import Path

import numpy as np
import pytest
import trimesh
from fuzzing.seeds import png
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from model_files import CUBE_F, CUBE_V, TEXTURED, TRIANGLE, obj_text, write, write_image
from PIL import Image

from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.obj import parse_obj
from scenegen.assets.polygons import fan
from scenegen.assets.reading import MESH_SUFFIXES, read_mesh
from scenegen.errors import AssetError

GOOD, BAD = 36, {"02933112/f6d2550b82c208b012de5317fe5b354f", "03790512/923ce819405ae29230c72ee872e188e1"}
NO_UV = {"02954340/e823673c1edd73fb97c426435543a860", "03636649/23eaba9bdd51a5b0dfe9cab879fd37e8"}


def codes(defects):
    return [d.code for d in defects]


def reason(path: Path, **more) -> str:
    with pytest.raises(AssetError) as caught:
        read_mesh(path, **more)
    assert "\n" not in str(caught.value)
    assert path.name in str(caught.value)
    return caught.value.reason


# OBJ ---------------------------------------------------------------------------------------------


def test_texture_coordinates_are_kept_outside_the_unit_square(tmp_path):
    write(tmp_path / "a.mtl", "newmtl m\nKd 1 0 0\nmap_Kd pic.png\n")
    write_image(tmp_path / "pic.png")
    mesh, defects = read_mesh(write(tmp_path / "a.obj", TEXTURED))
    assert defects == ()
    np.testing.assert_array_equal(mesh.uv, [[0, 0], [3.5, 0], [0, -2]])
    np.testing.assert_array_equal(mesh.materials[0].texture.levels[0][0, 0], [200, 30, 10])


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
    mesh, defects = read_mesh(write(tmp_path / "a.obj", TEXTURED))
    assert defects == ()
    assert mesh.materials[0].texture is not None


def test_a_texture_up_a_folder_needs_the_model_root(tmp_path):
    path = write(tmp_path / "m/models/a.obj", TEXTURED)
    write(tmp_path / "m/models/a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd ../images/t.png\n")
    write_image(tmp_path / "m/images/t.png")
    assert read_mesh(path, root=tmp_path / "m")[0].materials[0].texture is not None
    mesh, defects = read_mesh(path)
    assert codes(defects) == ["outside_root", "missing_texture"]
    assert mesh.materials[0].color == (0, 1, 0)


def test_nothing_outside_the_root_is_read(tmp_path):
    write_image(tmp_path / "secret.png")
    (tmp_path / "m").mkdir()
    (tmp_path / "m/link.png").symlink_to(tmp_path / "secret.png")
    path = write(tmp_path / "m/a.obj", TEXTURED)
    for name in ("../secret.png", "x/../../secret.png", str(tmp_path / "secret.png"), "link.png"):
        write(tmp_path / "m/a.mtl", f"newmtl m\nmap_Kd {name}\n")
        mesh, defects = read_mesh(path)
        assert codes(defects) == ["outside_root", "missing_texture"], name
        assert mesh.materials[0].texture is None


def test_faces_without_coordinates_lose_the_texture_only(tmp_path):
    write(tmp_path / "a.mtl", "newmtl m\nKd 0 0 1\nmap_Kd pic.png\n")
    write_image(tmp_path / "pic.png")
    mesh, defects = read_mesh(write(tmp_path / "a.obj", TEXTURED + "f 1 2 3\nf 1//1 2 3/9\n"))
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
    mesh, defects = read_mesh(write(tmp_path / "a.obj", f"mtllib my lib.mtl\n{TRIANGLE}vt 0 0\nf 1 2 3\n{faces}"))
    assert [mesh.materials[i].name for i in mesh.face_material] == ["", *names]
    assert mesh.materials[1].texture is mesh.materials[2].texture is not None
    assert mesh.materials[3].color == (0.1, 0.2, 0.3)
    assert [(d.code, d.detail) for d in defects] == [("missing_material", "gone")]


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
    assert codes(read_mesh(write(tmp_path / "a.obj", TEXTURED))[1]) == expected


def test_polygons_become_fans_and_negative_indices_count_back(tmp_path):
    quad = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf -4 -3 -2 -1\nv 9 9 9\nf -1 -5 2 # end\n"
    mesh, _ = read_mesh(write(tmp_path / "a.obj", quad))
    expected = [[[0, 0, 0], [1, 0, 0], [1, 1, 0]], [[0, 0, 0], [1, 1, 0], [0, 1, 0]], [[9, 9, 9], [0, 0, 0], [1, 0, 0]]]
    np.testing.assert_array_equal(mesh.vertices[mesh.faces], expected)


def test_vertex_colors_continued_lines_and_old_line_ends(tmp_path):
    text = "v 0 0 0 1 0 0\rv 1 0 \\\r0 0 1 0\rv 0 1 0 0 0 0.5\rf 1 \\\r2 3\r".replace("\r", "\r\n")
    mesh, _ = read_mesh(write(tmp_path / "a.obj", text))
    np.testing.assert_array_equal(mesh.colors, [[255, 0, 0], [0, 255, 0], [0, 0, 128]])
    assert mesh.materials[0].color == (1, 1, 1)


def test_missing_normals_among_others_are_the_faces_own(tmp_path):
    mesh, _ = read_mesh(write(tmp_path / "a.obj", TRIANGLE + "vn 1 0 0\nf 1//1 2//1 3//1\nf 1 2 3\n"))
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
    assert reason(write(tmp_path / "a.obj", text)) == code


def test_unused_infinities_do_no_harm(tmp_path):
    mesh, _ = read_mesh(write(tmp_path / "a.obj", TRIANGLE + "v 1 2 nan\nf 1 2 3\n"))
    assert len(mesh.faces) == 1


def test_coordinates_that_are_no_numbers_become_zero(tmp_path):
    mesh, defects = read_mesh(write(tmp_path / "a.obj", TRIANGLE + "vt 0 nan\nf 1/1 2/1 3/1\n"))
    assert codes(defects) == ["bad_uv"]
    assert np.isfinite(mesh.uv).all()


WORDS = ["v", "vt", "vn", "f", "l", "usemtl", "mtllib", "0", "1", "2", "3", "-1"]
WORDS += ["1/1", "1//2", "2/", "/", "nan", "1e9", "#", "\\", "\n"]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(WORDS), max_size=60))
def test_rubbish_never_raises_anything_but_asset_errors(tmp_path, words):
    path = write(tmp_path / "a.obj", TRIANGLE + " ".join(words))
    try:
        found = "" if len(read_mesh(path)[0].faces) else "no faces returned"
    except AssetError as error:
        found = error.reason
    assert found in ("", "no_faces", "bad_index", "unreadable", "not_finite")


@given(st.lists(st.integers(0, 9), max_size=30))
def test_fans_cover_each_polygon_from_its_first_corner(sizes):
    triangles, origin = fan(np.array(sizes, np.int64))
    assert np.bincount(origin, minlength=len(sizes)).tolist() == [max(s - 2, 0) for s in sizes]
    starts = np.cumsum([0, *sizes])
    for (a, b, c), p in zip(triangles.tolist(), origin.tolist(), strict=True):
        assert a == starts[p]
        assert c == b + 1 < starts[p + 1]


def test_obj_agrees_with_trimesh_on_plain_geometry(tmp_path):
    path = write(tmp_path / "a.obj", obj_text())
    mesh, _ = read_mesh(path)
    np.testing.assert_allclose(mesh.vertices[mesh.faces], trimesh.load_mesh(path, process=False).triangles)


def test_size_limits(tmp_path):
    path = write(tmp_path / "a.obj", obj_text())
    assert reason(path, limits=Limits(1 << 20, 11, 1 << 20)) == "too_large"
    assert reason(path, limits=Limits(10, 100, 1 << 20)) == "too_large"
    assert reason(tmp_path / "none.obj") == "missing"
    assert reason(write(tmp_path / "a.txt", "x")) == "unsupported"


# pictures ----------------------------------------------------------------------------------------


def picture(tmp_path, image: Image.Image, limits: Limits = ROOM_LIMITS):
    image.save(tmp_path / "pic.png")
    write(tmp_path / "a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd pic.png\n")
    mesh, defects = read_mesh(write(tmp_path / "a.obj", TEXTURED), limits=limits)
    return mesh.materials[0].texture, codes(defects)


def test_large_pictures_are_scaled_down(tmp_path):
    image = Image.new("RGB", (3000, 300), (9, 90, 200))
    texture, defects = picture(tmp_path, image, Limits(1 << 20, 100, 1000 * 100))
    assert texture.size[0] * texture.size[1] <= 1000 * 100
    assert texture.size[0] >= 950
    assert defects == ["texture_reduced"]
    assert (texture.levels[0] == [9, 90, 200]).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_becomes_rgb(tmp_path, mode):
    grey = {"1": 1, "I;16": 65535}.get(mode, 255)
    image = Image.new(mode, (3, 2), (255, 255) if mode == "LA" else (255,) * 3 if mode == "RGB" else grey)
    if mode in ("RGBA", "P"):
        image = Image.new("RGBA", (3, 2), (255, 255, 255, 255)).convert(mode)
    texture, found = picture(tmp_path, image)
    assert found == []
    assert texture.levels[0].shape == (2, 3, 3)
    assert texture.levels[0].min() >= 254


def test_colours_behind_alpha_do_not_show(tmp_path):
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0] = [10, 200, 30, 255]
    rgba[1] = [255, 0, 255, 0]
    assert (picture(tmp_path, Image.fromarray(rgba))[0].levels[0] == [10, 200, 30]).all()
    rgba[..., 3] = 0
    np.testing.assert_array_equal(picture(tmp_path, Image.fromarray(rgba))[0].levels[0], rgba[..., :3])


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_decompression_bomb_is_a_defect(tmp_path, side):
    write(tmp_path / "pic.png", png(side, side, zlib.compress(bytes(99))))
    write(tmp_path / "a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd pic.png\n")
    mesh, defects = read_mesh(write(tmp_path / "a.obj", TEXTURED))
    assert codes(defects) == ["huge_texture"]
    assert mesh.materials[0].texture is None


def test_a_damaged_picture_is_a_defect(tmp_path):
    write(tmp_path / "a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd pic.png\n")
    write_image(tmp_path / "pic.png", size=(64, 64))
    for content in (b"", b"no picture", (tmp_path / "pic.png").read_bytes()[:70]):
        write(tmp_path / "pic.png", content)
        mesh, defects = read_mesh(write(tmp_path / "a.obj", TEXTURED))
        assert codes(defects) == ["unreadable_texture"]
        assert mesh.materials[0].color == (0, 1, 0)


# PLY and the others ------------------------------------------------------------------------------


def ply_header(vertex: str, face: str, n: int, f: int, kind="ascii") -> str:
    return f"ply\nformat {kind} 1.0\nelement vertex {n}\n{vertex}element face {f}\n{face}end_header\n"


XYZ = "property float x\nproperty float y\nproperty float z\n"
LIST = "property list uchar int vertex_indices\n"


def test_ply_keeps_normals_colours_and_labels(tmp_path):
    extra = "property float nx\nproperty float ny\nproperty float nz\n"
    vertex = XYZ + extra + "property uchar red\nproperty uchar green\nproperty uchar blue\nproperty int label\n"
    rows = "0 0 0 0 0 1 255 0 0 8844\n1 0 0 0 1 0 0 255 0 7\n0 1 0 1 0 0 0 0 255 7\n1 1 0 1 0 0 0 0 255 8844\n"
    path = write(tmp_path / "a.ply", ply_header(vertex, LIST, 4, 2) + rows + "3 0 1 2\n3 0 1 3\n")
    mesh, defects = read_mesh(path)
    assert defects == ()
    np.testing.assert_array_equal(mesh.face_label, [7, 8844])
    np.testing.assert_array_equal(mesh.colors, [[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 255]])
    np.testing.assert_array_equal(mesh.normals, [[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 0, 0]])
    assert mesh.materials[0].color == (1, 1, 1)


@pytest.mark.parametrize("kind", ["binary_little_endian", "binary_big_endian"])
def test_face_colours_split_vertices(tmp_path, kind):
    end = "<" if "little" in kind else ">"
    vertex = CUBE_V.astype(f"{end}f4").tobytes()
    dtype = np.dtype([("n", "u1"), ("i", f"{end}i4", 3), ("rgb", "u1", 3)])
    rgb = np.repeat(np.arange(6, dtype=np.uint8) * 40, 2)[:, None] + np.array([0, 1, 2], np.uint8)
    face = np.array([(3, f, c) for f, c in zip(CUBE_F, rgb, strict=True)], dtype).tobytes()
    colors = "property uchar red\nproperty uchar green\nproperty uchar blue\n"
    head = ply_header(XYZ, LIST + colors, 8, 12, kind).encode()
    mesh, _ = read_mesh(write(tmp_path / "a.ply", head + vertex + face))
    np.testing.assert_array_equal(mesh.colors[mesh.faces], np.repeat(rgb[:, None], 3, axis=1))
    np.testing.assert_array_equal(mesh.vertices[mesh.faces], CUBE_V[CUBE_F])
    assert len(mesh.vertices) == 24


def test_ply_quads_textures_and_ragged_lists(tmp_path):
    write_image(tmp_path / "p.png")
    uv = "property float s\nproperty float t\n"
    rows = "0 0 0 0 0\n1 0 0 2 0\n1 1 0 2 2\n0 1 0 0 2\n"
    head = ply_header(XYZ + uv, LIST, 4, 2).replace("1.0\n", "1.0\ncomment TextureFile p.png\n")
    mesh, _ = read_mesh(write(tmp_path / "a.ply", head + rows + "4 0 1 2 3\n3 2 1 0\n"))
    assert len(mesh.faces) == 3
    np.testing.assert_array_equal(mesh.uv, mesh.vertices[:, :2] * 2)
    assert mesh.materials[0].texture is not None


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"ply\n", "unreadable"),
        (b"rubbish\n" * 9, "unreadable"),
        ((ply_header(XYZ, LIST, 3, 1) + "0 0 0\n1 0 0\n0 1 0\n3 0 1 7\n").encode(), "bad_index"),
        ((ply_header(XYZ, LIST, 3, 1) + "0 0 0\n1 0 0\n0 nan 0\n3 0 1 2\n").encode(), "not_finite"),
        ((ply_header(XYZ, LIST, 3, 0) + "0 0 0\n1 0 0\n0 1 0\n").encode(), "no_faces"),
        ((ply_header(XYZ, LIST, 3, 1, "binary_little_endian") + "abc").encode(), "unreadable"),
    ],
)
def test_broken_ply_files_have_a_reason(tmp_path, content, code):
    assert reason(write(tmp_path / "a.ply", content)) == code


@pytest.mark.parametrize("suffix", [".stl", ".off", ".glb", ".gltf"])
def test_other_formats_give_the_same_cube(tmp_path, suffix):
    source = trimesh.Trimesh(CUBE_V, CUBE_F, process=False)
    exported = source.export(file_type=suffix[1:])
    for name, data in exported.items() if isinstance(exported, dict) else [(f"model{suffix}", exported)]:
        write(tmp_path / name, data)
    mesh, _ = read_mesh(tmp_path / f"model{suffix}")
    np.testing.assert_allclose(mesh.vertices[mesh.faces], CUBE_V[CUBE_F])
    assert reason(write(tmp_path / f"b{suffix}", b"rubbish" * 40)) in ("unreadable", "no_faces")


def test_scene_transforms_apply_and_mirrors_keep_faces_outwards(tmp_path):
    part = trimesh.Trimesh(CUBE_V, CUBE_F, process=False)
    scene = trimesh.Scene()
    mirror = np.diag([-2.0, 1, 1, 1])
    mirror[:3, 3] = [0, 5, 0]
    scene.add_geometry(part, node_name="a", geom_name="a")
    scene.add_geometry(part, node_name="b", geom_name="b", transform=mirror)
    mesh, _ = read_mesh(write(tmp_path / "s.glb", scene.export(file_type="glb")))
    np.testing.assert_allclose([mesh.vertices.min(0), mesh.vertices.max(0)], [[-2, 0, 0], [1, 6, 1]], atol=1e-6)
    corners = mesh.vertices[mesh.faces].astype(float)
    volume = (corners[:, 0] * np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume == pytest.approx(3)


def gltf(tmp_path, image: bytes, name: str = "pic.png") -> Path:
    """A textured triangle whose picture lies beside it."""
    visual = trimesh.visual.TextureVisuals(
        uv=np.array([[0, 0], [1, 0], [0, 1]]),
        material=trimesh.visual.material.PBRMaterial(name="skin", baseColorTexture=Image.new("RGB", (4, 4), (9, 8, 7))),
    )
    part = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], visual=visual, process=False)
    for file, data in part.export(file_type="gltf").items():
        write(tmp_path / file, data)
    tree = json.loads((tmp_path / "model.gltf").read_text())
    tree["images"] = [{"uri": name}]
    if image:
        write(tmp_path / "pic.png", image)
    return write(tmp_path / "model.gltf", json.dumps(tree))


def test_gltf_pictures_are_found_and_missed_aloud(tmp_path):
    write_image(tmp_path / "ok.png", (1, 2, 3))
    mesh, defects = read_mesh(gltf(tmp_path / "a", (tmp_path / "ok.png").read_bytes()))
    assert defects == ()
    np.testing.assert_array_equal(mesh.materials[0].texture.levels[0][0, 0], [1, 2, 3])
    np.testing.assert_allclose(mesh.uv, [[0, 0], [1, 0], [0, 1]], atol=1e-6)
    assert "missing_texture" in codes(read_mesh(gltf(tmp_path / "b", b""))[1])
    assert "unreadable_texture" in codes(read_mesh(gltf(tmp_path / "c", b"rubbish"))[1])
    assert "outside_root" in codes(read_mesh(gltf(tmp_path / "d", b"", "../ok.png"))[1])


# the real thing ----------------------------------------------------------------------------------


def test_all_real_shapenet_models(shared_data):
    root = shared_data / "shapenet" / "ShapeNetCore.v2"
    textured = plain = 0
    for path in sorted(root.glob("*/*/models/model_normalized.obj")):
        name = path.parents[1].relative_to(root).as_posix()
        mesh, defects = read_mesh(path, root=path.parents[1])
        assert ("missing_texture" in codes(defects)) == (name in BAD), name
        assert ("no_uv" in codes(defects)) == (name in NO_UV), name
        if name not in BAD | NO_UV:
            used = any(mesh.materials[i].texture is not None for i in np.unique(mesh.face_material))
            textured, plain = textured + used, plain + (not used)
    assert (textured, plain) == (31, GOOD - 31)


def test_the_other_real_meshes(shared_data):
    paths = [p for d in ("objects", "rooms") for p in sorted((shared_data / d).rglob("*")) if p.suffix in MESH_SUFFIXES]
    found = {p.name if p.parent.name != "ketchup" else "ketchup": read_mesh(p) for p in paths}
    textured = {n for n, (m, _) in found.items() if any(x.texture is not None for x in m.materials)}
    assert textured == {
        "textured.obj", "bbq_sauce.obj", "ketchup", "BoxTextured.glb", "CesiumMilkTruck.glb", "Duck.glb", "fuze.obj"
    }  # fmt: skip
    kitchen = found["redkitchen.ply"][0]
    assert (len(kitchen.vertices), len(kitchen.faces)) == (367_514, 706_981)
    assert kitchen.colors is not None
    assert kitchen.normals is not None
    planes, _ = found["copyroom_c2000_opt.ply"]
    assert (planes.colors[planes.faces] == planes.colors[planes.faces][:, :1]).all()
    assert codes(found["copyroom_c2000_opt.obj"][1]) == ["missing_texture", "inverted_alpha"]


def test_a_large_obj_with_line_elements_has_all_its_faces(shared_data):
    data = next((shared_data / "shapenet/ShapeNetCore.v2/02958343").rglob("*.obj")).read_bytes()
    assert len(parse_obj(data, "car").corners) == 19_240
