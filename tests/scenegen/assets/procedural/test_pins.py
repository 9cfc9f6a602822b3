"""The built-in library is what it was: a shape, a colour or a light that changes needs a new version of the library."""

import json

import numpy as np
import pytest
from library_pins import PINS, made

from scenegen.assets.procedural import objects, rooms
from scenegen.assets.procedural.categories import CATEGORIES

STORED = json.loads(PINS.read_text())


def test_the_pins_are_of_this_version_and_of_every_category():
    assert STORED["versions"] == [objects.VERSION, rooms.VERSION]
    assert {name.partition("/")[0] for name in STORED["meshes"] if "/" in name} == {c.slug for c in CATEGORIES}


def same(found, stored):
    """Triangles and materials are counted; measures are compared within what float32 and other processors round."""
    assert (found["faces"], len(found["materials"])) == (stored["faces"], len(stored["materials"]))
    np.testing.assert_allclose(found["box"], stored["box"], rtol=1e-4, atol=1e-4)
    new, old = (np.array(n["materials"]) for n in (found, stored))
    np.testing.assert_allclose(new[:, :4], old[:, :4], rtol=2e-4, atol=2e-5, err_msg="area and spread")
    np.testing.assert_allclose(new[:, 4], old[:, 4], atol=1e-3, err_msg="emission")
    np.testing.assert_allclose(new[:, 5:], old[:, 5:], atol=0.5, err_msg="colours and textures")


@pytest.mark.parametrize("name", sorted(STORED["meshes"]))
def test_an_object_or_room_is_what_it_was(name):
    same(made(name), STORED["meshes"][name])
