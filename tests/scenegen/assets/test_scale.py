"""Rooms in inches, feet, centimetres or millimetres are refused with the unit to state; halls and closets pass."""

import re

import numpy as np
import pytest
from home_furniture import furniture
from house_maker import house
from roots import SHARED
from triangle_soup import as_arrays, shell_of

from scenegen.assets.mesh import Material, Mesh
from scenegen.assets.reading import read_mesh_file
from scenegen.assets.room_mesh import level_room
from scenegen.assets.scale import UNITS, likely_unit
from scenegen.errors import AssetError
from scenegen.seeding import Stage, generator

CASES = SHARED.parent / "cases" / "rooms"


def mesh_of(soup, scale=1.0):
    vertices, faces = as_arrays(soup)
    zero = np.zeros(len(faces), np.int32)
    return Mesh((vertices * scale).astype(np.float32), faces, zero, (Material("plain"),))


def furnished(size):
    return [shell_of(size), *furniture(generator(0, Stage.ROOM), (0, 0, 0), size, 4, False)]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("size", [(5.0, 4.0, 2.6), (3.5, 2.8, 2.45), (9.0, 7.0, 3.2)])
def test_a_room_in_another_unit_is_refused_with_it(unit, size):
    with pytest.raises(AssetError) as caught:
        level_room("den", mesh_of(furnished(size), 1 / UNITS[unit]))
    assert caught.value.reason == "implausible_size"
    assert str(caught.value).endswith(f"; if it is in {unit}, state unit_m {UNITS[unit]:g} in assets.jsonl")
    assert re.match(
        r"den: (a storey of \S+ m, rooms have 1.6 to 7 m|\S+ m across, rooms are 2 to 300 m); ", str(caught.value)
    )


def test_a_house_in_feet_is_refused_however_wide():
    soup = house(generator(3, Stage.ROOM), 3)
    with pytest.raises(AssetError, match=r"if it is in feet, state unit_m 0\.3048"):
        level_room("house", mesh_of(soup, 1 / UNITS["feet"]))


def test_a_stated_unit_is_not_doubted():
    tall = mesh_of(furnished((12.0, 16.0, 9.0)))
    with pytest.raises(AssetError, match="a storey of"):
        level_room("nave", tall)
    assert level_room("nave", tall, unit_stated=True).ceiling_m == pytest.approx(9, abs=0.02)


def test_a_hall_passes_and_says_so():
    hall = level_room("hall", mesh_of(furnished((45.0, 60.0, 10.0))))
    (said,) = [d.detail for d in hall.defects if d.code == "doubtful_unit"]
    height, rest = said.split(" ", 1)
    assert float(height) == pytest.approx(10, abs=0.5)
    assert rest == "m high; state unit_m in assets.jsonl"


def test_no_unit_is_made_up():
    assert likely_unit(0.9) is None
    assert likely_unit(102.4) == ("inches", 0.0254)


@pytest.mark.parametrize(
    ("case", "unit"),
    [("p03_mm", "0.001"), ("p03b_cm", "0.01"), ("p03c_inch", "0.0254"), ("p03d_feet", "0.3048"), ("p00_plain", ""),
     ("p08_closet", ""), ("p09_hall", "")],
)  # fmt: skip
def test_the_cases(case, unit):
    path = CASES / case / "r.ply"
    if not path.is_file():
        pytest.skip(f"cases not found at {CASES}")
    mesh = read_mesh_file(path)[0]
    if not unit:
        assert level_room(case, mesh).mesh is not None
        return
    with pytest.raises(AssetError, match=rf"state unit_m {re.escape(unit)} in assets\.jsonl"):
        level_room(case, mesh)
