"""Small sound files of every format, made in code: what the mutators start from."""

import io
import json
import struct
import zlib
from functools import cache
from typing import Any

import numpy as np
import trimesh
from model_files import CASES, CUBE_F, CUBE_V
from PIL import Image

from fuzzing.mutate import mutate
from fuzzing.mutate_json import damage_json

UV = np.array([[0, 0], [1, 0], [0, 1]], np.float32)
ROOM_V = CUBE_V * [4, 5, 2.6]
TABLE_V = CUBE_V * [1.2, 0.7, 0.7] + [0.6, 0.8, 0]


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (9, 7)) -> bytes:
    """A small picture of noise in any format and mode of Pillow."""
    rng = np.random.default_rng(3)
    channels = {"L": (), "RGB": (3,), "RGBA": (4,), "LA": (2,), "CMYK": (4,)}
    noise = rng.integers(0, 256, (size[1], size[0], *channels.get(mode, (3,))), dtype=np.uint8)
    image = Image.fromarray(noise) if mode != "CMYK" else Image.fromarray(noise[..., :3]).convert("CMYK")
    image = image.convert(mode) if image.mode != mode else image
    out = io.BytesIO()
    image.save(out, kind)
    return out.getvalue()


def png(width: int, height: int, rows: bytes, *, color: int = 2, depth: int = 8, more: bytes = b"") -> bytes:
    """A PNG with that header and those compressed rows, true or not."""
    header = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + more
    return head + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")


