"""SceneNN rooms: layout, labels and their names, published split, unsafe or damaged annotations."""

import pickle

import numpy as np
import pytest
from room_maker import CABINET, FLOOR, TABLE, WALL, kitchen_as_scenenn, room, vertex_labels, write_ply

from scenegen.assets.scenenn import SceneNNRooms, read_annotation
from scenegen.errors import AssetError, UsageError
from scenegen.geometry import compose, rotation_about, transform

XML = """<?xml version="1.0" encoding="utf-8"?>
<annotation>
  <label id="1" text="wall" nyu_class="wall" color="1 2 3" aabbox="0 0 0 1 1 1"/>
  <label id="2" text="the floor" nyu_class="Floor " aabbox="0 0 0 1 1 1"/>
  <label id="3" text="thing" nyu_class="prop" aabbox="0 0 0 1 1 1"/>
  <label id="44" text="absent" nyu_class="fridge" aabbox="0 0 0 1 1 1"/>
</annotation>
"""
Y_UP = compose(rotation_about((1, 0, 0.2), np.deg2rad(6)) @ rotation_about((1, 0, 0), -np.pi / 2), (1, 2, 3))


def make_room(root, room_id, *, colors=True, labels=True, xml=XML, **shape):
    """A synthetic room in SceneNN's layout: +Y up and tilted by 6 degrees. Returns its (+Z up) arrays."""
    vertices, faces, face_label = room(np.random.default_rng(1), **shape)
    rgb = np.full((len(vertices), 3), (200, 150, 100), np.uint8) if colors else None
    ids = vertex_labels(faces, face_label, len(vertices)) if labels else None
    write_ply(root / room_id / f"{room_id}.ply", transform(Y_UP, vertices), faces, rgb, ids)
    if xml is not None:
        (root / room_id / f"{room_id}.xml").write_text(xml)
    return vertices, faces, face_label


def test_room_is_levelled_and_named(tmp_path):
    vertices, _, face_label = make_room(tmp_path, "005")
    loaded = SceneNNRooms(tmp_path).load("005")
    label = loaded.mesh.face_label
    assert loaded.categories == {WALL: "wall", FLOOR: "floor", TABLE: "otherprop", CABINET: "unknown"}
    np.testing.assert_array_equal(np.unique(label, return_counts=True), np.unique(face_label, return_counts=True))
    floor = loaded.mesh.vertices[loaded.mesh.faces[label == FLOOR], 2]
    assert np.abs(floor).max() < 0.03
    assert loaded.ceiling_m == pytest.approx(2.6, abs=0.02)
    assert np.ptp(loaded.mesh.vertices[:, 2]) == pytest.approx(np.ptp(vertices[:, 2]), abs=0.02)
    np.testing.assert_array_equal(np.unique(loaded.mesh.colors, axis=0), [[200, 150, 100]])
    assert {d.code for d in loaded.defects} == {"tilted"}
    assert loaded.mesh.normals is not None


def test_up_is_y_even_where_the_walls_are_larger_than_the_floor(tmp_path):
    make_room(tmp_path, "005", size=(3, 3, 4.5), tables=0)
    assert np.ptp(SceneNNRooms(tmp_path).load("005").mesh.vertices[:, 2]) == pytest.approx(4.5, abs=0.05)


def test_without_colors_grey_and_recorded(tmp_path):
    make_room(tmp_path, "005", colors=False)
    loaded = SceneNNRooms(tmp_path).load("005")
    assert "no_colors" in {d.code for d in loaded.defects}
    assert {m.color for m in loaded.mesh.materials} == {(0.7, 0.7, 0.7)}


def test_without_labels_and_annotation(tmp_path):
    make_room(tmp_path, "005", labels=False, xml=None)
    loaded = SceneNNRooms(tmp_path).load("005")
    assert loaded.mesh.face_label is None
    assert loaded.categories == {}
    assert "no_annotation" in {d.code for d in loaded.defects}


