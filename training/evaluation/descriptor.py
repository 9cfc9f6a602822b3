"""What an evaluation measures: anything that turns pictures into a descriptor per pixel."""

from typing import Protocol

from torch import Tensor


class Descriptor(Protocol):
    """A dense descriptor: a network, or a baseline without weights."""

    @property
    def name(self) -> str:
        """Name in tables and figures."""
        ...

    def __call__(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) uint8 pictures to (B, D, H, W) float32 descriptors on the same device."""
        ...
