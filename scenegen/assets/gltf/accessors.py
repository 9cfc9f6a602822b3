"""Accessors: typed rows over the bytes of a view, converted only for the rows that are asked for.

Format: glTF 2.0, section 3.6.2; integers as numbers in [0, 1] or [-1, 1] as in section 3.6.2.2.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.gltf.buffers import Buffers, BufferView
from scenegen.assets.gltf.tree import Tree, branch, entry, whole_number
from scenegen.errors import AssetError

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
_WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
_TYPES = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}


@dataclass(frozen=True, eq=False)
class Accessor:
    """Rows of numbers as the file holds them."""

    rows: NDArray
    """(count, width), mostly a view of the file's bytes: nothing is copied until rows are taken."""
    normalized: bool = False
    """Whether integers stand for shares of their type's largest."""
    changed: I64 | None = None
    """(k,) rows of a sparse accessor that stand elsewhere, rising."""
    changes: NDArray | None = None
    """(k, width) those rows."""


def accessor(buffers: Buffers, index: object) -> Accessor:
    """The accessor of an index. Raises ValueError where it is malformed or its view too short; see `Buffers.view`."""
    row = entry(buffers.tree, "accessors", index)
    count, width, dtype = declared(row)
    rows = _table(row, count, width, dtype, buffers)
    sparse = branch(row, "sparse")
    normalized = row.get("normalized") is True and dtype.kind != "f"
    if not sparse:
        return Accessor(rows, normalized)
    changed, changes = _sparse(sparse, count, width, dtype, buffers)
    return Accessor(rows, normalized, changed, changes)


def declared(row: Tree) -> tuple[int, int, np.dtype]:
    """Rows, columns and type that an accessor's JSON states. Raises ValueError."""
    kind, code = row.get("type"), row.get("componentType")
    if kind not in _WIDTHS or code not in _TYPES:
        raise ValueError(f"an accessor of {kind!r:.20} and {code!r:.20} is not known")
    return whole_number(row.get("count"), "count"), _WIDTHS[kind], np.dtype(_TYPES[code])


def numbers_of(source: Accessor, picked: I64 | None = None) -> F64:
    """(n, width) float64 of all rows, or of those picked. Raises AssetError `bad_index`."""
    raw = taken_rows(source, picked)
    if not source.normalized:
        return raw.astype(np.float64)
    most = np.iinfo(raw.dtype).max
    return np.maximum(raw / most, -1.0)


def taken_rows(source: Accessor, picked: I64 | None = None) -> NDArray:
    """(n, width) all rows, or those picked, as the file's type. Raises AssetError `bad_index`."""
    count = len(source.rows)
    picked = np.arange(count) if picked is None else picked
    if len(picked) and not 0 <= picked.min() <= picked.max() < count:
        raise AssetError("bad_index", "a face names a vertex that is not in the file")
    rows = source.rows[picked]
    if source.changed is None or source.changes is None or not len(source.changed):
        return rows
    at = np.minimum(np.searchsorted(source.changed, picked), len(source.changed) - 1)
    hit = source.changed[at] == picked
    rows[hit] = source.changes[at[hit]]
    return rows


def _table(row: Tree, count: int, width: int, dtype: np.dtype, buffers: Buffers) -> NDArray:
    """(count, width) of a view, or zeros where there is none; the zeros take no memory."""
    if row.get("bufferView") is None:
        return np.broadcast_to(dtype.type(0), (count, width))
    return _rows(buffers.view(row["bufferView"]), row, count, width, dtype)


def _rows(view: BufferView, row: Tree, count: int, width: int, dtype: np.dtype) -> NDArray:
    """(count, width) over the bytes of a view. Raises ValueError where they do not suffice."""
    start, size = whole_number(row.get("byteOffset", 0), "byteOffset"), width * dtype.itemsize
    stride = size if view.stride_bytes is None else view.stride_bytes
    if stride < size:
        raise ValueError(f"elements of {size} bytes, {stride} apart")
    if count and start + (count - 1) * stride + size > len(view.data):
        raise ValueError(f"an accessor of {count} rows reaches beyond its bytes; is the file whole?")
    if not count:
        return np.zeros((0, width), dtype)
    return np.ndarray((count, width), dtype, view.data, start, (stride, dtype.itemsize))


def _sparse(sparse: Tree, count: int, width: int, dtype: np.dtype, buffers: Buffers) -> tuple[I64, NDArray]:
    """Rows that stand elsewhere, in rising order, and what they are. Raises ValueError, AssetError `bad_index`."""
    size = whole_number(sparse.get("count"), "sparse count")
    where, what = branch(sparse, "indices"), branch(sparse, "values")
    code = where.get("componentType")
    if code not in (5121, 5123, 5125):
        raise ValueError(f"sparse indices of {code!r:.20} are not known")
    rows = _rows(buffers.view(where.get("bufferView")), where, size, 1, np.dtype(_TYPES[code]))
    changed = rows[:, 0].astype(np.int64)
    if size and changed.max() >= count:
        raise AssetError("bad_index", "a sparse accessor changes a row that is not there")
    changes = _rows(buffers.view(what.get("bufferView")), what, size, width, dtype)
    order = np.argsort(changed, kind="stable")
    return changed[order], changes[order]
