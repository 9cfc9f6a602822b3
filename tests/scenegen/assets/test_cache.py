import multiprocessing
import os
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from model_files import cube, obj_text, write

from scenegen.assets.cache import AssetCache, CachedObjects, asset_key, cache_folder, cached
from scenegen.assets.folder_objects import FolderObjects
from scenegen.assets.mesh import Material, Mesh, texture_from_image
from scenegen.assets.packing import pack_asset, unpack_asset
from scenegen.assets.reading import read_mesh_file
from scenegen.assets.source import Defect, ObjectModel, Room
from scenegen.errors import AssetError

PICTURE = texture_from_image(np.arange(5 * 3 * 3, dtype=np.uint8).reshape(5, 3, 3))
GLOW = texture_from_image(np.full((2, 3, 3), 9, np.uint8), ("clamp", "mirror"))


def model(n: int = 0, scale: float = 1.0) -> ObjectModel:
    return ObjectModel(f"o/{n}", "müg", cube(scale), 1.5, (Defect("translucent", "glas: 3"),))


def room() -> Room:
    vertices, faces = cube().vertices, cube().faces
    shared = (
        Material("a", (0.1, 0.2, 0.3), PICTURE),
        Material("b", texture=PICTURE),
        Material("c", emission=0.5, glow=(0.5, 1.0, 9.0), glow_texture=GLOW),
    )
    mesh = Mesh(
        vertices,
        faces,
        (np.arange(12) % 3).astype(np.int32),
        shared,
        normals=vertices,
        uv=vertices[:, :2],
        colors=np.full((8, 3), 7, np.uint8),
        face_label=np.arange(12, dtype=np.int32),
    )
    return Room("005", mesh, np.float32(2.5), {np.int64(3): "chair", 0: "unknown"})  # pyright: ignore[reportArgumentType]


def assert_same(a, b) -> None:
    assert type(a) is type(b)
    assert [getattr(a, f.name) for f in fields(a) if f.name != "mesh"] == [
        getattr(b, f.name) for f in fields(b) if f.name != "mesh"
    ]
    for name in (f.name for f in fields(Mesh) if f.name != "materials"):
        x, y = getattr(a.mesh, name), getattr(b.mesh, name)
        assert (x is None) == (y is None), name
        if x is not None:
            np.testing.assert_array_equal(x, y)
            assert x.dtype == y.dtype
    for m, n in zip(a.mesh.materials, b.mesh.materials, strict=True):
        assert (m.name, m.color, m.emission, m.glow) == (n.name, n.color, n.emission, n.glow)
        for t, u in ((m.texture, n.texture), (m.glow_texture, n.glow_texture)):
            assert (t is None) == (u is None)
            if t is not None:
                assert t.wrap == u.wrap
                for x, y in zip(t.levels, u.levels, strict=True):
                    np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize("asset", [model(), room()])
def test_what_goes_in_comes_out(tmp_path, asset):
    cache = AssetCache(tmp_path)
    assert cache.get("k") is None
    assert cache.put("k", asset)
    assert_same(cache.get("k"), asset)


def test_shared_textures_stay_shared():
    again = unpack_asset(pack_asset(room()))
    assert again.mesh.materials[0].texture is again.mesh.materials[1].texture


def test_what_is_not_plain_data_is_not_kept(tmp_path):
    class Painted(Material):
        pass

    odd = ObjectModel("o", "mug", Mesh(cube().vertices, cube().faces, cube().face_material, (Painted("p"),)), 1.0)
    assert not AssetCache(tmp_path).put("k", odd)
    assert list(tmp_path.iterdir()) == []


def test_building_happens_once_and_failures_are_not_kept(tmp_path):
    cache, calls = AssetCache(tmp_path), []

    def build() -> ObjectModel:
        calls.append(1)
        if len(calls) == 1:
            raise AssetError("empty", "nothing")
        return model()

    with pytest.raises(AssetError):
        cached(cache, "k", build)
    for _ in range(3):
        assert_same(cached(cache, "k", build), model())
    assert len(calls) == 2
    assert_same(cached(None, "k", build), model())
    assert len(calls) == 3


