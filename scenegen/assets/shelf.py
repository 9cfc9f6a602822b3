"""The textures of one model: looked at together, read once, shared, and every failure noted."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scenegen.assets.images import REPEAT, decode_texture, fitting_side, picture_size
from scenegen.assets.lookup import find_file
from scenegen.assets.mesh import Texture, Wrap
from scenegen.assets.source import Defect
from scenegen.errors import AssetError

MOST_TEXTURES = 1024
"""Pictures of one model that are looked up; what is named after them counts as missing."""
_MOST_BYTES = 256 << 20
_WHOLE = 1 << 16


@dataclass(frozen=True)
class Picture:
    """An encoded picture that a model names, or holds."""

    name: str
    """File name as the model writes it; of a picture inside the model's file, what to call it in a defect."""
    data: bytes | None = None
    """The picture itself; None: it is in the file of that name."""


class TextureShelf:
    """Textures of a model's pictures; equal pictures are one set of texels.

    `fit` is told all pictures before the first is read, so that together they keep within `max_texels`.
    """

    def __init__(self, root: Path, start: Path, max_texels: int) -> None:
        self._root, self._start, self._max_texels = root, start, max_texels
        self._side = _WHOLE
        self._data: dict[Picture, bytes | None] = {}
        self._decodes: dict[tuple[str, bool], Texture | None] = {}
        self._wrapped: dict[tuple[str, bool, tuple[Wrap, Wrap]], Texture] = {}
        self.defects: list[Defect] = []
        """What could not be had, and what was scaled down: missing_texture, outside_root, unreadable_texture,
        huge_texture, texture_reduced."""

    def fit(self, pictures: Sequence[Picture]) -> None:
        """Look at the headers of all pictures in use, and settle how far each has to be scaled down."""
        found = [data for p in dict.fromkeys(pictures) if (data := self._bytes(p)) is not None]
        distinct = {hashlib.sha256(data).digest(): data for data in found}
        sizes = [size for data in distinct.values() if (size := _size(data)) is not None]
        self._side = fitting_side(sizes, self._max_texels)

    def texture(self, picture: Picture, *, wrap: tuple[Wrap, Wrap] = REPEAT, opaque: bool = False) -> Texture | None:
        """The texture of a picture; None, noted once, where it cannot be had. `opaque`: its alpha says nothing."""
        data = self._bytes(picture)
        if data is None:
            return None
        key = hashlib.sha256(data).hexdigest(), opaque
        if key not in self._decodes:
            self._decodes[key] = self._decoded(picture.name, data, opaque)
        texture = self._decodes[key]
        if texture is None or texture.wrap == wrap:
            return texture
        return self._wrapped.setdefault((*key, wrap), replace(texture, wrap=wrap))

    def _decoded(self, name: str, data: bytes, opaque: bool) -> Texture | None:
        """The texture with its reduction noted, or None and a defect."""
        try:
            texture = decode_texture(data, self._side, opaque=opaque)
        except AssetError as error:
            self.defects.append(Defect(error.reason, name))
            return None
        width, height = picture_size(data)
        if texture.size[0] < width or texture.size[1] < height:
            what = f"{name}: {width} x {height} to {texture.size[0]} x {texture.size[1]}"
            self.defects.append(Defect("texture_reduced", what))
        return texture

    def _bytes(self, picture: Picture) -> bytes | None:
        """The encoded picture; None, noted once, where it cannot be had."""
        if picture not in self._data:
            full = len(self._data) >= MOST_TEXTURES
            self._data[picture] = self._lost(picture.name) if full else self._read(picture)
        return self._data[picture]

    def _read(self, picture: Picture) -> bytes | None:
        """Find and read."""
        if picture.data is not None:
            return picture.data
        try:
            path = find_file(self._root, self._start, picture.name)
        except PermissionError:
            self.defects.append(Defect("outside_root", picture.name))
            path = None
        if path is None:
            return self._lost(picture.name)
        if path.stat().st_size > _MOST_BYTES:
            self.defects.append(Defect("huge_texture", picture.name))
            return None
        return path.read_bytes()

    def _lost(self, name: str) -> None:
        """Note that a picture is not there."""
        self.defects.append(Defect("missing_texture", name))


def _size(data: bytes) -> tuple[int, int] | None:
    """Size of an encoded picture; None where it is none."""
    try:
        return picture_size(data)
    except AssetError:
        return None
