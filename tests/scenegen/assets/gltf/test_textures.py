"""Where pictures come from, how they repeat, and at which texture coordinates they are read."""

import numpy as np
import pytest
from gltf_files import QUAD_UV, first_primitive, png, quad
from hypothesis import given
from hypothesis import strategies as st
from model_files import write, write_image

from scenegen.assets.gltf.textures import Placement, placed_uv
from scenegen.assets.reading import read_mesh_file
from scenegen.errors import AssetError

GREY = np.full((2, 2, 3), 9)
pairs = st.tuples(st.floats(-4, 4), st.floats(-4, 4))


def textured(info=None, *, texture=None, **attributes):
    """A square with a picture, and what its texture and the reference to it hold besides."""
    file = quad({"pbrMetallicRoughness": {"baseColorTexture": {"index": 0} | (info or {})}}, **attributes)
    file.texture(GREY, **(texture or {}))
    return file


@given(pairs, pairs, pairs, st.floats(-7, 7))
def test_coordinates_are_scaled_then_turned_then_moved(uv, offset, scale, turn):
    """As KHR_texture_transform has it, written as complex numbers; v runs down, so that it turns the other way."""
    u, v = placed_uv(np.array([uv]), Placement(0, offset, turn, scale))[0]
    z = complex(uv[0] * scale[0], uv[1] * scale[1]) * np.exp(-1j * turn) + complex(*offset)
    np.testing.assert_allclose([u, 1 - v], [z.real, z.imag], atol=1e-9)


def test_the_specification_s_example(tmp_path):
    """Of KHR_texture_transform: "only the lower left quadrant of the source image, rotated clockwise 90 degrees"."""
    moved = {"offset": [0, 1], "rotation": np.pi / 2, "scale": [0.5, 0.5]}
    mesh, _ = textured({"extensions": {"KHR_texture_transform": moved}}).read(tmp_path)
    assert mesh.uv is not None
    np.testing.assert_allclose([mesh.uv.min(0), mesh.uv.max(0)], [[0, 0], [0.5, 0.5]], atol=1e-6)
    top_left = mesh.uv[(mesh.vertices == [0, 1, 0]).all(1)]  # shows what was at the quadrant's lower left
    np.testing.assert_allclose(top_left, [[0, 0]], atol=1e-6)


def test_the_set_that_is_named_is_used(tmp_path):
    other = (QUAD_UV * 0.25).astype("<f4")
    plain, _ = textured(TEXCOORD_1=other).read(tmp_path)
    named, _ = textured({"texCoord": 1}, TEXCOORD_1=other).read(tmp_path)
    moved = {"extensions": {"KHR_texture_transform": {"texCoord": 1}}}
    over, _ = textured({"texCoord": 0} | moved, TEXCOORD_1=other).read(tmp_path)
    np.testing.assert_array_equal(plain.uv, np.stack([QUAD_UV[:, 0], 1 - QUAD_UV[:, 1]], axis=1))
    np.testing.assert_array_equal(named.uv, np.stack([other[:, 0], 1 - other[:, 1]], axis=1))
    np.testing.assert_array_equal(over.uv, named.uv)


def test_a_set_that_is_missing_is_said(tmp_path):
    mesh, defects = textured({"texCoord": 3}).read(tmp_path)
    assert [(d.code, d.detail) for d in defects] == [("no_uv", ": 2 faces")]
    assert mesh.materials[0].texture is None


@pytest.mark.parametrize(
    ("codes", "wrap"),
    [
        ({}, ("repeat", "repeat")),
        ({"wrapS": 33071}, ("clamp", "repeat")),
        ({"wrapS": 33648, "wrapT": 33071}, ("mirror", "clamp")),
        ({"wrapS": 10497, "wrapT": 1}, ("repeat", "repeat")),
    ],
)
def test_samplers_say_how_a_picture_repeats(tmp_path, codes, wrap):
    file = textured(texture={"sampler": 0})
    file.add("samplers", **codes)
    texture = file.read(tmp_path)[0].materials[0].texture
    assert texture is not None
    assert texture.wrap == wrap


@pytest.mark.parametrize(
    ("extension", "kind", "words"),
    [
        ("KHR_texture_basisu", "image/ktx2", "KTX2/Basis Universal"),
        ("EXT_texture_avif", "image/avif", "AVIF"),
    ],
)
def test_a_picture_in_a_format_that_is_not_read_is_named(tmp_path, extension, kind, words):
    file = textured()
    other = file.add("images", bufferView=file.view(b"\xabKTX 20\xbb"), mimeType=kind, name="bark")
    file.tree["textures"][0]["extensions"] = {extension: {"source": other}}
    assert file.used(extension).read(tmp_path)[1] == ()  # the plain picture is there as well
    del file.tree["textures"][0]["source"]
    mesh, defects = file.used(extension, required=True).read(tmp_path)
    assert [(d.code, d.detail) for d in defects] == [("unreadable_texture", f"bark: {words} is not read")]
    assert mesh.materials[0].texture is None
    file.tree["textures"][0] = {"source": other}  # without the extension
    assert [d.detail for d in file.read(tmp_path)[1]] == [f"bark: {words} is not read"]


@pytest.mark.parametrize(("extension", "suffix"), [("EXT_texture_webp", "webp"), ("MSFT_texture_dds", "dds")])
@pytest.mark.parametrize("plain", [True, False])
def test_pictures_in_other_formats_that_are_read(tmp_path, extension, suffix, plain):
    picture = write_image(tmp_path / f"t.{suffix}", (250, 5, 5)).read_bytes()
    file = textured()
    other = file.add("images", bufferView=file.view(picture), mimeType=f"image/{suffix}")
    file.tree["textures"][0] = {"extensions": {extension: {"source": other}}} | ({"source": 0} if plain else {})
    texture = file.used(extension, required=not plain).read(tmp_path)[0].materials[0].texture
    assert texture is not None
    assert texture.levels[0][0, 0, 0] == pytest.approx(9 if plain and suffix == "dds" else 250, abs=5)  # the surer one


def test_pictures_beside_the_file(tmp_path):
    file = textured()
    file.tree["images"][0] = {"uri": "my%20pic.png"}
    write(tmp_path / "my pic.png", png(GREY))
    assert file.read(tmp_path)[1] == ()
    file.tree["images"][0] = {"uri": "none.png", "name": "bark"}
    assert [(d.code, d.detail) for d in file.read(tmp_path)[1]] == [("missing_texture", "none.png")]


def test_a_texture_without_a_picture_is_said(tmp_path):
    file = textured()
    file.tree["textures"][0] = {}
    assert [d.detail for d in file.read(tmp_path)[1]] == ["a texture without a picture"]


@pytest.mark.parametrize(
    "info",
    [{"index": 5}, {"texCoord": -1}, {"extensions": {"KHR_texture_transform": {"offset": [1]}}}, {"extensions": 3}],
)
def test_malformed_references_are_unreadable(tmp_path, info):
    with pytest.raises(AssetError) as caught:
        textured(info).read(tmp_path)
    assert caught.value.reason == "unreadable"


def test_a_picture_that_many_materials_use_is_one_set_of_texels(tmp_path):
    file = textured()
    part = first_primitive(file)
    file.tree["materials"] += [{**file.tree["materials"][0], "name": "b"}]
    file.tree["meshes"][0]["primitives"] = [part, part | {"material": 1}]
    one, two = read_mesh_file(write(tmp_path / "a.glb", file.glb()))[0].materials
    assert one.texture is not None
    assert one.texture is two.texture
