"""PLY files: as many programs write them, and as plyfile reads them."""

import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from model_files import CASES, CUBE_F, CUBE_V, CUBOID_AREA, area, box, codes, refusal, write, write_image
from plyfile import PlyData

from scenegen.assets.digest import source_files
from scenegen.assets.ply import Lists, parse_ply
from scenegen.assets.ply_mesh import ply_files
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError

XYZ = "property float x\nproperty float y\nproperty float z\n"
LIST = "property list uchar int vertex_indices\n"
RGB = "property uchar red\nproperty uchar green\nproperty uchar blue\n"
CORNERS = "0 0 0\n1 0 0\n1 1 0\n0 1 0\n"


def ply_header(vertex: str, face: str, n: int, f: int, kind="ascii") -> str:
    return f"ply\nformat {kind} 1.0\nelement vertex {n}\n{vertex}element face {f}\n{face}end_header\n"


def test_ply_keeps_normals_colors_and_labels(tmp_path):
    extra = "property float nx\nproperty float ny\nproperty float nz\n"
    vertex = XYZ + extra + "property uchar red\nproperty uchar green\nproperty uchar blue\nproperty int label\n"
    rows = "0 0 0 0 0 1 255 0 0 8844\n1 0 0 0 1 0 0 255 0 7\n0 1 0 1 0 0 0 0 255 7\n1 1 0 1 0 0 0 0 255 8844\n"
    path = write(tmp_path / "a.ply", ply_header(vertex, LIST, 4, 2) + rows + "3 0 1 2\n3 0 1 3\n")
    mesh, defects = read_mesh_file(path)
    assert defects == ()
    np.testing.assert_array_equal(mesh.face_label, [7, 8844])
    np.testing.assert_array_equal(mesh.colors, [[255, 0, 0], [0, 255, 0], [0, 0, 255], [0, 0, 255]])
    np.testing.assert_array_equal(mesh.normals, [[0, 0, 1], [0, 1, 0], [1, 0, 0], [1, 0, 0]])
    assert mesh.materials[0].color == (1, 1, 1)


@pytest.mark.parametrize("kind", ["binary_little_endian", "binary_big_endian"])
def test_face_colors_split_vertices(tmp_path, kind):
    end = "<" if "little" in kind else ">"
    vertex = CUBE_V.astype(f"{end}f4").tobytes()
    dtype = np.dtype([("n", "u1"), ("i", f"{end}i4", 3), ("rgb", "u1", 3)])
    rgb = np.repeat(np.arange(6, dtype=np.uint8) * 40, 2)[:, None] + np.array([0, 1, 2], np.uint8)
    face = np.array([(3, f, c) for f, c in zip(CUBE_F, rgb, strict=True)], dtype).tobytes()
    colors = "property uchar red\nproperty uchar green\nproperty uchar blue\n"
    head = ply_header(XYZ, LIST + colors, 8, 12, kind).encode()
    mesh, _ = read_mesh_file(write(tmp_path / "a.ply", head + vertex + face))
    np.testing.assert_array_equal(mesh.colors[mesh.faces], np.repeat(rgb[:, None], 3, axis=1))
    np.testing.assert_array_equal(mesh.vertices[mesh.faces], CUBE_V[CUBE_F])
    assert len(mesh.vertices) == 24


def test_ply_quads_textures_and_ragged_lists(tmp_path):
    write_image(tmp_path / "p.png")
    uv = "property float s\nproperty float t\n"
    rows = "0 0 0 0 0\n1 0 0 2 0\n1 1 0 2 2\n0 1 0 0 2\n"
    head = ply_header(XYZ + uv, LIST, 4, 2).replace("1.0\n", "1.0\ncomment TextureFile p.png\n")
    mesh, _ = read_mesh_file(write(tmp_path / "a.ply", head + rows + "4 0 1 2 3\n3 2 1 0\n"))
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
    assert refusal(write(tmp_path / "a.ply", content)) == code


def parsed(data: bytes):
    return parse_ply(np.frombuffer(data, np.uint8), "a.ply", frozenset({"vertex", "face"}))[1]


NAMES = {
    "i1": "char",
    "u1": "uint8",
    "i2": "short",
    "u2": "uint16",
    "i4": "int",
    "u4": "uint32",
    "f4": "float",
    "f8": "float64",
}
values = st.sampled_from(list(NAMES))
lists = st.lists(st.integers(0, 100), max_size=4)
rows = st.lists(st.tuples(lists, st.integers(0, 100), lists), min_size=1, max_size=8)


