"""Small glTF files for the tests, written on the spot."""

import base64
import io
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
from model_files import write
from PIL import Image

from scenegen.assets.mesh import Mesh
from scenegen.assets.reading import read_mesh_file
from scenegen.assets.source import Defect

CODES = {"i1": 5120, "u1": 5121, "i2": 5122, "u2": 5123, "u4": 5125, "f4": 5126}
KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
QUAD = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], "<f4")
QUAD_UV = np.array([[0, 1], [1, 1], [1, 0], [0, 0]], "<f4")
"""As glTF has it: v runs down, so that the picture's top is at y = 1."""
QUAD_F = np.array([0, 1, 2, 0, 2, 3], "<u2")


class Gltf:
    """A tree and its binary part, growing."""

    def __init__(self) -> None:
        self.tree: dict[str, Any] = {
            "asset": {"version": "2.0"},
            "scene": 0,
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0}],
        }
        self.blob = b""

    def add(self, key: str, **entry: Any) -> int:
        """One more entry of a list; its index."""
        self.tree.setdefault(key, []).append(entry)
        return len(self.tree[key]) - 1

    def view(self, data: bytes, **more: Any) -> int:
        """A view of more bytes."""
        start = len(self.blob)
        self.blob += data + bytes(-len(data) % 4)
        return self.add("bufferViews", buffer=0, byteOffset=start, byteLength=len(data), **more)

    def accessor(self, rows: Any, **more: Any) -> int:
        """An accessor of an array, packed."""
        rows = np.asarray(rows)
        table = rows.reshape(len(rows), -1)
        code = {"componentType": CODES[rows.dtype.str[1:]], "type": KINDS[table.shape[1]]}
        return self.add("accessors", bufferView=self.view(rows.tobytes()), count=len(rows), **code, **more)

    def mesh(self, primitive: dict[str, Any], **more: Any) -> int:
        """A mesh of one primitive."""
        return self.add("meshes", primitives=[primitive], **more)

    def texture(self, image: np.ndarray, **more: Any) -> int:
        """A texture of a picture inside the file."""
        source = self.add("images", bufferView=self.view(png(image)), mimeType="image/png")
        return self.add("textures", source=source, **more)

    def used(self, *names: str, required: bool = False) -> "Gltf":
        """With extensions listed."""
        self.tree["extensionsUsed"] = list(names)
        if required:
            self.tree["extensionsRequired"] = list(names)
        return self

    def glb(self) -> bytes:
        """As one file."""
        tree = {**self.tree, "buffers": [{"byteLength": len(self.blob)}, *self.tree.get("buffers", [])]}
        return glb_of(json.dumps(tree).encode(), self.blob)

    def gltf(self, uri: str | None = None) -> bytes:
        """As JSON, the binary part in a data URI or named."""
        data = "data:application/octet-stream;base64," + base64.b64encode(self.blob).decode()
        return json.dumps({**self.tree, "buffers": [{"byteLength": len(self.blob), "uri": uri or data}]}).encode()

    def read(self, folder: Path) -> tuple[Mesh, tuple[Defect, ...]]:
        """What the product makes of it."""
        return read_mesh_file(write(folder / "a.glb", self.glb()))


def glb_of(text: bytes, blob: bytes | None, version: int = 2) -> bytes:
    """A GLB of a JSON part and, where there is one, a binary part."""
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text
    if blob is not None:
        body += struct.pack("<II", len(blob), 0x004E4942) + blob
    return struct.pack("<III", 0x46546C67, version, 12 + len(body)) + body


def png(image: np.ndarray) -> bytes:
    """An (h, w) or (h, w, c) picture, encoded."""
    out = io.BytesIO()
    Image.fromarray(np.asarray(image, np.uint8)).save(out, "PNG")
    return out.getvalue()


def quad(material: dict[str, Any] | None = None, **attributes: Any) -> Gltf:
    """A unit square in the plane z = 0, with texture coordinates and more attributes."""
    file = Gltf()
    named = {"POSITION": QUAD, "TEXCOORD_0": QUAD_UV} | attributes
    primitive = {
        "attributes": {k: file.accessor(v) for k, v in named.items() if v is not None},
        "indices": file.accessor(QUAD_F),
    }
    if material is not None:
        primitive["material"] = file.add("materials", **material)
    file.mesh(primitive)
    return file


def first_primitive(file: Gltf) -> dict[str, Any]:
    """The JSON of the first primitive."""
    return file.tree["meshes"][0]["primitives"][0]


def triangles_of(mesh: Mesh) -> np.ndarray:
    """(F, 3, 3) corners of the faces."""
    return mesh.vertices[mesh.faces]


def area(mesh: Mesh) -> float:
    """Of all faces."""
    p = triangles_of(mesh).astype(float)
    return float(np.linalg.norm(np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]), axis=1).sum() / 2)
