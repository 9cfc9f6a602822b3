"""Primitives: the triangles of a mesh and what its vertices carry, before they are put in their place.

Format: glTF 2.0, section 3.7.2 (modes, attributes, morph targets).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.gltf import draco
from scenegen.assets.gltf.accessors import Accessor, accessor, declared, numbers_of, taken_rows
from scenegen.assets.gltf.buffers import Buffers
from scenegen.assets.gltf.tree import Tree, branch, entries, entry, extension, whole_number

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
_TRIANGLES, _STRIP, _FAN = 4, 5, 6


@dataclass(frozen=True, eq=False)
class Primitive:
    """A primitive's attributes by name, its triangles over their rows, and its morph targets."""

    attributes: dict[str, Accessor]
    triangles: I64
    """(F, 3)."""
    targets: tuple[dict[str, Accessor], ...]


def shows_area(primitive: Tree) -> bool:
    """Whether it is made of triangles, and not of points or lines, or of nothing."""
    solid = primitive.get("mode", _TRIANGLES) in (_TRIANGLES, _STRIP, _FAN)
    return solid and "POSITION" in branch(primitive, "attributes")


def triangle_claim(buffers: Buffers, primitive: Tree) -> int:
    """Triangles that a primitive says it has, without reading them. Raises ValueError."""
    packed = extension(primitive, draco.NAME)
    if packed is not None:
        return draco.claims(bytes(buffers.view(packed.get("bufferView")).data))[0]
    corners = primitive["indices"] if primitive.get("indices") is not None else primitive["attributes"]["POSITION"]
    count, _, _ = declared(entry(buffers.tree, "accessors", corners))
    return count // 3 if primitive.get("mode", _TRIANGLES) == _TRIANGLES else max(0, count - 2)


def read_primitive(buffers: Buffers, primitive: Tree, where: str, most_faces: int) -> Primitive:
    """A primitive that `shows_area`, with the rows of its attributes not yet taken.

    Raises ValueError where it is malformed; see `Buffers.view`, `draco.decode_stream`.
    """
    targets = tuple(_accessors(buffers, t) for t in entries(primitive, "targets"))
    packed = extension(primitive, draco.NAME)
    if packed is not None:
        return _unpacked(buffers, primitive, packed, targets, where, most_faces)
    attributes = _accessors(buffers, branch(primitive, "attributes"))
    if primitive.get("indices") is None:
        corners = np.arange(len(attributes["POSITION"].rows))
    else:
        corners = _corners(accessor(buffers, primitive["indices"]))
    return Primitive(attributes, triangulated(corners, primitive.get("mode", _TRIANGLES)), targets)


def attribute(primitive: Primitive, name: str, picked: I64, weights: tuple[float, ...]) -> F64 | None:
    """(n, width) float64 of the rows picked, morph targets added; None where the primitive has none of that name.

    Raises AssetError `bad_index`; ValueError.
    """
    if name not in primitive.attributes:
        return None
    rows = numbers_of(primitive.attributes[name], picked)
    for weight, target in zip(weights, primitive.targets, strict=False):
        if weight and name in target:
            more = numbers_of(target[name], picked)
            if more.shape[1] > rows.shape[1]:
                raise ValueError(f"a morph target of {name} has more columns than it")
            rows[:, : more.shape[1]] += weight * more
    return rows


def triangulated(corners: I64, mode: int) -> I64:
    """(F, 3) triangles over the (n,) corners of a list, a strip (every other one turned) or a fan."""
    if mode == _TRIANGLES:
        return corners[: len(corners) // 3 * 3].reshape(-1, 3)
    at = np.arange(max(0, len(corners) - 2))
    if mode == _FAN:
        return np.stack([corners[at + 1], corners[at + 2], corners[at * 0]], axis=1)
    return np.stack([corners[at], corners[at + 1 + at % 2], corners[at + 2 - at % 2]], axis=1)


def _corners(indices: Accessor) -> I64:
    """(n,) indices. Raises ValueError where they are no whole numbers."""
    raw = taken_rows(indices)
    if raw.dtype.kind == "f" or raw.shape[1] != 1:
        raise ValueError("indices are no whole numbers")
    return raw[:, 0].astype(np.int64)


def _accessors(buffers: Buffers, attributes: Tree) -> dict[str, Accessor]:
    """The accessor of each attribute that is of use."""
    return {name: accessor(buffers, index) for name, index in attributes.items() if _of_use(name)}


def _of_use(name: str) -> bool:
    """Whether an attribute is looked at."""
    return name in ("POSITION", "NORMAL", "COLOR_0") or name.startswith(("TEXCOORD_", "JOINTS_", "WEIGHTS_"))


def _unpacked(
    buffers: Buffers,
    primitive: Tree,
    packed: Tree,
    targets: tuple[dict[str, Accessor], ...],
    where: str,
    most_faces: int,
) -> Primitive:
    """A primitive compressed by Draco; attributes that are not in the stream come as they would else."""
    data = bytes(buffers.view(packed.get("bufferView")).data)
    faces, vertices = draco.claims(data)
    if faces > most_faces or vertices > 3 * most_faces:
        raise ValueError(f"Draco data claim {faces} faces and {vertices} vertices")
    decoded = draco.decode_stream(data, where)
    inside = {name: whole_number(k, name) for name, k in branch(packed, "attributes").items()}
    plain = branch(primitive, "attributes")
    attributes = _accessors(buffers, {name: index for name, index in plain.items() if name not in inside})
    for name, key in inside.items():
        if _of_use(name) and name in plain:
            if key not in decoded.attributes:
                raise ValueError(f"Draco data lack {name}")
            row = entry(buffers.tree, "accessors", plain[name])
            _, _, dtype = declared(row)  # DracoPy gives positions as floats, whatever they are
            normalized = row.get("normalized") is True and dtype.kind != "f"
            attributes[name] = Accessor(decoded.attributes[key].astype(dtype), normalized)
    return Primitive(attributes, decoded.triangles, targets)
