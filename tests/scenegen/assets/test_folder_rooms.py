"""Rooms of a folder: any mesh format, stable ids, stated axes and units, the two real scans."""

import json
import pickle
import shutil

import numpy as np
import pytest
import trimesh
from room_maker import room, write_ply

from scenegen.assets.facts import FactStore
from scenegen.assets.folder_rooms import FolderRooms, hm3d_rooms
from scenegen.assets.proportions import surface_split
from scenegen.errors import AssetError, UsageError
from scenegen.geometry import compose, rotation_about, transform


def arrays(seed=1):
    vertices, faces, _ = room(np.random.default_rng(seed), tables=3)
    return vertices, faces


def export(path, vertices, faces):
    path.parent.mkdir(parents=True, exist_ok=True)
    trimesh.Trimesh(vertices, faces, process=False).export(path)


@pytest.mark.parametrize("suffix", ["ply", "obj", "glb", "stl", "off"])
def test_every_format_gives_the_same_room(tmp_path, suffix):
    vertices, faces = arrays()
    frame = compose(rotation_about((0.3, 1, -0.2), 2.0), (1, 1, 1))
    export(tmp_path / f"hall.{suffix}", transform(frame, vertices), faces)
    loaded = FolderRooms(tmp_path).load("hall")
    assert loaded.id == "hall"
    assert len(loaded.mesh.faces) == len(faces)
    assert np.ptp(loaded.mesh.vertices[:, 2]) == pytest.approx(np.ptp(vertices[:, 2]), abs=0.02)
    assert loaded.ceiling_m == pytest.approx(2.6, abs=0.02)
    assert "no_colors" in {d.code for d in loaded.defects}


def test_forms_of_one_room_are_one_room_and_the_colored_one_is_used(tmp_path):
    vertices, faces = arrays()
    export(tmp_path / "scan.obj", vertices, faces)
    rgb = np.full((len(vertices), 3), (200, 30, 40), np.uint8)
    write_ply(tmp_path / "scan.ply", vertices, faces, rgb)
    rooms = FolderRooms(tmp_path)
    assert rooms.ids() == ("scan",)
    assert (rooms.load("scan").mesh.colors == (200, 30, 40)).all()
    before = rooms.digest("scan")
    (tmp_path / "scan.obj").write_text("v 0 0 0\n")
    assert rooms.digest("scan") != before
    assert (FolderRooms(tmp_path).load("scan").mesh.colors == (200, 30, 40)).all()


def test_a_file_with_a_note_of_its_own_is_a_room_of_its_own(tmp_path):
    for name in ("two.obj", "two.ply"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "assets.jsonl").write_text('{"path": "two.obj", "up_axis": "z"}\n')
    assert FolderRooms(tmp_path).ids() == ("two", "two.obj")


