"""From imported samples to the content of a shard, and the figures that the manifest reports of it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenegen.importing.sample import Geometry, ImportedSample, JudgedRays
from scenegen.seeding import stable_key
from scenegen.shards import schema
from scenegen.shards.content import ShardContent
from scenegen.shards.preview import preview
from scenegen.status import Status

Arrays = dict[str, NDArray[Any]]
ROOM = 1
"""Instance of all that is measured: a sequence is one room, and no object of it is known."""


def imported_content(samples: Sequence[ImportedSample], room: str, attributes: dict[str, Any]) -> ShardContent:
    """Stack samples of one sequence; what the sequence does not know is absent, and `absent` says so."""
    rays = max(1, max(len(sample.rays) for sample in samples))
    arrays: Arrays = {
        "rgb": np.stack([np.stack(sample.rgb) for sample in samples]),
        **_rays([sample.rays.padded(rays) for sample in samples]),
        "sample/seed": np.array([[stable_key(room), 0, sample.index] for sample in samples], np.uint32),
        "preview": preview([sample.rgb for sample in samples[:2]]),
    }
    geometry = [sample.geometry for sample in samples if sample.geometry]
    if geometry:
        arrays |= _geometry(geometry, arrays["rays/xy0"])
    lacking = [name for name in schema.MAY_BE_ABSENT if name not in arrays]
    return ShardContent(arrays, {**attributes, schema.ABSENT: ",".join(lacking)})


def imported_statistics(samples: Sequence[ImportedSample]) -> dict[str, object]:
    """What the manifest says of a shard: rays by status and, with cameras, overlap, baseline and angle."""
    status = np.bincount(np.concatenate([s.rays.status for s in samples]), minlength=len(Status))
    known = [sample.geometry for sample in samples if sample.geometry]
    both = [float(g.overlap[0, 1] + g.overlap[1, 0]) / 2 for g in known]
    return {
        "rays": {s.name.lower(): int(status[s]) for s in Status},
        "matches": [int((s.rays.status == Status.VISIBLE).sum()) for s in samples],
        "left_out": sum(sample.left_out for sample in samples),
        "overlap": [round(share, 4) for share in both],
        "baseline_m": [round(g.baseline_m, 3) for g in known],
        "view_angle_deg": [round(g.view_angle_deg, 2) for g in known],
    }


def _rays(rays: Sequence[JudgedRays]) -> Arrays:
    return {
        "rays/xy0": np.stack([r.xy0 for r in rays]),
        "rays/xy": np.stack([r.xy[None] for r in rays]),
        "rays/status": np.stack([r.status[None] for r in rays]),
    }


def _geometry(known: Sequence[Geometry], xy0: NDArray[np.uint16]) -> Arrays:
    """Cameras, depth and measures; no object is known, so its one slot is empty."""
    count = len(known)
    depth0 = np.stack([g.depth0(pixels) for g, pixels in zip(known, xy0, strict=True)])
    return {
        "depth": np.stack([g.depth for g in known]),
        "camera/K": np.stack([g.K for g in known]),
        "camera/T_world_cam": np.stack([g.T_world_cam for g in known]),
        "rays/depth0": depth0,
        "rays/instance": np.where(depth0 > 0, ROOM, 0).astype(np.uint16),
        "objects/asset": np.full((count, 1), -1, np.int32),
        "objects/T_world_object": np.tile(np.eye(4), (count, 1, 1, 1)),
        "assets/id": np.zeros(0, np.str_),
        "assets/category": np.zeros(0, np.str_),
        "sample/overlap": np.stack([g.overlap for g in known]).astype(np.float32),
        "sample/baseline_m": np.array([[g.baseline_m] for g in known], np.float32),
        "sample/view_angle_deg": np.array([[g.view_angle_deg] for g in known], np.float32),
    }
