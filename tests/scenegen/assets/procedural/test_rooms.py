"""Built-in rooms: closed, pure, labelled, without coplanar faces, of the promised size and number."""

import json
from dataclasses import replace

import numpy as np
import pytest
from embreex import rtcore_scene
from embreex.mesh_construction import TriangleMesh

from scenegen.assets.manifest import read_asset_manifest
from scenegen.assets.mesh import Mesh, face_vectors
from scenegen.assets.procedural.labels import LABELS
from scenegen.assets.procedural.rooms import COUNT, KINDS, ProceduralRooms
from scenegen.assets.source import RoomSource, hashed_split
from scenegen.errors import AssetError

SOURCE: RoomSource = ProceduralRooms()
SAMPLE = [f"room_{k:03d}" for k in range(len(KINDS))]
"""One room of each kind."""
NEEDED = {
    "living room": "sofa",
    "bedroom": "bed",
    "office": "desk",
    "kitchen": "counter",
    "dining room": "table",
    "study": "desk",
    "bathroom": "bathtub",
    "child's room": "bed",
    "meeting room": "table",
    "workshop": "table",
    "hallway": "cabinet",
    "laundry": "counter",
}


@pytest.fixture(scope="module")
def rooms():
    return {room_id: SOURCE.load(room_id) for room_id in SAMPLE}


class Tracer:
    """Nearest hits in one mesh."""

    def __init__(self, mesh: Mesh):
        self.scene = rtcore_scene.EmbreeScene()
        TriangleMesh(self.scene, np.ascontiguousarray(mesh.vertices), np.ascontiguousarray(mesh.faces))

    def __call__(self, origins, directions):
        o, d = (np.ascontiguousarray(np.broadcast_to(a, np.shape(origins)), np.float32) for a in (origins, directions))
        hits = self.scene.run(o, d, output=1)
        return hits["primID"], hits["tfar"]


def points_inside(room, trace, count, rng):
    """Points from which all six axis directions meet something not too near, ceiling above and floor below."""
    low, high = room.mesh.vertices.min(0), room.mesh.vertices.max(0)
    p = rng.uniform(low, high, (4 * count, 3))
    keep = np.ones(len(p), bool)
    for axis in (*np.eye(3), *-np.eye(3)):
        prim, t = trace(p, axis)
        keep &= (prim >= 0) & (t > 0.02)
        if abs(axis[2]) == 1:
            wanted = [LABELS["ceiling"]] if axis[2] > 0 else [LABELS["floor"], LABELS["floor mat"]]
            keep &= np.isin(room.mesh.face_label[prim], wanted)
    return p[keep][:count]


def random_directions(count, rng):
    d = rng.normal(size=(count, 3))
    return d / np.linalg.norm(d, axis=1, keepdims=True)


def coplanar_share(mesh, origins, directions, gap_m=2e-4, rounds=4):
    """Share of rays whose first hit has another, parallel face within `gap_m` of it.

    Embree gives one of two faces at the same place, so the faces are split in two at random, each half is
    traced by itself and the hits are compared; `rounds` splits find all but 1 pair in 2^rounds.
    """
    rng = np.random.default_rng(11)
    n = face_vectors(mesh)
    n /= np.linalg.norm(n, axis=1, keepdims=True)
    first = Tracer(mesh)(origins, directions)[1]
    found = np.zeros(len(origins), bool)
    for _ in range(rounds):
        half = rng.random(len(mesh.faces)) < 0.5
        (a, t_a), (b, t_b) = (_trace_part(mesh, part, origins, directions) for part in (half, ~half))
        parallel = np.abs((n[a] * n[b]).sum(1)) > 0.999
        found |= (a >= 0) & (b >= 0) & parallel & (np.abs(t_a - t_b) < gap_m) & (np.minimum(t_a, t_b) < first + gap_m)
    return found.mean()


def _trace_part(mesh, part, origins, directions):
    """Nearest hits in a part of the faces, as faces of the whole mesh."""
    prim, t = Tracer(replace(mesh, faces=mesh.faces[part]))(origins, directions)
    return np.where(prim >= 0, np.flatnonzero(part)[prim], -1), t


def test_ids_are_sorted_distinct_and_enough_for_the_default_run():
    ids = SOURCE.ids()
    assert len(set(ids)) == len(ids) == COUNT >= 96
    assert list(ids) == sorted(ids)


def test_splits_are_stable_hashes_with_both_sides():
    splits = [SOURCE.split(room_id) for room_id in SOURCE.ids()]
    assert splits == [hashed_split(room_id) for room_id in SOURCE.ids()]
    assert 8 <= splits.count("val") <= 32


def test_digests_differ_and_do_not_change():
    digests = {SOURCE.digest(room_id) for room_id in SOURCE.ids()}
    assert len(digests) == COUNT
    assert all(len(d) == 64 for d in digests)


def test_unknown_ids_are_refused_in_one_line():
    for bad in ("room_096", "room_1", "kitchen"):
        with pytest.raises(AssetError, match="ids run from room_000 to room_095") as caught:
            SOURCE.load(bad)
        assert caught.value.reason == "unknown_id"


