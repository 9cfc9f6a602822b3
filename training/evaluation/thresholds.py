"""What counts as an inlier. Nothing here imports PyTorch: these are options of the command line, too."""

from dataclasses import dataclass

from training.ranges import Positive


@dataclass(frozen=True)
class Thresholds:
    """Largest errors of inliers, for every estimator alike."""

    homography_px: Positive = 3.0
    """Distance in view 1."""
    pose_px: Positive = 2.0
    """Distance from the epipolar line."""
