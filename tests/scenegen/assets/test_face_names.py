"""What the faces of a room are called."""

from dataclasses import replace

import numpy as np
import pytest
from scenes import box

from scenegen.assets.face_names import face_names
from scenegen.assets.procedural.rooms import ProceduralRooms
from scenegen.assets.source import Room

MESH = box((0, 0, 0), (1, 1, 1))


def named(labels, categories):
    mesh = replace(MESH, face_label=None if labels is None else np.array(labels, np.int32))
    return face_names(Room("a", mesh, 1.0, categories))


def test_names_are_sorted_and_only_those_that_a_face_has():
    found = named([7, 7, 3, 3, 0, 0, 9, 9, 5, 5, 7, 3], {7: "wall", 3: "floor", 9: "unknown", 5: "", 4: "door"})
    assert found.names == ("floor", "wall")
    assert found.of_face.tolist() == [2, 2, 1, 1, 0, 0, 0, 0, 0, 0, 2, 1]
    assert found.of_face.dtype == np.uint16


def test_labels_of_one_name_are_one_category():
    found = named([1, 2] * 6, {1: "chair", 2: "chair"})
    assert found.names == ("chair",)
    assert (found.of_face == 1).all()


@pytest.mark.parametrize("labels", [None, [4] * 12], ids=["no labels", "labels without names"])
def test_what_has_no_name_has_row_0(labels):
    found = named(labels, {})
    assert found.names == ()
    assert found.of_face.tolist() == [0] * 12


def test_every_face_of_a_built_in_room_has_a_name():
    found = face_names(ProceduralRooms().load("room_003"))
    assert {"floor", "wall", "ceiling"} <= set(found.names)
    assert (found.of_face > 0).all()
