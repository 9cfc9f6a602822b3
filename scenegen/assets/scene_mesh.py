"""glTF, GLB and STL to a mesh: trimesh parses, scene transforms are applied here."""

import io
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray

from scenegen.assets.corners import I64, rgb_bytes, unique_corners
from scenegen.assets.gltf import read_gltf, textured_names
from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.lookup import FolderResolver
from scenegen.assets.mesh import U8, Material, Mesh, concatenate
from scenegen.assets.shelf import Picture, TextureShelf
from scenegen.assets.source import Defect
from scenegen.errors import AssetError


def read_scene(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """One mesh of all parts of a scene and what is wrong with it; files are looked for below `root` only.

    Raises AssetError `no_faces`, `too_large` (see `read_gltf`), `unreadable`; anything that trimesh raises on a
    damaged file.
    """
    resolver = FolderResolver(root, path.parent)
    suffix = path.suffix[1:].lower()
    tree, data = ({}, _stl(path)) if suffix == "stl" else read_gltf(path, resolver, limits.max_faces)
    with_picture = textured_names(tree)
    scene = trimesh.load_scene(io.BytesIO(data), file_type=suffix, resolver=resolver, process=False)
    shelf = TextureShelf(root, path.parent, limits.max_texels)
    materials: dict[int, Material] = {}
    meshes, defects = [], []
    for node, T_world_part in _placed(scene.graph):
        part = scene.geometry[scene.graph.transforms.node_data[node]["geometry"]]
        if isinstance(part, trimesh.Trimesh) and len(part.faces):
            _check_faces(part, path.name)
            material, more = _material(part, shelf, materials)
            meshes.append(_mesh(part, T_world_part, material))
            defects += [*more, *_lost(part, with_picture)]
    if not meshes:
        raise AssetError("no_faces", f"{path.name}: no triangles")
    defects += [Defect("missing_texture", n) for n in dict.fromkeys(resolver.missing + resolver.refused)]
    defects += [Defect("outside_root", n) for n in dict.fromkeys(resolver.refused)]
    return concatenate(meshes), shelf.defects + list(dict.fromkeys(defects))


def _stl(path: Path) -> bytes:
    """The file; one that is not binary as UTF-8, which trimesh would else guess at."""
    data = path.read_bytes()
    binary = len(data) == 84 + 50 * int.from_bytes(data[80:84], "little")
    return data if binary else data.decode("utf-8", "replace").encode()


def _placed(graph: Any) -> list[tuple[str, NDArray]]:
    """Nodes that show something, by name, each with its (4, 4) `T_world_node`; every node is looked at once.

    Raises AssetError `unreadable` where nodes hang below each other in a ring.
    """
    parents, edges = graph.transforms.parents, graph.transforms.edge_data
    known: dict[Any, NDArray] = {graph.base_frame: np.eye(4)}
    for node in sorted(graph.nodes_geometry):
        chain = [node]
        while chain[-1] not in known:
            above = parents.get(chain[-1])
            if above is None or len(chain) > len(parents):
                raise AssetError("unreadable", "nodes of the scene hang in a ring, or on nothing")
            chain.append(above)
        for above, below in zip(chain[:0:-1], chain[-2::-1], strict=True):
            known[below] = known[above] @ edges[above, below].get("matrix", np.eye(4))
    return [(node, known[node]) for node in sorted(graph.nodes_geometry)]


def _check_faces(part: Any, where: str) -> None:
    """Refuse a part whose faces look at vertices that are not there. Raises AssetError `bad_index`."""
    if part.faces.min() < 0 or part.faces.max() >= len(part.vertices):
        raise AssetError("bad_index", f"{where}: a face names a vertex that is not in the file")


def _material(part: Any, shelf: TextureShelf, known: dict[int, Material]) -> tuple[Material, list[Defect]]:
    """The part's material, shared between parts, and its defects."""
    source = getattr(part.visual, "material", None)
    if source is None:
        white = part.visual.kind in ("vertex", "face")
        return Material("", (1.0, 1.0, 1.0)) if white else Material(""), []
    name = str(getattr(source, "name", "") or "")
    defects = _defects(source, part, name)
    if id(source) not in known:
        known[id(source)] = Material(name, _color(source), _texture(source, shelf, name))
    material = known[id(source)]
    return (material if part.visual.uv is not None else Material(name, material.color)), defects


def _lost(part: Any, with_picture: frozenset[str]) -> list[Defect]:
    """The picture that the part's material should have and has not."""
    source = getattr(part.visual, "material", None)
    name = str(getattr(source, "name", "") or "")
    if source is None or name not in with_picture or getattr(source, "baseColorTexture", None) is not None:
        return []
    return [Defect("missing_texture", f"of {name or 'a material'}")]


def _texture(source: Any, shelf: TextureShelf, name: str) -> Any:
    """The base colour picture as a texture, if there is one."""
    image = getattr(source, "baseColorTexture", None) or getattr(source, "image", None)
    if image is None:
        return None
    data = io.BytesIO()
    image.convert("RGBA").save(data, "PNG", compress_level=1)
    return shelf.texture(Picture(name, data.getvalue()))


def _color(source: Any) -> tuple[float, float, float]:
    """Base colour in sRGB: glTF factors are linear, older materials' diffuse is taken as encoded."""
    if hasattr(source, "baseColorFactor"):
        factor = source.baseColorFactor
        linear = np.ones(3) if factor is None else np.asarray(factor, np.float64)[:3] / _range(factor)
        encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * np.maximum(linear, 0) ** (1 / 2.4) - 0.055)
    else:
        encoded = np.asarray(source.main_color, np.float64)[:3] / 255
    r, g, b = np.clip(encoded, 0, 1).round(6).tolist()
    return r, g, b


