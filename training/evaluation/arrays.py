"""Dataclasses of arrays of one length, a row for each thing that they tell of: joined, chosen from, kept in HDF5."""

from collections.abc import Iterable, Iterator
from dataclasses import Field, fields, is_dataclass
from typing import Any, TypeVar, cast

import h5py
import numpy as np

R = TypeVar("R")


def joined(kind: type[R], parts: Iterable[R]) -> R:
    """The rows of all parts, one after the other."""
    parts = list(parts)
    return kind(*(np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(kind)))  # pyright: ignore[reportArgumentType]


def select(rows: R, chosen: Any) -> R:
    """Some of the rows: `chosen` (N,) bool or numbers."""
    return type(rows)(*(getattr(rows, field.name)[chosen] for field in fields(rows)))  # pyright: ignore[reportArgumentType]


def write_group(group: h5py.Group, value: Any) -> None:
    """A dataclass of arrays, texts, numbers and such dataclasses, as datasets and groups named like its fields."""
    for name, content in _flat(value):
        text = isinstance(content, np.ndarray) and content.dtype.kind == "U"
        group[name] = content.astype(h5py.string_dtype()) if text else content


def read_group(group: h5py.Group, kind: type[R]) -> R:
    """What `write_group` wrote. Raises KeyError where a field is missing."""
    return kind(**{field.name: _read(group, field) for field in fields(kind)})  # pyright: ignore[reportArgumentType]


def _read(group: h5py.Group, field: Field[Any]) -> Any:
    inner = group[field.name]
    if not is_dataclass(field.type):
        return _value(inner)
    if not isinstance(inner, h5py.Group):
        raise KeyError(field.name)
    return read_group(inner, cast(type[Any], field.type))


def _flat(value: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(value):
        content = getattr(value, field.name)
        if is_dataclass(content):
            yield from ((f"{field.name}/{name}", inner) for name, inner in _flat(content))
        else:
            yield field.name, content


def _value(dataset: Any) -> Any:
    """A dataset as an array, or as text or a number when it holds one value."""
    value = dataset.asstr()[()] if h5py.check_string_dtype(dataset.dtype) else dataset[()]
    if not dataset.shape:
        return value if isinstance(value, str) else value.item()
    return value.astype(str) if value.dtype == object else value
