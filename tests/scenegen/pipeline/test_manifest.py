"""Manifests: every file is valid, and the published lists have their published lengths."""

import json

import pytest

from scenegen.assets import manifest
from scenegen.assets.manifest import denylist, manifest_folder, read_asset_manifest, scenenn_split, shapenet_synsets
from scenegen.errors import UsageError

jsonschema = pytest.importorskip("jsonschema")
SCHEMA = json.loads((manifest_folder() / "schema.json").read_text())
FILES = sorted(p.stem for p in manifest_folder().glob("*.json") if p.stem != "schema")


def validator(name):
    return jsonschema.Draft202012Validator({**SCHEMA, "anyOf": [{"$ref": f"#/$defs/{name}"}]})


def test_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_folder_holds_nothing_but_manifests():
    assert {"scenenn_rooms", "shapenet_synsets"} <= set(FILES) <= set(SCHEMA["$defs"])


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_valid(name):
    validator(name).validate(read_asset_manifest(name))


def test_schema_refuses_wrong_entries():
    for name, key, value in [
        ("scenenn_rooms", "rooms", [{"id": "5", "annotated": True, "split": "train"}]),
        ("scenenn_rooms", "rooms", [{"id": "005", "annotated": True, "split": "dev"}]),
        ("shapenet_synsets", "synsets", {"02691156": {"name": "airplane", "size_m": [8]}}),
        ("shapenet_synsets", "denylist", [{"id": "04090263"}]),
        ("scenenn_rooms", "count", -1),
    ]:
        with pytest.raises(jsonschema.ValidationError):
            validator(name).validate({**read_asset_manifest(name), key: value})


def test_scenenn_lists():
    rooms = read_asset_manifest("scenenn_rooms")["rooms"]
    ids = [room["id"] for room in rooms]
    assert ids == sorted(set(ids))
    assert len(ids) == read_asset_manifest("scenenn_rooms")["count"] == 95
    split = scenenn_split()
    assert [list(split.values()).count(name) for name in ("train", "test")] == [56, 20]
    assert {room["id"] for room in rooms if room["annotated"]} == set(split)
    assert (split["005"], split["700"], split["011"], "092" in split) == ("train", "train", "test", False)


def test_synsets():
    synsets = shapenet_synsets()
    assert len(synsets) == read_asset_manifest("shapenet_synsets")["count"] == 57
    assert len({s.name for s in synsets.values()}) == 57
    assert all(0 < s.size_m[0] < s.size_m[1] for s in synsets.values())
    assert all(0.05 < s.room_size_m[0] < s.room_size_m[1] < 3 for s in synsets.values())
    assert synsets["03001627"].name == "chair"
    assert synsets["02691156"].room_size_m != synsets["02691156"].size_m


def test_denylist_gives_reasons():
    assert "official generator" in denylist()["04090263"]
    assert {key.split("/")[0] for key in denylist()} <= set(shapenet_synsets())


def test_missing_folder_is_one_clear_line(monkeypatch, tmp_path):
    monkeypatch.setattr(manifest, "__file__", str(tmp_path / "a" / "b" / "manifest.py"))
    with pytest.raises(UsageError, match="install scenegen again"):
        manifest_folder()