def _range(factor: Any) -> float:
    """Full scale of a factor: trimesh keeps them as bytes."""
    return 255.0 if np.asarray(factor).dtype.kind in "ui" else 1.0


def _defects(source: Any, part: Any, name: str) -> list[Defect]:
    """Transparency that is not drawn, and pictures without coordinates."""
    out = []
    factor = getattr(source, "baseColorFactor", None)
    alpha = 1.0 if factor is None or len(factor) < 4 else float(factor[3]) / _range(factor)
    if alpha < 1:
        out.append(Defect("translucent" if alpha > 0 else "inverted_alpha", name))
    if getattr(source, "alphaMode", None) in ("MASK", "BLEND"):
        out.append(Defect("alpha_map", name))
    if part.visual.uv is None and getattr(source, "baseColorTexture", None) is not None:
        out.append(Defect("no_uv", f"{name}: {len(part.faces)} faces"))
    return out


def _mesh(part: Any, T_world_part: NDArray, material: Material) -> Mesh:
    """The part in the scene's frame; a mirroring transform turns the faces round."""
    faces = np.asarray(part.faces, np.int64)
    linear = T_world_part[:3, :3]
    index, corner, triangles = _split(part, faces)
    colors = _colors(part, index, corner)
    uv = getattr(part.visual, "uv", None)
    normals = part._cache.cache.get("vertex_normals")  # only if the file has them: the property would make some up
    cofactor = np.linalg.det(linear) * np.linalg.pinv(linear).T
    return Mesh(
        vertices=(np.asarray(part.vertices)[index] @ linear.T + T_world_part[:3, 3]).astype(np.float32),
        faces=(triangles if np.linalg.det(linear) >= 0 else triangles[:, ::-1]).astype(np.int32),
        face_material=np.zeros(len(faces), np.int32),
        materials=(material,),
        normals=None if normals is None else (np.asarray(normals)[index] @ cofactor.T).astype(np.float32),
        uv=None if uv is None else np.asarray(uv, np.float32)[index],
        colors=colors,
    )


def _split(part: Any, faces: I64) -> tuple[I64, I64 | None, I64]:
    """Vertices to take, a corner of each where faces are coloured, and the faces over them."""
    if part.visual.kind != "face":
        return np.arange(len(part.vertices)), None, faces
    rgb = np.asarray(part.visual.face_colors)[:, :3].astype(np.int64) @ np.array([65536, 256, 1])
    corner, inverse = unique_corners(faces.ravel(), np.repeat(rgb, 3))
    return faces.ravel()[corner], corner, inverse.reshape(-1, 3)


def _colors(part: Any, index: I64, corner: I64 | None) -> U8 | None:
    """(N, 3) vertex colours, from faces where those are coloured."""
    if corner is not None:
        return rgb_bytes(part.visual.face_colors)[corner // 3]
    if part.visual.kind == "vertex":
        return rgb_bytes(part.visual.vertex_colors)[index]
    extra = getattr(part.visual, "vertex_attributes", {}).get("color")
    return None if extra is None else rgb_bytes(extra)[index]
