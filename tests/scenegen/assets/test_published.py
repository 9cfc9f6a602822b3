"""Nothing of the maker's machine is in what is published: every byte of it is searched."""

import json
import os
from pathlib import Path

import pytest
from run_world import run
from small_world import objects_folder, rooms_folder

from scenegen.cli.main import main
from scenegen.config import GenerationConfig, ObjectsConfig, Range, Size

NAME = "zzalice"
"""Stands in every folder above the run and its sources, as the name of a user does."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home folder with flawed sources: broken files, materials and pictures named by their whole path."""
    home = tmp_path_factory.mktemp(NAME)
    rooms, objects = rooms_folder(home / f"rooms of {NAME}", 2), objects_folder(home / f"{NAME}-objects")
    (rooms / "broken.ply").write_bytes(b"ply\nformat ascii 1.0\nelement vertex 9999999999\nend_header\n")
    corners = (
        "v 0 0 0\nv 0.2 0 0\nv 0 0.3 0\nv 0 0 0.2\nvt 0 0\nf 1/1 3/1 2/1\nf 1/1 2/1 4/1\nf 2/1 3/1 4/1\nf 3/1 1/1 4/1\n"
    )
    for k in range(24):
        path = objects / f"flawed{k}" / "mesh.obj"
        path.parent.mkdir()
        path.write_text(f"mtllib {home}/a.mtl\nmtllib b.mtl\nusemtl a\n{corners}")
        (path.parent / "b.mtl").write_text(f"newmtl a\nmap_Kd {home}/my pictures/wood.png\n")
        (path.parent / "bad.ply").write_text("ply\n")
    return home


@pytest.fixture(scope="module")
def made(home):
    """A run in that home, with what `card`, `gallery` and `export` make of it."""
    out = home / "out" / "demo"
    config = GenerationConfig(
        rooms=3,
        pairs_per_room=2,
        size=Size(64, 48),
        room_source=f"folder:{home / f'rooms of {NAME}'}",
        object_source=f"folder:{home / f'{NAME}-objects'}",
        objects=ObjectsConfig(objects=Range(4, 6)),
    )
    assert run(config, out).exit_code == 1
    assert main(["card", str(out)]) == 0
    assert main(["gallery", str(out), "--out", str(home / "gallery.html")]) == 0
    for form in ("colmap", "nerfstudio", "webdataset", "glue-factory", "scene-info", "loftr"):
        assert main(["export", str(out), "--format", form, "--out", str(home / "exported" / form)]) == 0
    assert main(["repack", str(out), "--codec", "none", "--out", str(home / "repacked")]) == 0
    return home


def published(made):
    """All files but those that say of themselves that they stay at home."""
    roots = (made / "out" / "demo", made / "exported", made / "repacked")
    files = [path for root in roots for path in sorted(root.rglob("*")) if path.is_file()]
    return [made / "gallery.html", *(path for path in files if path.name != "local.json")]


def test_every_byte_that_is_published(made):
    files = published(made)
    assert {path.suffix for path in files} >= {".h5", ".json", ".md", ".jpg", ".html", ".txt", ".tar", ".png"}
    told = [NAME, *(name for name in (os.uname().nodename, f"{Path.home()}/") if len(name) > 5)]
    found = [(path.relative_to(made), word) for path in files for word in told if word.encode() in path.read_bytes()]
    assert found == []


def test_what_is_said_of_assets_is_still_of_use(made):
    manifest = json.loads((made / "out" / "demo" / "manifest.json").read_text())
    (failed,) = manifest["failed"]
    assert failed["why"].startswith("broken.ply: ")
    assert manifest["skipped"]
    assert all("ply" not in skip["why"] or "/" not in skip["why"] for skip in manifest["skipped"].values())
    details = [text for codes in manifest["assets"].values() for texts in codes.values() for text in texts]
    assert any("a.mtl" in text for text in details)
    assert any("wood.png" in text for text in details)
    assert manifest["config"]["room_source"] == "folder"


def test_the_folders_are_kept_for_this_machine_alone(made, capsys):
    for out in (made / "out" / "demo", made / "repacked"):
        kept = json.loads((out / "local.json").read_text())
        assert kept["room_source"] == f"folder:{made / f'rooms of {NAME}'}"
        assert "not to be published" in kept["note"]
        main(["verify", str(out), "--deep", "1"])
        assert "rays: 0 of " in capsys.readouterr().out
    assert "local.json" not in (made / "out" / "demo" / "croissant.json").read_text()
    assert "local.json" not in (made / "out" / "demo" / "README.md").read_text()
