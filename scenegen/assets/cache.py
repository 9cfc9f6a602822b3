"""A cache of parsed assets on disk: one file each, shared by many workers, limited in size.

Files are uncompressed `.npz` without pickle, written aside and renamed, so a reader sees all of a file or
none. Damaged or vanished files are parsed again; a cache that cannot be written is done without.
"""

import contextlib
import hashlib
import io
import math
import os
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import numpy as np

from scenegen.assets.facts import FactStore
from scenegen.assets.kept_files import remove, write_whole
from scenegen.assets.packing import Asset, pack_asset, unpack_asset
from scenegen.assets.proportions import surface_split
from scenegen.assets.reading import LOADER_VERSION
from scenegen.assets.source import ObjectModel, ObjectSource, Room, RoomSource, hashed_split
from scenegen.errors import AssetError

T = TypeVar("T", bound=Asset)
FORMAT_VERSION = 2
"""Raised when the layout of the files changes."""
DEFAULT_BYTES = 4 << 30
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_SHARE = 32
"""The cache is measured again after this part of its limit was written."""


def cache_folder() -> Path:
    """`$SCENEGEN_CACHE`, else `$XDG_CACHE_HOME/scenegen`, else `~/.cache/scenegen`."""
    if own := os.environ.get("SCENEGEN_CACHE"):
        return Path(own)
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "scenegen"


def asset_key(kind: str, digest: str) -> str:
    """Key (sha256 hex) of a parsed asset: what it was made from, by which version, as what."""
    return hashlib.sha256(f"{kind}\0{digest}\0{LOADER_VERSION}\0{FORMAT_VERSION}".encode()).hexdigest()


def cached(cache: "AssetCache | None", key: str, build: Callable[[], T]) -> T:
    """The asset under `key`, or `build()`, which is then kept. Errors of `build` pass through, and nothing is kept."""
    if cache is None:
        return build()
    found = cache.get(key)
    if found is not None:
        return cast(T, found)
    asset = build()
    cache.put(key, asset)
    return asset


class AssetCache:
    """Assets by key in one folder, the least recently used removed beyond `max_bytes`."""

    def __init__(self, folder: Path | None = None, max_bytes: int = DEFAULT_BYTES) -> None:
        self.folder = cache_folder() if folder is None else folder
        self.max_bytes = max_bytes
        self._written = max_bytes  # the first write measures what is there

    def get(self, key: str) -> Asset | None:
        """The asset, marked as used; None where it is absent, or damaged and so removed."""
        path = self._path(key)
        try:
            asset = unpack_asset(_arrays(path))
            os.utime(path)
            return asset
        except OSError:
            return None
        except Exception:  # the readers of zip, npy and JSON raise anything on damaged files
            remove(path)
            return None

    def put(self, key: str, asset: Asset) -> bool:
        """Keep an asset; False where it cannot be kept (not plain data, too large, no place to write)."""
        try:
            arrays = pack_asset(asset)
            size = sum(a.nbytes for a in arrays.values())
            if size > self.max_bytes:
                return False
            write_whole(self._path(key), lambda file: np.savez(file, **arrays))  # pyright: ignore[reportArgumentType]
        except (OSError, TypeError, ValueError):
            return False
        self._written += size
        if self._written * _SHARE > self.max_bytes:
            self._written = 0
            self.trim()
        return True

    def trim(self) -> int:
        """Remove the least recently used files beyond the limit; returns the bytes left."""
        entries = []
        with contextlib.suppress(OSError):
            entries = sorted(e for p in self.folder.iterdir() if (e := _entry(p)) is not None)
        total = sum(size for _, _, size in entries)
        for _, name, size in entries:
            if total <= self.max_bytes:
                break
            remove(self.folder / name)
            total -= size
        return total

    def _path(self, key: str) -> Path:
        """File of a key."""
        return self.folder / f"{key}.npz"


def _arrays(path: Path) -> dict[str, np.ndarray]:
    """The arrays of a file of the cache, its checksums checked; any exception where it is damaged."""
    with zipfile.ZipFile(path) as archive:  # no member is compressed: none is larger than the file
        if any(m.compress_type != zipfile.ZIP_STORED for m in archive.infolist()):
            raise ValueError(f"{path.name}: not written by this program")
        return {name.removesuffix(".npy"): _array(archive.read(name)) for name in archive.namelist()}


