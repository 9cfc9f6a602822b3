"""Primitives put in their places: by the transforms of nodes and instances, or by the joints of a skin.

Format: glTF 2.0, sections 3.5.3 (what mirrors turns faces round), 3.7.3.3 (skinning).
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.gltf.accessors import Accessor
from scenegen.assets.gltf.materials import ShownMaterial
from scenegen.assets.gltf.nodes import MeshInstances
from scenegen.assets.gltf.primitives import Primitive, attribute
from scenegen.assets.gltf.textures import placed_uv
from scenegen.assets.mesh import F32, I32, U8, Material
from scenegen.errors import AssetError
from scenegen.srgb import linear_to_srgb

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
_NEXT, _LAST = np.array([1, 2, 0]), np.array([2, 0, 1])
_SETS = 8
"""Sets of four joints of a vertex that are looked at."""


@dataclass(frozen=True, eq=False)
class MeshPiece:
    """Triangles of one material in the world."""

    positions: F64
    """(N, 3)."""
    triangles: I32
    """(F, 3)."""
    material: Material
    normals: F32 | None
    uv: F32 | None
    colors: U8 | None


def placed_piece(primitive: Primitive, placed: MeshInstances, look: ShownMaterial) -> MeshPiece:
    """A primitive at all places of its mesh. Raises AssetError `bad_index`; ValueError."""
    picked, triangles = _compact(primitive.triangles, len(primitive.attributes["POSITION"].rows))
    positions = _rows(primitive, "POSITION", picked, placed.weights, 3)
    normals = _rows(primitive, "NORMAL", picked, placed.weights, 3)
    assert positions is not None
    T = _blended(primitive, picked, placed.T_world_joints)
    copies = 1
    if T is None:
        T, copies = placed.T_world_mesh[:, None], len(placed.T_world_mesh)
    turned = np.linalg.det(T[..., :3, :3]) < 0  # (copies, 1) or (1, N)
    uv, colors = _uv(primitive, picked, placed.weights, look), _colors(primitive, picked, placed.weights)
    return MeshPiece(
        positions=_moved(T, positions),
        triangles=_oriented(triangles, turned, len(picked), copies),
        material=look.material,
        normals=None if normals is None else _turned(T, turned, normals),
        uv=None if uv is None else np.tile(uv, (copies, 1)),
        colors=None if colors is None else np.tile(colors, (copies, 1)),
    )


def channels(primitive: Primitive) -> frozenset[int]:
    """Which sets of texture coordinates a primitive has."""
    names = (name.removeprefix("TEXCOORD_") for name in primitive.attributes if name.startswith("TEXCOORD_"))
    return frozenset(int(n) for n in names if n.isdecimal() and len(n) < 4)


def _compact(triangles: I64, count: int) -> tuple[I64, I64]:
    """The rows that triangles use, rising, and the triangles over those. Raises AssetError `bad_index`."""
    if triangles.size and triangles.max() >= count:
        raise AssetError("bad_index", "a face names a vertex that is not in the file")
    if count > 4 * triangles.size:
        picked, inverse = np.unique(triangles, return_inverse=True)
        return picked, inverse.reshape(-1, 3)
    used = np.zeros(count, bool)
    used[triangles] = True
    return np.flatnonzero(used), (np.cumsum(used) - 1)[triangles]


def _rows(primitive: Primitive, name: str, picked: I64, weights: tuple[float, ...], *widths: int) -> F64 | None:
    """(n, w) of an attribute, w one of the widths. Raises ValueError where it has another."""
    rows = attribute(primitive, name, picked, weights)
    if rows is not None and rows.shape[1] not in widths:
        raise ValueError(f"{name} of {rows.shape[1]} columns")
    return rows


def _moved(T: F64, points: F64) -> F64:
    """(copies x N, 3) of (copies, 1, 4, 4) or (1, N, 4, 4) applied to (N, 3)."""
    return (_applied(T[..., :3, :3], points) + T[..., :3, 3]).reshape(-1, 3)


def _applied(linear: F64, rows: F64) -> F64:
    """(copies, N, 3) of (copies, 1, 3, 3) or (1, N, 3, 3) applied to (N, 3)."""
    if linear.shape[1] == 1:
        return rows @ linear[:, 0].swapaxes(1, 2)
    return np.einsum("...ij,...j->...i", linear, rows)


def _turned(T: F64, turned: NDArray, normals: F64) -> F32:
    """Unit normals under the inverse transpose, up to a factor: under the cofactors, which a flat transform has too."""
    one, two = T[..., _NEXT, :3], T[..., _LAST, :3]
    cofactors = one[..., _NEXT] * two[..., _LAST] - one[..., _LAST] * two[..., _NEXT]
    out = _applied(np.where(turned[..., None, None], -cofactors, cofactors), normals).reshape(-1, 3)
    lengths = np.sqrt(np.einsum("ij,ij->i", out, out))[:, None]
    return (out / np.where(lengths > 0, lengths, 1)).astype(np.float32)


def _oriented(triangles: I64, turned: NDArray, count: int, copies: int) -> I32:
    """(copies x F, 3) with those turned round that a transform mirrors; of a skin's, by most of their corners."""
    out = triangles.astype(np.int32) + (np.arange(copies, dtype=np.int32) * count)[:, None, None]
    if copies == turned.size:
        out[turned[:, 0]] = out[turned[:, 0], :, ::-1]
    else:
        mirrored = turned[0][triangles].sum(1) > 1
        out[0, mirrored] = out[0, mirrored, ::-1]
    return out.reshape(-1, 3)


