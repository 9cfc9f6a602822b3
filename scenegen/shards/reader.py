"""Reading shards as NumPy arrays: one file (`ShardReader`) or a folder of them (`ShardSet`).

A file is opened at the first use in each process and never shared across a fork, so readers can be
sent to forked, spawned and forkserver workers. Shards are immutable: files are opened without locks.
"""

import json
import operator
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import h5py
import numpy as np
from numpy.typing import NDArray

from scenegen.errors import ShardError
from scenegen.shards import schema
from scenegen.shards.codecs import codec_of, require_readable
from scenegen.tracing.status import Status

Array = NDArray[Any]
_AGAIN = "make it again with the command that made it, or copy it again"
_DAMAGE = (OSError, RuntimeError, KeyError, ValueError, TypeError)


@dataclass(frozen=True)
class Sample:
    """One staged scene seen by V views: arrays as `schema.FIELDS` describes them, without the sample axis."""

    index: int
    """Number of the sample in its shard."""
    rgb: Array
    """(V, H, W, 3) uint8 sRGB pictures."""
    depth: Array | None
    """(V, H, W) float32 z-depth in metres, 0 where nothing is hit; None when absent or not asked for."""
    instance: Array | None
    """(V, H, W) uint16: 0 nothing, 1 the room, 2.. objects; None when absent or not asked for."""
    normal: Array | None
    """(V, H, W, 3) int8, unit normals x 127; None when absent or not asked for."""
    K: Array
    """(V, 3, 3) float64 intrinsics in pixels."""
    T_world_cam: Array
    """(V, 4, 4) float64 poses: x_world = T_world_cam @ x_cam."""
    xy0: Array
    """(R, 2) uint16 traced pixels of view 0."""
    depth0: Array
    """(R,) float32 z-depth of the hits in view 0, metres."""
    ray_instance: Array
    """(R,) uint16 instance that each ray hit."""
    xy: Array
    """(V-1, R, 2) float32 where the hits project in views 1.., NaN where they do not."""
    status: Array
    """(V-1, R) uint8 verdicts, see `Status`."""
    object_asset: Array
    """(M,) int32 rows of `ShardReader.asset_ids`, -1 in an empty slot."""
    T_world_object: Array
    """(M, 4, 4) float64 poses of the objects, scale included."""
    seed: Array
    """(3,) uint32 spawn key: room key, layout, sample."""
    overlap: Array
    """(V, V) float32 share of the surface pixels of view i that view j sees."""
    baseline_m: Array
    """(V-1,) float32 distance of the camera centres of view 0 and views 1.., metres."""
    view_angle_deg: Array
    """(V-1,) float32 angle between the optical axes of view 0 and views 1.., degrees."""

    def matches(self, view: int = 1) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """True correspondences of view 0 and `view`: two (M, 2) float32 arrays of pixels (x, y).

        Raises IndexError unless 1 <= view < V.
        """
        if not 1 <= view < len(self.rgb):
            raise IndexError(f"view {view} is not one of 1 to {len(self.rgb) - 1}")
        seen = self.status[view - 1] == Status.VISIBLE
        return self.xy0[seen].astype(np.float32), self.xy[view - 1][seen]


_ROW_OF = {
    "K": "camera/K",
    "T_world_cam": "camera/T_world_cam",
    "xy0": "rays/xy0",
    "depth0": "rays/depth0",
    "ray_instance": "rays/instance",
    "xy": "rays/xy",
    "status": "rays/status",
    "object_asset": "objects/asset",
    "T_world_object": "objects/T_world_object",
    "seed": "sample/seed",
    "overlap": "sample/overlap",
    "baseline_m": "sample/baseline_m",
    "view_angle_deg": "sample/view_angle_deg",
}
"""Dataset behind each field of a Sample that every shard has."""


