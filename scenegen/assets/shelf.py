"""The textures of one model: read once, shared, and every failure noted."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from scenegen.assets.images import decode_texture, texture_of
from scenegen.assets.lookup import find_file
from scenegen.assets.mesh import Texture
from scenegen.assets.source import Defect
from scenegen.errors import AssetError

MOST_TEXTURES = 1024
"""Names of one model that are looked up; what is named after them counts as missing."""
_MOST_BYTES = 256 << 20


class TextureShelf:
    """Textures by the name a model gives them; equal pictures are one object."""

    def __init__(self, root: Path, start: Path) -> None:
        self._root, self._start = root, start
        self._by_name: dict[str, Texture | None] = {}
        self._by_path: dict[Path, Texture | None] = {}
        self._by_content: dict[str, Texture] = {}
        self.defects: list[Defect] = []
        """What could not be had: missing_texture, outside_root, unreadable_texture, huge_texture."""

    def named(self, name: str) -> Texture | None:
        """The texture in a file of the model's folder; None, noted once, where it cannot be had."""
        if name not in self._by_name:
            full = len(self._by_name) >= MOST_TEXTURES
            self._by_name[name] = self._lost(name) if full else self._read(name)
        return self._by_name[name]

    def embedded(self, image: Image.Image, name: str) -> Texture | None:
        """The texture of a picture that came inside the model's file."""
        key = f"{id(image)}"
        if key not in self._by_name:
            self._by_name[key] = self._noted(name, lambda: texture_of(image))
        return self._by_name[key]

    def _read(self, name: str) -> Texture | None:
        """Find, read and decode."""
        try:
            path = find_file(self._root, self._start, name)
        except PermissionError:
            self.defects.append(Defect("outside_root", name))
            path = None
        if path is None:
            return self._lost(name)
        if path not in self._by_path:  # a model may spell one file in many ways
            self._by_path[path] = self._noted(name, lambda: decode_texture(_bytes(path)))
        return self._by_path[path]

    def _lost(self, name: str) -> None:
        """Note that a picture is not there."""
        self.defects.append(Defect("missing_texture", name))

    def _noted(self, name: str, read: Callable[[], Texture]) -> Texture | None:
        """The texture, shared by content, or None and a defect."""
        try:
            texture = read()
        except AssetError as error:
            self.defects.append(Defect(error.reason, name))
            return None
        except Exception:  # Pillow's plugins raise almost anything on broken pictures
            self.defects.append(Defect("unreadable_texture", name))
            return None
        pixels = texture.levels[0]
        digest = hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
        return self._by_content.setdefault(digest, texture)


def _bytes(path: Path) -> bytes:
    """Contents of a picture's file. Raises AssetError `huge_texture`."""
    if path.stat().st_size > _MOST_BYTES:
        raise AssetError("huge_texture", f"{path.name}: more than {_MOST_BYTES >> 20} MiB")
    return path.read_bytes()
