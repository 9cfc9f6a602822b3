"""Descriptors without training, for the same table: RGB patches, dense SIFT, and the network before its first step."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from training.models.describe import NetworkDescriptor
from training.models.networks import build_network
from training.settings import ModelSettings


@dataclass(frozen=True)
class RgbPatches:
    """The colours of the `side` x `side` pixels around each pixel, in [0, 1]; D = 3 side². Borders are repeated."""

    side: int = 7

    @property
    def name(self) -> str:
        """Name in tables."""
        return f"RGB {self.side}x{self.side}"

    def __call__(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) uint8 to (B, 3 side², H, W) float32."""
        reach = self.side // 2
        padded = functional.pad(images.float() / 255, (reach,) * 4, mode="replicate")
        return functional.unfold(padded, self.side).unflatten(2, images.shape[2:])


@dataclass(frozen=True)
class RgbDetail:
    """`RgbPatches` less the mean colour of each patch: less easily deceived by another light."""

    side: int = 7

    @property
    def name(self) -> str:
        """Name in tables."""
        return f"RGB {self.side}x{self.side} - mean"

    def __call__(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) uint8 to (B, 3 side², H, W) float32."""
        patches = RgbPatches(self.side)(images).unflatten(1, (3, -1))
        return (patches - patches.mean(2, keepdim=True)).flatten(1, 2)


@dataclass(frozen=True)
class DenseSift:
    """OpenCV's SIFT of every pixel: upright, one size, on the grey picture; D = 128, entries 0 to 255.

    A cell of the 4 x 4 histogram is 1.5 `size_px` wide. The picture is continued by its border's colours,
    so that pixels near the border have a whole neighbourhood.
    """

    size_px: float = 6.0

    @property
    def name(self) -> str:
        """Name in tables."""
        return "dense SIFT"

    def __call__(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) uint8 to (B, 128, H, W) float32."""
        pictures = images.permute(0, 2, 3, 1).cpu().numpy()
        described = np.stack([self._describe(picture) for picture in pictures])
        return torch.from_numpy(described).permute(0, 3, 1, 2).contiguous().to(images.device)

    def _describe(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(H, W, 3) uint8 to (H, W, 128) float32."""
        height, width = picture.shape[:2]
        reach = int(np.ceil(4 * self.size_px))  # half of the 5 cells that a histogram's interpolation reads
        grey = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY)
        grey = cv2.copyMakeBorder(grey, reach, reach, reach, reach, cv2.BORDER_REPLICATE)
        points = [
            cv2.KeyPoint(float(x + reach), float(y + reach), self.size_px, 0.0)
            for y in range(height)
            for x in range(width)
        ]
        _, descriptors = cv2.SIFT.create().compute(grey, points)
        return np.asarray(descriptors, np.float32).reshape(height, width, 128)


def untrained(settings: ModelSettings, seed: int, device: torch.device | str = "cpu") -> NetworkDescriptor:
    """The network as it is before its first step, from the seed of the run."""
    return NetworkDescriptor("untrained", build_network(settings, seed).to(device))
