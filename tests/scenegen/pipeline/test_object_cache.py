"""Objects in memory: loaded once, the oldest put away first, and what each of them takes."""

from dataclasses import dataclass, field, replace

import numpy as np
import pytest
import scenes

from scenegen.assets.mesh import Material, Mesh, texture_from_image
from scenegen.assets.source import ObjectModel
from scenegen.errors import AssetError
from scenegen.pipeline.object_cache import ObjectCache, memory_bytes
from scenegen.rendering.surfaces import build_table


@dataclass
class Counting:
    loads: list = field(default_factory=list)

    def load(self, object_id):
        self.loads.append(object_id)
        if object_id == "bad":
            raise AssetError("unreadable", "bad: cannot be read")
        return ObjectModel(object_id, "box", scenes.box((0, 0, 0), (1, 1, 1)), 1.7)


def test_objects_are_loaded_once_and_the_oldest_put_away_first():
    source = Counting()
    cache = ObjectCache(source, limit=2 * memory_bytes(scenes.box((0, 0, 0), (1, 1, 1))))
    for name in ("a", "b", "a", "c", "a", "b"):
        assert cache.load(name).model.id == name
    assert source.loads == ["a", "b", "c", "b"]


def test_an_object_larger_than_the_cache_is_still_served():
    cache = ObjectCache(Counting(), limit=1)
    assert cache.load("a").model.id == "a"
    assert cache.load("b").model.id == "b"


def test_a_broken_object_is_not_kept():
    cache = ObjectCache(Counting())
    with pytest.raises(AssetError, match="bad: cannot be read"):
        cache.load("bad")


def test_memory_counts_every_texture_once():
    texture = texture_from_image(np.zeros((64, 64, 3), np.uint8))
    clamped = replace(texture, wrap=("clamp", "clamp"))
    glow = texture_from_image(np.zeros((32, 16, 3), np.uint8))
    plain = scenes.box((0, 0, 0), (1, 1, 1))
    painted = Mesh(
        plain.vertices,
        plain.faces,
        plain.face_material,
        (Material("a", texture=texture, glow_texture=glow), Material("b", texture=clamped)),
    )
    table = build_table(replace(painted, uv=np.zeros((8, 2), np.float32), materials=painted.materials[:1]))
    assert table.pool is not None
    kept = sum(level.nbytes for t in (texture, glow) for level in t.levels)
    drawn = table.pool.texels.nbytes + 4 * sum(level.size // 3 for level in glow.levels)
    assert memory_bytes(painted) - memory_bytes(plain) == kept + drawn
