"""The tree of nodes: which meshes a scene shows, and where.

Format: glTF 2.0, sections 3.5 (scenes, nodes, transformations), 3.7.3 (skins) and EXT_mesh_gpu_instancing. The scene
shown is the one that the file names, else its first, else all of its nodes; a file without nodes shows each mesh once.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.gltf.accessors import accessor, numbers_of
from scenegen.assets.gltf.buffers import Buffers
from scenegen.assets.gltf.tree import Tree, branch, entries, entry, extension, number, numbers, whole_number
from scenegen.assets.polygons import ranges

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
_INSTANCING = "EXT_mesh_gpu_instancing"


@dataclass(frozen=True, eq=False)
class MeshInstances:
    """A mesh, in one shape, at all its places."""

    mesh: int
    weights: tuple[float, ...]
    """Of its morph targets."""
    T_world_mesh: F64
    """(n, 4, 4) float64."""
    T_world_joints: F64 | None = None
    """(j, 4, 4) of a skinned mesh: from the mesh as modelled, by each joint; its nodes' own places do not count."""


def placed_meshes(buffers: Buffers) -> list[MeshInstances]:
    """All meshes of the scene that is shown. Raises ValueError on malformed trees and rings."""
    tree = buffers.tree
    nodes = entries(tree, "nodes")
    if not nodes:
        return [MeshInstances(k, _weights({}, m), np.eye(4)[None]) for k, m in enumerate(entries(tree, "meshes"))]
    parents = _parents(nodes)
    T_world = world_transforms(parents, local_transforms(nodes))
    groups: dict[tuple[int, int | None, tuple[float, ...]], list[F64]] = {}
    for at in _shown(tree, nodes):
        node = nodes[at]
        if node.get("mesh") is not None:
            mesh = entry(tree, "meshes", node["mesh"])
            skin = None if node.get("skin") is None else whole_number(node["skin"], "skin")
            key = (whole_number(node["mesh"], "mesh"), skin, _weights(node, mesh))
            groups.setdefault(key, []).append(T_world[at] @ _instances(node, buffers))
    return [_placed(*key, np.concatenate(T), T_world, buffers) for key, T in groups.items()]


def local_transforms(nodes: list[Tree]) -> F64:
    """(N, 4, 4) float64 `T_parent_node` of each: its matrix, or translation x rotation x scale. Raises ValueError."""
    T = _composed(
        np.array([numbers(n, "translation", (0, 0, 0)) for n in nodes]),
        np.array([numbers(n, "rotation", (0, 0, 0, 1)) for n in nodes]),
        np.array([numbers(n, "scale", (1, 1, 1)) for n in nodes]),
    )
    for k, node in enumerate(nodes):
        if node.get("matrix") is not None:
            T[k] = numbers(node, "matrix", (0,) * 16).reshape(4, 4).T
    return T


def world_transforms(parents: I64, T_parent: F64) -> F64:
    """(N, 4, 4) `T_world_node` of a forest: (N,) the parent of each node, -1 for none. Raises ValueError on a ring."""
    T_world = T_parent.copy()
    order = np.argsort(parents, kind="stable")
    starts = np.searchsorted(parents[order], np.arange(len(parents) + 1))
    level = np.flatnonzero(parents < 0)
    seen = 0
    while len(level):
        seen += len(level)
        level = order[ranges(starts[level], starts[level + 1] - starts[level])]
        T_world[level] = T_world[parents[level]] @ T_parent[level]
    if seen < len(parents):
        raise ValueError("nodes of the scene hang below each other in a ring")
    return T_world


def _composed(translations: F64, quaternions: F64, scales: F64) -> F64:
    """(N, 4, 4) of (N, 3), (N, 4) as x, y, z, w of any length but 0, which turns nothing, and (N, 3)."""
    lengths = np.linalg.norm(quaternions, axis=1, keepdims=True)
    x, y, z, w = np.where(lengths > 0, quaternions / np.where(lengths > 0, lengths, 1), (0, 0, 0, 1)).T
    T = np.zeros((len(translations), 4, 4))
    T[:, 0, :3] = np.stack([1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], axis=1)
    T[:, 1, :3] = np.stack([2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], axis=1)
    T[:, 2, :3] = np.stack([2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], axis=1)
    T[:, :3, :3] *= scales[:, None, :]
    T[:, :3, 3], T[:, 3, 3] = translations, 1
    return T


