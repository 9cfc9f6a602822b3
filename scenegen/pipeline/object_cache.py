"""Objects that one worker has met and keeps in memory for the next arrangements."""

from scenegen.assets.mesh import Mesh
from scenegen.assets.source import ObjectSource
from scenegen.recent import Recent
from scenegen.staging.objects import LoadedObject, loaded_object

SHELF_BYTES = 300 << 20
"""Memory for objects kept for the next layouts."""
TRIANGLE_BYTES = 250
"""Memory of a triangle, all told: mesh, BVH, shading table."""

TEXEL_BYTES = 3 + 4
"""Memory of a texel of any mip level: its colour, and the renderer's word of it."""


class ObjectCache:
    """Objects with their BVHs, the least recently used ones put away first."""

    def __init__(self, source: ObjectSource, limit: int = SHELF_BYTES) -> None:
        self._source = source
        self._objects: Recent[str, LoadedObject] = Recent(lambda each: memory_bytes(each.model.mesh), limit)

    def load(self, object_id: str) -> LoadedObject:
        """The object, from memory or from its source. Raises AssetError where it cannot be used."""
        return self._objects.get(object_id, lambda: loaded_object(self._source.load(object_id)))


def memory_bytes(mesh: Mesh) -> int:
    """Memory that an object takes once it was drawn: triangles, mip levels, the renderer's words of their texels."""
    used = [t for m in mesh.materials for t in (m.texture, m.glow_texture) if t is not None]
    texels = sum(level.size // 3 for levels in {id(t.levels): t.levels for t in used}.values() for level in levels)
    return TRIANGLE_BYTES * len(mesh.faces) + TEXEL_BYTES * texels
