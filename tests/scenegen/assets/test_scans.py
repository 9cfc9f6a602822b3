"""Scans are told from models by their triangles: crumbs are dropped from scans alone."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from room_maker import box, patch
from roots import SHARED

from scenegen.assets.mesh import Material, Mesh, concatenate
from scenegen.assets.reading import read_mesh_file
from scenegen.assets.scans import looks_scanned

CASES = SHARED.parent / "cases"
PLAIN = (Material("plain"),)


def as_mesh(vertices, faces):
    faces = np.asarray(faces, np.int32)
    return Mesh(np.asarray(vertices, np.float32), faces, np.zeros(len(faces), np.int32), PLAIN)


def sheet(step, loose=0):
    """A shell of small triangles, with some loose cubes of 0.5 m in it."""
    shell = [
        as_mesh(*patch(*corner, step))
        for corner in (((0, 0, 0), (4, 0, 0), (0, 5, 0)), ((0, 0, 0), (0, 5, 0), (0, 0, 3)))
    ]
    cubes = [as_mesh(*side) for k in range(loose) for side in box((k, 1, 1), (k + 0.5, 1.5, 1.5))]
    return concatenate(shell + cubes)


def test_many_small_triangles_in_one_piece_are_a_scan():
    assert looks_scanned(sheet(0.1))


def test_large_faces_are_a_model_however_finely_its_furniture_is_made():
    ball = [as_mesh(*patch((1, 1, k * 0.1), (0.3, 0, 0), (0, 0.3, 0), 0.01)) for k in range(3)]
    assert not looks_scanned(concatenate([sheet(10.0), *ball]))
    assert not looks_scanned(sheet(1.0))


def test_loose_parts_are_a_model():
    assert not looks_scanned(sheet(0.1, loose=30))


def test_plain_colors_are_a_model_and_vertex_colors_are_not():
    mesh = sheet(0.1)
    painted = replace(mesh, materials=(Material("a", (1, 0, 0)), Material("b", (0, 1, 0))))
    assert not looks_scanned(painted)
    assert looks_scanned(replace(painted, colors=np.zeros((len(mesh.vertices), 3), np.uint8)))


@pytest.mark.parametrize(
    ("name", "scan"),
    [
        ("data/rooms/copyroom/copyroom_c2000_opt.ply", True),
        ("cases/rooms/p00_plain/r.ply", True),
        ("cases/rooms/p14_outlier/r.ply", True),
        ("cases/foreign/17-room-fragments/webxr-garage/garage.gltf", False),
        ("cases/foreign/16-room-up/cornellBox.gltf", False),
        ("cases/foreign/16-room-up/pano/living_room1.obj", False),
    ],
)
def test_real_rooms(name, scan):
    path = SHARED.parent / name
    if not path.is_file():
        pytest.skip(f"{Path(name).name} not found beside {SHARED}")
    assert looks_scanned(read_mesh_file(path)[0]) is scan
