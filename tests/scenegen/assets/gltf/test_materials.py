"""Materials: what colour a square has, in linear light, and what is said of what cannot be shown."""

import io
import resource
import time

import numpy as np
import pytest
from gltf_files import QUAD_UV, Gltf, first_primitive, quad
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from roots import SHARED

from scenegen.assets.mesh import MOST_GLOW, Mesh
from scenegen.assets.reading import read_mesh_file
from scenegen.srgb import linear_to_srgb, srgb_to_linear

CASES = SHARED.parent / "cases"


def shown(mesh: Mesh) -> list[int]:
    """The bytes of a mesh of one plain colour: product of factor, texture and vertex colour, unlit."""
    material = mesh.materials[0]
    linear = srgb_to_linear(np.array(material.color))
    if material.texture is not None:
        linear = linear * srgb_to_linear(material.texture.levels[-1][0, 0] / 255)
    if mesh.colors is not None:
        linear = linear * srgb_to_linear(mesh.colors[0] / 255)
    return np.rint(255 * linear_to_srgb(linear)).astype(int).tolist()


def based(color, *, texture=None, extension=None, **attributes) -> Gltf:
    """A square with a base colour, and a texture of one colour."""
    factor, picture = ("diffuseFactor", "diffuseTexture") if extension else ("baseColorFactor", "baseColorTexture")
    look = {} if color is None else {factor: [*color, 1]}
    look |= {} if texture is None else {picture: {"index": 0}}
    material = {"extensions": {extension: look}} if extension else {"pbrMetallicRoughness": look}
    file = quad(material, **attributes)
    if texture is not None:
        file.texture(np.full((2, 2, 3), texture))
    return file


SPECULAR = "KHR_materials_pbrSpecularGlossiness"


@pytest.mark.parametrize("extension", [None, SPECULAR])
@pytest.mark.parametrize(
    ("color", "texture", "expected"),
    [
        ((0.2, 0.2, 0.2), None, [124, 124, 124]),
        ((1, 0.1, 0.1), 255, [255, 89, 89]),
        ((0.8, 0.05, 0.05), None, [231, 63, 63]),
        ((0.5, 0.5, 0.5), 188, [137, 137, 137]),
        (None, 77, [77, 77, 77]),
        (None, None, [255, 255, 255]),
    ],
)
def test_factor_times_texture_in_linear_light(tmp_path, extension, color, texture, expected):
    mesh, defects = based(color, texture=texture, extension=extension).read(tmp_path)
    assert defects == ()
    np.testing.assert_allclose(shown(mesh), expected, atol=1)


@pytest.mark.parametrize("more", [{}, {"alpha": True}])
@pytest.mark.parametrize("code", ["<f4", "<u1", "<u2"])
def test_vertex_colors_are_linear_and_multiply(tmp_path, code, more):
    largest = 1 if code == "<f4" else np.iinfo(code).max
    rows = np.tile([0.2, 0.6, 1] + [0.5] * len(more), (4, 1)) * largest
    file = based((0.5, 1, 1), COLOR_0=rows.astype(code))
    if code != "<f4":
        file.tree["accessors"][first_primitive(file)["attributes"]["COLOR_0"]]["normalized"] = True
    mesh, _ = file.read(tmp_path)
    assert mesh.colors is not None
    np.testing.assert_allclose(mesh.colors[0], np.rint(255 * linear_to_srgb(np.array([0.2, 0.6, 1]))), atol=1)
    assert mesh.colors[0, 0] == 124
    np.testing.assert_allclose(shown(mesh), np.rint(255 * linear_to_srgb(np.array([0.1, 0.6, 1]))), atol=1)


@given(st.lists(st.integers(0, 65535), min_size=4, max_size=4))
def test_vertex_colors_keep_their_order_and_ends(tmp_path_factory, values):
    rows = np.repeat(np.array(values, "<u2")[:, None], 3, axis=1)
    mesh, _ = quad(COLOR_0=rows).read(tmp_path_factory.getbasetemp())
    assert mesh.colors is not None
    np.testing.assert_array_equal(mesh.colors[:, 0], np.rint(255 * linear_to_srgb(np.array(values) / 65535)))


