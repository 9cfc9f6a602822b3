"""PLY files as columns: the header's lines, then all rows of an element at once.

Format: G. Turk, "The PLY Polygon File Format", 1994. Own reader because plyfile walks through text, and through lists
of different lengths, row by row (a scan of 0.7 M triangles as text takes it 10 s, 1 M mixed polygons 3 s) and stops
at comments that are not ASCII, such as names of textures. The tests compare with it.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenegen.assets.polygons import I64, ranges
from scenegen.assets.wording import decoded, one_line
from scenegen.errors import AssetError

U8 = NDArray[np.uint8]

_ORDERS = {b"ascii": "", b"binary_little_endian": "<", b"binary_big_endian": ">"}
_TYPES = {
    **{b"char": "i1", b"uchar": "u1", b"short": "i2", b"ushort": "u2", b"int": "i4", b"uint": "u4"},
    **{b"int8": "i1", b"uint8": "u1", b"int16": "i2", b"uint16": "u2", b"int32": "i4", b"uint32": "u4"},
    **{b"int64": "i8", b"uint64": "u8", b"float": "f4", b"float32": "f4", b"double": "f8", b"float64": "f8"},
}
_EIGHT_BYTES = str.maketrans("lL", "qQ")
"""From NumPy's letters to those of `struct`."""
_MAGIC = re.compile(rb"(?:\xef\xbb\xbf)?ply[ \t]*(\r\n|\r|\n)")
_END = rb"[\r\n][ \t]*end_header[ \t]*"
MOST_HEADER = 1 << 20
"""Bytes; no header is longer."""
_MOST_PROPERTIES = 1024


@dataclass(frozen=True)
class Lists:
    """A list property: `values` (T,) of all rows end to end, and `sizes` (n,) how many each row has."""

    sizes: I64
    values: NDArray


@dataclass(frozen=True)
class Property:
    """A line `property` of the header; types as NumPy writes them, byte order included."""

    name: str
    type: str
    length_type: str | None = None
    """Type of a list's length; None for a single value."""


@dataclass(frozen=True)
class Element:
    """A line `element` and its properties."""

    name: str
    count: int
    properties: tuple[Property, ...]

    @property
    def lists(self) -> tuple[Property, ...]:
        """The properties that are lists."""
        return tuple(p for p in self.properties if p.length_type is not None)


@dataclass(frozen=True)
class Header:
    """What stands above the data."""

    order: str
    """Byte order; "" for text."""
    comments: tuple[str, ...]
    elements: tuple[Element, ...]
    size: int
    """Bytes up to the data."""


Columns = dict[str, NDArray | Lists]
"""Values of an element by property: (n,) of a single one, or lists."""


def parse_ply(data: U8, where: str, wanted: frozenset[str]) -> tuple[Header, dict[str, Columns]]:
    """The header and the columns of the elements that are `wanted`; `where` names the file in messages.

    Text and binary of either byte order. Bytes behind the last wanted element are not looked at; numbers left over in
    a text mean that its lines are not those of the header. Raises AssetError `unreadable`.
    """
    header = parse_header(data[:MOST_HEADER].tobytes(), where)
    last = max((k for k, e in enumerate(header.elements) if e.name in wanted), default=-1)
    read_on = header.elements[: last + 1] if header.order else header.elements
    body = data[header.size :] if header.order else _numbers(data[header.size :].tobytes(), where)
    columns: dict[str, Columns] = {}
    for element in read_on:
        read, used = _columns(body, element if header.order else _of_doubles(element), where)
        body = body[used:]
        columns[element.name] = read if header.order else _typed(read, element)
    if len(body) and not header.order:
        raise AssetError("unreadable", f"{where}: its lines hold more numbers than its header names")
    return header, {name: columns[name] for name in wanted & columns.keys()}