def test_building_twice_gives_the_same_bytes():
    a, b = SOURCE.load("room_003"), SOURCE.load("room_003")
    for name in ("vertices", "faces", "face_material", "normals", "uv", "face_label"):
        assert np.array_equal(getattr(a.mesh, name), getattr(b.mesh, name)), name
    for x, y in zip(a.mesh.materials, b.mesh.materials, strict=True):
        assert (x.name, x.color, x.emission) == (y.name, y.color, y.emission)
        assert x.texture is None or np.array_equal(x.texture.levels[0], y.texture.levels[0])


def test_the_manifest_lists_what_the_source_gives():
    listed = read_asset_manifest("procedural_rooms")["rooms"]
    source = ProceduralRooms()
    assert listed == [{"id": i, "kind": source.kind(i), "split": source.split(i)} for i in source.ids()]
    assert json.dumps(listed)


@pytest.mark.parametrize("room_id", SAMPLE)
def test_mesh_is_sound(rooms, room_id):
    room = rooms[room_id]
    mesh = room.mesh
    assert 5_000 < len(mesh.faces) < 120_000
    assert all(np.isfinite(a).all() for a in (mesh.vertices, mesh.normals, mesh.uv))
    assert mesh.faces.max() < len(mesh.vertices)
    assert np.allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-3)
    n = face_vectors(mesh)
    assert (np.linalg.norm(n, axis=1) > 1e-10).all(), "triangles without area"
    assert ((n * mesh.normals[mesh.faces].mean(1)).sum(1) > -1e-9).all(), "winding against normals"


@pytest.mark.parametrize("room_id", SAMPLE)
def test_room_frame(rooms, room_id):
    room = rooms[room_id]
    floor = room.mesh.faces[room.mesh.face_label == LABELS["floor"]]
    ceiling = room.mesh.faces[room.mesh.face_label == LABELS["ceiling"]]
    assert (room.mesh.vertices[floor][..., 2] == 0).all()
    assert (face_vectors(room.mesh)[room.mesh.face_label == LABELS["floor"]][:, 2] > 0).all()
    assert room.mesh.vertices[ceiling][..., 2].max() == pytest.approx(room.ceiling_m, abs=0.02)
    corners = room.mesh.vertices[floor].reshape(-1, 3)
    size = np.ptp(corners, axis=0)[:2]
    assert np.abs((corners.max(0) + corners.min(0))[:2]).max() < 0.05
    assert 2.4 <= room.ceiling_m <= 3.4
    assert 2.8 < size.min() <= size.max() < 9


@pytest.mark.parametrize("room_id", SAMPLE)
def test_everything_is_labelled_and_furnished(rooms, room_id):
    room = rooms[room_id]
    assert room.mesh.face_label.min() > 0
    names = {room.categories[int(k)] for k in np.unique(room.mesh.face_label)}
    assert {"wall", "floor", "ceiling", "door", "window", "lamp"} <= names
    assert NEEDED[ProceduralRooms().kind(room_id)] in names


@pytest.mark.parametrize("room_id", SAMPLE)
def test_no_ray_escapes_and_no_faces_are_coplanar(rooms, room_id):
    room, rng = rooms[room_id], np.random.default_rng(5)
    trace = Tracer(room.mesh)
    origins = points_inside(room, trace, 10_000, rng)
    directions = random_directions(len(origins), rng)
    assert len(origins) > 3_000
    assert (trace(origins, directions)[0] >= 0).all()
    assert coplanar_share(room.mesh, origins, directions) < 1e-3


def test_the_coplanar_test_sees_coplanar_faces(rooms):
    mesh = rooms["room_000"].mesh
    double = np.concatenate([mesh.faces, mesh.faces])
    copied = Mesh(mesh.vertices, double, np.concatenate([mesh.face_material] * 2), mesh.materials)
    rng = np.random.default_rng(5)
    origins = points_inside(rooms["room_000"], Tracer(mesh), 500, rng)
    assert coplanar_share(copied, origins, random_directions(len(origins), rng)) > 0.8


@pytest.mark.parametrize("room_id", SAMPLE)
def test_there_is_room_for_cameras_and_objects(rooms, room_id):
    room = rooms[room_id]
    points = points_inside(room, Tracer(room.mesh), 10_000, np.random.default_rng(2))
    tall = points[:, 2] > 1.2
    spread = np.ptp(points[tall][:, :2], axis=0)
    assert spread.min() > 1.5


def test_rooms_differ_from_each_other(rooms):
    sizes = {(round(float(np.prod(np.ptp(r.mesh.vertices, axis=0))), 3), len(r.mesh.faces)) for r in rooms.values()}
    assert len(sizes) == len(rooms)


@pytest.mark.slow
def test_all_rooms_load_and_plans_are_varied():
    shapes = set()
    for room_id in SOURCE.ids()[::3]:
        room = SOURCE.load(room_id)
        floor = room.mesh.faces[room.mesh.face_label == LABELS["floor"]]
        shapes.add(len(floor))
        assert len(room.mesh.faces) < 120_000
    assert len(shapes) >= 3, "floor plans all have the same number of corners"
