"""A descriptor from outside as the project's own: one descriptor per pixel."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import normalize

from training.outside.cells import checked_cells
from training.outside.grid import at_pixels
from training.outside.stated import Stated
from training.settings import Distance

Picture = NDArray[np.uint8]


@dataclass(frozen=True)
class Outside:
    """What a file holds: how a picture becomes a map, and on which grid."""

    stated: Stated
    """The grid."""
    describe: Callable[[Picture], Any]
    """(H, W, 3) uint8 to (D, h, w) floats. Raises RequestError in a line."""


@dataclass(frozen=True)
class OutsideDescriptor:
    """Implements `training.evaluation.descriptor.Descriptor` with a descriptor from outside.

    A picture is continued to the sides that the descriptor takes by repeating its border; the map is read at the
    pixels of the picture, and brought to length 1 there where descriptors are compared by cosine.
    """

    outside: Outside
    """The descriptor."""
    distance: Distance
    """How descriptors are compared."""
    digest: str
    """sha256 (hex) of its file."""

    @property
    def name(self) -> str:
        """Name in tables and figures."""
        return self.outside.stated.name

    @torch.no_grad()
    def __call__(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) uint8 to (B, D, H, W) float32 on the same device. Raises RequestError in a line."""
        pictures = images.permute(0, 2, 3, 1).cpu().numpy()
        return torch.stack([self._described(picture) for picture in pictures]).to(images.device)

    def _described(self, picture: Picture) -> Tensor:
        """(H, W, 3) uint8 to (D, H, W) float32."""
        stated = self.outside.stated
        height, width = picture.shape[:2]
        more = [(0, -side % stated.multiple_px) for side in (height, width)]
        padded = np.pad(picture, (*more, (0, 0)), mode="edge")  # a copy, which the function may write on
        cells = checked_cells(self.outside.describe(padded), stated, padded.shape[:2])
        pixels = at_pixels(cells, stated.stride_px, stated.offset_px, (height, width))
        return normalize(pixels, dim=0) if self.distance == "cosine" else pixels
