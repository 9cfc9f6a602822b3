"""Wavefront OBJ as arrays: one pass over the lines, then everything vectorised.

Own reader because trimesh's gives up what ShapeNet needs: faces without texture coordinates among
others with, and material names as they are written.
"""

import re
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.polygons import triangulate
from scenegen.assets.wording import BOM, decoded, one_line
from scenegen.errors import AssetError

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]

_COMMENT = re.compile(rb"(^|\s)#.*")  # but "1.#IND" is somebody's NaN
_LONGEST_NUMBER, _MOST_COLUMNS = 64, 16
"""Characters of a number, and numbers of a line, beyond which a file is rubbish and takes memory by the square."""
_KEYWORDS = (b"v", b"vt", b"vn", b"f", b"usemtl")
_MTLLIB = re.compile(rb"mtllib[ \t]+([^\r\n]+)")


@dataclass(frozen=True)
class ObjData:
    """Triangles of an OBJ file; polygons are split (see `polygons`), everything else is left out."""

    positions: F64
    """(V, 3), in the file's order."""
    colors: F64 | None
    """(V, 3) the extension `v x y z r g b`, as written; NaN for vertices without."""
    texcoords: F64
    """(T, 2)"""
    normals: F64
    """(N, 3)"""
    corners: I64
    """(F, 3, 3) indices (position, texcoord, normal) of each triangle's corners; -1: not given."""
    material: I64
    """(F,) index into `material_names`."""
    material_names: tuple[str, ...]
    """In order of first use; "" for faces before any `usemtl`."""
    libraries: tuple[str, ...]
    """What `mtllib` names."""


def parse_obj(data: bytes, where: str, max_faces: int = 1 << 30) -> ObjData:
    """Parse the bytes of an OBJ file; `where` names it in messages.

    Raises AssetError: `unreadable` (a malformed number or line), `empty` (no vertices),
    `no_faces`, `too_large` (more than `max_faces`), `bad_index` (a face names a vertex that is not there).
    """
    rows, numbers = _sort_lines(data)
    if not rows[b"v"]:
        raise AssetError("empty", f"{where}: no vertices; is this an OBJ file?")
    if not rows[b"f"]:
        raise AssetError("no_faces", f"{where}: no faces")
    vertices = _table(rows[b"v"], 3, where)
    texcoords, normals = _table(rows[b"vt"], 2, where), _table(rows[b"vn"], 3, where)
    sizes, corners = _corners(rows[b"f"], where)
    if int(np.maximum(sizes - 2, 0).sum()) > max_faces:
        raise AssetError("too_large", f"{where}: more than {max_faces} triangles")
    lines = np.repeat(numbers[b"f"], sizes)
    kinds = ((b"v", len(vertices)), (b"vt", len(texcoords)), (b"vn", len(normals)))
    resolved = np.stack([_zero_based(corners[:, i], lines, numbers[k], n) for i, (k, n) in enumerate(kinds)], axis=1)
    if (resolved[:, 0] < 0).any():
        raise AssetError("bad_index", f"{where}: a face names a vertex that is not in the file")
    triangles, origin = triangulate(vertices[:, :3], resolved[:, 0], sizes)
    names, material = _materials(rows[b"usemtl"], numbers[b"usemtl"], numbers[b"f"])
    return ObjData(
        positions=vertices[:, :3],
        colors=vertices[:, 3:6] if vertices.shape[1] >= 6 else _some_colors(rows[b"v"], where),
        texcoords=texcoords[:, :2],
        normals=normals[:, :3],
        corners=resolved[triangles],
        material=material[origin],
        material_names=names,
        libraries=library_names(data),
    )


def library_names(data: bytes) -> tuple[str, ...]:
    """What the lines `mtllib` of an OBJ file name, each once, in their order."""
    rows = [m[1] for m in _MTLLIB.finditer(data) if _begins_line(data, m.start())]
    return tuple(dict.fromkeys(_text(row) for row in rows))


def _begins_line(data: bytes, at: int) -> bool:
    """Whether nothing but blanks, or a byte order mark, stands before that place in its line."""
    while at and data[at - 1] in b" \t":
        at -= 1
    return at == 0 or data[at - 1] in b"\r\n" or data[:at] == BOM


def _sort_lines(data: bytes) -> tuple[dict[bytes, list[bytes]], dict[bytes, I64]]:
    """The rests of the lines by keyword, and their line numbers."""
    data = data.removeprefix(BOM).replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\\\n", b" ")
    rows: dict[bytes, list[bytes]] = {k: [] for k in _KEYWORDS}
    numbers: dict[bytes, list[int]] = {k: [] for k in _KEYWORDS}
    for number, line in enumerate(data.split(b"\n")):
        parts = line.split(None, 1)
        if parts and parts[0] in rows and (len(parts) == 2 or parts[0] == b"usemtl"):
            rows[parts[0]].append(parts[1] if len(parts) == 2 else b"")
            numbers[parts[0]].append(number)
    return rows, {k: np.array(v, np.int64) for k, v in numbers.items()}


