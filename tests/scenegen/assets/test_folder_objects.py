import json

import numpy as np
import pytest
import trimesh
from model_files import CUBE_V, TEXTURED, obj_text, write, write_image

from scenegen.assets.facts import FactStore
from scenegen.assets.folder_objects import FolderObjects, benchmark_objects, scanned_objects
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


def export(path, sides, color=None) -> None:
    """A box, as trimesh writes it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = trimesh.creation.box(np.broadcast_to(sides, 3))
    if color is not None:
        made.visual.vertex_colors = np.tile([*color, 255], (8, 1))
    made.export(path)


def notes(root, *lines) -> None:
    write(root / "assets.jsonl", "\n".join(x if isinstance(x, str) else json.dumps(x) for x in lines))


def test_ids_and_categories_come_from_the_paths(tmp_path):
    write(tmp_path / "mugs/B.OBJ", obj_text())
    write(tmp_path / "mugs/a.obj", obj_text())
    write(tmp_path / "deep/Red Cups/x.obj", obj_text())
    write(tmp_path / "duck.obj", obj_text())
    write(tmp_path / "mugs/readme.txt", "no mesh")
    assert FolderObjects(tmp_path).ids() == {
        "duck": ("duck",), "mugs": ("mugs/B", "mugs/a"), "red cups": ("deep/Red Cups/x",)
    }  # fmt: skip


def test_up_axis_by_format_or_by_note(tmp_path):
    write(tmp_path / "a.obj", obj_text(TALL))
    write(tmp_path / "b.ply", ply_text())
    write(tmp_path / "c.obj", obj_text(TALL))
    notes(tmp_path, {"path": "c.obj", "up_axis": "-x"})
    source = FolderObjects(tmp_path)
    np.testing.assert_allclose(size(source, "a"), [0.1, 0.5, 0.2], atol=1e-6)
    np.testing.assert_allclose(size(source, "b"), [0.1, 0.2, 0.5], atol=1e-6)
    assert size(source, "c")[2] == pytest.approx(0.1)


def test_one_unit_for_the_folder_and_formats_that_fix_theirs(tmp_path):
    """Three OBJ in centimetres; the smallest would be metres by itself, the STL is millimetres by custom."""
    for name, size in (("a", 2), ("b", 50), ("c", 120)):
        write(tmp_path / f"{name}.obj", obj_text(CUBE_V * size))
    export(tmp_path / "bolt.stl", 3.5)
    export(tmp_path / "truck.glb", 4.9)
    source = FolderObjects(tmp_path)
    sizes = {i: source.load(i).size_m / 3**0.5 for i in ("a", "b", "c", "bolt", "truck")}
    assert sizes == pytest.approx({"a": 0.02, "b": 0.5, "c": 1.2, "bolt": 0.0035, "truck": 4.9})
    said = {i: [d.detail for d in source.load(i).defects if d.code == "unit_guessed"] for i in sizes}
    assert said["a"] == said["c"] == ["centimetres: the middle one of 3 meshes is 86.6 units across"]
    assert said["bolt"] == ["millimetres: STL is taken as millimetres"]
    assert said["truck"] == []
    assert source.remarks() == (
        "unit of 3 of 5 objects: centimetres: the middle one of 3 meshes is 86.6 units across",
        "unit of 1 of 5 objects: metres: glTF is in metres",
        "unit of 1 of 5 objects: millimetres: STL is taken as millimetres",
    )


def test_a_stated_unit_wins_and_the_digest_follows_it(tmp_path):
    write(tmp_path / "a.obj", obj_text(CUBE_V))
    before = FolderObjects(tmp_path).digest("a")
    notes(tmp_path, {"path": "a.obj", "unit_m": 0.1})
    source = FolderObjects(tmp_path)
    assert source.load("a").size_m == pytest.approx(0.1 * 3**0.5)
    assert source.digest("a") != before  # a cached object of another size must not come back


def test_forms_are_one_object_and_the_textured_one_is_used(tmp_path):
    write(tmp_path / "chair/model.obj", TEXTURED)
    write(tmp_path / "chair/a.mtl", "newmtl m\nmap_Kd p.png\n")
    write_image(tmp_path / "chair/p.png")
    export(tmp_path / "chair/model.glb", 0.5)
    export(tmp_path / "chair/model.stl", 0.5)
    export(tmp_path / "chair/model_collision.stl", 0.5)
    source = FolderObjects(tmp_path)
    assert source.ids() == {"chair": ("chair/model",)}
    assert source.load("chair/model").mesh.materials[0].texture is not None


def test_a_form_that_is_used_for_its_colors_has_its_own_unit(tmp_path):
    for k in range(3):
        export(tmp_path / f"mug{k}.glb", 0.5)
        trimesh.creation.box((50, 50, 50), vertex_colors=(10, 20, 30)).export(tmp_path / f"mug{k}.ply")
    source = FolderObjects(tmp_path)
    model = source.load("mug0")
    assert model.mesh.colors is not None
    assert model.size_m == pytest.approx(0.5 * 3**0.5)
    guess = "centimetres: the middle one of 3 meshes is 86.6 units across"
    assert [(d.code, d.detail) for d in model.defects] == [("unit_guessed", guess)]
    assert source.remarks() == (f"unit of 3 of 3 objects: metres: glTF is in metres; other forms: {guess}",)


def test_a_better_form_that_is_passed_over_is_a_defect(tmp_path):
    write(tmp_path / "mug.glb", "rubbish")
    write(tmp_path / "mug.obj", TEXTURED)  # a.mtl is there, its picture is not
    write(tmp_path / "a.mtl", "newmtl m\nmap_Kd p.png\n")
    trimesh.creation.box(vertex_colors=(10, 20, 30)).export(tmp_path / "mug.ply")
    model = FolderObjects(tmp_path).load("mug")
    assert model.mesh.colors is not None
    passed = [d.detail for d in model.defects if d.code == "form_passed_over"]
    assert passed == ["mug.glb: unreadable", "mug.obj: missing_texture p.png"]


def test_names_that_are_no_line_are_named(tmp_path):
    write(tmp_path / "a\nb.obj", obj_text())
    with pytest.raises(UsageError, match=r"the name b'a\\nb.obj' is no line of plain UTF-8; rename it"):
        FolderObjects(tmp_path)


def test_a_label_mesh_alone_is_a_defect(tmp_path):
    export(tmp_path / "x.semantic.glb", 1)
    assert [(d.code, d.detail) for d in FolderObjects(tmp_path).load("x").defects] == [
        ("label_colors", "x.semantic.glb")
    ]


@pytest.mark.parametrize("opened", [FolderObjects, lambda root: scanned_objects(root, FactStore())])
def test_scanned_objects_stand_upright_with_their_picture(tmp_path, opened):
    for name in ("Mug_A", "Mug_B"):
        write(tmp_path / name / "meshes/model.obj", TEXTURED.replace("v 0 1 0", "v 0 1 2"))
        write(tmp_path / name / "meshes/a.mtl", "newmtl m\nmap_Kd texture.png\n")
        (tmp_path / name / "materials/textures").mkdir(parents=True)
        write_image(tmp_path / name / "materials/textures/texture.png")
    source = opened(tmp_path)
    assert source.ids() == {"mug_a": ("Mug_A",), "mug_b": ("Mug_B",)}
    model = source.load("Mug_A")
    assert model.defects == ()
    assert model.mesh.materials[0].texture is not None
    np.testing.assert_allclose(np.ptp(model.mesh.vertices, axis=0), [1, 1, 2], atol=1e-6)


@pytest.mark.parametrize("opened", [FolderObjects, lambda root: benchmark_objects(root, FactStore())])
def test_models_of_the_benchmark_are_in_millimetres(tmp_path, opened):
    for folder in ("models", "models_eval"):
        for k in (1, 2):
            export(tmp_path / f"lm/{folder}/obj_00000{k}.ply", 102)
    source = opened(tmp_path)
    assert source.ids() == {"lm": ("lm/models/obj_000001", "lm/models/obj_000002")}
    model = source.load("lm/models/obj_000001")
    assert model.size_m == pytest.approx(0.102 * 3**0.5)
    assert model.defects == ()


def test_folders_that_name_the_format_alone_are_no_category(tmp_path):
    export(tmp_path / "Seats/gltf/armchair.gltf", 1)
    export(tmp_path / "Seats/obj/armchair.obj", 1)
    assert FolderObjects(tmp_path).ids() == {"seats": ("Seats/armchair",)}


def test_a_byte_order_mark_before_the_notes_is_no_word(tmp_path):
    export(tmp_path / "a.ply", 1)
    (tmp_path / "assets.jsonl").write_text('{"path": "a.ply", "category": "mug"}\n', encoding="utf-8-sig")
    assert FolderObjects(tmp_path).ids() == {"mug": ("a",)}


def test_presets_look_at_their_own_layout_only(tmp_path):
    export(tmp_path / "models/obj_000001.ply", 102)
    export(tmp_path / "scenes/table.ply", 102)
    assert list(benchmark_objects(tmp_path, FactStore()).assets) == ["models/obj_000001"]
    with pytest.raises(UsageError, match="no object meshes in it"):
        scanned_objects(tmp_path, FactStore())


def test_categories_come_from_a_list_beside_the_models(tmp_path):
    for name in ("0a", "0b", "0c"):
        export(tmp_path / f"glbs/000-001/{name}.glb", 1)
    (tmp_path / "object-paths.json").write_text('{"0a": "glbs/000-001/0a.glb"}')
    (tmp_path / "lvis-annotations.json").write_text('\ufeff{"Mug": ["0a", "elsewhere"], "chair": ["0b"]}')
    ids = FolderObjects(tmp_path).ids()
    assert ids == {"000-001": ("glbs/000-001/0c",), "chair": ("glbs/000-001/0b",), "mug": ("glbs/000-001/0a",)}


def test_one_surface_has_one_split_under_whatever_name_and_format(tmp_path):
    """Twelve shapes, each in three folders and formats: exact, six digits of text in other units and axes, halved."""
    rng = np.random.default_rng(0)
    for k in range(12):
        sides = rng.uniform(0.1, 1, 3)
        export(tmp_path / f"one/{k}.glb", sides)
        write(tmp_path / f"two/copy_of_{k}.obj", obj_text(np.roll(CUBE_V * sides * 25.4, 1, axis=1)))
        export(tmp_path / f"three/{k}_painted.ply", sides, color=(250, 0, 9))
    source = FolderObjects(tmp_path)
    splits = [
        tuple(source.split(i.format(k)) for i in ("one/{}", "two/copy_of_{}", "three/{}_painted")) for k in range(12)
    ]
    assert all(len(set(three)) == 1 for three in splits)
    assert {three[0] for three in splits} == {"train", "val"}


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
        ({"path": "b.obj", "id": "a"}, "gives the id 'a' to two objects; rename one"),
        ('{"path": "a.obj"}\n{"path": "a.obj", "up_axis": "z"}', ":2: a second line for a.obj; keep one of them"),
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
    for path, message in ((tmp_path / "none", "no such folder"), (tmp_path, "no object meshes in it")):
        with pytest.raises(UsageError, match=message):
            FolderObjects(path)


def test_digest_follows_the_picture(tmp_path):
    write(tmp_path / "a.obj", TEXTURED)
    write(tmp_path / "a.mtl", "newmtl m\nmap_Kd p.png\n")
    write_image(tmp_path / "p.png")
    source = FolderObjects(tmp_path)
    before = source.digest("a")
    write_image(tmp_path / "p.png", (1, 2, 3))
    assert source.digest("a") != before


def test_broken_and_unknown_ids_have_a_reason(tmp_path):
    write(tmp_path / "a.obj", "rubbish")
    for object_id, reason in (("a", "empty"), ("b", "missing")):
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
        assert [d.detail.split(":")[0] for d in model.defects] == ["centimetres"]
    truck = source.load("trimesh/CesiumMilkTruck")
    assert sum(m.texture is not None for m in truck.mesh.materials) >= 1
    assert size(source, "trimesh/CesiumMilkTruck")[2] == min(size(source, "trimesh/CesiumMilkTruck")[1:])
    assert 4.9 < truck.size_m < 6.5  # glTF is in metres: nothing is guessed
