"""Buffers and views of them: the bytes of a file, read when first asked for, each once."""

import base64
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_to_bytes

from scenegen.assets.gltf.container import Document
from scenegen.assets.gltf.meshopt import decode_view
from scenegen.assets.gltf.tree import Tree, entry, extension, text, whole_number
from scenegen.assets.lookup import find_file
from scenegen.assets.wording import one_line
from scenegen.errors import AssetError

_MESHOPT = ("KHR_meshopt_compression", "EXT_meshopt_compression")


@dataclass(frozen=True)
class BufferView:
    """A part of a buffer."""

    data: memoryview
    stride_bytes: int | None
    """From one element to the next, where the file says so."""


class Buffers:
    """The bytes of a document's buffers and views. Together at most `max_bytes`, decoded ones counted."""

    def __init__(self, document: Document, root: Path, path: Path, max_bytes: int) -> None:
        self.tree = document.tree
        self._blob, self._root, self._path = document.blob, root, path
        self._left = max_bytes
        self._buffers: dict[int, memoryview] = {}
        self._files: dict[Path, memoryview] = {}
        self._views: dict[int, BufferView] = {}

    def view(self, index: object) -> BufferView:
        """A view, what is compressed decoded; cut where its buffer ends.

        Raises AssetError: `missing_buffer`, `outside_root`, `too_large`, `missing_package`; ValueError.
        """
        row, at = entry(self.tree, "bufferViews", index), whole_number(index, "an index of bufferViews")
        if at not in self._views:
            packed = next((e for name in _MESHOPT if (e := extension(row, name)) is not None), None)
            self._views[at] = self._plain(row) if packed is None else self._unpacked(packed)
        return self._views[at]

    def _plain(self, row: Tree) -> BufferView:
        """A view of bytes as they are."""
        stride = row.get("byteStride")
        return BufferView(self._piece(row), None if stride is None else whole_number(stride, "byteStride", least=1))

    def _unpacked(self, packed: Tree) -> BufferView:
        """A view that is compressed. Raises AssetError `too_large`, `missing_package`; ValueError."""
        stride, count = (
            whole_number(packed.get("byteStride"), "byteStride", least=1),
            whole_number(packed.get("count"), "count"),
        )
        self._spend(stride * count)
        return BufferView(decode_view(self._piece(packed), count, stride, packed, self._path.name), stride)

    def _piece(self, row: Tree) -> memoryview:
        """The bytes that an offset and a length name, or as many of them as there are."""
        start, length = (
            whole_number(row.get("byteOffset", 0), "byteOffset"),
            whole_number(row.get("byteLength"), "byteLength"),
        )
        return self._buffer(whole_number(row.get("buffer"), "buffer"))[start : start + length]

    def _buffer(self, index: int) -> memoryview:
        """A whole buffer."""
        if index not in self._buffers:
            uri = text(entry(self.tree, "buffers", index), "uri")
            self._buffers[index] = self._from_uri(uri) if uri else self._embedded(index)
        return self._buffers[index]

    def _embedded(self, index: int) -> memoryview:
        """The binary part of the file. Raises AssetError `missing_buffer`."""
        if index or self._blob is None:
            raise AssetError("missing_buffer", f"{self._path.name}: buffer {index} is missing: it names no file")
        return self._blob

    def _from_uri(self, uri: str) -> memoryview:
        """The bytes that a URI holds or names. Raises AssetError `missing_buffer`, `outside_root`, `too_large`."""
        if uri.startswith("data:"):
            data = data_uri(uri)
            self._spend(len(data))
            return memoryview(data)
        path = self._find(uri)
        if path not in self._files:
            self._spend(path.stat().st_size)
            self._files[path] = memoryview(path.read_bytes())
        return self._files[path]

    def _find(self, uri: str) -> Path:
        """The file that a URI names. Raises AssetError `missing_buffer`, `outside_root`."""
        try:
            path = find_file(self._root, self._path.parent, uri)
        except PermissionError:
            raise AssetError(
                "outside_root", f"{self._path.name}: {one_line(uri)} leads out of the model's folder"
            ) from None
        if path is None:
            raise AssetError(
                "missing_buffer", f"{self._path.name}: {one_line(uri)} is missing, which holds its geometry"
            )
        return path

    def _spend(self, count: int) -> None:
        """Count bytes. Raises AssetError `too_large`."""
        self._left -= count
        if self._left < 0:
            raise AssetError("too_large", f"{self._path.name}: its buffers hold more than an asset may")


def data_uri(uri: str) -> bytes:
    """What a `data:` URI holds (RFC 2397). Raises ValueError."""
    head, comma, body = uri.partition(",")
    if not comma:
        raise ValueError("a data URI without data")
    if not head.endswith(";base64"):
        return unquote_to_bytes(body)
    plain = "".join(body.split()) if "%" not in body else unquote_to_bytes(body).decode("ascii")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
