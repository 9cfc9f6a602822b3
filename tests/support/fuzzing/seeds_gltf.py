"""glTF files that use much of the format: sparse, interleaved and quantised rows, skins, morph targets, instances,
texture transforms, and streams of Draco and meshoptimizer."""

from typing import Any

import DracoPy
import meshopt
import numpy as np
from gltf_files import QUAD_UV, Gltf, png
from model_files import CUBE_F, CUBE_V

POINTS = CUBE_V.astype("<f4")
CORNERS = CUBE_F.ravel().astype("<u2")
_PLAIN = {"componentType": 5126, "count": len(POINTS), "type": "VEC3"}


def rich() -> Gltf:
    """Two meshes: one skinned, with morph targets and a sparse accessor; one in instances, interleaved and quantised."""
    file = Gltf()
    file.tree["nodes"] = [
        {"mesh": 0, "skin": 0, "weights": [0.5]},
        {"translation": [0, 0, 1], "children": [2]},
        {"rotation": [0, 0, 0.7071068, 0.7071068], "scale": [1, 1, -1]},
        {"mesh": 1, "extensions": {"EXT_mesh_gpu_instancing": {"attributes": _instances(file)}}},
    ]
    file.tree["scenes"] = [{"nodes": [0, 1, 3]}]
    file.mesh(_bent(file), weights=[0.25])
    file.mesh(_interleaved(file))
    file.tree["meshes"][1]["primitives"].append(_fan(file))
    _materials(file)
    inverse = np.tile(np.eye(4, dtype="<f4").ravel(), (2, 1))
    file.add("skins", joints=[1, 2], inverseBindMatrices=file.accessor(inverse))
    return file.used("EXT_mesh_gpu_instancing", "KHR_texture_transform", "KHR_mesh_quantization", required=True)


def _instances(file: Gltf) -> dict[str, int]:
    """Three places."""
    turns = np.array([[0, 0, 0, 32767], [0, 0, 23170, 23170], [1, 1, 1, 1]], "<i2")
    return {"TRANSLATION": file.accessor(np.eye(3, dtype="<f4") * 3), "ROTATION": file.accessor(turns, normalized=True)}


def _bent(file: Gltf) -> dict[str, Any]:
    """A skinned primitive with a morph target that is sparse."""
    rows = {"bufferView": file.view(np.array([1, 3, 5], "<u2").tobytes()), "componentType": 5123}
    moved = {"bufferView": file.view((POINTS[:3] + 1).tobytes())}
    target = file.add("accessors", **_PLAIN, sparse={"count": 3, "indices": rows, "values": moved})
    shares = np.tile(np.array([[200, 55, 0, 0]], "u1"), (8, 1))
    attributes = {
        "POSITION": file.accessor(POINTS),
        "NORMAL": file.accessor(POINTS),
        "COLOR_0": file.accessor(np.full((8, 4), 999, "<u2"), normalized=True),
        "TEXCOORD_0": file.accessor(POINTS[:, :2]),
        "JOINTS_0": file.accessor(np.tile(np.array([[0, 1, 0, 0]], "u1"), (8, 1))),
        "WEIGHTS_0": file.accessor(shares, normalized=True),
    }
    return {
        "attributes": attributes,
        "indices": file.accessor(CORNERS),
        "material": 0,
        "targets": [{"POSITION": target}],
    }


def _interleaved(file: Gltf) -> dict[str, Any]:
    """A quantised primitive whose attributes lie side by side."""
    rows = np.zeros(8, [("p", "<i2", 4), ("uv", "<u2", 2)])
    rows["p"][:, :3], rows["uv"] = CUBE_V * 30_000, CUBE_V[:, :2] * 65_535
    view = file.view(rows.tobytes(), byteStride=12)
    position = {"componentType": 5122, "count": 8, "type": "VEC3", "normalized": True}
    uv = {"componentType": 5123, "count": 8, "type": "VEC2", "normalized": True, "byteOffset": 8}
    names = {"POSITION": position, "TEXCOORD_0": uv}
    return {
        "attributes": {name: file.add("accessors", bufferView=view, **entry) for name, entry in names.items()},
        "indices": file.accessor(CORNERS),
        "material": 1,
    }