def _array(data: bytes) -> np.ndarray:
    """The array of a .npy file, no larger than the file. Raises ValueError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        file = io.BytesIO(data)
        shape, _, dtype = _HEADERS[np.lib.format.read_magic(file)](file)
        if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(data) - file.tell():
            raise ValueError("an array that is not whole")
        return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)


def _entry(path: Path) -> tuple[int, str, int] | None:
    """(last use, name, bytes) of a file, leftovers of killed writers included; None where it just vanished."""
    if path.suffix not in (".npz", ".part"):
        return None
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, path.name, stat.st_size


def facts_of(cache: AssetCache | None) -> FactStore:
    """Small facts kept beside the assets of a cache; in memory alone where there is none."""
    return FactStore(None if cache is None else cache.folder)


def kept_split(source: ObjectSource | RoomSource, facts: FactStore, asset_id: str, find: Callable[[], str]) -> str:
    """As listed, else what `find` says, found once and then kept as a fact of the asset's files.

    An asset that cannot be read is in no shard; it goes by its id.
    """
    if (listed := source.listed_split(asset_id)) is not None:
        return listed
    try:
        return facts.get("split", source.digest(asset_id), find)
    except AssetError:
        return hashed_split(asset_id)


class CachedObjects:
    """A source of objects whose loaded models are kept in a cache."""

    def __init__(self, source: ObjectSource, cache: AssetCache | None, facts: FactStore | None = None) -> None:
        self.source, self.cache, self.facts = source, cache, facts or facts_of(cache)
        self.name, self.license = source.name, source.license
        self._loaded: dict[str, str] = {}
        self._splits: dict[str, str] = {}
        """Those that were asked for: an object may be drawn often, and a digest reads all its files."""
        self._last: ObjectModel | None = None

    def ids(self) -> dict[str, tuple[str, ...]]:
        """Object ids by category, both sorted."""
        return self.source.ids()

    def listed_split(self, object_id: str) -> str | None:
        """The split where it is known from the id alone."""
        return self.source.listed_split(object_id)

    def split(self, object_id: str) -> str:
        """The split of an object, "train" or "val": by its surface, as `kept_split`."""
        if object_id not in self._splits:
            found = kept_split(self.source, self.facts, object_id, lambda: surface_split(self.load(object_id).mesh))
            self._splits[object_id] = found
        return self._splits[object_id]

    def digest(self, object_id: str) -> str:
        """sha256 (hex) of what the object is made from: as it was when it was loaded here last, else as it is now."""
        return self._loaded.get(object_id) or self.source.digest(object_id)

    def load(self, object_id: str) -> ObjectModel:
        """Read one object, from the cache if it is there. Raises AssetError."""
        digest = self.source.digest(object_id)
        if self._last is None or self._last.id != object_id or self._loaded.get(object_id) != digest:
            self._last = None
            key = asset_key(f"object:{self.name}:{object_id}", digest)
            self._last = cached(self.cache, key, lambda: self.source.load(object_id))
        self._loaded[object_id] = digest
        return self._last

    def remarks(self) -> tuple[str, ...]:
        """What was decided for all objects together."""
        return self.source.remarks()


class CachedRooms:
    """A source of rooms whose loaded rooms are kept in a cache."""

    def __init__(self, source: RoomSource, cache: AssetCache | None, facts: FactStore | None = None) -> None:
        self.source, self.cache, self.facts = source, cache, facts or facts_of(cache)
        self.name, self.license, self.baked_light = source.name, source.license, source.baked_light
        self._loaded: dict[str, str] = {}

    def ids(self) -> tuple[str, ...]:
        """All room ids, sorted."""
        return self.source.ids()

    def in_order(self, shuffled: tuple[str, ...]) -> tuple[str, ...]:
        """All room ids in the order in which a run takes them."""
        return self.source.in_order(shuffled)

    def listed_split(self, room_id: str) -> str | None:
        """The split where it is known from the id alone."""
        return self.source.listed_split(room_id)

    def split(self, room_id: str) -> str:
        """The split of a room, "train", "val" or "test": as `kept_split`."""
        return kept_split(self.source, self.facts, room_id, lambda: self.source.split(room_id))

    def digest(self, room_id: str) -> str:
        """sha256 (hex) of what the room is made from: as it was when it was loaded here last, else as it is now."""
        return self._loaded.get(room_id) or self.source.digest(room_id)

    def load(self, room_id: str) -> Room:
        """Read one room, from the cache if it is there. Raises AssetError."""
        self._loaded[room_id] = digest = self.source.digest(room_id)
        key = asset_key(f"room:{self.name}:{room_id}", digest)
        return cached(self.cache, key, lambda: self.source.load(room_id))

    def remarks(self) -> tuple[str, ...]:
        """What was decided for all rooms together."""
        return self.source.remarks()
