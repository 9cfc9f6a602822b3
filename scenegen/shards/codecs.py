"""How the chunks of a shard are stored: `gzip` for every reader, `zstd` for training, `none` for scratch.

All three add fletcher32, so a damaged chunk is an error and never wrong data. Shuffle helps types wider
than a byte and is left off for pictures. Compressed chunks are packed and unpacked in `chunks`, the rest by HDF5.
"""

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from scenegen.errors import ShardError, UsageError
from scenegen.shards.coder import Coder
from scenegen.shards.deflating import DEFLATE
from scenegen.shards.zstd import LEVEL, ZSTD

if TYPE_CHECKING:
    import h5py

_SHUFFLE, _FLETCHER32 = 2, 3
"""Numbers of HDF5's own filters (H5Zpublic.h)."""


def _gzip() -> dict[str, Any]:
    return {"compression": "gzip", "compression_opts": 1}


def _zstd() -> dict[str, Any]:
    return dict(importlib.import_module("hdf5plugin").Zstd(clevel=LEVEL))


@dataclass(frozen=True)
class Codec:
    """A storage profile."""

    coder: Coder | None = None
    """What packs its chunks; None leaves them as they are."""
    options: Callable[[], dict[str, Any]] = dict
    """What h5py's `create_dataset` is told of it."""
    extra: str = ""
    """The extra of this package that brings what it needs; "" where that is nothing."""
    packages: str = ""
    """All that writing needs."""
    plugin: str = ""
    """The package that teaches HDF5 its filter; "" where HDF5 has it."""

    @property
    def help(self) -> str:
        """How to get what it needs."""
        return f"install it with: pip install 'scenegen[{self.extra}]'"


CODECS = {
    "gzip": Codec(DEFLATE, _gzip),
    "zstd": Codec(ZSTD, _zstd, "zstd", "hdf5plugin and zstandard", "hdf5plugin"),
    "none": Codec(),
}
"""Every storage profile by name."""
READ_ANYWHERE = next(iter(CODECS))
"""The one that every HDF5 reads, taken unless another is named."""
_FOREIGN = "other"
if TYPE_CHECKING:
    CodecName = str
else:
    CodecName = Literal[tuple(CODECS)]
"""What the command line offers."""


def require_codec(name: str) -> None:
    """Raise UsageError when the codec is unknown or its plug-in is not installed."""
    if name not in CODECS:
        raise UsageError(f"codec {name!r} is unknown: choose one of {', '.join(CODECS)}")
    codec = CODECS[name]
    if codec.coder and not (_hdf5_has(codec) and codec.coder.available()):
        others = " or ".join(other for other, each in CODECS.items() if not each.extra)
        raise UsageError(f"codec {name!r} needs the packages {codec.packages}: {codec.help}, or choose {others}")


def storage_options(codec: str, itemsize: int) -> dict[str, Any]:
    """Keyword arguments of h5py's `create_dataset` for a chunked dataset of items of `itemsize` bytes.

    Raises UsageError as `require_codec` does.
    """
    require_codec(codec)
    packs = CODECS[codec].coder is not None
    return {"fletcher32": True} | ({"shuffle": itemsize > 1} if packs else {}) | CODECS[codec].options()


def filters_of(dataset: "h5py.Dataset") -> list[int]:
    """Numbers of the HDF5 filters of a dataset, in the order in which they were applied."""
    plist = dataset.id.get_create_plist()
    return [plist.get_filter(i)[0] for i in range(plist.get_nfilters())]


def codec_of(dataset: "h5py.Dataset") -> str:
    """Name of the codec that a dataset is stored with; "other" for filters that no shard uses."""
    filters = set(filters_of(dataset)) - {_SHUFFLE, _FLETCHER32}
    fitting = (name for name, codec in CODECS.items() if filters == ({codec.coder.filter} if codec.coder else set()))
    return next(fitting, _FOREIGN)


def require_readable(dataset: "h5py.Dataset") -> None:
    """Raise ShardError when the dataset uses a filter that is foreign or not installed here."""
    name = codec_of(dataset)
    if name == _FOREIGN:
        raise ShardError(f"{dataset.name} is stored with an unknown HDF5 filter: this is not a shard of scenegen")
    codec = CODECS[name]
    if not _hdf5_has(codec):
        raise ShardError(f"the shard is stored with {name} and the package {codec.plugin} is missing: {codec.help}")


def _hdf5_has(codec: Codec) -> bool:
    """Whether HDF5 can use the filter of a codec; importing its plug-in registers it."""
    if not codec.coder or not codec.plugin:
        return True
    import h5py

    if not h5py.h5z.filter_avail(codec.coder.filter):
        try:
            importlib.import_module(codec.plugin)
        except ImportError:
            return False
    return h5py.h5z.filter_avail(codec.coder.filter)
