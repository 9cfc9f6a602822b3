"""Room preparation: fragments, ceiling, colours, normals, size, what is recorded."""

from dataclasses import replace

import numpy as np
import pytest
from room_maker import box, room

from scenegen.assets import room_mesh
from scenegen.assets.mesh import Material, Mesh, concatenate, face_vectors
from scenegen.assets.room_mesh import FRAGMENT_M, clean_room, find_ceiling, level_room, moved_rigidly
from scenegen.errors import AssetError
from scenegen.geometry import compose, rotation_about

PLASTER = (Material("plaster"),)


def as_mesh(vertices, faces, labels=None, materials=PLASTER):
    zero = np.zeros(len(faces), np.int32)
    faces = np.asarray(faces, np.int32)
    return Mesh(np.asarray(vertices, np.float32), faces, zero, materials, face_label=labels)


def boxes(*corners, **keywords):
    return concatenate([as_mesh(*part) for low, high in corners for part in box(low, high, **keywords)])


def made(seed=1, **keywords):
    return as_mesh(*room(np.random.default_rng(seed), **keywords))


def codes(asset):
    return {d.code for d in asset.defects}


def test_levelled_sound_and_unchanged_where_nothing_is_wrong():
    mesh = made(tables=3)
    prepared = level_room("r", mesh)
    assert codes(prepared) == {"no_colors"}
    assert len(prepared.mesh.faces) == len(mesh.faces)
    np.testing.assert_array_equal(prepared.mesh.face_label, mesh.face_label)
    assert prepared.mesh.vertices.dtype == np.float32
    length = np.linalg.norm(prepared.mesh.normals, axis=1)
    np.testing.assert_allclose(length, 1, atol=1e-5)
    flat = face_vectors(prepared.mesh)
    smooth = prepared.mesh.normals[prepared.mesh.faces].mean(1)
    assert (np.sum(flat * smooth, axis=1) > 0).all()


def test_crumbs_of_a_scan_go_and_are_counted():
    crumbs = boxes(((1, 1, 1.5), (1.05, 1.05, 1.55)), ((2, 2, 1.8), (2.1, 2.1, 1.82)))
    mesh = made()
    whole = concatenate([mesh, crumbs])
    cleaned, defects = clean_room(whole, FRAGMENT_M)
    assert len(cleaned.faces) == len(mesh.faces)
    assert [(d.code, d.detail) for d in defects] == [("fragments", f"{len(crumbs.faces)} faces in 2 parts")]
    assert len(level_room("r", whole, is_scan=True).mesh.faces) == len(mesh.faces)


def test_what_was_modelled_keeps_every_face():
    knob = boxes(((1, 1, 1.0), (1.05, 1.05, 1.05)))
    whole = concatenate([made(), knob])
    prepared = level_room("r", whole)
    assert len(prepared.mesh.faces) == len(whole.faces)
    assert "fragments" not in codes(prepared)


def test_flat_faces_go_and_are_counted():
    mesh = made()
    flat = np.stack([mesh.faces[:5, 0]] * 3, axis=1)
    extra = np.concatenate([mesh.faces, flat])
    doubled = as_mesh(mesh.vertices, extra)
    cleaned, defects = clean_room(doubled)
    assert len(cleaned.faces) == len(mesh.faces)
    assert [(d.code, d.detail) for d in defects] == [("degenerate_faces", "5")]


def test_large_scans_are_decimated_and_say_so(monkeypatch):
    mesh = made(noise_m=0.0)
    monkeypatch.setattr(room_mesh, "MAX_FACES", len(mesh.faces) // 2)
    cleaned, defects = clean_room(mesh)
    assert len(cleaned.faces) <= len(mesh.faces) // 2
    (decimated,) = defects
    assert decimated.code == "decimated"
    assert int(decimated.detail.split()[0]) == len(mesh.faces) - len(cleaned.faces)
    assert decimated.detail.endswith(" mm")


@pytest.mark.parametrize(("size", "ceiling"), [((4, 5, 2.6), 2.6), ((3.5, 3.5, 3.2), 3.2)])
def test_ceiling_is_found(size, ceiling):
    height, closed = find_ceiling(made(size=size))
    assert closed
    assert height == pytest.approx(ceiling, abs=0.01)


def test_a_lamp_is_not_the_ceiling_and_a_soffit_neither():
    mesh = concatenate([made(), boxes(((1, 1, 2.0), (1.4, 1.4, 2.1))), boxes(((0, 0, 2.3), (4, 0.4, 2.6)))])
    assert find_ceiling(mesh)[0] == pytest.approx(2.6, abs=0.01)


def test_open_top():
    mesh = made(ceiling=False)
    height, closed = find_ceiling(mesh)
    assert not closed
    assert height == pytest.approx(2.6, abs=0.02)
    assert "no_ceiling" in codes(level_room("r", mesh))


def test_colors_textures_and_plain_materials():
    mesh = made()
    white = replace(mesh, materials=(Material("a", (1.0, 1.0, 1.0)),))
    assert {m.color for m in level_room("r", white).mesh.materials} == {Material("").color}
    two = replace(mesh, materials=(Material("a", (1, 0, 0)), Material("b", (0, 1, 0))))
    assert "no_colors" not in codes(level_room("r", two))
    colored = replace(mesh, colors=np.full((len(mesh.vertices), 3), 90, np.uint8))
    assert "no_colors" not in codes(level_room("r", colored))


def test_normals_of_the_file_turn_with_the_room():
    mesh = made(noise_m=0.0)
    own = level_room("r", mesh).mesh
    T = compose(rotation_about((1, 0, 0), 0.4), (0, 0, 7))
    turned = level_room("r", moved_rigidly(own, T), hint=(0, -np.sin(0.4), np.cos(0.4))).mesh
    flat, smooth = face_vectors(turned), turned.normals[turned.faces].mean(1)
    assert (np.sum(flat * smooth, axis=1) > 0).mean() > 0.999


@pytest.mark.parametrize(("scale", "reason"), [(0.1, "implausible_size"), (1000, "implausible_size"), (0, "no_area")])
def test_what_cannot_be_a_room(scale, reason):
    mesh = made()
    with pytest.raises(AssetError) as caught:
        level_room("r", replace(mesh, vertices=(mesh.vertices * scale).astype(np.float32)))
    assert caught.value.reason == reason


def test_tilt_and_doubt_are_recorded():
    tilted = level_room("r", moved_rigidly(made(tables=4), compose(rotation_about((1, 0, 0), np.deg2rad(12)))))
    (tilt,) = [d for d in tilted.defects if d.code == "tilted"]
    assert float(tilt.detail.split()[0]) == pytest.approx(12, abs=0.3)
    bare = boxes(((0, 0, 0), (3, 3, 3)), inward=True)
    assert "doubtful_up" in codes(level_room("r", bare))


def test_a_broken_promise_is_recorded():
    full = made(size=(9, 7, 2.6), tables=12)
    lying = level_room("r", full, authored=(0, 1, 0))
    (said,) = [d.detail for d in lying.defects if d.code == "up_contradicted"]
    assert said == "stands along z of the file, not as its format says; state up_axis in assets.jsonl"
    assert "up_contradicted" not in codes(level_room("r", full, authored=(0, 0, 1)))
