"""Keypoints without training, for the same table."""

from dataclasses import dataclass

import cv2
import numpy as np

from training.evaluation.pair import Array


@dataclass(frozen=True)
class SparseSift:
    """OpenCV's SIFT at the points that it finds itself, the strongest first; D = 128."""

    most: int = 4096
    """Points at most."""

    @property
    def name(self) -> str:
        """Name in tables."""
        return "sparse SIFT"

    def __call__(self, image: Array) -> tuple[Array, Array]:
        """(H, W, 3) uint8 to points (N, 2) and descriptors (N, 128), float32; centres of pixels at whole numbers."""
        grey = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2GRAY)
        points, described = cv2.SIFT.create(nfeatures=self.most).detectAndCompute(grey, None)
        if described is None:
            return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
        return np.array([point.pt for point in points], np.float32), np.asarray(described, np.float32)
