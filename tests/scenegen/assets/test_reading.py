import json
import zlib
from pathlib import Path

import numpy as np
import pytest
import trimesh
from fuzzing.seeds import png
from model_files import CUBE_F, CUBE_V, TEXTURED, codes, obj_text, refusal, write, write_image
from PIL import Image

from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.reading import MESH_SUFFIXES, read_mesh_file
from scenegen.errors import AssetError

GOOD, BAD = 36, {"02933112/f6d2550b82c208b012de5317fe5b354f", "03790512/923ce819405ae29230c72ee872e188e1"}
NO_UV = {"02954340/e823673c1edd73fb97c426435543a860", "03636649/23eaba9bdd51a5b0dfe9cab879fd37e8"}


def test_size_limits(tmp_path):
    path = write(tmp_path / "a.obj", obj_text())
    assert refusal(path, limits=Limits(1 << 20, 11, 1 << 20)) == "too_large"
    assert refusal(path, limits=Limits(10, 100, 1 << 20)) == "too_large"
    assert refusal(tmp_path / "none.obj") == "missing"
    assert refusal(write(tmp_path / "a.txt", "x")) == "unsupported"


# pictures ----------------------------------------------------------------------------------------


def picture(tmp_path, image: Image.Image, limits: Limits = ROOM_LIMITS):
    image.save(tmp_path / "pic.png")
    write(tmp_path / "a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd pic.png\n")
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", TEXTURED), limits=limits)
    return mesh.materials[0].texture, codes(defects)


@pytest.mark.parametrize("suffix", MESH_SUFFIXES)
def test_what_git_lfs_did_not_fetch_is_missing(tmp_path, suffix):
    path = write(tmp_path / f"a{suffix}", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n")
    with pytest.raises(AssetError, match=r"stands for a file in Git LFS; fetch it with git lfs pull") as caught:
        read_mesh_file(path)
    assert caught.value.reason == "missing"


def test_large_pictures_are_scaled_down(tmp_path):
    image = Image.new("RGB", (3000, 300), (9, 90, 200))
    texture, defects = picture(tmp_path, image, Limits(1 << 20, 100, 1000 * 100))
    assert texture.size[0] * texture.size[1] <= 1000 * 100
    assert texture.size[0] >= 950
    assert defects == ["texture_reduced"]
    assert (texture.levels[0] == [9, 90, 200]).all()


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_becomes_rgb(tmp_path, mode):
    grey = {"1": 1, "I;16": 65535}.get(mode, 255)
    image = Image.new(mode, (3, 2), (255, 255) if mode == "LA" else (255,) * 3 if mode == "RGB" else grey)
    if mode in ("RGBA", "P"):
        image = Image.new("RGBA", (3, 2), (255, 255, 255, 255)).convert(mode)
    texture, found = picture(tmp_path, image)
    assert found == []
    assert texture.levels[0].shape == (2, 3, 3)
    assert texture.levels[0].min() >= 254


def test_colors_behind_alpha_do_not_show(tmp_path):
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0] = [10, 200, 30, 255]
    rgba[1] = [255, 0, 255, 0]
    assert (picture(tmp_path, Image.fromarray(rgba))[0].levels[0] == [10, 200, 30]).all()
    rgba[..., 3] = 0
    np.testing.assert_array_equal(picture(tmp_path, Image.fromarray(rgba))[0].levels[0], rgba[..., :3])


@pytest.mark.parametrize("side", [12_000, 60_000])
def test_a_decompression_bomb_is_a_defect(tmp_path, side):
    write(tmp_path / "pic.png", png(side, side, zlib.compress(bytes(99))))
    write(tmp_path / "a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd pic.png\n")
    mesh, defects = read_mesh_file(write(tmp_path / "a.obj", TEXTURED))
    assert codes(defects) == ["huge_texture"]
    assert mesh.materials[0].texture is None


def test_a_damaged_picture_is_a_defect(tmp_path):
    write(tmp_path / "a.mtl", "newmtl m\nKd 0 1 0\nmap_Kd pic.png\n")
    write_image(tmp_path / "pic.png", size=(64, 64))
    for content in (b"", b"no picture", (tmp_path / "pic.png").read_bytes()[:70]):
        write(tmp_path / "pic.png", content)
        mesh, defects = read_mesh_file(write(tmp_path / "a.obj", TEXTURED))
        assert codes(defects) == ["unreadable_texture"]
        assert mesh.materials[0].color == (0, 1, 0)


# other formats ------------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".stl", ".off", ".glb", ".gltf"])
def test_other_formats_give_the_same_cube(tmp_path, suffix):
    source = trimesh.Trimesh(CUBE_V, CUBE_F, process=False)
    exported = source.export(file_type=suffix[1:])
    for name, data in exported.items() if isinstance(exported, dict) else [(f"model{suffix}", exported)]:
        write(tmp_path / name, data)
    mesh, _ = read_mesh_file(tmp_path / f"model{suffix}")
    np.testing.assert_allclose(mesh.vertices[mesh.faces], CUBE_V[CUBE_F])
    assert refusal(write(tmp_path / f"b{suffix}", b"rubbish" * 40)) in ("unreadable", "no_faces")


