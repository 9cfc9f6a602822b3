"""What a renderer gives for one view, and what a renderer is."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scenegen.geometry import View
from scenegen.lights import Lighting
from scenegen.tracing.raycaster import Scene
from scenegen.tracing.tracer import Hits

BACKGROUND = (142, 158, 172)
"""sRGB of pixels whose ray leaves the scene: an overcast grey-blue."""


@dataclass(frozen=True, eq=False)
class Frame:
    """The layers of one picture; every layer speaks of the pixel's centre, colour of its whole area."""

    rgb: NDArray[np.uint8]
    """(H, W, 3) sRGB."""
    depth: NDArray[np.float32]
    """(H, W) z-depth in metres, 0 where there is nothing."""
    instance: NDArray[np.uint16]
    """(H, W) 0 nothing, 1 the room, 2.. the objects."""
    normal: NDArray[np.int8]
    """(H, W, 3) round(127 * unit shading normal) in camera axes, turned towards the camera; 0 where nothing."""
    hits: Hits | None
    """First hits of the pixel centres, row by row; None from renderers that do not trace rays."""


class Renderer(Protocol):
    """Takes pictures of scenes. The same arguments give the same bytes."""

    name: str

    def render(self, scene: Scene, view: View, lighting: Lighting) -> Frame:
        """Photograph `scene` from `view`.

        Raises RenderError where the device fails, UsageError where the camera's lens is one that it cannot draw
        through, or that folds the picture over.
        """
        ...

    def close(self) -> None:
        """Give back what it holds of the device; it takes no more pictures."""
        ...