def _fan(file: Gltf) -> dict[str, Any]:
    """A fan without indices."""
    return {
        "attributes": {"POSITION": file.accessor(POINTS[[0, 1, 3, 2]]), "TEXCOORD_1": file.accessor(QUAD_UV)},
        "mode": 6,
    }


def _materials(file: Gltf) -> None:
    """One with a picture that is moved, one of the older kind that glows."""
    texture = file.texture(np.arange(48).reshape(4, 4, 3) * 5, sampler=file.add("samplers", wrapS=33071, wrapT=33648))
    moved = {"KHR_texture_transform": {"offset": [0.5, 0], "rotation": 0.3, "scale": [2, 1]}}
    base = {"baseColorTexture": {"index": texture, "extensions": moved}, "baseColorFactor": [0.5, 1, 1, 0.5]}
    file.add("materials", name="a", pbrMetallicRoughness=base, alphaMode="MASK", alphaCutoff=0.4)
    glossy = {"KHR_materials_pbrSpecularGlossiness": {"diffuseTexture": {"index": texture}}}
    glow = {"emissiveFactor": [1, 1, 0], "emissiveTexture": {"index": texture}}
    file.add("materials", name="b", extensions=glossy, **glow)
    file.add("images", uri="data:image/png;base64,", name=str(len(png(np.zeros((1, 1, 3))))))


def draco() -> Gltf:
    """A cube in a Draco stream, by the method of either level."""
    file = Gltf()
    parts = []
    for level in (0, 7):
        data = DracoPy.encode(POINTS, CUBE_F.astype(np.uint32), compression_level=level, quantization_bits=11)
        packed = {"bufferView": file.view(data), "attributes": {"POSITION": 0}}
        names = {"POSITION": file.add("accessors", **_PLAIN)}
        index = file.add("accessors", componentType=5123, count=len(CORNERS), type="SCALAR")
        parts.append({"attributes": names, "indices": index, "extensions": {"KHR_draco_mesh_compression": packed}})
    file.add("meshes", primitives=parts)
    return file.used("KHR_draco_mesh_compression", required=True)


def meshopt_packed() -> Gltf:
    """A cube in views compressed by meshoptimizer, its normals filtered."""
    file = Gltf()
    normals = np.concatenate([POINTS * 2 - 1, np.ones((8, 1), "f4")], axis=1) / np.sqrt(3)
    packed = [
        (POINTS, "ATTRIBUTES", "NONE", {"componentType": 5126, "type": "VEC3"}),
        (CUBE_F.ravel().astype("<u4")[:, None], "TRIANGLES", "NONE", {"componentType": 5125, "type": "SCALAR"}),
        (meshopt.encode_filter_oct(normals, 4, 8), "ATTRIBUTES", "OCTAHEDRAL", {"componentType": 5120, "type": "VEC3", "normalized": True}),
    ]  # fmt: skip
    position, index, normal = (_packed(file, *entry) for entry in packed)
    file.mesh({"attributes": {"POSITION": position, "NORMAL": normal}, "indices": index})
    return file.used("EXT_meshopt_compression", required=True)


def _packed(file: Gltf, rows: np.ndarray, mode: Any, how: str, kind: dict[str, Any]) -> int:
    """An accessor of compressed rows."""
    rows = np.ascontiguousarray(rows)
    plain = rows.ravel() if mode == "TRIANGLES" else rows
    at = file.view(meshopt.encode_gltf_buffer(plain, mode))
    stride = rows.nbytes // len(rows)
    whole = file.tree["bufferViews"][at] | {"byteStride": stride, "count": len(rows), "mode": mode, "filter": how}
    strided = {} if mode == "TRIANGLES" else {"byteStride": stride}
    view = file.add(
        "bufferViews", buffer=0, byteLength=rows.nbytes, extensions={"EXT_meshopt_compression": whole}, **strided
    )
    return file.add("accessors", bufferView=view, count=len(rows), **kind)
