"""Library: sources by name, one clear line for everything that cannot be opened."""

import pickle

import numpy as np
import pytest
from room_maker import room, write_ply

from scenegen.assets.cache import AssetCache
from scenegen.assets.library import KINDS, open_objects, open_rooms, parse_spec, roles_of, usage
from scenegen.assets.mesh import bounds
from scenegen.assets.source import hashed_split
from scenegen.card.sources import KNOWN
from scenegen.errors import UsageError


@pytest.fixture
def folder(tmp_path):
    vertices, faces, _ = room(np.random.default_rng(1))
    write_ply(tmp_path / "rooms/005/005.ply", vertices @ np.float64([[1, 0, 0], [0, 0, -1], [0, 1, 0]]), faces)
    return tmp_path / "rooms"


@pytest.mark.parametrize("kind", ["scenenn", "folder"])
def test_rooms_of_files(folder, kind):
    source = open_rooms(f"{kind}:{folder}")
    (room_id,) = source.ids()
    loaded = source.load(room_id)
    assert (source.name, loaded.id) == (kind, room_id)
    assert loaded.ceiling_m == pytest.approx(2.6, abs=0.02)
    assert len(source.digest(room_id)) == 64


def test_cache_gives_the_same_room_without_reading_again(folder, tmp_path, monkeypatch):
    cache = AssetCache(tmp_path / "cache")
    first = open_rooms(f"folder:{folder}", cache).load("005/005")
    monkeypatch.setattr("scenegen.assets.folder_rooms.read_best", None)  # reading would now fail
    again = open_rooms(f"folder:{folder}", cache).load("005/005")
    np.testing.assert_array_equal(first.mesh.vertices, again.mesh.vertices)
    assert (first.id, first.ceiling_m, first.defects) == (again.id, again.ceiling_m, again.defects)


def test_cache_notices_a_changed_file(folder, tmp_path):
    cache = AssetCache(tmp_path / "cache")
    open_rooms(f"folder:{folder}", cache).load("005/005")
    vertices, faces, _ = room(np.random.default_rng(2), size=(4, 4, 3.1))
    write_ply(folder / "005/005.ply", vertices, faces)
    assert open_rooms(f"folder:{folder}", cache).load("005/005").ceiling_m == pytest.approx(3.1, abs=0.02)


@pytest.mark.parametrize("kind", ["scenenn", "folder"])
def test_sources_travel_to_workers(folder, tmp_path, kind):
    source = pickle.loads(pickle.dumps(open_rooms(f"{kind}:{folder}", AssetCache(tmp_path / "cache"))))
    assert source.load(source.ids()[0]).id == source.ids()[0]


def test_objects_of_files(shared_data):
    shapes = open_objects(f"shapenet:{shared_data / 'shapenet/ShapeNetCore.v2'}")
    assert "chair" in shapes.ids()
    assert open_objects(f"folder:{shared_data / 'objects'}").name == "folder"
    assert pickle.loads(pickle.dumps(shapes)).ids() == shapes.ids()


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("replica:/x", f"unknown room source 'replica:/x'; use {usage('rooms')}"),
        ("shapenet:/x", f"unknown room source 'shapenet:/x'; use {usage('rooms')}"),
        ("", f"unknown room source ''; use {usage('rooms')}"),
        ("scenenn", "room source 'scenenn' lacks its folder; use scenenn:PATH, as in --room-source scenenn:PATH"),
        ("folder:", "room source 'folder:' lacks its folder; use folder:PATH, as in --room-source folder:PATH"),
        ("procedural:/x", "room source 'procedural:/x': it lies in no folder: use procedural"),
        (
            "folder:/no/such",
            "room source 'folder:/no/such': /no/such does not exist; give the folder that holds the rooms",
        ),
    ],
)
def test_messages(spec, message):
    with pytest.raises(UsageError) as caught:
        open_rooms(spec)
    assert str(caught.value) == message


def test_a_file_is_not_a_folder(tmp_path):
    (tmp_path / "room.ply").write_bytes(b"x")
    with pytest.raises(UsageError, match=r"room\.ply is not a folder"):
        open_rooms(f"folder:{tmp_path / 'room.ply'}")