def test_scene_transforms_apply_and_mirrors_keep_faces_outwards(tmp_path):
    part = trimesh.Trimesh(CUBE_V, CUBE_F, process=False)
    scene = trimesh.Scene()
    mirror = np.diag([-2.0, 1, 1, 1])
    mirror[:3, 3] = [0, 5, 0]
    scene.add_geometry(part, node_name="a", geom_name="a")
    scene.add_geometry(part, node_name="b", geom_name="b", transform=mirror)
    mesh, _ = read_mesh_file(write(tmp_path / "s.glb", scene.export(file_type="glb")))
    np.testing.assert_allclose([mesh.vertices.min(0), mesh.vertices.max(0)], [[-2, 0, 0], [1, 6, 1]], atol=1e-6)
    corners = mesh.vertices[mesh.faces].astype(float)
    volume = (corners[:, 0] * np.cross(corners[:, 1], corners[:, 2])).sum() / 6
    assert volume == pytest.approx(3)


def gltf(tmp_path, image: bytes, name: str = "pic.png") -> Path:
    """A textured triangle whose picture lies beside it."""
    visual = trimesh.visual.TextureVisuals(
        uv=np.array([[0, 0], [1, 0], [0, 1]]),
        material=trimesh.visual.material.PBRMaterial(name="skin", baseColorTexture=Image.new("RGB", (4, 4), (9, 8, 7))),
    )
    part = trimesh.Trimesh([[0, 0, 0], [1, 0, 0], [0, 1, 0]], [[0, 1, 2]], visual=visual, process=False)
    for file, data in part.export(file_type="gltf").items():
        write(tmp_path / file, data)
    tree = json.loads((tmp_path / "model.gltf").read_text())
    tree["images"] = [{"uri": name}]
    if image:
        write(tmp_path / "pic.png", image)
    return write(tmp_path / "model.gltf", json.dumps(tree))


def test_gltf_pictures_are_found_and_missed_aloud(tmp_path):
    write_image(tmp_path / "ok.png", (1, 2, 3))
    mesh, defects = read_mesh_file(gltf(tmp_path / "a", (tmp_path / "ok.png").read_bytes()))
    assert defects == ()
    np.testing.assert_array_equal(mesh.materials[0].texture.levels[0][0, 0], [1, 2, 3])
    np.testing.assert_allclose(mesh.uv, [[0, 0], [1, 0], [0, 1]], atol=1e-6)
    assert "missing_texture" in codes(read_mesh_file(gltf(tmp_path / "b", b""))[1])
    assert "unreadable_texture" in codes(read_mesh_file(gltf(tmp_path / "c", b"rubbish"))[1])
    assert "outside_root" in codes(read_mesh_file(gltf(tmp_path / "d", b"", "../ok.png"))[1])


# the real thing ----------------------------------------------------------------------------------


def test_all_real_shapenet_models(shared_data):
    root = shared_data / "shapenet" / "ShapeNetCore.v2"
    textured = plain = 0
    for path in sorted(root.glob("*/*/models/model_normalized.obj")):
        name = path.parents[1].relative_to(root).as_posix()
        mesh, defects = read_mesh_file(path, root=path.parents[1])
        assert ("missing_texture" in codes(defects)) == (name in BAD), name
        assert ("no_uv" in codes(defects)) == (name in NO_UV), name
        if name not in BAD | NO_UV:
            used = any(mesh.materials[i].texture is not None for i in np.unique(mesh.face_material))
            textured, plain = textured + used, plain + (not used)
    assert (textured, plain) == (31, GOOD - 31)


def test_the_other_real_meshes(shared_data):
    paths = [p for d in ("objects", "rooms") for p in sorted((shared_data / d).rglob("*")) if p.suffix in MESH_SUFFIXES]
    found = {p.name if p.parent.name != "ketchup" else "ketchup": read_mesh_file(p) for p in paths}
    textured = {n for n, (m, _) in found.items() if any(x.texture is not None for x in m.materials)}
    assert textured == {
        "textured.obj", "bbq_sauce.obj", "ketchup", "BoxTextured.glb", "CesiumMilkTruck.glb", "Duck.glb", "fuze.obj"
    }  # fmt: skip
    kitchen = found["redkitchen.ply"][0]
    assert (len(kitchen.vertices), len(kitchen.faces)) == (367_514, 706_981)
    assert kitchen.colors is not None
    assert kitchen.normals is not None
    planes, _ = found["copyroom_c2000_opt.ply"]
    assert (planes.colors[planes.faces] == planes.colors[planes.faces][:, :1]).all()
    assert codes(found["copyroom_c2000_opt.obj"][1]) == ["missing_texture", "inverted_alpha"]
