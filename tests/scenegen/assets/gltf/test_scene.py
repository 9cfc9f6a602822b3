"""Whole files: joined pieces, files of others, and an independent reader beside ours."""

import numpy as np
import pytest
import trimesh
from gltf_files import QUAD, area, first_primitive, quad
from model_files import CUBE_F, CUBE_V, write
from roots import SHARED

from scenegen.assets.cleaning import clean_object
from scenegen.assets.limits import Limits
from scenegen.assets.mesh import bounds
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError

CASES = SHARED.parent / "cases"


def test_where_some_primitives_have_normals_the_others_are_flat(tmp_path):
    slanted = np.tile(np.array([[0, 0.6, 0.8]], "<f4"), (4, 1))
    file = quad(NORMAL=slanted)
    bare = {k: v for k, v in first_primitive(file)["attributes"].items() if k != "NORMAL"}
    file.tree["meshes"][0]["primitives"].append(first_primitive(file) | {"attributes": bare})
    mesh, _ = file.read(tmp_path)
    assert mesh.normals is not None
    np.testing.assert_allclose(mesh.normals[mesh.faces[0]], slanted[:3], atol=1e-6)
    np.testing.assert_allclose(mesh.normals[mesh.faces[-1]], [[0, 0, 1]] * 3)
    assert [d.code for d in clean_object(mesh)[1]] == ["coincident_faces"]
    assert quad().read(tmp_path)[0].normals is None


def test_a_far_node_costs_no_precision(tmp_path):
    """A millimetre at UTM coordinates: float32 alone would hold half a metre."""
    file = quad(POSITION=(QUAD * 0.001).astype("<f4"), TEXCOORD_0=None)
    file.tree["nodes"] = [{"mesh": 0, "translation": [448_262.3, 5_411_932.7, 112.1]}]
    mesh, _ = file.read(tmp_path)
    assert area(mesh) == pytest.approx(1e-6, rel=1e-3)


def test_faces_are_bounded(tmp_path):
    path = write(tmp_path / "a.glb", quad().glb())
    assert len(read_mesh_file(path, limits=Limits(1 << 20, 2, 1))[0].faces) == 2
    with pytest.raises(AssetError, match=r"a.glb: at least 2 triangles, more than 1") as caught:
        read_mesh_file(path, limits=Limits(1 << 20, 1, 1))
    assert caught.value.reason == "too_large"


def test_trimesh_reads_the_same_of_plain_files(tmp_path):
    """It applies the transforms of nested nodes on its own."""
    rng = np.random.default_rng(4)
    scene = trimesh.Scene()
    parent = None
    for k in range(6):
        part = trimesh.Trimesh(CUBE_V * rng.uniform(0.5, 2, 3), CUBE_F, process=False)
        T = trimesh.transformations.random_rotation_matrix(rng.random(3))
        T[:3, 3] = rng.uniform(-4, 4, 3)
        scene.add_geometry(part, node_name=f"n{k}", geom_name=f"g{k}", transform=T, parent_node_name=parent)
        parent = f"n{k}"
    mesh, _ = read_mesh_file(write(tmp_path / "a.glb", scene.export(file_type="glb")))
    theirs = trimesh.load_scene(tmp_path / "a.glb").to_mesh()
    assert len(mesh.faces) == len(theirs.faces)
    assert area(mesh) == pytest.approx(theirs.area, rel=1e-5)
    np.testing.assert_allclose(bounds(mesh), theirs.bounds, atol=1e-5)


ROWS = {
    "foreign/01-quantized/box_quantized.glb": (12, (1, 1, 1)),
    "foreign/01-quantized/duck_quantized.glb": (4212, (1.6548, 1.5404, 1.1525)),
    "foreign/01-quantized/truck_quantized.glb": (3624, (4.8689, 2.5829, 2.792)),
    "foreign/03-sparse/SimpleSparseAccessor.gltf": (12, (6, 4, 0)),
    "foreign/15-gltf-unit/CesiumMilkTruck.glb": (3624, (4.8689, 2.5829, 2.792)),
    "foreign/17-room-fragments/webxr-garage/garage.gltf": (11358, (6.7779, 2.9761, 7.5489)),
    "foreign/23-triangle-fan/fan.gltf": (2, (1, 1, 0)),
    "foreign/24-morph-weights/quad.gltf": (2, (1, 3, 0)),
    "far/f1_glb_node_translation/f1_glb_node_translation.glb": (12, (0.3, 0.4, 0.6)),
    "gltf/g05_quant_norm/g05_quant_norm.glb": (12, (0.3, 0.4, 0.6)),
    "gltf/g06_quant_int/g06_quant_int.glb": (12, (0.3, 0.4, 0.6)),
    "gltf/g15_scenes/g15_scenes.glb": (12, (0.3, 0.4, 0.6)),
    "gltf/g17_sparse/g17_sparse.glb": (12, (0.3, 0.4, 0.6)),
    "gltf/g20_uri/my obj é.gltf": (12, (0.3, 0.4, 0.6)),
    "gltf/g23_no_scene/g23_no_scene.glb": (12, (0.3, 0.4, 0.6)),
    "gltf/g24_same_material_name/g24_same_material_name.glb": (24, (1.3, 0.4, 0.6)),
    "gltf/g27_quant_pos_unnorm_only/g27_quant_pos_unnorm_only.glb": (12, (0.3, 0.4, 0.6)),
}


@pytest.mark.parametrize("name", ROWS)
def test_files_of_others_have_their_size_and_no_defect(name):
    if not (CASES / name).is_file():
        pytest.skip(f"{name} not found in {CASES}")
    mesh, defects = read_mesh_file(CASES / name)
    faces, size = ROWS[name]
    low, high = bounds(mesh)
    assert (len(mesh.faces), defects) == (faces, ())
    np.testing.assert_allclose(high - low, size, atol=1e-3)


def test_shared_names_of_others_are_found_missing_by_name():
    path = CASES / "foreign/28-missing-bin/sponza.gltf"
    if not path.is_file():
        pytest.skip(f"sponza.gltf not found in {CASES}")
    with pytest.raises(AssetError, match=r"sponza.gltf: sponza.bin is missing"):
        read_mesh_file(path)


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("gltf/g01_plain/g01_plain.glb", (0, 0), (1, 1)),
        ("gltf/g25_core_uv_ushort/g25_core_uv_ushort.glb", (0, 0), (1, 1)),
        ("gltf/g06_quant_int/g06_quant_int.glb", (0, 0), (1, 1)),
        ("gltf/g03_texture_transform/g03_texture_transform.glb", (0, -3), (4, 1)),
        ("foreign/01-quantized/quad.gltf", (0, 0), (1, 1)),
    ],
)
def test_texture_coordinates_of_others(name, low, high):
    if not (CASES / name).is_file():
        pytest.skip(f"{name} not found in {CASES}")
    uv = read_mesh_file(CASES / name)[0].uv
    assert uv is not None
    np.testing.assert_allclose([uv.min(0), uv.max(0)], [low, high], atol=1e-4)
