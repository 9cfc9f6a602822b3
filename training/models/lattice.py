"""Where on the picture the cells of a network's finest map lie, and what stands between them.

The centre of cell i is at pixel (step - 1) / 2 + step i: a cell covers `step` x `step` pixels. A pixel's descriptor is
the bilinear mean of the four cells around it; beyond the outer cells' centres the border is continued.
"""

from dataclasses import dataclass

from torch import Tensor
from torch.nn import functional

from training.models.ending import NOTHING, Ending


@dataclass(frozen=True)
class Lattice:
    """How a network's finest map becomes a descriptor at every pixel."""

    step_px: int = 1
    """Pixels from one cell to the next, in x and y."""
    ending: Ending = NOTHING
    """What is read goes through it after interpolation; nothing also where the cells have been through it."""

    def place(self, xy: Tensor) -> Tensor:
        """Pixels (..., 2) of the picture, float, as places on the map."""
        return (xy + 0.5) / self.step_px - 0.5

    def everywhere(self, cells: Tensor, height: int, width: int) -> Tensor:
        """The map (B, D, ceil(H / step), ceil(W / step)) as descriptors of every pixel, (B, D, H, W)."""
        if self.step_px > 1:
            cells = enlarged(cells, self.step_px)
        return self.finished(cells)[..., :height, :width]

    def finished(self, values: Tensor) -> Tensor:
        """What was read, (B, D, ...), at its end."""
        return self.ending(values)


EVERY_PIXEL = Lattice()
"""A cell for every pixel, taken as it is."""


def enlarged(map: Tensor, factor: int) -> Tensor:
    """A map (B, C, h, w) of `factor` times the sides, bilinearly, the borders of its outer cells staying borders."""
    return functional.interpolate(map, scale_factor=factor, mode="bilinear", align_corners=False)
