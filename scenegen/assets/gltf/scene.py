"""glTF and GLB files to a mesh: what the scene shows, in metres, +Y up as the format has it."""

from pathlib import Path
from typing import NamedTuple

import numpy as np

from scenegen.assets.gltf.buffers import Buffers
from scenegen.assets.gltf.container import MOST_PARTS, read_document
from scenegen.assets.gltf.extensions import check_extensions
from scenegen.assets.gltf.materials import Looks
from scenegen.assets.gltf.nodes import MeshInstances, placed_meshes
from scenegen.assets.gltf.pieces import MeshPiece, channels, placed_piece
from scenegen.assets.gltf.primitives import read_primitive, shows_area, triangle_claim
from scenegen.assets.gltf.tree import Tree, entries, entry, whole_number
from scenegen.assets.limits import ROOM_LIMITS, Limits
from scenegen.assets.mesh import F32, Mesh, concatenate
from scenegen.assets.model_textures import TextureStore
from scenegen.assets.origin import localized
from scenegen.assets.source import Defect
from scenegen.errors import AssetError
from scenegen.geometry import normalize


class PlacedPrimitive(NamedTuple):
    """A primitive that is shown, and the mesh it belongs to."""

    placed: MeshInstances
    primitive: Tree


def read_gltf(path: Path, root: Path, limits: Limits = ROOM_LIMITS) -> tuple[Mesh, list[Defect]]:
    """One mesh of all that a scene shows and what is wrong with it; files are looked for below `root` only.

    Raises AssetError: `no_faces`, `too_large`, `unreadable`, `unsupported`, `unsupported_extension`,
    `missing_buffer`, `missing_package`, `outside_root`, `bad_index`; ValueError on a malformed file.
    """
    document = read_document(path)
    ignored = check_extensions(document.tree, path.name)
    buffers = Buffers(document, root, path, limits.max_bytes)
    parts, skipped = _parts(buffers)
    _check_faces(buffers, parts, limits.max_faces, path.name)
    store = TextureStore(root, path.parent, limits.max_texels)
    looks = Looks(buffers, store, [_material(part.primitive) for part in parts])
    pieces, bare = _pieces(buffers, parts, looks, path.name, limits.max_faces)
    if not pieces:
        raise AssetError("no_faces", f"{path.name}: no triangles in the scene that it shows")
    return _joined(pieces), ignored + skipped + looks.defects + store.defects + bare


def _parts(buffers: Buffers) -> tuple[list[PlacedPrimitive], list[Defect]]:
    """The primitives of the scene that have an area; the others are counted."""
    shown = [PlacedPrimitive(p, e) for p in placed_meshes(buffers) for e in _primitives(buffers, p.mesh)]
    solid = [part for part in shown if shows_area(part.primitive)]
    lost = len(shown) - len(solid)
    return solid, [Defect("not_triangles", f"{lost} primitives of points or lines")] if lost else []


def _primitives(buffers: Buffers, mesh: int) -> list[Tree]:
    """The primitives of a mesh."""
    return entries(entry(buffers.tree, "meshes", mesh), "primitives")


def _check_faces(buffers: Buffers, parts: list[PlacedPrimitive], max_faces: int, where: str) -> None:
    """Refuse more triangles, or copies of primitives, than wanted. Raises AssetError `too_large`."""
    if len(parts) > MOST_PARTS:
        raise AssetError("too_large", f"{where}: shows {len(parts)} primitives, more than {MOST_PARTS}")
    faces = 0
    for placed, primitive in parts:
        faces += len(placed.T_world_mesh) * triangle_claim(buffers, primitive)
        if faces > max_faces:
            raise AssetError("too_large", f"{where}: at least {faces} triangles, more than {max_faces}")


def _material(primitive: Tree) -> int | None:
    """The material that a primitive names. Raises ValueError."""
    return None if primitive.get("material") is None else whole_number(primitive["material"], "material")


def _pieces(
    buffers: Buffers, parts: list[PlacedPrimitive], looks: Looks, where: str, max_faces: int
) -> tuple[list[MeshPiece], list[Defect]]:
    """All parts in their places, and those that lack the texture coordinates of their picture."""
    pieces: list[MeshPiece] = []
    bare: dict[str, int] = {}
    for placed, tree in parts:
        primitive = read_primitive(buffers, tree, where, max_faces)
        look = looks.look(_material(tree), channels(primitive))
        piece = placed_piece(primitive, placed, look)
        if len(piece.triangles):
            pieces.append(piece)
            if look.bare:
                bare[look.material.name] = bare.get(look.material.name, 0) + len(piece.triangles)
    return pieces, [Defect("no_uv", f"{name}: {n} faces") for name, n in bare.items()]


def _joined(pieces: list[MeshPiece]) -> Mesh:
    """One mesh of all pieces; where some have normals, the others are flat, as the format says."""
    if len({piece.normals is None for piece in pieces}) > 1:
        pieces = [piece if piece.normals is not None else _flat(piece) for piece in pieces]
    vertices = localized(np.concatenate([piece.positions for piece in pieces]))
    ends = np.cumsum([len(piece.positions) for piece in pieces])
    parts = np.split(vertices, ends[:-1])
    return concatenate([_mesh(piece, part) for piece, part in zip(pieces, parts, strict=True)])


def _mesh(piece: MeshPiece, vertices: F32) -> Mesh:
    """A piece with its final positions."""
    return Mesh(
        vertices=vertices,
        faces=piece.triangles,
        face_material=np.zeros(len(piece.triangles), np.int32),
        materials=(piece.material,),
        normals=piece.normals,
        uv=piece.uv,
        colors=piece.colors,
    )


def _flat(piece: MeshPiece) -> MeshPiece:
    """The piece with vertices of its own for each triangle, and the triangle's normal at each."""
    corner = piece.triangles.ravel()
    p = piece.positions[corner].reshape(-1, 3, 3)
    unit = normalize(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0])).astype(np.float32)
    return MeshPiece(
        positions=piece.positions[corner],
        triangles=np.arange(len(corner), dtype=np.int32).reshape(-1, 3),
        material=piece.material,
        normals=np.repeat(unit, 3, axis=0),
        uv=None if piece.uv is None else piece.uv[corner],
        colors=None if piece.colors is None else piece.colors[corner],
    )
