"""What can be asked of an imported sample: whether depth, cameras, verdicts and pictures agree with each other.

No seed makes it again. With cameras, the verdicts are made again from the depth pictures and the noise that the shard
states. Without, the pictures alone can speak: the two ends of matches must look more alike than shuffled ends.
Brightness is averaged over some pixels, because poses that were measured miss by some.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.ndimage import uniform_filter

from scenegen.seeding import Stage, generator
from scenegen.shards.by_depth import DepthView, Noise, follow_by_depth
from scenegen.shards.origin import DEPTH_NOISE
from scenegen.shards.sample import Sample
from scenegen.status import Status
from scenegen.verify.plausible import correlation, luminance, reprojection, values_at

FEWEST = 50
"""Visible rays below which pictures are not asked: chance would speak."""
BLUR_PX = 9
"""Side of the square whose mean brightness stands for a place."""


@dataclass(frozen=True)
class ViewCheck:
    """What one view of an imported sample says against view 0."""

    verdicts: int
    """Verdicts that were made again; 0 without cameras and depth."""
    differ: int
    """Those that came out otherwise."""
    reprojection_px: float
    """Largest distance between stored and rebuilt projections in the picture; 0 without cameras."""
    alike: float
    """Correlation of brightness at both ends of the visible rays; NaN where there are too few."""
    shuffled: float
    """The same for ends that do not belong together."""


def noise_of(config: Mapping[str, Any]) -> Noise | None:
    """The noise that an import's configuration states; None where it has no depth. Raises ValueError, TypeError."""
    said = config.get(DEPTH_NOISE)
    return None if said is None else Noise(**{name: float(value) for name, value in said.items()})


def check_view(sample: Sample, view: int, noise: Noise | None) -> ViewCheck:
    """Hold view `view` (1..) of an imported sample against view 0."""
    alike, shuffled = likeness(sample, view)
    if noise is None or sample.depth is None or not sample.has_cameras:
        return ViewCheck(0, 0, 0.0, alike, shuffled)
    first, other = (DepthView(sample.depth[v], sample.K[v], sample.T_world_cam[v]) for v in (0, view))
    _, status = follow_by_depth(sample.xy0, first, other, noise)
    differ = int(np.count_nonzero(status != sample.status[view - 1]))
    return ViewCheck(len(status), differ, reprojection(sample, view)[0], alike, shuffled)


def likeness(sample: Sample, view: int) -> tuple[float, float]:
    """Correlation of brightness at both ends of the visible rays, and at shuffled ends; NaN where there are few."""
    seen = sample.status[view - 1] == Status.VISIBLE
    count = int(np.count_nonzero(seen))
    if count < FEWEST:
        return float("nan"), float("nan")
    first, other = (uniform_filter(luminance(sample.rgb[v]), BLUR_PX, mode="nearest") for v in (0, view))
    here = values_at(first, sample.xy0[seen].astype(np.float64))
    there = values_at(other, sample.xy[view - 1][seen].astype(np.float64))
    mixed = generator(0, Stage.SELECTION, sample=sample.index).permutation(count)
    return correlation(here, there), correlation(here, there[mixed])
