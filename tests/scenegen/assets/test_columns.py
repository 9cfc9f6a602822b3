"""Columns of free space: storeys, furniture and ceilings of known size, seen both ways."""

import numpy as np
import pytest
from triangle_soup import as_arrays, block, flipped

from scenegen.assets.columns import columns
from scenegen.assets.surface import sample_surface
from scenegen.geometry import quaternion_rotation
from scenegen.seeding import Stage, generator

UP = np.array([0.0, 0.0, 1.0])


def seen(soup, up=UP, turn=None):
    vertices, faces = as_arrays(soup)
    turn = np.eye(3) if turn is None else turn
    dense = sample_surface(vertices @ turn.T, faces, generator(0, Stage.ASSET), 100_000)
    return columns(dense.points, dense.area, turn @ up)


def shell(low, high):
    return flipped(block(low, high))


def test_an_empty_room_is_alike_both_ways():
    room = seen([shell((0, 0, 0), (5, 4, 2.6))])
    assert room.storey_m == pytest.approx(2.6, abs=0.15)
    assert room.storeys == pytest.approx(1, abs=0.15)  # no free column in a wall
    assert room.lower.raised == room.upper.raised == 0
    assert room.lower.level == pytest.approx(room.upper.level, abs=0.01)


@pytest.mark.parametrize("seed", [0, 1])
def test_furniture_raises_the_lower_end_by_its_share_of_the_floor(seed):
    turn = quaternion_rotation(np.random.default_rng(seed).normal(size=4))
    room = seen([shell((0, 0, 0), (5, 4, 2.6)), block((1, 1, 0), (3, 3, 0.7))], turn=turn)
    assert room.lower.raised == pytest.approx(4 / 20, abs=0.05)
    assert room.upper.raised < 0.02
    assert room.overturned().upper == room.lower


def test_each_storey_counts():
    soup = []
    for k in range(3):
        low = np.array([0, 0, 2.9 * k])
        parts = (shell((0, 0, 0), (8, 6, 2.6)), block((2, 2, 0), (4, 4, 0.8)))
        soup += [part + low for part in parts]
    house = seen(soup)
    assert house.storeys == pytest.approx(3, abs=0.5)
    assert house.storey_m == pytest.approx(2.6, abs=0.25)
    assert house.lower.raised == pytest.approx(3 * 4 / 48, abs=0.09)
    assert house.upper.raised < 0.03


def test_the_inside_of_a_closed_wardrobe_is_no_storey():
    room = seen([shell((0, 0, 0), (5, 4, 2.6)), block((1, 1, 0), (1.7, 1.7, 1.9))])
    assert room.upper.raised == 0


def test_an_open_top_has_no_storey():
    room = seen([flipped(block((0, 0, 0), (5, 4, 2.6), "xXyYz"))])
    assert np.isnan(room.storey_m)
    assert room.lower.level > 0.8
    assert room.upper.level < 0.2
