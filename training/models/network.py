"""What a network is for the rest of the program: pictures to maps, coarse to fine."""

from typing import Protocol

from torch import Tensor

from training.models.lattice import Lattice
from training.settings import ModelSettings


class Network(Protocol):
    """An `nn.Module` that describes every pixel."""

    settings: ModelSettings
    multiple: int
    """Pictures are padded (`training.models.padding`) to sides that are multiples of this."""

    @property
    def map_channels(self) -> tuple[int, ...]:
        """Channels of each map that `pyramid` can give, coarse to fine; the last is D."""
        ...

    @property
    def lattice(self) -> Lattice:
        """Where the cells of the finest map lie, and how they become descriptors of pixels."""
        ...

    def __call__(self, images: Tensor) -> Tensor:
        """(B, 3, H, W) float32 in [0, 1] to descriptors (B, D, H, W)."""
        ...

    def pyramid(self, images: Tensor, levels: int) -> tuple[Tensor, ...]:
        """The finest `levels` maps, coarse to fine, each of twice the last one's sides; the last is on the lattice."""
        ...
