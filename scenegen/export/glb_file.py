"""GLB, glTF 2.0 in one file, as it grows: lists of JSON entries, and the bytes that they name.

Format: https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html, sections 3 and 4. Pieces are made on their own, count
their own entries from 0, and are shifted when they join a file.
"""

import json
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.version import __version__

Entry = dict[str, Any]
MAGIC, JSON, BIN = 0x46546C67, 0x4E4F534A, 0x004E4942
MOST_BYTES = 2**32 - 1
"""The length of a GLB is a number of 32 bits."""
COMPONENT = {"u2": 5123, "u4": 5125, "f4": 5126}
SHAPE = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4"}
VERTICES, INDICES = 34962, 34963
"""What a view of the bytes is for."""


@dataclass
class GlbContent:
    """Entries of a file by the name of their list, and the bytes of their views; both only grow."""

    lists: dict[str, list[Entry]] = field(default_factory=dict)
    data: list[bytes] = field(default_factory=list)
    """One of each view."""
    extensions: set[str] = field(default_factory=set)

    def add(self, key: str, entry: Entry) -> int:
        """One more entry of a list; its number."""
        self.lists.setdefault(key, []).append(entry)
        return len(self.lists[key]) - 1

    def view(self, data: bytes, **more: Any) -> int:
        """A view of more bytes; its number."""
        self.data.append(data)
        return self.add("bufferViews", {"buffer": 0, "byteLength": len(data), **more})

    def accessor(self, rows: NDArray[Any], target: int, **more: Any) -> int:
        """(N, 1 to 4) numbers of a type in `COMPONENT`; their number in the list."""
        code = COMPONENT[rows.dtype.str[1:]]
        view = self.view(np.ascontiguousarray(rows, rows.dtype.newbyteorder("<")).tobytes(), target=target)
        kind = SHAPE[rows.shape[1]]
        return self.add(
            "accessors", {"bufferView": view, "componentType": code, "count": len(rows), "type": kind, **more}
        )


NAMES = {
    "bufferView": "bufferViews",
    "indices": "accessors",
    "material": "materials",
    "sampler": "samplers",
    "source": "images",
    "index": "textures",
}
"""Which list a number under a key counts in; all of an `attributes` are accessors."""


def join(whole: GlbContent, part: GlbContent) -> dict[str, int]:
    """Add all of a part to a file, its numbers shifted; how far, by list."""
    start = {key: len(whole.lists.get(key, ())) for key in {*part.lists, *NAMES.values()}}
    for key, entries in part.lists.items():
        whole.lists.setdefault(key, []).extend(_shifted(entry, start) for entry in entries)
    whole.data += part.data
    whole.extensions |= part.extensions
    return start


def _shifted(value: Any, start: dict[str, int]) -> Any:
    """JSON with every number that counts in a list moved on; what stands in `extras` counts in none."""
    if isinstance(value, list):
        return [_shifted(each, start) for each in value]
    return {key: _moved(key, each, start) for key, each in value.items()} if isinstance(value, dict) else value


def _moved(key: str, value: Any, start: dict[str, int]) -> Any:
    if key in NAMES and isinstance(value, int):
        return value + start[NAMES[key]]
    if key == "attributes":
        return {name: index + start["accessors"] for name, index in value.items()}
    return value if key == "extras" else _shifted(value, start)


def glb(piece: GlbContent, roots: list[int], **asset: Any) -> bytes:
    """The file of one scene with those root nodes; `asset` is said of it. Raises OverflowError beyond MOST_BYTES."""
    padded = [data + bytes(-len(data) % 4) for data in piece.data]
    starts = np.cumsum([0, *map(len, padded)]).tolist()
    views = [{**view, "byteOffset": at} for view, at in zip(piece.lists["bufferViews"], starts, strict=False)]
    tree = {"asset": {"version": "2.0", "generator": f"scenegen {__version__}", **asset}, "scene": 0}
    tree |= {"scenes": [{"nodes": roots}], **piece.lists, "bufferViews": views, "buffers": [{"byteLength": starts[-1]}]}
    if piece.extensions:
        tree["extensionsUsed"] = sorted(piece.extensions)
    text = json.dumps(tree, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 4)
    length = 12 + 8 + len(text) + 8 + starts[-1]
    if length > MOST_BYTES:
        raise OverflowError(f"{length} bytes, and a GLB has {MOST_BYTES} at most")
    head = struct.pack("<5I", MAGIC, 2, length, len(text), JSON)
    return b"".join([head, text, struct.pack("<2I", starts[-1], BIN), *padded])