def test_ids_are_paths_without_suffix(tmp_path):
    for name in ("b/one.ply", "a/two.obj", "a/two.ply", "c.stl", "a/readme.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert FolderRooms(tmp_path).ids() == ("a/two", "b/one", "c")


def test_vertex_colors_are_kept(tmp_path):
    vertices, faces = arrays()
    rgb = np.random.default_rng(0).integers(0, 256, (len(vertices), 3), dtype=np.uint8)
    write_ply(tmp_path / "r.ply", vertices, faces, rgb)
    loaded = FolderRooms(tmp_path).load("r")
    assert "no_colors" not in {d.code for d in loaded.defects}
    seen = np.unique(loaded.mesh.colors, axis=0)
    np.testing.assert_array_equal(seen, np.unique(rgb, axis=0))


def test_notes_name_axis_unit_id_and_role(tmp_path):
    vertices, faces = arrays()
    upside_down = compose(rotation_about((1, 0, 0), np.pi), scale=100.0)
    export(tmp_path / "scan.ply", transform(upside_down, vertices), faces)
    export(tmp_path / "mug.ply", vertices, faces)
    notes = [
        {"path": "scan.ply", "id": "cellar", "up_axis": "-z", "unit_m": 0.01, "license": "CC0", "role": "room"},
        {"path": "mug.ply", "role": "object"},
    ]
    plain = FolderRooms(tmp_path).digest("scan")
    (tmp_path / "assets.jsonl").write_text("\n".join(map(json.dumps, notes)))
    rooms = FolderRooms(tmp_path)
    assert rooms.ids() == ("cellar",)
    assert rooms.license == "CC0"
    assert rooms.digest("cellar") != plain  # a cached room in another unit must not come back
    assert rooms.load("cellar").ceiling_m == pytest.approx(2.6, abs=0.02)


def test_a_gltf_stands_as_authored_whatever_its_furniture_says(tmp_path):
    """Tables under the ceiling: by its geometry alone the room would stand on its head."""
    vertices, faces = arrays()
    y_up = compose(rotation_about((1, 0, 0), np.pi / 2), (1, 1, 1))  # the room's +Z is the file's -Y
    export(tmp_path / "hall.glb", transform(y_up, vertices), faces)
    export(tmp_path / "found.ply", transform(y_up, vertices), faces)
    rooms = FolderRooms(tmp_path)
    floor = [np.mean(np.abs(rooms.load(name).mesh.vertices[:, 2]) < 0.05) for name in rooms.ids()]
    assert rooms.ids() == ("found", "hall")
    assert np.isclose(floor[0], np.mean(np.abs(vertices[:, 2]) < 0.05), atol=0.01)
    assert np.isclose(floor[1], np.mean(np.abs(vertices[:, 2] - 2.6) < 0.05), atol=0.01)


def test_hm3d_is_z_up_against_its_format(tmp_path):
    vertices, faces, _ = room(np.random.default_rng(1), tables=0)
    export(tmp_path / "00800-TEEsavR23oF" / "TEEsavR23oF.glb", vertices, faces)
    rooms = hm3d_rooms(tmp_path, FactStore())
    (name,) = rooms.ids()
    assert rooms.load(name).ceiling_m == pytest.approx(2.6, abs=0.02)


def test_a_gltf_is_in_metres_as_its_format_says_and_a_tall_ply_may_be_in_feet(tmp_path):
    vertices, faces = arrays()
    export(tmp_path / "atrium.glb", vertices * 3.3, faces)
    export(tmp_path / "flat.ply", vertices * 3.3, faces)
    rooms = FolderRooms(tmp_path)
    assert np.ptp(rooms.load("atrium").mesh.vertices, axis=0).max() > 12
    with pytest.raises(AssetError, match=r"if it is in feet, state unit_m 0\.3048"):
        rooms.load("flat")


def test_a_note_says_whether_it_is_a_scan(tmp_path):
    vertices, faces = arrays()
    crumb, corners = np.array([[1, 1, 1], [1.1, 1, 1], [1, 1.1, 1.0]]), np.arange(3)[None] + len(vertices)
    export(tmp_path / "r.ply", np.concatenate([vertices, crumb]), np.concatenate([faces, corners]))
    notes, seen = tmp_path / "assets.jsonl", {}
    for said in ("true", "false"):
        notes.write_text(f'{{"path": "r.ply", "scan": {said}}}')
        rooms = FolderRooms(tmp_path)
        seen[said] = (len(rooms.load("r").mesh.faces), rooms.digest("r"))
    assert (seen["true"][0], seen["false"][0]) == (len(faces), len(faces) + 1)
    assert seen["true"][1] != seen["false"][1]


def test_wrong_unit_is_refused_with_what_to_do(tmp_path):
    vertices, faces = arrays()
    export(tmp_path / "mm.ply", vertices * 1000, faces)
    with pytest.raises(
        AssetError, match=r"300 m; if it is in millimetres, state unit_m 0\.001 in assets\.jsonl"
    ) as caught:
        FolderRooms(tmp_path).load("mm")
    assert caught.value.reason == "implausible_size"


def test_two_rooms_of_one_id(tmp_path):
    for name in ("a.ply", "b.ply"):
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / "assets.jsonl").write_text('{"path": "b.ply", "id": "a"}')
    with pytest.raises(UsageError, match="gives the id 'a' to two rooms"):
        FolderRooms(tmp_path)


