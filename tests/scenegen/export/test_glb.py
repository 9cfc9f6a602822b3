"""Staged scenes as trimesh, our own reader of glTF and the text of the format have them."""

import json
import struct
from io import StringIO

import numpy as np
import pytest
import trimesh
import tyro
from export_world import made_run
from rich.console import Console
from shard_factory import make_content

from scenegen.assets.library import open_objects, open_rooms
from scenegen.assets.mesh import Material, Mesh, texture_from_image
from scenegen.assets.reading import read_mesh_file
from scenegen.cli.publishing import ExportCommand, export
from scenegen.config import GenerationConfig, ObjectsConfig, Range, Size
from scenegen.errors import AssetError, UsageError
from scenegen.export import glb_file
from scenegen.export.glb import Pieces, perspective_camera
from scenegen.export.glb_file import GlbContent, glb, join
from scenegen.export.glb_mesh import mesh_piece
from scenegen.export.meshes import open_meshes
from scenegen.export.run import ExportChoice, export_run
from scenegen.export.scenes import staged_scenes
from scenegen.geometry import transform, unproject
from scenegen.pipeline.executors import Crew
from scenegen.pipeline.places import known_places
from scenegen.pipeline.progress import Display
from scenegen.pipeline.run import render
from scenegen.shards import ShardSet, Status
from scenegen.shards.writer import encode_shard, publish

LAYERS = ("rgb", "depth")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return made_run(tmp_path_factory.mktemp("world"), rooms=2, layers=LAYERS)


def sources(run):
    return known_places(run, json.loads((run / "manifest.json").read_text())["config"])


