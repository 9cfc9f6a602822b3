"""STL files, binary and text."""

import numpy as np
import pytest
import trimesh
from model_files import CASES, CUBE_F, CUBE_V, CUBOID_AREA, area, box, refusal, write

from scenegen.assets.limits import Limits
from scenegen.assets.reading import read_mesh_file

RECORD = np.dtype([("n", "<f4", 3), ("c", "<f4", (3, 3)), ("a", "<u2")])


def binary(corners, count=None, head=b"made by hand") -> bytes:
    records = np.zeros(len(corners), RECORD)
    records["c"] = corners
    return head.ljust(80, b" ") + (len(corners) if count is None else count).to_bytes(4, "little") + records.tobytes()


def text(corners, name="a") -> str:
    loops = ["".join(f"      vertex {x} {y} {z}\n" for x, y, z in c) for c in corners]
    return (
        f"solid {name}\n"
        + "".join(f"  facet normal 0 0 1\n    outer loop\n{v}    endloop\n  endfacet\n" for v in loops)
        + f"endsolid {name}\n"
    )


CORNERS = (CUBE_V * [0.3, 0.4, 0.6])[CUBE_F]


@pytest.mark.parametrize("name", ["s2_trailing", "s3_count_zero", "s5_ascii_crlf", "s6_two_solids", "s7_upper"])
def test_cases(name):
    mesh, defects = read_mesh_file(CASES / "stl" / name / "a.stl")
    assert defects == ()
    solids = 2 if name == "s6_two_solids" else 1
    assert (len(mesh.faces), area(mesh)) == (12 * solids, pytest.approx(CUBOID_AREA * solids))


@pytest.mark.parametrize("data", [binary(CORNERS), binary(CORNERS, head=b"solid vertex 1 2 3"), text(CORNERS).encode()])
def test_triangles_are_those_of_trimesh(tmp_path, data):
    path = write(tmp_path / "a.stl", data)
    mesh, _ = read_mesh_file(path)
    np.testing.assert_allclose(mesh.vertices[mesh.faces], trimesh.load_mesh(path, process=False).triangles, atol=1e-7)
    np.testing.assert_allclose(mesh.vertices[mesh.faces], CORNERS, atol=1e-7)


@pytest.mark.parametrize("more", [b"x", b"\0" * 49, b"\n\n", b"\0" * 77])
def test_bytes_behind_the_last_triangle_are_nothing(tmp_path, more):
    assert len(read_mesh_file(write(tmp_path / "a.stl", binary(CORNERS) + more))[0].faces) == 12


@pytest.mark.parametrize("count", [0, 0xFFFFFFFF, 0x7FFFFFFF, 5])
def test_a_length_in_whole_triangles_counts_more_than_the_count(tmp_path, count):
    assert len(read_mesh_file(write(tmp_path / "a.stl", binary(CORNERS, count)))[0].faces) == 12


def test_a_file_of_fewer_triangles_than_it_announces_was_cut_off(tmp_path):
    for data in (binary(CORNERS)[:-50], binary(CORNERS)[:-9], binary(CORNERS, 13)):
        assert refusal(write(tmp_path / "a.stl", data)) == "unreadable"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"solid", "unreadable"),
        (binary(CORNERS[:0]), "no_faces"),
        (text(CORNERS).encode()[:-70], "unreadable"),
        (text(CORNERS).encode().rsplit(b"endloop", 1)[0], "unreadable"),
        (text(CORNERS).replace("0.3", "x").encode(), "unreadable"),
        (text(CORNERS * np.nan).encode(), "not_finite"),
        (binary(np.full_like(CORNERS, np.inf)), "not_finite"),
        (b"solid nothing\nendsolid nothing\n" * 9, "unreadable"),
    ],
)
def test_broken_files_have_a_reason(tmp_path, content, reason):
    assert refusal(write(tmp_path / "a.stl", content)) == reason


def test_far_from_the_origin_nothing_is_lost(tmp_path):
    """Text holds more digits than float32."""
    mesh, _ = read_mesh_file(write(tmp_path / "a.stl", text(CORNERS + np.array([400_000, 5_600_000, 100]))))
    assert box(mesh) == [0.3, 0.4, 0.6]


def test_more_triangles_than_allowed_are_refused(tmp_path):
    path = write(tmp_path / "a.stl", binary(CORNERS))
    assert refusal(path, limits=Limits(1 << 20, 11, 1)) == "too_large"


def test_blanks_and_names_of_any_kind(tmp_path):
    data = text(CORNERS, "t\xfcr # vertex").replace("vertex ", "Vertex\t ").replace("\n", "\r").encode("latin-1")
    assert len(read_mesh_file(write(tmp_path / "a.stl", data))[0].faces) == 12