def test_clear_errors(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        FolderRooms(tmp_path / "absent")
    with pytest.raises(UsageError, match=r"no room meshes in it; looked for .*ply"):
        FolderRooms(tmp_path)
    (tmp_path / "bad.ply").write_bytes(b"ply\nformat ascii 1.0\nelement vertex 3\n")
    with pytest.raises(AssetError):
        FolderRooms(tmp_path).load("bad")
    with pytest.raises(AssetError, match="other: not in"):
        FolderRooms(tmp_path).load("other")


def test_loading_is_pure_and_the_source_travels(tmp_path):
    vertices, faces = arrays()
    export(tmp_path / "one.ply", vertices, faces)
    rooms = FolderRooms(tmp_path)
    first, again = rooms.load("one"), pickle.loads(pickle.dumps(rooms)).load("one")
    np.testing.assert_array_equal(first.mesh.vertices, again.mesh.vertices)
    shutil.copytree(tmp_path, tmp_path / "elsewhere" / "x")
    moved = FolderRooms(tmp_path / "elsewhere" / "x")
    assert moved.digest("one") == rooms.digest("one")
    np.testing.assert_array_equal(moved.load("one").mesh.vertices, first.mesh.vertices)


def test_the_real_rooms(shared_data, tmp_path):
    rooms = FolderRooms(shared_data / "rooms")
    assert rooms.ids() == ("copyroom/copyroom_c2000_opt", "redkitchen/redkitchen")
    for suffix in ("obj", "ply"):
        (tmp_path / f"as_{suffix}").mkdir()
        shutil.copy(shared_data / "rooms" / "copyroom" / f"copyroom_c2000_opt.{suffix}", tmp_path / f"as_{suffix}")
    apart = FolderRooms(tmp_path)
    obj, ply = apart.load("as_obj/copyroom_c2000_opt"), apart.load("as_ply/copyroom_c2000_opt")
    assert "missing_mtl" in {d.code for d in obj.defects}
    assert len(np.unique(ply.mesh.colors, axis=0)) > 100  # one colour per plane
    assert np.array_equal(rooms.load("copyroom/copyroom_c2000_opt").mesh.faces, ply.mesh.faces)
    # Two versions of one scan: the same room, the same way up.
    assert np.ptp(obj.mesh.vertices, axis=0) == pytest.approx(np.ptp(ply.mesh.vertices, axis=0), abs=0.06)
    assert obj.ceiling_m == pytest.approx(ply.ceiling_m, abs=0.03)
    assert {rooms.split(room_id) for room_id in rooms.ids()} <= {"train", "val"}


def test_one_scene_is_one_room_with_one_split(tmp_path):
    """HM3D and ScanNet: label meshes and thinned copies are no rooms; two scans of one place are on one side."""
    vertices, faces = arrays()
    for name in ("00800-A/A.glb", "00800-A/A.basis.glb", "00800-A/A.semantic.glb", "00912-B/B.glb"):
        export(tmp_path / "hm3d" / name, vertices, faces)
    homes = hm3d_rooms(tmp_path / "hm3d", FactStore())
    assert [(i, homes.split(i)) for i in homes.ids()] == [("00800-A/A", "val"), ("00912-B/B", "test")]
    assert FolderRooms(tmp_path / "hm3d").ids() == homes.ids()
    assert "HM3D" in homes.license
    for scan in ("scene0002_00", "scene0002_01"):
        for form in ("_vh_clean", "_vh_clean_2", "_vh_clean_2.labels"):
            export(tmp_path / "scannet" / scan / f"{scan}{form}.ply", vertices * (1 + 0.1 * (scan[-1] == "1")), faces)
    scans = FolderRooms(tmp_path / "scannet")
    assert scans.ids() == ("scene0002_00/scene0002_00", "scene0002_01/scene0002_01")
    assert len({scans.split(i) for i in scans.ids()}) == 1


def test_copies_of_a_room_share_its_split(tmp_path):
    vertices, faces = arrays()
    turn = compose(rotation_about((0.2, 1, 0.4), 1.0), (3, 1, 2))
    export(tmp_path / "a.glb", vertices, faces)
    export(tmp_path / "b/other.obj", transform(turn, vertices), faces)
    rooms = FolderRooms(tmp_path)
    assert rooms.listed_split("a") is None
    assert rooms.split("a") == rooms.split("b/other") == surface_split(rooms.load("a").mesh)
