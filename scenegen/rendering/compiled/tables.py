"""Surface tables as compiled code takes them: a tuple of arrays of one type each, empty where a mesh has none."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from scenegen.rendering.surfaces import Glow, SurfaceTable
from scenegen.rendering.texels import TexelPool

Array = NDArray[Any]


class Texels(NamedTuple):
    """A `TexelPool`."""

    texels: Array
    """(T,) uint32; empty where there is no texture."""
    levels: Array
    """(C * LEVELS, 3) int64 first texel, width and height."""
    wrap: Array
    """(C, 2) uint8 codes along u and v."""


class Table(NamedTuple):
    """A `SurfaceTable`; fields as there but for emptiness."""

    normals: Array
    """(F, 3) or (F, 12) float32."""
    uv: Array
    """(F, 8) float32."""
    colors: Array
    """(F, 3) uint64."""
    material: Array
    """(F,) int32."""
    palette: Array
    """(M, 3) float32."""
    tint: Array
    """(M, 3) float32."""
    emission: Array
    """(M,) float32."""
    texels: Texels
    radiance: Array
    """(M, 3) float32."""
    density: Array
    """(M,) float32."""
    glow: Texels
    plain: bool
    """Whether there is one material, which gives off no light."""


def as_tuple(table: SurfaceTable) -> Table:
    """The same table for compiled code."""
    glow = table.glow or Glow(np.empty((3, 0), np.float32), None, np.empty(0, np.float32))
    return Table(
        normals=np.ascontiguousarray(table.normals),
        uv=_or_empty(table.uv, np.float32, 8),
        colors=_or_empty(table.colors, np.uint64, 3),
        material=np.ascontiguousarray(table.material, np.int32),
        palette=np.ascontiguousarray(table.palette.T),
        tint=_or_empty(None if table.tint is None else table.tint.T, np.float32, 3),
        emission=np.empty(0, np.float32) if table.emission is None else table.emission,
        texels=_texels(table.pool),
        radiance=np.ascontiguousarray(glow.radiance.T),
        density=np.ascontiguousarray(glow.density),
        glow=_texels(glow.pool),
        plain=table.is_plain,
    )


def _or_empty(rows: Array | None, kind: Any, width: int) -> Array:
    """(N, width) contiguous rows, none of them where there are none."""
    return np.empty((0, width), kind) if rows is None else np.ascontiguousarray(rows)


def _texels(pool: TexelPool | None) -> Texels:
    """A pool, or an empty one."""
    if pool is None:
        return Texels(np.empty(0, np.uint32), np.empty((0, 3), np.int64), np.empty((0, 2), np.uint8))
    levels = np.stack([pool.offset, pool.width, pool.height], axis=1).astype(np.int64)
    chains = len(pool.offset) and len(levels)
    wrap = np.zeros((chains, 2), np.uint8) if pool.wrap is None else np.stack(pool.wrap, axis=1)
    return Texels(pool.texels, levels, np.ascontiguousarray(wrap))
