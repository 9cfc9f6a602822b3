import json
import pickle

import numpy as np
import pytest
from model_files import shapenet_model, write

from scenegen.assets import manifest
from scenegen.assets.mesh import bounds
from scenegen.assets.shapenet import ShapeNetObjects
from scenegen.assets.taxonomy import read_taxonomy
from scenegen.errors import AssetError, UsageError

CHAIR, ROCKER, OWN = "03001627", "04099969", "12345678"
LIST = [
    {"synsetId": CHAIR, "name": "Chair,seat", "children": [ROCKER], "numInstances": 2},
    {"synsetId": ROCKER, "name": "rocking chair,rocker", "children": [], "numInstances": 1},
]
FOREST = [
    {"metadata": {"name": CHAIR, "label": "Chair,seat", "numInstances": 2}, "text": "chair (2)", "children": [
        {"metadata": {"name": ROCKER, "label": "rocking chair,rocker"}, "children": []}]}
]  # fmt: skip


@pytest.fixture
def root(tmp_path):
    shapenet_model(tmp_path, f"{CHAIR}/bbb", dims=(0.2, 0.9, 0.3))
    shapenet_model(tmp_path, f"{CHAIR}/aaa", version=1, dims=(0.3, 0.9, 0.2))
    shapenet_model(tmp_path, f"{OWN}/ccc")
    write(tmp_path / CHAIR / "empty/images/texture0.png", b"")
    write(tmp_path / "notes/readme/model.obj", "")
    return tmp_path


def test_both_layouts_are_found_and_sorted(root):
    assert ShapeNetObjects(root).ids() == {OWN: (f"{OWN}/ccc",), "chair": (f"{CHAIR}/aaa", f"{CHAIR}/bbb")}


def test_axes_of_both_versions(root):
    # v2 (0.2, 0.9, 0.3) has its front along -Z, v1 (0.3, 0.9, 0.2) along +X: the same box once turned
    boxes = [bounds(ShapeNetObjects(root).load(f"{CHAIR}/{m}").mesh) for m in ("aaa", "bbb")]
    for low, high in boxes:
        size = (high - low) / np.linalg.norm(high - low)
        np.testing.assert_allclose(size, np.array([0.2, 0.3, 0.9]) / np.linalg.norm([0.2, 0.3, 0.9]), atol=1e-6)
        np.testing.assert_allclose(low, -high, atol=1e-6)


@pytest.mark.parametrize(("version", "front"), [(2, (0, 0, -1)), (1, (1, 0, 0))])
def test_the_front_comes_to_minus_y_and_up_to_plus_z(version, front):
    from scenegen.assets.shapenet import ROTATIONS, V1, V2

    R = ROTATIONS[V2 if version == 2 else V1]
    np.testing.assert_array_equal(R @ front, [0, -1, 0])
    np.testing.assert_array_equal(R @ [0, 1, 0], [0, 0, 1])
    assert np.linalg.det(R) == pytest.approx(1)


def test_size_comes_from_the_prior_and_never_changes(root):
    low, high = manifest.shapenet_synsets()[CHAIR].room_size_m
    first, again = (ShapeNetObjects(root).load(f"{CHAIR}/bbb") for _ in range(2))
    assert low <= first.size_m <= high
    assert first.size_m == again.size_m
    assert first.size_m != ShapeNetObjects(root).load(f"{CHAIR}/aaa").size_m
    lone = ShapeNetObjects(root).load(f"{OWN}/ccc")
    assert "no_size_prior" in [d.code for d in lone.defects]


def test_models_come_textured_and_single_sided(root):
    model = ShapeNetObjects(root).load(f"{CHAIR}/bbb")
    assert [(d.code, d.detail) for d in model.defects] == [("coincident_faces", "12")]
    assert model.mesh.materials[0].texture is not None
    assert len(model.mesh.faces) == 12


