"""glb: each arrangement of objects as one GLB (glTF 2.0), room and objects as they were staged, with all cameras.

Shards hold no meshes: they are read from the sources of the run (`meshes`). The world of glTF is +Y up: what is at
(x, y, z) in the shard is at (x, z, -y). Nodes have no parents, as some readers take the matrix of a camera for its
place in the world. Cameras have the axes of glTF: x right, y up, looking along -z.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scenegen.errors import UsageError
from scenegen.export.cameras import opengl_pose
from scenegen.export.choices import Suffix
from scenegen.export.folder import write_file
from scenegen.export.forms import Form
from scenegen.export.glb_file import Entry, GlbContent, glb, join
from scenegen.export.glb_mesh import mesh_piece
from scenegen.export.meshes import Meshes
from scenegen.export.scenes import SceneSamples, picture_name
from scenegen.instances import FIRST_OBJECT, ROOM
from scenegen.recent import Recent

Array = NDArray[np.float64]
Role = Literal["room", "object"]

Y_UP_Z_UP = np.array([[1.0, 0, 0, 0], [0, 0, 1, 0], [0, -1, 0, 0], [0, 0, 0, 1]])
"""(4, 4) from a world with +Z up to one with +Y up."""
NEAR_M = 0.01
"""Where viewers begin to draw; glTF wants one, and without a far plane there is no end."""
NUMBERS = ("K", "T_world_cam")
KEPT_BYTES = 300 << 20
"""Memory for meshes kept for the next arrangements."""
CENTRED_PX = 1e-6
"""Distance of a principal point from the middle of its picture up to which it is there."""
ABOUT = """glb: each arrangement of objects as one GLB (glTF 2.0): room, objects, and the cameras of all its samples

Metres. The world is +Y up: what is at (x, y, z) in the shard, where +Z is up, is at (x, z, -y) here. Meshes keep their
own frames, +Z up, and the matrices of nodes hold the turn.
Nodes: the room and the objects by the names of their assets, cameras as sampleNNN_viewV. extras of a node: number in
the layer instance, and category, or sample and view; of a camera: width and height of its pictures, and K, where the
centre of the top-left pixel is (0, 0).
Cameras look along -z with y up. The picture of WIDTH x HEIGHT pixels fills yfov and aspectRatio, from edge to edge.
Colours are linear light, surfaces matt with two sides. What a material gives off is emissive or unlit. Lights are not
here: each view of a sample has its own.
"""


class Pieces:
    """Rooms and objects as pieces of a file, those used longest ago put away first."""

    def __init__(self, suffix: Suffix, limit: int = KEPT_BYTES) -> None:
        self._suffix: Suffix = suffix
        self._kept: Recent[tuple[Meshes, Role, str], GlbContent] = Recent(
            lambda piece: sum(map(len, piece.data)), limit
        )

    def piece(self, meshes: Meshes, role: Role, name: str) -> GlbContent:
        """The piece of a mesh, one entry of `meshes` in it. Raises AssetError where it cannot be read."""
        return self._kept.get((meshes, role, name), lambda: self._made(meshes, role, name))

    def _made(self, meshes: Meshes, role: Role, name: str) -> GlbContent:
        mesh = meshes.room(name) if role == "room" else meshes.object(name)
        return mesh_piece(mesh, name, self._suffix)


def export_glb(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write a file for each scene.

    Raises AssetError for a mesh that cannot be read, UsageError for a camera or a size that a GLB cannot hold,
    ShardError for a damaged shard, OSError for the disk.
    """
    write_file(out / "README.txt", ABOUT.encode())
    pieces = Pieces(suffix)
    for scene in scenes:
        write_file(out / f"{scene.name}.glb", scene_glb(scene, pieces))


def scene_glb(scene: SceneSamples, pieces: Pieces) -> bytes:
    """The file of a scene. Raises as `export_glb`."""
    attributes, whole = scene.reader.attributes, GlbContent()
    roots = [whole.add("nodes", node) for node in (*_solids(scene, pieces, whole), *_cameras(scene, whole))]
    said = {name: str(attributes[name]) for name in ("room", "split", "config_sha256")}
    try:
        return glb(whole, roots, copyright=str(attributes["license"]), extras=said)
    except OverflowError as error:
        raise UsageError(f"{scene.reader.path}: {error}: choose --pictures jpg, or leave this room out") from None


def matrix(T_world: Array) -> list[float]:
    """The 16 numbers of a node, column by column: (4, 4) to the world with +Z up, then to that with +Y up."""
    return (Y_UP_Z_UP @ T_world).T.ravel().tolist()


def _solids(scene: SceneSamples, pieces: Pieces, whole: GlbContent) -> Iterator[Entry]:
    """The nodes of the room and of the objects; a mesh that stands in several places is there once."""
    meshes: dict[tuple[Role, str], int] = {}
    for role, name, T_world_object, extras in _placed(scene):
        if (role, name) not in meshes:
            assert scene.meshes is not None  # as the format asks for
            meshes[role, name] = join(whole, pieces.piece(scene.meshes, role, name))["meshes"]
        yield {"name": name, "mesh": meshes[role, name], "matrix": matrix(T_world_object), "extras": extras}


def _placed(scene: SceneSamples) -> Iterator[tuple[Role, str, Array, Entry]]:
    """Role, id, place (4, 4) and remarks of what stands in a scene; instances as the shard counts them."""
    reader, row = scene.reader, scene.rows[0]
    yield "room", str(reader.attributes["room"]), np.eye(4), {"instance": ROOM}
    poses = reader.read("objects/T_world_object", row)
    for slot, asset in enumerate(reader.read("objects/asset", row)):
        if asset >= 0:
            category = str(reader.asset_categories[asset])
            yield (
                "object",
                str(reader.asset_ids[asset]),
                poses[slot],
                {"instance": FIRST_OBJECT + slot, "category": category},
            )


def _cameras(scene: SceneSamples, whole: GlbContent) -> Iterator[Entry]:
    """The nodes of the cameras of all samples; cameras that are alike are one."""
    width, height = scene.size
    known: dict[bytes, int] = {}
    for row in scene.rows:
        for view, (K, T) in enumerate(zip(*(scene.reader.read(f"camera/{n}", row) for n in NUMBERS), strict=True)):
            if K.tobytes() not in known:
                known[K.tobytes()] = whole.add("cameras", perspective_camera(K, width, height))
            name = picture_name(row, view, "").rstrip(".")
            where = {"sample": row, "view": view}
            index = known[K.tobytes()]
            yield {"name": name, "camera": index, "matrix": matrix(opengl_pose(T)), "extras": where}


def perspective_camera(K: Array, width: int, height: int) -> Entry:
    """A perspective camera of (3, 3) intrinsics. Raises UsageError unless the principal point is the picture's middle.

    The picture reaches half a pixel beyond the centres of its outermost pixels, so its middle is ((W-1)/2, (H-1)/2).
    """
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    if np.abs(K[:2, 2] - middle).max() > CENTRED_PX or K[0, 1] != 0:
        at = "({:g}, {:g})".format(*K[:2, 2])
        raise UsageError(
            f"a camera has its principal point at {at}, and cameras of glTF have theirs in the middle: "
            "choose colmap or nerfstudio"
        )
    yfov = 2 * np.arctan(height / (2 * K[1, 1]))
    perspective = {"yfov": float(yfov), "aspectRatio": float(width * K[1, 1] / (height * K[0, 0])), "znear": NEAR_M}
    extras = {"width": width, "height": height, "K": K.tolist()}
    return {"type": "perspective", "perspective": perspective, "extras": extras}


FORM = Form(export_glb, meshes=True)