def _parents(nodes: list[Tree]) -> I64:
    """(N,) the node that each hangs below, -1 for none. Raises ValueError where one hangs below two."""
    parents = np.full(len(nodes), -1, np.int64)
    for at, node in enumerate(nodes):
        for child in _indices(node, "children", len(nodes)):
            if parents[child] not in (-1, at):
                raise ValueError(f"node {child} hangs below two others")
            parents[child] = at
    return parents


def _indices(tree: Tree, key: str, count: int) -> list[int]:
    """A list of indices below `count`. Raises ValueError."""
    found = tree.get(key)
    if found is not None and not isinstance(found, list):
        raise ValueError(f"{key} is no list")
    out = [whole_number(k, key) for k in found or []]
    if any(k >= count for k in out):
        raise ValueError(f"one of {key} is not there")
    return out


def _shown(tree: Tree, nodes: list[Tree]) -> list[int]:
    """The nodes of the scene that is shown, in order, without those that are hidden. Raises ValueError."""
    scenes = entries(tree, "scenes")
    if scenes or tree.get("scene") is not None:
        pending = _indices(entry(tree, "scenes", tree.get("scene", 0)), "nodes", len(nodes))
    else:
        pending = list(range(len(nodes)))
    seen: set[int] = set()
    while pending:
        at = pending.pop()
        hidden = extension(nodes[at], "KHR_node_visibility") or {}
        if at not in seen and hidden.get("visible") is not False:
            seen.add(at)
            pending += _indices(nodes[at], "children", len(nodes))
    return sorted(seen)


def _weights(node: Tree, mesh: Tree) -> tuple[float, ...]:
    """Weights of morph targets: the node's own, else the mesh's. Raises ValueError."""
    found = mesh.get("weights") if node.get("weights") is None else node["weights"]
    if found is not None and not isinstance(found, list):
        raise ValueError("weights are no list")
    return tuple(number(w, "a weight") for w in found or [])


def _instances(node: Tree, buffers: Buffers) -> F64:
    """(n, 4, 4) where a node shows its mesh, in its own frame. Raises ValueError."""
    found = extension(node, _INSTANCING)
    if found is None:
        return np.eye(4)[None]
    attributes = branch(found, "attributes")
    names = ("TRANSLATION", "ROTATION", "SCALE")
    given = {n: numbers_of(accessor(buffers, attributes[n])) for n in names if n in attributes}
    counts = {len(rows) for rows in given.values()}
    if len(counts) != 1 or any(rows.shape[1] != (4 if n == "ROTATION" else 3) for n, rows in given.items()):
        raise ValueError("instances of a mesh without places, or with places that do not match")
    count = counts.pop()
    defaults = ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0, 1.0), (1.0, 1.0, 1.0))
    rows = [given.get(n, np.tile(d, (count, 1))) for n, d in zip(names, defaults, strict=True)]
    return _composed(rows[0], rows[1], rows[2])


def _placed(
    mesh: int, skin: int | None, weights: tuple[float, ...], T: F64, T_world: F64, buffers: Buffers
) -> MeshInstances:
    """A mesh with its places and, if it is skinned, its joints."""
    if skin is None:
        return MeshInstances(mesh, weights, T)
    return MeshInstances(mesh, weights, T, _joints(entry(buffers.tree, "skins", skin), T_world, buffers))


def _joints(skin: Tree, T_world: F64, buffers: Buffers) -> F64:
    """(j, 4, 4) joint x inverse bind matrix, in rest pose. Raises ValueError."""
    joints = np.array(_indices(skin, "joints", len(T_world)), np.int64)
    if skin.get("inverseBindMatrices") is None:
        return T_world[joints]
    inverse = numbers_of(accessor(buffers, skin["inverseBindMatrices"]))
    if inverse.shape[1] != 16 or len(inverse) < len(joints):
        raise ValueError("a skin with fewer matrices than joints")
    return T_world[joints] @ inverse[: len(joints)].reshape(-1, 4, 4).transpose(0, 2, 1)
