"""WebDataset: tar files of samples, read in sequence by webdataset and whatever follows its naming.

A sample NUMBER is the files `NUMBER.json` (cameras, objects, provenance, conventions), `NUMBER.viewV.png`,
`NUMBER.rays.npz` and, where there are layers, `NUMBER.layers.npz`, all as in the shard and in its conventions. Members
carry no time, owner or mode of this machine, so equal samples give equal bytes.
"""

import io
import json
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.export.choices import Suffix
from scenegen.export.forms import Form
from scenegen.export.pictures import encode_picture, npz
from scenegen.export.scenes import SceneSamples
from scenegen.instances import FIRST_OBJECT
from scenegen.lenses import Lens
from scenegen.shards.sample import Sample
from scenegen.shards.schema import LAYERS, STATUS, conventions

SAMPLES_PER_TAR = 256
RAYS = ("xy0", "depth0", "ray_instance", "xy", "status")
"""Fields of a sample that go into rays.npz."""
NUMBERS = ("K", "T_world_cam", "overlap", "baseline_m", "view_angle_deg")
"""Fields of a sample that go into its JSON file; null where an imported shard does not know them."""


@dataclass
class Tars:
    """The tar files of a split, one after the other."""

    folder: Path
    split: str
    samples: int = 0
    tar: tarfile.TarFile | None = field(default=None, repr=False)

    def add(self, files: Iterable[tuple[str, bytes]], key: str) -> None:
        """Add the files of a sample, by suffix, to the tar file whose turn it is."""
        if self.samples % SAMPLES_PER_TAR == 0:
            self.close()
            name = f"{self.split}-{self.samples // SAMPLES_PER_TAR:06d}.tar"
            self.tar = tarfile.open(self.folder / name, "w", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
        assert self.tar is not None
        for suffix, data in files:
            member = tarfile.TarInfo(f"{key}.{suffix}")
            member.size = len(data)
            self.tar.addfile(member, io.BytesIO(data))
        self.samples += 1

    def close(self) -> None:
        """Finish the tar file at hand."""
        if self.tar is not None:
            self.tar.close()
            self.tar = None


def export_webdataset(scenes: Iterable[SceneSamples], out: Path, suffix: Suffix) -> None:
    """Write the tar files of each split. Raises ShardError where a shard is damaged, OSError where writing fails."""
    splits: dict[str, Tars] = {}
    for scene in scenes:
        tars = splits.setdefault(scene.entry.split, Tars(out, scene.entry.split))
        for sample in scene:
            tars.add(_sample_files(scene, sample, suffix), f"{tars.samples:08d}")
    for tars in splits.values():
        tars.close()


def _sample_files(scene: SceneSamples, sample: Sample, suffix: Suffix) -> Iterator[tuple[str, bytes]]:
    """(suffix, bytes) of the files of a sample."""
    yield "json", (json.dumps(description(scene, sample)) + "\n").encode()
    for view, rgb in enumerate(sample.rgb):
        yield f"view{view}.{suffix}", encode_picture(rgb, suffix)
    yield "rays.npz", npz({name: getattr(sample, name) for name in RAYS})
    if layers := {name: layer for name in LAYERS if (layer := sample.layer(name)) is not None}:
        yield "layers.npz", npz(layers)


def description(scene: SceneSamples, sample: Sample) -> dict[str, Any]:
    """What NUMBER.json says of a sample."""
    attributes, there = scene.reader.attributes, [info.name for info in scene.reader.datasets()]
    return {
        "shard": scene.entry.path.name,
        "sample": sample.index,
        "room": scene.entry.room,
        "split": scene.entry.split,
        "license": attributes["license"],
        "config_sha256": attributes["config_sha256"],
        **{name: _plain(getattr(sample, name)) for name in NUMBERS},
        **({"lenses": [_lens(lens) for lens in sample.lenses]} if sample.has_lenses else {}),
        "objects": _objects(scene, sample),
        **({"layer_names": {name: names.tolist() for name, names in sample.names.items()}} if sample.names else {}),
        "status": STATUS,
        **{name: value for name, value in conventions(attributes, there).items() if name.endswith("_convention")},
    }


def _plain(numbers: NDArray[np.float64]) -> Any:
    """Numbers as JSON has them; None where the shard does not know them."""
    return numbers.tolist() if np.isfinite(numbers).all() else None


def _lens(lens: Lens) -> dict[str, Any]:
    """The model of a lens, and its coefficients by name; what they mean the shard's documentation says."""
    return {"model": lens.model, **dict(zip(lens.names, lens.coefficients, strict=True))}


def _objects(scene: SceneSamples, sample: Sample) -> list[dict[str, Any]]:
    """The objects of a sample, with the number that they have in `ray_instance` and in the layer `instance`."""
    ids, categories = scene.reader.asset_ids, scene.reader.asset_categories
    return [
        {
            "instance": FIRST_OBJECT + slot,
            "asset": str(ids[asset]),
            "category": str(categories[asset]),
            "T_world_object": sample.T_world_object[slot].tolist(),
        }
        for slot, asset in enumerate(sample.object_asset)
        if asset >= 0
    ]


FORM = Form(export_webdataset, cameras=False, lenses=True)
