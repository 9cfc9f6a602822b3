"""The rows of a shard's datasets that are one sample."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from scenegen.shards import schema
from scenegen.shards.origin import origin_of
from scenegen.shards.reads import Rows
from scenegen.shards.sample import Sample

ROW_OF = {
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
"""Dataset behind each field of a Sample; blank where an imported shard lacks it."""

_OF_LAYERS = {"box": "objects/box", "seen_px": "objects/seen_px", "alone_px": "objects/alone_px"}
"""The same of what comes with layers; None where it is not there, or not asked for."""


_NAMES = Sample.__dataclass_fields__


def sample_of(reader: Rows, index: int, layers: Collection[str]) -> Sample:
    """Sample `index` with some of the optional layers, all of which are there. Raises as the reader does."""
    rows = {name: reader.read(dataset, index) for name, dataset in ROW_OF.items()}
    due = {name: schema.FIELD[dataset].layer in layers for name, dataset in _OF_LAYERS.items()}
    beside = {name: reader.read(_OF_LAYERS[name], index) if there else None for name, there in due.items()}
    pictures = {name: reader.read(name, index) if name in layers else None for name in schema.LAYERS}
    return Sample(
        index=index,
        rgb=reader.read("rgb", index),
        lenses=reader.lenses(index),
        names={name: reader.read(schema.NAMED[name]) for name in layers if name in schema.NAMED},
        **beside,
        object_id=_ids(rows["object_asset"], reader.asset_ids),
        origin=origin_of(reader.attributes),
        others={name: layer for name, layer in pictures.items() if name not in _NAMES},
        **{name: layer for name, layer in pictures.items() if name in _NAMES},
        **rows,
    )


def _ids(asset: NDArray[np.int32], ids: NDArray[np.str_]) -> NDArray[np.str_]:
    """(M,) the identifier in each slot, "" in an empty one and where the shard names no such asset."""
    known = (asset >= 0) & (asset < len(ids))
    return np.where(known, np.append(ids, "")[np.where(known, asset, -1)], "")
