"""Trained descriptors from Python: `import training`, then `training.load_descriptor()`."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from scenegen.errors import typed
from training.applying.match import PhotoMatches, match_photos
from training.devices import choose_device
from training.errors import RequestError
from training.models.describe import NetworkDescriptor
from training.photo import as_batch, read_photo
from training.settings import Distance
from training.weights.trained import Trained, open_trained

Picture = Path | str | NDArray[np.uint8]
"""A picture file, or (H, W, 3) uint8 sRGB."""


@dataclass(frozen=True, eq=False)
class PixelDescriptor:
    """A trained network that gives every pixel a descriptor."""

    trained: Trained
    device: torch.device

    @property
    def channels(self) -> int:
        """Numbers D of a descriptor."""
        return self.trained.network.settings.channels

    @property
    def distance(self) -> Distance:
        """How its descriptors are compared."""
        return self.trained.about.distance

    @typed(RequestError)
    def describe(self, picture: Picture) -> NDArray[np.float32]:
        """(H, W, D) float32 descriptors of all pixels. Raises ImageError for a file that is no picture."""
        features = self._network(as_batch(_pixels(picture)).to(self.device))[0]
        return features.permute(1, 2, 0).contiguous().cpu().numpy()

    @typed(RequestError)
    def match(self, a: Picture, b: Picture, grid: int = 8, ratio: float = 0.9, back_px: float = 2.0) -> PhotoMatches:
        """Matches of two pictures, which need not be of one size; options as those of `scenetrain match`."""
        step = self.trained.network.lattice.step_px
        options = (grid, ratio, back_px, self.distance, self.device, step)
        return match_photos(self._network, _pixels(a), _pixels(b), *options)

    @property
    def _network(self) -> NetworkDescriptor:
        return NetworkDescriptor("network", self.trained.network)


@typed(RequestError)
def load_descriptor(run: Path | str = "builtin", device: str = "auto") -> PixelDescriptor:
    """The weights of the package, or those of a run folder or a file of `scenetrain export-weights`.

    Raises CheckpointError where there are none, RequestError for a device that is not there.
    """
    place = choose_device(device)
    return PixelDescriptor(open_trained(Path(run), place), place)


def _pixels(picture: Picture) -> NDArray[np.uint8]:
    """(H, W, 3) uint8. Raises RequestError for an array of another kind."""
    if not isinstance(picture, np.ndarray):
        return read_photo(Path(picture))
    if picture.dtype != np.uint8 or picture.ndim != 3 or picture.shape[2] != 3 or not picture.size:
        raise RequestError(f"picture of shape {picture.shape}, {picture.dtype}: must be (H, W, 3) uint8")
    return picture
