"""Furnishing: footprints do not overlap each other or leave the floor, doors stay free, walls are used once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenegen.assets.procedural.room_parts.finishes import RoomFinishes
from scenegen.assets.procedural.room_parts.kit import Item, Kit
from scenegen.assets.procedural.room_parts.layout import FurnitureLayout, inside_polygon
from scenegen.assets.procedural.room_parts.palette import draw_palette
from scenegen.assets.procedural.room_parts.plan import draw_openings, draw_plan


def empty_layout(seed):
    rng = np.random.default_rng(seed)
    kit = Kit(rng, RoomFinishes(rng, draw_palette(rng)))
    plan = draw_plan(rng, (4.0, 6.5), (3.6, 5.0), 2.6)
    return FurnitureLayout(kit, plan, draw_openings(rng, plan, 1, 1))


def corners(placed):
    w, d = placed.item.width / 2, placed.item.depth
    local = np.array([(-w, 0, 0), (w, 0, 0), (w, d, 0), (-w, d, 0)])
    return (local @ placed.T_world_item[:3, :3].T + placed.T_world_item[:3, 3])[:, :2]


def overlap(a, b):
    low = np.maximum(a.min(0), b.min(0))
    high = np.minimum(a.max(0), b.max(0))
    return float(np.clip(high - low, 0, None).min())


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_furniture_stays_on_the_floor_and_apart(seed):
    layout = empty_layout(seed)
    rng = np.random.default_rng(seed + 1)
    for _ in range(10):
        w, d, h = rng.uniform((0.3, 0.3, 0.4), (2.0, 0.9, 2.2))
        layout.against_wall(Item((), float(w), float(d), float(h)), corner=bool(rng.random() < 0.5))
    layout.centre(Item((), 1.2, 0.8, 0.75))
    assert layout.placed
    boxes = [corners(p) for p in layout.placed]
    for box in boxes:
        shrunk = box.mean(0) + (box - box.mean(0)) * 0.97
        assert inside_polygon(layout.plan.corners, shrunk).all()
    for k, a in enumerate(boxes):
        assert all(overlap(a, b) < 0.06 for b in boxes[k + 1 :])


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_nothing_stands_before_a_door_or_a_low_window(seed):
    layout = empty_layout(seed)
    for _ in range(12):
        layout.against_wall(Item((), 0.6, 0.4, 2.0))
    for o in layout.openings:
        wall = layout.plan.walls[o.wall]
        middle = wall.origin + wall.along * (o.x0 + o.x1) / 2 + wall.inward * 0.3
        for p in layout.placed:
            box = corners(p)
            assert not ((box.min(0) < middle) & (middle < box.max(0))).all()


def test_hung_things_do_not_overlap_and_report_a_full_wall():
    layout = empty_layout(3)
    hung = [layout.hang(Item((), 1.0, 0.03, 1.0), 1.2) for _ in range(60)]
    placed = [p for p in hung if p is not None]
    assert None in hung
    for k, a in enumerate(placed):
        for b in placed[k + 1 :]:
            assert a.wall != b.wall or abs(a.x - b.x) >= 1.0


def test_opposite_furniture_faces_its_partner():
    layout = empty_layout(5)
    sofa = layout.against_wall(Item((), 2.0, 0.9, 0.8))
    assert sofa is not None
    stand = layout.against_wall(Item((), 1.2, 0.4, 0.5), facing=sofa)
    assert stand is not None
    assert float(sofa.T_world_item[:2, 1] @ stand.T_world_item[:2, 1]) == pytest.approx(-1.0)


def test_a_thing_too_large_is_not_placed():
    layout = empty_layout(7)
    assert layout.against_wall(Item((), 20.0, 0.5, 1.0)) is None
    assert layout.centre(Item((), 3.9, 3.5, 1.0), 1.5) is None
    assert layout.placed == []