def _blended(primitive: Primitive, picked: I64, T_world_joints: F64 | None) -> F64 | None:
    """(1, N, 4, 4) of each vertex: its joints' by its weights, which are made to sum to 1; None where it has none."""
    sets = [k for k in range(_SETS) if f"JOINTS_{k}" in primitive.attributes and f"WEIGHTS_{k}" in primitive.attributes]
    if T_world_joints is None or not sets or not len(T_world_joints):
        return None
    joints = np.concatenate([_of(primitive, f"JOINTS_{k}", picked, False) for k in sets], axis=1).astype(np.int64)
    weights = np.concatenate([_of(primitive, f"WEIGHTS_{k}", picked, True) for k in sets], axis=1)
    if joints.shape != weights.shape:
        raise ValueError("joints and weights do not match")
    weights = np.where(np.isfinite(weights), np.maximum(weights, 0), 0)
    total = weights.sum(1, keepdims=True)
    weights = np.where(total > 0, weights / np.where(total > 0, total, 1), np.eye(1, weights.shape[1]))
    if (joints[weights > 0] >= len(T_world_joints)).any():
        raise AssetError("bad_index", "a vertex names a joint that is not in the file")
    T = np.zeros((len(picked), 4, 4))
    for k in range(joints.shape[1]):
        T += weights[:, k, None, None] * T_world_joints[np.minimum(joints[:, k], len(T_world_joints) - 1)]
    return T[None]


def _of(primitive: Primitive, name: str, picked: I64, normalized: bool) -> F64:
    """(n, width) of an attribute whose integers are, or are not, shares of their type's largest."""
    rows = attribute(
        replace(primitive, attributes={name: _as(primitive.attributes[name], normalized)}), name, picked, ()
    )
    assert rows is not None
    return rows


def _as(source: Accessor, normalized: bool) -> Accessor:
    """The same accessor with its integers read so."""
    return replace(source, normalized=normalized and source.rows.dtype.kind != "f")


def _uv(primitive: Primitive, picked: I64, weights: tuple[float, ...], look: ShownMaterial) -> F32 | None:
    """(N, 2) texture coordinates as the look wants them."""
    if look.placement is None:
        return None
    rows = _rows(primitive, f"TEXCOORD_{look.placement.channel}", picked, weights, 2)
    return None if rows is None else placed_uv(rows, look.placement).astype(np.float32)


def _colors(primitive: Primitive, picked: I64, weights: tuple[float, ...]) -> U8 | None:
    """(N, 3) sRGB bytes of COLOR_0, which is linear light; integers are always shares."""
    if "COLOR_0" not in primitive.attributes:
        return None
    named = {"COLOR_0": _as(primitive.attributes["COLOR_0"], True)}
    rows = _rows(replace(primitive, attributes=named), "COLOR_0", picked, weights, 3, 4)
    return None if rows is None else np.rint(255 * linear_to_srgb(np.nan_to_num(rows[:, :3]))).astype(np.uint8)