def test_a_primitive_without_vertex_colors_is_white_beside_others(tmp_path):
    file = quad(COLOR_0=np.full((4, 3), 0.2, "<f4"))
    part = first_primitive(file)
    plain = part | {"attributes": {"POSITION": part["attributes"]["POSITION"]}}
    file.tree["meshes"][0]["primitives"].append(plain)
    mesh, _ = file.read(tmp_path)
    assert mesh.colors is not None
    assert mesh.colors[[0, -1]].tolist() == [[124] * 3, [255] * 3]


def test_a_primitive_without_material_is_white(tmp_path):
    mesh, _ = quad().read(tmp_path)
    assert mesh.materials[0].color == (1, 1, 1)


def test_two_materials_of_one_name_are_two(tmp_path):
    file = based((1, 0, 0), texture=9)
    file.tree["materials"][0]["name"] = "m"
    file.add("materials", name="m", pbrMetallicRoughness={"baseColorFactor": [0, 1, 0, 1]})
    file.tree["meshes"][0]["primitives"].append(first_primitive(file) | {"material": 1})
    mesh, defects = file.read(tmp_path)
    assert defects == ()
    assert [(m.name, m.texture is None) for m in mesh.materials] == [("m", False), ("m", True)]


def test_unlit_shows_its_color_as_it_is_and_does_not_glow(tmp_path):
    file = based((0.2, 0.2, 0.2))
    file.tree["materials"][0] |= {"extensions": {"KHR_materials_unlit": {}}, "emissiveFactor": [1, 1, 1]}
    material = file.read(tmp_path)[0].materials[0]
    assert (material.emission, material.glow) == (1, (0, 0, 0))


# Glow --------------------------------------------------------------------------------------------


def glowing(factor, *, texture=None, strength=None, base=None, **info) -> Gltf:
    file = based(None, texture=base)
    material = file.tree["materials"][0] | {"emissiveFactor": factor}
    if texture is not None:
        material["emissiveTexture"] = {"index": file.texture(np.full((2, 2, 3), texture))} | info
    if strength is not None:
        material["extensions"] = {"KHR_materials_emissive_strength": {"emissiveStrength": strength}}
    file.tree["materials"][0] = material
    return file


@pytest.mark.parametrize(
    ("factor", "strength", "glow"),
    [
        ([0, 0, 0], None, (0, 0, 0)),
        ([1, 0.5, 0], None, (1, 0.5, 0)),
        ([1, 0.5, 0], 4, (4, 2, 0)),
        ([1, 1, 1], 1e6, (MOST_GLOW,) * 3),
    ],
)
def test_emission_is_linear_light_times_its_strength(tmp_path, factor, strength, glow):
    assert glowing(factor, strength=strength).read(tmp_path)[0].materials[0].glow == pytest.approx(glow)


def test_emission_of_a_picture(tmp_path):
    mesh, defects = glowing([1, 0.5, 0.25], texture=188).read(tmp_path)
    material = mesh.materials[0]
    assert defects == ()
    assert material.glow == (1, 0.5, 0.25)
    assert material.glow_texture is not None
    assert material.glow_texture.levels[-1][0, 0].tolist() == [188] * 3
    np.testing.assert_array_equal(mesh.uv, np.stack([QUAD_UV[:, 0], 1 - QUAD_UV[:, 1]], axis=1))


def test_a_picture_of_no_emission_is_not_read(tmp_path):
    material = glowing([0, 0, 0], texture=188).read(tmp_path)[0].materials[0]
    assert (material.glow, material.glow_texture) == ((0, 0, 0), None)


def test_both_pictures_at_one_set_of_coordinates(tmp_path):
    material = glowing([1, 1, 1], texture=188, base=50).read(tmp_path)[0].materials[0]
    assert material.texture is not None
    assert material.glow_texture is not None


def test_a_glow_with_coordinates_of_its_own_becomes_its_mean(tmp_path):
    moved = {"extensions": {"KHR_texture_transform": {"scale": [2, 2]}}}
    mesh, defects = glowing([1, 0.5, 0], texture=188, base=50, **moved).read(tmp_path)
    assert [d.code for d in defects] == ["glow_uv"]
    assert mesh.materials[0].glow_texture is None
    np.testing.assert_allclose(
        mesh.materials[0].glow, np.array([1, 0.5, 0]) * srgb_to_linear(np.array(188 / 255)), atol=1e-6
    )