@pytest.fixture(scope="module")
def out(run, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "glb"
    export_run(run, out, ExportChoice("glb", sources=sources(run)))
    return out


def parts(path):
    """The JSON and the binary part."""
    data = path.read_bytes()
    magic, version, length, size, kind = struct.unpack_from("<4s4I", data)
    assert (magic, version, length, kind) == (b"glTF", 2, len(data), 0x4E4F534A)
    blob_size, blob_kind = struct.unpack_from("<2I", data, 20 + size)
    assert (blob_kind, 28 + size + blob_size) == (0x004E4942, len(data))
    return json.loads(data[20 : 20 + size]), data[28 + size :]


def y_up(points):
    x, y, z = np.moveaxis(np.asarray(points, float), -1, 0)
    return np.stack([x, z, -y], -1)


def projected(tree, node, points):
    """(N, 2) pixels, the centre of the top-left one at (0, 0), from the text of glTF 2.0, sections 3.5.3 and 3.10.3."""
    matrix = np.reshape(node["matrix"], (4, 4)).T
    lens = tree["cameras"][node["camera"]]
    x, y, z = np.linalg.solve(matrix, np.c_[points, np.ones(len(points))].T)[:3]
    tangent = np.tan(lens["perspective"]["yfov"] / 2)
    across, upwards = x / -z / tangent / lens["perspective"]["aspectRatio"], y / -z / tangent
    width, height = lens["extras"]["width"], lens["extras"]["height"]
    return np.stack([(across + 1) / 2 * width, (1 - upwards) / 2 * height], -1) - 0.5


def test_cameras_see_each_point_at_the_pixel_that_the_shard_has(run, out):
    checked = 0
    for scene in staged_scenes(ShardSet(run)):
        tree, _ = parts(out / f"{scene.name}.glb")
        nodes = {node["name"]: node for node in tree["nodes"] if "camera" in node}
        assert len(nodes) == 3 * len(scene)
        for sample in scene:
            points = y_up(unproject(sample.K[0], sample.T_world_cam[0], sample.xy0, sample.depth0))
            hit = sample.depth0 > 0
            first = projected(tree, nodes[f"sample{sample.index:03d}_view0"], points[hit])
            assert np.abs(first - sample.xy0[hit]).max() < 1e-3
            for view in (1, 2):
                seen = sample.status[view - 1] == Status.VISIBLE
                xy = projected(tree, nodes[f"sample{sample.index:03d}_view{view}"], points[seen])
                assert np.abs(xy - sample.xy[view - 1][seen]).max() < 1e-3
                checked += seen.sum()
    assert checked > 1000


def test_rays_cast_by_trimesh_end_where_the_depth_is(run, out):
    for scene in staged_scenes(ShardSet(run)):
        read, (tree, _) = trimesh.load_scene(out / f"{scene.name}.glb"), parts(out / f"{scene.name}.glb")
        named = {node["name"]: np.reshape(node["matrix"], (4, 4)).T for node in tree["nodes"] if "camera" in node}
        (name,) = (name for name, T in named.items() if (read.camera_transform == T).all())  # trimesh keeps one
        sample, view = scene.reader[int(name[6:9])], int(name[-1])
        pose, f_px = read.camera_transform, 24 / np.tan(np.radians(read.camera.fov[1]) / 2)
        y, x = np.mgrid[0:48, 0:64].reshape(2, -1)
        rays = np.stack([(x - 31.5) / f_px, (23.5 - y) / f_px, np.full(x.shape, -1.0)], -1) @ pose[:3, :3].T
        solid = read.to_mesh()
        origins = np.tile(pose[:3, 3], (len(rays), 1))
        ends, ray, _ = solid.ray.intersects_location(origins, rays, multiple_hits=False)
        depth = np.zeros(len(rays))
        depth[ray] = (ends - pose[:3, 3]) @ -pose[:3, 2]
        assert (np.abs(depth - sample.depth[view].ravel()) < 1e-3).mean() > 0.999
        assert depth.min() > 0


def test_meshes_stand_at_their_places_under_their_names(run, out):
    places = sources(run)
    rooms, objects = open_rooms(places["room_source"]), open_objects(places["object_source"])
    for scene in staged_scenes(ShardSet(run)):
        sample, read = next(iter(scene)), trimesh.load_scene(out / f"{scene.name}.glb")
        wanted = [(scene.entry.room, rooms.load(scene.entry.room).mesh, np.eye(4))]
        wanted += [
            (name, objects.load(name).mesh, T)
            for name, T in zip(sample.object_id, sample.T_world_object, strict=True)
            if name
        ]
        tree, _ = parts(out / f"{scene.name}.glb")
        solids = [node for node in tree["nodes"] if "mesh" in node]
        assert [(node["name"], node["extras"]["instance"]) for node in solids] == [
            (name, k) for k, (name, *_) in enumerate(wanted, 1)
        ]
        assert len(tree["meshes"]) == len({name for name, *_ in wanted})
        low, high = [], []
        for name, mesh, T in wanted:
            points = y_up(transform(T, mesh.vertices[mesh.faces.ravel()]))
            low.append(points.min(0))
            high.append(points.max(0))
            (node,) = (n for n in solids if n["name"] == name and n["matrix"][12:15] == y_up(T[:3, 3]).tolist())
            one = trimesh.Scene()
            for primitive in [g for g in read.geometry if read.geometry[g].metadata.get("name", g).startswith(name)]:
                one.add_geometry(read.geometry[primitive], transform=np.reshape(node["matrix"], (4, 4)).T)
            np.testing.assert_allclose(one.bounds, [low[-1], high[-1]], atol=1e-5)
        np.testing.assert_allclose(read.bounds, [np.min(low, 0), np.max(high, 0)], atol=1e-5)


def test_what_the_format_asks_of_a_file_holds(out):
    for path in out.glob("*.glb"):
        tree, blob = parts(path)
        assert tree["buffers"] == [{"byteLength": len(blob)}]
        ends = [view["byteOffset"] + view["byteLength"] for view in tree["bufferViews"]]
        starts = [view["byteOffset"] for view in tree["bufferViews"]]
        assert all(start % 4 == 0 for start in starts)
        assert all(end <= start < end + 4 for end, start in zip(ends, [*starts[1:], len(blob)], strict=True))
        for mesh in tree["meshes"]:
            for primitive in mesh["primitives"]:
                position = tree["accessors"][primitive["attributes"]["POSITION"]]
                view = tree["bufferViews"][position["bufferView"]]
                xyz = np.frombuffer(blob, "<f4", 3 * position["count"], view["byteOffset"]).reshape(-1, 3)
                assert (position["min"], position["max"]) == (xyz.min(0).tolist(), xyz.max(0).tolist())
                indices = tree["accessors"][primitive["indices"]]
                kind = {5123: "<u2", 5125: "<u4"}[indices["componentType"]]
                start = tree["bufferViews"][indices["bufferView"]]["byteOffset"]
                assert np.frombuffer(blob, kind, indices["count"], start).max() < position["count"]
        assert sorted(tree["scenes"][0]["nodes"]) == list(range(len(tree["nodes"])))
        assert set(tree["asset"]) == {"version", "generator", "copyright", "extras"}


def test_the_same_samples_give_the_same_bytes(run, out, tmp_path):
    export_run(run, tmp_path / "again", ExportChoice("glb", sources=sources(run)))
    names = sorted(p.name for p in out.iterdir())
    assert names == sorted(p.name for p in (tmp_path / "again").iterdir())
    assert "README.txt" in names
    assert "along -z with y up" in (out / "README.txt").read_text()
    for name in names:
        assert (out / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


def written(folder, mesh, suffix="png"):
    """The mesh in a file of its own, read by our reader of glTF, and the JSON."""
    whole = GlbContent()
    index = join(whole, mesh_piece(mesh, "m", suffix))["meshes"]
    path = folder / "m.glb"
    path.write_bytes(glb(whole, [whole.add("nodes", {"mesh": index})]))
    return read_mesh_file(path)[0], parts(path)[0]


def square(materials, **attributes):
    corners = np.float32([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]])
    faces, own = np.int32([[0, 1, 2], [0, 2, 3]]), np.int32([0, len(materials) - 1])
    return Mesh(corners, faces, own, tuple(materials), **attributes)


def test_colors_of_vertices_come_back(tmp_path):
    colors = np.uint8([[0, 1, 2], [3, 127, 128], [200, 254, 255], [50, 60, 70]])
    back, tree = written(tmp_path, square([Material("a", (1.0, 1.0, 1.0))], colors=colors))
    np.testing.assert_array_equal(back.colors[np.lexsort(back.vertices.T)], colors[np.lexsort(square([0]).vertices.T)])
    assert tree["meshes"][0]["primitives"][0]["indices"] == 2


def test_textures_come_back_with_what_they_do_outside_of_them(tmp_path):
    picture = np.random.default_rng(0).integers(0, 256, (8, 16, 3)).astype(np.uint8)
    wrapped = texture_from_image(picture, ("clamp", "mirror"))
    uv = np.float32([[0, 0], [1, 0], [1, 0.75], [0, 0.75]])
    shown = [Material("a", (0.5, 1.0, 0.25), wrapped), Material("b", (1.0, 1.0, 1.0), wrapped)]
    back, tree = written(tmp_path, square(shown, uv=uv))
    assert len(tree["images"]) == 1
    for material, before in zip(back.materials, shown, strict=True):
        np.testing.assert_array_equal(material.texture.levels[0], picture)
        assert material.texture.wrap == ("clamp", "mirror")
        np.testing.assert_allclose(material.color, before.color, atol=1e-6)
    uv_of = {tuple(v): tuple(c) for v, c in zip(back.vertices[:, :2].tolist(), back.uv.tolist(), strict=True)}
    assert uv_of == {(0, 0): (0, 0), (1, 0): (1, 0), (1, 1): (1, 0.75), (0, 1): (0, 0.75)}
    read = trimesh.load_scene(tmp_path / "m.glb").to_mesh()
    assert read.bounds.tolist() == [[0, 0, 0], [1, 1, 0]]
    assert tree["materials"][0]["doubleSided"]


def test_jpeg_is_there_for_large_textures(tmp_path):
    texture = texture_from_image(np.full((8, 8, 3), 90, np.uint8))
    uv = np.zeros((4, 2), np.float32)
    back, tree = written(tmp_path, square([Material("a", (1.0, 1.0, 1.0), texture)], uv=uv), "jpg")
    assert tree["images"][0]["mimeType"] == "image/jpeg"
    assert np.abs(back.materials[0].texture.levels[0].astype(int) - 90).max() <= 2


def test_light_that_is_given_off_comes_back(tmp_path):
    lamp, sky, half = (
        Material("lamp", glow=(4.0, 2.0, 0.5)),
        Material("sky", emission=1.0),
        Material("tv", emission=0.5),
    )
    back, tree = written(tmp_path, square([lamp, sky]))
    assert [m.glow for m in back.materials] == [(4.0, 2.0, 0.5), (0, 0, 0)]
    assert [m.emission for m in back.materials] == [0, 1]
    assert tree["extensionsUsed"] == ["KHR_materials_emissive_strength", "KHR_materials_unlit"]
    back, tree = written(tmp_path, square([half]))
    linear = ((0.7 + 0.055) / 1.055) ** 2.4
    np.testing.assert_allclose(tree["materials"][0]["emissiveFactor"], [linear / 2] * 3)
    np.testing.assert_allclose(tree["materials"][0]["pbrMetallicRoughness"]["baseColorFactor"], [linear / 2] * 3 + [1])


def test_normals_have_length_one_and_textures_without_coordinates_are_their_mean(tmp_path):
    normals = np.float32([[0, 0, 2], [0, 0, 0], [np.nan, 0, 0], [0, 1, 0]])
    grey = Material("a", (1.0, 1.0, 1.0), texture_from_image(np.full((2, 2, 3), 128, np.uint8)))
    back, tree = written(tmp_path, square([grey], normals=normals))
    np.testing.assert_allclose(np.linalg.norm(back.normals, axis=1), 1, atol=1e-6)
    assert back.uv is None
    np.testing.assert_allclose(back.materials[0].color, [128 / 255] * 3, atol=0.003)
    assert "images" not in tree


def test_built_in_rooms_and_objects_need_no_place(tmp_path):
    config = GenerationConfig(
        rooms=1, pairs_per_room=1, size=Size(64, 48), layers=LAYERS, objects=ObjectsConfig(objects=Range(4, 4))
    )
    quiet = Display(Console(file=StringIO()))
    render(config, tmp_path / "run", codec="gzip", crew=Crew("inline"), cache=None, display=quiet)
    export_run(tmp_path / "run", tmp_path / "out", ExportChoice("glb", pictures="jpg"))
    (path,) = (tmp_path / "out").glob("*.glb")
    tree, _ = parts(path)
    assert len(tree["images"]) > 3
    assert trimesh.load_scene(path).bounds[1, 1] > 2  # the ceiling


# ---- what cannot be had


def refused(run, tmp_path, kind=UsageError, **changes):
    with pytest.raises(kind) as caught:
        export_run(run, tmp_path / "out", ExportChoice("glb", **changes))
    assert "\n" not in str(caught.value)
    assert not (tmp_path / "out").exists()
    return str(caught.value)


ADVICE = "name the folders it was made from with --room-source and --object-source"


def test_meshes_that_are_not_at_hand(run, tmp_path):
    said = refused(run, tmp_path)
    assert "the meshes are not at hand (room source 'folder' lacks its folder" in said
    assert said.endswith(ADVICE)
    said = refused(run, tmp_path, sources=sources(run) | {"object_source": f"folder:{tmp_path / 'no'}"})
    assert "does not exist" in said
    assert said.endswith(ADVICE)


def test_meshes_of_another_run(run, tmp_path):
    here = sources(run)
    (tmp_path / "rooms").mkdir()
    for name in ("room0", "room1", "room2"):
        solid = trimesh.creation.box((4, 3, 2.5))
        solid.export(tmp_path / "rooms" / f"{name}.ply")
    said = refused(run, tmp_path, sources=here | {"room_source": f"folder:{tmp_path / 'rooms'}"})
    assert said.endswith(f"room or objects there are not those that it was made from: {ADVICE}")
    (tmp_path / "rooms" / "room0.ply").unlink()
    (tmp_path / "rooms" / "room1.ply").unlink()
    said = refused(run, tmp_path, sources=here | {"room_source": f"folder:{tmp_path / 'rooms'}"})
    assert "the meshes are not at hand" in said
    assert said.endswith(ADVICE)


def test_a_mesh_that_cannot_be_read_leaves_nothing(run, tmp_path, monkeypatch):
    def broken(self, name):
        raise AssetError("unreadable", f"{name}: cut off")

    monkeypatch.setattr("scenegen.export.meshes.Meshes.object", broken)
    assert refused(run, tmp_path, AssetError, sources=sources(run)).endswith("cut off")


def test_imports_have_no_meshes(tmp_path):
    (tmp_path / "run").mkdir()
    content = make_content(samples=1, config_json=json.dumps({"imported_from": "tum"}))
    publish(tmp_path / "run" / "a.h5", encode_shard(content))
    said = refused(tmp_path / "run", tmp_path)
    assert said.endswith(
        "a.h5: was imported from tum, and --format glb needs the meshes of a rendered run: choose colmap or nerfstudio"
    )


def test_a_camera_that_gltf_cannot_hold():
    K = np.array([[50.0, 0, 31.5], [0, 60, 23.5], [0, 0, 1]])
    assert perspective_camera(K, 64, 48)["perspective"]["aspectRatio"] == pytest.approx(64 * 60 / (48 * 50))
    K[0, 2] = 32
    with pytest.raises(UsageError, match=r"a camera has its principal point at \(32, 23.5\), and cameras of glTF"):
        perspective_camera(K, 64, 48)


def test_a_file_beyond_four_gigabytes_is_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr(glb_file, "MOST_BYTES", 1000)
    said = refused(run, tmp_path, sources=sources(run))
    assert said.endswith("bytes, and a GLB has 1000 at most: choose --pictures jpg, or leave this room out")


def test_pieces_used_longest_ago_are_put_away(run):
    shards = ShardSet(run)
    meshes = open_meshes(shards.reader(0), sources(run), None)
    names = [str(name) for name in shards.reader(0).asset_ids][:2]
    kept = Pieces("png", limit=1)
    first = kept.piece(meshes, "object", names[0])
    assert kept.piece(meshes, "object", names[0]) is first
    kept.piece(meshes, "object", names[1])
    assert kept.piece(meshes, "object", names[0]) is not first


def test_the_command_knows_where_the_meshes_lie(run, tmp_path):
    def typed(*words):
        console = Console(file=StringIO(), width=120)
        return export(tyro.cli(ExportCommand, args=[str(word) for word in words]), console)

    assert typed(run, "--format", "glb", "--out", tmp_path / "out", "--max", 1) == 0
    assert len(list((tmp_path / "out").glob("*.glb"))) == 1
    with pytest.raises(UsageError, match="does not exist"):
        typed(run, "--format", "glb", "--out", tmp_path / "no", "--room-source", f"folder:{tmp_path}/no")
