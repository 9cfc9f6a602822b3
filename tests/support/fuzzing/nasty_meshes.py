"""Meshes whose numbers are none and whose counts lie."""

import json
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
from gltf_files import Gltf

from fuzzing import seeds, seeds_gltf
from fuzzing.nasty import FACE, TRIANGLE, either, gltf_files, noted, obj_files, refused
from fuzzing.target import Files

# OBJ -----------------------------------------------------------------------------------------------

_BIG = 200_000


def _with_v(row: bytes) -> Files:
    """A triangle of which one vertex is that."""
    return {"a.obj": row + b"\n" + TRIANGLE + b"f 1 2 3\nf 2 3 4\n"}


def _crossing(count: int) -> bytes:
    """A face that crosses itself all over."""
    points = np.random.default_rng(0).random((count, 3))
    return (
        b"".join(b"v %g %g %g\n" % (x, y, z) for x, y, z in points)
        + b"f "
        + b" ".join(b"%d" % k for k in range(1, count + 1))
        + b"\n"
    )


OBJ = (
    *(refused(f"obj vertex {w}", "obj", _with_v(f"v {w} 0 0".encode()), "AssetError not_finite") for w in ("nan", "-inf", "1e39")),
    refused("obj vertex 1e38", "obj", _with_v(b"v 1e38 0 0"), "AssetError implausible_size"),
    refused("obj of 1e8 metres", "obj", {"a.obj": b"v 0 0 0\nv 1e8 0 0\nv 0 1e8 0\nf 1 2 3\n"}, "AssetError implausible_size"),
    refused("obj of a nanometre", "obj", {"a.obj": b"v 0 0 0\nv 1e-9 0 0\nv 0 1e-9 0\nf 1 2 3\n"}, "AssetError implausible_size"),
    refused("obj face out of range", "obj", {"a.obj": TRIANGLE + b"f 1 2 4000000000\n"}, "AssetError bad_index"),
    refused("obj face 0", "obj", {"a.obj": TRIANGLE + b"f 0 1 2\n"}, "AssetError bad_index"),
    refused("obj face far below 0", "obj", {"a.obj": TRIANGLE + b"f -1 -2 -99\n"}, "AssetError bad_index"),
    refused("obj face of 400 digits", "obj", {"a.obj": TRIANGLE + b"f 1 2 " + b"9" * 400}, "AssetError unreadable"),
    refused("obj face of 19 digits", "obj", {"a.obj": TRIANGLE + b"f 1 2 9999999999999999999"}, "AssetError unreadable", "AssetError bad_index"),
    refused("obj of points", "obj", {"a.obj": b"v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n"}, "AssetError no_faces"),
    refused("obj of a line", "obj", {"a.obj": b"v 0 0 0\nv 1 1 1\nv 2 2 2\nf 1 2 3\n"}, "AssetError no_faces"),
    noted("obj with one face of no area", "obj", {"a.obj": TRIANGLE + FACE + b"f 1 1 2\n"}, "degenerate_faces"),
    noted("obj with normals that are none", "obj", {"a.obj": TRIANGLE + b"vn nan inf 0\nvn 1e38 1e38 1e38\nf 1//1 2//1 3//2\n"}, "bad_normals"),
    noted("obj with texture coordinates that are none", "obj", {"a.obj": b"vt nan inf\nvt 1e30 0\n" + TRIANGLE + b"f 1/1 2/2 3/3\n"}, "bad_uv"),
    refused("obj with one number of 1 MB among 200,000", "obj", {"a.obj": b"v " + b"1" * 1_000_000 + b" 0 0\n" + b"v 0 0 0\n" * _BIG + b"f 1 2 3\n"}, "AssetError unreadable"),
    refused("obj with one face word of 1 MB", "obj", {"a.obj": TRIANGLE + b"f 1 2 " + b"0" * 1_000_000 + b"3\n" + b"f 1 2 3\n" * _BIG}, "AssetError unreadable"),
    either("obj with one line of 4 MB", "obj", {"a.obj": b"v " + b"0 " * 2_000_000 + b"\n" + TRIANGLE + FACE}),
    either("obj with 100,000 materials", "obj", {"a.obj": TRIANGLE + b"".join(b"usemtl m%d\n" % i + FACE for i in range(100_000))}),
    either("obj with one face of 200,000 corners", "obj", {"a.obj": TRIANGLE + b"f" + b" 1 2 3" * 70_000}),
    either("obj with one face of 30,000 corners that cross", "obj", {"a.obj": _crossing(30_000)}),
    either("obj with 60,000 concave faces", "obj", {"a.obj": TRIANGLE + b"v 4 1 0\nv 0.1 0.1 0\n" + b"f 1 2 4 5 3\n" * 60_000}),
    either("obj with NUL bytes", "obj", {"a.obj": b"\0".join([TRIANGLE, FACE, b"usemtl \0\xff\xfe\n"])}),
    noted("obj with a material name of 1 MB", "obj", {"a.obj": TRIANGLE + b"usemtl " + b"n\xff\x1b[31m" * 200_000 + b"\n" + FACE}, "missing_material"),
    either("mtl with a line of 1 MB of options", "mtl", obj_files(b"map_Kd " + b"-clamp on " * 100_000 + b"t.png\n")),
    either("mtl with a line of 1 MB of digits", "mtl", obj_files(b"map_Kd -s " + b"1" * 1_000_000 + b"\nKd " + b"9" * 100_000 + b"\n")),
    either("mtl with colours that are none", "mtl", obj_files(b"Kd nan inf -1e400\nd nan\nTr -5\n")),
    refused("obj that is empty", "obj", {"a.obj": b""}, "AssetError empty"),
    refused("obj of NUL bytes", "obj", {"a.obj": bytes(9999)}, "AssetError empty"),
    either("obj in UTF-16", "obj", {"a.obj": (TRIANGLE + FACE).decode().encode("utf-16")}),
)  # fmt: skip