def test_a_glow_whose_picture_is_missing_does_not_glow(tmp_path):
    file = glowing([1, 1, 1], texture=188)
    file.tree["images"][0] = {"uri": "none.png"}
    mesh, defects = file.read(tmp_path)
    assert [d.code for d in defects] == ["missing_texture"]
    assert mesh.materials[0].glow == (0, 0, 0)


# Transparency ------------------------------------------------------------------------------------


def seen_through(mode, alpha=1.0, *, picture=True, **more) -> Gltf:
    file = quad(
        {
            "name": "m",
            "pbrMetallicRoughness": {"baseColorFactor": [1, 1, 1, alpha]}
            | ({"baseColorTexture": {"index": 0}} if picture else {}),
        }
        | more
    )
    file.texture(np.dstack([np.full((2, 2, 3), (200, 10, 10)), [[255, 255], [0, 0]]]))
    if mode is not None:
        file.tree["materials"][0]["alphaMode"] = mode
    return file


@pytest.mark.parametrize("mode", [None, "OPAQUE"])
def test_alpha_is_ignored_where_a_material_is_opaque(tmp_path, mode):
    file = seen_through(mode, 0.2)
    file.texture(np.dstack([[[[200, 10, 10], [200, 10, 10]], [[10, 200, 10], [10, 200, 10]]], [[255, 255], [0, 0]]]))
    file.tree["textures"].pop(0)
    mesh, defects = file.read(tmp_path)
    texture = mesh.materials[0].texture
    assert defects == ()
    assert texture is not None
    assert texture.levels[0][:, 0].tolist() == [[200, 10, 10], [10, 200, 10]]


@pytest.mark.parametrize(
    ("file", "codes"),
    [
        (seen_through("MASK"), ["cut_out"]),
        (seen_through("BLEND"), ["cut_out"]),
        (seen_through("BLEND", 0.5), ["translucent", "cut_out"]),
        (seen_through("BLEND", 0.0, picture=False), ["inverted_alpha"]),
        (seen_through("BLEND", 1.0, picture=False), []),
        (seen_through("MASK", 0.4, picture=False), ["inverted_alpha"]),
        (seen_through("MASK", 0.4, picture=False, alphaCutoff=0.3), []),
    ],
)
def test_transparency_is_said(tmp_path, file, codes):
    assert [d.code for d in file.read(tmp_path)[1]] == codes


def test_a_jpeg_cannot_be_seen_through(tmp_path):
    out = io.BytesIO()
    Image.new("RGB", (4, 4)).save(out, "JPEG")
    file = seen_through("MASK")
    file.tree["images"][0] = {"bufferView": file.view(out.getvalue())}
    assert file.read(tmp_path)[1] == ()


# Files of others ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "color"),
    [
        ("gltf/g02_factor/g02_factor.glb", (0.2, 0.2, 0.2)),
        ("gltf/g08a_color_x_factor/g08a_color_x_factor.glb", (0.8, 0.05, 0.05)),
        ("gltf/g19b_specgloss_factor/g19b_specgloss_factor.glb", (0.8, 0.05, 0.05)),
        ("foreign/06-factor-times-texture/quad.gltf", (1, 0.1, 0.1)),
    ],
)
def test_factors_of_files_of_others(name, color):
    if not (CASES / name).is_file():
        pytest.skip(f"{name} not found in {CASES}")
    np.testing.assert_allclose(
        srgb_to_linear(np.array(read_mesh_file(CASES / name)[0].materials[0].color)), color, atol=1e-5
    )


@pytest.mark.parametrize(
    "name", ["gltf/g07a_color_float", "gltf/g07b_color_u8", "gltf/g07c_color_u16", "gltf/g08c_color_nomat"]
)
def test_vertex_colors_of_files_of_others(name):
    folder = CASES / name
    if not folder.is_dir():
        pytest.skip(f"{name} not found in {CASES}")
    mesh, defects = read_mesh_file(next(folder.glob("*.glb")))
    assert defects == ()
    assert shown(mesh) == [124] * 3


def test_a_specular_picture_of_4096_texels_keeps_within_the_bounds():
    """It took 17 s and 4.6 GB through the conversion to another kind of material."""
    path = CASES / "foreign/08-spec-gloss/quad4096.gltf"
    if not path.is_file():
        pytest.skip(f"quad4096.gltf not found in {CASES}")
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    texture = read_mesh_file(path)[0].materials[0].texture
    assert texture is not None
    assert texture.size == (4096, 4096)
    assert time.process_time() - start < 5
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 2 << 20
