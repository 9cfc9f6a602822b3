"""The asset doctor: sound, defective, broken and doubled assets are told apart; files are exact; exit codes."""

import io
import json

import numpy as np
import pytest
from rich.console import Console
from room_maker import room, write_ply

from scenegen.assets import doctor
from scenegen.assets.doctor import default_role, examine, write_asset_manifest, write_report
from scenegen.assets.doctor_table import check, print_report
from scenegen.assets.manifest import manifest_folder
from scenegen.errors import RunError, UsageError


def make_folder(root):
    """One sound room, its double, a grey one with a stray face, a mug, a damaged file, a point cloud."""
    vertices, faces, _ = room(np.random.default_rng(1), tables=3)
    rgb = np.full((len(vertices), 3), 128, np.uint8)
    write_ply(root / "a.ply", vertices, faces, rgb)
    write_ply(root / "copy of a.ply", vertices, faces, rgb)
    other, other_faces, _ = room(np.random.default_rng(2), size=(4, 4, 3), tables=4)
    write_ply(root / "grey.ply", other, np.append(other_faces, [[0, 0, 0]], axis=0))
    write_ply(root / "mug.ply", vertices * 0.02, faces)
    (root / "broken.ply").write_bytes(b"ply\nrubbish")
    write_ply(root / "cloud[1].ply", vertices, faces[:0])
    return root


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_folder(tmp_path_factory.mktemp("rooms"))


@pytest.fixture(scope="module")
def report(folder):
    return examine(f"folder:{folder}", "rooms")


def by_id(report):
    return {a.id: a for a in report.assets}


def test_every_asset_is_reported(report):
    assets = by_id(report)
    assert list(assets) == ["a", "broken", "cloud[1]", "copy of a", "grey", "mug"]
    assert {k: a.status for k, a in assets.items() if a.status == "ok"} == dict.fromkeys(
        ["a", "copy of a", "grey"], "ok"
    )
    assert assets["mug"].reason == "implausible_size"
    assert assets["cloud[1]"].reason == "no_faces"
    assert all(a.reason and a.message and "\n" not in a.message for a in assets.values() if a.status == "failed")
    assert assets["grey"].faces_in == assets["grey"].faces + 1
    assert assets["a"].extents_m == pytest.approx((4, 5, 2.6), abs=0.05)
    assert assets["a"].diagonal_m == pytest.approx(np.linalg.norm((4, 5, 2.6)), abs=0.05)
    assert len(assets["mug"].sha256) == 64


def test_totals(report):
    assert report.usable == 3
    assert report.categories == {"room": 3}
    assert report.defects == {"degenerate_faces": 1, "no_colors": 1}
    assert sum(report.failures.values()) == 3
    assert report.duplicates == (("a", "copy of a"),)


def test_progress_counts_to_the_end(folder):
    seen = []
    examine(f"folder:{folder}", "rooms", progress=lambda *step: seen.append(step))
    assert seen[0] == (0, 6, "a")
    assert seen[-1] == (6, 6, "")
    assert [s[0] for s in seen] == list(range(7))


def test_a_loader_that_breaks_does_not_stop_the_round(folder, monkeypatch):
    monkeypatch.setattr("scenegen.assets.folder_rooms.level_room", lambda *a, **k: 1 / 0)
    report = examine(f"folder:{folder}", "rooms")
    assert report.failures["loader_error"] == 4
    assert "ZeroDivisionError" in by_id(report)["a"].message


def test_json_holds_everything(report, tmp_path):
    write_report(report, tmp_path / "r.json")
    data = json.loads((tmp_path / "r.json").read_text())
    assert (data["count"], data["usable"], data["duplicates"]) == (6, 3, [["a", "copy of a"]])
    grey = next(a for a in data["assets"] if a["id"] == "grey")
    assert {"code": "no_colors", "detail": "grey"} in grey["defects"]


def test_manifest_is_valid_and_the_same_every_time(report, folder, tmp_path):
    jsonschema = pytest.importorskip("jsonschema")
    write_asset_manifest(report, tmp_path / "one.json")
    write_asset_manifest(examine(f"folder:{folder}", "rooms"), tmp_path / "two.json")
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()
    schema = json.loads((manifest_folder() / "schema.json").read_text())
    manifest = json.loads((tmp_path / "one.json").read_text())
    jsonschema.Draft202012Validator({**schema, "anyOf": [{"$ref": "#/$defs/checked_assets"}]}).validate(manifest)
    assert str(folder) not in (tmp_path / "one.json").read_text()  # no path of this machine
    assert "seconds" not in (tmp_path / "one.json").read_text()


def test_unwritable_place(report, tmp_path):
    with pytest.raises(RunError, match=r"cannot be written .*; choose another place"):
        write_report(report, tmp_path / "absent" / "r.json")
    (tmp_path / "taken").mkdir()
    with pytest.raises(RunError):
        write_asset_manifest(report, tmp_path / "taken")
    assert not list(tmp_path.glob("*.part"))


def shown(report, width):
    console = Console(file=io.StringIO(), width=width, color_system=None)
    print_report(report, console)
    return console.file.getvalue()


@pytest.mark.parametrize("width", [80, 140])
def test_table(report, width):
    text = shown(report, width)
    assert max(map(len, text.splitlines())) <= width
    for part in ("cloud[1]", "implausible_size", "no_colors", "same surface: a, copy of a", "3 of 6 rooms usable"):
        assert part in text


def test_long_lists_show_what_is_notable(report, monkeypatch):
    monkeypatch.setattr("scenegen.assets.doctor_table.MAX_ROWS", 4)
    text = shown(report, 140)
    assert "4 notable of 6" in text
    assert "broken" in text.split("grey")[0]


def test_exit_codes_and_files(tmp_path):
    folder = make_folder(tmp_path / "rooms")
    quiet = Console(file=io.StringIO())
    code = check(f"folder:{folder}", "rooms", tmp_path / "r.json", tmp_path / "m.json", console=quiet)
    assert code == 0
    assert (tmp_path / "r.json").is_file()
    assert (tmp_path / "m.json").is_file()
    for name in ("a", "copy of a", "grey"):
        (folder / f"{name}.ply").unlink()
    assert check(f"folder:{folder}", "rooms", console=quiet) == 1


def test_roles():
    assert default_role("scenenn:/x") == "rooms"
    assert default_role("shapenet:/x") == "objects"
    with pytest.raises(UsageError, match="add --role rooms or --role objects"):
        default_role("folder:/x")
    with pytest.raises(UsageError, match="unknown source 'replica:/x'"):
        default_role("replica:/x")
    with pytest.raises(UsageError, match="unknown role 'room'; use rooms or objects"):
        examine("procedural", "room")


def test_objects_with_their_defects(shared_data):
    report = examine(f"shapenet:{shared_data / 'shapenet/ShapeNetCore.v1'}", "objects")
    assert report.usable == len(report.assets) == 2
    assert all(a.faces_in >= a.faces > 0 for a in report.assets)


@pytest.mark.slow
def test_all_the_real_models(shared_data):
    report = examine(f"shapenet:{shared_data / 'shapenet/ShapeNetCore.v2'}", "objects")
    assert (report.usable, len(report.assets), len(report.categories)) == (40, 40, 29)
    assert report.defects["missing_texture"] == 2
    assert report.defects["no_uv"] == 2
    assert report.defects["coincident_faces"] >= 39


def test_faces_before_counts_what_cleaning_counted():
    assert set(doctor.REMOVING) == {"degenerate_faces", "coincident_faces", "fragments", "decimated"}
