"""Furniture, built once: it stands, hangs together, is closed, of its size, made of roles that rooms and objects know."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy.spatial import ConvexHull, KDTree
from solid_checks import is_closed, islands, volume

from scenegen.assets.mesh import Mesh, concatenate, face_vectors
from scenegen.assets.procedural import beds, benches, chairs, desks, lamps, storage, tables, upholstered
from scenegen.assets.procedural.finishes import solid
from scenegen.assets.procedural.labels import LABELS
from scenegen.assets.procedural.roles import ROLES, drawn
from scenegen.assets.procedural.room_parts import finishes, furniture, seating
from scenegen.assets.procedural.room_parts import lamps as room_lamps
from scenegen.assets.procedural.room_parts import storage as room_storage
from scenegen.assets.procedural.room_parts import tables as room_tables
from scenegen.assets.procedural.room_parts.kit import Item, Kit
from scenegen.assets.procedural.room_parts.palette import draw_palette

GREY = solid("grey", (0.5, 0.5, 0.5))
SIZE = (1.2, 0.7, 0.75)
SHELVES = (0.9, 0.33, 1.7)
SEEDS = range(4)
BUILDERS: dict[str, tuple[Callable[..., list[Mesh]], tuple]] = {
    "framed chair": (chairs.framed, ()),
    "shell chair": (chairs.shell, ()),
    "office chair": (chairs.swivel_chair, ()),
    "cantilever chair": (chairs.cantilever, ()),
    "dining chair": (chairs.dining_chair, ()),
    "tub": (chairs.tub, ()),
    "stool": (chairs.stool, (0.62,)),
    "park bench": (benches.park_bench, (1.4,)),
    "plank bench": (benches.plank_bench, (1.4,)),
    "padded bench": (benches.padded_bench, (1.4,)),
    "sofa": (upholstered.couch, (3,)),
    "sofa with a chaise": (upholstered.couch, (2, 1.0)),
    "armchair": (upholstered.couch, (1,)),
    "pouf": (upholstered.pouf, (0.3, 0.4)),
    "bed": (beds.bed, (1.6,)),
    "narrow bed": (beds.bed, (0.95,)),
    "legged table": (tables.legged, (SIZE,)),
    "low table": (tables.legged, ((0.9, 0.6, 0.42),)),
    "panelled table": (tables.panelled, (SIZE,)),
    "pedestal table": (tables.pedestal, ((0.9, 0.9, 0.74),)),
    "trestle table": (tables.trestle, (SIZE,)),
    "hairpin table": (tables.hairpin, (SIZE,)),
    "drum": (tables.drum, ((0.5, 0.5, 0.45),)),
    "desk": (desks.desk, (SIZE, (1,))),
    "double desk": (desks.desk, ((1.6, 0.7, 0.74), (-1, 1))),
    "case": (storage.case, ((1.2, 0.45, 0.8), [1, 3, 2])),
    "wardrobe": (storage.case, ((1.2, 0.6, 2.0), [1, 1])),
    "file cabinet": (storage.file_cabinet, ()),
    "bookcase": (storage.bookcase, (SHELVES, 0.8)),
    "cubes": (storage.cubes, (SHELVES, 0.8)),
    "open shelf": (storage.open_shelf, (SHELVES, 0.8)),
    "table lamp": (lamps.table_lamp, (0.15,)),
    "globe": (lamps.globe, (0.1,)),
    "desk lamp": (lamps.desk_lamp, ()),
    "floor lamp": (lamps.floor_lamp, ()),
    "arc lamp": (lamps.arc_lamp, ()),
}
"""Every builder that rooms and objects have in common, with the measures that it is asked for."""
SYMMETRIC = (
    "framed chair",
    "shell chair",
    "cantilever chair",
    "tub",
    "plank bench",
    "legged table",
    "hairpin table",
    "sofa",
)
LOOSE = {LABELS[name] for name in ("books", "box", "otherprop", "pillow", "lamp", "television", "paper")}
"""Classes of what stands on furniture."""
ITEMS: dict[str, tuple[str, Callable[[Kit], Item]]] = {
    "sofa": ("sofa", seating.room_sofa),
    "armchair": ("sofa", seating.armchair),
    "chair": ("chair", seating.room_chair),
    "office chair": ("chair", seating.office_chair),
    "stool": ("chair", seating.room_stool),
    "pouf": ("chair", seating.room_pouf),
    "bench": ("chair", seating.room_bench),
    "bed": ("bed", seating.room_bed),
    "table": ("table", lambda kit: room_tables.room_table(kit, 1.4, 0.8)),
    "round table": ("table", lambda kit: room_tables.round_table(kit, 1.1)),
    "coffee table": ("table", room_tables.coffee_table),
    "desk": ("desk", lambda kit: room_tables.room_desk(kit, 1.4, kit.pick(-1, 1))),
    "bookshelf": ("bookshelf", room_storage.room_bookshelf),
    "sideboard": ("cabinet", room_storage.sideboard),
    "file cabinet": ("cabinet", room_storage.room_file_cabinet),
    "nightstand": ("night stand", room_storage.nightstand),
    "wardrobe": ("cabinet", room_storage.wardrobe),
    "rack": ("shelves", room_storage.room_rack),
    "floor lamp": ("lamp", room_lamps.room_floor_lamp),
    "workbench": ("table", room_tables.workbench),
}
"""What rooms make of them, and the class that it has there."""


def kit(seed: int) -> Kit:
    """A room's kit."""
    rng = np.random.default_rng(seed)
    return Kit(rng, finishes.RoomFinishes(rng, draw_palette(rng)))