@pytest.mark.parametrize("damage", ["cut", "empty", "flip", "rubbish", "pickle"])
def test_damaged_files_are_made_again(tmp_path, damage):
    cache = AssetCache(tmp_path)
    cache.put("k", room())
    path = next(tmp_path.iterdir())
    data = bytearray(path.read_bytes())
    middle = data.index(cube().vertices.tobytes()) + 40
    data[middle] ^= 1
    new = {"cut": data[: len(data) // 2], "empty": b"", "flip": data, "rubbish": b"PK\3\4" + bytes(500)}.get(damage)
    if new is None:
        np.savez(tmp_path / "x.npz", header=np.array([object()], dtype=object))
        new = (tmp_path / "x.npz").read_bytes()
    path.write_bytes(new)
    assert cache.get("k") is None
    assert_same(cached(cache, "k", room), room())
    assert_same(cache.get("k"), room())


def test_the_least_recently_used_go_first(tmp_path):
    cache = AssetCache(tmp_path)
    for n in range(6):
        cache.put(f"k{n}", model(n))
        os.utime(tmp_path / f"k{n}.npz", ns=(n * 10**9, n * 10**9))
    assert cache.get("k0") is not None  # now the most recent
    one = (tmp_path / "k0.npz").stat().st_size
    small = AssetCache(tmp_path, max_bytes=3 * one + one // 2)
    assert small.trim() == 3 * one
    assert [n for n in range(6) if small.get(f"k{n}") is not None] == [0, 4, 5]


def test_writing_keeps_the_limit(tmp_path):
    AssetCache(tmp_path).put("k", model())
    one = next(tmp_path.iterdir()).stat().st_size
    cache = AssetCache(tmp_path, max_bytes=4 * one)
    for n in range(20):
        assert cache.put(f"k{n}", model(n))
    assert sum(p.stat().st_size for p in tmp_path.iterdir()) <= 4 * one
    assert not AssetCache(tmp_path, max_bytes=100).put("big", model())


def test_a_folder_that_cannot_be_written_is_done_without(tmp_path):
    write(tmp_path / "file", "x")
    cache = AssetCache(tmp_path / "file" / "below")
    assert not cache.put("k", model())
    assert_same(cached(cache, "k", model), model())


def test_keys_depend_on_source_kind_and_version(monkeypatch):
    keys = {asset_key("object", "a"), asset_key("object", "b"), asset_key("room", "a")}
    monkeypatch.setattr("scenegen.assets.cache.LOADER_VERSION", 99)
    assert len(keys | {asset_key("object", "a")}) == 4


def test_where_the_cache_lies(monkeypatch, tmp_path):
    monkeypatch.setenv("SCENEGEN_CACHE", str(tmp_path / "own"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "own"
    monkeypatch.delenv("SCENEGEN_CACHE")
    assert cache_folder() == tmp_path / "xdg" / "scenegen"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_folder() == Path.home() / ".cache" / "scenegen"


def test_a_cached_source_reads_files_once_and_sees_changes(tmp_path, monkeypatch):
    write(tmp_path / "src/a.obj", obj_text())
    source = CachedObjects(FolderObjects(tmp_path / "src"), AssetCache(tmp_path / "cache"))
    first = source.load("a")
    with monkeypatch.context() as patch:
        patch.setattr(FolderObjects, "load", lambda *_: pytest.fail("parsed again"))
        assert_same(source.load("a"), first)
    write(tmp_path / "src/a.obj", obj_text(faces=cube().faces[:4]))
    assert len(source.load("a").mesh.faces) == 4


def _work(folder: str, seed: int) -> None:
    """Read and write a few keys under a limit that holds only some of them."""
    rng = np.random.default_rng(seed)
    cache = AssetCache(Path(folder), max_bytes=20_000)
    for n in rng.integers(0, 12, 60).tolist():
        asset = cached(cache, f"k{n}", lambda n=n: model(n, scale=n + 1.0))
        assert asset.id == f"o/{n}"
        assert asset.mesh.vertices.max() == n + 1.0


def test_many_workers_share_one_folder(tmp_path):
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_work, args=(str(tmp_path), s)) for s in range(4)]
    for w in workers:
        w.start()
    for w in workers:
        w.join()
    assert [w.exitcode for w in workers] == [0] * 4
    assert not list(tmp_path.glob("*.part"))


def test_a_large_room_comes_back_from_the_cache_as_it_was(shared_data, tmp_path):
    path = shared_data / "rooms/redkitchen/redkitchen.ply"
    mesh, _ = read_mesh_file(path)
    cache = AssetCache(tmp_path)
    cache.put("k", Room("kitchen", mesh, 2.7, {}))
    found = cache.get("k")
    assert found is not None
    np.testing.assert_array_equal(found.mesh.vertices, mesh.vertices)
    np.testing.assert_array_equal(found.mesh.faces, mesh.faces)
