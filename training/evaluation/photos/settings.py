"""What `scenetrain eval-photos` measures, and how much of it. Nothing here imports PyTorch."""

from dataclasses import dataclass

from training.evaluation.thresholds import Thresholds
from training.ranges import Amount, Many, Positive, Some


@dataclass(frozen=True)
class PhotoSettings:
    """How much is asked of each pair, at which size, and what counts as an inlier."""

    pairs: Many = 0
    """Pairs of each benchmark at most, spread evenly; 0: all."""
    queries: Many = 500
    """Visible pixels looked up in each pair at most, and as many occluded or outside."""
    grid: Some = 8
    """Distance of the pixels that look for mutual matches, in pixels of the measured picture."""
    long_side: Many = 0
    """Longer side of the measured pictures at most, in pixels; 0: as each benchmark has it."""
    homography_px: Positive = Thresholds.homography_px
    """Largest error of an inlier of a homography."""
    pose_px: Positive = Thresholds.pose_px
    """Largest distance of an inlier from its epipolar line."""
    disparity_scale: Amount = 0.0
    """Grey levels for one pixel of disparity in stereo's PNG; 0: 4 in 8 bits (Middlebury 2003, quarter), 256 in 16."""
    split: str = "val"
    """Split of shards that is measured: val is held out from training; train where no network was trained on them."""
    seed: Many = 0
    """Root of the choice of pixels and of the resampled scenes."""