def test_split_is_published_or_hashed(tmp_path):
    for room_id in ("005", "011", "092", "999"):
        (tmp_path / room_id).mkdir()
        (tmp_path / room_id / f"{room_id}.ply").write_bytes(b"")
    (tmp_path / "notes").mkdir()
    rooms = SceneNNRooms(tmp_path)
    assert rooms.ids() == ("005", "011", "092", "999")
    assert (rooms.split("005"), rooms.split("011")) == ("train", "test")
    assert {rooms.split("092"), rooms.split("999")} <= {"train", "val"}


def test_digest_covers_scan_and_annotation(tmp_path):
    make_room(tmp_path, "005")
    rooms = SceneNNRooms(tmp_path)
    first = rooms.digest("005")
    assert first == SceneNNRooms(tmp_path).digest("005")
    (tmp_path / "005" / "005.xml").write_text(XML.replace("prop", "chair"))
    assert rooms.digest("005") != first


def test_can_be_sent_to_a_worker(tmp_path):
    make_room(tmp_path, "005")
    again = pickle.loads(pickle.dumps(SceneNNRooms(tmp_path)))
    assert again.load("005").id == "005"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('<a><label id="7" text="x" nyu_class=""/></a>', {7: "unknown"}),
        ('<a><label id="7" text="Office  Chair"/></a>', {7: "office chair"}),
        ('<a><label id="8844" nyu_class="fridge"/><label text="no id"/><label id="x1"/></a>', {8844: "refrigerator"}),
        ("<a/>", {}),
    ],
)
def test_quirks_of_annotations(tmp_path, text, names):
    path = tmp_path / "a.xml"
    path.write_text(text)
    assert read_annotation(path) == names


BOMB = '<!DOCTYPE a [<!ENTITY e "ha"><!ENTITY f "&e;&e;">]><a><label id="1" nyu_class="&f;"/></a>'


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (BOMB.encode(), "unsafe_xml"),
        (BOMB.replace("DOCTYPE", "doctype").encode(), "unsafe_xml"),
        (BOMB.encode("utf-16"), "unsafe_xml"),
        (b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>', "unsafe_xml"),
        (b'<a><label id="1"', "unreadable"),
        (b"", "unreadable"),
        (b"\xff\xfe\x01", "unreadable"),
    ],
)
def test_unsafe_and_broken_annotations(tmp_path, data, reason):
    make_room(tmp_path, "005")
    path = tmp_path / "005" / "005.xml"
    path.write_bytes(data)
    with pytest.raises(AssetError) as caught:
        read_annotation(path)
    assert caught.value.reason == reason
    loaded = SceneNNRooms(tmp_path).load("005")  # the room itself is sound
    assert "bad_annotation" in {d.code for d in loaded.defects}
    assert set(loaded.categories.values()) == {"unknown"}


def test_clear_errors(tmp_path):
    with pytest.raises(UsageError, match="no such folder; give the folder"):
        SceneNNRooms(tmp_path / "absent")
    with pytest.raises(UsageError, match=r"looked for <id>/<id>\.ply"):
        SceneNNRooms(tmp_path)
    make_room(tmp_path, "005")
    for call in (SceneNNRooms(tmp_path).load, SceneNNRooms(tmp_path).digest):
        with pytest.raises(AssetError, match="006: not in"):
            call("006")


def test_damaged_scan(tmp_path):
    make_room(tmp_path, "005")
    path = tmp_path / "005" / "005.ply"
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(AssetError) as caught:
        SceneNNRooms(tmp_path).load("005")
    assert "\n" not in str(caught.value)


def test_the_kitchen_as_a_scenenn_room(tmp_path, shared_data):
    rooms = SceneNNRooms(kitchen_as_scenenn(tmp_path, shared_data))
    loaded = rooms.load("700")
    assert rooms.split("700") == "train"
    level = loaded.mesh.vertices[np.abs(loaded.mesh.vertices[:, 2]) < 0.05]
    assert len(level) > 0.03 * len(loaded.mesh.vertices)
    assert loaded.mesh.vertices[:, 2].min() > -0.1
    assert loaded.mesh.vertices[:, 2].max() == pytest.approx(1.8, abs=0.1)
