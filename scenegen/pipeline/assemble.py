"""From the samples of one room to the content of a shard, and the figures that the run reports of it."""

import hashlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from scenegen.pipeline.sample import Sample
from scenegen.shards.content import ShardContent
from scenegen.shards.preview import preview
from scenegen.tracing.status import Status


def shard_content(samples: list[Sample], attributes: dict[str, str | int | float]) -> ShardContent:
    """Stack samples into the arrays of a shard, with its table of assets and its preview."""
    assets = tuple(sorted({a for s in samples for a in s.assets}))
    slots = max(1, max(len(s.assets) for s in samples))
    stacked = {name: np.stack([s.arrays[name] for s in samples]) for name in samples[0].arrays if _even(name)}
    return ShardContent(
        arrays={
            **{name: _layer(samples, name) for name in samples[0].layers},
            **stacked,
            "objects/asset": np.stack([_slots(s, assets, slots) for s in samples]),
            "objects/T_world_object": np.stack([_poses(s, slots) for s in samples]),
            "assets/id": np.array([a[0] for a in assets], np.str_),
            "assets/category": np.array([a[1] for a in assets], np.str_),
            "preview": preview([s.layers["rgb"][:2] for s in samples[:2]]),
        },
        attributes=attributes,
    )


def _layer(samples: list[Sample], name: str) -> NDArray:
    """(P, V, ...) an image layer of all samples, copied once."""
    views = [view for s in samples for view in s.layers[name]]
    return np.stack(views).reshape(len(samples), -1, *views[0].shape)


def _even(name: str) -> bool:
    """Whether an array of a sample has the same shape in all samples."""
    return name != "objects/T_world_object"


def _slots(sample: Sample, assets: tuple[tuple[str, str], ...], slots: int) -> NDArray[np.int32]:
    """(M,) row of each object in the table of assets, -1 in empty slots."""
    row = {asset: k for k, asset in enumerate(assets)}
    return np.array([row[a] for a in sample.assets] + [-1] * (slots - len(sample.assets)), np.int32)


def _poses(sample: Sample, slots: int) -> NDArray[np.float64]:
    """(M, 4, 4) pose of each object, identity in empty slots."""
    poses = sample.arrays["objects/T_world_object"]
    return np.concatenate([poses, np.tile(np.eye(4), (slots - len(poses), 1, 1))])


def assets_digest(digests: dict[str, str]) -> str:
    """sha256 over the sorted "id sha256" lines of the assets a shard was made from."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def figures(samples: list[Sample]) -> dict[str, object]:
    """What the manifest and the summary say of a shard: counts of rays by status, overlap, baseline, rejections."""
    status = np.bincount(np.concatenate([s.arrays["rays/status"].ravel() for s in samples]), minlength=len(Status))
    off_diagonal = ~np.eye(len(samples[0].arrays["sample/overlap"]), dtype=bool)
    return {
        "rays": {s.name.lower(): int(status[s]) for s in Status},
        "overlap": [round(float(s.arrays["sample/overlap"][off_diagonal].mean()), 4) for s in samples],
        "baseline_m": [round(float(b), 3) for s in samples for b in s.arrays["sample/baseline_m"]],
        "view_angle_deg": [round(float(a), 2) for s in samples for a in s.arrays["sample/view_angle_deg"]],
        "objects": [len(s.assets) for s in samples],
        "rejected": add_counts(s.rejected for s in samples),
    }


def add_counts(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    """Sum of dictionaries of counts, keys sorted."""
    total: dict[str, int] = {}
    for part in counts:
        for key, value in part.items():
            total[key] = total.get(key, 0) + value
    return {key: total[key] for key in sorted(total) if total[key]}
