"""Shards as they were written before pictures were cut into bands: with plain h5py, each picture one chunk."""

from pathlib import Path

import h5py

from scenegen.shards import schema
from scenegen.shards.codecs import storage_options


def in_old_layout(source: Path, target: Path, codec: str = "gzip") -> Path:
    """Write what `source` says to `target`, one chunk for each picture, by HDF5 itself."""
    with h5py.File(source) as old, h5py.File(target, "w", libver=("v110", "v110")) as new:
        new.attrs.update(old.attrs)
        for name in schema.FIELD:
            if name in old:
                _copied(old[name], new, schema.FIELD[name].chunk_axes, codec)
    return target


def _copied(dataset: h5py.Dataset, file: h5py.File, axes: int, codec: str) -> None:
    chunks = (1,) * axes + dataset.shape[axes:]
    options = {"chunks": chunks} | storage_options(codec, dataset.dtype.itemsize) if dataset.size else {}
    made = file.create_dataset(dataset.name, data=dataset[()], dtype=dataset.dtype, **options)
    for name in ("description", "units"):
        made.attrs[name] = dataset.attrs[name]
    for old, dim in zip(dataset.dims, made.dims, strict=True):
        dim.label = old.label
