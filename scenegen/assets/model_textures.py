"""The textures of one model: looked at together, read once, shared, and every failure noted."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from scenegen.assets.images import (
    MAX_PIXELS,
    REPEAT,
    PictureHeader,
    decode_texture,
    fitting_texels,
    read_header,
    reduced,
)
from scenegen.assets.lookup import find_file
from scenegen.assets.mesh import Texture, Wrap
from scenegen.assets.source import Defect
from scenegen.assets.wording import one_line
from scenegen.errors import AssetError

MOST_TEXTURES = 1024
"""Pictures of one model that are looked up; what is named after them counts as missing."""
MOST_DECODED = 5 * MAX_PIXELS
"""Pixels of one model that are decoded, before they are scaled down; pictures beyond count as too large."""
_MOST_BYTES = 256 << 20


@dataclass(frozen=True)
class Picture:
    """An encoded picture that a model names, or holds."""

    name: str
    """File name as the model writes it; of a picture inside the model's file, what to call it in a defect."""
    data: bytes | None = None
    """The picture itself; None: it is in the file of that name."""


@dataclass(frozen=True)
class _Found:
    """A picture that is there."""

    source: Path | bytes
    digest: str
    """sha256 of its bytes: equal pictures under several names are one."""
    look: PictureHeader | None
    """None where the header is damaged."""

    def read(self) -> bytes:
        """The encoded picture: files are read again, so that not all of a model's are in memory at once."""
        return self.source if isinstance(self.source, bytes) else self.source.read_bytes()


class TextureStore:
    """Textures of a model's pictures; equal pictures are one set of texels.

    `fit` is told all pictures before the first is read, so that together they keep within `max_texels`.
    """

    def __init__(self, root: Path, start: Path, max_texels: int) -> None:
        self._root, self._start, self._max_texels = root, start, max_texels
        self._most = max_texels
        self._decoded_pixels = 0
        self._found: dict[Picture, _Found | None] = {}
        self._files: dict[Path, _Found | None] = {}
        self._textures: dict[tuple[str, bool], Texture | None] = {}
        self._wrapped: dict[tuple[str, bool, tuple[Wrap, Wrap]], Texture] = {}
        self._notes: dict[Defect, None] = {}

    @property
    def defects(self) -> list[Defect]:
        """What could not be had, or not as it is.

        Codes: missing_texture, outside_root, unreadable_texture, huge_texture, texture_reduced (with sizes and
        factor), cut_out (texels to be seen through that were painted over).
        """
        return list(self._notes)

    def fit(self, pictures: Sequence[Picture]) -> None:
        """Look at the headers of all pictures in use, and settle how far each has to be scaled down."""
        found = [f for p in dict.fromkeys(pictures) if (f := self._find(p)) is not None]
        sizes = {f.digest: f.look.size for f in found if f.look is not None}
        self._most = fitting_texels(list(sizes.values()), self._max_texels)

    def texture(self, picture: Picture, *, wrap: tuple[Wrap, Wrap] = REPEAT, opaque: bool = False) -> Texture | None:
        """The texture of a picture; None, noted once, where it cannot be had. `opaque`: its alpha says nothing."""
        found = self._find(picture)
        if found is None:
            return None
        key = found.digest, opaque or found.look is None or not found.look.has_alpha
        if key not in self._textures:
            self._textures[key] = self._decoded(picture.name, found, opaque)
        texture = self._textures[key]
        if texture is None or texture.wrap == wrap:
            return texture
        return self._wrapped.setdefault((*key, wrap), replace(texture, wrap=wrap))

    def _decoded(self, name: str, found: _Found, opaque: bool) -> Texture | None:
        """The texture with what happened to it noted, or None and a defect."""
        try:
            self._count(found.look)
            decoded = decode_texture(found.read(), self._most, opaque=opaque)
        except AssetError as error:
            self._note(error.reason, f"{_short(name)}: {error}")
            return None
        if decoded.cut_out:
            self._note("cut_out", name)
        if found.look is not None and decoded.texture.size != found.look.size:
            self._note("texture_reduced", _reduction(name, found.look.size, decoded.texture.size))
        return decoded.texture

    def _count(self, header: PictureHeader | None) -> None:
        """Count the work of decoding. Raises AssetError `huge_texture` where a model has too much of it."""
        if header is None:
            return
        width, height = header.size
        # what can be decoded at a fraction is decoded at less than twice the size that is wanted
        read = reduced(header.size, 4 * self._most) if header.drafts else header.size
        self._decoded_pixels += read[0] * read[1]
        if self._decoded_pixels > MOST_DECODED:
            what = f"picture of {width} x {height} pixels: the model's pictures have more than {MOST_DECODED} together"
            raise AssetError("huge_texture", what)

    def _find(self, picture: Picture) -> _Found | None:
        """The picture, looked at; None, noted once, where it cannot be had."""
        if picture not in self._found:
            full = len(self._found) >= MOST_TEXTURES
            self._found[picture] = self._lost(picture.name) if full else self._looked_up(picture)
        return self._found[picture]

    def _looked_up(self, picture: Picture) -> _Found | None:
        """Find, or find again under another spelling."""
        if picture.data is not None:
            return _examined(picture.data, picture.data)
        try:
            path = find_file(self._root, self._start, picture.name)
        except PermissionError:
            self._note("outside_root", picture.name)
            path = None
        if path is None:
            return self._lost(picture.name)
        file = path.resolve()
        if file not in self._files:
            self._files[file] = self._opened(file, picture.name)
        return self._files[file]

    def _opened(self, file: Path, name: str) -> _Found | None:
        """The picture in a file, unless that is too large."""
        size = file.stat().st_size
        if size > _MOST_BYTES:
            self._note("huge_texture", f"{_short(name)}: a file of {size} bytes, more than {_MOST_BYTES}")
            return None
        return _examined(file, file.read_bytes())

    def _lost(self, name: str) -> None:
        """Note that a picture is not there."""
        self._note("missing_texture", name)

    def _note(self, code: str, detail: str) -> None:
        """Keep a defect, once."""
        self._notes[Defect(code, detail)] = None


def _examined(source: Path | bytes, data: bytes) -> _Found:
    """What is known of a picture before it is decoded."""
    try:
        header = read_header(data)
    except AssetError:
        header = None
    return _Found(source, hashlib.sha256(data).hexdigest(), header)


def _short(name: str) -> str:
    """A name that leaves room for what is said of it."""
    return one_line(name, 60)


def _reduction(name: str, before: tuple[int, int], after: tuple[int, int]) -> str:
    """What scaling down did to a picture, in words: `atlas.jpg: 16384 x 16384 to 8192 x 8192, 1/2`."""
    factor = max(before[0] / after[0], before[1] / after[1])
    return f"{_short(name)}: {before[0]} x {before[1]} to {after[0]} x {after[1]}, 1/{factor:.3g}"
