"""Two readers side by side: what counts as equal, and a run over crafted files in a real browser."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from browser import chromium
from comparing.facts import SIZE_PX, Facts, measured, restore, save
from comparing.product import Reading
from comparing.reasons import reason_of
from comparing.serving import without_exif
from comparing.verdict import Verdict, judged, pictures_differ
from model_files import CUBE_F, CUBE_V, obj_text, write, write_image
from PIL import Image
from roots import ROOT

TOOL = ROOT / "tools" / "compare_readers.py"
THREE = Path(sys.prefix) / "node" / "node_modules" / "three"
CUBE = measured(CUBE_V, CUBE_F)


def picture(color=(200, 30, 10), edge=40):
    """Three equal pictures: a square of one colour, with a black upper half."""
    out = np.zeros((3, SIZE_PX, SIZE_PX, 4), np.uint8)
    out[:, edge:-edge, edge:-edge] = (*color, 255)
    out[:, edge : SIZE_PX // 2, edge:-edge, :3] = 0
    return out


def test_a_cube_is_measured():
    assert (CUBE.triangles, CUBE.with_area, CUBE.distinct, CUBE.area) == (12, 12, 12, pytest.approx(6))
    assert (CUBE.low, CUBE.high) == ((0, 0, 0), (1, 1, 1))


def test_flat_and_doubled_triangles_are_told_apart():
    faces = np.vstack([CUBE_F, [[0, 1, 1], [3, 1, 0]]])
    more = measured(CUBE_V, faces)
    assert (more.triangles, more.with_area, more.distinct) == (14, 13, 12)


def test_triangles_without_area_may_be_left_out():
    assert judged(CUBE, measured(CUBE_V, np.vstack([CUBE_F, [[0, 1, 1]]]))).outcome == "agree"


@pytest.mark.parametrize(
    ("other", "what"),
    [
        (measured(CUBE_V, CUBE_F[:-1]), ("triangles", "area")),
        (measured(CUBE_V * [1, 1, 1.001], CUBE_F), ("box",)),
        (measured(CUBE_V + np.array([0, 0, 0.001]), CUBE_F), ("box",)),
        (measured(CUBE_V * 1.01, CUBE_F), ("box", "area")),
        (measured(CUBE_V, CUBE_F[:, ::-1]), ()),
        (measured(CUBE_V + 1e4, CUBE_F), ()),
    ],
)
def test_what_differs_is_named(other, what):
    verdict = judged(replace(CUBE, low=(-0.5,) * 3, high=(0.5,) * 3) if other.low[0] > 1 else CUBE, other)
    assert verdict.differs == what
    assert verdict.outcome == ("differs" if what else "agree")


def test_refusals_are_told_apart():
    no = Facts(error="no triangles")
    assert judged(no, CUBE) == Verdict("product refused", (), "no triangles")
    assert judged(CUBE, no).outcome == "reader refused"
    assert judged(no, no).outcome == "both refused"


def test_pictures_are_compared_away_from_their_edges():
    assert not pictures_differ(picture(), picture())
    assert not pictures_differ(picture(), np.roll(picture(), 1, axis=1))
    assert list(pictures_differ(picture(), picture((200, 60, 10)))) == ["picture"]
    assert list(pictures_differ(picture(), picture(edge=44))) == ["cover"]


def test_vertex_colors_may_be_mixed_either_way_and_glow_is_added():
    ours = replace(CUBE, pictures={"base": picture((200, 60, 10))})
    assert judged(ours, replace(CUBE, pictures={"base": picture()})).differs == ("picture",)
    mixed = {"base": picture(), "mixed": picture((200, 60, 10))}
    assert judged(ours, replace(CUBE, pictures=mixed)).outcome == "agree"
    for base, glow in (("base", "glow"), ("mixed", "mixed_glow")):
        shown = {"base": picture((0, 0, 0)), base: picture((200, 0, 10)), glow: picture((0, 60, 0))}
        assert judged(ours, replace(CUBE, pictures=shown)).outcome == "agree"


def test_facts_come_back_from_their_file(tmp_path):
    facts = replace(CUBE, notes=("alpha BLEND",), pictures={"base": picture()})
    save(facts, tmp_path / "a.npz")
    back = restore(tmp_path / "a.npz")
    assert replace(back, pictures={}).__dict__ == replace(facts, pictures={}).__dict__
    assert np.array_equal(back.pictures["base"], facts.pictures["base"])


def test_reasons_hold_no_names_of_one_file():
    reading = Reading(0, 0, 0, 0, "unreadable", ())
    verdict = Verdict("product refused", (), "a b.glb: claims 23003133 bytes, 71028 are there")
    assert reason_of(verdict, CUBE, reading) == "claims N bytes, N are there"
    look = Verdict("differs", ("picture",), "")
    assert reason_of(look, replace(CUBE, notes=("alpha BLEND",)), reading) == "picture (alpha BLEND)"


def test_exif_is_taken_out_of_a_jpeg_and_nothing_else(tmp_path):
    image = Image.new("RGB", (16, 8), (200, 30, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    image.save(tmp_path / "turned.jpg", exif=exif)
    image.save(tmp_path / "plain.jpg")
    assert without_exif((tmp_path / "turned.jpg").read_bytes()) == (tmp_path / "plain.jpg").read_bytes()
    assert without_exif(b"\xff\xd8\xff\xe1") == b"\xff\xd8"
    assert without_exif(b"no picture") == b"no picture"


@pytest.mark.skipif(
    chromium() is None or not THREE.is_dir(),
    reason="Chromium or three.js is not installed (make test installs three.js)",
)
def test_crafted_files_are_read_by_both(tmp_path):
    folder, out = tmp_path / "models", tmp_path / "report.json"
    write_image(folder / "red.png")
    write(folder / "a.mtl", "newmtl m\nKd 1 1 1\nmap_Kd red.png\n")
    faces = "".join(f"f {a + 1}/1 {b + 1}/1 {c + 1}/1\n" for a, b, c in CUBE_F)
    write(folder / "textured.obj", obj_text(faces=CUBE_F[:0], head="mtllib a.mtl\nvt 0.5 0.5\nusemtl m") + faces)
    write(folder / "plain.obj", obj_text())
    write(folder / "cut.off", "OFF\n8 12 0\n0 0 0\n")
    write(folder / "flat.ply", _ply())
    done = subprocess.run(
        [sys.executable, TOOL, folder, "--three", THREE, "--out", out, "--pictures", tmp_path / "pictures"],
        capture_output=True, text=True, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = {f["file"]: f for f in json.loads(out.read_text())}
    assert {name: f["outcome"] for name, f in found.items()} == {
        "textured.obj": "agree", "plain.obj": "agree", "cut.off": "both refused", "flat.ply": "agree",
    }, found  # fmt: skip
    assert all(0 < f["seconds"] < 60 and 20 < f["peak_mb"] < 1000 for f in found.values())
    assert "both refused" in done.stdout
    assert not (tmp_path / "pictures").exists()


def _ply() -> str:
    """Two coloured triangles in text PLY."""
    head = "ply\nformat ascii 1.0\nelement vertex 4\n" + "".join(f"property float {a}\n" for a in "xyz")
    head += "".join(f"property uchar {c}\n" for c in ("red", "green", "blue"))
    head += "element face 2\nproperty list uchar int vertex_indices\nend_header\n"
    return head + "".join(f"{x} {y} 0 200 90 30\n" for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))) + "3 0 1 2\n3 0 2 3\n"