@pytest.mark.filterwarnings("ignore:loadtxt")  # plyfile, of empty lists
@settings(max_examples=80)
@given(rows, values, values, values, st.sampled_from(["u1", "i2", "u4"]), st.sampled_from("<>t"), st.booleans())
def test_columns_are_what_was_written_and_what_plyfile_reads(rows, first, scalar, second, length, order, alike):
    """Lists of any lengths, or all alike, of any types, in either byte order and as text."""
    rows = [rows[0]] * len(rows) if alike else rows
    kinds = (("list", length, first), ("", scalar), ("list", length, second))
    names = ("vertex_indices", "flag", "more")
    head = "ply\nformat {} 1.0\nelement vertex 1\nproperty double x\nelement face {}\n".format(
        {"<": "binary_little_endian", ">": "binary_big_endian", "t": "ascii"}[order], len(rows)
    )
    for name, kind in zip(names, kinds, strict=True):
        head += f"property {' '.join(NAMES.get(word, word) for word in kind).strip()} {name}\n"

    def cell(value, kind):
        return f"{value} ".encode() if order == "t" else np.array(value, order + kind).tobytes()

    data = cell(0.5, "f8")
    for a, b, c in rows:
        data += cell(len(a), length) + b"".join(cell(x, first) for x in a) + cell(b, scalar)
        data += cell(len(c), length) + b"".join(cell(x, second) for x in c) + (b"\n" if order == "t" else b"")
    data = (head + "end_header\n").encode() + data.replace(b"0.5 ", b"0.5\n", 1)
    found, theirs = parsed(data), PlyData.read(io.BytesIO(data))["face"].data
    np.testing.assert_array_equal(found["vertex"]["x"], [0.5])
    np.testing.assert_array_equal(found["face"]["flag"], [b for _, b, _ in rows])
    for k, kind in ((0, first), (2, second)):
        column = found["face"][names[k]]
        assert isinstance(column, Lists)
        assert column.values.dtype.newbyteorder("=") == np.dtype(kind)
        assert column.sizes.tolist() == [len(row[k]) for row in rows] == [len(v) for v in theirs[names[k]]]
        assert column.values.tolist() == [x for row in rows for x in row[k]] == [x for v in theirs[names[k]] for x in v]