def _table(rows: list[bytes], width: int, where: str) -> F64:
    """Rows of numbers, comments left out, as `number_table`."""
    return number_table([_uncommented(row).split() for row in rows], width, where)


def _some_colors(rows: list[bytes], where: str) -> F64 | None:
    """(V, 3) colours where only some of the vertices have them, NaN for the others; None where none has."""
    words = [_uncommented(row).split() for row in rows]
    colored = np.fromiter((len(w) >= 6 for w in words), bool, len(words))
    if not colored.any():
        return None
    out = np.full((len(rows), 3), np.nan)
    out[colored] = number_table([w[3:6] for w in words if len(w) >= 6], 3, where)
    return out


def number_table(rows: list[list[bytes]], width: int, where: str) -> F64:
    """Rows of number words as (n, k) float64 with k >= width; ragged rows are cut to `width`.

    Raises AssetError `unreadable` for a short row and for what is no number.
    """
    if not rows:
        return np.zeros((0, width))
    sizes = np.fromiter(map(len, rows), np.int64, len(rows))
    if sizes.min() < width:
        raise AssetError("unreadable", f"{where}: a line has {sizes.min()} numbers where {width} are needed")
    columns = int(sizes.min()) if sizes.min() == sizes.max() else width
    columns = columns if columns <= _MOST_COLUMNS else width
    try:
        flat = _words([w for row in rows for w in row[:columns]])
        return flat.astype(np.float64).reshape(-1, columns)
    except ValueError as error:
        raise AssetError("unreadable", f"{where}: {one_line(error)}") from None


def whole_numbers(words: list[bytes]) -> I64:
    """(n,) of words that are integers. Raises ValueError or OverflowError for others."""
    return _words(words).astype(np.int64)


def _words(words: list[bytes]) -> NDArray[np.bytes_]:
    """The words as an array, whose cells are all as wide as the longest: so that one must not be absurd."""
    longest = max(map(len, words), default=0)
    if longest > _LONGEST_NUMBER:
        raise ValueError(f"a number of {longest} characters")
    return np.array(words, np.bytes_)


def _corners(rows: list[bytes], where: str) -> tuple[I64, I64]:
    """Corner counts (P,) and corners (C, 3) of all faces as written: from 1, negative, or 0 = not given."""
    tokens = [_uncommented(row).split() for row in rows]
    flat = list(chain.from_iterable(tokens))
    sizes = np.fromiter(map(len, tokens), np.int64, len(tokens))
    try:
        return sizes, _corner_numbers(flat)
    except (ValueError, OverflowError):
        raise AssetError("unreadable", f"{where}: a face line is malformed") from None


def _corner_numbers(flat: list[bytes]) -> I64:
    """(C, 3) int64 of tokens "v", "v/t", "v//n" or "v/t/n"; what is left out behind a slash counts as not given."""
    if not flat:
        return np.zeros((0, 3), np.int64)
    slashes = {t.count(b"/") for t in flat}
    if len(slashes) > 1 or max(slashes) > 2:
        flat, slashes = [_three(t) for t in flat], {2}
    text = (b" ".join(flat) + b" ").replace(b"//", b"/0/").replace(b"/ ", b"/0 ")
    numbers = whole_numbers(text.replace(b"/", b" ").split())
    table = numbers.reshape(len(flat), max(slashes) + 1)
    return np.pad(table, ((0, 0), (0, 3 - table.shape[1])))


def _three(token: bytes) -> bytes:
    """A corner with all three parts written out."""
    parts = [p or b"0" for p in token.split(b"/")]
    return b"/".join([*parts, b"0", b"0"][:3])


def _zero_based(index: I64, lines: I64, defined: I64, count: int) -> I64:
    """Indices from 0, or -1 where not given or out of range; negative ones count back from their own line."""
    back = np.searchsorted(defined, lines) + index
    out = np.where(index < 0, back, index - 1)
    return np.where((out >= 0) & (out < count), out, -1)


def _materials(rows: list[bytes], numbers: I64, face_lines: I64) -> tuple[tuple[str, ...], I64]:
    """Material names in order of first use and each face line's index into them."""
    spoken = ["", *(_text(r) for r in rows)]
    current = np.searchsorted(numbers, face_lines)
    used = [spoken[i] for i in np.unique(current)]
    names = tuple(dict.fromkeys(used))
    place = {name: i for i, name in enumerate(names)}
    index = np.array([place.get(s, -1) for s in spoken])
    return names, index[current]


def _uncommented(row: bytes) -> bytes:
    """A line of numbers without its trailing comment."""
    return _COMMENT.sub(b"", row) if b"#" in row else row


def _text(row: bytes) -> str:
    """A name: blanks inside are kept."""
    return decoded(row.rstrip())
