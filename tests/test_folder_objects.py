import json

import numpy as np
import pytest
from model_files import CUBE_V, TEXTURED, obj_text, write, write_image

from scenegen.assets.folder_objects import FolderObjects, guess_unit
from scenegen.assets.mesh import bounds
from scenegen.errors import AssetError, UsageError

TALL = CUBE_V * [0.1, 0.2, 0.5]


def size(source: FolderObjects, object_id: str) -> np.ndarray:
    low, high = bounds(source.load(object_id).mesh)
    np.testing.assert_allclose(low, -high, atol=1e-6)
    return high - low


def ply_text() -> str:
    head = "ply\nformat ascii 1.0\nelement vertex 8\nproperty float x\nproperty float y\nproperty float z\n"
    rows = "".join(f"{x} {y} {z}\n" for x, y, z in TALL)
    return head + f"element face 1\nproperty list uchar int vertex_indices\nend_header\n{rows}3 0 3 7\n"


def notes(root, *lines) -> None:
    write(root / "assets.jsonl", "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))


def test_ids_and_categories_come_from_the_paths(tmp_path):
    write(tmp_path / "mugs/B.OBJ", obj_text())
    write(tmp_path / "mugs/a.obj", obj_text())
    write(tmp_path / "deep/Red Cups/x.obj", obj_text())
    write(tmp_path / "duck.obj", obj_text())
    write(tmp_path / "mugs/readme.txt", "no mesh")
    assert FolderObjects(tmp_path).ids() == {
        "duck": ("duck.obj",), "mugs": ("mugs/B.OBJ", "mugs/a.obj"), "red cups": ("deep/Red Cups/x.obj",)
    }  # fmt: skip


def test_up_axis_by_format_or_by_note(tmp_path):
    write(tmp_path / "a.obj", obj_text(TALL))
    write(tmp_path / "b.ply", ply_text())
    write(tmp_path / "c.obj", obj_text(TALL))
    notes(tmp_path, {"path": "c.obj", "up_axis": "-x"})
    source = FolderObjects(tmp_path)
    np.testing.assert_allclose(size(source, "a.obj"), [0.1, 0.5, 0.2], atol=1e-6)
    np.testing.assert_allclose(size(source, "b.ply"), [0.1, 0.2, 0.5], atol=1e-6)
    assert size(source, "c.obj")[2] == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("diagonal", "unit", "name"),
    [
        (0.2, 1, None),
        (4.0, 1, None),
        (4.01, 0.01, "centimetres"),
        (400, 0.01, "centimetres"),
        (401, 0.001, "millimetres"),
    ],
)
def test_units_are_guessed_by_size(diagonal, unit, name):
    factor, defects = guess_unit(diagonal)
    assert factor == unit
    assert [d.detail for d in defects] == ([name] if name else [])


def test_notes_override_everything(tmp_path):
    write(tmp_path / "x/a.obj", obj_text(CUBE_V * 300))
    write(tmp_path / "x/room.obj", obj_text())
    note = {"id": "cup-1", "path": "x/a.obj", "category": "Mug", "up_axis": "z", "unit_m": 0.001, "license": "CC0"}
    notes(tmp_path, note, "", {"path": "x/room.obj", "role": "room"})
    source = FolderObjects(tmp_path)
    assert source.ids() == {"mug": ("cup-1",)}
    assert source.license == "CC0"
    model = source.load("cup-1")
    assert model.defects == ()
    assert model.size_m == pytest.approx(0.3 * 3**0.5)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "not a JSON object"),
        ("[]", "needs a `path`"),
        ({"category": "x"}, "needs a `path`"),
        ({"path": "a.obj", "up_axis": "w"}, "up_axis must be one of x y z -x -y -z"),
        ({"path": "a.obj", "scan": "yes"}, "scan must be true or false"),
        ({"path": "a.obj", "unit_m": 0}, "unit_m must be a positive number"),
        ({"path": "a.obj", "unit_m": "cm"}, "unit_m must be a positive number"),
        ({"path": "gone.obj"}, "names gone.obj, which is no mesh here"),
        ({"path": "b.obj", "id": "a.obj"}, "gives one id to two meshes"),
    ],
)
def test_bad_notes_are_usage_errors(tmp_path, line, message):
    write(tmp_path / "a.obj", obj_text())
    write(tmp_path / "b.obj", obj_text())
    notes(tmp_path, line)
    with pytest.raises(UsageError, match=r"assets\.jsonl") as caught:
        FolderObjects(tmp_path)
    assert message in str(caught.value)


def test_empty_and_missing_folders_are_usage_errors(tmp_path):
    for path, message in ((tmp_path / "none", "no such folder"), (tmp_path, "no meshes")):
        with pytest.raises(UsageError, match=message):
            FolderObjects(path)


def test_digest_follows_the_picture(tmp_path):
    write(tmp_path / "a.obj", TEXTURED)
    write(tmp_path / "a.mtl", "newmtl m\nmap_Kd p.png\n")
    write_image(tmp_path / "p.png")
    source = FolderObjects(tmp_path)
    before = source.digest("a.obj")
    write_image(tmp_path / "p.png", (1, 2, 3))
    assert source.digest("a.obj") != before


def test_broken_and_unknown_ids_have_a_reason(tmp_path):
    write(tmp_path / "a.obj", "rubbish")
    for object_id, reason in (("a.obj", "empty"), ("b.obj", "missing")):
        with pytest.raises(AssetError) as caught:
            FolderObjects(tmp_path).load(object_id)
        assert caught.value.reason == reason


def test_real_groceries_and_gltf_samples(shared_data):
    source = FolderObjects(shared_data / "objects")
    ids = source.ids()
    assert sorted(ids) == ["alphabet_soup", "bbq_sauce", "ketchup", "trimesh"]
    for category in ("alphabet_soup", "bbq_sauce", "ketchup"):
        model = source.load(ids[category][0])
        assert 0.1 < model.size_m < 0.2
        assert [d.detail for d in model.defects] == ["centimetres"]
    truck = source.load("trimesh/CesiumMilkTruck.glb")
    assert sum(m.texture is not None for m in truck.mesh.materials) >= 1
    assert size(source, "trimesh/CesiumMilkTruck.glb")[2] == min(size(source, "trimesh/CesiumMilkTruck.glb")[1:])
