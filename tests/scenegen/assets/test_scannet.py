"""ScanNet's labels reach the faces of a room, whichever form of the scan is used."""

import json

import numpy as np
import pytest
from room_maker import CABINET, WALL, room, vertex_labels, write_ply

from scenegen.assets.face_names import face_names
from scenegen.assets.folder_rooms import FolderRooms
from scenegen.assets.nyu40 import NYU40
from scenegen.assets.scannet import labels_file

NUMBER = np.array([0, 1, 2, 7, 3])
"""NYU40's numbers of the room maker's wall, floor, table and cabinet."""
SCENE = "scene0003_00"


def write_scene(folder, forms=("_vh_clean_2",), labels=True, unknown=None):
    """A scan of a room, and its labels, without those of one part where it is unknown."""
    vertices, faces, made = room(np.random.default_rng(1), tables=2)
    numbers = np.where(made == unknown, 0, NUMBER[made])
    grey = np.full((len(vertices), 3), 120, np.uint8)
    scans = folder / SCENE
    for form in forms:
        write_ply(scans / f"{SCENE}{form}.ply", vertices, faces, grey)
    if labels:
        of_vertex = vertex_labels(faces, numbers, len(vertices))
        write_ply(scans / f"{SCENE}_vh_clean_2.labels.ply", vertices, faces, grey, of_vertex)
    return numbers


def named(made):
    found = face_names(made)
    return [("unknown", *found.names)[row] for row in found.of_face]


def shares(names):
    return {name: names.count(name) for name in set(names)}


@pytest.mark.parametrize("forms", [("_vh_clean_2",), ("_vh_clean",), ("_vh_clean", "_vh_clean_2"), ()])
def test_faces_are_called_as_the_labels_say(tmp_path, forms):
    numbers = write_scene(tmp_path, forms, unknown=CABINET)
    rooms = FolderRooms(tmp_path)
    assert rooms.ids() == (f"{SCENE}/{SCENE}",)
    made = rooms.load(f"{SCENE}/{SCENE}")
    due = [NYU40[number - 1] if number else "unknown" for number in numbers]
    assert shares(named(made)) == shares(due)
    assert set(made.categories.values()) == {"wall", "floor", "table"}


def test_a_scan_without_labels_has_no_names(tmp_path):
    write_scene(tmp_path, labels=False)
    made = FolderRooms(tmp_path).load(f"{SCENE}/{SCENE}")
    assert set(named(made)) == {"unknown"}


@pytest.mark.parametrize("content", [b"ply\nnonsense", None])
def test_labels_that_cannot_be_used_are_a_defect_and_not_the_end(tmp_path, content):
    write_scene(tmp_path)
    path = tmp_path / SCENE / f"{SCENE}_vh_clean_2.labels.ply"
    if content is None:  # a mesh without the property
        path.write_bytes((tmp_path / SCENE / f"{SCENE}_vh_clean_2.ply").read_bytes())
    else:
        path.write_bytes(content)
    made = FolderRooms(tmp_path).load(f"{SCENE}/{SCENE}")
    assert "bad_annotation" in {defect.code for defect in made.defects}
    assert set(named(made)) == {"unknown"}


def test_other_labels_are_another_room(tmp_path):
    write_scene(tmp_path)
    before = FolderRooms(tmp_path).digest(f"{SCENE}/{SCENE}")
    write_scene(tmp_path, unknown=CABINET)
    assert FolderRooms(tmp_path).digest(f"{SCENE}/{SCENE}") != before


def relabelled(folder, change, keep=None):
    """The scene with other labels: `change` of their numbers, of the parts to keep alone."""
    write_scene(folder)
    vertices, faces, made = room(np.random.default_rng(1), tables=2)
    faces_of = faces if keep is None else faces[np.isin(made, keep)]
    of_vertex = change(vertex_labels(faces, NUMBER[made], len(vertices)))
    write_ply(folder / SCENE / f"{SCENE}_vh_clean_2.labels.ply", vertices, faces_of, None, of_vertex)
    return FolderRooms(folder).load(f"{SCENE}/{SCENE}"), made


def test_what_is_far_from_all_labels_stays_unknown(tmp_path):
    loaded, made = relabelled(tmp_path, lambda numbers: numbers, keep=[WALL])
    names = shares(named(loaded))
    assert set(names) == {"wall", "unknown"}
    assert (made == WALL).sum() <= names["wall"] < len(made)


@pytest.mark.parametrize(
    ("change", "keep", "said"),
    [
        (lambda numbers: numbers + 1000, None, "has the label 1007, and NYU40 ends at 40"),
        (lambda numbers: numbers, [CABINET], "of the scan's faces lie near one that has a label"),
    ],
)
def test_labels_of_something_else_are_not_used(tmp_path, change, keep, said):
    loaded, _ = relabelled(tmp_path, change, keep)
    assert any(said in defect.detail for defect in loaded.defects if defect.code == "bad_annotation")
    assert set(named(loaded)) == {"unknown"}


def test_labels_of_a_scan_with_a_line_of_its_own_are_no_room(tmp_path):
    write_scene(tmp_path)
    line = {"path": f"{SCENE}/{SCENE}_vh_clean_2.ply", "license": "x"}
    (tmp_path / "assets.jsonl").write_text(json.dumps(line) + "\n")
    rooms = FolderRooms(tmp_path)
    assert len(rooms.ids()) == 1
    assert "floor" in named(rooms.load(rooms.ids()[0]))


def test_names_of_files(tmp_path):
    assert labels_file(tmp_path / "a.ply") is None
    assert labels_file(tmp_path / f"{SCENE}_vh_clean.ply") is None
    (tmp_path / f"{SCENE}_vh_clean_2.labels.ply").write_bytes(b"")
    for form in ("_vh_clean", "_vh_clean_2", "_vh_clean_2.labels"):
        assert labels_file(tmp_path / f"{SCENE}{form}.ply").name == f"{SCENE}_vh_clean_2.labels.ply"


def test_there_are_forty_classes():
    assert len(NYU40) == len(set(NYU40)) == 40
