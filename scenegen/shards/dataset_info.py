"""How the datasets of a shard are stored: what `inspect` tells of them."""

from dataclasses import dataclass

import h5py

from scenegen.shards.codecs import codec_of
from scenegen.shards.schema import FIELD, dtype_text


@dataclass(frozen=True)
class DatasetInfo:
    """How one dataset is stored."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    units: str
    codec: str
    stored_bytes: int


def stored_as(name: str, dataset: h5py.Dataset) -> DatasetInfo:
    """How a dataset of the schema is stored."""
    field, size = FIELD[name], dataset.id.get_storage_size()
    return DatasetInfo(name, dataset.shape, dtype_text(field), field.units, codec_of(dataset), size)