@pytest.mark.parametrize("nodes", [LIST, FOREST, FOREST[0]])
def test_taxonomy_in_both_dialects(root, nodes):
    write(root / "taxonomy.json", json.dumps(nodes))
    shapenet_model(root, f"{ROCKER}/ddd")
    taxonomy = read_taxonomy(root / "taxonomy.json")
    assert taxonomy.lineage(ROCKER) == (ROCKER, CHAIR)
    source = ShapeNetObjects(root)
    assert list(source.ids()) == [OWN, "chair", "rocking chair"]
    low, high = manifest.shapenet_synsets()[CHAIR].room_size_m  # a sub-synset takes the size of the one above
    assert low <= source.load(f"{ROCKER}/ddd").size_m <= high


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "[1, null]"])
def test_a_broken_taxonomy_is_an_error_in_one_line(root, text):
    write(root / "taxonomy.json", text)
    with pytest.raises(UsageError, match=r"taxonomy\.json: .*delete it"):
        ShapeNetObjects(root).ids()


def test_denied_models_are_reported_but_not_listed(root, monkeypatch):
    monkeypatch.setattr(manifest, "denylist", lambda: {f"{CHAIR}/bbb": "folds", OWN: "whole synset", "x/y": "absent"})
    source = ShapeNetObjects(root)
    assert source.ids() == {"chair": (f"{CHAIR}/aaa",)}
    assert source.denied() == {f"{CHAIR}/bbb": "folds", f"{OWN}/ccc": "whole synset"}


def test_digest_covers_mesh_material_and_used_pictures_only(root):
    source = ShapeNetObjects(root)
    seen = [source.digest(f"{CHAIR}/bbb")]
    write(root / CHAIR / "bbb/images/unused.png", b"x")
    assert source.digest(f"{CHAIR}/bbb") == seen[0]
    for name in ("models/model_normalized.obj", "models/model_normalized.mtl", "images/texture0.png"):
        path = root / CHAIR / "bbb" / name
        path.write_bytes(path.read_bytes() + b"\n")
        seen.append(source.digest(f"{CHAIR}/bbb"))
    assert len(set(seen)) == 4


def test_broken_and_unknown_models_have_a_reason(root):
    source = ShapeNetObjects(root)
    write(root / CHAIR / "bbb/models/model_normalized.obj", "v 0 0\nf 1 1 1\n")
    for object_id, reason in ((f"{CHAIR}/bbb", "unreadable"), (f"{CHAIR}/nope", "missing"), ("../x", "missing")):
        with pytest.raises(AssetError) as caught:
            source.load(object_id)
        assert caught.value.reason == reason


def test_folders_without_models_are_usage_errors(tmp_path):
    with pytest.raises(UsageError, match="no such folder"):
        ShapeNetObjects(tmp_path / "none")
    with pytest.raises(UsageError, match="no ShapeNet models"):
        ShapeNetObjects(tmp_path)


def test_a_source_travels_to_workers(root):
    source = pickle.loads(pickle.dumps(ShapeNetObjects(root)))
    assert source.load(f"{CHAIR}/aaa").category == "chair"


def test_every_real_model_loads(shared_data):
    total = 0
    for version in ("v1", "v2"):
        source = ShapeNetObjects(shared_data / "shapenet" / f"ShapeNetCore.{version}")
        for category, ids in source.ids().items():
            for object_id in ids:
                model = source.load(object_id)
                low, high = bounds(model.mesh)
                np.testing.assert_allclose(low, -high, atol=1e-5)
                assert model.size_m == pytest.approx(np.linalg.norm(high - low))
                assert 0.02 < model.size_m < 6, object_id
                assert model.category == category
                total += 1
    assert total == 42


def test_real_chairs_face_minus_y(shared_data):
    # the top of the back rest lies behind the middle
    for version in ("v1", "v2"):
        source = ShapeNetObjects(shared_data / "shapenet" / f"ShapeNetCore.{version}")
        for object_id in source.ids()["chair"]:
            vertices = source.load(object_id).mesh.vertices
            top = vertices[:, 2] > 0.9 * vertices[:, 2].max()
            assert vertices[top, 1].mean() > 0.1, object_id
