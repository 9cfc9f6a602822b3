"""The difficult files of others as they are photographed, and folders of them as sources see them."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from scenes import scene, view

from scenegen.assets.facts import FactStore
from scenegen.assets.folder_objects import FolderObjects
from scenegen.assets.folder_rooms import FolderRooms
from scenegen.assets.mesh import bounds
from scenegen.assets.reading import MESH_SUFFIXES, read_mesh_file
from scenegen.errors import AssetError
from scenegen.lights import Lighting
from scenegen.rendering.embree_renderer import EmbreeRenderer

EVEN = Lighting((), (1.0, 1.0, 1.0), (1.0, 1.0, 1.0))
"""Light under which a picture shows albedo; the tone curve leaves it as it is below 200 and takes 255 to 238."""
SIDES = ((0, 0, 1), (0, 0, -1), (1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0))
QUADRANTS = {(238, 0, 0), (0, 238, 0), (0, 0, 238), (238, 238, 0)}
SAME_AS_PLAIN = {
    "gltf/g01_plain": ("g04_texcoord1", "g05_quant_norm", "g06_quant_int", "g12_webp", "g15_scenes", "g17_sparse",
                       "g18_skin", "g19_specgloss", "g19d_sg_tex_full", "g20_uri", "g21_emissive", "g23_no_scene",
                       "g25_core_uv_ushort", "g27_quant_pos_unnorm_only", "../far/f1_glb_node_translation"),
    "obj/o00_plain": ("o02a_mtl_bom", "o02c_crlf", "o03a_space", "o03c_backslash", "o03d_rel_backslash", "o05_latin1",
                      "o06_tabs", "o07_neg_index", "o08_usemtl_space", "o09_gso", "o10_kd0", "o12_MAP_KD", "o13_cmyk",
                      "o13b_tga", "o13c_tif", "o13d_gif", "o13e_dds", "o13g_palette", "o13h_bmp8",
                      "o15_plus_comments", "../layouts/gso/Mug_A", "../layouts/gso/Mug_B"),
    "ply/y00_st": ("y01_texture_uv", "y02_wedge_tri", "y03_wedge_quad", "y06_ascii_mixed", "y08_face_color_and_uv",
                   "y11_material_elements"),
}  # fmt: skip
COLORS = {
    "gltf/g01_plain": QUADRANTS,
    "gltf/g02_factor": {(124, 0, 0), (0, 124, 0), (0, 0, 124), (124, 124, 0)},
    "gltf/g02b_tint": {(226, 63, 63), (181, 47, 47)},
    "gltf/g07a_color_float": {(124, 124, 124)},
    "gltf/g07b_color_u8": {(124, 124, 124)},
    "gltf/g07c_color_u16": {(124, 124, 124)},
    "gltf/g07d_factor_only": {(124, 124, 124)},
    "gltf/g08a_color_x_factor": {(226, 63, 63)},
    "gltf/g08c_color_nomat": {(124, 124, 124)},
    "gltf/g11_basisu": {(238, 238, 238)},
    "gltf/g19b_specgloss_factor": {(226, 63, 63)},
    "gltf/g19c_sg_full": {(226, 63, 63)},
    "obj/o00_plain": QUADRANTS,
    "obj/o04_color_and_tex": {(128, 0, 0), (0, 128, 0), (0, 0, 128), (128, 128, 0)},
    "ply/y00_st": QUADRANTS,
    "ply/y04_multitex": QUADRANTS | {(238, 238, 238), (0, 0, 0)},
    "ply/y07_texcoord_partly_empty": QUADRANTS | {(178, 178, 178)},
    "foreign/02-color0-uint16": {(188, 124, 238)},
    "foreign/06-factor-times-texture/quad.gltf": {(238, 89, 89)},
    "foreign/07-vertex-colour-linear": {(188, 124, 238)},
    "foreign/09-texcoord1": QUADRANTS,
    "foreign/12-opaque-alpha": QUADRANTS,
    "foreign/13-draco/Box_Draco.glb": {(226, 0, 0)},
    "foreign/13-draco/part_draco.glb": {(226, 0, 0), (238, 238, 238)},
    "foreign/14-meshopt": {(226, 0, 0)},
    "foreign/22-ply-multitexture": {(238, 0, 0), (0, 0, 238)},
    "foreign/25-emissive": QUADRANTS,
}
"""Colours of a tenth of the picture or more."""


@pytest.fixture(scope="module")
def renderer():
    return EmbreeRenderer()


def mesh_of(folder: Path):
    """The mesh of a file, or of the one model in a folder."""
    path = folder if folder.is_file() else next(p for p in sorted(folder.rglob("*")) if p.suffix in MESH_SUFFIXES)
    return read_mesh_file(path, root=folder.parent)[0]


def photographs(renderer, mesh):
    """(6, 48, 48, 3) pictures from all sides, and which pixels show the mesh."""
    low, high = bounds(mesh)
    middle, far = (low + high) / 2, 1.6 * np.linalg.norm(high - low)
    views = [view(middle + far * np.array(side), middle, (48, 48), 65.0) for side in SIDES]
    world = scene(mesh)
    frames = [renderer.render(world, v, EVEN) for v in views]
    return np.stack([f.rgb for f in frames]), np.stack([f.depth > 0 for f in frames])


@pytest.mark.parametrize("name", COLORS)
def test_colors_are_those_that_were_meant(shared_cases, renderer, name):
    pictures, seen = photographs(renderer, mesh_of(shared_cases / name))
    counts = Counter(map(tuple, pictures[seen].tolist()))
    assert {color for color, n in counts.items() if n > 0.07 * seen.sum()} == COLORS[name]


@pytest.mark.parametrize(("plain", "name"), [(p, n) for p, names in SAME_AS_PLAIN.items() for n in names])
def test_what_says_the_same_looks_the_same(shared_cases, renderer, plain, name):
    expected, _ = photographs(renderer, mesh_of(shared_cases / plain))
    pictures, _ = photographs(renderer, mesh_of((shared_cases / plain).parent / name))
    assert (np.abs(pictures.astype(int) - expected).max(-1) > 8).mean() < 0.005


def test_a_mirrored_cube_is_the_mirror_image(shared_cases, renderer):
    plain, _ = photographs(renderer, mesh_of(shared_cases / "gltf/g01_plain"))
    mirrored, _ = photographs(renderer, mesh_of(shared_cases / "gltf/g13_mirror"))
    flipped = mirrored[0][:, ::-1]
    assert (np.abs(plain[0].astype(int) - flipped).max(-1) > 8).mean() < 0.06  # seams blur to one side


@pytest.mark.parametrize(
    ("name", "changes"),
    [("gltf/g01_plain", 1), ("obj/o00_plain", 1), ("gltf/g03_texture_transform", 7), ("obj/o03b_opts_scale", 7)],
)
def test_pictures_are_repeated_as_often_as_their_scale_says(shared_cases, renderer, name, changes):
    pictures, seen = photographs(renderer, mesh_of(shared_cases / name))
    for picture, shown in zip(pictures, seen, strict=True):
        row = np.flatnonzero(shown.any(1))[2]  # near an edge, away from the seams along the middle
        bright = picture[row][shown[row]] > 119
        assert (bright[1:] != bright[:-1]).any(1).sum() == changes


@pytest.mark.parametrize(
    ("name", "height_m"),
    [
        ("storeys/house_nohint/house", 8.4),
        ("foreign/16-room-up/pano/7y3sRwLe3Va_b47475370e824b9e923a4a96bc98e1e3", 4.1107),
        ("foreign/16-room-up/pano/apartment1", 6.5383),
        ("foreign/16-room-up/pano/bedroom1_2", 3.9265),
        ("foreign/16-room-up/pano/living_room1", 3.4721),
    ],
)
def test_rooms_without_a_hint_stand_as_authored(shared_cases, name, height_m):
    path = shared_cases / name
    mesh = FolderRooms(path.parent).load(path.name).mesh
    assert np.ptp(mesh.vertices[:, 2]) == pytest.approx(height_m, abs=0.15)


def test_glb_rooms_stand_on_their_authored_floor(shared_cases):
    """The lowest point along +Y is the lowest along +Z."""
    for folder, name in (("16-room-up", "cornellBox"), ("17-room-fragments", "webxr-garage/garage")):
        root = shared_cases / "foreign" / folder
        room = FolderRooms(root).load(name)
        low, high = bounds(read_mesh_file(root / f"{name}.gltf")[0])
        assert np.ptp(room.mesh.vertices[:, 2]) == pytest.approx(high[1] - low[1], abs=0.02)
        assert not {"doubtful_up", "up_contradicted", "fragments"} & {d.code for d in room.defects}


@pytest.mark.parametrize(
    ("name", "source", "ids"),
    [
        ("layouts/forms", FolderObjects, {"chair/model"}),
        ("foreign/29-split-leak", FolderObjects, {"addons/kaykit_furniture_bits/Assets/armchair_pillows"}),
        ("layouts/gso", FolderObjects, {"Mug_A", "Mug_B"}),
        ("layouts/bop", FolderObjects, {f"models/obj_00000{k}" for k in (1, 2, 3)}),
    ],
)
def test_one_object_is_one_asset(shared_cases, name, source, ids):
    objects = source(shared_cases / name, FactStore())
    assert {i for group in objects.ids().values() for i in group} == ids


def test_one_scene_is_one_room_without_labels_for_colors(shared_cases):
    for layout, count in (("hm3d", 3), ("scannet", 4)):
        rooms = FolderRooms(shared_cases / "layouts" / layout)
        assert len(rooms.ids()) == count
        for room_id in rooms.ids():
            assert "label_colors" not in {d.code for d in rooms.load(room_id).defects}


@pytest.mark.parametrize(("name", "size"), [("bop", (0.06, 0.25)), ("stl", (0.003, 0.95))])
def test_folders_in_millimetres(shared_cases, name, size):
    objects = FolderObjects(shared_cases / "layouts" / name, FactStore())
    sizes = sorted(objects.load(i).size_m for group in objects.ids().values() for i in group)
    np.testing.assert_allclose([sizes[0], sizes[-1]], size, rtol=0.2)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gltf/meshopt_crafted/meshopt.glb", "meshopt data do not decode"),
        ("foreign/28-missing-bin/Sponza01.gltf", "Sponza01.bin is missing"),
    ],
)
def test_what_cannot_be_used_is_named(shared_cases, name, words):
    with pytest.raises(AssetError, match=words):
        read_mesh_file(shared_cases / name)