def parse_header(data: bytes, where: str) -> Header:
    """The header at the start of a file; lines of unknown kinds are passed over. Raises AssetError `unreadable`."""
    magic = _MAGIC.match(data)
    line_end = rb"\r" if magic and magic[1] == b"\r" else rb"\r?\n"  # after a lone CR the data may begin with LF
    end = re.search(_END + line_end, data) if magic else None
    if magic is None or end is None:
        raise AssetError("unreadable", f"{where}: no PLY header")
    order, comments, elements = None, [], []
    for line in re.split(rb"[\r\n]+", data[magic.end() : end.start()]):
        match line.split():
            case [b"format", form, _] if form in _ORDERS:
                order = _ORDERS[form]
            case [b"element", name, count] if count.isdigit() and len(count) < 19:
                elements.append((decoded(name), int(count), []))
            case [b"property", b"list", length_type, kind, name] if elements and {length_type, kind} <= _TYPES.keys():
                elements[-1][2].append((decoded(name), _TYPES[kind], _TYPES[length_type]))
            case [b"property", kind, name] if elements and kind in _TYPES:
                elements[-1][2].append((decoded(name), _TYPES[kind], None))
            case [b"comment", *_]:
                comments.append(decoded(line.strip()[len(b"comment") :]).strip())
            case [b"format" | b"element" | b"property", *_]:
                raise AssetError("unreadable", f"{where}: header line {one_line(decoded(line), 60)!r} makes no sense")
    if order is None or max((len(e[2]) for e in elements), default=0) > _MOST_PROPERTIES:
        raise AssetError("unreadable", f"{where}: header without a format, or with more properties than a file has")
    return Header(order, tuple(comments), tuple(_element(order, *e) for e in elements), end.end())


def _element(order: str, name: str, count: int, rows: list[tuple[str, str, str | None]]) -> Element:
    """An element with types in the byte order of the file."""
    return Element(name, count, tuple(Property(n, order + t, None if lt is None else order + lt) for n, t, lt in rows))


# text: all numbers as doubles, which are then read like a binary file of doubles --------------------


def _numbers(text: bytes, where: str) -> U8:
    """The bytes of the float64 that stand in a text."""
    try:
        return np.fromstring(text.rstrip(b"\0\x1a \t\r\n"), np.float64, sep=" ").view(np.uint8)
    except ValueError:
        raise AssetError("unreadable", f"{where}: something among its numbers is none; is the file whole?") from None


def _of_doubles(element: Element) -> Element:
    """The element with every type a double."""
    double = tuple(Property(p.name, "<f8", p.length_type and "<f8") for p in element.properties)
    return Element(element.name, element.count, double)


def _typed(columns: Columns, element: Element) -> Columns:
    """Columns of doubles in the types of the header, which tell colours in bytes from those in [0, 1]."""
    kind = {p.name: p.type for p in element.properties}
    return {
        name: Lists(c.sizes, c.values.astype(kind[name])) if isinstance(c, Lists) else c.astype(kind[name])
        for name, c in columns.items()
    }


# rows ------------------------------------------------------------------------------------------------


def _columns(body: U8, element: Element, where: str) -> tuple[Columns, int]:
    """Columns of the element at the start of `body`, and how many bytes it takes."""
    fixed = sum(_width(p.length_type or p.type) for p in element.properties)
    if element.count * fixed > len(body):
        raise _cut_off(element, where)
    if not element.count or not fixed:
        return {}, 0
    first = _list_sizes(body, element, 1, where)[0]
    row = np.dtype(list(_fields(element, first.tolist())))
    if element.count * row.itemsize <= len(body):
        table = np.frombuffer(body, row, element.count)
        if all((table[f"n{k}"] == n).all() for k, n in enumerate(first.tolist())):
            return _uniform(table, element, first), element.count * row.itemsize
    return _ragged(body, element, _list_sizes(body, element, element.count, where), where)


def _width(kind: str) -> int:
    """Bytes of a value."""
    return np.dtype(kind).itemsize