# PLY, STL, OFF -------------------------------------------------------------------------------------


def _ply(text: bytes, body: bytes = b"", form: bytes = b"ascii") -> Files:
    """A PLY of that header."""
    return {"a.ply": b"ply\nformat " + form + b" 1.0\n" + text + b"end_header\n" + body}


XYZ = b"property float x\nproperty float y\nproperty float z\n"
LIST = b"property list uchar int vertex_indices\n"
LITTLE = b"binary_little_endian"
_LONG = b"property list uint int vertex_indices\n"
PLY = (
    refused("ply of 4,000,000,000 vertices", "ply ascii", _ply(b"element vertex 4000000000\n" + XYZ + b"element face 1\n" + LIST, b"0 0 0\n3 0 0 0\n")),
    refused("binary ply of 4,000,000,000 vertices", "ply binary", _ply(b"element vertex 4000000000\n" + XYZ + b"element face 1\n" + LIST, bytes(99), LITTLE)),
    refused("binary ply of 10^18 faces", "ply binary", _ply(b"element vertex 1\n" + XYZ + b"element face 1000000000000000000\n" + LIST, bytes(99), LITTLE)),
    refused("ply of -1 vertices", "ply ascii", _ply(b"element vertex -1\n" + XYZ + b"element face 1\n" + LIST, b"0 0 0\n3 0 0 0\n")),
    refused("binary ply of -1 vertices", "ply binary", _ply(b"element vertex -1\n" + XYZ + b"element face 2\n" + LIST, bytes(99), LITTLE)),
    refused("binary ply with a list of 4,000,000,000", "ply binary", _ply(b"element vertex 3\n" + XYZ + b"element face 1\n" + _LONG, bytes(36) + b"\xff\xff\xff\xff" + bytes(12), LITTLE)),
    either("ply with a list of 4,000,000,000", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element face 1\n" + _LONG, b"0 0 0\n1 0 0\n0 1 0\n4000000000 0 1 2\n")),
    refused("ply with a list of -3", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element face 1\n" + LIST, b"0 0 0\n1 0 0\n0 1 0\n-3 0 1 2\n")),
    refused("ply cut off in its faces", "ply ascii", {"a.ply": seeds.ply_files()["ascii"][:-30]}, "AssetError unreadable"),
    refused("ply with 2 of 3 faces", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element face 3\n" + LIST, b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n3 0 1 2\n"), "AssetError unreadable"),
    refused("ply face out of range", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element face 1\n" + LIST, b"0 0 0\n1 0 0\n0 1 0\n3 0 1 3\n"), "AssetError bad_index"),
    refused("ply face below 0", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element face 1\n" + LIST, b"0 0 0\n1 0 0\n0 1 0\n3 0 1 -1\n"), "AssetError bad_index"),
    refused("ply of NaN", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element face 1\n" + LIST, b"0 0 nan\n1 0 0\n0 1 0\n3 0 1 2\n"), "AssetError not_finite"),
    refused("ply without a header's end", "ply ascii", {"a.ply": b"ply\nformat ascii 1.0\n" + b"comment x\n" * 100_000}),
    refused("ply header of one line of 4 MB", "ply ascii", {"a.ply": b"ply\nformat ascii 1.0\ncomment " + b"x" * 4_000_000}),
    refused("ply with 100,000 properties", "ply ascii", _ply(b"element vertex 1\n" + b"".join(b"property float p%d\n" % i for i in range(100_000)), b"0\n")),
    refused("binary ply whose lists run off the end", "ply binary", _ply(b"element vertex 3\n" + XYZ + b"element face 2\n" + LIST, bytes(36) + b"\3" + bytes(12) + b"\xff" + bytes(12), LITTLE), "AssetError unreadable"),
    refused("binary ply with a list of 2^63", "ply binary", _ply(b"element vertex 3\n" + XYZ + b"element face 1\nproperty list uint64 int vertex_indices\n", bytes(36) + b"\xff" * 8 + bytes(12), LITTLE), "AssetError unreadable"),
    refused("ply with a length that is no number", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element face 1\n" + LIST, b"0 0 0\n1 0 0\n0 1 0\nnan 0 1 2\n"), "AssetError unreadable"),
    refused("ply whose lines are longer than its header", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element face 1\n" + LIST, b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2 9\n"), "AssetError unreadable"),
    refused("ply of strips of -1", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element tristrips 1\n" + LIST, b"0 0 0\n1 0 0\n0 1 0\n5 -1 -1 -1 -1 -1\n"), "AssetError no_faces"),
    refused("ply of 10^18 elements without properties", "ply binary", _ply(b"element nothing 999999999999999999\nelement vertex 1\n" + XYZ, bytes(12), LITTLE), "AssetError no_faces"),
    either("binary ply of 400,000 faces of different sizes", "ply binary", _ply(b"element vertex 4\n" + XYZ + b"element face 400000\n" + LIST, np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]], "<f4").tobytes() + (b"\3" + bytes(8) + b"\1\0\0\0" + b"\4" + np.arange(4, dtype="<i4").tobytes()) * 200_000, LITTLE)),
    either("ply whose labels are lists", "ply ascii", _ply(b"element vertex 3\n" + XYZ + b"element face 1\n" + LIST + b"property list uchar int label\n", b"0 0 0\n1 0 0\n0 1 0\n3 0 1 2 2 5 6\n")),
    either("ply whose x is a list", "ply ascii", _ply(b"element vertex 3\nproperty list uchar float x\nproperty float y\nproperty float z\nelement face 1\n" + LIST, b"1 0 0 0\n1 1 0 0\n1 0 1 0\n3 0 1 2\n")),
    refused("stl of 4,000,000,000 faces", "stl", {"a.stl": bytes(80) + b"\xff\xff\xff\xff" + bytes(50)}),
    refused("stl of no faces", "stl", {"a.stl": bytes(84)}),
    refused("stl of NaN", "stl", {"a.stl": bytes(80) + b"\1\0\0\0" + struct.pack("<12f", *[float("nan")] * 12) + b"\0\0"}, "AssetError not_finite"),
    refused("stl of text without end", "stl", {"a.stl": b"solid x\nfacet normal 0 0 1\nouter loop\nvertex 0 0 0\n" * 9}),
    refused("stl of text that is not UTF-8", "stl", {"a.stl": b"solid \xff\xfe\xfa\nvertex 0 0 \xff\nendsolid\n" * 99}),
    refused("off of 10^11 vertices", "off", {"a.off": b"OFF\n99999999999 1 0\n0 0 0\n"}, "AssetError unreadable"),
    refused("off of -1 vertices", "off", {"a.off": b"OFF\n-1 1 0\n0 0 0\n3 0 0 0\n"}, "AssetError unreadable"),
    refused("off cut off", "off", {"a.off": seeds.off_files()[0][:-20]}, "AssetError unreadable"),
    refused("off face of -3 corners", "off", {"a.off": b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n-3 0 1 2\n"}, "AssetError unreadable"),
    refused("off face of 10^12 corners", "off", {"a.off": b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n1000000000000 0 1 2\n"}, "AssetError unreadable"),
    refused("off face out of range", "off", {"a.off": b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 0\n3 0 1 -1\n"}, "AssetError bad_index"),
    refused("off with a number of 1 MB", "off", {"a.off": b"OFF\n3 1 0\n0 0 0\n1 0 0\n0 1 " + b"0" * 1_000_000 + b"\n3 0 1 2\n"}, "AssetError unreadable"),
    noted("off of one line counts and a comment", "off", {"a.off": b"OFF3 1 0 # ModelNet\n0 0 0\n1 0 0\n0 1 0\n3 0 1 2\n"}),
)  # fmt: skip

# glTF ----------------------------------------------------------------------------------------------


def _chain(tree: dict[str, Any], length: int, each: bool) -> None:
    """Nodes one below the other, the last or each with a mesh."""
    tree["nodes"] = [
        {"children": [i + 1], "translation": [0, 0, 0.001]} | ({"mesh": 1} if each else {}) for i in range(length)
    ]
    tree["nodes"].append({"mesh": 1})
    tree["scenes"] = [{"nodes": [0]}]


def _loop(tree: dict[str, Any]) -> None:
    tree["nodes"][1]["children"] = [0]


def _loops(tree: dict[str, Any]) -> None:
    """A ring that the scene does not reach but for one of its own."""
    tree["nodes"] = [{"children": [1], "mesh": 1}, {"children": [2], "mesh": 1}, {"children": [1], "mesh": 1}]


def _shared(tree: dict[str, Any], count: int) -> None:
    """Many accessors over the same bytes."""
    tree["accessors"] += [dict(tree["accessors"][0], count=8) for _ in range(count)]


def _instances(tree: dict[str, Any], count: int) -> None:
    """One mesh on many nodes."""
    tree["nodes"] = [{"mesh": 1} for _ in range(count)]
    tree["scenes"] = [{"nodes": list(range(count))}]


def _claim(tree: dict[str, Any], **values: Any) -> None:
    tree["accessors"][0].update(values)
    tree["accessors"][0].pop("bufferView")


def _glb(tree: dict[str, Any] | bytes, blob: bytes = b"") -> Files:
    return {"a.glb": seeds.glb(tree, blob)}


def _doubled(tree: dict[str, Any]) -> None:
    tree["buffers"] = [tree["buffers"][0] for _ in range(30_000)]


_DEEP = b'{"asset": {"version": "2.0"}, "extras": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def _rich(change: Callable[[dict[str, Any]], object], make: Callable[[], Gltf] = seeds_gltf.rich) -> Files:
    """A file that uses much of the format, changed."""
    file = make()
    change(file.tree)
    return {"a.glb": file.glb()}


def _packed(tree: dict[str, Any], **values: Any) -> None:
    """Another claim of the first compressed view."""
    next(v for v in tree["bufferViews"] if "extensions" in v)["extensions"]["EXT_meshopt_compression"].update(values)


def _sparse(tree: dict[str, Any]) -> dict[str, Any]:
    return next(a for a in tree["accessors"] if "sparse" in a)["sparse"]


def _moved(tree: dict[str, Any]) -> dict[str, Any]:
    return tree["materials"][0]["pbrMetallicRoughness"]["baseColorTexture"]["extensions"]["KHR_texture_transform"]


def _turns(tree: dict[str, Any]) -> dict[str, Any]:
    return tree["accessors"][tree["nodes"][3]["extensions"]["EXT_mesh_gpu_instancing"]["attributes"]["ROTATION"]]


def _same_primitive(tree: dict[str, Any], count: int) -> None:
    tree["meshes"][0]["primitives"] = [tree["meshes"][0]["primitives"][0]] * count


_CUT = seeds.glb(*seeds.gltf_tree(embedded=True))
GLTF = (
    either("gltf nodes in a ring", "gltf", gltf_files(_loop)),
    either("gltf nodes in a ring with meshes", "gltf", gltf_files(_loops)),
    either("gltf node that is its own child", "gltf", gltf_files(lambda t: t["nodes"][0].update(children=[0, 1]))),
    either("gltf chain of 20,000 nodes", "gltf", gltf_files(lambda t: _chain(t, 20_000, False))),
    either("gltf chain of 3,000 meshes", "gltf", gltf_files(lambda t: _chain(t, 3000, True))),
    refused("gltf accessor of 10^12 without data", "gltf", gltf_files(lambda t: _claim(t, count=10**12)), "AssetError no_faces"),
    refused("gltf accessor of 10^8 matrices without data", "gltf", gltf_files(lambda t: _claim(t, count=10**8, type="MAT4")), "AssetError unreadable"),
    refused("gltf accessor of -1", "gltf", gltf_files(lambda t: t["accessors"][0].update(count=-1)), "AssetError unreadable"),
    noted("gltf view of 10^12 bytes", "gltf", gltf_files(lambda t: t["bufferViews"][0].update(byteLength=10**12))),
    refused("gltf stride of 0", "gltf", gltf_files(lambda t: t["bufferViews"][0].update(byteStride=0)), "AssetError unreadable"),
    either("gltf with 40,000 accessors over the same bytes", "gltf", gltf_files(lambda t: _shared(t, 40_000))),
    refused("gltf with 101,000 accessors", "gltf", gltf_files(lambda t: _shared(t, 101_000)), "AssetError too_large"),
    refused("gltf with 101,000 instances", "gltf", gltf_files(lambda t: _instances(t, 101_000)), "AssetError too_large"),
    either("gltf with 2,000 instances", "gltf", gltf_files(lambda t: _instances(t, 2000))),
    noted("gltf buffer named 30,000 times", "gltf", gltf_files(_doubled) | {"a.bin": seeds.gltf_tree()[1] + bytes(1 << 20)}),
    noted("gltf image named 40,000 times", "gltf", gltf_files(lambda t: t.update(images=t["images"] * 40_000)) | {"t.png": bytes(1 << 20)}, "unreadable_texture"),
    refused("gltf index out of range", "gltf", gltf_files(lambda t: t["accessors"][0].update(count=2)), "AssetError bad_index"),
    refused("gltf of NaN in a matrix", "gltf", gltf_files(lambda t: t["nodes"][0].update(translation=[float("nan"), 0, 0]))),
    refused("gltf scaled by 1e300", "gltf", gltf_files(lambda t: t["nodes"][0].update(scale=[1e300] * 3))),
    refused("gltf scaled by 0", "gltf", gltf_files(lambda t: t["nodes"][0].update(scale=[0, 0, 0]))),
    refused("gltf nested 100,000 deep", "gltf", {"a.gltf": _DEEP}, "AssetError unreadable"),
    refused("glb nested 100,000 deep", "glb", _glb(_DEEP), "AssetError unreadable"),
    refused("gltf that is no tree", "gltf", {"a.gltf": b"[1, 2]"}, "AssetError unreadable"),
    refused("gltf that is UTF-16", "gltf", {"a.gltf": json.dumps(seeds.gltf_tree()[0]).encode("utf-16")}, "AssetError unreadable"),
    either("gltf data that is no base64", "gltf", gltf_files(lambda t: t["images"][0].update(uri="data:image/png;base64,####"))),
    refused("gltf buffer that is no base64", "gltf", gltf_files(lambda t: t["buffers"][0].update(uri="data:;base64,####"))),
    either("gltf texture coordinates of the positions", "gltf", gltf_files(lambda t: t["meshes"][0]["primitives"][0]["attributes"].update(TEXCOORD_0=0))),
    refused("glb with a sparse accessor of 10^12", "glb", _rich(lambda t: _sparse(t).update(count=10**12)), "AssetError unreadable"),
    refused("glb whose sparse rows are elsewhere", "glb", _rich(lambda t: _sparse(t)["indices"].update(byteOffset=5)), "AssetError unreadable"),
    refused("glb with a joint that is not there", "glb", _rich(lambda t: t["skins"][0].update(joints=[1])), "AssetError bad_index"),
    refused("glb with joints 10^12", "glb", _rich(lambda t: t["skins"][0].update(joints=[10**12])), "AssetError unreadable"),
    refused("glb with a weight of 1e308", "glb", _rich(lambda t: t["nodes"][0].update(weights=[1e308])), "AssetError not_finite", "AssetError implausible_size"),
    either("glb with a texture turned by 1e300", "glb", _rich(lambda t: _moved(t).update(rotation=1e300))),
    noted("glb with a texture scaled by 1e30", "glb", _rich(lambda t: _moved(t).update(scale=[1e30, 1])), "bad_uv"),
    noted("glb with a glow of 1e300", "glb", _rich(lambda t: t["materials"][1].update(emissiveFactor=[1e300, 0, 0]))),
    refused("glb of meshopt rows of 1 GB", "glb", _rich(lambda t: _packed(t, count=1 << 24, byteStride=64), seeds_gltf.meshopt_packed), "AssetError too_large"),
    refused("glb of meshopt rows of 3 bytes", "glb", _rich(lambda t: _packed(t, byteStride=3), seeds_gltf.meshopt_packed), "AssetError unreadable"),
    either("glb with 2,000 times one draco stream", "glb", _rich(lambda t: _same_primitive(t, 2_000), seeds_gltf.draco)),
    refused("glb with 101,000 primitives", "glb", _rich(lambda t: t["meshes"][0].update(primitives=[{}] * 101_000)), "AssetError too_large"),
    refused("glb with instances of 10^9", "glb", _rich(lambda t: _turns(t).update(count=10**9)), "AssetError unreadable"),
    refused("glb that claims 4 GB of JSON", "glb", {"a.glb": _CUT[:12] + b"\xff\xff\xff\xff" + _CUT[16:]}, "AssetError unreadable"),
    refused("glb cut off", "glb", {"a.glb": _CUT[:-99]}, "AssetError unreadable"),
    refused("glb of a head alone", "glb", {"a.glb": _CUT[:20]}, "AssetError unreadable"),
)  # fmt: skip
