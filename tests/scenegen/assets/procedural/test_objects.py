"""The built-in object library: addressing, form, support and distinctness, on samples of every category."""

import hashlib
import json

import numpy as np
import pytest
from embreex import rtcore_scene
from embreex.mesh_construction import TriangleMesh
from scipy.spatial import ConvexHull

from scenegen.assets.manifest import manifest_folder, read_asset_manifest, shapenet_synsets
from scenegen.assets.mesh import Mesh, bounds, face_vectors
from scenegen.assets.procedural.categories import CATEGORIES
from scenegen.assets.procedural.objects import VERSION, ProceduralObjects
from scenegen.assets.source import ObjectModel, hashed_split
from scenegen.errors import AssetError

SOURCE = ProceduralObjects()
IDS = SOURCE.ids()
SAMPLE = [ids[k] for ids in IDS.values() for k in (0, len(ids) // 3, len(ids) - 1)]
WEIGHTED = ("lamp", "faucet", "flowerpot", "knife")
"""Held by a heavy foot or by earth: the middle of their surface says nothing about their balance."""


@pytest.fixture(scope="module")
def models() -> dict[str, ObjectModel]:
    """Three built objects of every category."""
    return {object_id: SOURCE.load(object_id) for object_id in SAMPLE}


def mesh_hash(mesh: Mesh) -> str:
    """Digest of rounded positions and of the colours of the materials."""
    rounded = np.round(mesh.vertices.astype(np.float64), 4) + 0.0
    parts = [rounded.tobytes(), mesh.faces.tobytes()]
    parts += [m.texture.levels[0].tobytes() if m.texture else repr(m.color).encode() for m in mesh.materials]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_exactly_40336_ids_over_at_least_32_categories():
    flat = [object_id for ids in IDS.values() for object_id in ids]
    assert len(flat) == len(set(flat)) == 40_336
    assert len(IDS) >= 32
    assert list(IDS) == sorted(IDS)
    assert all(list(ids) == sorted(ids) for ids in IDS.values())


@pytest.mark.parametrize("bad", ["mug/99999", "mug/17", "mug/-0001", "teapot/00000", "", "mug", "mug/0001x"])
def test_unknown_ids_are_refused(bad):
    with pytest.raises(AssetError, match="ids look like mug/00017"):
        SOURCE.load(bad)


def test_split_and_digest_are_of_the_id():
    assert SOURCE.split("mug/00017") == hashed_split("mug/00017")
    assert SOURCE.digest("mug/00017") == hashlib.sha256(f"{VERSION}:mug/00017".encode()).hexdigest()


def test_building_twice_gives_the_same_bytes():
    for object_id in ("chair/00005", "car/00100", "flowerpot/00042"):
        assert mesh_hash(SOURCE.load(object_id).mesh) == mesh_hash(SOURCE.load(object_id).mesh)


def test_manifest_tells_the_truth(models):
    manifest = read_asset_manifest("procedural_objects")
    names = {synset: entry.name for synset, entry in shapenet_synsets().items()}
    assert manifest["count"] == 40_336
    assert manifest["version"] == VERSION
    entries = {entry["name"]: entry for entry in manifest["categories"]}
    assert {name: entry["count"] for name, entry in entries.items()} == {c.name: c.count for c in CATEGORIES}
    assert all(names[entries[c.name]["synset"]] == c.name and entries[c.name]["synset"] == c.synset for c in CATEGORIES)
    for model in models.values():
        low, high = entries[model.category]["size_m"]
        assert low <= model.size_m <= high, model.id


def test_manifest_fits_the_schema():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((manifest_folder() / "schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(
        read_asset_manifest("procedural_objects"), {**schema, "anyOf": [{"$ref": "#/$defs/procedural_objects"}]}
    )


def test_frame_and_size(models):
    for object_id, model in models.items():
        low, high = bounds(model.mesh)
        assert np.abs(low + high).max() < 1e-5 * model.size_m, object_id
        assert model.size_m == pytest.approx(float(np.linalg.norm(high - low)))
        assert model.id == object_id


def test_arrays_are_well_formed(models):
    for object_id, model in models.items():
        mesh = model.mesh
        assert 100 <= len(mesh.faces) <= 12_000, object_id
        assert mesh.vertices.dtype == np.float32
        assert mesh.faces.dtype == mesh.face_material.dtype == np.int32
        assert mesh.normals is not None
        assert mesh.uv is not None
        assert np.isfinite(mesh.vertices).all()
        assert np.isfinite(mesh.uv).all()
        assert mesh.faces.min() >= 0
        assert mesh.faces.max() < len(mesh.vertices) == len(mesh.normals) == len(mesh.uv)
        assert 0 <= mesh.face_material.min() <= mesh.face_material.max() < len(mesh.materials)
        np.testing.assert_allclose(np.linalg.norm(mesh.normals, axis=1), 1, atol=1e-4, err_msg=object_id)


def test_no_degenerate_faces(models):
    for object_id, model in models.items():
        assert np.linalg.norm(face_vectors(model.mesh), axis=1).min() > 1e-12 * model.size_m**2, object_id


def test_materials_are_several_and_mostly_textured(models):
    kinds = [{(m.color, id(m.texture)) for m in model.mesh.materials} for model in models.values()]
    textured = [sum(m.texture is not None for m in model.mesh.materials) for model in models.values()]
    assert np.mean([len(k) >= 2 for k in kinds]) > 0.9
    assert 0.5 < np.mean(np.array(textured) > 0) < 0.98
    assert max(textured) <= 6
    assert np.mean(textured) < 3


def test_normals_agree_with_the_winding(models):
    for object_id, model in models.items():
        mesh = model.mesh
        against = (mesh.normals[mesh.faces].mean(1) * face_vectors(mesh)).sum(1) < 0
        assert against.mean() < 0.03, object_id


def shoot(mesh: Mesh, size: float, count: int = 3000) -> tuple[np.ndarray, np.ndarray]:
    """Whether the first hit of each random ray is a back face, and whether a second one follows within 1e-4 of the size."""
    rng = np.random.default_rng(0)
    d = rng.standard_normal((count, 3))
    d /= np.linalg.norm(d, axis=1, keepdims=True)
    o = rng.uniform(*bounds(mesh), (count, 3)) - 1.5 * size * d
    scene = rtcore_scene.EmbreeScene()
    TriangleMesh(scene, mesh.vertices, mesh.faces)
    first = scene.run(o.astype(np.float32), d.astype(np.float32), output=1)
    hit = first["primID"] >= 0
    o, d, prim = o[hit] + d[hit] * (first["tfar"][hit, None] + 2e-6 * size), d[hit], first["primID"][hit]
    second = scene.run(o.astype(np.float32), d.astype(np.float32), output=1)
    close = (second["primID"] >= 0) & (second["tfar"] < 1e-4 * size) & (second["primID"] != prim)
    return (face_vectors(mesh)[prim] * d).sum(1) > 0, close


def test_outside_faces_outwards_and_nothing_is_coincident(models):
    back, close = zip(*(shoot(m.mesh, m.size_m) for m in models.values()), strict=True)
    worst = max(zip((float(c.mean()) for c in close), models, strict=True))
    assert np.concatenate(close).mean() < 0.002
    assert worst[0] < 0.008, worst
    assert np.concatenate(back).mean() < 0.002
    worst = max(zip((float(b.mean()) for b in back), models, strict=True))
    assert worst[0] < 0.03, worst


def test_stands_on_its_lowest_points(models):
    for object_id, model in models.items():
        v = model.mesh.vertices.astype(np.float64)
        contact = v[v[:, 2] < v[:, 2].min() + 0.004 * np.ptp(v[:, 2]) + 1e-4][:, :2]
        hull = ConvexHull(contact)
        area = np.linalg.norm(face_vectors(model.mesh), axis=1)
        middle = (area @ v[model.mesh.faces].mean(1))[:2] / area.sum()
        outside = (hull.equations[:, :2] @ middle + hull.equations[:, 2]).max()
        assert outside < 0 or model.category in WEIGHTED, object_id


def test_no_two_objects_are_the_same():
    ids = [i for category in IDS.values() for i in category[1:13:3]]
    assert len({mesh_hash(SOURCE.load(i).mesh) for i in ids}) == len(ids)