def _cut_off(element: Element, where: str) -> AssetError:
    """The error of a file that ends too early."""
    return AssetError(
        "unreadable", f"{where}: {element.name} {element.count} is announced, less is there; is it whole?"
    )


def _fields(element: Element, sizes: list[int]) -> Iterator[tuple[str, str] | tuple[str, str, tuple[int]]]:
    """Fields of a row whose lists have these sizes: `p0`, `p1`, ... for the properties, `n0`, ... for the lengths."""
    left = iter(enumerate(sizes))
    for k, p in enumerate(element.properties):
        if p.length_type is None:
            yield f"p{k}", p.type
        else:
            number, size = next(left)
            yield f"n{number}", p.length_type
            yield f"p{k}", p.type, (size,)


def _uniform(table: NDArray, element: Element, sizes: I64) -> Columns:
    """Columns of rows that are all alike."""
    out: Columns = {}
    left = iter(sizes.tolist())
    for k, p in enumerate(element.properties):
        values = table[f"p{k}"]
        is_list = p.length_type is not None
        out[p.name] = Lists(np.full(len(table), next(left)), values.reshape(-1)) if is_list else values
    return out


def _list_sizes(body: U8, element: Element, rows: int, where: str) -> I64:
    """(rows, L) lengths of the lists of the first rows. Raises AssetError `unreadable` where they run off the end."""
    try:
        sizes = np.fromiter(_walk(body.data, element, rows), np.int64, rows * len(element.lists))
    except (struct.error, ValueError, OverflowError):
        raise _cut_off(element, where) from None
    sizes = sizes.reshape(rows, len(element.lists))
    if (sizes < 0).any() or (sizes > len(body)).any():
        raise _cut_off(element, where)
    values = sizes.sum(0) @ np.array([_width(p.type) for p in element.lists], np.int64) if element.lists else 0
    if values + rows * sum(_width(p.length_type or p.type) for p in element.properties) > len(body):
        raise _cut_off(element, where)
    return sizes


def _walk(body: memoryview, element: Element, rows: int) -> Iterator[int]:
    """Lengths of the lists, row by row: where one ends is known from its length alone."""
    steps, skip = [], 0
    for p in element.properties:
        if p.length_type is None:
            skip += _width(p.type)
        else:
            length = np.dtype(p.length_type)
            unpack = struct.Struct(p.length_type[0] + length.char.translate(_EIGHT_BYTES)).unpack_from
            steps.append((skip, unpack, length.itemsize, _width(p.type)))
            skip = 0
    at = 0
    for _ in range(rows if steps else 0):
        for before, unpack, head, width in steps:
            at += before
            size = int(unpack(body, at)[0])
            at += head + size * width
            yield size
        at += skip


def _ragged(body: U8, element: Element, sizes: I64, where: str) -> tuple[Columns, int]:
    """Columns of rows whose lists differ in length, and the bytes they take."""
    widths = [_width(p.type) for p in element.lists]
    fixed = sum(_width(p.length_type or p.type) for p in element.properties)
    length = fixed + sizes @ np.array(widths, np.int64)
    at = np.cumsum(length) - length
    out: Columns = {}
    left = iter(sizes.T)
    for p in element.properties:
        width = _width(p.type)
        if p.length_type is None:
            out[p.name], at = _gathered(body, at, p.type), at + width
        else:
            size, at = next(left), at + _width(p.length_type)
            items = ranges(np.zeros_like(size), size) * width + np.repeat(at, size)
            out[p.name], at = Lists(size, _gathered(body, items, p.type)), at + size * width
    return out, int(length.sum())


def _gathered(body: U8, at: I64, kind: str) -> NDArray:
    """(n,) values of a type at byte positions."""
    width = _width(kind)
    out = np.empty((len(at), width), np.uint8)
    for k in range(width):
        out[:, k] = body[at + k]
    return out.reshape(-1).view(kind)
