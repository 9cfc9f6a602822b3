"""COVER's self-transformed pairs (He and Li, ICCV 2025, arXiv 2506.20850; ranges of its released code).

View 0 is the fixed image F = crop(warp(x, psi)), view 1 the moving one M = crop(appearance(x)), both crops at one
place; psi is affine about the middle of the canvas, defined on F's grid, and points into M.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from training.data.transforms.homography import Array, linear, middle, rotation, translation
from training.data.transforms.transform import Looks
from training.ranges import Between, Rising, Share


@dataclass(frozen=True)
class CoverTransform:
    """Ranges of COVER's pairs; the defaults are those of its released code."""

    rotation_deg: Annotated[float, Between(0, 90)] = 30.0
    """Largest value, either way, of each of the two angles whose difference is the rotation."""
    zoom: Annotated[float, Between(0, 0.95)] = 0.75
    """Largest change of the scale about 1."""
    translation: Share = 0.3
    """Largest translation along each axis, in sides of the canvas."""
    shear_deg: Annotated[float, Between(0, 60)] = 8.4
    """Largest angle of shear, either way."""
    grain_std: Share = 0.02
    """Largest standard deviation of the noise on view 1 (1 is white)."""
    contrast_change: Share = 0.5
    """Largest change of view 1's contrast about 1."""
    brightness_std: Share = 0.1
    """Standard deviation of the change of view 1's brightness (1 is white)."""
    noise_blocks: Annotated[int, Between(0, 100)] = 10
    """Most blocks of noise painted into view 1; their number is uniform from 0."""
    block_side: Annotated[tuple[float, float], Rising(0, 1)] = (0.10, 0.13)
    """Range of the sides of a block, in sides of the window."""

    def looks(self, side_px: int, canvas_px: int, rng: np.random.Generator) -> Looks:
        """Two windows at one place, of which view 0's is seen through psi."""
        room = canvas_px - side_px
        crop = translation(*rng.integers(0, room, 2, endpoint=True))
        about, back = translation(*middle(canvas_px)), translation(*-middle(canvas_px))
        return Looks(about @ self._psi(canvas_px, rng) @ back @ crop, crop)

    def appearance(self, window: Array, rng: np.random.Generator) -> Array:
        """Noise, contrast about the mean, brightness and blocks of noise, alike in all channels: grey stays grey."""
        light = window.astype(np.float32) / 255
        light += rng.uniform(0, self.grain_std) * rng.standard_normal((*window.shape[:2], 1), np.float32)
        mean = light.mean()
        light = (light - mean) * rng.uniform(1 - self.contrast_change, 1 + self.contrast_change) + mean
        light = np.clip(light + self.brightness_std * rng.standard_normal(), 0, 1)
        for _ in range(rng.integers(0, self.noise_blocks, endpoint=True)):
            self._paint(light, rng)
        return np.rint(light * 255).astype(np.uint8)

    def _psi(self, canvas_px: int, rng: np.random.Generator) -> Array:
        """(3, 3) the affine map of coordinates about the middle of the canvas."""
        angle = np.subtract(*rng.uniform(-self.rotation_deg, self.rotation_deg, 2))
        factor = rng.uniform(1 - self.zoom, 1 + self.zoom)
        shear = np.tan(np.deg2rad(rng.uniform(-self.shear_deg, self.shear_deg)))
        matrix = factor * rotation(np.deg2rad(angle)) @ np.array([[1.0, shear], [0.0, 1.0]])
        return translation(*rng.uniform(-self.translation, self.translation, 2) * canvas_px) @ linear(matrix)

    def _paint(self, light: Array, rng: np.random.Generator) -> None:
        """Fill one block of (h, w, 3) with noise, in place."""
        sides = np.maximum(1, np.rint(rng.uniform(*self.block_side, 2) * light.shape[:2])).astype(int)
        top, left = rng.integers(0, np.array(light.shape[:2]) - sides, endpoint=True)
        height, width = sides
        light[top : top + height, left : left + width] = rng.random((height, width, 1), np.float32)
