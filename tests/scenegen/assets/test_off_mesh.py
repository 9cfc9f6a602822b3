"""OFF files and their dialects."""

import numpy as np
import pytest
from model_files import CASES, area, box, refusal, write

from scenegen.assets.reading import read_mesh_file

POINTS = ["0 0 0", "1 0 0", "1 1 0", "0 1 0"]


def off(keyword: str, extra=("", "", "", ""), faces="4 0 1 2 3\n") -> str:
    return (
        f"{keyword}\n4 {len(faces.splitlines())} 0\n"
        + "".join(f"{p} {e}\n" for p, e in zip(POINTS, extra, strict=True))
        + faces
    )


def test_concave_faces_are_not_filled():
    assert area(read_mesh_file(CASES / "polygons/off/r.off")[0]) == pytest.approx(2 * 22.5 + 22 * 2.6)


def test_far_from_the_origin_nothing_is_lost():
    assert box(read_mesh_file(CASES / "off/f4_off/a.off")[0]) == [0.3, 0.4, 0.6]


@pytest.mark.parametrize(
    ("keyword", "extra", "colors", "normals"),
    [
        ("OFF", "", None, None),
        ("COFF", "255 0 10 255", (255, 0, 10), None),
        ("COFF", "1.0 0.0 0.2 1", (255, 0, 51), None),
        ("NOFF", "0 0 1", None, (0, 0, 1)),
        ("CNOFF", "0 0 1 255 0 10 255", (255, 0, 10), (0, 0, 1)),
        ("STOFF", "0.5 0.25", None, None),
        ("STCNOFF", "0 0 1 255 0 10 255 0.5 0.5", (255, 0, 10), (0, 0, 1)),
    ],
)
def test_attributes_are_where_the_keyword_says(tmp_path, keyword, extra, colors, normals):
    mesh, defects = read_mesh_file(write(tmp_path / "a.off", off(keyword, [extra] * 4)))
    assert defects == ()
    assert len(mesh.faces) == 2
    assert mesh.colors is None if colors is None else (mesh.colors == colors).all()
    assert mesh.normals is None if normals is None else (mesh.normals == normals).all()
    assert mesh.materials[0].color == ((0.7, 0.7, 0.7) if colors is None else (1, 1, 1))


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + off("OFF").encode(),
        off("OFF # made by hand").encode(),
        off("OFF").replace("\n4 1 0", " 4 1 0").encode(),
        off("OFF").replace("\n4 1 0", "4 1 0").encode(),
        off("OFF").replace("\n", "\r\n").encode(),
        off("OFF").replace("\n", "\n# remark\n\n").encode(),
        off("OFF", faces="4 0 1 2 3 255 0 0\n").encode(),
    ],
)
def test_headers_and_remarks_of_any_kind(tmp_path, text):
    assert len(read_mesh_file(write(tmp_path / "a.off", text))[0].faces) == 2


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("OFF BINARY\n\0\0\0\4", "unsupported"),
        (off("4OFF", ["1"] * 4), "unsupported"),
        (off("nOFF"), "unsupported"),
        (off("PLY"), "unreadable"),
        ("OFF\n", "unreadable"),
        ("OFF\n4 x 0\n", "unreadable"),
        ("OFF\n0 0 0\n", "empty"),
        ("OFF\n3 0 0\n0 0 0\n1 0 0\n0 1 0\n", "no_faces"),
        (off("OFF", faces="4 0 1 2 9\n"), "bad_index"),
        (off("OFF", faces="4 0 1 2\n"), "unreadable"),
        (off("OFF", faces="2 0 1\n"), "no_faces"),
        (off("OFF").replace("1 1 0", "1 nan 0"), "not_finite"),
        (off("OFF")[:-12], "unreadable"),
    ],
)
def test_broken_files_have_a_reason(tmp_path, text, reason):
    assert refusal(write(tmp_path / "a.off", text)) == reason


def test_colors_of_vertices_are_kept(tmp_path):
    extra = [f"{k} 20 30 255" for k in range(4)]
    np.testing.assert_array_equal(
        read_mesh_file(write(tmp_path / "a.off", off("COFF", extra)))[0].colors[:, 0], range(4)
    )
