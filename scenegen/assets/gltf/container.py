"""The files of glTF 2.0: JSON alone (.gltf), or JSON and a binary part in one (.glb).

Format: https://registry.khronos.org/glTF/specs/2.0/glTF-2.0.html, sections 3.2 and 4.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scenegen.assets.gltf.tree import Tree, branch, entries, text
from scenegen.assets.wording import BOM, one_line
from scenegen.errors import AssetError

MOST_PARTS = 100_000
"""Nodes, meshes, primitives, accessors, ... of one file."""
_MAGIC, _JSON, _BIN = b"glTF", 0x4E4F534A, 0x004E4942
_PARTS = (
    "nodes",
    "meshes",
    "accessors",
    "bufferViews",
    "buffers",
    "images",
    "textures",
    "materials",
    "skins",
    "scenes",
)


@dataclass(frozen=True)
class Document:
    """The JSON of a file, and the binary part behind it, if any."""

    tree: Tree
    blob: memoryview | None


def read_document(path: Path) -> Document:
    """The parts of a .gltf or .glb; which of the two is told by its first bytes.

    Raises AssetError: `unreadable` (cut off, no JSON), `unsupported` (glTF 1.0), `too_large` (absurdly many parts).
    """
    data = path.read_bytes()
    if data[:4] != _MAGIC and data.removeprefix(BOM).lstrip()[:1] not in (b"{", b"["):
        raise AssetError("unreadable", f"{path.name}: neither GLB nor JSON; is this a glTF file?")
    text_part, blob = _chunks(data, path.name) if data[:4] == _MAGIC else (data, None)
    tree = json.loads(text_part.decode("utf-8-sig"), parse_constant=_no_number)
    if not isinstance(tree, dict):
        raise AssetError("unreadable", f"{path.name}: its JSON is no object")
    _check_version(tree, path.name)
    _check_counts(tree, path.name)
    return Document(tree, blob)


def named_files(path: Path) -> list[str]:
    """Names of the files that buffers and images of a .gltf or .glb lie in, as it has them; none where it is broken."""
    try:
        tree = read_document(path).tree
        uris = [text(e, "uri") for key in ("buffers", "images") for e in entries(tree, key)]
    except (AssetError, ValueError, RecursionError):
        return []
    return [uri for uri in dict.fromkeys(uris) if uri and not uri.startswith("data:")]


def _chunks(data: bytes, where: str) -> tuple[bytes, memoryview | None]:
    """The JSON and the binary part of a GLB. Raises AssetError `unreadable`, `unsupported`."""
    if _u32(data, 4) == 1:
        raise _old(where)
    parts: dict[int, memoryview] = {}
    at, end = 12, min(_u32(data, 8), len(data))
    while at + 8 <= end:
        length, kind = _u32(data, at), _u32(data, at + 4)
        if at + 8 + length > len(data):
            raise AssetError("unreadable", f"{where}: not a whole GLB file, it is cut off")
        parts.setdefault(kind, memoryview(data)[at + 8 : at + 8 + length])
        at += 8 + length
    if _JSON not in parts:
        raise AssetError("unreadable", f"{where}: not a whole GLB file, it has no JSON part")
    return bytes(parts[_JSON]), parts.get(_BIN)


def _u32(data: bytes, at: int) -> int:
    """The number in four bytes."""
    return int.from_bytes(data[at : at + 4], "little")


def _no_number(word: str) -> Any:
    """NaN and Infinity are no JSON. Raises ValueError."""
    raise ValueError(f"{word} is no number in JSON")


def _check_version(tree: Tree, where: str) -> None:
    """Refuse what is not glTF 2. Raises AssetError `unsupported`."""
    asset = branch(tree, "asset")
    if text(asset, "version").startswith(("0", "1")) or isinstance(tree.get("meshes"), dict):
        raise _old(where)
    wanted = text(asset, "minVersion") or text(asset, "version") or "2.0"
    if not wanted.startswith("2"):
        raise AssetError("unsupported", f"{where}: glTF {one_line(wanted, 20)} is not read, 2.0 is")


def _old(where: str) -> AssetError:
    """Why a file of version 1 is refused."""
    return AssetError("unsupported", f"{where}: glTF 1.0 is not read; convert it to 2.0 (gltf-pipeline, Blender)")


def _check_counts(tree: Tree, where: str) -> None:
    """Refuse a file of absurdly many parts. Raises AssetError `too_large`."""
    counts = {key: len(entries(tree, key)) for key in _PARTS}
    counts["primitives"] = sum(len(entries(m, "primitives")) for m in entries(tree, "meshes"))
    for key, count in counts.items():
        if count > MOST_PARTS:
            raise AssetError("too_large", f"{where}: {count} {key}, more than {MOST_PARTS}")
