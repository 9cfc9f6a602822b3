"""Where a material's picture comes from, how it repeats, and which texture coordinates it is read at.

Format: glTF 2.0, sections 3.8 and 3.9.2; KHR_texture_transform, KHR_texture_basisu, EXT_texture_webp,
EXT_texture_avif, MSFT_texture_dds.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.gltf.buffers import Buffers, data_uri
from scenegen.assets.gltf.tree import Tree, branch, entry, extension, number, numbers, text, whole_number
from scenegen.assets.mesh import Wrap
from scenegen.assets.model_textures import Picture

F64 = NDArray[np.float64]
_WRAPS: dict[Any, Wrap] = {33071: "clamp", 33648: "mirror", 10497: "repeat"}
_WEBP, _DDS = "EXT_texture_webp", "MSFT_texture_dds"
_UNREAD = {
    "KHR_texture_basisu": ("image/ktx2", ".ktx2", "KTX2/Basis Universal"),
    "EXT_texture_avif": ("image/avif", ".avif", "AVIF"),
}
"""Kind, ending and name of formats of pictures that are not read, by extension."""


@dataclass(frozen=True)
class Placement:
    """Which texture coordinates a picture is read at."""

    channel: int = 0
    """TEXCOORD_n."""
    offset: tuple[float, float] = (0.0, 0.0)
    rotation_rad: float = 0.0
    scale: tuple[float, float] = (1.0, 1.0)


@dataclass(frozen=True)
class Use:
    """A texture as a material uses it."""

    picture: Picture | None
    """None: there is one, in no format that is read."""
    wrap: tuple[Wrap, Wrap]
    placement: Placement
    complaint: str = ""
    """What to call a picture that is not read."""


def texture_use(buffers: Buffers, owner: Tree, key: str) -> Use | None:
    """The texture under a key of a material; None where there is none. Raises ValueError; see `Buffers.view`."""
    if owner.get(key) is None:
        return None
    info = branch(owner, key)
    texture = entry(buffers.tree, "textures", info.get("index"))
    sampler = {} if texture.get("sampler") is None else entry(buffers.tree, "samplers", texture["sampler"])
    wrap = (_wrap(sampler.get("wrapS")), _wrap(sampler.get("wrapT")))
    picture, complaint = _picture(buffers, texture)
    return Use(picture, wrap, _placement(info), complaint)


def placed_uv(coordinates: F64, placement: Placement) -> F64:
    """(N, 2) texture coordinates after offset x rotation x scale, with v = 1 at the picture's top instead of 0."""
    u, v = (coordinates[:, :2] * placement.scale).T
    c, s = np.cos(placement.rotation_rad), np.sin(placement.rotation_rad)
    moved = np.stack([c * u + s * v, c * v - s * u], axis=1) + placement.offset
    return np.stack([moved[:, 0], 1 - moved[:, 1]], axis=1)


def _placement(info: Tree) -> Placement:
    """Set and transform of texture coordinates. Raises ValueError."""
    channel = whole_number(info.get("texCoord", 0), "texCoord")
    moved = extension(info, "KHR_texture_transform")
    if moved is None:
        return Placement(channel)
    dx, dy = numbers(moved, "offset", (0, 0)).tolist()
    sx, sy = numbers(moved, "scale", (1, 1)).tolist()
    turn = number(moved.get("rotation", 0), "rotation")
    return Placement(whole_number(moved.get("texCoord", channel), "texCoord"), (dx, dy), turn, (sx, sy))


def _wrap(code: object) -> Wrap:
    """What a sampler says of the outside of a picture; repeat where it says nothing known."""
    return _WRAPS.get(code, "repeat") if isinstance(code, int) else "repeat"


def _picture(buffers: Buffers, texture: Tree) -> tuple[Picture | None, str]:
    """The picture of a texture, or None and why: of those it names, the first that is read."""
    named = {name: (extension(texture, name) or {}).get("source") for name in (_WEBP, _DDS, *_UNREAD)}
    choices = (named[_WEBP], texture.get("source"), named[_DDS], *(named[name] for name in _UNREAD))
    source = next((k for k in choices if k is not None), None)
    if source is None:
        return None, "a texture without a picture"
    image = entry(buffers.tree, "images", source)
    title = text(image, "name") or _title(image, source)
    unread = _unread_format(image)
    return (None, f"{title}: {unread} is not read") if unread else (_of_image(buffers, image, title), "")


def _title(image: Tree, source: object) -> str:
    """What to call a picture that has no name."""
    uri = text(image, "uri")
    return uri if uri and not uri.startswith("data:") else f"picture {source}"


def _unread_format(image: Tree) -> str:
    """The name of an image's format if it is one that is not read."""
    uri = text(image, "uri").lower()
    for kind, ending, words in _UNREAD.values():
        if text(image, "mimeType") == kind or uri.endswith(ending) or uri.startswith(f"data:{kind}"):
            return words
    return ""


def _of_image(buffers: Buffers, image: Tree, title: str) -> Picture:
    """The picture in a file, in a view or in the URI itself. Raises ValueError; see `Buffers.view`."""
    if image.get("bufferView") is not None:
        return Picture(title, bytes(buffers.view(image["bufferView"]).data))
    uri = text(image, "uri")
    if not uri.startswith("data:"):
        return Picture(uri)
    try:
        return Picture(title, data_uri(uri))
    except ValueError:
        return Picture(title, b"")  # found out, and noted, where it is decoded
