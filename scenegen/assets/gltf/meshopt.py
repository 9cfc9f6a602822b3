"""Views compressed by meshoptimizer: EXT_meshopt_compression, and KHR_meshopt_compression, which adds to it.

Format: https://github.com/KhronosGroup/glTF/tree/main/extensions/2.0/Vendor/EXT_meshopt_compression
"""

from scenegen.assets.gltf.packages import decoder
from scenegen.assets.gltf.tree import Tree, text

_MODES = ("ATTRIBUTES", "TRIANGLES", "INDICES")
_FILTERS = ("NONE", "OCTAHEDRAL", "QUATERNION", "EXPONENTIAL", "COLOR")


def decode_view(data: memoryview, count: int, stride_bytes: int, packed: Tree, where: str) -> memoryview:
    """`count` elements of `stride_bytes` each, decoded as the extension's mode and filter say.

    Raises AssetError `missing_package`; ValueError where the data are damaged.
    """
    mode, how = text(packed, "mode"), text(packed, "filter") or "NONE"
    if mode not in _MODES or how not in _FILTERS:
        raise ValueError(f"meshopt mode {mode!r:.30} with filter {how!r:.30} is not known")
    if not count:
        return memoryview(b"")
    meshopt = decoder("meshopt", where, "EXT_meshopt_compression")
    try:
        rows = meshopt.decode_gltf_buffer(bytes(data), count, stride_bytes, mode, how)
    except Exception as error:  # its errors are of several kinds
        raise ValueError(f"meshopt data do not decode ({error})") from None
    return memoryview(rows.tobytes())
