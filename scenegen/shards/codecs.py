"""How the chunks of a shard are stored: `gzip` for every reader, `zstd` for training, `none` for scratch.

All three add fletcher32, so a damaged chunk is an error and never wrong data. Shuffle helps types wider
than a byte and is left off for pictures. Compressed chunks are packed and unpacked in `chunks`, the rest by HDF5.
"""

import importlib
from typing import Any

import h5py

from scenegen.errors import ShardError, UsageError
from scenegen.shards import zstd

CODECS = ("gzip", "zstd", "none")
"""Names of the storage profiles."""

_FILTERS = {h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_FLETCHER32, zstd.FILTER}
_ZSTD_HELP = "install it with: pip install 'scenegen[zstd]'"


def require_codec(name: str) -> None:
    """Raise UsageError when the codec is unknown or its plug-in is not installed."""
    if name not in CODECS:
        raise UsageError(f"codec {name!r} is unknown: choose one of {', '.join(CODECS)}")
    if name == "zstd" and not (_hdf5_reads_zstd() and zstd.available()):
        raise UsageError(
            f"codec 'zstd' needs the packages hdf5plugin and zstandard: {_ZSTD_HELP}, or choose gzip or none"
        )


def storage_options(codec: str, itemsize: int) -> dict[str, Any]:
    """Keyword arguments of h5py's `create_dataset` for a chunked dataset of items of `itemsize` bytes.

    Raises UsageError as `require_codec` does.
    """
    require_codec(codec)
    checked: dict[str, Any] = {"fletcher32": True}
    if codec == "none":
        return checked
    checked["shuffle"] = itemsize > 1
    if codec == "zstd":
        return checked | dict(importlib.import_module("hdf5plugin").Zstd(clevel=zstd.LEVEL))
    return checked | {"compression": "gzip", "compression_opts": 1}


def filters_of(dataset: h5py.Dataset) -> list[int]:
    """Numbers of the HDF5 filters of a dataset, in the order in which they were applied."""
    plist = dataset.id.get_create_plist()
    return [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]


def codec_of(dataset: h5py.Dataset) -> str:
    """Name of the codec that a dataset is stored with; "other" for filters that no shard uses."""
    filters = set(filters_of(dataset))
    if filters - _FILTERS:
        return "other"
    if zstd.FILTER in filters:
        return "zstd"
    return "gzip" if h5py.h5z.FILTER_DEFLATE in filters else "none"


def require_readable(dataset: h5py.Dataset) -> None:
    """Raise ShardError when the dataset uses a filter that is foreign or not installed here."""
    codec = codec_of(dataset)
    if codec == "other":
        raise ShardError(f"{dataset.name} is stored with an unknown HDF5 filter: this is not a shard of scenegen")
    if codec == "zstd" and not _hdf5_reads_zstd():
        raise ShardError(f"the shard is stored with zstd and the package hdf5plugin is missing: {_ZSTD_HELP}")


def _hdf5_reads_zstd() -> bool:
    """Whether HDF5 can use zstd; importing hdf5plugin registers it."""
    if not h5py.h5z.filter_avail(zstd.FILTER):
        try:
            importlib.import_module("hdf5plugin")
        except ImportError:
            return False
    return h5py.h5z.filter_avail(zstd.FILTER)