@cache
def built(name: str, seed: int) -> tuple[Mesh, ...]:
    """Parts as an object has them, in the frame of builders: every other seed with a room's finishes."""
    build, measures = BUILDERS[name]
    rng = np.random.default_rng(seed)
    return tuple(build(rng, drawn(rng) if seed % 2 else furniture.suited(kit(seed)), *measures))


SIZED = [name for name, (_, measures) in BUILDERS.items() if measures and isinstance(measures[0], tuple)]


def body(parts: tuple[Mesh, ...]) -> list[Mesh]:
    """Furniture without what stands on it."""
    return [p for p in parts if p.face_label is None]


def box(parts: list[Mesh] | tuple[Mesh, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Lowest and highest corner."""
    return tuple(f([f(p.vertices, axis=0) for p in parts], axis=0) for f in (np.min, np.max))


each = pytest.mark.parametrize(("name", "seed"), [(name, seed) for name in BUILDERS for seed in SEEDS])


@each
def test_it_stands_on_the_floor_under_its_middle(name, seed):
    points = np.concatenate([p.vertices for p in built(name, seed)]).astype(float)
    assert points[:, 2].min() == pytest.approx(0, abs=1e-3)
    foot = ConvexHull(points[points[:, 2] < 0.004][:, :2])
    mesh = concatenate(list(built(name, seed)))
    area = np.linalg.norm(face_vectors(mesh), axis=1)
    middle = (area @ mesh.vertices[mesh.faces].mean(1))[:2] / area.sum()
    held_by_weight = "lamp" in name
    assert held_by_weight or (foot.equations[:, :2] @ middle + foot.equations[:, 2]).max() < 0


@each
def test_no_part_floats(name, seed):
    assert islands(built(name, seed), gap_m=0.002) == 1


@each
def test_parts_are_closed_and_face_outwards(name, seed):
    for part in built(name, seed):
        n = face_vectors(part)
        assert np.linalg.norm(n, axis=1).min() > 1e-10
        assert ((n * part.normals[part.faces].mean(1)).sum(1) > -1e-9).all(), part.materials[0].name
        shade = "lamp" in name
        assert volume(part) > 0 if is_closed(part) else shade, part.materials[0].name


@each
def test_it_is_light_and_of_few_textures(name, seed):
    parts = built(name, seed)
    assert 100 < sum(len(p.faces) for p in parts) < 12_000
    assert len({id(m.texture) for p in parts for m in p.materials if m.texture}) <= 6


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SYMMETRIC)
def test_left_is_as_right(name, seed):
    """Each vertex has a counterpart, but for how tubes are turned and crossing bars pass each other."""
    points = np.concatenate([p.vertices for p in body(built(name, seed))])
    assert KDTree(points).query(points * (-1, 1, 1))[0].max() < 0.007


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", SIZED)
def test_it_is_of_the_size_that_is_asked_for(name, seed):
    size, (low, high) = BUILDERS[name][1][0], box(body(built(name, seed)))
    assert high[2] == pytest.approx(size[2], abs=1e-3)
    assert (low[0], high[0]) == pytest.approx((-size[0] / 2, size[0] / 2), abs=1e-3)
    assert high[1] == pytest.approx(size[1] / 2, abs=2e-3)
    handles = 0.045 if any(word in name for word in ("case", "wardrobe", "desk")) else 2e-3
    assert -size[1] / 2 - handles < low[1] < -size[1] / 2 + 3e-3


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ITEMS)
def test_a_rooms_item_is_within_its_footprint_and_labelled(name, seed):
    label, make = ITEMS[name]
    one = make(kit(seed))
    low, high = box(one.parts)
    assert low[2] == pytest.approx(0, abs=1e-3)
    assert low[1] > -1e-3
    assert high[1] < one.depth + 1e-3
    assert (-one.width / 2 - 1e-3 < low[0]) & (high[0] < one.width / 2 + 1e-3)
    labels = [int(p.face_label[0]) for p in one.parts]
    own = [p for p, code in zip(one.parts, labels, strict=True) if code == LABELS[label]]
    assert {*labels} <= LOOSE | {LABELS[label]}
    assert box(own)[1][2] < one.height + (0.13 if name == "workbench" else 1e-3)
    assert islands(one.parts, gap_m=0.002) == 1


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", ["desk", "sideboard", "nightstand", "coffee table"])
def test_things_lie_on_the_top_that_an_item_says(name, seed):
    label, make = ITEMS[name]
    one = make(kit(seed))
    things = [p for p in one.parts if int(p.face_label[0]) != LABELS[label]]
    assert box([p for p in one.parts if p not in things])[1][2] == pytest.approx(one.height, abs=1e-3)
    assert all(p.vertices[:, 2].min() > one.height - 0.012 for p in things)


def test_objects_and_rooms_know_every_role_that_is_asked_for():
    asked = set()
    for build, measures in BUILDERS.values():
        for seed in SEEDS:
            build(np.random.default_rng(seed), lambda role: asked.add(role) or GREY, *measures)
    assert asked <= set(ROLES)
    assert set(finishes.IN_ROOMS) <= set(ROLES)
    for of in (furniture.suited(kit(0)), drawn(np.random.default_rng(0))):
        assert all(of(role) is of(role) for role in ROLES), "a piece keeps what its roles are"


def test_a_room_may_say_what_a_role_is():
    one = kit(3)
    assert furniture.suited(one, carcass="tool")("carcass") is one.finishes("tool")