@pytest.mark.parametrize("spec", ["scenenn", "folder"])
def test_empty_folder_of_rooms(tmp_path, spec):
    with pytest.raises(UsageError, match="looked for"):
        open_rooms(f"{spec}:{tmp_path}")


@pytest.mark.parametrize("spec", ["shapenet", "folder"])
def test_empty_folder_of_objects(tmp_path, spec):
    with pytest.raises(UsageError):
        open_objects(f"{spec}:{tmp_path}")


def test_spec_keeps_colons_of_the_path(tmp_path):
    (tmp_path / "a:b").mkdir()
    assert parse_spec(f"folder:{tmp_path / 'a:b'}", "rooms") == ("folder", tmp_path / "a:b")


def test_the_card_knows_no_source_that_there_is_not():
    assert set(KNOWN) <= set(KINDS)


@pytest.mark.parametrize(
    ("spec", "roles"),
    [
        ("procedural", ("rooms", "objects")),
        ("hm3d:/x", ("rooms",)),
        ("gso:/x", ("objects",)),
        ("bop:/x", ("objects",)),
        ("replica:/x", ()),
    ],
)
def test_what_a_source_can_give(spec, roles):
    assert roles_of(spec) == roles


def test_the_built_in_library_keeps_its_splits_orders_and_light(folder):
    """What is made from it must not change: its splits are told by the ids, its rooms taken by number."""
    rooms, objects = open_rooms("procedural"), open_objects("procedural")
    assert rooms.in_order(rooms.ids()[::-1]) == rooms.ids()
    assert [rooms.split(i) for i in rooms.ids()] == [hashed_split(i) for i in rooms.ids()]
    assert objects.listed_split("mug/00017") == objects.split("mug/00017") == hashed_split("mug/00017")
    assert not rooms.baked_light
    assert open_rooms(f"folder:{folder}").baked_light


def test_splits_are_found_once_and_kept_beside_the_cache(folder, tmp_path, monkeypatch):
    cache = AssetCache(tmp_path / "cache")
    first = open_rooms(f"folder:{folder}", cache).split("005/005")
    monkeypatch.setattr("scenegen.assets.folder_rooms.read_best", None)
    assert open_rooms(f"folder:{folder}", cache).split("005/005") == first


def test_an_asset_that_cannot_be_read_goes_by_its_id(tmp_path):
    (tmp_path / "bad.ply").write_bytes(b"rubbish")
    for opened in (open_rooms, open_objects):
        assert opened(f"folder:{tmp_path}").split("bad") == hashed_split("bad")


def test_builtin_library():
    assert len(open_rooms("procedural").ids()) >= 76
    assert len(open_objects("procedural").ids()) >= 30


WITHOUT_FOLDER = [name for name, kind in KINDS.items() if kind.rooms and not kind.needs_path]
"""Sources of rooms that can be opened anywhere; those of folders have tests of their own."""


@pytest.mark.parametrize("kind", WITHOUT_FOLDER)
def test_rooms_are_what_a_source_promises(kind):
    source, again = open_rooms(kind), pickle.loads(pickle.dumps(open_rooms(kind)))
    ids = source.ids()
    assert ids == tuple(sorted(set(ids))) == again.ids()
    assert (source.name, bool(source.license)) == (kind, True)
    assert sorted(source.in_order(ids[::-1])) == list(ids)
    assert all(source.split(i) in ("train", "val", "test") for i in ids)
    assert all(source.listed_split(i) in (None, source.split(i)) for i in ids)
    assert len({source.digest(i) for i in ids}) == len(ids)
    first, twin = source.load(ids[0]), again.load(ids[0])
    assert first.id == ids[0]
    np.testing.assert_array_equal(first.mesh.vertices, twin.mesh.vertices)
    assert first.mesh.vertices.dtype == np.float32
    low, high = bounds(first.mesh)
    assert abs(low[2]) < 0.5 < 1.8 < first.ceiling_m < high[2] + 0.1


def test_an_object_that_is_drawn_again_is_not_digested_again(folder, monkeypatch):
    objects = open_objects(f"folder:{folder}")
    object_id = next(iter(objects.ids().values()))[0]
    split = objects.split(object_id)
    monkeypatch.setattr(objects.source, "digest", None)
    assert objects.split(object_id) == split