def png_chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk with its true checksum."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def damage_png(data: bytes, rng: np.random.Generator) -> bytes:
    """A PNG with one chunk's contents damaged and its checksum set right, so that the damage reaches the decoder."""
    if rng.random() < 0.3:
        return mutate(data, rng)
    chunks, at = [], 8
    while at < len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        chunks.append((data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    hit = int(rng.integers(len(chunks)))
    kind, body = chunks[hit]
    raw = kind == b"IDAT" and rng.random() < 0.5
    body = zlib.compress(mutate(zlib.decompress(body), rng)) if raw else mutate(body, rng)
    chunks[hit] = (kind, body)
    return data[:8] + b"".join(png_chunk(k, b) for k, b in chunks)


def obj_rows(vertices: np.ndarray, faces: np.ndarray, corner: str = "{0}/{0}/1") -> str:
    """Vertices, texture coordinates, a normal and faces."""
    rows = [f"v {x:g} {y:g} {z:g}" for x, y, z in vertices] + [f"vt {x:g} {y:g}" for x, y, _ in vertices]
    return "\n".join([*rows, "vn 0 0 1", *("f " + " ".join(corner.format(i + 1) for i in f) for f in faces)]) + "\n"


def obj_files() -> list[dict[str, bytes]]:
    """OBJ files with MTL and pictures: textured, with several materials, coloured, with negative and mixed indices."""
    textured = "mtllib a.mtl\nusemtl one\n" + obj_rows(CUBE_V, CUBE_F[:6]) + "usemtl two\n"
    textured += "".join("f " + " ".join(f"{i + 1}" for i in f) + "\n" for f in CUBE_F[6:])
    mtl = "newmtl one\nKd 0.5 0.25 1\nd 0.5\nmap_Kd -s 4 2 1 -o 0.5 0 sub/t.png\nnewmtl two\nKd 1 0 0\nTr 0.1\nmap_Kd t.jpg\n"
    files = {"a.obj": textured, "a.mtl": mtl, "sub/t.png": picture("PNG"), "t.jpg": picture("JPEG")}
    plain = "o thing\n# made by hand\n" + obj_rows(CUBE_V, CUBE_F, "{0}") + "l 1 2\ns off\n"
    colored = (
        "".join(f"v {x:g} {y:g} {z:g} 1 0.5 {z:g}\n" for x, y, z in CUBE_V) + "f 1 2 4 3\nf -1 -2 -4 -3\nf 1 3 7\n"
    )
    mixed = "v 0 0 0\r\nv 1e-3 0 0\r\nv 0 .5 0\r\nv 0 0 -1.5E+0\r\nvn 0 0 1\r\nf 1//1 2//1 \\\r\n3//1\r\nf 1 2 4\r\nf 2 3 4/1\r\n"
    hard = "v 0 0 0\nv 4 0 0\nv 4 4 0\nv 2 1 0\nv 0 4 0\nvt 0 0\nf 1/1/ 2/1/ 3/1/ 4/1/ 5/1/\nf 5 4 3 2 1\nf 1 2 4 5\n"
    return [_bytes(f) for f in (files, {"a.obj": plain}, {"a.obj": colored}, {"a.obj": mixed}, {"a.obj": hard})]


def _bytes(files: dict[str, Any]) -> dict[str, bytes]:
    """Texts encoded."""
    return {name: data.encode() if isinstance(data, str) else data for name, data in files.items()}


@cache
def ply_files() -> dict[str, bytes]:
    """PLY files by name: ASCII and binary in both orders, coloured, labelled, with coordinates, quads, uneven faces,
    coordinates of corners, strips."""
    plain = [("x", "f4"), ("y", "f4"), ("z", "f4")]
    color = [(c, "u1") for c in ("red", "green", "blue", "alpha")]
    label, normal = [("label", "i4")], [("nx", "f4"), ("ny", "f4"), ("nz", "f4")]
    uv = [("s", "f4"), ("t", "f4")]
    return {
        "ascii": ply(plain, "ascii"),
        "ascii_colour": ply(plain + color, "ascii"),
        "ascii_uneven": ply(plain, "ascii", uneven=True),
        "ascii_label": ply(plain + normal + label, "ascii"),
        "little": ply(plain + color + label, "binary_little_endian"),
        "big": ply(plain + normal, "binary_big_endian"),
        "texture": ply(plain + uv, "ascii", head="comment TextureFile t.png\n"),
        "corners": (CASES / "ply/y04_multitex/a.ply").read_bytes(),
        "concave": (CASES / "polygons/ply/r.ply").read_bytes(),
        "uneven": _uneven_ply(),
        "strips": _strips_ply(),
        "doubles": ply([(n, "f8") for n in "xyz"] + label, "binary_little_endian", face_more=[("label", "i4")]),
    }


_NAMES = {"f4": "float", "f8": "double", "u1": "uchar", "i4": "int"}


def ply(
    fields: list[tuple[str, str]],
    form: str,
    *,
    vertices: np.ndarray = CUBE_V,
    faces: np.ndarray = CUBE_F,
    uneven: bool = False,
    head: str = "",
    face_more: list[tuple[str, str]] = [],  # noqa: B006
) -> bytes:
    """A PLY of the cube with those vertex properties."""
    order = ">" if form == "binary_big_endian" else "<"
    table = np.zeros(len(vertices), [(n, order + k) for n, k in fields])
    for n, _ in fields:
        table[n] = vertices[:, "xyz".index(n)] if n in "xyz" else np.arange(len(vertices)) % 5
    more = "".join(f"property {_NAMES[k]} {n}\n" for n, k in face_more)
    text = f"ply\nformat {form} 1.0\n{head}element vertex {len(vertices)}\n"
    text += "".join(f"property {_NAMES[k]} {n}\n" for n, k in fields)
    text += f"element face {len(faces)}\nproperty list uchar int vertex_indices\n{more}end_header\n"
    if form == "ascii":
        rows = [" ".join(f"{v:g}" for v in row) for row in table.tolist()]
        rows += ["4 0 1 3 2" if uneven and not k else f"3 {a} {b} {c}" for k, (a, b, c) in enumerate(faces)]
        return (text + "\n".join(rows) + "\n").encode()
    kind = [("n", "u1"), ("f", order + "i4", 3), *((n, order + k) for n, k in face_more)]
    body = np.zeros(len(faces), kind)
    body["n"], body["f"] = 3, faces
    return text.encode() + table.tobytes() + body.tobytes()


def _uneven_ply() -> bytes:
    """A binary PLY whose faces differ in size and have coordinates at some."""
    head = (
        "ply\nformat binary_little_endian 1.0\nelement vertex 8\nproperty float x\nproperty float y\nproperty float z\n"
    )
    head += "element face 6\nproperty list uchar int vertex_index\nproperty list ushort float texcoord\nproperty uchar red\n"
    body = CUBE_V.astype("<f4").tobytes()
    for face in ([0, 1, 3, 2], [4, 6, 7], [4, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4]):
        uv = np.arange(2 * len(face) if face[0] else 0, dtype="<f4")
        body += bytes([len(face)]) + np.array(face, "<i4").tobytes()
        body += len(uv).to_bytes(2, "little") + uv.tobytes() + b"\x40"
    return f"{head}end_header\n".encode() + body


def _strips_ply() -> bytes:
    """A PLY of strips."""
    head = ply([("x", "f4"), ("y", "f4"), ("z", "f4")], "ascii", faces=CUBE_F[:0]).decode()
    head = head.replace("element face 0", "element tristrips 2").replace("list uchar", "list int")
    return f"{head}9 0 1 2 3 -1 4 5 6 7\n4 0 1 4 5\n".encode()


def room_ply(form: str = "binary_little_endian") -> bytes:
    """A room of 4 x 5 x 2.6 m with a table, labelled, +Y up as SceneNN's."""
    vertices = np.vstack([ROOM_V, TABLE_V])[:, [1, 2, 0]]
    faces = np.vstack([CUBE_F[:, ::-1], CUBE_F + 8])
    fields = [("x", "f4"), ("y", "f4"), ("z", "f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1"), ("label", "i4")]
    return ply(fields, form, vertices=vertices, faces=faces)


XML = b"""<?xml version="1.0" encoding="utf-8"?>
<annotation><label id="1" text="wall" nyu_class="wall" color="255 0 0" aabbox="0 0 0 1 1 1"/>
<label id="2" text="table" nyu_class="prop"/><label id="3" text="Big  Chair"/><label id="4" nyu_class=""/></annotation>
"""


def gltf_tree(*, embedded: bool = False) -> tuple[dict[str, Any], bytes]:
    """A glTF of two primitives, one textured, on nested nodes, and its binary part."""
    parts = [
        CUBE_V.astype("<f4").tobytes(),
        CUBE_F.astype("<u2").tobytes(),
        CUBE_V[:, :2].astype("<f4").tobytes(),
        picture("PNG"),
    ]
    starts = np.cumsum([0, *(len(p) + (-len(p) % 4) for p in parts)]).tolist()
    blob = b"".join(p + bytes(-len(p) % 4) for p in parts)
    views = [{"buffer": 0, "byteOffset": s, "byteLength": len(p)} for s, p in zip(starts, parts, strict=False)]
    primitive = {"attributes": {"POSITION": 0, "TEXCOORD_0": 2}, "indices": 1, "material": 0}
    tree = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [
            {"name": "top", "children": [1, 2], "translation": [0, 1, 0]},
            {"name": "a", "mesh": 0, "rotation": [0, 0.7071068, 0, 0.7071068]},
            {"mesh": 1, "matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0, 2, 0, 0, 1], "scale": [1, 2, 1]},
        ],
        "meshes": [
            {"name": "m", "primitives": [primitive, {"attributes": {"POSITION": 0}, "indices": 1, "material": 1}]},
            {"primitives": [{"attributes": {"POSITION": 0, "NORMAL": 0, "COLOR_0": 0}, "indices": 1}]},
        ],
        "materials": [
            {"name": "t", "pbrMetallicRoughness": {"baseColorTexture": {"index": 0}, "baseColorFactor": [1, 1, 1, 1]}},
            {"name": "p", "pbrMetallicRoughness": {"baseColorFactor": [0.2, 0.4, 0.6, 0.5]}, "alphaMode": "BLEND"},
        ],
        "textures": [{"source": 0}],
        "images": [{"bufferView": 3, "mimeType": "image/png"} if embedded else {"uri": "t.png"}],
        "accessors": [
            {"bufferView": 0, "componentType": 5126, "count": 8, "type": "VEC3", "min": [0, 0, 0], "max": [1, 1, 1]},
            {"bufferView": 1, "componentType": 5123, "count": 36, "type": "SCALAR"},
            {"bufferView": 2, "componentType": 5126, "count": 8, "type": "VEC2"},
        ],
        "bufferViews": views,
        "buffers": [{"byteLength": len(blob)} | ({} if embedded else {"uri": "a.bin"})],
    }
    return tree, blob


def gltf_files() -> dict[str, bytes]:
    """A .gltf with its .bin and its picture."""
    tree, blob = gltf_tree()
    return {"a.gltf": json.dumps(tree).encode(), "a.bin": blob, "t.png": picture("PNG")}


def glb(tree: dict[str, Any] | bytes, blob: bytes) -> bytes:
    """A GLB of a JSON part and a binary part, its lengths true."""
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    body = struct.pack("<II", len(text), 0x4E4F534A) + text + struct.pack("<II", len(blob), 0x004E4942) + blob
    return struct.pack("<III", 0x46546C67, 2, 12 + len(body)) + body


def damage_glb(data: bytes, rng: np.random.Generator) -> bytes:
    """A GLB with its JSON or its binary part damaged and the lengths set right; at times bytes as `mutate` does."""
    if rng.random() < 0.3:
        return mutate(data, rng)
    length = int.from_bytes(data[12:16], "little")
    text, blob = data[20 : 20 + length], data[28 + length :]
    return glb(text, mutate(blob, rng)) if rng.random() < 0.3 else glb(damage_json(text, rng), blob)


def stl_files() -> list[bytes]:
    """A binary and an ASCII STL."""
    cube = trimesh.Trimesh(CUBE_V, CUBE_F, process=False)
    return [cube.export(file_type="stl"), str(cube.export(file_type="stl_ascii")).encode()]  # pyright: ignore


def off_files() -> list[bytes]:
    """OFF with triangles, with quads and a comment, and with one face of five corners."""
    rows = "\n".join(f"{x:g} {y:g} {z:g}" for x, y, z in CUBE_V)
    faces = "\n".join(f"3 {a} {b} {c}" for a, b, c in CUBE_F)
    head = f"OFF\n{len(CUBE_V)} {len(CUBE_F)} 0\n"
    return [
        f"{head}{rows}\n{faces}\n".encode(),
        f"OFF\n# made by hand\n8 2 0\n{rows}\n4 0 1 3 2\n4 4 5 7 6\n".encode(),
        f"OFF\n8 2 0\n{rows}\n5 0 1 3 2 6 255 0 0\n3 4 5 7\n".encode(),
    ]


TAXONOMIES = tuple(
    json.dumps(t).encode()
    for t in (
        [
            {"synsetId": "03001627", "name": "chair", "children": ["02738535"], "numInstances": 6778},
            {"synsetId": "02738535", "name": "armchair,easy chair", "children": [], "numInstances": 1},
        ],
        [
            {
                "metadata": {"name": "03001627", "label": "chair", "numInstances": 2},
                "children": [{"metadata": {"name": "02738535", "label": "armchair"}, "children": []}],
            }
        ],
    )
)

NOTES = (
    b'{"path": "a.obj", "id": "cube", "category": "Box", "up_axis": "-y", "unit_m": 0.01, "license": "CC0", "role": "object"}\n'
    b'{"id": "b.obj", "role": "room", "unit_m": 3, "up_axis": "z"}\n'
)

CONFIG_JSON = json.dumps(
    {
        "rooms": 3,
        "room_source": "procedural",
        "size": [64, 48],
        "seed": 7,
        "trace_fraction": 0.125,
        "layers": ["rgb", "depth"],
        "objects": {"objects": [1, 5], "placement": "rest", "clearance_m": 0.1},
        "cameras": {"overlap": [0.2, 0.9], "max_angle_deg": 50},
        "light": {"relight": "off", "lights": [1.0, 2.0]},
    }
).encode()
CONFIG_TOML = b"""rooms = 3
room_source = "procedural"
size = [64, 48]
seed = 7
trace_fraction = 0.125
layers = ["rgb", "depth"]
[objects]
objects = [1.0, 5.0]
clearance_m = 0.1
[cameras]
overlap = [0.2, 0.9]
[light]
relight = "off"
"""