@pytest.mark.filterwarnings("ignore:loadtxt")  # plyfile, of empty lists
def test_files_of_all_kinds_are_read_as_plyfile_reads_them(shared_cases):
    """Those of the difficult files whose lists plyfile can follow."""
    for path in sorted(shared_cases.rglob("*.ply")):
        theirs, ours = PlyData.read(str(path)), parsed(path.read_bytes())
        for element in ours:
            for name, column in ours[element].items():
                expected = theirs[element].data[name]
                if isinstance(column, Lists):
                    assert column.sizes.tolist() == [len(v) for v in expected], path
                    expected = np.concatenate(list(expected))
                np.testing.assert_array_equal(column.values if isinstance(column, Lists) else column, expected)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("kind", ["ascii", "binary_little_endian"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_lines_may_end_in_any_way(tmp_path, end, kind, mark):
    """The data may begin with a byte that looks like half a line end."""
    head = (
        ply_header("property uchar x\nproperty uchar y\nproperty uchar z\n", LIST, 3, 1, kind)
        .replace("\n", end)
        .encode()
    )
    points = np.array([[10, 13, 32], [10, 20, 30], [13, 10, 5]], np.uint8)
    if kind == "ascii":
        data = "".join(f"{x} {y} {z}{end}" for x, y, z in points.tolist()).encode() + f"3 0 1 2{end}".encode()
    else:
        data = points.tobytes() + b"\3" + np.array([0, 1, 2], "<i4").tobytes()
    mesh, defects = read_mesh_file(write(tmp_path / "a.ply", mark + head + data))
    assert defects == ()
    np.testing.assert_array_equal(np.ptp(mesh.vertices, axis=0), np.ptp(points.astype(int), axis=0))


@pytest.mark.parametrize(
    "more", ["obj_info made by hand\n", "Created by somebody, who forgot the keyword\n", "\n", "comment\n"]
)
def test_remarks_of_any_kind_are_passed_over(tmp_path, more):
    text = ply_header(XYZ, LIST, 4, 1).replace("element face", more + "element face") + CORNERS + "4 0 1 2 3\n\x1a"
    assert len(read_mesh_file(write(tmp_path / "a.ply", text))[0].faces) == 2


def test_what_lies_behind_the_faces_of_a_binary_file_is_nothing_to_us(tmp_path):
    data = (CASES / "ply/y14_binary_trailing/a.ply").read_bytes()
    for more in (b"", b"\n", b"\0" * 99):
        mesh, _ = read_mesh_file(write(tmp_path / "a.ply", data + more))
        assert (box(mesh), area(mesh)) == ([0.3, 0.4, 0.6], pytest.approx(CUBOID_AREA))
    claimed = data.replace(b"end_header", b"element edge 999\nproperty int vertex1\nend_header")
    assert len(read_mesh_file(write(tmp_path / "a.ply", claimed))[0].faces) == 12


@pytest.mark.parametrize(
    "body",
    [CORNERS + "4 0 1 2 3\n5 6\n", CORNERS.replace("\n", " 7\n") + "4 0 1 2 3\n", CORNERS + "4 0 1 2 3 9 1 1\n"],
)
def test_lines_that_are_longer_than_the_header_says_are_refused(tmp_path, body):
    assert refusal(write(tmp_path / "a.ply", ply_header(XYZ, LIST, 4, 1) + body)) in ("unreadable", "bad_index")


@pytest.mark.parametrize(
    "line",
    [
        "format ascii",
        "element face",
        "element face x",
        "element face -1",
        "property float",
        "property quad x",
        "property list uchar vertex_indices",
    ],
)
def test_a_header_that_makes_no_sense_is_quoted(tmp_path, line):
    path = write(tmp_path / "a.ply", ply_header(XYZ, LIST + line + "\n", 4, 1) + CORNERS + "4 0 1 2 3\n")
    with pytest.raises(AssetError, match=f"a.ply: header line '{line}' makes no sense"):
        read_mesh_file(path)


@pytest.mark.parametrize("name", ["y03_wedge_quad", "y04_multitex", "y07_texcoord_partly_empty"])
def test_corners_have_the_coordinates_that_meshlab_gives_them(name):
    mesh, defects = read_mesh_file(CASES / "ply" / name / "a.ply")
    textures = [m.texture for m in mesh.materials]
    assert len(mesh.faces) == 12
    expected = {"y03_wedge_quad": [], "y04_multitex": [], "y07_texcoord_partly_empty": ["no_uv"]}
    assert codes(defects) == expected[name]
    assert area(mesh) == pytest.approx(CUBOID_AREA)
    assert (mesh.uv.min(), mesh.uv.max()) == (0, 1)
    if name == "y04_multitex":
        assert textures[0] is not None
        assert textures[1] is not None
        assert textures[0].levels[0].tolist() != textures[1].levels[0].tolist()
        assert np.bincount(mesh.face_material).tolist() == [6, 6]
    if name == "y07_texcoord_partly_empty":
        assert [t is None for t in textures] == [True, False]
        assert defects[0].detail == "a: 6 faces"


def test_two_pictures_of_meshlab(shared_cases):
    folder = shared_cases / "foreign/22-ply-multitexture"
    mesh, defects = read_mesh_file(folder / "TextureDouble.ply")
    assert defects == ()
    assert len({id(m.texture) for m in mesh.materials} - {id(None)}) == 2
    assert set(source_files(folder / "TextureDouble.ply", folder)) == set(folder.iterdir())


def test_coordinates_of_corners_follow_their_polygon(tmp_path):
    """A pentagon that ears are cut from, and a triangle without coordinates; u, v = x, y at every corner."""
    write_image(tmp_path / "t.png")
    corners = [(0, 0), (4, 0), (4, 4), (2, 1), (0, 4)]
    head = ply_header(XYZ, LIST + "property list uchar float texcoord\n", 5, 2)
    head = head.replace("1.0\n", "1.0\ncomment TextureFile t.png\n", 1)
    uv = " ".join(f"{x} {y}" for x, y in corners)
    text = "".join(f"{x} {y} 0\n" for x, y in corners) + f"5 0 1 2 3 4 10 {uv}\n3 0 1 2 0\n"
    mesh, defects = read_mesh_file(write(tmp_path / "a.ply", head + text))
    assert codes(defects) == ["no_uv"]
    assert area(mesh) == pytest.approx(16 - 6 + 8)
    textured = mesh.faces[[mesh.materials[i].texture is not None for i in mesh.face_material]]
    assert len(textured) == 3
    np.testing.assert_array_equal(mesh.uv[textured], mesh.vertices[textured][..., :2])


@pytest.mark.parametrize("uv", ["6 0 0 1 0 1 1", "10 0 0 1 0 1 1 0 1 0 0", "0"])
def test_coordinates_of_another_number_than_the_corners_are_none(tmp_path, uv):
    write_image(tmp_path / "t.png")
    head = ply_header(XYZ, LIST + "property list uchar float texcoord\n", 4, 1)
    head = head.replace("1.0\n", "1.0\ncomment TextureFile t.png\n", 1)
    mesh, defects = read_mesh_file(write(tmp_path / "a.ply", f"{head}{CORNERS}4 0 1 2 3 {uv}\n"))
    assert codes(defects) == ["no_uv"]
    assert [m.texture for m in mesh.materials] == [None]


@pytest.mark.parametrize(("number", "expected"), [("0", []), ("1", ["missing_texture"]), ("-1", [])])
def test_numbers_of_pictures(tmp_path, number, expected):
    write_image(tmp_path / "my picture.png")
    head = ply_header(XYZ + "property float s\nproperty float t\n", LIST + "property int texnumber\n", 3, 1)
    head = head.replace("1.0\n", "1.0\ncomment texturefile  my picture.png \n", 1)
    mesh, defects = read_mesh_file(
        write(tmp_path / "a.ply", head + f"0 0 0 0 0\n1 0 0 1 0\n0 1 0 0 1\n3 0 1 2 {number}\n")
    )
    assert codes(defects) == expected
    assert (mesh.materials[0].texture is None) == (number != "0")


def test_a_picture_without_coordinates_is_a_defect(tmp_path):
    write_image(tmp_path / "t.png")
    head = ply_header(XYZ, LIST, 4, 1).replace("1.0\n", "1.0\ncomment TextureFile t.png\n", 1)
    mesh, defects = read_mesh_file(write(tmp_path / "a.ply", head + CORNERS + "4 0 1 2 3\n"))
    assert codes(defects) == ["no_uv"]
    assert mesh.materials[0].color == (0.7, 0.7, 0.7)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_names_of_pictures_are_utf_8_or_latin_1(tmp_path, encoding):
    picture = write_image(tmp_path / "tür.png")
    head = ply_header(XYZ + "property float u\nproperty float v\n", LIST, 3, 1)
    head = head.replace("1.0\n", "1.0\ncomment TextureFile tür.png\n", 1).encode(encoding)
    path = write(tmp_path / "a.ply", head + b"0 0 0 0 0\n1 0 0 1 0\n0 1 0 0 1\n3 0 1 2\n")
    mesh, defects = read_mesh_file(path)
    assert defects == ()
    assert mesh.materials[0].texture is not None
    assert ply_files(path, tmp_path) == [picture]


@pytest.mark.parametrize(
    ("vertex", "face", "expected"),
    [
        ("10 20 30", "40 50 60", (40, 50, 60)),  # one colour of all vertices says nothing
        ("{k} 20 30", "40 50 60", None),
    ],
)
def test_colors_of_faces_beside_those_of_vertices(tmp_path, vertex, face, expected):
    rows = "".join(f"{c} {vertex.format(k=k)}\n" for k, c in enumerate(CORNERS.splitlines()))
    text = ply_header(XYZ + RGB, LIST + RGB, 4, 1) + rows + f"4 0 1 2 3 {face}\n"
    mesh, _ = read_mesh_file(write(tmp_path / "a.ply", text))
    wanted = [expected] * 4 if expected else [(k, 20, 30) for k in range(4)]
    np.testing.assert_array_equal(mesh.colors, wanted)


@pytest.mark.parametrize(
    ("kind", "value", "byte"),
    [("float", "0.5", 128), ("float", "128", 128), ("ushort", "32896", 128), ("uchar", "1", 1)],
)
def test_colors_come_in_several_ranges(tmp_path, kind, value, byte):
    text = ply_header(XYZ + RGB.replace("uchar", kind), LIST, 4, 1)
    rows = "".join(f"{c} {value} 0 0\n" for c in CORNERS.splitlines())
    mesh, _ = read_mesh_file(write(tmp_path / "a.ply", text + rows + "4 0 1 2 3\n"))
    np.testing.assert_array_equal(mesh.colors, [[byte, 0, 0]] * 4)


def test_colors_of_materials(tmp_path):
    more = "element material 2\n" + RGB.replace("red", "diffuse_red").replace("green", "diffuse_green").replace(
        "blue", "diffuse_blue"
    )
    head = ply_header(XYZ, LIST + "property int material_index\n", 4, 2).replace("end_header", more + "end_header")
    for index, expected in (("1", [[4, 5, 6]] * 3), ("9", None)):
        text = head + CORNERS + f"3 0 1 2 0\n3 0 2 3 {index}\n1 2 3\n4 5 6\n"
        mesh, _ = read_mesh_file(write(tmp_path / "a.ply", text))
        assert expected is None if mesh.colors is None else (mesh.colors[mesh.faces[1]] == expected).all()


@pytest.mark.parametrize(
    ("strips", "expected"),
    [
        (["0 1 2 3"], [[0, 1, 2], [1, 3, 2]]),
        (["0 1 2 -1 1 3 2"], [[0, 1, 2], [1, 3, 2]]),
        (["0 1 2", "1 3 2"], [[0, 1, 2], [1, 3, 2]]),
        (["-1 -1 0 1 2 3 -1 0 1", "3 2"], [[0, 1, 2], [1, 3, 2]]),
        (["0 1 2 3 0 -1 3 2 1"], [[0, 1, 2], [1, 3, 2], [2, 3, 0], [3, 2, 1]]),
    ],
)
def test_strips_become_triangles_of_one_sense(tmp_path, strips, expected):
    rows = "".join(f"{len(s.split())} {s}\n" for s in strips)
    head = ply_header(XYZ, LIST.replace("uchar", "int"), 4, len(strips)).replace("element face", "element tristrips")
    mesh, _ = read_mesh_file(write(tmp_path / "a.ply", head + "0 0 0\n1 0 0\n0 1 0\n1 1 0\n" + rows))
    assert mesh.faces.tolist() == expected


@pytest.mark.parametrize("strip", ["0 1", "-1 -1 -1", "0 1 -1"])
def test_strips_of_nothing(tmp_path, strip):
    head = ply_header(XYZ, LIST, 4, 1).replace("element face", "element tristrips")
    assert refusal(write(tmp_path / "a.ply", head + CORNERS + f"{len(strip.split())} {strip}\n")) == "no_faces"


def test_concave_faces_are_not_filled():
    mesh, _ = read_mesh_file(CASES / "polygons/ply/r.ply")
    assert area(mesh) == pytest.approx(2 * 22.5 + 22 * 2.6)
    assert len(np.unique(mesh.colors, axis=0)) == 8


@pytest.mark.parametrize("place", [(0, 0, 0), (400_000, 5_600_000, 120), (1000, 0, 0)])
def test_doubles_far_from_the_origin_keep_their_shape(tmp_path, place):
    points = np.vstack([CUBE_V * [0.3, 0.4, 0.6] + place, [[0, 0, 0]]]).astype("<f8")  # a stray point at the origin
    head = ply_header(XYZ.replace("float", "double"), LIST, 9, 12, "binary_little_endian").encode()
    face = np.array([(3, f) for f in CUBE_F], [("n", "u1"), ("i", "<i4", 3)])
    mesh, _ = read_mesh_file(write(tmp_path / "a.ply", head + points.tobytes() + face.tobytes()))
    assert box(mesh) == [0.3, 0.4, 0.6]


ROOMS = ["p01_utm_double", "p01b_local_1km", "p02_bigendian", "p10_tristrips", "p11_replica_quads", "p11b_mixed", "p12_crlf_binary", "p12b_crlf_ascii", "p13_float_colors"]  # fmt: skip


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_is_the_same_in_every_dialect(shared_cases, name):
    plain, _ = read_mesh_file(shared_cases / "rooms/p00_plain/r.ply")
    mesh, defects = read_mesh_file(shared_cases / "rooms" / name / "r.ply")
    assert defects == ()
    assert len(mesh.faces) == len(plain.faces)
    assert area(mesh) == pytest.approx(area(plain), rel=1e-5)
    np.testing.assert_allclose(box(mesh), box(plain), atol=1e-4)
    assert abs(mesh.colors.mean(0) - plain.colors.mean(0)).max() < 1


def test_a_box_of_rhinoceros(shared_cases):
    """Lone CR in the header of a binary file, and materials behind the faces."""
    mesh, defects = read_mesh_file(shared_cases / "foreign/19-ply-cr/Box.ply")
    assert defects == ()
    assert len(mesh.faces) == 12
