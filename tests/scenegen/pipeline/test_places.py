"""Folders of the maker's machine: out of every message, kept in a file of their own."""

import json
from dataclasses import replace

import pytest

from scenegen.config import GenerationConfig
from scenegen.pipeline.places import absolute, has_places, is_there, known_places, placed, sources, words, write_places
from scenegen.verify.check import LOCAL

HOME = GenerationConfig(room_source="folder:/mnt/alice/my rooms/", object_source="shapenet:/data/ShapeNet.v2")


@pytest.mark.parametrize(
    ("said", "published"),
    [
        ("/mnt/alice/my rooms/a/b.ply: cannot be read", "a/b.ply: cannot be read"),
        ("x: not in /mnt/alice/my rooms", "x: not in the source"),
        ("'/data/ShapeNet.v2/03001627/1/model.obj'", "'03001627/1/model.obj'"),
        ("see /data/ShapeNet.v2.old/x.obj", "see x.obj"),
        ("missing /mnt/bob/tex tures/wood.png", "missing wood.png"),
        ("D:\\people\\bob\\tex\\wood.png", "wood.png"),
        ('File "/opt/venv/lib/embreex/a.py", line 3', 'File "a.py", line 3'),
        ("1/2 of a/b, https://example.org/a/b and ../c/d", "1/2 of a/b, https://example.org/a/b and ../c/d"),
        ("doubtful (12 %)", "doubtful (12 %)"),
    ],
)
def test_messages_name_no_folder_of_this_machine(said, published):
    assert words(HOME).published(said) == published


def test_relative_folders_are_left_out_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = words(replace(HOME, room_source="folder:rooms"))
    assert told.published("rooms/a.ply: bad rooms/ and bathrooms/b") == "a.ply: bad  and bathrooms/b"
    assert told.published(f"{tmp_path}/rooms/a.ply: bad") == "a.ply: bad"


def test_places_are_kept_apart_and_found_again(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = GenerationConfig(room_source="folder:rooms", object_source="procedural")
    write_places(tmp_path, sources(config))
    published = json.loads(config.portable().to_json())
    places = known_places(tmp_path, published)
    assert places == {"room_source": f"folder:{tmp_path / 'rooms'}", "object_source": "procedural"}
    assert placed(config.portable(), places).room_source == f"folder:{tmp_path / 'rooms'}"
    assert not is_there(places["room_source"])
    (tmp_path / "rooms").mkdir()
    assert is_there(places["room_source"])


def test_places_of_another_kind_of_source_are_not_believed(tmp_path):
    write_places(tmp_path, sources(HOME))
    assert known_places(tmp_path, {"room_source": "scenenn", "object_source": "shapenet"}) == {
        "room_source": "scenenn",
        "object_source": "shapenet:/data/ShapeNet.v2",
    }


@pytest.mark.parametrize("text", ["{", "[]", '{"room_source": 3}', '{"room_source": "folder:\\u0000"}'])
def test_a_file_that_says_nothing_is_no_file(tmp_path, text):
    (tmp_path / LOCAL).write_text(text)
    places = known_places(tmp_path, {"room_source": "folder"})
    assert not is_there(absolute(places["room_source"]))


def test_an_older_manifest_says_its_places_itself(tmp_path):
    assert known_places(tmp_path, {"room_source": "folder:/a"})["room_source"] == "folder:/a"


def test_the_built_in_library_has_no_place(tmp_path):
    assert not has_places(sources(GenerationConfig()))
    write_places(tmp_path, sources(GenerationConfig()))
    assert not list(tmp_path.iterdir())
