"""The JSON part of a glTF file, looked at before trimesh reads it: what it claims, and what it would lose.

A few kilobytes of JSON can claim any amount of memory (accessors without data, views of the same bytes, a mesh
on a thousand nodes). All claims are added up here, and held against the bytes that are there.
"""

import json
from pathlib import Path
from typing import Any

from scenegen.assets.lookup import FolderResolver
from scenegen.errors import AssetError

MOST_PARTS = 100_000
"""Nodes, meshes, primitives, accessors, views or images of one file."""
_COMPONENTS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
_ITEM_BYTES = 4
_TIMES, _SPARE = 8, 16 << 20
"""Claims may be that many times the bytes that are there, and a little more: views and accessors may overlap."""
_JSON, _TRIANGLES, _STRIP = 0x4E4F534A, 4, 5
Tree = dict[str, Any]


def read_gltf(path: Path, resolver: FolderResolver, max_faces: int) -> tuple[Tree, bytes]:
    """The JSON of a .gltf or .glb with one primitive per mesh, and the whole file as bytes with that JSON in it.

    Raises AssetError `too_large` where it claims more than there is, `unreadable` where it is no GLB; ValueError,
    KeyError, TypeError and the like on a tree of another form.
    """
    data = path.read_bytes()
    binary = path.suffix.lower() == ".glb"
    length = int.from_bytes(data[12:16], "little")
    if binary and (data[:4] != b"glTF" or int.from_bytes(data[16:20], "little") != _JSON or 20 + length > len(data)):
        raise AssetError("unreadable", f"{path.name}: not a whole GLB file")
    tree = json.loads(data[20 : 20 + length] if binary else data)
    _check_counts(tree, path.name)
    _check_bytes(tree, len(data), resolver, path.name)
    _check_faces(tree, max_faces, path.name)
    tree = _one_primitive_each(tree)
    text = json.dumps(tree).encode()
    return tree, _glb(text, data[20 + length :]) if binary else text


def textured_names(tree: Tree) -> frozenset[str]:
    """Names of the materials that have a picture: trimesh drops one that is missing or damaged without a word."""
    materials = tree.get("materials", [])
    return frozenset(m.get("name", "") for m in materials if "baseColorTexture" in m.get("pbrMetallicRoughness", {}))


def _glb(text: bytes, rest: bytes) -> bytes:
    """A GLB with another JSON part."""
    text += b" " * (-len(text) % 4)
    head = (b"glTF", _u32(2), _u32(20 + len(text) + len(rest)), _u32(len(text)), _u32(_JSON))
    return b"".join((*head, text, rest))


def _u32(number: int) -> bytes:
    """Four bytes, little-endian."""
    return number.to_bytes(4, "little")


def _check_counts(tree: Tree, where: str) -> None:
    """Refuse a file of absurdly many parts. Raises AssetError `too_large`."""
    counts = {
        key: len(tree.get(key, [])) for key in ("nodes", "meshes", "accessors", "bufferViews", "images", "buffers")
    }
    counts["primitives"] = sum(len(m["primitives"]) for m in tree.get("meshes", []))
    for key, count in counts.items():
        if count > MOST_PARTS:
            raise AssetError("too_large", f"{where}: {count} {key}, more than {MOST_PARTS}")


def _check_bytes(tree: Tree, size: int, resolver: FolderResolver, where: str) -> None:
    """Refuse a file whose parts together claim far more bytes than there are. Raises AssetError `too_large`."""
    entries = [*tree.get("buffers", []), *tree.get("images", [])]
    names = [e["uri"] for e in entries if "uri" in e and "base64," not in e["uri"]]
    files = {name: resolver.size(name) for name in set(names)}
    claims = sum(files[name] for name in names)
    claims += sum(_count(v["byteLength"]) for v in tree.get("bufferViews", []))
    claims += sum(_count(a["count"]) * _COMPONENTS[a["type"]] * _ITEM_BYTES for a in tree.get("accessors", []))
    there = size + sum(files.values())
    if claims > _TIMES * there + _SPARE:
        raise AssetError("too_large", f"{where}: claims {claims} bytes of data, {there} are there")


def _check_faces(tree: Tree, max_faces: int, where: str) -> None:
    """Refuse more triangles than wanted, instances counted. Raises AssetError `too_large`."""
    counts = [a["count"] for a in tree.get("accessors", [])]
    sizes = [[_primitive_size(p, counts) for p in m["primitives"]] for m in tree.get("meshes", [])]
    totals = [(sum(v for v, _ in mesh), sum(f for _, f in mesh)) for mesh in sizes]
    shown = totals + [totals[n["mesh"]] for n in tree.get("nodes", []) if "mesh" in n]
    vertices, faces = sum(v for v, _ in shown), sum(f for _, f in shown)
    if faces > 2 * max_faces or vertices > 6 * max_faces:
        raise AssetError("too_large", f"{where}: {faces} triangles over {vertices} vertices, more than {max_faces}")


def _primitive_size(primitive: Tree, counts: list[int]) -> tuple[int, int]:
    """Vertices and, at most, triangles of a primitive."""
    vertices = counts[primitive["attributes"]["POSITION"]]
    corners = counts[primitive["indices"]] if "indices" in primitive else vertices
    return vertices, {_TRIANGLES: corners // 3, _STRIP: corners}.get(primitive.get("mode", _TRIANGLES), 0)


def _count(value: object) -> int:
    """A whole number that is not negative. Raises ValueError for anything else."""
    if type(value) is not int or value < 0:
        raise ValueError(f"a count of {value}")
    return value


def _one_primitive_each(tree: Tree) -> Tree:
    """The same scene with a mesh and a node for each primitive.

    trimesh would make the nodes and name them at random: parts came in another order at each reading, and two of
    one name were one.
    """
    meshes: list[Tree] = []
    new: list[list[int]] = []
    for mesh in tree.get("meshes", []):
        new.append(list(range(len(meshes), len(meshes) + len(mesh["primitives"]))))
        meshes += [{**mesh, "primitives": [p]} for p in mesh["primitives"]]
    nodes: list[Tree] = []
    more: list[Tree] = []
    for node in tree.get("nodes", []):
        parts = new[node["mesh"]] if "mesh" in node else []
        plain = {k: v for k, v in node.items() if k != "mesh"}
        if len(parts) == 1:
            plain["mesh"] = parts[0]
        elif parts:
            first = len(tree["nodes"]) + len(more)
            plain["children"] = [*node.get("children", []), *range(first, first + len(parts))]
            more += [{"mesh": k} for k in parts]
        nodes.append(plain)
    return tree | ({"meshes": meshes} if meshes else {}) | ({"nodes": nodes + more} if nodes else {})