@dataclass(frozen=True)
class DatasetInfo:
    """How one dataset is stored."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    units: str
    codec: str
    stored_bytes: int


@dataclass
class _Opened:
    """An open file and the process that opened it; small tables are read once."""

    pid: int
    file: h5py.File
    datasets: dict[str, h5py.Dataset]
    attributes: dict[str, str | int | float]
    tables: dict[str, Array] = field(default_factory=dict)

    @property
    def samples(self) -> int:
        return self.datasets["rgb"].shape[0]


class ShardReader:
    """Samples of one shard, read lazily: `len(reader)`, `reader[i]`, `reader.read(name, i)`.

    `layers` names the optional layers that samples carry; by default all that the shard has. The file
    is opened at the first use in each process. Every use raises ShardError, in one line, when the file
    is missing, damaged, of another format or newer than this program.
    """

    def __init__(self, path: Path | str, layers: Iterable[str] | None = None) -> None:
        self.path = Path(path)
        self.layers = None if layers is None else tuple(layers)
        self._opened: _Opened | None = None

    def __len__(self) -> int:
        """Number of samples."""
        return self._open().samples

    def __getitem__(self, index: int) -> Sample:
        """Sample `index`, negative from the end; IndexError outside."""
        i = self._row(index)
        rows = {name: self.read(dataset, i) for name, dataset in _ROW_OF.items()}
        chosen = self._chosen_layers()
        layers = {name: self.read(name, i) if name in chosen else None for name in schema.LAYERS}
        return Sample(index=i, rgb=self.read("rgb", i), **layers, **rows)

    def read(self, name: str, *index: int) -> Array:
        """A whole dataset, or its part at leading indices: `read("rgb", 3, 1)` is view 1 of sample 3."""
        opened = self._open()
        dataset = opened.datasets.get(name)
        if dataset is None:
            raise ShardError(f"{self.path}: has no dataset {name!r}: choose one of {', '.join(opened.datasets)}")
        try:
            if schema.FIELD[name].chunk_axes:
                return np.asarray(dataset[index])
            return np.array(_table(opened, name)[index])
        except (OSError, RuntimeError) as error:
            raise ShardError(f"{self.path}: {name} is damaged ({_cause(error)}): {_AGAIN}") from None

    @property
    def attributes(self) -> dict[str, str | int | float]:
        """All root attributes as Python values."""
        return dict(self._open().attributes)

    @property
    def config(self) -> dict[str, Any]:
        """The configuration of the run that made the shard."""
        try:
            return json.loads(str(self._open().attributes["config_json"]))
        except json.JSONDecodeError as error:
            raise ShardError(f"{self.path}: config_json is not JSON ({error.msg}): {_AGAIN}") from None

    @property
    def asset_ids(self) -> Array:
        """(A,) identifiers of the assets, as text."""
        return self.read("assets/id")

    @property
    def asset_categories(self) -> Array:
        """(A,) categories of the assets, as text."""
        return self.read("assets/category")

    def datasets(self) -> tuple[DatasetInfo, ...]:
        """Shape, type, codec and stored size of every dataset, in the order of the schema."""
        return tuple(_info(name, dataset) for name, dataset in self._open().datasets.items())

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        if self._opened is not None:
            self._opened.file.close()
            self._opened = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_opened": None}

    def _open(self) -> _Opened:
        """The open file of this process; one inherited by a fork is closed first, as HDF5 would share it."""
        if self._opened is not None and self._opened.pid != os.getpid():
            self.close()
        if self._opened is None:
            self._opened = _open_shard(self.path)
        return self._opened

    def _row(self, index: int) -> int:
        number, samples = operator.index(index), len(self)
        if not -samples <= number < samples:
            raise IndexError(f"sample {number} of a shard of {samples}")
        return number % samples

    def _chosen_layers(self) -> tuple[str, ...]:
        present = tuple(name for name in schema.LAYERS if name in self._open().datasets)
        if self.layers is None:
            return present
        if absent := [name for name in self.layers if name not in present]:
            raise ShardError(f"{self.path}: has no layer {absent[0]!r}: it holds {', '.join(present) or 'none'}")
        return self.layers


def _table(opened: _Opened, name: str) -> Array:
    """A small dataset as a whole, kept while the file is open; text as `str`."""
    if name not in opened.tables:
        dataset = opened.datasets[name]
        data = dataset[()]
        opened.tables[name] = np.char.decode(data, "utf-8") if schema.FIELD[name].dtype == schema.TEXT else data
    return opened.tables[name]


def _open_shard(path: Path) -> _Opened:
    """Open and check one shard; no chunk cache, because a chunk is used once."""
    if not path.is_file():
        raise ShardError(f"{path}: no such file: check the path, or run the command that makes it")
    try:
        file = h5py.File(path, "r", locking=False, rdcc_nbytes=0)
    except OSError as error:
        raise ShardError(f"{path}: is not HDF5, or was cut short ({_cause(error)}): {_AGAIN}") from None
    try:
        attributes = {name: _python_value(value) for name, value in file.attrs.items()}
        _check_format(attributes)
        return _Opened(os.getpid(), file, _checked_datasets(file), attributes)
    except ShardError as error:
        file.close()
        raise ShardError(f"{path}: {error}") from None
    except _DAMAGE as error:
        file.close()
        raise ShardError(f"{path}: is damaged ({_cause(error)}): {_AGAIN}") from None


def _check_format(attributes: Mapping[str, str | int | float]) -> None:
    """Refuse foreign files, newer major versions, and files without the attributes of the format."""
    if attributes.get("format") != schema.FORMAT:
        raise ShardError(f"is HDF5 but not a {schema.FORMAT} shard: give a shard that scenegen wrote")
    version = str(attributes.get("format_version"))
    if version.split(".")[0] != schema.FORMAT_VERSION.split(".")[0]:
        raise ShardError(f"has format version {version}, this program reads {schema.FORMAT_VERSION}: update scenegen")
    if missing := sorted((schema.CONVENTIONS.keys() | schema.ATTRIBUTES.keys()) - attributes.keys()):
        raise ShardError(f"has no attribute {missing[0]!r}: {_AGAIN}")


def _checked_datasets(file: h5py.File) -> dict[str, h5py.Dataset]:
    """The datasets of the schema, once their kind, shape, type and filters are right."""
    found = {field.name: dataset for field in schema.FIELDS if (dataset := _own_dataset(file, field.name)) is not None}
    for name, dataset in found.items():
        require_readable(dataset)
        _check_dtype(schema.FIELD[name], dataset)
    try:
        schema.check_shapes({name: dataset.shape for name, dataset in found.items()})
    except ValueError as error:
        raise ShardError(f"{error}: {_AGAIN}") from None
    return found


def _own_dataset(file: h5py.File, name: str) -> h5py.Dataset | None:
    """A dataset whose data lies in this file; ShardError when a link or storage leads elsewhere."""
    holder: Any = file
    for part in name.split("/"):
        if part not in holder:
            return None
        if not isinstance(holder.get(part, getlink=True), h5py.HardLink):
            raise ShardError(f"{name} is a link: a shard holds all its data itself, do not trust this file")
        holder = holder[part]
    if not isinstance(holder, h5py.Dataset) or holder.is_virtual or holder.external:
        raise ShardError(f"{name} is not stored in the file itself: do not trust this file")
    return holder


def _check_dtype(field: schema.Field, dataset: h5py.Dataset) -> None:
    if field.dtype == schema.TEXT:
        text = h5py.check_string_dtype(dataset.dtype)
        fits = text is not None and text.length is not None
    elif field.dtype == schema.ENUM:
        fits = h5py.check_enum_dtype(dataset.dtype) == schema.STATUS
    else:
        fits = dataset.dtype == np.dtype(field.dtype)
    if not fits:
        raise ShardError(f"{field.name} has type {dataset.dtype}, not {schema.dtype_text(field)}: {_AGAIN}")


def _info(name: str, dataset: h5py.Dataset) -> DatasetInfo:
    field = schema.FIELD[name]
    size = dataset.id.get_storage_size()
    return DatasetInfo(name, dataset.shape, schema.dtype_text(field), field.units, codec_of(dataset), size)


def _python_value(value: Any) -> str | int | float:
    """An attribute as text or number."""
    return value.decode() if isinstance(value, bytes) else value.item() if isinstance(value, np.generic) else value


def _cause(error: Exception) -> str:
    """The first line of an error, without its full stop."""
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
